"""Clockify: lists in pages, whose end is told or not."""

from datetime import timedelta
from itertools import chain

import pytest

from integrations.clockify.client import ClockifyClient
from integrations.clockify.sandbox import ClockifySandbox
from integrations.clockify.sandbox_stored import StoredUser, StoredWorkspace
from integrations.errors import (
    UnexpectedError,
)
from integrations.sandbox import World
from tests.integrations.clockify.rows import (
    ENTRY_ROW,
    NINE,
    TAG_ROW,
    USER,
    WORKSPACE,
    at,
    every,
)
from tests.integrations.clockify.stored import book
from tests.integrations.misbehaving import Misbehaving

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def asked(world: World) -> list[dict[str, str]]:
    return [seen.query for seen in world.requests]


@pytest.mark.parametrize("last_page", ["told", "untold"])
@pytest.mark.parametrize("largest_page", ["5000", "200"])
def test_all_pages_are_read_however_large_and_whatever_they_say(
    last_page: str,
    largest_page: str,
    clockify: ClockifyClient,
    place: StoredWorkspace,
    alice: StoredUser,
    sandbox: ClockifySandbox,
    world: World,
) -> None:
    sandbox.switches["last_page"] = last_page
    sandbox.switches["largest_page"] = largest_page
    book(sandbox, place, alice, 1001)
    found = every(
        lambda page: clockify.entries(page, workspace=place.id, user=alice.id, start=NINE - DAY)
    )
    starts = [entry.start for entry in found]
    assert starts == [NINE + number * HOUR for number in reversed(range(1001))]
    of_full = 2 if largest_page == "5000" else 6
    assert len(world.requests) == of_full + (last_page == "untold")
    assert {query["start"] for query in asked(world)} == {"2026-03-01T09:00:00Z"}


def test_an_empty_list_is_one_empty_page(clockify: ClockifyClient, place: StoredWorkspace) -> None:
    page = clockify.tags(workspace=place.id)
    assert (page.rows, page.next, page.total) == ([], None, None)


@pytest.mark.parametrize(
    ("headers", "following"),
    [
        ((b"Last-Page: true",), None),
        ((b"last-page: true",), None),
        ((b"LAST-PAGE:  True ",), None),
        ((b"Last-Page: false",), "2"),
        ((b"Last-Page: maybe",), "2"),
        ((b"Last-Page:",), "2"),
        ((), "2"),
    ],
)
def test_a_short_page_is_the_last_one_only_where_that_is_said(
    headers: tuple[bytes, ...], following: str | None, misbehaving: Misbehaving
) -> None:
    page = at(misbehaving, [TAG_ROW], headers=headers).tags(workspace=WORKSPACE)
    assert (len(page.rows), page.next, page.total) == (1, following, None)


def test_an_empty_page_is_the_end_whatever_is_said(misbehaving: Misbehaving) -> None:
    client = at(misbehaving, [], headers=(b"Last-Page: false",))
    assert client.tags("7", workspace=WORKSPACE).next is None


def test_the_same_page_again_is_no_next_one(misbehaving: Misbehaving) -> None:
    client = at(misbehaving, [ENTRY_ROW])
    first = client.entries(workspace=WORKSPACE, user=USER, start=NINE)
    with pytest.raises(UnexpectedError, match="do not come to an end"):
        client.entries(first.next, workspace=WORKSPACE, user=USER, start=NINE)


def test_a_page_may_be_asked_for_twice_and_a_list_from_its_beginning(
    misbehaving: Misbehaving,
) -> None:
    client = at(misbehaving, [TAG_ROW])
    pages = [client.tags(page, workspace=WORKSPACE) for page in (None, None, "1", "7", "7")]
    assert [page.next for page in pages] == ["2", "2", "2", "8", "8"]
    assert client.tags("2", workspace="64a0b2").next == "3"
    assert client.tags("3", workspace=WORKSPACE).next == "4"


def test_ids_are_unique_over_all_pages(
    clockify: ClockifyClient, place: StoredWorkspace, sandbox: ClockifySandbox
) -> None:
    sandbox.switches["largest_page"] = "200"
    for number in range(401):
        sandbox.add_project(place.id, f"Project {number}")
    pages = [clockify.projects(page, workspace=place.id).rows for page in (None, "2", "3")]
    assert len({project.id for project in chain(*pages)}) == 401
