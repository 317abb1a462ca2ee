"""A rota whose duties are booked at the sandbox of Productive, over a real socket."""

import pytest

from integrations.sandbox import World
from tests.rota.productive.crew import Crew
from tests.rota.team import Team


@pytest.fixture
def crew(world: World, team: Team) -> Crew:
    return Crew(world, team)
