"""The Clockify sandbox: making, replacing and deleting time entries, one at a time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from integrations.sandbox import Fault
from tests.integrations.clockify.calls import Caller, Office, done

DAY = "2026-03-02"
HOUR: dict[str, Any] = {"start": f"{DAY}T08:00:00Z", "end": f"{DAY}T09:00:00Z"}
GONE = "64a0e00000000000000000ff"
MISSING = "Can't save, required fields are missing or archived."


@pytest.fixture
def alice(office: Office) -> Caller:
    return office.caller(office.alice)


@pytest.fixture
def bob(office: Office) -> Caller:
    return office.caller(office.bob)


# ----------------------------------------------------------------------- making


def test_an_entry_is_made_for_the_keys_owner(office: Office, bob: Caller) -> None:
    told = done(bob.ask("POST", office.own, HOUR), 201)
    assert (told["userId"], told["type"], told["billable"]) == (office.bob.id, "REGULAR", False)
    assert (told["projectId"], told["tagIds"], told["description"]) == (None, None, "")
    assert told["timeInterval"] == {**HOUR, "duration": "PT1H"}
    assert bob.get(f"{office.own}/{told['id']}") == told
    [held] = office.box.entries_of(office.workspace.id, office.bob.id)
    assert held.start == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert office.box.writes == [("POST", "entry", told["id"])]


def test_an_entry_holds_what_was_sent(office: Office, alice: Caller) -> None:
    task = office.box.add_task(office.project.id, "Design")
    tags = [office.box.add_tag(office.workspace.id, name).id for name in ("a", "b")]
    sent = {
        "description": "Sketches",
        "projectId": office.project.id,
        "taskId": task.id,
        "tagIds": tags,
        "billable": True,
        "type": "BREAK",
    }
    start = f"{DAY}T08:00:00.000Z"
    told = done(alice.ask("POST", office.own, HOUR | sent | {"start": start}), 201)
    assert told.items() >= sent.items()
    assert told["timeInterval"]["start"] == f"{DAY}T08:00:00Z"


def test_custom_fields_have_one_name_for_writing_and_one_for_reading(
    office: Office, alice: Caller
) -> None:
    values = [{"customFieldId": "64a0f0000000000000000001", "value": "ABC-1"}]
    told = done(alice.ask("POST", office.own, HOUR | {"customFieldValues": values}), 201)
    assert told["customFieldValues"] == []
    told = done(alice.ask("POST", office.own, HOUR | {"customFields": values}), 201)
    assert [each["value"] for each in told["customFieldValues"]] == ["ABC-1"]
    assert alice.refused("POST", office.own, HOUR | {"customFields": [{}]}) == (400, 3000)


def test_the_same_may_be_booked_twice_and_no_key_prevents_it(office: Office, alice: Caller) -> None:
    alice.headers["Idempotency-Key"] = "once"
    ids = {done(alice.ask("POST", office.own, HOUR), 201)["id"] for _ in range(2)}
    assert len(ids) == len(office.box.entries) == 2


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"projectId": GONE}, "Project doesn't belong to Workspace"),
        ({"taskId": GONE}, "Task doesn't belong to Project"),
        ({"tagIds": [GONE]}, "Tag doesn't belong to Workspace"),
        ({"type": "HOLIDAY"}, "Time entry type HOLIDAY is not supported"),
        ({"description": "x" * 3001}, "description has to be at most 3000 characters long"),
        ({"end": f"{DAY}T07:59:59Z"}, f"Start datetime {DAY}T08:00:00Z is greater than end"),
        ({"start": None}, "start must not be null"),
        ({"projectId": None}, "projectId must not be null"),
        ({"description": "a <b>"}, 'You entered wrong value. Don\'t use "<" and ">" characters'),
    ],
)
def test_an_unfit_entry_is_rejected(
    sent: dict[str, Any], words: str, office: Office, alice: Caller
) -> None:
    status, code, message = alice.refusal("POST", office.own, HOUR | sent)
    assert (status, code) == (400, 501)
    assert message.startswith(words)
    assert office.box.entries == {}
    assert office.box.writes == []


@pytest.mark.parametrize(
    "sent",
    [
        {"start": "2026-03-02 08:00"},
        {"start": "2026-03-02T08:00:00+01:00"},
        {"start": "2026-03-32T08:00:00Z"},
        {"start": 1},
        {"billable": "yes"},
        {"tagIds": "a"},
        {"description": 1},
    ],
)
def test_a_malformed_entry_is_refused(sent: dict[str, Any], office: Office, alice: Caller) -> None:
    assert alice.refused("POST", office.own, HOUR | sent) == (400, 3000)


@pytest.mark.parametrize("body", [None, [], "text"])
def test_a_body_is_an_object(body: Any, office: Office, alice: Caller) -> None:
    assert alice.refused("POST", office.own, body) == (400, 3000)


def test_a_foreign_task_or_project_is_as_good_as_none(office: Office, alice: Caller) -> None:
    elsewhere = office.box.add_workspace("Elsewhere", owner=office.alice)
    foreign = office.box.add_project(elsewhere.id, "Foreign")
    assert alice.refused("POST", office.own, HOUR | {"projectId": foreign.id}) == (400, 501)
    other = office.box.add_project(office.workspace.id, "Other")
    task = office.box.add_task(other.id, "Design")
    sent = HOUR | {"projectId": office.project.id, "taskId": task.id}
    assert alice.refused("POST", office.own, sent) == (400, 501)
    assert alice.refused("POST", office.own, HOUR | {"taskId": task.id}) == (400, 501)


def test_blanks_and_brackets_of_a_description_are_switched(office: Office, alice: Caller) -> None:
    sent = HOUR | {"description": " twice  two "}
    assert done(alice.ask("POST", office.own, sent), 201)["description"] == " twice  two "
    office.box.switches["descriptions"] = "trimmed"
    assert done(alice.ask("POST", office.own, sent), 201)["description"] == "twice  two"
    office.box.switches["angle_brackets"] = "in names only"
    sent = HOUR | {"description": "a <b>"}
    assert done(alice.ask("POST", office.own, sent), 201)["description"] == "a <b>"


def test_an_archived_project_takes_entries_unless_switched(office: Office, alice: Caller) -> None:
    office.box.change_project(office.project.id, archived=True)
    sent = HOUR | {"projectId": office.project.id}
    done(alice.ask("POST", office.own, sent), 201)
    office.box.switches["archived_project"] = "refused"
    assert alice.refusal("POST", office.own, sent) == (400, 501, MISSING)


def test_an_answer_may_be_lost_after_the_entry_was_made(office: Office, alice: Caller) -> None:
    office.world.faults.add(Fault("clockify", "lost", match="POST"))
    with pytest.raises(requests.ConnectionError):
        alice.ask("POST", office.own, HOUR)
    assert len(alice.get(office.of(office.alice))) == len(office.box.writes) == 1


# --------------------------------------------------------------------- billable


@pytest.mark.parametrize("switched", ["as sent", "by project"])
def test_who_decides_whether_an_entry_is_billable_is_switched(
    switched: str, office: Office, alice: Caller
) -> None:
    office.box.switches["billable"] = switched
    ours = office.box.add_project(office.workspace.id, "Internal", billable=False)
    by_project = switched == "by project"
    for project_id, usual in ((office.project.id, True), (ours.id, False), (None, False)):
        where = {"projectId": project_id} if project_id else {}
        told = done(alice.ask("POST", office.own, HOUR | where), 201)
        assert told["billable"] is (usual and by_project)
        for asked in (True, False):
            sent = HOUR | where | {"billable": asked}
            expected = usual if by_project else asked
            assert done(alice.ask("POST", office.own, sent), 201)["billable"] is expected
            changed = done(alice.ask("PUT", f"{office.own}/{told['id']}", sent))
            assert changed["billable"] is expected


def test_where_only_admins_decide_a_members_entry_is_as_its_project(
    office: Office, alice: Caller, bob: Caller
) -> None:
    office.box.change_settings(office.workspace.id, onlyAdminsCanChangeBillableStatus=True)
    sent = HOUR | {"projectId": office.project.id, "billable": False}
    assert done(bob.ask("POST", office.own, sent), 201)["billable"] is True
    assert done(alice.ask("POST", office.own, sent), 201)["billable"] is False


# ---------------------------------------------------------------- for somebody else


def test_admins_may_book_for_others(office: Office, alice: Caller, bob: Caller) -> None:
    told = done(alice.ask("POST", office.of(office.bob), HOUR), 201)
    assert told["userId"] == office.bob.id
    refused = bob.ask("POST", office.of(office.alice), HOUR)
    assert (refused.status_code, refused.content) == (403, b"")
    office.box.join(office.workspace, office.bob, "admin")
    done(bob.ask("POST", office.of(office.alice), HOUR), 201)


def test_booking_for_others_may_not_be_part_of_the_plan(office: Office, alice: Caller) -> None:
    office.box.switches["others"] = "forbidden"
    refused = alice.ask("POST", office.of(office.bob), HOUR)
    assert (refused.status_code, refused.content) == (403, b"")
    done(alice.ask("POST", office.of(office.alice), HOUR), 201)


def test_one_may_be_copied_from(office: Office, alice: Caller) -> None:
    held = office.entry(office.alice, project_id=office.project.id, description="As before")
    told = done(alice.ask("POST", office.of(office.bob), HOUR, from_entry=held.id), 201)
    assert (told["projectId"], told["description"]) == (office.project.id, "As before")
    unknown = alice.ask("POST", office.of(office.bob), HOUR, from_entry=GONE)
    assert (unknown.status_code, unknown.content) == (404, b"")


def test_others_entries_are_changed_by_admins_alone(
    office: Office, alice: Caller, bob: Caller
) -> None:
    hers, his = office.entry(office.alice), office.entry(office.bob)
    office.box.change_settings(office.workspace.id, onlyAdminsSeeAllTimeEntries=False)
    assert bob.refused("PUT", office.one(hers), HOUR) == (403, 501)
    assert bob.refused("DELETE", office.one(hers)) == (403, 501)
    assert done(alice.ask("PUT", office.one(his), HOUR))["userId"] == office.bob.id
    assert alice.ask("DELETE", office.one(his)).status_code == 204


# -------------------------------------------------------------------- replacing


def test_what_is_left_out_is_cleared(office: Office, alice: Caller) -> None:
    made = done(alice.ask("POST", office.own, HOUR | office.whole_entry() | {"type": "BREAK"}), 201)
    told = done(alice.ask("PUT", f"{office.own}/{made['id']}", {"start": HOUR["start"]}))
    assert (told["projectId"], told["taskId"], told["tagIds"]) == (None, None, None)
    assert (told["description"], told["billable"], told["customFieldValues"]) == ("", False, [])
    assert told["timeInterval"]["end"] is None
    assert told["type"] == "BREAK"
    assert office.box.writes[-1] == ("PUT", "entry", made["id"])


def test_or_it_is_kept(office: Office, alice: Caller) -> None:
    office.box.switches["omitted"] = "kept"
    made = done(alice.ask("POST", office.own, HOUR | office.whole_entry()), 201)
    told = done(alice.ask("PUT", f"{office.own}/{made['id']}", {"start": HOUR["start"]}))
    assert told == made
    office.box.switches["nulls"] = "accepted"
    sent = {"start": HOUR["start"], "projectId": None, "taskId": None, "tagIds": None}
    told = done(alice.ask("PUT", f"{office.own}/{made['id']}", sent))
    assert (told["projectId"], told["taskId"], told["tagIds"]) == (None, None, None)
    assert told["description"] == "Sketches"


@pytest.mark.parametrize(
    "name", ["end", "projectId", "taskId", "tagIds", "description", "billable", "customFields"]
)
def test_nulls_are_refused_unless_switched(name: str, office: Office, alice: Caller) -> None:
    entry = office.entry(office.alice)
    sent = HOUR | {name: None}
    assert alice.refused("PUT", office.one(entry), sent) == (400, 501)
    office.box.switches["nulls"] = "accepted"
    done(alice.ask("PUT", office.one(entry), sent))
    assert alice.refused("PUT", office.one(entry), sent | {"start": None}) == (400, 501)


def test_a_start_is_always_needed(office: Office, alice: Caller) -> None:
    entry = office.entry(office.alice)
    sent = {"description": "Only this"}
    assert alice.refusal("PUT", office.one(entry), sent) == (400, 501, "start must not be null")


def test_what_is_gone_is_gone(office: Office, alice: Caller) -> None:
    entry = office.entry(office.alice)
    assert alice.ask("DELETE", office.one(entry)).status_code == 204
    refusal = (400, 501, "Time entry doesn't belong to Workspace")
    assert alice.refusal("DELETE", office.one(entry)) == refusal
    assert alice.refusal("PUT", office.one(entry), HOUR) == refusal
    assert alice.refusal("GET", office.one(entry)) == refusal
    assert office.box.writes == [("DELETE", "entry", entry.id)]


# ----------------------------------------------------------------------- timers


def test_without_an_end_it_is_a_timer_and_stops_the_one_before(
    office: Office, alice: Caller
) -> None:
    first = done(alice.ask("POST", office.own, {"start": f"{DAY}T08:00:00Z"}), 201)
    assert first["timeInterval"]["end"] is None
    done(alice.ask("POST", office.own, {"start": f"{DAY}T10:00:00Z", "end": None}), 201)
    stopped = alice.get(f"{office.own}/{first['id']}")
    assert stopped["timeInterval"]["end"] == f"{DAY}T10:00:00Z"
    assert len(alice.get(office.of(office.alice), in_progress="true")) == 1


def test_a_timer_is_stopped_once(office: Office, alice: Caller, bob: Caller) -> None:
    running = office.entry(office.bob, end=None)
    path, end = office.of(office.bob), {"end": f"{DAY}T09:15:00Z"}
    assert bob.refused("PATCH", path, {"end": f"{DAY}T07:00:00Z"}) == (400, 501)
    assert bob.refused("PATCH", path, {}) == (400, 501)
    assert bob.refused("PATCH", office.of(office.alice), end) == (403, 501)
    told = done(bob.ask("PATCH", path, end))
    assert (told["id"], told["timeInterval"]["duration"]) == (running.id, "PT1H15M")
    assert bob.refused("PATCH", path, end) == (404, 404)
    assert alice.refused("PATCH", path, end) == (404, 404)


# --------------------------------------------------------------------- for tests


def test_what_others_do_by_hand_is_seen_and_is_no_write(office: Office, alice: Caller) -> None:
    start = datetime(2026, 3, 2, 8, 0, 0, 999_999, tzinfo=UTC)
    entry = office.box.add_entry(
        office.workspace.id, office.alice.id, start, start + timedelta(hours=1)
    )
    office.box.change_entry(entry.id, description="By hand")
    [told] = alice.get(office.of(office.alice))
    assert (told["description"], told["timeInterval"]["duration"]) == ("By hand", "PT1H")
    office.box.remove_entry(entry.id)
    assert alice.get(office.of(office.alice)) == []
    office.box.remove_project(office.project.id)
    assert alice.get(f"{office.path}/projects") == []
    assert office.box.writes == []
