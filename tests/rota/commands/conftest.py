"""The command `rota` on a Thursday, in front of a team and, where it is asked for, a calendar."""

import pytest
from django.utils import timezone

from integrations.sandbox import World
from tests.rota.commands.earlier_tool import DAY, EarlierTool
from tests.rota.team import MONDAY, NOW, Team


@pytest.fixture(autouse=True)
def thursday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def earlier_tool(team: Team, world: World) -> EarlierTool:
    return EarlierTool(team, world)


@pytest.fixture
def three_days(earlier_tool: EarlierTool) -> list[str]:
    """Last Monday, today and next Monday."""
    return [
        earlier_tool.put(MONDAY - 7 * DAY, "Gustav", "Andy"),
        earlier_tool.put(NOW.date(), "Priya", "Theo"),
        earlier_tool.put(MONDAY, "Murdo", "Wren"),
    ]
