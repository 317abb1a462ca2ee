"""Productive: who works there, kinds of absence, and bookings. No Django here."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar
from urllib.parse import quote, urljoin

import requests

from integrations.client import Client, retry_after
from integrations.errors import (
    IntegrationError,
    ReconnectError,
    RejectedError,
    RetryableError,
)
from integrations.productive.rows import (
    PER_DAY,
    Booking,
    BookingRow,
    Envelope,
    Event,
    EventRow,
    MembershipRow,
    Owner,
    Person,
    PersonRow,
    Salary,
    SalaryRow,
    Single,
    Week,
    Written,
)
from integrations.shapes import Page, Shape, rows_in, shaped

__all__ = [
    "Booking",
    "BudgetSpent",
    "Event",
    "Owner",
    "Person",
    "ProductiveClient",
    "Salary",
    "Week",
]

R = TypeVar("R")
S = TypeVar("S", bound=Shape)

JSON_API = "application/vnd.api+json"
FIRST_PAGE = {"page[number]": 1, "page[size]": 200}  # the most there is
ACTIVE = 1
BUDGET = "Server time limit exceeded"
# Only what is asked for arrives: no money, and none of people's own custom fields. What is listed
# here includes relationships, which are dropped as well where they are not.
PERSON_FIELDS = "first_name,last_name,email,availabilities,deactivated_at"
SALARY_FIELDS = "started_on,ended_on,working_hours,person"
BOOKING_FIELDS = (
    "started_on,ended_on,time,booking_method_id,approved,rejected,canceled,draft,person,event"
)


class BudgetSpent(RetryableError):
    """The organisation's allowance of processing time; up to a day may pass until the next."""

    @property
    def in_short(self) -> str:
        return f"{self.provider}'s allowance of computing time for this organisation is used up."


