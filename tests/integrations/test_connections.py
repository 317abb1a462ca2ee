"""Connections: made, confirmed, checked, healed, replaced and let go."""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from integrations import connections, parting
from integrations.errors import ReconnectError, RetryableError, UnexpectedError
from integrations.models import Connection, Pace
from integrations.open_humans.client import OpenHumansClient
from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.sandbox import Fault, World
from tests.integrations.owners import connected, stored, user
from tests.integrations.processes import finished, start

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
State = Connection.State


@pytest.fixture
def told() -> Iterator[list[dict[str, Any]]]:
    """What others were told, in order."""
    heard: list[dict[str, Any]] = []

    def hear(signal: Any, sender: Any, **what: Any) -> None:
        word = "connected" if signal is connections.connected else "disconnected"
        heard.append({"word": word, **what})

    for signal in (connections.connected, connections.disconnected):
        signal.connect(hear, dispatch_uid="test")
    yield heard
    for signal in (connections.connected, connections.disconnected):
        signal.disconnect(dispatch_uid="test")


@pytest.fixture
def alice() -> Any:
    return user("alice")


@pytest.fixture
def sandbox(world: World) -> OpenHumansSandbox:
    return world.of(OpenHumansSandbox)


def fresh(connection: Connection) -> Connection:
    return Connection.objects.get(pk=connection.pk)


# ------------------------------------------------------------------- connecting


def test_connecting_keeps_tokens_sealed_and_tells_others(
    world: World, alice: Any, told: list[dict[str, Any]]
) -> None:
    connection = connected(world, owner=alice)
    assert fresh(connection).is_usable
    token = stored(connection)["access_token"]
    raw = Connection.objects.filter(pk=connection.pk).extra(select={"raw": "credentials"})
    assert token not in raw.values_list("raw", flat=True)[0]
    assert token not in repr(vars(connection))
    assert [(each["word"], each["connection"].pk, each["again"]) for each in told] == [
        ("connected", connection.pk, False)
    ]


def test_connecting_again_replaces_the_tokens_and_heals(
    world: World, alice: Any, told: list[dict[str, Any]]
) -> None:
    first = connected(world, owner=alice)
    old = stored(first)["access_token"]
    connections.needs_reconnect(first, "it was revoked", now=NOW)
    second = connected(world, owner=alice)
    assert second.pk == first.pk
    assert (fresh(first).state, fresh(first).reason) == (State.CONNECTED, "")
    assert stored(first)["access_token"] != old
    assert [each["again"] for each in told] == [False, True]


def test_two_people_have_a_connection_each(world: World, alice: Any) -> None:
    one = connected(world, owner=alice)
    other = connected(world, person="ada", owner=user("bob"))
    assert one.pk != other.pk


def test_what_waits_for_an_answer_is_used_by_nobody_and_told_to_nobody(
    world: World, alice: Any, told: list[dict[str, Any]]
) -> None:
    connection = connections.connect(
        provider="rescuetime",
        owner=alice,
        name="rescuetime-alice",
        credentials=world["rescuetime"].grant("ben"),
        unconfirmed=True,
        by=alice,
        now=NOW,
    )
    assert not fresh(connection).is_usable
    assert told == []
    connections.check(connection, now=NOW)
    assert fresh(connection).state == State.UNCONFIRMED
    connections.confirm(connection, by=alice, now=NOW)
    connections.confirm(connection, by=alice, now=NOW)
    assert connection.is_usable
    assert [(each["word"], each["by"], each["again"]) for each in told] == [
        ("connected", alice, False)
    ]


def test_an_answer_about_a_second_account_says_that_there_was_a_first(
    world: World, alice: Any, told: list[dict[str, Any]]
) -> None:
    connection = connected(world, provider="rescuetime", owner=alice)
    connections.connect(
        provider="rescuetime",
        owner=alice,
        name="another-name",
        credentials=world["rescuetime"].grant("ada"),
        unconfirmed=True,
        by=alice,
        now=NOW,
    )
    connection = fresh(connection)
    assert (connection.state, connection.name) == (State.UNCONFIRMED, "rescuetime-ben")
    connections.confirm(connection, by=alice, now=NOW)
    assert [each["again"] for each in told] == [False, True]


