"""`check_connections`, as a scheduler and as a person sees it."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from integrations import connections, parting
from integrations.models import Connection
from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.sandbox import Fault, World
from tests.integrations.owners import connected, stored

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: str) -> tuple[int, str, str]:
    """Status, standard output, and what people read."""
    out, words = io.StringIO(), io.StringIO()
    try:
        call_command("check_connections", *arguments, stdout=out, stderr=words)
    except SystemExit as ending:
        return int(str(ending.code)), out.getvalue(), words.getvalue()
    return 0, out.getvalue(), words.getvalue()


def document(*arguments: str) -> tuple[int, dict[str, Any]]:
    status, out, _ = run(*arguments, "--json")
    return status, json.loads(out)


def test_all_that_are_in_use_are_checked(world: World) -> None:
    connected(world)
    connected(world, provider="rescuetime")
    off = connected(world, person="ada")
    Connection.objects.filter(pk=off.pk).update(enabled=False)
    gone = connected(world, person="cleo")
    connections.disconnect(gone, by=None, now=timezone.now())
    assert document() == (
        0,
        {
            "connections": [
                {
                    "name": "open_humans-ben",
                    "provider": "open_humans",
                    "state": "connected",
                    "detail": "member ben-example",
                },
                {
                    "name": "rescuetime-ben",
                    "provider": "rescuetime",
                    "state": "connected",
                    "detail": "time data can be read",
                },
            ],
            "error": None,
        },
    )


def test_without_json_people_read_it_on_standard_output_and_complaints_apart(world: World) -> None:
    connected(world)
    assert run() == (0, "open_humans-ben: connected. member ben-example\n", "")
    world.of(OpenHumansSandbox).revoke("ben")
    status, out, words = run()
    assert status == 1
    assert out.startswith("open_humans-ben: needs to be connected again. ")
    assert words == "Not working: open_humans-ben.\n"


@pytest.mark.parametrize("provider", ["open_humans", "rescuetime"])
def test_being_asked_to_slow_down_is_status_4_now_and_until_the_pause_is_over(
    world: World, provider: str
) -> None:
    connected(world, provider=provider)
    world.faults.add(Fault(provider, "429", retry_after=90))
    for _ in range(2):
        status, told = document()
        assert status == 4
        assert told["connections"][0]["state"] == "connected"
        assert "To be asked again from " in told["connections"][0]["detail"]
        assert told["error"] == f"Not checked, because it has to wait: {provider}-ben."
    assert len([seen for seen in world.requests if seen.fault or seen.status == 200]) == 1


@pytest.mark.parametrize("kind", ["cut", "before", "lost"])
def test_a_cut_connection_is_called_that_and_is_status_1(world: World, kind: str) -> None:
    connected(world)
    world.faults.add(Fault("open_humans", kind, times=None))
    status, out, words = run()
    assert status == 1
    assert "open_humans-ben: does not answer as it should. " in out
    assert "the connection was cut" in out
    assert "pause" not in out
    assert words == "Not working: open_humans-ben.\n"


def test_one_that_failed_weighs_more_than_one_that_waits(world: World) -> None:
    connected(world)
    connected(world, provider="rescuetime")
    world.faults.add(Fault("open_humans", "429"))
    world.faults.add(Fault("rescuetime", "cut", times=None))
    status, told = document()
    assert status == 1
    assert told["error"] == (
        "Not working: rescuetime-ben. Not checked, because it has to wait: open_humans-ben."
    )


def test_a_revoked_one_is_status_1_and_needs_a_person(world: World) -> None:
    revoked, fine = connected(world), connected(world, provider="rescuetime")
    world.of(OpenHumansSandbox).revoke("ben")
    status, told = document()
    assert status == 1
    assert [each["state"] for each in told["connections"]] == ["needs_reconnect", "connected"]
    assert told["error"] == "Not working: open_humans-ben."
    assert document(fine.name)[0] == 0
    assert stored(revoked)["access_token"] not in json.dumps(told)


def test_what_works_again_is_healed(world: World) -> None:
    connection = connected(world)
    connections.needs_reconnect(connection, "refused", now=timezone.now())
    assert document(connection.name)[1]["connections"][0]["state"] == "connected"
    assert Connection.objects.get().state == Connection.State.CONNECTED


def test_a_provider_out_of_order_is_status_1_and_costs_nothing(world: World) -> None:
    connection = connected(world)
    world.faults.add(Fault("open_humans", "500", times=None))
    status, told = document()
    assert status == 1
    assert told["connections"][0]["state"] == "connected"
    assert told["connections"][0]["detail"].startswith("Open Humans: asking who this is failed")
    assert Connection.objects.get(pk=connection.pk).is_usable


@pytest.mark.parametrize("arguments", [["nobody"], ["open_humans-ben", "nobody"], ["off"]])
def test_an_unknown_or_switched_off_name_is_wrong_usage(arguments: list[str], world: World) -> None:
    connected(world)
    Connection.objects.create(name="off", provider="rescuetime", enabled=False)
    status, told = document(*arguments)
    assert status == 2
    assert told["connections"] == []
    assert arguments[-1] in told["error"]
    assert world.requests == []


def test_a_disconnected_one_that_is_asked_for_by_name_does_not_work(world: World) -> None:
    connection = connected(world)
    connections.disconnect(connection, by=None, now=timezone.now())
    assert parting.wait()
    asked = len(world.requests)
    status, told = document(connection.name)
    assert (status, told["connections"][0]["state"]) == (1, "disconnected")
    assert len(world.requests) == asked
