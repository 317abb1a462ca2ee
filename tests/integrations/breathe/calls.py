"""The few things that every test of Breathe's client does."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from integrations.breathe.client import BreatheClient
from integrations.breathe.sandbox import KEY
from integrations.client import FixedCredentials, Gate
from integrations.sandbox import World
from integrations.shapes import Page, Shape
from tests.integrations.misbehaving import Misbehaving

S = TypeVar("S", bound=Shape)

# One good row of each list, as Breathe writes them.
EMPLOYEE = {
    "id": 7001,
    "first_name": "Ada",
    "last_name": "Okafor",
    "known_as": "Ada",
    "email": "ada@example.org",
    "status": "Current employee",
}
ABSENCE = {
    "employee": {"id": 7001, "first_name": "Ada", "email": "ada@example.org"},
    "leave_reason": {"id": 51, "name": "Compassionate"},
    "id": 900001,
    "start_date": "2026-11-03",
    "half_start": False,
    "end_date": "2026-11-06",
    "half_end": True,
    "cancelled": False,
    "type": "OtherLeave",
}
SICKNESS = {
    "employee": {"id": 7001},
    "id": 910001,
    "start_date": "2026-10-05",
    "half_start": True,
    "end_date": None,
    "half_end": False,
    "status": "open",
}
COURSE = {
    "id": 920001,
    "employee": {"id": 7001},
    "start_on": "2026-10-19",
    "end_on": "2026-10-20",
    "half_day": True,
    "half_day_am_pm": "am",
    "status": "Booked",
}


def client_with(key: str, *, url: str, gate: Gate | None = None) -> BreatheClient:
    keys = FixedCredentials({"api_key": key}, provider="Breathe HR")
    return BreatheClient(keys, base_url=f"{url}/v1", gate=gate)


def of(world: World, *, gate: Gate | None = None) -> BreatheClient:
    return client_with(KEY, url=world.url, gate=gate)


def at(misbehaving: Misbehaving, body: Any, *headers: str, status: str = "200 OK") -> BreatheClient:
    """A client of a server that answers just this."""
    data = json.dumps(body).encode()
    lines = [f"Content-Length: {len(data)}", *headers]
    coded = [line.encode() for line in lines]
    misbehaving.answer = misbehaving.head(*coded, status=status.encode()) + data
    return client_with("made-up-key", url=misbehaving.url)


def whole(fetch: Callable[[str | None], Page[S]]) -> list[S]:
    """Every row of a list, all its pages together."""
    page = fetch(None)
    rows = list(page.rows)
    while page.next is not None:
        page = fetch(page.next)
        rows += page.rows
    return rows
