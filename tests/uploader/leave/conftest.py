"""A company at both sandboxes, over a real socket."""

import pytest

from integrations.sandbox import World
from tests.uploader.leave.company import Company


@pytest.fixture
def company(db: None, world: World) -> Company:
    return Company(world)
