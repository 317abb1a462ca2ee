"""Clockify: many entries changed or deleted in one request."""

from datetime import timedelta
from typing import Any

import pytest

from integrations.clockify.client import ClockifyClient, EntryValues
from integrations.clockify.sandbox import ClockifySandbox
from integrations.clockify.sandbox_stored import StoredUser, StoredWorkspace
from integrations.errors import RejectedError, UnexpectedError
from integrations.sandbox import World
from tests.integrations.clockify.rows import (
    ENTRY_ID,
    ENTRY_ROW,
    NINE,
    USER,
    WORKSPACE,
    at,
    body,
    values,
)
from tests.integrations.clockify.stored import as_told, hold
from tests.integrations.misbehaving import Misbehaving

HOUR = timedelta(hours=1)


def test_many_entries_are_changed_in_one_request(
    full: EntryValues,
    clockify: ClockifyClient,
    place: StoredWorkspace,
    bob: StoredUser,
    sandbox: ClockifySandbox,
    world: World,
) -> None:
    first, second = (hold(sandbox, place, bob) for _ in range(2))
    bare = values(start=NINE - HOUR)
    told = clockify.update_entries(place.id, bob.id, {second.id: full, first.id: bare})
    assert {entry_id: as_told(entry) for entry_id, entry in told.items()} == {
        second.id: full,
        first.id: bare,
    }
    assert len(world.requests) == 1
    assert body(world) == [{"id": second.id, **full.body()}, {"id": first.id, **bare.body()}]


def test_an_entry_of_somebody_else_spoils_the_change_of_many(
    clockify: ClockifyClient,
    place: StoredWorkspace,
    alice: StoredUser,
    bob: StoredUser,
    sandbox: ClockifySandbox,
) -> None:
    own, other = hold(sandbox, place, bob), hold(sandbox, place, alice)
    with pytest.raises(RejectedError, match="doesn't belong"):
        clockify.update_entries(place.id, bob.id, {own.id: values(), other.id: values()})


@pytest.mark.parametrize("answer", [[], [{**ENTRY_ROW, "id": "64a0e9"}]])
def test_what_the_answer_leaves_out_is_not_told(answer: Any, misbehaving: Misbehaving) -> None:
    client = at(misbehaving, answer)
    assert client.update_entries(WORKSPACE, USER, {ENTRY_ID: values()}) == {}


def test_whatever_else_is_in_the_answer_is_left_out(misbehaving: Misbehaving) -> None:
    client = at(misbehaving, [{**ENTRY_ROW, "id": "64a0e9"}, ENTRY_ROW])
    assert list(client.update_entries(WORKSPACE, USER, {ENTRY_ID: values()})) == [ENTRY_ID]


def test_many_entries_are_deleted_a_hundred_a_request(
    clockify: ClockifyClient,
    place: StoredWorkspace,
    bob: StoredUser,
    sandbox: ClockifySandbox,
    world: World,
) -> None:
    ids = [hold(sandbox, place, bob).id for _ in range(201)]
    left = hold(sandbox, place, bob)
    assert clockify.delete_entries(place.id, bob.id, ids) == set(ids)
    assert [entry.id for entry in sandbox.entries_of(place.id, bob.id)] == [left.id]
    assert len(world.requests) == 3
    assert clockify.delete_entries(place.id, bob.id, []) == set()
    assert len(world.requests) == 3


def test_one_that_is_gone_may_spoil_the_deletion_of_many(
    clockify: ClockifyClient, place: StoredWorkspace, bob: StoredUser, sandbox: ClockifySandbox
) -> None:
    held = hold(sandbox, place, bob)
    with pytest.raises(RejectedError, match="doesn't belong"):
        clockify.delete_entries(place.id, bob.id, [held.id, "64a0e0"])
    assert held.id in sandbox.entries


def test_only_what_is_told_as_deleted_was(misbehaving: Misbehaving) -> None:
    client = at(misbehaving, [{"id": ENTRY_ID}])
    assert client.delete_entries(WORKSPACE, USER, [ENTRY_ID, "64a0e9"]) == {ENTRY_ID}


@pytest.mark.parametrize("answer", [{}, None, "text", [None], [{}], [{"id": None}]])
def test_an_answer_about_many_that_is_no_list_of_them_is_not_understood(
    answer: Any, misbehaving: Misbehaving
) -> None:
    client = at(misbehaving, answer)
    with pytest.raises(UnexpectedError):
        client.update_entries(WORKSPACE, USER, {ENTRY_ID: values()})
    with pytest.raises(UnexpectedError):
        client.delete_entries(WORKSPACE, USER, [ENTRY_ID])
