"""A rota published at the stand-in within one process: no socket and no database, thus many times.

What compares and writes is the real thing: the batch of the sync, the engine and the client. Only
what carries a request to the stand-in, and where shifts and links are kept, is made simpler.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from io import BytesIO
from random import Random
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import UUID

import requests
from requests.adapters import BaseAdapter

from integrations.client import FixedCredentials
from integrations.google_calendar.client import Event, EventPage, GoogleCalendarClient
from integrations.google_calendar.sandbox import GoogleCalendarSandbox
from integrations.sandbox import Request
from rota.syncs.calendar.content import Slot
from rota.syncs.calendar.events import Events
from rota.syncs.calendar.slots import Slots
from tests.rota.calendar.chance import People
from tests.rota.calendar.paper import CALENDAR, DAY, Paper
from tests.rota.team import MONDAY, OTHERS, SEVENS
from uploader import engine
from uploader.reading import Reading

TEXT = "The whole rota: https://lockstep.example/rotas/support/"
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


class Wire(BaseAdapter):
    """Hands requests to the stand-in, and its answers back."""

    def __init__(self, sandbox: GoogleCalendarSandbox) -> None:
        super().__init__()
        self.sandbox = sandbox
        self.lines: list[str] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        body = cast(bytes | str, request.body or b"")
        asked = Request(
            method=request.method or "",
            path=unquote(parts.path),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers=cast(Any, request.headers),
            body=body if isinstance(body, bytes) else body.encode(),
            query_string=parts.query,
        )
        self.lines.append(asked.line)
        told = self.sandbox.respond(asked)
        response = requests.Response()
        response.status_code = told.status
        response.headers.update(told.headers)
        response.raw = BytesIO(told.body)
        response.request = request
        return response

    def close(self) -> None:
        """There is nothing to close."""


@dataclass
class Rota:
    """Shifts of somebody's, kept in memory: who leads and who assists, None for a cancelled one."""

    draw: Random
    today: date
    uid: UUID = field(init=False)
    shifts: dict[str, tuple[date, tuple[str, str] | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.uid = UUID(int=self.draw.getrandbits(128))
        day = MONDAY
        for _ in range(self.draw.randint(1, 8)):
            self.shifts[f"{self.draw.getrandbits(128):032x}"] = day, self._pair()
            day += self.draw.randint(1, 3) * DAY

    def changes(self) -> None:
        key = self.draw.choice(list(self.shifts))
        day, pair = self.shifts[key]
        if day >= self.today:
            gone = pair is not None and self.draw.random() < 0.4
            self.shifts[key] = day, None if gone else self._pair()

    def _pair(self) -> tuple[str, str]:
        return self.draw.choice(SEVENS), self.draw.choice((*OTHERS, "nobody"))

    def open_ones(self) -> Iterator[tuple[str, date, tuple[str, str] | None]]:
        for key, (day, pair) in self.shifts.items():
            if day >= self.today:
                yield key, day, pair

    def wanted(self) -> list[tuple[str, str, str, str]]:
        return sorted(
            (
                (
                    f"{pair[0]} is on support today with {pair[1]} assisting",
                    f"{day}",
                    f"{day + DAY}",
                    key,
                )
                for key, day, pair in self.open_ones()
                if pair is not None
            ),
            key=lambda each: each[1],
        )


class SlotsInMemory:
    """What a batch asks of `Slots`."""

    def __init__(self, rota: Rota) -> None:
        self.rota = SimpleNamespace(uid=rota.uid)
        self.today = rota.today
        self.keys = frozenset(key for key, _, _ in rota.open_ones())
        self.over = frozenset(rota.shifts) - self.keys
        self.last_day = max((day + DAY for _, day, _ in rota.open_ones()), default=rota.today)
        self.rows = rota.wanted()

    def wanted(self) -> Iterator[Slot]:
        for title, start, end, key in self.rows:
            yield Slot(
                key=key,
                start=date.fromisoformat(start),
                end=date.fromisoformat(end),
                title=title,
                text=TEXT,
            )


class Unplugged:
    """One rota on one calendar, drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self.draw = Random(seed)
        google = GoogleCalendarSandbox()
        google.calendars.clear()
        self.paper = Paper(google)
        self.rota = Rota(self.draw, MONDAY)
        self.people = People(self.draw, self.paper, self.rota.uid.hex, MONDAY)
        self.people.set_switches()
        self.links = engine.MemoryLinks()
        self.wire = Wire(google)
        self.publishings = 0

    @cached_property
    def client(self) -> GoogleCalendarClient:
        credentials: Mapping[str, Any] = self.paper.google.grant("rosa")
        keys = FixedCredentials(credentials, provider="Google Calendar")
        client = GoogleCalendarClient(keys, base_url="http://127.0.0.1/calendar/v3/")
        client.session.mount("http://", self.wire)
        return client

    def live(self, *, rounds: int = 2) -> None:
        """Some things happen, and all of it is published; again, and again."""
        for _ in range(rounds):
            for _ in range(self.draw.randint(0, 10)):
                self.people.write_something()
            for _ in range(self.draw.randint(0, 3)):
                self.people.touch_ours(since=self.rota.today)
            for _ in range(self.draw.randint(0, 2)):
                self.rota.changes()
            self.publish()
            self.check()
            self.rota.today += self.draw.choice((0, 0, 1, 3)) * DAY

    def check(self) -> None:
        self.paper.check_foreign()
        assert self.paper.shown(since=self.rota.today) == self.rota.wanted()
        before = len(self.wire.lines)
        if self.draw.random() < 0.3:
            self.links = engine.MemoryLinks()  # as in a database that was put back
        self.publish()
        writes = [line for line in self.wire.lines[before:] if not line.startswith("GET")]
        assert writes == [], "all of it was right already"

    def publish(self) -> None:
        self.publishings += 1
        slots = cast(Slots, SlotsInMemory(self.rota))
        reading = Reading({}, now=lambda: NOON, counted=False)

        def page(token: str | None) -> EventPage:
            return self.client.events(CALENDAR, page=token, start=slots.today, end=slots.last_day)

        batch = Events(
            slots,
            self.links.all(),
            client=self.client,
            calendar=CALENDAR,
            listed=reading.whole("events", Event, page),
            look_up=lambda id: self.client.event(CALENDAR, id),
            wrote=lambda: None,
        )
        plan = engine.plan(
            batch.desired(),
            batch.existing(),
            self.links,
            on_edit="restore",
            aside=batch.aside(),
            now=NOON,
        )
        done = engine.apply(
            plan,
            batch,
            self.links,
            beat=lambda: None,
            now=lambda: NOON,
            report=lambda change, outcome, reason: None,
        )
        assert done["rejected"] == 0, "everything could be done"
