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
    id_of,
    ignored,
    invalid,
    problem,
    refusal,
)
from integrations.productive.sandbox_records import Records
from integrations.productive.sandbox_stored import PER_DAY, StoredBooking

APPROVED, PENDING, REJECTED, CANCELED = "1", "2", "3", "5"
NUMBERS = ("booking_method_id", "time", "total_time", "percentage")
KNOWN_METHODS = (1, 2, 3)


# -------------------------------------------------------------------- questions


def found(records: Records, bookings: list[StoredBooking], query: Query) -> list[StoredBooking]:
    """What the filters choose, without what is hidden as long as nobody asks for it."""
    switches = records.switches
    drafts = query.asks_for("draft") or Filter("with_draft", "eq", ["true"]) in query.filters
    gone = switches["gone_rows"] == "listed" or query.asks_for(
        "canceled", "approval_status", "status"
    )
    return [
        booking
        for booking in chosen(bookings, query, _tests(records))
        if (drafts or not booking.draft) and (gone or not (booking.canceled or booking.rejected))
    ]


def _tests(records: Records) -> dict[str, Test[StoredBooking]]:
    switches = records.switches

    def after(booking: StoredBooking, asked: Filter) -> bool:
        end, day = booking.end.isoformat(), asked.values[0]
        return end > day or (end == day and switches["after"] == "inclusive")

    def before(booking: StoredBooking, asked: Filter) -> bool:
        start, day = booking.start.isoformat(), asked.values[0]
        return start < day or (start == day and switches["before"] == "inclusive")

    status = compares(status_of)
    by_service: Test[StoredBooking] = compares(lambda booking: booking.service_id)
    tests: dict[str, Test[StoredBooking]] = {
        "id": compares(lambda booking: booking.id),
        "person_id": compares(lambda booking: booking.person_id),
        "event_id": compares(lambda booking: booking.event_id),
        "project_id": compares(lambda booking: records.project_of(booking.service_id))
        if switches["project_filter"] == "works"
        else ignored,
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
        "booking_type": ignored,
    }
    if switches["service_filter"] != "unsupported":
        tests["service_id"] = by_service if switches["service_filter"] == "works" else ignored
    return tests


def status_of(booking: StoredBooking) -> str:
    if booking.canceled:
        return CANCELED
    if booking.rejected:
        return REJECTED
    return APPROVED if booking.approved else PENDING


# ------------------------------------------------------------------------ writes


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
        "person_id": id_of(given["person_id"]),
        "event_id": id_of(given.get("event_id")),
        "service_id": id_of(given.get("service_id")),
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
        raise Refused(refusal(422, invalid("started_on", "no working day lies in this range")))
    return fields


def _problems(records: Records, given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    person = records.people.get(id_of(given.get("person_id")) or "")
    if person is None or person.deactivated:
        # Also where ids came as relationships: they are not looked at.
        words, pointer = "person is invalid", "data/attributes/person"
        code = "invalid_attribute_value"
        yield problem("Invalid Attribute", words, code=code, pointer=pointer)
    yield from _date_problems(given)
    yield from _what_problems(records, given)
    for name in NUMBERS:
        if given.get(name) is not None and type(given[name]) is not int:
            yield invalid(name, "must be an integer")
    if given.get("booking_method_id", PER_DAY) not in KNOWN_METHODS:
        yield invalid("booking_method_id", "is not included in the list")


def _date_problems(given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    days = {name: _day(given.get(name)) for name in ("started_on", "ended_on")}
    for name, day in days.items():
        if day is None:
            yield invalid(name, "can't be blank")
    start, end = days.values()
    if start and end and end < start:
        yield invalid("ended_on", "must not be before the start")


def _what_problems(records: Records, given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    event_id, person_id = id_of(given.get("event_id")), id_of(given.get("person_id"))
    if event_id is None:
        yield from _service_problems(records, id_of(given.get("service_id")), person_id or "")
        return
    event = records.events.get(event_id)
    if event is None:
        yield invalid("event", "must exist")
    elif event.is_limited and (person_id, event_id) not in records.entitlements:
        words, pointer = "person has no entitlement for this category", "data/attributes/event"
        code = "entitlements_required"
        yield problem("Entitlements required", words, code=code, pointer=pointer)


def _service_problems(
    records: Records, service_id: str | None, person_id: str
) -> Iterator[dict[str, Any]]:
    service = records.services.get(service_id or "")
    project_id = records.project_of(service_id)
    if service_id is None:
        yield invalid("event", "can't be blank")
    elif service is None:
        yield invalid("service", "must exist")
    elif not service.bookable:
        yield invalid("service", "booking tracking is not enabled")
    elif project_id and not records.is_on(person_id, project_id):
        yield invalid("person", "is not assigned to the project")


def _has_working_day(records: Records, fields: dict[str, Any]) -> bool:
    person = records.people[fields["person_id"]]
    days = range(fields["start"].toordinal(), fields["end"].toordinal() + 1)
    return any(person.hours_on(date.fromordinal(day)) > 0 for day in days)


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None
