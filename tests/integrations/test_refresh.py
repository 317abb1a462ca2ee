"""Tokens that rotate: many at once, lost answers, people who leave meanwhile."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any, cast

import pytest
from django.db import connection as database
from django.utils import timezone

from integrations import connections
from integrations.errors import IntegrationError, ReconnectError, RetryableError
from integrations.models import Connection
from integrations.open_humans.client import OpenHumansClient
from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.rescuetime.client import RescueTimeClient
from integrations.rescuetime.sandbox import RescueTimeSandbox
from integrations.sandbox import Fault, Seen, World
from tests.integrations.owners import connected, stored
from tests.integrations.processes import finished, start

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "/oauth2/token/"
THREADS = 24


@pytest.fixture
def sandbox(world: World) -> OpenHumansSandbox:
    return world.of(OpenHumansSandbox)


def client_of(connection: Connection) -> OpenHumansClient:
    return cast(OpenHumansClient, connections.client(connection))


def renewed(connection: Connection, stale: str, **more: Any) -> Mapping[str, Any]:
    return connections.refresh(connection, stale, since=connection.connected_at, **more)


def renewals(world: World) -> list[Seen]:
    return [seen for seen in world.requests if seen.path == TOKEN]


def at_once(action: Callable[[], object], *, times: int = THREADS) -> list[object]:
    """All at the same moment, each with a database connection of its own; errors are results."""
    together = threading.Barrier(times)

    def one(_: int) -> object:
        together.wait()
        try:
            return action()
        except IntegrationError as error:
            return error
        finally:
            database.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def until_it_works(action: Callable[[], str]) -> str:
    """As a run does it: a RetryableError is waited out."""
    for _ in range(200):
        try:
            return action()
        except RetryableError:
            threading.Event().wait(0.05)
    raise AssertionError("it never worked")


def test_of_many_with_an_expired_token_one_renews_it_and_all_go_on(
    world: World, sandbox: OpenHumansSandbox
) -> None:
    connection = connected(world)
    sandbox.expire("ben")
    world.faults.add(Fault("open_humans", "slow", TOKEN, delay=0.2))

    def work() -> str:
        return until_it_works(lambda: client_of(connection).member().project_member_id)

    assert at_once(work) == ["04170022"] * THREADS
    assert len(renewals(world)) == 1
    assert len(sandbox.tokens_of("ben")) == 1
    assert stored(connection)["refresh_token"] == sandbox.tokens_of("ben")[0].refresh


def test_of_many_processes_one_renews_the_token(world: World, sandbox: OpenHumansSandbox) -> None:
    connection = connected(world)
    sandbox.expire("ben")
    world.faults.add(Fault("open_humans", "slow", TOKEN, delay=0.2))
    code = f"""
import time
from integrations import connections
from integrations.errors import RetryableError
from integrations.models import Connection
client = connections.client(Connection.objects.get(pk={connection.pk}))
for _ in range(200):
    try:
        print(client.member().project_member_id)
        break
    except RetryableError:
        time.sleep(0.05)
