"""The Clockify sandbox: several time entries changed or deleted at once."""

from typing import Any

import pytest

from integrations.clockify.sandbox_stored import StoredEntry
from tests.integrations.clockify.calls import NOW, Caller, Office

GONE = "64a0e00000000000000000ff"
APPROVAL = "64a0f00000000000000000aa"


@pytest.fixture
def alice(office: Office) -> Caller:
    return office.caller(office.alice)


@pytest.fixture
def bob(office: Office) -> Caller:
    return office.caller(office.bob)


@pytest.fixture
def three(office: Office) -> list[StoredEntry]:
    return [office.entry(office.bob, hour=hour, description="before") for hour in (8, 9, 10)]


def changed(entry: StoredEntry, **fields: Any) -> dict[str, Any]:
    start, end = (f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (entry.start, entry.end or entry.start))
    return {"id": entry.id, "start": start, "end": end, "description": "after", **fields}


def described(office: Office) -> list[str]:
    held = office.box.entries_of(office.workspace.id, office.bob.id)
    return [entry.description for entry in held]


def test_several_are_replaced_in_one_request(
    office: Office, bob: Caller, three: list[StoredEntry]
) -> None:
    sent = [changed(entry, projectId=office.project.id) for entry in three[:2]]
    told = bob.ask("PUT", office.of(office.bob), sent, hydrated="true")
    assert told.status_code == 200
    assert [row["id"] for row in told.json()] == [entry.id for entry in three[:2]]
    assert all(row["project"]["name"] == "Website" for row in told.json())
    assert described(office) == ["after", "after", "before"]
    assert office.box.writes == [("PUT", "entry", entry.id) for entry in three[:2]]
    # As with one alone, what is left out is cleared.
    bob.ask("PUT", office.of(office.bob), [changed(three[0])])
    assert office.box.entries[three[0].id].project_id is None


def test_several_are_deleted_in_one_request(
    office: Office, bob: Caller, three: list[StoredEntry]
) -> None:
    ids = [entry.id for entry in three[1:]]
    told = bob.ask("DELETE", office.of(office.bob), time_entry_ids=ids)
    assert told.status_code == 200
    assert [row["id"] for row in told.json()] == ids
    assert list(office.box.entries) == [three[0].id]
    assert office.box.writes == [("DELETE", "entry", entry_id) for entry_id in ids]


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        ({"id": GONE}, (400, 501)),
        ({"id": None}, (400, 501)),
        ({"end": None}, (400, 501)),
        ({"start": None}, (400, 501)),
        ({"projectId": GONE}, (400, 501)),
        ({"billable": 1}, (400, 3000)),
    ],
)
def test_one_that_is_refused_stops_all(
    sent: dict[str, Any],
    refusal: tuple[int, int],
    office: Office,
    bob: Caller,
    three: list[StoredEntry],
) -> None:
    bodies = [changed(three[0]), changed(three[1], **sent), changed(three[2])]
    assert bob.refused("PUT", office.of(office.bob), bodies) == refusal
    assert described(office) == ["before"] * 3
    assert office.box.writes == []


def test_or_the_rest_is_done_all_the_same(
    office: Office, bob: Caller, three: list[StoredEntry]
) -> None:
    office.box.switches["bulk"] = "the rest is done"
    office.box.change_entry(three[1].id, approval=APPROVAL)
    bodies = [changed(entry) for entry in three]
    assert bob.refused("PUT", office.of(office.bob), bodies) == (403, 501)
    assert described(office) == ["after", "before", "after"]
    ids = [entry.id for entry in three]
    path = office.of(office.bob)
    assert bob.refused("DELETE", path, time_entry_ids=[*ids, GONE]) == (403, 501)
    assert list(office.box.entries) == [three[1].id]


def test_a_deletion_stops_at_whatever_is_gone_approved_or_locked(
    office: Office, alice: Caller, bob: Caller, three: list[StoredEntry]
) -> None:
    ids, path = [entry.id for entry in three], office.of(office.bob)
    assert bob.refused("DELETE", path, time_entry_ids=[*ids, GONE]) == (400, 501)
    office.box.change_entry(three[2].id, approval=APPROVAL)
    assert alice.refused("DELETE", path, time_entry_ids=ids) == (403, 501)
    office.box.change_entry(three[2].id, approval=None)
    office.box.change_settings(office.workspace.id, lockTimeEntries=NOW)
    assert bob.refused("DELETE", path, time_entry_ids=ids) == (403, 1003)
    assert len(office.box.entries) == 3
    assert alice.ask("DELETE", path, time_entry_ids=ids).status_code == 200
    assert office.box.entries == {}


def test_others_entries_are_not_those_of_the_user_in_the_path(
    office: Office, alice: Caller, bob: Caller, three: list[StoredEntry]
) -> None:
    hers = office.entry(office.alice)
    path = office.of(office.bob)
    assert alice.refused("DELETE", path, time_entry_ids=[hers.id]) == (400, 501)
    assert alice.refused("PUT", path, [changed(hers)]) == (400, 501)
    assert bob.refused("DELETE", office.of(office.alice), time_entry_ids=[hers.id]) == (403, 501)
    assert bob.refused("PUT", office.of(office.alice), [changed(hers)]) == (403, 501)


def test_what_is_asked_for_has_to_be_a_list(office: Office, bob: Caller) -> None:
    path = office.of(office.bob)
    assert bob.refused("DELETE", path) == (400, 3000)
    bodies: list[Any] = [{}, [1], None]
    for body in bodies:
        assert bob.refused("PUT", path, body) == (400, 3000)
