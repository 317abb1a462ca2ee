"""A rota with its calendar at the sandbox, over a real socket."""

import pytest

from integrations.sandbox import World
from tests.rota.calendar.board import Board
from tests.rota.team import Team


@pytest.fixture
def board(team: Team, world: World) -> Board:
    return Board(world, team)
