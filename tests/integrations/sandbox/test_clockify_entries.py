"""The Clockify sandbox: which time entries are told, and how they look."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.clockify.sandbox_stored import StoredEntry
from tests.integrations.clockify.calls import NOW, Caller, Office

SUMMER = datetime(2026, 8, 8, tzinfo=UTC)


@pytest.fixture
def alice(office: Office) -> Caller:
    return office.caller(office.alice)


@pytest.fixture
def bob(office: Office) -> Caller:
    return office.caller(office.bob)


def found(caller: Caller, path: str, **query: Any) -> list[str]:
    return [row["id"] for row in caller.get(path, **query)]


# ------------------------------------------------------------------------ looks


def test_an_entry_tells_all_of_itself(office: Office, alice: Caller) -> None:
    task = office.box.add_task(office.project.id, "Design")
    tag = office.box.add_tag(office.workspace.id, "Remote")
    entry = office.entry(
        office.alice,
        end=datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC),
        project_id=office.project.id,
        task_id=task.id,
        tag_ids=[tag.id],
        description="Sketches",
        billable=True,
        custom_fields={"64a0f0000000000000000001": "ABC-1"},
        approval="64a0f00000000000000000aa",
    )
    told = alice.get(office.one(entry))
    [value] = told.pop("customFieldValues")
    assert (value["customFieldId"], value["value"]) == ("64a0f0000000000000000001", "ABC-1")
    assert value["timeEntryId"] == entry.id
    expected = {
        "id": entry.id,
        "description": "Sketches",
        "userId": office.alice.id,
        "workspaceId": office.workspace.id,
        "projectId": office.project.id,
        "taskId": task.id,
        "tagIds": [tag.id],
        "billable": True,
        "isLocked": False,
        "type": "REGULAR",
        "approvalRequestId": "64a0f00000000000000000aa",
        "timeInterval": {
            "start": "2026-03-02T08:00:00Z",
            "end": "2026-03-02T09:30:15Z",
            "duration": "PT1H30M15S",
        },
    }
    assert told.items() >= expected.items()
    assert not {"createdAt", "updatedAt", "version"} & told.keys()


def test_an_entry_with_nothing_in_it_is_full_of_nulls(office: Office, alice: Caller) -> None:
    entry = office.entry(office.alice, end=None, type="TIMEOFF")
    told = alice.get(office.one(entry))
    assert (told["projectId"], told["taskId"], told["tagIds"]) == (None, None, None)
    assert (told["timeInterval"]["end"], told["timeInterval"]["duration"]) == (None, None)
    assert told["type"] == "TIMEOFF"
    office.box.switches["no_tags"] = "empty"
    assert alice.get(office.one(entry))["tagIds"] == []


def test_an_empty_entry_lasts_no_second(office: Office, alice: Caller) -> None:
    entry = office.entry(office.alice, end=datetime(2026, 3, 2, 8, tzinfo=UTC))
    assert alice.get(office.one(entry))["timeInterval"]["duration"] == "PT0S"


def test_hydrated_entries_bring_what_they_name(office: Office, alice: Caller) -> None:
    tag = office.box.add_tag(office.workspace.id, "Remote")
    entry = office.entry(office.alice, project_id=office.project.id, tag_ids=[tag.id])
    for told in (
        alice.get(office.one(entry), hydrated="true"),
        alice.get(office.of(office.alice), hydrated="true")[0],
    ):
        assert told["project"]["clientName"] == "Globex"
        assert [each["name"] for each in told["tags"]] == ["Remote"]
        assert (told["task"], told["kiosk"], told["user"]["name"]) == (None, None, "Alice")
        assert told["projectId"] == office.project.id
    assert "project" not in alice.get(office.one(entry))


def test_an_entry_under_a_workspaces_lock_says_so(office: Office, alice: Caller) -> None:
    before, after = office.entry(office.alice, day=2), office.entry(office.alice, day=10)
    until = datetime(2026, 3, 10, 8, tzinfo=UTC)
    office.box.change_settings(office.workspace.id, lockTimeEntries=until)
    assert alice.get(office.one(before))["isLocked"] is True
    assert alice.get(office.one(after))["isLocked"] is False


# ------------------------------------------------------------------------ lists


def test_the_newest_entry_comes_first_and_pages_follow(office: Office, alice: Caller) -> None:
    made = [office.entry(office.alice, day=day, hour=hour) for day in (4, 2, 3) for hour in (8, 9)]
    newest = [row.id for row in sorted(made, key=lambda row: row.start, reverse=True)]
    path = office.of(office.alice)
    assert found(alice, path) == newest
    first = alice.ask("GET", path, page_size=4)
    assert first.headers["Last-Page"] == "false"
    second = alice.ask("GET", path, page_size=4, page=2)
    assert second.headers["Last-Page"] == "true"
    assert [row["id"] for row in first.json() + second.json()] == newest
    assert alice.refused("GET", path, page_size=100000) == (400, 3000)


def test_both_bounds_look_at_the_start_alone(office: Office, alice: Caller) -> None:
    entries = [office.entry(office.alice, hour=hour) for hour in (8, 9, 10)]
    path, day = office.of(office.alice), "2026-03-02T"
    ids = [entry.id for entry in entries]
    assert found(alice, path, start=f"{day}09:00:00Z") == [ids[2], ids[1]]
    assert found(alice, path, end=f"{day}10:00:00Z") == [ids[1], ids[0]]
    # The first ends within, and is not told.
    assert found(alice, path, start=f"{day}08:30:00Z", end=f"{day}09:30:00Z") == [ids[1]]
    assert found(alice, path, start=f"{day}09:00:00.000Z", end=f"{day}09:00:01Z") == [ids[1]]
    assert found(alice, path, get_week_before="2026-03-09T10:00:00Z") == [ids[2]]


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-03-02", "2026-03-02T09:00:00", "2026-03-02T09:00:00 02:00"]
)
def test_a_bound_that_is_no_instant_is_refused(text: str, office: Office, alice: Caller) -> None:
    for name in ("start", "end", "get-week-before"):
        assert alice.refused("GET", office.of(office.alice), **{name: text}) == (400, 3000)


def test_entries_are_found_by_what_is_in_them(office: Office, alice: Caller) -> None:
    box = office.box
    task = box.add_task(office.project.id, "Design")
    tags = [box.add_tag(office.workspace.id, name) for name in ("a", "b")]
    plain = office.entry(office.alice, hour=8, description="Reading")
    on_project = office.entry(office.alice, hour=9, project_id=office.project.id)
    on_task = office.entry(
        office.alice,
        hour=10,
        project_id=office.project.id,
        task_id=task.id,
        tag_ids=[tags[0].id],
        description="Writing",
    )
    running = office.entry(office.alice, hour=11, end=None, tag_ids=[tags[1].id])
    path = office.of(office.alice)
    assert found(alice, path, project=office.project.id) == [on_task.id, on_project.id]
    assert found(alice, path, project_required="true") == [on_task.id, on_project.id]
    assert found(alice, path, task=task.id) == found(alice, path, task_required=1) == [on_task.id]
    assert found(alice, path, tags=[tags[0].id, tags[1].id]) == [running.id, on_task.id]
    assert found(alice, path, description="READ") == [plain.id]
    assert found(alice, path, in_progress="true") == [running.id]
    # False is no opposite of it.
    assert running.id in found(alice, path, in_progress="false")
    assert alice.refused("GET", path, in_progress="maybe") == (400, 3000)


def test_everybodys_running_timers_come_ten_a_page(
    office: Office, alice: Caller, bob: Caller
) -> None:
    office.entry(office.alice)
    own = office.entry(office.bob, end=None)
    for _ in range(11):
        office.entry(office.alice, end=None)
    path = f"{office.path}/time-entries/status/in-progress"
    first = alice.ask("GET", path)
    assert (len(first.json()), first.headers["Last-Page"]) == (10, "false")
    assert len(alice.get(path, page_size=1000)) == 12
    assert alice.refused("GET", path, page_size=1001) == (400, 3000)
    assert found(bob, path) == [own.id]


# ------------------------------------------------------------------------ zones


def around(office: Office, moment: datetime) -> dict[int, StoredEntry]:
    """Bob's entries of a minute, by hours from there."""
    minute = timedelta(minutes=1)
    return {
        hours: office.box.add_entry(
            office.workspace.id,
            office.bob.id,
            moment + timedelta(hours=hours),
            moment + timedelta(hours=hours) + minute,
        )
        for hours in range(-15, 16)
    }


