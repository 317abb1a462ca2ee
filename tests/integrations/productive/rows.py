"""Rows as Productive sends them, more of each than anybody needs, and clients to read them with."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any, TypeVar

from integrations.client import FixedCredentials
from integrations.productive.client import ProductiveClient
from integrations.sandbox import World
from integrations.shapes import Page
from tests.integrations.misbehaving import Misbehaving

R = TypeVar("R")

# In place of a value: the field is not there at all.
ABSENT: Any = object()
WEEK = [7, 7, 7, 7, 3.5, 0, 0]
HERE = {"organization": {"data": {"type": "organizations", "id": "1"}}}
NOT_INCLUDED = {"meta": {"included": False}}

PERSON: dict[str, Any] = {
    "id": "301",
    "type": "people",
    "attributes": {
        "first_name": "Ada",
        "last_name": "Okafor",
        "email": " Ada.Okafor@example.org ",
        "role_id": 1,
        "deactivated_at": None,
        "availabilities": json.dumps([["2021-03-01", None, WEEK * 2, 654]]),
        "custom_fields": {"71": "likes tea"},
        "cost": 412_300,
    },
    "relationships": {**HERE, "manager": NOT_INCLUDED},
}
SALARY: dict[str, Any] = {
    "id": "701",
    "type": "salaries",
    "attributes": {
        "started_on": "2021-03-01",
        "ended_on": None,
        "working_hours": WEEK * 2,
        "salary_type_id": 1,
        "cost": 412_300,
        "hourly_cost": 2_941,
        "currency": "GBP",
    },
    "relationships": {**HERE, "person": {"data": {"type": "people", "id": "301"}}},
}
EVENT: dict[str, Any] = {
    "id": "501",
    "type": "events",
    "attributes": {
        "name": "Holiday",
        "limitation_type_id": 2,
        "half_day_bookings": True,
        "absence_type": "time_off",
        "archived_at": None,
    },
    "relationships": HERE,
}
BOOKING: dict[str, Any] = {
    "id": "9001",
    "type": "bookings",
    "attributes": {
        "hours": 7,
        "time": 420,
        "started_on": "2026-11-03",
        "ended_on": "2026-11-05",
        "total_time": 1260,
        "percentage": None,
        "booking_method_id": 1,
        "note": "to the sea",
        "draft": False,
        "approved": True,
        "rejected": False,
        "canceled": False,
        "people_custom_fields": {"71": "likes tea"},
    },
    "relationships": {
        **HERE,
        "person": {"data": {"type": "people", "id": "301"}},
        "event": {"data": {"type": "events", "id": "501"}},
        "service": NOT_INCLUDED,
    },
}
MEMBERSHIP: dict[str, Any] = {
    "id": "9314",
    "type": "organization_memberships",
    "attributes": {"role_id": 1},
    "relationships": {**HERE, "person": {"data": {"type": "people", "id": "314"}}},
}


def changed(row: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with another value at "attributes.time", or without it."""
    copy = deepcopy(row)
    *outer, last = path.split(".")
    inner = copy
    for name in outer:
        inner = inner[name]
    if value is ABSENT:
        del inner[last]
    else:
        inner[last] = value
    return copy


def listed(*rows: Any, **around: Any) -> dict[str, Any]:
    meta = {"current_page": 1, "total_pages": 1, "total_count": len(rows), "page_size": 200}
    return {"data": list(rows), "links": {}, "meta": meta, **around}


def at(
    misbehaving: Misbehaving,
    body: Any,
    *,
    status: bytes = b"200 OK",
    headers: tuple[bytes, ...] = (),
) -> ProductiveClient:
    """A client whose every question is answered so."""
    data = json.dumps(body).encode()
    length = b"Content-Length: %d" % len(data)
    misbehaving.answer = misbehaving.head(length, *headers, status=status) + data
    keys = {"token": "made-up-token", "organization_id": "1"}
    return client_with(keys, url=misbehaving.url)


def client_with(keys: dict[str, Any], *, url: str) -> ProductiveClient:
    credentials = FixedCredentials(keys, provider="Productive")
    return ProductiveClient(credentials, base_url=f"{url}/api/v2")


def of(world: World, person: str = "admin") -> ProductiveClient:
    return client_with(world["productive"].grant(person), url=world.url)


def every(fetch: Callable[[str | None], Page[R]]) -> list[R]:
    """All rows of all pages."""
    page = fetch(None)
    rows = list(page.rows)
    while page.next is not None:
        page = fetch(page.next)
        rows += page.rows
    return rows
