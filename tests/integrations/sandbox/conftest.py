"""A world of sandboxes for each test."""

from collections.abc import Iterator

import pytest
from slack_sdk.web import WebClient

from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.rescuetime.sandbox import RescueTimeSandbox
from integrations.sandbox import World
from integrations.slack.sandbox import SlackSandbox
from tests.integrations.clockify.calls import Office
from tests.integrations.sandbox.calls import Project, Visitor
from tests.integrations.sandbox.slack import sdk


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        yield world


@pytest.fixture
def open_humans(world: World) -> OpenHumansSandbox:
    return world.of(OpenHumansSandbox)


@pytest.fixture
def rescuetime(world: World) -> RescueTimeSandbox:
    return world.of(RescueTimeSandbox)


@pytest.fixture
def project(world: World) -> Project:
    """Ben has joined, and this is his token."""
    return Project(world, world["open_humans"].grant("ben"))


@pytest.fixture
def visitor(world: World) -> Visitor:
    return Visitor(world)


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


@pytest.fixture
def slack(world: World) -> SlackSandbox:
    return world.of(SlackSandbox)


@pytest.fixture
def slack_sdk(world: World, monkeypatch: pytest.MonkeyPatch) -> WebClient:
    """Slack's own client with the bot's token; it would go by the machine's proxies."""
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    return sdk(world)