def earliest(caller: Caller, office: Office, start: str, entries: dict[int, StoredEntry]) -> int:
    """From which of those hours on anything is told."""
    told = found(caller, office.of(office.bob), start=start, page_size=200)
    return min(hours for hours, entry in entries.items() if entry.id in told)


@pytest.mark.parametrize(
    ("zone", "hours"), [("UTC", 0), ("Europe/Belgrade", -2), ("America/New_York", 4)]
)
def test_bounds_are_read_by_the_clock_of_the_keys_owner(
    zone: str, hours: int, office: Office, alice: Caller
) -> None:
    office.alice.zone = zone
    entries = around(office, SUMMER)
    assert earliest(alice, office, "2026-08-08T00:00:00Z", entries) == hours
    # An offset is heeded first, and then the clock in UTC is read in that zone.
    assert earliest(alice, office, "2026-08-08T02:00:00+02:00", entries) == hours
    told = found(alice, office.of(office.bob), end="2026-08-08T00:00:00Z", page_size=200)
    assert told == [entries[each].id for each in range(hours - 1, -16, -1)]
    office.box.switches["filter_zone"] = "off"
    assert earliest(alice, office, "2026-08-08T00:00:00Z", entries) == 0


def test_in_winter_the_clock_is_another(office: Office, alice: Caller) -> None:
    office.alice.zone = "Europe/Belgrade"
    entries = around(office, datetime(2026, 1, 8, tzinfo=UTC))
    assert earliest(alice, office, "2026-01-08T00:00:00Z", entries) == -1


