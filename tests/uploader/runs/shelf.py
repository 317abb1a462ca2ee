"""A kind without a network: its target is a dict, and it fails when told to."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from tests.uploader.clock import Clock
from uploader import kinds, runs
from uploader.engine import Change, Item
from uploader.models import Run, Sync

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Shelf:
    """The target of the test kind: books by key, and what is to go wrong next."""

    def __init__(self) -> None:
        self.wanted: dict[str, str] = {}
        self.books: dict[str, str] = {}
        self.troubles: list[BaseException | None] = []
        self.before_each: Any = None
        self.warnings: dict[str, str] = {}

    def meet_trouble(self) -> None:
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            raise trouble


shelf = Shelf()


class ShelfBatch(kinds.Batch):
    def __init__(self, context: kinds.Context, keys: Iterable[str] | None = None) -> None:
        self.context = context
        self.keys = list(keys) if keys is not None else None
        self.part = self.keys[0] if self.keys else ""

    def mine(self, key: str) -> bool:
        return self.keys is None or key in self.keys

    def desired(self) -> Iterable[Item]:
        shelf.meet_trouble()
        return [
            Item(key=key, content=text, subject=key, what=f"book {key}")
            for key, text in shelf.wanted.items()
            if self.mine(key)
        ]

    def existing(self) -> Iterable[Item]:
        return [
            Item(key=key, content=text, ref=key, ours=True, what=f"book {key}")
            for key, text in shelf.books.items()
            if self.mine(key)
        ]

    def apply(self, change: Change) -> Item | None:
        if shelf.before_each is not None:
            shelf.before_each(change)
        shelf.meet_trouble()
        key = change.key or ""
        if key in shelf.warnings:
            self.context.warn(shelf.warnings[key])
        if change.action == "delete":
            del shelf.books[key]
            return None
        assert change.wanted is not None
        shelf.books[key] = change.wanted.content
        return Item(key=key, content=change.wanted.content, ref=key, ours=True)


class Whole(kinds.Kind):
    slug, name, words = "test_whole", "A shelf at once", "Keeps a shelf in step."

    def batches(self) -> Iterator[kinds.Batch]:
        yield ShelfBatch(self.context)


class BookByBook(kinds.Kind):
    slug, name, words = "test_book_by_book", "A shelf book by book", "Keeps a shelf in step."
    one_by_one = True
    remembers = False

    def missing(self) -> list[str]:
        return sorted(key for key, text in shelf.wanted.items() if shelf.books.get(key) != text)

    def total(self) -> int:
        return len(self.missing())

    def batches(self) -> Iterator[kinds.Batch]:
        for key in self.missing():
            yield ShelfBatch(self.context, [key])

    def summary(self) -> dict[str, Any]:
        return {"books": sorted(shelf.books)}


def started(sync: Sync, clock: Clock, **values: Any) -> Run:
    run = runs.start(sync, trigger="test", now=clock(), **values)
    assert run is not None
    return run
