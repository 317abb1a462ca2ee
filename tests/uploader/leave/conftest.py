"""A company at both sandboxes, over a real socket."""

import pytest

from integrations.sandbox import World
from tests.uploader.leave.company import Company, Killer
from uploader import runs
from uploader.models import Run


@pytest.fixture
def company(db: None, world: World) -> Company:
    return Company(world)


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
