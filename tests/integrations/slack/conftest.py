"""The stand-in of Slack, and clients with its bot's token alone and with Grace's as well."""

import pytest

from integrations.sandbox import World
from integrations.slack.client import SlackClient
from integrations.slack.sandbox import SlackSandbox
from tests.integrations.slack.calls import client_with


@pytest.fixture
def sandbox(world: World) -> SlackSandbox:
    return world.of(SlackSandbox)


@pytest.fixture
def slack(world: World) -> SlackClient:
    return client_with(world)


@pytest.fixture
def grace(world: World) -> SlackClient:
    return client_with(world, "grace")
