"""Clockify: what is written, whole and once, and what becomes of what is to go."""

from datetime import timedelta
from typing import Any

import pytest

from integrations.clockify.client import ClockifyClient, EntryValues
from integrations.clockify.sandbox import ClockifySandbox
from integrations.clockify.sandbox_stored import StoredUser, StoredWorkspace
from integrations.errors import RejectedError
from integrations.sandbox import World
from tests.integrations.clockify.rows import (
    ENTRY_ID,
    ENTRY_ROW,
    NINE,
    WORKSPACE,
    at,
    body,
    values,
)
from tests.integrations.clockify.stored import as_told, hold
from tests.integrations.misbehaving import Misbehaving

HOUR = timedelta(hours=1)
FORBIDDEN = "forbidden: no permission, or the plan does not have this"


# ----------------------------------------------------------------- made and changed


def test_an_entry_is_made_as_it_is_to_be(
    full: EntryValues, clockify: ClockifyClient, place: StoredWorkspace, alice: StoredUser
) -> None:
    made = clockify.create_entry(place.id, full)
    assert as_told(made) == full
    assert made.user_id == alice.id
    assert clockify.entry(place.id, made.id) == made


def test_an_entry_may_be_of_nothing_but_time(
    clockify: ClockifyClient, place: StoredWorkspace, world: World
) -> None:
    assert as_told(clockify.create_entry(place.id, values())) == values()
    assert body(world) == values().body()
    assert None not in body(world).values()


def test_what_is_made_for_another_is_theirs(
    full: EntryValues,
    clockify: ClockifyClient,
    place: StoredWorkspace,
    alice: StoredUser,
    bob: StoredUser,
    world: World,
) -> None:
    made = clockify.create_entry(place.id, full, user=bob.id)
    assert made.user_id == bob.id
    assert as_told(made) == full
    assert world.requests[-1].path.endswith(f"/user/{bob.id}/time-entries")
    assert clockify.create_entry(place.id, full, user=alice.id).user_id == alice.id


def test_only_some_may_book_for_others(
    clockify: ClockifyClient,
    member: ClockifyClient,
    place: StoredWorkspace,
    alice: StoredUser,
    bob: StoredUser,
    sandbox: ClockifySandbox,
) -> None:
    with pytest.raises(RejectedError, match=FORBIDDEN):
        member.create_entry(place.id, values(), user=alice.id)
    sandbox.switches["others"] = "forbidden"
    with pytest.raises(RejectedError, match=FORBIDDEN):
        clockify.create_entry(place.id, values(), user=bob.id)
    assert sandbox.writes == []


@pytest.mark.parametrize("omitted", ["cleared", "kept"])
@pytest.mark.parametrize("nulls", ["refused", "accepted"])
def test_an_entry_becomes_what_it_is_to_be_in_one_request(
    omitted: str,
    nulls: str,
    full: EntryValues,
    clockify: ClockifyClient,
    place: StoredWorkspace,
    alice: StoredUser,
    sandbox: ClockifySandbox,
    world: World,
) -> None:
    sandbox.switches["omitted"] = omitted
    sandbox.switches["nulls"] = nulls
    held = hold(sandbox, place, alice, description="Something else", billable=True)
    assert as_told(clockify.update_entry(place.id, held.id, full)) == full
    bare = values(project_id=full.project_id, task_id=full.task_id)
    stripped = clockify.update_entry(place.id, held.id, bare)
    assert (stripped.tag_ids, stripped.description, stripped.billable) == ((), "", False)
    assert (stripped.project_id, stripped.type) == (full.project_id, "REGULAR")
    assert len(world.requests) == 2
    assert body(world)["tagIds"] == []
    assert body(world)["description"] == ""


# Under which of the stand-in's switches what is to go does go, and in how many requests.
GOING = [("cleared", "refused", 1), ("cleared", "accepted", 1), ("kept", "accepted", 2)]


