"""A rolling rota with its stand-up at the sandbox, over a real socket."""

import pytest

from integrations.sandbox import World
from tests.rota.geekbot.desk import Desk
from tests.rota.rolling import Triage


@pytest.fixture
def desk(db: None, world: World) -> Desk:
    return Desk(world, Triage())