# --------------------------------------------------------------------- checking


def test_checking_says_whose_it_is_and_when(world: World) -> None:
    connection = connected(world)
    later = NOW + timedelta(days=1)
    assert connections.check(connection, now=later) == "member ben-example"
    assert fresh(connection).checked_at == later


def test_a_revoked_token_is_found_by_checking_and_heals_when_it_works_again(
    world: World, sandbox: OpenHumansSandbox
) -> None:
    connection = connected(world)
    tokens = list(sandbox.tokens)
    sandbox.revoke("ben")
    with pytest.raises(ReconnectError):
        connections.check(connection, now=NOW)
    assert connection.state == fresh(connection).state == State.NEEDS_RECONNECT
    assert "please connect again" in connection.reason
    sandbox.tokens = tokens
    connections.check(connection, now=NOW)
    assert (fresh(connection).state, fresh(connection).reason) == (State.CONNECTED, "")


def test_a_busy_provider_does_not_cost_the_connection(world: World) -> None:
    connection = connected(world)
    for kind in ("429", "500", "html200", "403"):
        world.faults.add(Fault("open_humans", kind))
        Pace.objects.all().delete()
        with pytest.raises(RetryableError if kind != "403" else Exception):
            connections.check(connection, now=NOW)
        assert fresh(connection).state == State.CONNECTED


def test_an_old_refusal_does_not_hurt_a_connection_made_meanwhile(world: World) -> None:
    before = connected(world)
    connected(world)
    connections.needs_reconnect(before, "the old token was refused", now=NOW)
    assert fresh(before).state == State.CONNECTED


def test_a_refusal_does_not_bring_back_what_was_disconnected(world: World) -> None:
    connection = connected(world)
    connections.disconnect(connection, by=None, now=NOW)
    connections.needs_reconnect(connection, "refused", now=NOW)
    assert fresh(connection).state == State.DISCONNECTED


def test_a_lost_key_says_what_to_do_and_costs_nothing(world: World, settings: Any) -> None:
    connection = connected(world)
    keys = settings.CREDENTIALS_KEYS
    settings.CREDENTIALS_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(UnexpectedError, match="CREDENTIALS_KEYS") as caught:
        connections.client(connection)
    assert "put that key back" in str(caught.value)
    with pytest.raises(UnexpectedError):
        connections.check(connection, now=NOW)
    assert fresh(connection).state == State.CONNECTED
    settings.CREDENTIALS_KEYS = keys
    connections.check(connection, now=NOW)


def test_an_unsafe_address_is_a_sentence_and_no_request(world: World, settings: Any) -> None:
    connection = connected(world)
    settings.PROVIDER_SETTINGS = {"open_humans": {"BASE_URL": "http://open-humans.example"}}
    with pytest.raises(UnexpectedError, match="OPEN_HUMANS_BASE_URL"):
        connections.check(connection, now=NOW)
    assert world.requests == []


# ---------------------------------------------------------------- disconnecting


def test_disconnecting_forgets_the_tokens_tells_others_and_gives_them_back(
    world: World, sandbox: OpenHumansSandbox, alice: Any, told: list[dict[str, Any]]
) -> None:
    connection = connected(world, owner=alice)
    connections.disconnect(connection, by=alice, now=NOW, erase=True)
    assert (connection.state, stored(connection)) == (State.DISCONNECTED, {})
    assert parting.wait()
    assert sandbox.tokens_of("ben") == []
    assert [(each["word"], each.get("erase")) for each in told][1:] == [("disconnected", True)]
    assert told[-1]["by"] == alice


def test_whoever_listens_no_longer_finds_the_tokens(
    world: World, told: list[dict[str, Any]]
) -> None:
    connection = connected(world)
    connections.disconnect(connection, by=None, now=NOW)
    assert told[-1]["connection"].credentials.open() == {}


