"""Lists of a provider that tells no totals: read twice where they have several pages."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.shapes import Page, Shape
from uploader.engine import Incomplete
from uploader.reading import Reading

NOW = datetime(2026, 12, 2, 12, tzinfo=UTC)


class Row(Shape):
    id: str


class Shelf:
    """Two rows a page; `then` happens after so many pages have been read."""

    def __init__(self, *ids: str) -> None:
        self.ids = list(ids)
        self.reads = 0
        self.then: dict[int, Callable[[], Any]] = {}

    def page(self, page: str | None) -> Page[Row]:
        number = int(page or 1)
        rows = [Row(id=each) for each in self.ids[2 * number - 2 : 2 * number]]
        more = len(self.ids) > 2 * number
        self.reads += 1
        self.then.get(self.reads, lambda: None)()
        return Page(rows=rows, next=str(number + 1) if more else None)


def reading(kept: dict[str, Any] | None = None, *, now: datetime = NOW, **more: Any) -> Reading:
    return Reading(kept or {}, now=lambda: now, counted=False, **more)


def ids(reading: Reading, shelf: Shelf) -> list[str]:
    return [row.id for row in reading.whole("rows", Row, shelf.page)]


def test_one_page_is_read_once() -> None:
    shelf = Shelf("a", "b")
    assert ids(reading(), shelf) == ["a", "b"]
    assert shelf.reads == 1


def test_several_pages_are_read_twice_and_have_to_agree() -> None:
    shelf = Shelf(*"abcde")
    assert ids(reading(), shelf) == list("abcde")
    assert shelf.reads == 6


@pytest.mark.parametrize("after", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("change", ["a row goes", "a row comes", "one goes and one comes"])
def test_what_changes_while_it_is_read_is_noticed(after: int, change: str) -> None:
    shelf = Shelf(*"abcde")

    def happens() -> None:
        if change != "a row comes":
            shelf.ids.remove("a")
        if change != "a row goes":
            shelf.ids.append("z")

    shelf.then[after] = happens
    try:
        found = ids(reading(), shelf)
    except Incomplete:
        return
    # It may have been whole before, or be whole now; a row that stayed is never missing.
    assert set("bcde") <= set(found)


def test_a_page_that_comes_again_and_again_is_no_list() -> None:
    def same(page: str | None) -> Page[Row]:
        return Page(rows=[Row(id="a")], next=str(int(page or 1) + 1))

    with pytest.raises(Incomplete, match="the same entry twice"):
        reading().whole("rows", Row, same)


def test_a_wait_goes_on_where_it_was_also_in_the_second_reading() -> None:
    class Paused(Exception):
        pass

    shelf = Shelf(*"abcde")

    def pause() -> None:
        raise Paused

    kept: dict[str, Any] = {}
    found: list[str] = []
    for _ in range(10):
        shelf.then[shelf.reads + 2] = pause  # every second page is lost to a pause
        going_on = reading(kept)
        try:
            found = ids(going_on, shelf)
            break
        except Paused:
            kept = going_on.to_keep()
    assert found == list("abcde")
    assert shelf.reads <= 12


def test_what_was_read_too_long_ago_is_read_again() -> None:
    shelf = Shelf("a")
    first = reading(fresh=timedelta(hours=3))
    ids(first, shelf)
    kept = first.to_keep()
    soon = reading(dict(kept), now=NOW + timedelta(hours=2), fresh=timedelta(hours=3))
    assert (ids(soon, shelf), shelf.reads) == (["a"], 1)
    late = reading(dict(kept), now=NOW + timedelta(hours=4), fresh=timedelta(hours=3))
    assert (ids(late, shelf), shelf.reads) == (["a"], 2)
