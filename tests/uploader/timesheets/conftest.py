"""Two workspaces at the sandbox, over a real socket."""

import pytest

from integrations.sandbox import World
from tests.uploader.timesheets.studio import Studio


@pytest.fixture
def studio(db: None, world: World) -> Studio:
    return Studio(world)
