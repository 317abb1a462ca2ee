"""The Clockify sandbox as it is at first, what may happen there, and what outlives a restart."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from integrations.clockify.sandbox import ClockifySandbox
from integrations.clockify.sandbox_stored import StoredEntry, StoredUser, StoredWorkspace
from integrations.sandbox import World
from tests.integrations.clockify.calls import Caller, Office

OUR_KEY, CUSTOMER_KEY = "sandbox-clockify-our-key", "sandbox-clockify-customer-key"


@pytest.fixture
def clockify(world: World) -> ClockifySandbox:
    return world.of(ClockifySandbox)


def press(world: World, name: str) -> requests.Response:
    given = {"provider": "clockify", "name": name}
    return requests.post(f"{world.url}/happen", json=given, timeout=5)


def user(clockify: ClockifySandbox, email: str) -> StoredUser:
    [found] = [each for each in clockify.users.values() if each.email == email]
    return found


def workspace(clockify: ClockifySandbox, name: str) -> StoredWorkspace:
    [found] = [each for each in clockify.workspaces.values() if each.name == name]
    return found


def adas(clockify: ClockifySandbox) -> list[StoredEntry]:
    ours, ada = workspace(clockify, "Our workspace"), user(clockify, "ada@example.org")
    return clockify.entries_of(ours.id, ada.id)


# --------------------------------------------------------------------- at first


def test_both_keys_work_from_the_start(world: World) -> None:
    ours, customers = Caller(world, OUR_KEY), Caller(world, CUSTOMER_KEY)
    mine, theirs = ours.get("/user"), customers.get("/user")
    assert (mine["email"], mine["settings"]["timeZone"]) == ("ada@example.org", "Europe/Stockholm")
    assert theirs["email"] == "ada@customer.example"
    assert theirs["settings"]["timeZone"] == "America/New_York"
    assert ours.names("/workspaces") == ["Our workspace"]
    assert customers.names("/workspaces") == ["Customer's workspace"]


def test_ours_has_time_for_the_customer_and_for_ourselves(world: World) -> None:
    ours = Caller(world, OUR_KEY)
    me, [there] = ours.get("/user"), ours.get("/workspaces")
    path = f"/workspaces/{there['id']}"
    assert ours.names(f"{path}/clients") == ["Customer Ltd", "Internal"]
    told = ours.get(f"{path}/user/{me['id']}/time-entries", hydrated="true")
    of = {row["project"]["clientName"] for row in told}
    assert of == {"Customer Ltd", "Internal"}
    assert len({row["project"]["name"] for row in told}) == 3
    [running] = [row for row in told if row["timeInterval"]["end"] is None]
    over = [row for row in told if row is not running]
    assert len(over) >= 10
    for row in over:
        start = datetime.fromisoformat(row["timeInterval"]["start"])
        assert start.weekday() < 5
        assert 0 <= (datetime.now(UTC) - start).days < 20


def test_the_customer_has_projects_some_of_which_have_our_names(world: World) -> None:
    customers, ours = Caller(world, CUSTOMER_KEY), Caller(world, OUR_KEY)
    [there], [here] = customers.get("/workspaces"), ours.get("/workspaces")
    path = f"/workspaces/{there['id']}"
    roles = {row["id"] for row in customers.get("/workspaces", roles="WORKSPACE_ADMIN")}
    assert roles == {there["id"]}
    assert customers.get("/workspaces", roles="OWNER") == []
    live = customers.names(f"{path}/projects", archived="false", is_template="false")
    assert len(live) == 4
    assert len(customers.get(f"{path}/projects", archived="true")) == 1
    assert len(customers.get(f"{path}/projects", is_template="true")) == 1
    assert customers.names(f"{path}/tags")
    named = set(ours.names(f"/workspaces/{here['id']}/projects"))
    assert len(named & set(live)) == 2
    addresses = [row["email"] for row in customers.get(f"{path}/users")]
    assert addresses == ["ada@customer.example", "cora@customer.example"]


# ----------------------------------------------------------------------- access


@pytest.mark.parametrize("how", ["revoke", "expire"])
def test_a_key_that_was_taken_back_is_unknown_until_it_is_granted_again(
    how: str, world: World, clockify: ClockifySandbox
) -> None:
    ours = Caller(world, OUR_KEY)
    who = {"provider": "clockify", "person": "ours"}
    requests.post(f"{world.url}/{how}", json=who, timeout=5).raise_for_status()
    assert ours.refused("GET", "/user") == (401, 4003)
    assert Caller(world, CUSTOMER_KEY).get("/user")
    assert clockify.grant("ours") == {"api_key": OUR_KEY}
    assert ours.get("/user")


def test_whoever_is_unknown_is_granted_nothing(world: World, clockify: ClockifySandbox) -> None:
    with pytest.raises(LookupError, match="there are ours, customer"):
        clockify.grant("zoe")
    clockify.empty()
    with pytest.raises(LookupError):
        clockify.grant("ours")
    assert requests.get(f"{world.url}/state", timeout=5).status_code == 200


# -------------------------------------------------------------------- happenings


def test_the_page_has_a_button_for_each(world: World, clockify: ClockifySandbox) -> None:
    page = requests.get(f"{world.url}/state", timeout=5).text
    assert clockify.happenings
    for words in clockify.happenings.values():
        assert f"<button>{words}</button>" in page
    assert OUR_KEY not in page
    assert 'aria-label="Revoke the access of customer at Clockify"' in page


def test_ada_books_corrects_and_deletes(world: World, clockify: ClockifySandbox) -> None:
    before = adas(clockify)
    press(world, "another_hour").raise_for_status()
    [new] = [entry for entry in adas(clockify) if entry not in before]
    assert new.project_id
    assert clockify.projects[new.project_id].name in ("Website", "Support")
    assert new.end is not None
    assert (new.end - new.start).total_seconds() == 3600

    press(world, "corrected").raise_for_status()
    assert clockify.entries[new.id].description == "Another hour (corrected)"
    press(world, "deleted").raise_for_status()
    assert adas(clockify) == before
    assert clockify.writes == []


def test_ada_can_delete_only_what_she_has(world: World, clockify: ClockifySandbox) -> None:
    answers = [press(world, "deleted") for _ in range(len(adas(clockify)))]
    assert answers[0].status_code == 200
    assert answers[-1].json() == {"error": "Ada has booked nothing for the customer"}
    # The running timer and what is internal are not touched.
    assert {entry.end is None for entry in adas(clockify)} == {True, False}


def test_at_the_customer_somebody_edits_opens_and_renames(
    world: World, clockify: ClockifySandbox
) -> None:
    there = workspace(clockify, "Customer's workspace")
    ada = user(clockify, "ada@customer.example")
    assert press(world, "edited_there").status_code == 400
    now = clockify.now()
    entry = clockify.add_entry(there.id, ada.id, now, now, description="Sprint")
    press(world, "edited_there").raise_for_status()
    assert clockify.entries[entry.id].description != "Sprint"

    before = dict(clockify.projects)
    press(world, "opened").raise_for_status()
    [new] = [each for each in clockify.projects.values() if each.id not in before]
    assert new.workspace_id == there.id
    press(world, "renamed").raise_for_status()
    assert clockify.projects[new.id].name != new.name


def test_nothing_happens_where_nobody_is(world: World, clockify: ClockifySandbox) -> None:
    clockify.empty()
    for name in (*clockify.happenings, "war"):
        assert press(world, name).status_code == 400


# ---------------------------------------------------------------------- keeping


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    with World(keep=tmp_path) as before:
        office = Office(before)
        walled = office.box.add_workspace(
            "Walled", owner=office.alice, subdomain="walled", lockTimeEntries=datetime.now(UTC)
        )
        key = office.box.key_for(office.alice, walled)
        office.box.add_task(office.project.id, "Design")
        office.box.add_tag(office.workspace.id, "Remote")
        office.entry(office.bob, custom_fields={"64a0f0000000000000000001": ["a", 1, None]})
        sent = {"start": "2026-03-02T08:00:00Z", "end": "2026-03-02T09:00:00Z"}
        made = office.caller(office.alice).ask("POST", office.own, sent).json()
        held = office.box.snapshot()
    with World(keep=tmp_path) as after:
        box = after.of(ClockifySandbox)
        assert box.snapshot() == held
        alice = Caller(after, office.alice.key)
        assert alice.get(f"{office.own}/{made['id']}") == made
        assert Caller(after, key).names("/workspaces") == ["Walled"]
        again = alice.ask("POST", office.own, sent).json()["id"]
        assert int(again, 16) == int(made["id"], 16) + 1


def test_a_reset_brings_the_first_people_back(world: World, clockify: ClockifySandbox) -> None:
    clockify.empty()
    requests.post(f"{world.url}/reset", json={}, timeout=5).raise_for_status()
    assert Caller(world, OUR_KEY).names("/workspaces") == ["Our workspace"]
    assert len(adas(clockify)) > 10
