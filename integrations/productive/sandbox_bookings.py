"""Bookings at the Productive stand-in: which of them a question finds, and what it lets in."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from integrations.productive.sandbox_jsonapi import (
    Filter,
    Query,
    Refused,
    Test,
    chosen,
    compares,
    problem,
    refusal,
)
from integrations.productive.sandbox_records import Records
from integrations.productive.sandbox_stored import PER_DAY, StoredBooking
from integrations.sandbox import Request

APPROVED, PENDING, REJECTED, CANCELED = "1", "2", "3", "5"
NUMBERS = ("booking_method_id", "time", "total_time", "percentage")
KNOWN_METHODS = (1, 2, 3)
NO_BOOKING = refusal(400, problem("Bad request", "This is no booking in JSON:API"))


# -------------------------------------------------------------------- questions


def found(
    bookings: list[StoredBooking], query: Query, *, switches: Mapping[str, Any]
) -> list[StoredBooking]:
    """What the filters choose, without what is hidden as long as nobody asks for it."""
    drafts = query.asks_for("draft") or Filter("with_draft", "eq", ["true"]) in query.filters
    gone = switches["gone_rows"] == "listed" or query.asks_for(
        "canceled", "approval_status", "status"
    )
    return [
        booking
        for booking in chosen(bookings, query, _tests(switches))
        if (drafts or not booking.draft) and (gone or not (booking.canceled or booking.rejected))
    ]


def _tests(switches: Mapping[str, Any]) -> dict[str, Test[StoredBooking]]:
    def after(booking: StoredBooking, asked: Filter) -> bool:
        end, day = booking.end.isoformat(), asked.values[0]
        return end > day or (end == day and switches["after"] == "inclusive")

    def before(booking: StoredBooking, asked: Filter) -> bool:
        start, day = booking.start.isoformat(), asked.values[0]
        return start < day or (start == day and switches["before"] == "inclusive")

    status = compares(status_of)
    return {
        "id": compares(lambda booking: booking.id),
        "person_id": compares(lambda booking: booking.person_id),
        "event_id": compares(lambda booking: booking.event_id),
        "started_on": compares(lambda booking: booking.start.isoformat()),
        "ended_on": compares(lambda booking: booking.end.isoformat()),
        "after": after,
        "before": before,
        "approval_status": status,
        "status": status,
        "canceled": compares(lambda booking: str(booking.canceled).lower()),
        "draft": compares(lambda booking: str(booking.draft).lower()),
        "with_draft": lambda booking, asked: True,  # see `found`
        # Accepted there, and it does nothing.
        "booking_type": lambda booking, asked: True,
    }


def status_of(booking: StoredBooking) -> str:
    if booking.canceled:
        return CANCELED
    if booking.rejected:
        return REJECTED
    return APPROVED if booking.approved else PENDING


# ------------------------------------------------------------------------ writes


def sent(request: Request, *, booking_id: str | None = None) -> dict[str, Any]:
    """The attributes in the body; a body of another form is refused."""
    body = request.json()
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict):
        raise Refused(NO_BOOKING)
    attributes = data.get("attributes", {})
    is_it = data.get("type") == "bookings" and _id(data.get("id")) == booking_id
    if not is_it or not isinstance(attributes, dict):
        raise Refused(NO_BOOKING)
    return attributes


def as_sent(booking: StoredBooking) -> dict[str, Any]:
    """The attributes with which it would be made anew."""
    return {
        "person_id": booking.person_id,
        "event_id": booking.event_id,
        "service_id": booking.service_id,
        "started_on": booking.start.isoformat(),
        "ended_on": booking.end.isoformat(),
        "booking_method_id": booking.method,
        "time": booking.time,
        "total_time": booking.total_time,
        "percentage": booking.percentage,
        "note": booking.note,
        "draft": booking.draft,
    }


def accepted(records: Records, given: Mapping[str, Any], *, weekends: bool) -> dict[str, Any]:
    """The arguments of `Records.add_booking`; all that is wrong is told at once."""
    problems = list(_problems(records, given))
    if problems:
        raise Refused(refusal(422, *problems))
    fields = {
        "person_id": _id(given["person_id"]),
        "event_id": _id(given.get("event_id")),
        "service_id": _id(given.get("service_id")),
        "start": date.fromisoformat(given["started_on"]),
        "end": date.fromisoformat(given["ended_on"]),
        "method": given.get("booking_method_id", PER_DAY),
        "time": given.get("time"),
        "total_time": given.get("total_time"),
        "percentage": given.get("percentage"),
        "note": given.get("note"),
        "draft": bool(given.get("draft")),
    }
    if not weekends and not _has_working_day(records, fields):
        raise Refused(refusal(422, _invalid("started_on", "no working day lies in this range")))
    return fields


def _problems(records: Records, given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    person = records.people.get(_id(given.get("person_id")) or "")
    if person is None or person.deactivated:
        # Also where ids came as relationships: they are not looked at.
        words, pointer = "person is invalid", "data/attributes/person"
        code = "invalid_attribute_value"
        yield problem("Invalid Attribute", words, code=code, pointer=pointer)
    yield from _date_problems(given)
    yield from _what_problems(records, given)
    for name in NUMBERS:
        if given.get(name) is not None and type(given[name]) is not int:
            yield _invalid(name, "must be an integer")
    if given.get("booking_method_id", PER_DAY) not in KNOWN_METHODS:
        yield _invalid("booking_method_id", "is not included in the list")


def _date_problems(given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    days = {name: _day(given.get(name)) for name in ("started_on", "ended_on")}
    for name, day in days.items():
        if day is None:
            yield _invalid(name, "can't be blank")
    start, end = days.values()
    if start and end and end < start:
        yield _invalid("ended_on", "must not be before the start")


def _what_problems(records: Records, given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    event_id, person_id = _id(given.get("event_id")), _id(given.get("person_id"))
    if event_id is None:
        if _id(given.get("service_id")) is None:
            yield _invalid("event", "can't be blank")
        return
    event = records.events.get(event_id)
    if event is None:
        yield _invalid("event", "must exist")
    elif event.is_limited and (person_id, event_id) not in records.entitlements:
        words, pointer = "person has no entitlement for this category", "data/attributes/event"
        code = "entitlements_required"
        yield problem("Entitlements required", words, code=code, pointer=pointer)


def _has_working_day(records: Records, fields: dict[str, Any]) -> bool:
    person = records.people[fields["person_id"]]
    days = range(fields["start"].toordinal(), fields["end"].toordinal() + 1)
    return any(person.hours_on(date.fromordinal(day)) > 0 for day in days)


def _invalid(name: str, words: str) -> dict[str, Any]:
    title, code = "Invalid Attribute Value", "invalid_attribute_value"
    return problem(title, words, code=code, pointer=f"data/attributes/{name}")


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _id(value: Any) -> str | None:
    """Texts and numbers are both fine."""
    return str(value) if isinstance(value, str | int) and value != "" else None
