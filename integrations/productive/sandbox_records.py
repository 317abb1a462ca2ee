"""What the Productive stand-in holds, and how tests put things there; the API is sandbox.py's."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from integrations.productive.sandbox_stored import (
    BY_DAYS,
    DAY,
    FULL_TIME,
    LONG_AGO,
    PER_DAY,
    PERCENTAGE,
    TOTAL,
    UNLIMITED,
    Period,
    StoredAssignment,
    StoredBooking,
    StoredDeal,
    StoredEvent,
    StoredPerson,
    StoredProject,
    StoredSalary,
    StoredService,
    Write,
)
from integrations.sandbox import Sandbox

KEPT: dict[str, TypeAdapter[Any]] = {
    "people": TypeAdapter(dict[str, StoredPerson]),
    "events": TypeAdapter(dict[str, StoredEvent]),
    "salaries": TypeAdapter(dict[str, StoredSalary]),
    "bookings": TypeAdapter(dict[str, StoredBooking]),
    "entitlements": TypeAdapter(set[tuple[str, str]]),
    "projects": TypeAdapter(dict[str, StoredProject]),
    "deals": TypeAdapter(dict[str, StoredDeal]),
    "services": TypeAdapter(dict[str, StoredService]),
    "assignments": TypeAdapter(dict[str, StoredAssignment]),
}


def fortnight(hours: Sequence[float]) -> list[float]:
    return list(hours) * (2 if len(hours) == 7 else 1)


class Records(Sandbox):
    """Everything by its id. `writes` tells what came over the API since the start."""

    people: dict[str, StoredPerson]
    events: dict[str, StoredEvent]
    salaries: dict[str, StoredSalary]
    bookings: dict[str, StoredBooking]
    entitlements: set[tuple[str, str]]
    projects: dict[str, StoredProject]
    deals: dict[str, StoredDeal]
    services: dict[str, StoredService]
    assignments: dict[str, StoredAssignment]
    writes: list[Write]

    def empty(self) -> None:
        self.people, self.events, self.salaries, self.bookings = {}, {}, {}, {}
        self.projects, self.deals, self.services, self.assignments = {}, {}, {}, {}
        self.entitlements = set()
        self.writes = []
        self._last = {
            "person": 300,
            "event": 500,
            "salary": 700,
            "booking": 9000,
            "project": 400,
            "deal": 600,
            "service": 5550,
            "assignment": 3000,
        }

    def _next(self, kind: str) -> str:
        self._last[kind] += 1
        return str(self._last[kind])

    # For tests

    def add_person(
        self,
        email: str | None,
        *,
        name: str = "Nora Example",
        hours: Sequence[float] | None = FULL_TIME,
        periods: list[Period] | None = None,
        placeholder: bool = False,
        entitled: bool = True,
    ) -> StoredPerson:
        """With these hours (7 or 14 numbers) since long ago, or with `periods` instead.

        `hours=None` is somebody whose hours nobody has entered. `entitled`: to every limited
        category there is.
        """
        with self.lock:
            self.dirty = True
            if periods is None and hours is not None:
                periods = [Period(LONG_AGO, None, fortnight(hours))]
            first, _, last = name.partition(" ")
            person = StoredPerson(self._next("person"), email, first, last, periods, placeholder)
            self.people[person.id] = person
            if entitled:
                limited = [event.id for event in self.events.values() if event.is_limited]
                self.entitlements |= {(person.id, event_id) for event_id in limited}
            return person

    def add_event(
        self,
        name: str,
        *,
        limited: bool = False,
        half_days: bool = True,
        absence_type: str = "time_off",
        archived: bool = False,
    ) -> StoredEvent:
        with self.lock:
            self.dirty = True
            limitation = BY_DAYS if limited else UNLIMITED
            event = StoredEvent(
                self._next("event"), name, limitation, half_days, absence_type, archived
            )
            self.events[event.id] = event
            return event

    def add_salary(
        self,
        person_id: str,
        hours: Sequence[float],
        *,
        start: date = LONG_AGO,
        end: date | None = None,
    ) -> StoredSalary:
        with self.lock:
            self.dirty = True
            salary = StoredSalary(self._next("salary"), person_id, start, end, fortnight(hours))
            self.salaries[salary.id] = salary
            return salary

    def add_booking(
        self,
        person_id: str,
        event_id: str | None,
        start: date,
        end: date | None = None,
        *,
        service_id: str | None = None,
        method: int = PER_DAY,
        time: int | None = 420,
        total_time: int | None = None,
        percentage: int | None = None,
        approved: bool = True,
        rejected: bool = False,
        canceled: bool = False,
        draft: bool = False,
        note: str | None = None,
    ) -> StoredBooking:
        """Whatever is said, likely or not; a single day without `end`."""
        with self.lock:
            self.dirty = True
            booking = StoredBooking(
                id=self._next("booking"),
                person_id=person_id,
                event_id=event_id,
                service_id=service_id,
                start=start,
                end=end or start,
                method=method,
                time=time,
                total_time=total_time,
                percentage=percentage,
                approved=approved,
                rejected=rejected,
                canceled=canceled,
                draft=draft,
                note=note,
                at=self.now(),
            )
            self.bookings[booking.id] = booking
            return booking

    def change_booking(self, booking_id: str, **changes: Any) -> StoredBooking:
        """As somebody would by hand; names as in `StoredBooking`."""
        with self.lock:
            self.dirty = True
            changed = replace(self.bookings[booking_id], at=self.now(), **changes)
            self.bookings[booking_id] = changed
            return changed

    def remove_booking(self, booking_id: str) -> None:
        with self.lock:
            self.dirty = True
            del self.bookings[booking_id]

    def deactivate(self, person_id: str) -> None:
        with self.lock:
            self.dirty = True
            self.people[person_id].deactivated = True

    def add_project(self, name: str) -> StoredProject:
        with self.lock:
            self.dirty = True
            project = StoredProject(self._next("project"), name)
            self.projects[project.id] = project
            return project

    def add_service(
        self, name: str, project_id: str | None, *, bookable: bool = True
    ) -> StoredService:
        """In a budget of its own; without a project it is still being sold."""
        with self.lock:
            self.dirty = True
            deal = StoredDeal(self._next("deal"), f"{name} this year", project_id)
            self.deals[deal.id] = deal
            service = StoredService(self._next("service"), name, deal.id, bookable)
            self.services[service.id] = service
            return service

    def assign(self, person_id: str, project_id: str) -> StoredAssignment:
        with self.lock:
            self.dirty = True
            assignment = StoredAssignment(self._next("assignment"), person_id, project_id)
            self.assignments[assignment.id] = assignment
            return assignment

    def remove_assignment(self, assignment_id: str) -> None:
        with self.lock:
            self.dirty = True
            del self.assignments[assignment_id]

    def project_of(self, service_id: str | None) -> str | None:
        """Of the budget that the service is in."""
        service = self.services.get(service_id or "")
        return self.deals[service.deal_id].project_id if service else None

    def is_on(self, person_id: str, project_id: str) -> bool:
        pairs = {(each.person_id, each.project_id) for each in self.assignments.values()}
        return (person_id, project_id) in pairs

    def set_entitlement(self, person_id: str, event_id: str, *, entitled: bool = True) -> None:
        with self.lock:
            self.dirty = True
            pair = (person_id, event_id)
            (self.entitlements.add if entitled else self.entitlements.discard)(pair)

    # Time

    def hours_by_day(self, booking: StoredBooking) -> list[float]:
        """Of the working days in its range."""
        days = ((booking.end - booking.start).days + 1) if booking.start <= booking.end else 0
        person = self.people[booking.person_id]
        hours = [person.hours_on(booking.start + n * DAY) for n in range(days)]
        return [each for each in hours if each > 0]

    def total_minutes(self, booking: StoredBooking) -> int | None:
        hours = self.hours_by_day(booking)
        if booking.method == PERCENTAGE:
            return round(sum(hours) * 60 * (booking.percentage or 0) / 100)
        if booking.method == TOTAL:
            return booking.total_time
        return None if booking.time is None else booking.time * len(hours)

    # Keeping

    def snapshot_records(self) -> dict[str, Any]:
        kept = {
            name: kind.dump_python(getattr(self, name), mode="json") for name, kind in KEPT.items()
        }
        return {**kept, "last": dict(self._last)}

    def restore_records(self, data: dict[str, Any]) -> None:
        for name, kind in KEPT.items():
            if name in data:  # a state that was kept earlier may not have heard of it
                setattr(self, name, kind.validate_python(data[name]))
        self._last |= data["last"]
        self.writes = []
