"""The death of a worker, at the moment a test chooses."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from uploader import runs
from uploader.engine import Link
from uploader.links import StoredLinks
from uploader.models import Run


class Killed(BaseException):
    """The worker died: nothing that would catch an error may run."""


@dataclass
class Killer:
    """Ends the process, as it were, as soon as `when` says so."""

    when: Callable[[], bool] | None = None

    def strike(self) -> None:
        if self.when is not None and self.when():
            raise Killed


@pytest.fixture
def killer(monkeypatch: pytest.MonkeyPatch) -> Killer:
    """Asked wherever a run asks whether it may go on: before each request, and in between."""
    killer = Killer()
    is_held = runs.is_held

    def dangerous(run: Run) -> bool:
        killer.strike()
        return is_held(run)

    monkeypatch.setattr(runs, "is_held", dangerous)
    return killer


@pytest.fixture
def deadly_notes(killer: Killer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker may also die between an answer and the note of it."""
    save_all, forget = StoredLinks.save_all, StoredLinks.forget

    def save_or_die(self: StoredLinks, links: Iterable[Link]) -> None:
        killer.strike()
        save_all(self, links)

    def forget_or_die(self: StoredLinks, key: str) -> None:
        killer.strike()
        forget(self, key)

    monkeypatch.setattr(StoredLinks, "save_all", save_or_die)
    monkeypatch.setattr(StoredLinks, "forget", forget_or_die)


@dataclass
class Once:
    """True at the nth time of asking, and never again."""

    at: int
    passed: int = 0

    def __call__(self) -> bool:
        self.passed += 1
        return self.passed == self.at
