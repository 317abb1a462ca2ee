"""Productive: who works there, kinds of absence, services, and bookings of both. No Django here."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

import requests

from integrations.errors import ReconnectError, RejectedError
from integrations.productive.jsonapi import FIRST_PAGE, BudgetSpent, JsonApi
from integrations.productive.project_rows import (
    Assignment,
    AssignmentRow,
    DealRow,
    Service,
    SingleService,
    WrittenAssignment,
)
from integrations.productive.rows import (
    PER_DAY,
    Booking,
    BookingRow,
    Event,
    EventRow,
    MembershipRow,
    Owner,
    Person,
    PersonRow,
    Salary,
    SalaryRow,
    ServiceBookingRow,
    Single,
    SingleServiceBooking,
    Week,
    Written,
)
from integrations.shapes import Page, rows_in

__all__ = [
    "Assignment",
    "Booking",
    "BudgetSpent",
    "Event",
    "Owner",
    "Person",
    "ProductiveClient",
    "Salary",
    "Service",
    "Week",
]

ACTIVE = 1
# Only what is asked for arrives: no money, and none of people's own custom fields. What is listed
# here includes relationships, which are dropped as well where they are not.
PERSON_FIELDS = "first_name,last_name,email,availabilities,deactivated_at"
SALARY_FIELDS = "started_on,ended_on,working_hours,person"
BOOKING_FIELDS = (
    "started_on,ended_on,time,booking_method_id,approved,rejected,canceled,draft,person,event"
)
SERVICE_BOOKING_FIELDS = BOOKING_FIELDS.replace("event", "service")
ASSIGNMENT_FIELDS = "person,project"


class ProductiveClient(JsonApi):
    """Lists come by the page: `page` is the `next` of the one before, and None for the first."""

    # ------------------------------------------------------------------ reading

    def owner(self) -> Owner:
        """Whose token it is, at the organisation that was given; one request."""
        doing = "asking whose token this is"
        query = {"include": "person,organization", **FIRST_PAGE}
        body = self._get("/organization_memberships", query, doing=doing)
        wanted = self.key("organization_id")
        for row in rows_in(body, "data", provider=self.name, doing=doing):
            told = self._shaped(MembershipRow, row, doing=doing).relationships
            if told.organization.data.id == wanted and told.person.data is not None:
                name = _name_of(body, "organizations", wanted) or f"organisation {wanted}"
                return Owner(person_id=told.person.data.id, organization=name)
        raise ReconnectError(
            provider=self.name,
            doing=doing,
            excerpt=f"the token belongs to nobody in organisation {wanted}",
        )

    def people(self, page: str | None = None) -> Page[Person]:
        """Active people: of several records of one human at most one is active."""
        query = {
            "filter[status]": ACTIVE,
            "sort": "name",
            "fields[people]": PERSON_FIELDS,
            **FIRST_PAGE,
        }
        return self._list(
            page or "/people",
            None if page else query,
            shape=PersonRow,
            keep=PersonRow.kept,
            doing="listing people",
        )

    def salaries(self, page: str | None = None) -> Page[Salary]:
        """Contracted hours, from cost rates; RejectedError (403) where money may not be seen."""
        query = {
            "include": "person",
            "fields[salaries]": SALARY_FIELDS,
            **FIRST_PAGE,
        }
        return self._list(
            page or "/salaries",
            None if page else query,
            shape=SalaryRow,
            keep=SalaryRow.kept,
            doing="listing contracted hours",
        )

    def events(self, page: str | None = None) -> Page[Event]:
        """Categories of absence, archived ones included."""
        return self._list(
            page or "/events",
            None if page else FIRST_PAGE,
            shape=EventRow,
            keep=EventRow.kept,
            doing="listing categories of absence",
        )

    def bookings(
        self,
        page: str | None = None,
        *,
        event_ids: Sequence[str] = (),
        after: date | None = None,
        person_ids: Sequence[str] = (),
    ) -> Page[Booking]:
        """Those of these categories and people (empty: of all), by their first day.

        `after` finds what ends on that day or later; whether on the day itself is not certain, so
        ask for one more, and look through what is found: a filter may also do nothing. A token of
        small powers is shown its owner's bookings alone, as if there were no others.
        """
        return self._list(
            page or "/bookings",
            None if page else _bookings_query(event_ids, after, person_ids),
            shape=BookingRow,
            keep=BookingRow.whole,
            doing="listing bookings",
        )

    def booking(self, booking_id: str) -> Booking | None:
        """As it is now; None where it is gone."""
        doing = "reading a booking"
        body = self._perhaps(_path(booking_id), {"include": "person,event"}, doing=doing)
        return None if body is None else self._shaped(Single, body, doing=doing).data.whole()

    # -------------------------------------------------------- services and projects

    def service(self, service_id: str) -> Service | None:
        """With the project that its budget is of; None where there is no such service."""
        doing = "looking at a service"
        address = f"/services/{quote(service_id, safe='')}"
        body = self._perhaps(address, {"include": "deal.project"}, doing=doing)
        if body is None:
            return None
        row = self._shaped(SingleService, body, doing=doing).data
        # A budget that is not told of is not understood; one without a project is.
        told = _included(body, "deals", row.relationships.deal.data.id)
        project = self._shaped(DealRow, told, doing=doing).relationships.project.data
        name = _name_of(body, "projects", project.id) if project else ""
        return row.kept(project_id=project.id if project else None, project=name)

    def assignments(
        self, page: str | None = None, *, project_id: str, person_ids: Sequence[str] = ()
    ) -> Page[Assignment]:
        """Who is on a project; look through what is found, as the filters may do nothing."""
        query = {
            "include": "person,project",
            "fields[project_assignments]": ASSIGNMENT_FIELDS,
            "filter[project_id]": project_id,
            **FIRST_PAGE,
        }
        if person_ids:
            query["filter[person_id]"] = ",".join(person_ids)
        return self._list(
            page or "/project_assignments",
            None if page else query,
            shape=AssignmentRow,
            keep=AssignmentRow.whole,
            doing="listing who is on a project",
        )

    def assign(self, *, person_id: str, project_id: str) -> Assignment:
        """They are on the project afterwards, also if they were before."""
        doing = "putting somebody on a project"
        attributes = {"person_id": person_id, "project_id": project_id}
        body = {"data": {"type": "project_assignments", "attributes": attributes}}
        try:
            response = self._call(
                "POST", "/project_assignments", doing=doing, accept=(201,), body=body
            )
        except RejectedError:
            # Which of the refusals says that they are on it already is not documented.
            held = self._assignment(person_id, project_id)
            if held is None:
                raise
            return held
        made = self._shaped(WrittenAssignment, self.json(response, doing=doing), doing=doing)
        return made.data.kept(person_id=person_id, project_id=project_id)

    def _assignment(self, person_id: str, project_id: str) -> Assignment | None:
        page = None
        while True:
            listed = self.assignments(page, project_id=project_id, person_ids=[person_id])
            for held in listed.rows:
                if (held.person_id, held.project_id) == (person_id, project_id):
                    return held
            page = listed.next
            if page is None:
                return None

    # ------------------------------------------------------------ bookings of a service

    def service_bookings(
        self, page: str | None = None, *, project_id: str, after: date
    ) -> Page[Booking]:
        """Those of a project, by their first day, each with its service.

        There is no filter that is known to work for a service. As with `bookings`: ask for a day
        more, and look through what is found.
        """
        query = {
            "include": "person,service",
            "fields[bookings]": SERVICE_BOOKING_FIELDS,
            "filter[project_id]": project_id,
            "filter[after]": after.isoformat(),
            "sort": "started_on",
            **FIRST_PAGE,
        }
        return self._list(
            page or "/bookings",
            None if page else query,
            shape=ServiceBookingRow,
            keep=ServiceBookingRow.whole,
            doing="listing bookings of a project",
        )

    def service_booking(self, booking_id: str) -> Booking | None:
        """As it is now; None where it is gone."""
        doing = "reading a booking"
        body = self._perhaps(_path(booking_id), {"include": "person,service"}, doing=doing)
        if body is None:
            return None
        return self._shaped(SingleServiceBooking, body, doing=doing).data.whole()

    # ------------------------------------------------------------------ writing

    def create_booking(
        self, *, person_id: str, event_id: str, start: date, end: date, minutes: int
    ) -> Booking:
        """`minutes` are for each working day. Made twice it is there twice: after any error list
        again before repeating."""
        related = {"person_id": person_id, "event_id": event_id}
        return self._create(related, _when(start, end, minutes))

    def update_booking(
        self,
        booking_id: str,
        *,
        person_id: str,
        event_id: str,
        start: date,
        end: date,
        minutes: int,
    ) -> Booking:
        """Other days, minutes or category; whose it is stays, and is only told back."""
        doing = "changing a booking"
        attributes = {"event_id": event_id} | _when(start, end, minutes)
        response = self._change(booking_id, attributes, doing=doing)
        related = {"person_id": person_id, "event_id": event_id}
        return self._written(response, related, doing=doing)

    def create_service_booking(
        self, *, person_id: str, service_id: str, start: date, end: date, minutes: int
    ) -> Booking:
        """As `create_booking`; refused as long as they are not on the project of the service."""
        related = {"person_id": person_id, "service_id": service_id}
        return self._create(related, _when(start, end, minutes))

    def update_service_booking(
        self,
        booking_id: str,
        *,
        person_id: str,
        service_id: str,
        start: date,
        end: date,
        minutes: int,
    ) -> Booking:
        """All of it anew, whose it is included, as far as Productive goes along: it is read again,
        since the answer to a change does not tell whose the booking is now."""
        doing = "changing a booking"
        related = {"person_id": person_id, "service_id": service_id}
        response = self._change(booking_id, related | _when(start, end, minutes), doing=doing)
        self._written(response, related, doing=doing)  # only such an answer is one to a change
        changed = self.service_booking(booking_id)
        if changed is None:
            raise RejectedError(provider=self.name, doing=doing, excerpt="it is gone")
        return changed

    def delete_booking(self, booking_id: str) -> None:
        """Gone afterwards, also if it was before."""
        self._call("DELETE", _path(booking_id), doing="deleting a booking", accept=(204, 404))

    def _create(self, related: dict[str, str], when: dict[str, Any]) -> Booking:
        # Ids are plain attributes here; as relationships they are refused.
        doing, data = "creating a booking", {"type": "bookings", "attributes": related | when}
        response = self._call("POST", "/bookings", doing=doing, accept=(201,), body={"data": data})
        return self._written(response, related, doing=doing)

    def _change(
        self, booking_id: str, attributes: dict[str, Any], *, doing: str
    ) -> requests.Response:
        data = {"type": "bookings", "id": booking_id, "attributes": attributes}
        return self._call("PATCH", _path(booking_id), doing=doing, body={"data": data})

    def _written(
        self, response: requests.Response, related: dict[str, str], *, doing: str
    ) -> Booking:
        """The answer holds no related ids, so they are those that were sent."""
        written = self._shaped(Written, self.json(response, doing=doing), doing=doing)
        return written.data.kept(**related)


# --------------------------------------------------------------------- what is sent


def _path(booking_id: str) -> str:
    return f"/bookings/{quote(booking_id, safe='')}"


def _bookings_query(
    event_ids: Sequence[str], after: date | None, person_ids: Sequence[str]
) -> dict[str, Any]:
    query: dict[str, Any] = {
        "include": "person,event",
        "fields[bookings]": BOOKING_FIELDS,
        "sort": "started_on",
        **FIRST_PAGE,
    }
    if event_ids:
        query["filter[event_id]"] = ",".join(event_ids)
    if person_ids:
        query["filter[person_id]"] = ",".join(person_ids)
    if after is not None:
        query["filter[after]"] = after.isoformat()
    return query


def _when(start: date, end: date, minutes: int) -> dict[str, Any]:
    return {
        "started_on": start.isoformat(),
        "ended_on": end.isoformat(),
        "booking_method_id": PER_DAY,
        "time": minutes,
    }


# ------------------------------------------------------------------- what is answered


def _included(body: Mapping[str, Any], kind: str, wanted: str) -> Mapping[str, Any] | None:
    """The row of this type and id that came along, if any."""
    included = body.get("included")
    for row in included if isinstance(included, list) else ():
        if isinstance(row, Mapping) and (row.get("type"), str(row.get("id"))) == (kind, wanted):
            return row
    return None


def _name_of(body: Mapping[str, Any], kind: str, wanted: str) -> str:
    """Its name from what was included, or an empty one: a name is no reason to fail."""
    attributes = (_included(body, kind, wanted) or {}).get("attributes")
    name = attributes.get("name") if isinstance(attributes, Mapping) else None
    return name if isinstance(name, str) else ""
