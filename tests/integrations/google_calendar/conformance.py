"""Google Calendar's answers to the questions that every provider is asked."""

from datetime import date, timedelta
from typing import Any

from integrations.google_calendar.client import Event, GoogleCalendarClient
from integrations.google_calendar.sandbox import GoogleCalendarSandbox
from integrations.google_calendar.sandbox_seed import SUPPORT, whole
from integrations.sandbox import World
from tests.integrations.conformance import Conformance

START, END = date(2026, 3, 2), date(2026, 6, 30)
EVENT_ID = "lockstep0made0up1"


def read(client: GoogleCalendarClient) -> object:
    return client.events(SUPPORT, start=START, end=END)


def write(client: GoogleCalendarClient) -> Event:
    return client.insert(SUPPORT, EVENT_ID, {"summary": "Support: Ada", **whole(START)})


def fill(world: World) -> list[str]:
    sandbox = world.of(GoogleCalendarSandbox)
    sandbox.switches["largest_page"] = 50
    sandbox.add_calendar(SUPPORT, "Support rota", rosa="owner")
    days = [START + timedelta(days=number % 100) for number in range(130)]
    return [str(sandbox.add_event(SUPPORT, **whole(day))["id"]) for day in days]


def list_all(client: GoogleCalendarClient) -> list[str]:
    found: list[str] = []
    page = client.events(SUPPORT, start=START, end=END)
    found += [event.id for event in page.rows]
    while page.next is not None:
        page = client.events(SUPPORT, page=page.next, start=START, end=END)
        found += [event.id for event in page.rows]
    return found


def with_item(item: Any) -> Any:
    return lambda answer: {**answer, "items": [item]}


TABLE = Conformance(
    grant=lambda world: world["google_calendar"].grant("rosa"),
    bad={"access_token": "never-issued-token"},
    read=read,
    reads=f"GET /calendar/v3/calendars/{SUPPORT}/events",
    write=write,
    writes=f"POST /calendar/v3/calendars/{SUPPORT}/events",
    wrong_shapes=(
        None,
        [],
        "text",
        lambda answer: {**answer, "items": None},
        lambda answer: {**answer, "items": {}},
        lambda answer: {**answer, "nextPageToken": 7},
        lambda answer: {name: answer[name] for name in ("items", "timeZone")},
        with_item(None),
        with_item("text"),
        with_item({"summary": "without an id"}),
        with_item({"id": "made0up1", "summary": 7}),
        with_item({"id": "made0up1", "start": {"date": "the second of March"}}),
        with_item({"id": "made0up1", "start": {"dateTime": "2026-03-02T09:00:00"}}),
        with_item({"id": "made0up1", "extendedProperties": {"private": {"key": 7}}}),
    ),
    fill=fill,
    list_all=list_all,
)