class ProductiveClient(Client):
    """Lists come by the page: `page` is the `next` of the one before, and None for the first."""

    name = "Productive"

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
                name = _name_of_organization(body, wanted)
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
        query = {"include": "person,event"}
        response = self._call(
            "GET", _path(booking_id), doing=doing, params=query, accept=(200, 404)
        )
        if response.status_code == 404:
            return None
        body = self.json(response, doing=doing)
        return self._shaped(Single, body, doing=doing).data.whole()

    # ------------------------------------------------------------------ writing

    def create_booking(
        self, *, person_id: str, event_id: str, start: date, end: date, minutes: int
    ) -> Booking:
        """`minutes` are for each working day. Made twice it is there twice: after any error list
        again before repeating."""
        doing = "creating a booking"
        # Ids are plain attributes here; as relationships they are refused.
        attributes = {"person_id": person_id, "event_id": event_id}
        attributes |= _when(start, end, minutes)
        body = {"data": {"type": "bookings", "attributes": attributes}}
        response = self._call("POST", "/bookings", doing=doing, accept=(201,), body=body)
        return self._written(response, person_id=person_id, event_id=event_id, doing=doing)

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
        body = {"data": {"type": "bookings", "id": booking_id, "attributes": attributes}}
        response = self._call("PATCH", _path(booking_id), doing=doing, body=body)
        return self._written(response, person_id=person_id, event_id=event_id, doing=doing)

    def delete_booking(self, booking_id: str) -> None:
        """Gone afterwards, also if it was before."""
        self._call("DELETE", _path(booking_id), doing="deleting a booking", accept=(204, 404))

    def _written(
        self, response: requests.Response, *, person_id: str, event_id: str, doing: str
    ) -> Booking:
        """The answer holds no related ids, so they are those that were sent."""
        written = self._shaped(Written, self.json(response, doing=doing), doing=doing)
        return written.data.kept(person_id=person_id, event_id=event_id)

    # ----------------------------------------------------------------- requests

    def _call(
        self,
        method: str,
        path: str,
        *,
        doing: str,
        body: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> requests.Response:
        headers = {
            "X-Auth-Token": self.key("token"),
            "X-Organization-Id": self.key("organization_id"),
            "Accept": JSON_API,
        }
        if body is not None:
            headers["Content-Type"] = JSON_API
            options["data"] = json.dumps(body)
        return self.request(method, path, doing=doing, headers=headers, **options)

    def _get(self, address: str, query: Mapping[str, Any] | None, *, doing: str) -> Any:
        response = self._call("GET", address, doing=doing, params=query)
        return self.json(response, doing=doing)

    def _list(
        self,
        address: str,
        query: Mapping[str, Any] | None,
        *,
        shape: type[S],
        keep: Callable[[S], R],
        doing: str,
    ) -> Page[R]:
        body = self._get(address, query, doing=doing)
        rows = rows_in(body, "data", provider=self.name, doing=doing)
        around = self._shaped(Envelope, body, doing=doing)
        following = around.links.next
        return Page(
            rows=[keep(self._shaped(shape, row, doing=doing)) for row in rows],
            # Refused here already where it leads to another host.
            next=self.url(urljoin(self.base_url, following)) if following else None,
            total=around.meta.total_count,
        )

    def _shaped(self, shape: type[S], row: Any, *, doing: str) -> S:
        return shaped(shape, row, provider=self.name, doing=doing)

    # ------------------------------------------------------------------- errors

    def classify(self, response: requests.Response, doing: str) -> IntegrationError:
        """By the HTTP status: the one inside of the errors is decoration."""
        status = response.status_code
        said = self.said(response, doing)
        errors = _errors_in(response)
        if status == 403:
            # Without a person the token is of no use here; otherwise one list may be closed to it
            # while all else works.
            is_nobody = any(error.get("code") == "no_person" for error in errors)
            return ReconnectError(**said) if is_nobody else RejectedError(**said)
        if status == 429:
            spent = any(error.get("title") == BUDGET for error in errors)
            kind = BudgetSpent if spent else RetryableError
            return kind(**said, retry_after=_wait(response.headers))
        return super().classify(response, doing)

    def words_of(self, body: Any) -> str:
        errors = _errors_of(body)
        if errors:
            return "; ".join(filter(None, map(_words, errors)))
        if isinstance(body, Mapping) and "data" in body:
            return ""  # a refusal it is not, and rows are not to be quoted
        return super().words_of(body)


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


def _name_of_organization(body: Mapping[str, Any], wanted: str) -> str:
    """Its name from what was included; a name is no reason to fail."""
    included = body.get("included")
    for row in included if isinstance(included, list) else ():
        if isinstance(row, Mapping) and row.get("type") == "organizations":
            attributes = row.get("attributes")
            name = attributes.get("name") if isinstance(attributes, Mapping) else None
            if str(row.get("id")) == wanted and isinstance(name, str) and name:
                return name
    return f"organisation {wanted}"


def _errors_in(response: requests.Response) -> list[Mapping[str, Any]]:
    try:
        return _errors_of(json.loads(response.content))
    except (ValueError, RecursionError):
        return []


def _errors_of(body: Any) -> list[Mapping[str, Any]]:
    errors = body.get("errors") if isinstance(body, Mapping) else None
    if not isinstance(errors, list):
        return []
    return [error for error in errors if isinstance(error, Mapping)]


def _words(error: Mapping[str, Any]) -> str:
    """Title and detail, and in brackets what they are about."""
    told = [error[name] for name in ("title", "detail") if isinstance(error.get(name), str)]
    words = ": ".join(dict.fromkeys(filter(None, told)))
    about = _about(error.get("source"))
    return f"{words} ({about})".strip() if about else words


def _about(source: Any) -> str:
    if not isinstance(source, Mapping):
        return ""
    pointer, parameter = source.get("pointer"), source.get("parameter")
    if isinstance(pointer, str):
        return pointer.rsplit("/", 1)[-1]
    return parameter if isinstance(parameter, str) else ""


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds until the window opens, in Productive's own header or in the usual one."""
    own = retry_after({"Retry-After": headers.get("X-RateLimit-Reset", "")})
    return retry_after(headers) if own is None else own
