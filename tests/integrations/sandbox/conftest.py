"""A world of sandboxes for each test."""

from collections.abc import Iterator

import pytest

from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.rescuetime.sandbox import RescueTimeSandbox
from integrations.sandbox import World
from tests.integrations.clockify.calls import Office
from tests.integrations.sandbox.calls import Project, Visitor


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