"""
    processes = [start(code) for _ in range(4)]
    assert [finished(process) for process in processes] == [["04170022"]] * 4
    assert len(renewals(world)) == 1
    assert len(sandbox.tokens_of("ben")) == 1


def test_whoever_comes_while_another_renews_waits_a_little(world: World) -> None:
    connection = connected(world)
    stale = stored(connection)["access_token"]
    Connection.objects.update(refreshing_until=timezone.now() + timedelta(seconds=30))
    with pytest.raises(RetryableError, match="being renewed right now") as caught:
        renewed(connection, stale)
    assert 0 < (caught.value.retry_after or 0) <= 5
    assert renewals(world) == []


def test_whoever_comes_after_another_has_renewed_takes_that(world: World) -> None:
    connection = connected(world)
    early = connections.StoredCredentials(Connection.objects.get(pk=connection.pk))
    stale = early.read()["access_token"]
    fresh = renewed(connection, stale)
    assert early.renew(stale) == fresh == early.read()
    assert len(renewals(world)) == 1


def test_the_lease_of_a_dead_process_ends(world: World) -> None:
    connection = connected(world)
    stale = stored(connection)["access_token"]
    Connection.objects.update(refreshing_until=timezone.now() + connections.REFRESH_LEASE)
    later = timezone.now() + connections.REFRESH_LEASE + timedelta(seconds=1)
    assert renewed(connection, stale, now=later)["access_token"] != stale
    assert Connection.objects.get().refreshing_until is None


def test_both_tokens_and_when_they_end_are_kept_together(world: World) -> None:
    connection = connected(world)
    before = stored(connection)
    after = renewed(connection, before["access_token"])
    assert stored(connection) == dict(after)
    assert after["refresh_token"] != before["refresh_token"]
    assert after["expires_at"]


def test_a_lost_answer_costs_the_sign_in_and_says_so_in_words(
    world: World, sandbox: OpenHumansSandbox
) -> None:
    connection = connected(world)
    sandbox.expire("ben")
    world.faults.add(Fault("open_humans", "lost", TOKEN))
    with pytest.raises(RetryableError):
        client_of(connection).member()
    assert Connection.objects.get().refreshing_until is None
    with pytest.raises(ReconnectError, match="please connect again"):
        connections.check(connection, now=timezone.now())
    kept = Connection.objects.get()
    assert kept.state == Connection.State.NEEDS_RECONNECT
    assert "the sign-in is no longer valid; please connect again" in kept.reason
    assert stored(connected(world))["access_token"]
    assert connections.check(Connection.objects.get(), now=timezone.now())


def test_a_wrong_secret_of_ours_leaves_everybody_connected(
    world: World, sandbox: OpenHumansSandbox, settings: Any
) -> None:
    connection = connected(world)
    sandbox.expire("ben")
    wrong = {"CLIENT_ID": "lockstep-open-humans", "CLIENT_SECRET": "wrong-secret"}
    settings.PROVIDER_SETTINGS = {"open_humans": wrong}
    with pytest.raises(IntegrationError, match="client id and secret"):
        connections.check(connection, now=timezone.now())
    assert Connection.objects.get().state == Connection.State.CONNECTED


def meanwhile(world: World, action: Callable[[], object]) -> None:
    """Do something in the moment in which a token is being renewed."""

    def act(seen: Seen) -> None:
        if seen.path == TOKEN and seen.fault is None:
            world.hook = None
            action()
            database.close()

    world.hook = act


def test_who_signs_in_again_meanwhile_keeps_the_new_tokens(
    world: World, sandbox: OpenHumansSandbox
) -> None:
    connection = connected(world)
    stale = stored(connection)["access_token"]
    signed_in: list[Mapping[str, Any]] = []
    meanwhile(world, lambda: signed_in.append(stored(connected(world))))
    assert renewed(connection, stale) == signed_in[0]
    assert stored(connection) == signed_in[0]
    (kept,) = [token for token in sandbox.tokens_of("ben") if token.refresh]
    assert kept.refresh == signed_in[0]["refresh_token"]


def test_who_signs_in_again_while_the_old_grant_is_refused_goes_on(
    world: World, sandbox: OpenHumansSandbox
) -> None:
    connection = connected(world)
    stale = stored(connection)["access_token"]
    sandbox.revoke("ben")
    signed_in: list[Mapping[str, Any]] = []
    meanwhile(world, lambda: signed_in.append(stored(connected(world))))
    assert renewed(connection, stale) == signed_in[0]


def test_who_disconnects_meanwhile_stays_disconnected_and_leaves_no_token_behind(
    world: World, sandbox: OpenHumansSandbox
) -> None:
    connection = connected(world)
    stale = stored(connection)["access_token"]
    other = Connection.objects.get()
    meanwhile(world, lambda: connections.disconnect(other, by=None, now=timezone.now()))
    with pytest.raises(ReconnectError):
        renewed(connection, stale)
    assert Connection.objects.get().state == Connection.State.DISCONNECTED
    assert stored(connection) == {}
    assert [token.refresh for token in sandbox.tokens_of("ben") if token.refresh] == []


# --------------------------------------------------------- another account meanwhile


@pytest.fixture
def rescuetime(world: World) -> RescueTimeSandbox:
    sandbox = world.of(RescueTimeSandbox)
    sandbox.switches["token_reply"] = "with_refresh"
    return sandbox


def connect_rescuetime(world: World, person: str, **more: Any) -> Connection:
    return connections.connect(
        provider="rescuetime",
        owner=None,
        name="rescuetime-ben",
        credentials=world["rescuetime"].grant(person),
        by=None,
        now=timezone.now(),
        **more,
    )


@pytest.mark.parametrize("unconfirmed", [True, False])
def test_a_client_in_use_never_goes_on_with_an_account_connected_meanwhile(
    unconfirmed: bool, world: World, rescuetime: RescueTimeSandbox
) -> None:
    connection = connect_rescuetime(world, "ben")
    client = cast(RescueTimeClient, connections.client(connection))
    connect_rescuetime(world, "ada", unconfirmed=unconfirmed)
    theirs = stored(connection)["access_token"]
    rescuetime.revoke("ben")
    day = date(2026, 3, 2)

    with pytest.raises(ReconnectError, match="connected anew meanwhile") as caught:
        client.totals(day, day, resolution="day")

    assert client.credentials.read()["access_token"] != theirs
    connections.needs_reconnect(connection, str(caught.value), now=timezone.now())
    state = Connection.State.UNCONFIRMED if unconfirmed else Connection.State.CONNECTED
    assert Connection.objects.get().state == state


def test_not_even_when_the_connection_was_read_anew_or_is_being_renewed(
    world: World, rescuetime: RescueTimeSandbox
) -> None:
    connection = connect_rescuetime(world, "ben")
    keys = connections.StoredCredentials(connection)
    mine = keys.read()
    connect_rescuetime(world, "ada")
    connection.refresh_from_db()
    with pytest.raises(ReconnectError):
        keys.renew(mine["access_token"])
    Connection.objects.update(refreshing_until=timezone.now() + timedelta(seconds=30))
    with pytest.raises(ReconnectError):
        keys.renew(mine["access_token"])
    assert keys.read() == mine


def test_another_account_connected_while_the_old_one_is_renewed_is_not_handed_over(
    world: World, rescuetime: RescueTimeSandbox
) -> None:
    connection = connect_rescuetime(world, "ben")
    keys = connections.StoredCredentials(connection)
    stale = keys.read()["access_token"]

    def act(seen: Seen) -> None:
        if seen.path == "/oauth/token":
            world.hook = None
            connect_rescuetime(world, "ada")
            database.close()

    world.hook = act
    with pytest.raises(ReconnectError):
        keys.renew(stale)
    assert keys.read()["access_token"] == stale


def test_a_renewal_leaves_the_time_of_connecting_alone(world: World) -> None:
    connection = connected(world)
    since = connection.connected_at
    renewed(connection, stored(connection)["access_token"])
    assert Connection.objects.get().connected_at == since


def test_a_client_of_an_erased_connection_is_told_in_words(world: World) -> None:
    connection = connected(world)
    keys = connections.StoredCredentials(connection)
    Connection.objects.all().delete()
    with pytest.raises(ReconnectError, match="disconnected"):
        keys.renew(keys.read()["access_token"])
