"""The command `rota` on a Thursday, in front of a team and, where it is asked for, a calendar."""

import pytest
from django.utils import timezone

from integrations.sandbox import World
from tests.rota.commands.earlier_tool import EarlierTool
from tests.rota.team import NOW, Team


@pytest.fixture(autouse=True)
def thursday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def earlier_tool(team: Team, world: World) -> EarlierTool:
    return EarlierTool(team, world)
