"""What Productive's rows look like, and how little of them is kept. No requests here.

The classes whose names end in `Row` are rows as they arrive; `kept()` (of a listed booking
`whole()`) is what leaves.
"""

import json
from contextlib import suppress
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from integrations.shapes import Day, Shape

DAYS_OF_WEEK = 7
PER_DAY = 1  # the booking method whose `time` counts for each working day
LIMITED = (2, 3)  # by days and by hours; 4 is unlimited


def _text(value: object) -> object:
    """Flat ids arrive as numbers in places, and must compare with the texts."""
    return str(value) if type(value) is int else value


Id = Annotated[str, BeforeValidator(_text), Field(min_length=1)]


# ------------------------------------------------------------------ what is kept


class Week(Shape):
    """Contracted hours from `start` to `end`, both included; None is open.

    They are those of two weeks, 14 numbers from a Monday on: some work every other Friday.
    """

    start: date | None
    end: date | None
    hours: tuple[float, ...]


class Person(Shape):
    """`email` is as it was typed, or empty: placeholders have none. `weeks` may be unknown."""

    id: str
    email: str
    name: str
    weeks: tuple[Week, ...]


class Salary(Shape):
    """Hours as in `Week`, or none where they were not understood. Never any money."""

    id: str
    person_id: str
    start: date | None
    end: date | None
    hours: tuple[float, ...]


class Event(Shape):
    """A category of absence ("time_off"), or of "remote_work", which is none.

    `is_limited`: somebody without an entitlement to it cannot be booked on it.
    """

    id: str
    name: str
    absence_type: str
    half_days: bool
    is_archived: bool
    is_limited: bool


class Booking(Shape):
    """From `start` to `end`, both included; without `event_id` it is work on a service.

    Which service that is, is told where bookings of services are asked for, and nowhere else.
    `minutes` are those of each working day, and None where they are said in another way: leave
    such a booking alone. `is_live`: neither cancelled nor rejected nor tentative.
    """

    id: str
    person_id: str
    event_id: str | None
    start: date
    end: date
    minutes: int | None
    is_live: bool
    is_approved: bool
    service_id: str | None = None


class Owner(Shape):
    """Whose token it is: the person it acts as, and the name of the organisation."""

    person_id: str
    organization: str


# ----------------------------------------------------------------- relationships


class Named(Shape):
    id: Id


class One(Shape):
    """What was asked for and is there. What is not included has no `data`, so no id to go by."""

    data: Named


class Perhaps(Shape):
    """The same, where none at all is an answer too: {"data": null}."""

    data: Named | None


# ------------------------------------------------------------------- as they arrive


class PersonAttributes(Shape):
    email: str | None
    first_name: str | None = None
    last_name: str | None = None
    availabilities: Any = None  # not everybody may see them; other sources of hours remain
    deactivated_at: None = None  # only active people are asked for


class PersonRow(Shape):
    id: Id
    attributes: PersonAttributes

    def kept(self) -> Person:
        told = self.attributes
        names = (told.first_name, told.last_name)
        return Person(
            id=self.id,
            email=(told.email or "").strip(),
            name=" ".join(name.strip() for name in names if name and name.strip()),
            weeks=weeks_in(told.availabilities),
        )


class SalaryAttributes(Shape):
    started_on: Day | None
    ended_on: Day | None
    working_hours: Any = None


class SalaryRelationships(Shape):
    person: One


class SalaryRow(Shape):
    id: Id
    attributes: SalaryAttributes
    relationships: SalaryRelationships

    def kept(self) -> Salary:
        return Salary(
            id=self.id,
            person_id=self.relationships.person.data.id,
            start=self.attributes.started_on,
            end=self.attributes.ended_on,
            hours=fortnight(self.attributes.working_hours),
        )


class EventAttributes(Shape):
    name: str
    absence_type: str
    half_day_bookings: bool
    archived_at: str | None
    limitation_type_id: int | None


