"""One person's journey, at the sandbox over a real socket."""

import pytest

from integrations.sandbox import World
from tests.uploader.rescuetime.journey import Journey


@pytest.fixture
def journey(db: None, world: World) -> Journey:
    return Journey(world)
