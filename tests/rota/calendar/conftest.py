"""A rota with its calendar at the sandbox, over a real socket."""

import pytest

from integrations.sandbox import World
from rota.models import Rota
from tests.rota.calendar.board import Board
from tests.rota.team import Team


@pytest.fixture
def board(team: Team, world: World, monkeypatch: pytest.MonkeyPatch) -> Board:
    monkeypatch.setattr(Rota, "get_absolute_url", lambda rota: f"/rotas/{rota}/")
    return Board(world, team)