@pytest.mark.parametrize(("omitted", "nulls", "requests"), GOING)
def test_a_task_goes_whatever_leaving_it_out_means(
    omitted: str,
    nulls: str,
    requests: int,
    full: EntryValues,
    clockify: ClockifyClient,
    place: StoredWorkspace,
    sandbox: ClockifySandbox,
    world: World,
) -> None:
    held = clockify.create_entry(place.id, full)
    sandbox.switches["omitted"] = omitted
    sandbox.switches["nulls"] = nulls
    world.requests.clear()
    wanted = values(project_id=full.project_id, custom_fields=full.custom_fields)
    assert as_told(clockify.update_entry(place.id, held.id, wanted)) == wanted
    bodies = [body(world, number) for number in range(len(world.requests))]
    assert bodies == [wanted.body(), wanted.body() | {"taskId": None}][:requests]


@pytest.mark.parametrize(("omitted", "nulls", "requests"), GOING)
def test_a_task_does_not_come_along_to_another_project(
    omitted: str,
    nulls: str,
    requests: int,
    full: EntryValues,
    clockify: ClockifyClient,
    place: StoredWorkspace,
    sandbox: ClockifySandbox,
    world: World,
) -> None:
    held = clockify.create_entry(place.id, full)
    support = sandbox.add_project(place.id, "Support")
    sandbox.switches["omitted"] = omitted
    sandbox.switches["nulls"] = nulls
    world.requests.clear()
    moved = clockify.update_entry(place.id, held.id, values(project_id=support.id))
    assert (moved.project_id, moved.task_id) == (support.id, None)
    assert len(world.requests) == requests


@pytest.mark.parametrize(("omitted", "nulls", "requests"), GOING)
def test_a_project_goes_as_well(
    omitted: str,
    nulls: str,
    requests: int,
    full: EntryValues,
    clockify: ClockifyClient,
    place: StoredWorkspace,
    sandbox: ClockifySandbox,
    world: World,
) -> None:
    held = clockify.create_entry(place.id, full)
    sandbox.switches["omitted"] = omitted
    sandbox.switches["nulls"] = nulls
    world.requests.clear()
    told = clockify.update_entry(place.id, held.id, values())
    assert (told.project_id, told.task_id) == (None, None)
    assert len(world.requests) == requests


def test_a_task_that_will_not_go_is_shown_as_it_is(
    full: EntryValues, clockify: ClockifyClient, place: StoredWorkspace, sandbox: ClockifySandbox
) -> None:
    held = clockify.create_entry(place.id, full)
    sandbox.switches["omitted"] = "kept"
    wanted = values(project_id=full.project_id)
    told = clockify.update_entry(place.id, held.id, wanted)
    assert told.task_id == full.task_id
    assert told == clockify.entry(place.id, held.id)
    support = sandbox.add_project(place.id, "Support")
    with pytest.raises(RejectedError, match="Task doesn't belong to Project"):
        clockify.update_entry(place.id, held.id, values(project_id=support.id))


def test_a_task_that_always_shows_is_asked_to_go_once_more_and_no_oftener(
    misbehaving: Misbehaving,
) -> None:
    client = at(misbehaving, ENTRY_ROW)
    told = client.update_entry(WORKSPACE, ENTRY_ID, values(project_id="64a011"))
    assert told.task_id == "64a031"
    first, second = misbehaving.seen
    assert b'"taskId"' not in first
    assert b'"taskId": null' in second
    misbehaving.seen.clear()
    client.update_entry(WORKSPACE, ENTRY_ID, values(project_id="64a011", task_id="64a032"))
    assert len(misbehaving.seen) == 1


@pytest.mark.parametrize(
    ("status", "tries"),
    [(b"400 Bad Request", 2), (b"403 Forbidden", 1), (b"409 Conflict", 1)],
)
def test_the_first_refusal_is_the_one_that_is_told(
    status: bytes, tries: int, misbehaving: Misbehaving
) -> None:
    client = at(misbehaving, {"message": "No.", "code": 501}, status=status)
    with pytest.raises(RejectedError, match=r"No\."):
        client.update_entry(WORKSPACE, ENTRY_ID, values(project_id="64a011"))
    assert len(misbehaving.seen) == tries
    misbehaving.seen.clear()
    with pytest.raises(RejectedError):
        client.update_entry(WORKSPACE, ENTRY_ID, values(project_id="1", task_id="2"))
    assert len(misbehaving.seen) == 1


