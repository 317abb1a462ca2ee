"""What every kind of sync is tried with."""

import pytest

from tests.uploader.killer import Killer
from uploader import runs
from uploader.models import Run


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
