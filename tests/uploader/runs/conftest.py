"""A shelf to keep in step, and a clock to move."""

from datetime import timedelta

import pytest

from tests.uploader.clock import Clock
from tests.uploader.runs.shelf import START, BookByBook, Whole, shelf
from uploader import kinds, work
from uploader.models import Sync


@pytest.fixture(autouse=True)
def kinds_of_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    kinds.register(Whole)
    kinds.register(BookByBook)
    shelf.__init__()  # type: ignore[misc]


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def manner(clock: Clock) -> work.Manner:
    return work.Manner(clock=clock)


@pytest.fixture
def sync(db: None) -> Sync:
    return Sync.objects.create(
        name="shelf",
        kind="test_whole",
        mode="automatic",
        every=timedelta(days=1),
        next_run_at=START,
    )


@pytest.fixture
def by_book(db: None) -> Sync:
    return Sync.objects.create(name="books", kind="test_book_by_book", mode="automatic")