def test_disconnecting_twice_is_said_once(world: World, told: list[dict[str, Any]]) -> None:
    connection = connected(world)
    other_window = fresh(connection)
    connections.disconnect(connection, by=None, now=NOW)
    connections.disconnect(other_window, by=None, now=NOW)
    assert [each["word"] for each in told] == ["connected", "disconnected"]


@pytest.mark.parametrize("kind", ["500", "before", "401", "html200"])
def test_a_provider_that_will_not_take_tokens_back_keeps_nobody(
    kind: str, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    connection = connected(world)
    token = stored(connection)["access_token"]
    world.faults.add(Fault("open_humans", kind, "/oauth2/revoke_token/", times=None))
    caplog.set_level(logging.DEBUG)
    connections.disconnect(connection, by=None, now=NOW)
    assert fresh(connection).state == State.DISCONNECTED
    assert parting.wait()
    assert any("/oauth2/revoke_token/" in seen.path for seen in world.requests)
    assert token not in caplog.text


def test_nobody_waits_for_a_provider_in_order_to_leave_it(
    world: World, sandbox: OpenHumansSandbox
) -> None:
    connection = connected(world)
    world.faults.add(Fault("open_humans", "slow", "revoke", times=None, delay=1))
    began = time.monotonic()
    connections.disconnect(connection, by=None, now=NOW)
    assert time.monotonic() - began < 0.8
    assert not parting.wait(0.01)
    assert parting.wait()
    assert sandbox.tokens_of("ben") == []


def test_a_process_that_ends_gives_the_tokens_back_first(
    world: World, sandbox: OpenHumansSandbox
) -> None:
    connection = connected(world)
    world.faults.add(Fault("open_humans", "slow", "revoke", times=None, delay=0.5))
    code = f"""
from django.utils import timezone
from integrations import connections
from integrations.models import Connection
connection = Connection.objects.get(pk={connection.pk})
connections.disconnect(connection, by=None, now=timezone.now())
print("disconnected")
"""
    assert finished(start(code)) == ["disconnected"]
    assert sandbox.tokens_of("ben") == []


def test_even_with_a_lost_key_people_can_disconnect(world: World, settings: Any) -> None:
    connection = connected(world)
    settings.CREDENTIALS_KEYS = [Fernet.generate_key().decode()]
    connections.disconnect(connection, by=None, now=NOW)
    assert fresh(connection).state == State.DISCONNECTED
    assert not fresh(connection).credentials


def test_a_client_of_a_disconnected_person_asks_for_nothing(world: World) -> None:
    connection = connected(world)
    connections.disconnect(connection, by=None, now=NOW)
    assert parting.wait()
    asked = len(world.requests)
    client = connections.client(connection)
    assert isinstance(client, OpenHumansClient)
    with pytest.raises(ReconnectError):
        client.member()
    assert len(world.requests) == asked


# ------------------------------------------------------------------- visibility


def test_strangers_do_not_see_a_members_connection_nor_the_teams(world: World, alice: Any) -> None:
    own = connected(world, owner=alice)
    connected(world, person="ada")
    assert list(Connection.objects.visible_to(alice)) == [own]
    assert list(Connection.objects.visible_to(user("charlie"))) == []
    assert Connection.objects.visible_to(user("root", is_staff=True)).count() == 0
    assert (
        Connection.objects.visible_to(user("boss", is_staff=True, is_superuser=True)).count() == 1
    )


def test_signing_in_again_brings_new_tokens_and_starts_nothing(
    world: World, alice: Any, told: list[dict[str, Any]]
) -> None:
    first = connected(world, owner=alice)
    old = stored(first)["access_token"]
    connected(world, owner=alice)
    assert stored(first)["access_token"] != old
    assert len(told) == 1


def test_checking_asks_with_the_tokens_of_now(world: World, sandbox: OpenHumansSandbox) -> None:
    read_long_ago = connected(world)
    sandbox.revoke("ben")
    connected(world)
    assert connections.check(read_long_ago, now=NOW)
    assert read_long_ago.is_usable
