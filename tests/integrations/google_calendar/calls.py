"""What tests of Google Calendar share: clients, a rota's events, whole lists."""

from datetime import date
from typing import Any
from urllib.parse import quote

import requests

from integrations.client import Gate
from integrations.google_calendar.client import Event, EventPage, GoogleCalendarClient
from integrations.google_calendar.sandbox_seed import whole
from integrations.sandbox import World
from tests.integrations.conftest import client_of

CALENDAR = "c_tests@group.calendar.google.com"
MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)
AN_ID = "lockstep0made0up1"


def client_with(world: World, person: str, *, gate: Gate | None = None) -> GoogleCalendarClient:
    granted = world["google_calendar"].grant(person)
    made: GoogleCalendarClient = client_of("google_calendar", granted, url=world.url, gate=gate)
    return made


def body(day: date = MONDAY, **more: Any) -> dict[str, Any]:
    """An event as a rota has it."""
    return {
        "summary": "Support: Ada",
        **whole(day),
        "transparency": "transparent",
        "reminders": {"useDefault": False},
        "extendedProperties": {"private": {"lockstep": "support"}},
        **more,
    }


def pages(
    client: GoogleCalendarClient,
    calendar_id: str = CALENDAR,
    *,
    start: date = MONDAY,
    end: date = FRIDAY,
) -> list[EventPage]:
    found = [client.events(calendar_id, start=start, end=end)]
    while found[-1].next is not None:
        found.append(client.events(calendar_id, page=found[-1].next, start=start, end=end))
    return found


def events(client: GoogleCalendarClient, calendar_id: str = CALENDAR, **days: date) -> list[Event]:
    return [event for page in pages(client, calendar_id, **days) for event in page.rows]


class Caller:
    """Any client of the API: one token, and calls as they are sent."""

    def __init__(self, world: World, token: str, calendar_id: str = CALENDAR) -> None:
        self.world = world
        self.token = token
        self.calendar_id = calendar_id

    @classmethod
    def of(cls, world: World, person: str = "rosa") -> "Caller":
        return cls(world, world["google_calendar"].grant(person)["access_token"])

    def ask(
        self, method: str, path: str, told: Any = None, *, etag: str = "", **query: Any
    ) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"If-Match": etag} if etag else {})
        address = f"{self.world.url}/calendar/v3/calendars/{quote(self.calendar_id)}{path}"
        return requests.request(
            method, address, json=told, params=query, headers=headers, timeout=5
        )

    def insert(self, **more: Any) -> requests.Response:
        return self.ask("POST", "/events", body(**more))

    def ids(self, **query: Any) -> list[str]:
        answer = self.ask("GET", "/events", **query)
        assert answer.status_code == 200, answer.text
        return [row["id"] for row in answer.json()["items"]]


def reason(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["errors"][0]["reason"]
