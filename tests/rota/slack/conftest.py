"""A rota whose members come from the sandbox of Slack, over a real socket."""

import pytest

from integrations.sandbox import World
from tests.rota.rolling import Triage
from tests.rota.slack.workspace import Workspace


@pytest.fixture
def space(db: None, world: World) -> Workspace:
    """Nobody is in the rota yet."""
    return Workspace(world, Triage(names=()))


@pytest.fixture
def duty(space: Workspace) -> Workspace:
    """Everybody is in it, and the tests are about the usergroup of whoever is on duty."""
    space.draw()
    space.sync = space.kept()
    return space
