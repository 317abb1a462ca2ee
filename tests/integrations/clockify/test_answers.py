"""Clockify: writes whose answers are lost or odd, of which none repeats itself."""

from collections.abc import Callable
from typing import Any

import pytest

from integrations.clockify.client import ClockifyClient
from integrations.clockify.sandbox import ClockifySandbox
from integrations.clockify.sandbox_stored import StoredUser, StoredWorkspace
from integrations.errors import RetryableError, UnexpectedError
from integrations.sandbox import Fault, World
from tests.integrations.clockify.rows import (
    ABSENT,
    ENTRY_ID,
    ENTRY_ROW,
    TAG_ROW,
    WORKSPACE,
    at,
    changed,
    values,
)
from tests.integrations.clockify.stored import hold
from tests.integrations.misbehaving import Misbehaving

Write = Callable[[ClockifyClient, str, str, str], object]
# Each of a workspace, a user in it, and an entry of the user's.
WRITES: dict[str, Write] = {
    "create": lambda client, place, user, entry: client.create_entry(place, values()),
    "for another": lambda client, place, user, entry: client.create_entry(
        place, values(), user=user
    ),
    "update": lambda client, place, user, entry: client.update_entry(place, entry, values()),
    "update many": lambda client, place, user, entry: client.update_entries(
        place, user, {entry: values()}
    ),
    "delete": lambda client, place, user, entry: client.delete_entry(place, entry),
    "delete many": lambda client, place, user, entry: client.delete_entries(place, user, [entry]),
    "project": lambda client, place, user, entry: client.create_project(
        place, name="New", client_id=None, options={}
    ),
    "tag": lambda client, place, user, entry: client.create_tag(place, "new"),
}


KINDS = ("lost", "cut", "before", "500", "429")
CASES = [(what, kind) for what in WRITES for kind in KINDS]
CASES.remove(("delete", "cut"))  # its answer has nothing to cut


@pytest.mark.parametrize(("what", "kind"), CASES)
def test_no_write_repeats_itself(
    what: str,
    kind: str,
    clockify: ClockifyClient,
    place: StoredWorkspace,
    bob: StoredUser,
    sandbox: ClockifySandbox,
    world: World,
) -> None:
    held = hold(sandbox, place, bob)
    world.faults.add(Fault("clockify", kind, times=None))
    with pytest.raises(RetryableError):
        WRITES[what](clockify, place.id, bob.id, held.id)
    assert len(world.requests) == 1
    assert len(sandbox.writes) == (kind in ("lost", "cut"))


# --------------------------------------------------------------------- odd answers


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        None,
        [ENTRY_ROW],
        changed(ENTRY_ROW, "id", ABSENT),
        changed(ENTRY_ROW, "id", None),
        changed(ENTRY_ROW, "timeInterval", ABSENT),
        changed(ENTRY_ROW, "timeInterval.start", None),
    ],
)
def test_an_entry_of_another_shape_was_not_made(answer: Any, misbehaving: Misbehaving) -> None:
    with pytest.raises(UnexpectedError):
        at(misbehaving, answer, status=b"201 Created").create_entry(WORKSPACE, values())
    with pytest.raises(UnexpectedError):
        at(misbehaving, answer).update_entry(WORKSPACE, ENTRY_ID, values())
    with pytest.raises(UnexpectedError):
        at(misbehaving, answer).entry(WORKSPACE, ENTRY_ID)


@pytest.mark.parametrize("status", [b"201 Created", b"200 OK"])
def test_what_was_made_may_be_told_with_either_status(
    status: bytes, misbehaving: Misbehaving
) -> None:
    made = at(misbehaving, ENTRY_ROW, status=status).create_entry(WORKSPACE, values())
    assert made.id == ENTRY_ID
    tag = at(misbehaving, TAG_ROW, status=status).create_tag(WORKSPACE, "on call")
    assert tag.id == TAG_ROW["id"]