class EventRow(Shape):
    id: Id
    attributes: EventAttributes

    def kept(self) -> Event:
        told = self.attributes
        return Event(
            id=self.id,
            name=told.name,
            absence_type=told.absence_type,
            half_days=told.half_day_bookings,
            is_archived=told.archived_at is not None,
            is_limited=told.limitation_type_id in LIMITED,
        )


class BookingAttributes(Shape):
    started_on: Day
    ended_on: Day
    booking_method_id: int
    time: int | None
    approved: bool | None = None
    rejected: bool | None = None
    canceled: bool | None = None
    draft: bool | None = None

    def minutes(self) -> int | None:
        """Method 3 says 0 where it means "see the total", so 0 is no number of minutes."""
        said = self.time if self.booking_method_id == PER_DAY else None
        return said if said and said > 0 else None


class WrittenRow(Shape):
    """A booking just created or changed: Productive never says whose, nor of which category."""

    id: Id
    attributes: BookingAttributes

    def kept(
        self, *, person_id: str, event_id: str | None = None, service_id: str | None = None
    ) -> Booking:
        told = self.attributes
        return Booking(
            id=self.id,
            person_id=person_id,
            event_id=event_id,
            service_id=service_id,
            start=told.started_on,
            end=told.ended_on,
            minutes=told.minutes(),
            is_live=not (told.rejected or told.canceled or told.draft),
            is_approved=bool(told.approved),
        )


class Written(Shape):
    data: WrittenRow


class BookingRelationships(Shape):
    person: One
    event: Perhaps


class BookingRow(WrittenRow):
    relationships: BookingRelationships

    def whole(self) -> Booking:
        event = self.relationships.event.data
        person_id = self.relationships.person.data.id
        return self.kept(person_id=person_id, event_id=event.id if event else None)


class Single(Shape):
    data: BookingRow


class ServiceBookingRelationships(Shape):
    person: One
    service: Perhaps


class ServiceBookingRow(WrittenRow):
    """Where the filter does nothing, absences are listed too: they have no service."""

    relationships: ServiceBookingRelationships

    def whole(self) -> Booking:
        service = self.relationships.service.data
        person_id = self.relationships.person.data.id
        return self.kept(person_id=person_id, service_id=service.id if service else None)


class SingleServiceBooking(Shape):
    data: ServiceBookingRow


class MembershipRelationships(Shape):
    organization: One
    person: Perhaps


class MembershipRow(Shape):
    relationships: MembershipRelationships


class Links(Shape):
    next: str | None = None


class Meta(Shape):
    total_count: int | None = None


class Envelope(Shape):
    """What stands around the rows of a list."""

    links: Links = Links()
    meta: Meta = Meta()


# ----------------------------------------------------------------------- hours


def weeks_in(availabilities: Any) -> tuple[Week, ...]:
    """The periods in `availabilities`, JSON inside a string: [[from, to or null, hours, id], …].

    What cannot be read is left out rather than refused: hours have other sources.
    """
    periods: Any = None
    if isinstance(availabilities, str):
        with suppress(ValueError, RecursionError):
            periods = json.loads(availabilities)
    if not isinstance(periods, list):
        return ()
    return tuple(week for week in map(_week, periods) if week is not None)


def _week(period: Any) -> Week | None:
    if not isinstance(period, list) or len(period) < 3:
        return None
    hours = fortnight(period[2])
    try:
        start, end = _day(period[0]), _day(period[1])
    except (TypeError, ValueError):
        return None
    return Week(start=start, end=end, hours=hours) if hours else None


def _day(text: Any) -> date | None:
    return None if text is None else date.fromisoformat(text)


def fortnight(value: Any) -> tuple[float, ...]:
    """Fourteen numbers of hours; seven stand for both weeks, and anything else for nothing."""
    if not isinstance(value, list) or not all(_is_hours(each) for each in value):
        return ()
    if len(value) == DAYS_OF_WEEK:
        value = value * 2
    return tuple(map(float, value)) if len(value) == 2 * DAYS_OF_WEEK else ()


def _is_hours(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value <= 24
