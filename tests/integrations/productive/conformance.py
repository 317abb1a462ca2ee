"""Productive's answers to the questions that every provider is asked."""

from datetime import date, timedelta
from typing import Any

from integrations.productive.client import Booking, ProductiveClient
from integrations.productive.sandbox import ProductiveSandbox
from integrations.sandbox import World
from tests.integrations.conformance import Conformance
from tests.integrations.productive.rows import BOOKING, every

DAY = date(2026, 3, 2)
BEN, OTHER_LEAVE = "302", "503"


def write(client: ProductiveClient) -> Booking:
    return client.create_booking(
        person_id=BEN, event_id=OTHER_LEAVE, start=DAY, end=DAY, minutes=420
    )


def fill(world: World) -> list[str]:
    sandbox = world.of(ProductiveSandbox)
    for number in range(450):
        sandbox.add_booking(BEN, OTHER_LEAVE, DAY + timedelta(days=number % 100))
    held = sorted(sandbox.bookings.values(), key=lambda booking: booking.start)
    return [booking.id for booking in held if not booking.draft]


def with_row(row: Any) -> Any:
    return lambda answer: {**answer, "data": [row]}


def with_related(name: str, related: Any) -> Any:
    relationships = {**BOOKING["relationships"], name: related}
    return with_row({**BOOKING, "relationships": relationships})


TABLE = Conformance(
    grant=lambda world: world["productive"].grant("admin"),
    bad={"token": "never-issued-token", "organization_id": "1"},
    secret="token",
    read=lambda client: client.bookings(),
    reads="GET /api/v2/bookings",
    write=write,
    writes="POST /api/v2/bookings",
    wrong_shapes=(
        None,
        [],
        "text",
        lambda answer: {**answer, "data": None},
        lambda answer: {**answer, "data": {}},
        lambda answer: {**answer, "links": {"next": 7}},
        lambda answer: {**answer, "links": None},
        lambda answer: {**answer, "meta": {"total_count": "many"}},
        with_row(None),
        with_row("text"),
        with_row({"id": "9001", "type": "bookings"}),
        with_related("person", {"meta": {"included": False}}),
        with_related("person", {"data": None}),
        with_related("event", {"meta": {"included": False}}),
        with_related("event", {"data": "501"}),
    ),
    fill=fill,
    list_all=lambda client: [booking.id for booking in every(client.bookings)],
)
