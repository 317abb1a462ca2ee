"""The Clockify sandbox: what a workspace forces, and what is locked or approved."""

from typing import Any

import pytest

from tests.integrations.clockify.calls import NOW, Caller, Office, done

DAY = "2026-03-02"
HOUR: dict[str, Any] = {"start": f"{DAY}T08:00:00Z", "end": f"{DAY}T09:00:00Z"}
MISSING = "Can't save, required fields are missing or archived."
LOCKED = (403, 1003, "Cannot edit a locked time entry")


@pytest.fixture
def alice(office: Office) -> Caller:
    return office.caller(office.alice)


@pytest.fixture
def bob(office: Office) -> Caller:
    return office.caller(office.bob)


# ----------------------------------------------------------------------- forced


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ("forceProjects", "projectId"),
        ("forceTasks", "taskId"),
        ("forceTags", "tagIds"),
        ("forceDescription", "description"),
    ],
)
def test_what_is_forced_has_to_be_there(
    setting: str, name: str, office: Office, alice: Caller
) -> None:
    office.box.change_settings(office.workspace.id, **{setting: True})
    sent = HOUR | office.whole_entry()
    less = {key: value for key, value in sent.items() if key != name}
    if name == "projectId":
        del less["taskId"]
    assert alice.refusal("POST", office.own, less) == (400, 501, MISSING)
    made = done(alice.ask("POST", office.own, sent), 201)
    assert alice.refused("PUT", f"{office.own}/{made['id']}", less) == (400, 501)

    done(alice.ask("POST", office.own, {"start": f"{DAY}T10:00:00Z"}), 201)
    stop = {"end": f"{DAY}T11:00:00Z"}
    assert alice.refusal("PATCH", office.of(office.alice), stop) == (400, 501, MISSING)


def test_where_only_the_stopwatch_counts_nothing_is_entered_by_hand(
    office: Office, alice: Caller
) -> None:
    entry = office.entry(office.alice, description="Before")
    office.box.change_settings(office.workspace.id, timeTrackingMode="STOPWATCH_ONLY")
    words = "Manual time tracking disabled on Office"
    assert alice.refusal("POST", office.own, HOUR) == (403, 4030, words)
    longer = HOUR | {"end": f"{DAY}T10:00:00Z"}
    assert alice.refused("PUT", office.one(entry), longer) == (403, 4030)
    done(alice.ask("PUT", office.one(entry), HOUR | {"description": "After"}))
    done(alice.ask("POST", office.own, {"start": f"{DAY}T10:00:00Z"}), 201)


# ------------------------------------------------------------- locked and approved


def test_a_locked_entry_is_closed_to_members(office: Office, alice: Caller, bob: Caller) -> None:
    entry = office.entry(office.bob)
    office.box.change_settings(office.workspace.id, lockTimeEntries=NOW)
    assert bob.refusal("PUT", office.one(entry), HOUR) == LOCKED
    assert bob.refusal("DELETE", office.one(entry)) == LOCKED
    done(alice.ask("PUT", office.one(entry), HOUR))
    assert alice.ask("DELETE", office.one(entry)).status_code == 204


def test_whether_members_may_book_in_a_locked_period_is_switched(
    office: Office, alice: Caller, bob: Caller
) -> None:
    office.box.change_settings(office.workspace.id, lockTimeEntries=NOW)
    later = office.entry(office.bob, day=19)
    assert bob.refusal("POST", office.own, HOUR) == LOCKED
    assert bob.refusal("PUT", office.one(later), HOUR) == LOCKED
    done(alice.ask("POST", office.own, HOUR), 201)
    office.box.switches["locked_create"] = "accepted"
    assert done(bob.ask("POST", office.own, HOUR), 201)["isLocked"] is True
    done(bob.ask("PUT", office.one(later), HOUR))


@pytest.mark.parametrize("status", [403, 400])
def test_an_approved_entry_is_closed_to_everybody(
    status: int, office: Office, alice: Caller
) -> None:
    office.box.switches["approved"] = str(status)
    entry = office.entry(office.alice, approval="64a0f00000000000000000aa")
    assert alice.refused("PUT", office.one(entry), HOUR) == (status, 501)
    assert alice.refused("DELETE", office.one(entry)) == (status, 501)
    office.box.change_entry(entry.id, approval=None)
    assert alice.ask("DELETE", office.one(entry)).status_code == 204