@pytest.mark.parametrize(("whose", "hours"), [("owner", -2), ("user", 4), ("workspace", -9)])
def test_whose_clock_it_is_is_switched(whose: str, hours: int, office: Office) -> None:
    office.alice.zone, office.bob.zone = "Europe/Belgrade", "America/New_York"
    office.workspace.zone = "Asia/Tokyo"
    office.box.switches["filter_zone"] = whose
    entries = around(office, SUMMER)
    alice = office.caller(office.alice)
    assert earliest(alice, office, "2026-08-08T00:00:00Z", entries) == hours


def test_without_settings_the_clock_is_utc(office: Office, alice: Caller) -> None:
    office.alice.zone = None
    entries = around(office, SUMMER)
    assert earliest(alice, office, "2026-08-08T00:00:00Z", entries) == 0


# ------------------------------------------------------------------ whose may be seen


def test_members_see_others_entries_only_where_everybody_does(
    office: Office, alice: Caller, bob: Caller
) -> None:
    entry, own = office.entry(office.alice), office.entry(office.bob)
    assert found(alice, office.of(office.bob)) == [own.id]
    assert found(bob, office.of(office.bob)) == [own.id]
    assert bob.refusal("GET", office.of(office.alice)) == (403, 501, "Access Denied")
    assert bob.refused("GET", office.one(entry)) == (403, 501)
    office.box.change_settings(office.workspace.id, onlyAdminsSeeAllTimeEntries=False)
    assert found(bob, office.of(office.alice)) == [entry.id]
    assert bob.get(office.one(entry))["id"] == entry.id


def test_a_users_entries_are_those_of_the_workspace_alone(office: Office, alice: Caller) -> None:
    elsewhere = office.box.add_workspace("Elsewhere", owner=office.alice)
    here = office.entry(office.alice)
    there = office.box.add_entry(elsewhere.id, office.alice.id, NOW, NOW)
    assert found(alice, office.of(office.alice)) == [here.id]
    words = "Time entry doesn't belong to Workspace"
    assert alice.refusal("GET", office.one(there)) == (400, 501, words)


def test_a_stranger_has_no_entries_here(office: Office, alice: Caller) -> None:
    words = "User doesn't belong to Workspace"
    assert alice.refusal("GET", office.of(office.charlie)) == (400, 501, words)
    assert office.caller(office.charlie).refused("GET", office.of(office.alice)) == (403, 501)
