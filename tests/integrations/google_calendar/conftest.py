"""The stand-in of Google Calendar, and clients of its service account and of Rosa's sign-in."""

import pytest

from integrations.google_calendar.client import GoogleCalendarClient
from integrations.google_calendar.sandbox import GoogleCalendarSandbox
from integrations.sandbox import World
from tests.integrations.google_calendar.calls import client_with


@pytest.fixture
def sandbox(world: World) -> GoogleCalendarSandbox:
    return world.of(GoogleCalendarSandbox)


@pytest.fixture
def google(world: World) -> GoogleCalendarClient:
    return client_with(world, "rota")


@pytest.fixture
def rosa(world: World) -> GoogleCalendarClient:
    return client_with(world, "rosa")
