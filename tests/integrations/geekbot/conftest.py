"""The stand-in with its clock in hand."""

import pytest

from integrations.geekbot.sandbox import GeekbotSandbox
from integrations.sandbox import World
from tests.integrations.geekbot.calls import stopped


@pytest.fixture
def geekbot(world: World) -> GeekbotSandbox:
    return stopped(world)
