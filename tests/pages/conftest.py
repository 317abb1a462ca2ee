"""Visitors of our pages, with the sandbox behind them."""

from typing import Any

import pytest
from django.test import Client

from integrations.clockify.sandbox import ClockifySandbox
from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.rescuetime.sandbox import RescueTimeSandbox
from integrations.sandbox import World
from tests.pages.people import signed_in
from tests.pages.visitor import Visitor
from tests.pages.walk import LOOK, NEEDED, Places, staff
from uploader import work
from uploader.models import Run


@pytest.fixture
def open_humans(world: World) -> OpenHumansSandbox:
    return world.of(OpenHumansSandbox)


@pytest.fixture
def rescuetime(world: World) -> RescueTimeSandbox:
    return world.of(RescueTimeSandbox)


@pytest.fixture
def visitor(world: World, transactional_db: None) -> Visitor:
    return Visitor("ben")


@pytest.fixture
def carry_out(world: World) -> Any:
    """What a worker would do with every run that is open, once."""
    from django.utils import timezone

    def all_open() -> None:
        for run in Run.objects.open():
            work.carry_out(run.pk, run.claim, work.Manner(clock=timezone.now))

    return all_open


@pytest.fixture
def connected(visitor: Visitor, carry_out: Any) -> Visitor:
    """Ben, both sides connected, and his three months there."""
    visitor.sign_in().connect()
    carry_out()
    return visitor


# -------------------------------------------------- setting up a sync of times


@pytest.fixture
def clockify(world: World) -> ClockifySandbox:
    return world.of(ClockifySandbox)


@pytest.fixture
def places(clockify: ClockifySandbox) -> Places:
    ours, theirs = clockify.workspaces.values()
    return ours, theirs


@pytest.fixture
def sam(clockify: ClockifySandbox) -> Client:
    return signed_in(staff(*NEEDED, *LOOK))
