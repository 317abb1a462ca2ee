"""The death of a worker, at the moment a test chooses."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from uploader import runs
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
