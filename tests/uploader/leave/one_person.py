"""One person's leave and bookings in few words, compared and carried out without a service."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import count

from integrations.productive.client import Booking, Salary
from uploader.engine import Item, MemoryLinks, Plan, plan
from uploader.syncs.breathe_to_productive.bookings import (
    Bookings,
    Category,
)
from uploader.syncs.breathe_to_productive.hours import Hours
from uploader.syncs.breathe_to_productive.leave import Event, Leave, LeaveKind
from uploader.syncs.breathe_to_productive.spans import Span

# The 7th of December 2026 is a Monday.
FIRST = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOLIDAY = Category(id="501", kinds=("holiday",), name="Annual leave")
SICKNESS = Category(id="502", kinds=("sickness",), name="Sick")
OTHER = Category(id="503", kinds=("other_leave",), name="Other")
AWAY = Category(id="600", kinds=("holiday", "other_leave"), name="Away")


def december(text: str) -> date:
    return date(2026, 12, int(text[:2]))


def event(text: str, kind: LeaveKind = "holiday") -> Event:
    """“07” is a day of December, “07pm..09am” begins at noon on one and ends at noon on another."""
    first, _, last = text.partition("..")
    last = last or first
    half_start, half_end = first.endswith("pm"), last.endswith("am")
    return Event(kind, Span(december(first), december(last), half_start, half_end))


def booking(
    text: str, minutes: int | None = 420, *, id: str = "9001", event_id: str = "501"
) -> Booking:
    first, _, last = text.partition("..")
    return Booking(
        id=id,
        person_id="301",
        event_id=event_id,
        start=december(first),
        end=december(last or first),
        minutes=minutes,
        is_live=True,
        is_approved=True,
    )


def hours(*week: float) -> Hours:
    told = Salary(id="1", person_id="301", start=None, end=None, hours=week) if week else None
    return Hours(salaries=[told] if told else [], availabilities=[])


def bookings(
    *events: Event | str,
    there: Iterable[Booking] = (),
    since: str = "01",
    week: tuple[float, ...] = (),
    categories: Iterable[Category] = (HOLIDAY, SICKNESS, OTHER),
) -> Bookings:
    found = Bookings(
        Leave(
            emails=("ada@example.org", "ada@example.net"),
            events=tuple(event(each) if isinstance(each, str) else each for each in events),
            since=december(since),
        ),
        hours(*week),
        categories,
    )
    found.compare(there)
    return found


def wanted(found: Bookings) -> list[str]:
    return [item.what for item in found.wanted]


def existing(found: Bookings) -> list[tuple[str | None, str | None, bool | None]]:
    return [(item.ref, item.key, item.ours) for item in found.existing]


def planned(found: Bookings) -> Plan:
    return plan(
        found.wanted, found.existing, MemoryLinks(), on_edit="restore", now=NOW, managed=True
    )


def changes(found: Bookings) -> list[tuple[str, str, str]]:
    """What is done, about what, and what is there before."""
    return [(change.action, change.what, change.was) for change in planned(found).changes]


def read(found: Bookings, there: Iterable[Booking]) -> list[Booking]:
    """What is known of Productive when it is compared."""
    return [each for each in there if each.end >= found.first_day()]


def carried_out(found: Bookings, there: Iterable[Booking]) -> list[Booking]:
    """What Productive holds once all of the plan was done."""
    held = {each.id: each for each in there}
    for change in planned(found).writes:
        ref = change.found.ref if change.found else None
        if change.wanted is not None:
            ref = ref or next(str(each) for each in count(9001) if str(each) not in held)
            held[ref] = as_booking(change.wanted, id=ref)
        elif ref is not None:
            del held[ref]
    return list(held.values())


def as_booking(item: Item, *, id: str) -> Booking:
    return Booking(
        id=id,
        person_id="301",
        event_id=item.content["category"],
        start=date.fromisoformat(item.content["from"]),
        end=date.fromisoformat(item.content["to"]),
        minutes=item.content["minutes"],
        is_live=True,
        is_approved=True,
    )
