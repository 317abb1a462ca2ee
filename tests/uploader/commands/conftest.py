"""The shelf of the runs' tests, kept in step from the command line."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.uploader.runs.shelf import BookByBook, Whole, shelf
from uploader import kinds
from uploader.models import Sync

asked: list[dict[str, Any]] = []


class Asked(Whole):
    """A kind that may be asked for particular people and dates."""

    slug = "test_asked"
    takes = ("since", "only", "exclude", "from_dump")

    def batches(self) -> Iterator[kinds.Batch]:
        asked.append(self.context.params)
        yield from super().batches()


@pytest.fixture(autouse=True)
def kinds_of_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = {kind.slug: kind for kind in (Whole, BookByBook, Asked)}
    monkeypatch.setattr(kinds, "_kinds", ours)
    shelf.__init__()  # type: ignore[misc]
    asked.clear()


@pytest.fixture
def sync(db: None) -> Sync:
    return Sync.objects.create(name="shelf", kind="test_whole")
