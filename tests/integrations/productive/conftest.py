"""The stand-in of Productive, and a client with the token that sees everybody."""

import pytest

from integrations.productive.client import ProductiveClient
from integrations.productive.sandbox import ProductiveSandbox
from integrations.sandbox import World
from tests.integrations.productive.rows import of


@pytest.fixture
def sandbox(world: World) -> ProductiveSandbox:
    return world.of(ProductiveSandbox)


@pytest.fixture
def productive(world: World) -> ProductiveClient:
    return of(world)