def test_what_is_gone_cannot_be_changed(
    clockify: ClockifyClient, place: StoredWorkspace, alice: StoredUser, sandbox: ClockifySandbox
) -> None:
    held = hold(sandbox, place, alice)
    sandbox.remove_entry(held.id)
    with pytest.raises(RejectedError, match="doesn't belong"):
        clockify.update_entry(place.id, held.id, values())


@pytest.mark.parametrize("omitted", ["cleared", "kept"])
def test_somebodys_own_fields_survive_a_change(
    omitted: str,
    clockify: ClockifyClient,
    place: StoredWorkspace,
    alice: StoredUser,
    sandbox: ClockifySandbox,
) -> None:
    sandbox.switches["omitted"] = omitted
    own = {"64a0f1": "ABC-1", "64a0f2": ["one", "two"], "64a0f3": False}
    held = hold(sandbox, place, alice, custom_fields=own)
    there = clockify.entry(place.id, held.id)
    assert there is not None
    wanted = values(description="Changed", custom_fields=there.custom_fields)
    assert clockify.update_entry(place.id, held.id, wanted).custom_fields == there.custom_fields
    assert sandbox.entries[held.id].custom_fields == own


# ------------------------------------------------------------------------- deleted


def test_what_is_gone_need_not_be_deleted(
    clockify: ClockifyClient, place: StoredWorkspace, alice: StoredUser, sandbox: ClockifySandbox
) -> None:
    held = hold(sandbox, place, alice)
    clockify.delete_entry(place.id, held.id)
    clockify.delete_entry(place.id, held.id)
    assert held.id not in sandbox.entries
    assert [write.method for write in sandbox.writes] == ["DELETE"]


@pytest.mark.parametrize("status", ["403", "400"])
def test_nobody_may_touch_what_was_approved(
    status: str,
    clockify: ClockifyClient,
    place: StoredWorkspace,
    alice: StoredUser,
    sandbox: ClockifySandbox,
) -> None:
    sandbox.switches["approved"] = status
    held = hold(sandbox, place, alice, approval="64a0c1")
    with pytest.raises(RejectedError, match="approval"):
        clockify.delete_entry(place.id, held.id)
    with pytest.raises(RejectedError, match="approval"):
        clockify.update_entry(place.id, held.id, values())
    with pytest.raises(RejectedError, match="approval"):
        clockify.delete_entries(place.id, alice.id, [held.id])
    assert held.id in sandbox.entries


def test_members_may_not_touch_what_is_locked(
    member: ClockifyClient, place: StoredWorkspace, bob: StoredUser, sandbox: ClockifySandbox
) -> None:
    held = hold(sandbox, place, bob)
    sandbox.change_settings(place.id, lockTimeEntries=NINE + HOUR)
    with pytest.raises(RejectedError, match="locked"):
        member.update_entry(place.id, held.id, values())
    with pytest.raises(RejectedError, match="locked"):
        member.delete_entry(place.id, held.id)
    with pytest.raises(RejectedError, match="locked"):
        member.create_entry(place.id, values())


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"forceProjects": True}, "required fields are missing"),
        ({"forceDescription": True}, "required fields are missing"),
        ({"timeTrackingMode": "STOPWATCH_ONLY"}, "Manual time tracking disabled"),
    ],
)
def test_what_clockify_refuses_is_told_in_its_words(
    rules: dict[str, Any],
    words: str,
    clockify: ClockifyClient,
    place: StoredWorkspace,
    sandbox: ClockifySandbox,
) -> None:
    sandbox.change_settings(place.id, **rules)
    with pytest.raises(RejectedError, match=words):
        clockify.create_entry(place.id, values())
    with pytest.raises(RejectedError, match="doesn't belong"):
        clockify.create_entry(place.id, values(project_id="64a0170"))
