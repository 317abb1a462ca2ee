"""A stand-in for Productive: who may ask, and what is answered. What it holds lies beside it."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from integrations.productive import sandbox_resources as resources
from integrations.productive.sandbox_bookings import accepted, as_sent, found
from integrations.productive.sandbox_jsonapi import (
    API,
    MEDIA_TYPE,
    Query,
    Refused,
    Resource,
    chosen,
    compares,
    document,
    listing,
    not_found,
    ordered,
    problem,
    read_query,
    refusal,
    sent,
    single,
)
from integrations.productive.sandbox_projects import Projects
from integrations.productive.sandbox_seed import BEN, PAT, seed
from integrations.productive.sandbox_stored import StoredBooking, StoredSalary, Write
from integrations.sandbox import Fault, Request, Response, Switch, route
from integrations.sandbox.pages import fingerprint

MEMBERSHIPS = f"{API}/organization_memberships"
ORGANIZATION_ID = "1"
WINDOW = timedelta(seconds=10)


@dataclass(frozen=True)
class Token:
    secret: str
    person_id: str
    words: str


TOKENS = {
    "admin": Token("sandbox-productive-token", PAT, "Pat's token: sees everybody's bookings"),
    "limited": Token(
        "sandbox-productive-limited-token", BEN, "Ben's token: sees his own bookings alone"
    ),
}


class ProductiveSandbox(Projects):
    slug = "productive"
    title = "Productive"
    prefixes = (f"{API}/",)
    declared = {
        "before": Switch(("exclusive", "inclusive"), "whether `before` finds its own day"),
        "after": Switch(("inclusive", "exclusive"), "whether `after` finds its own day"),
        "gone_rows": Switch(("listed", "hidden"), "canceled and rejected ones, if nobody asks"),
        "weekend_only": Switch(("accepted", "422"), "a booking without any working day"),
        "salaries": Switch(
            ("full", "forbidden", "empty", "own"), "which salaries the admin token sees"
        ),
        "token": Switch(("admin", "limited"), "limited: the admin token is blind in truth"),
        "approvals": Switch(("at once", "pending"), "whether a new booking waits for approval"),
        "availabilities": Switch(("string", "null"), "whether contracted hours can be seen"),
        "project_filter": Switch(("works", "ignored"), "whether lists are cut to a project"),
        "service_filter": Switch(
            ("unsupported", "works", "ignored"), "whether bookings are cut to a service"
        ),
        "assigned_again": Switch(
            ("422", "409", "201"), "somebody put on a project who is on it already"
        ),
        "other_person": Switch(("taken", "ignored"), "what becomes of a changed `person_id`"),
        "requests_per_10s": Switch((0,), "what one token may ask; 0: no limit", free=True),
        "budget_seconds": Switch(
            (0,), "until there is computing time again; 0: there is", free=True
        ),
        "limit_header": Switch(("reset", "none"), "whether a 429 tells how long it lasts"),
    }

    def seed(self) -> None:
        self.empty()
        self.working_tokens = set(TOKENS)
        self._asked: dict[str, list[datetime]] = {}
        seed(self)

    # ------------------------------------------------------------------ access

    def grant(self, person: str) -> dict[str, Any]:
        self._turn(person, works=True)
        return {"token": TOKENS[person].secret, "organization_id": ORGANIZATION_ID}

    def revoke(self, person: str) -> None:
        self._turn(person, works=False)

    def expire(self, person: str) -> None:
        """Such tokens have no end, but a new password ends them all."""
        self._turn(person, works=False)

    def _turn(self, person: str, *, works: bool) -> None:
        if person not in TOKENS:
            raise LookupError(f"there is no {person!r}; there are {', '.join(TOKENS)}")
        with self.lock:
            self.dirty = True
            (self.working_tokens.add if works else self.working_tokens.discard)(person)

    def respond(self, request: Request) -> Response:
        with self.lock:
            try:
                self._admit(request)
                return super().respond(request)
            except Refused as refused:
                return refused.answer

    def _admit(self, request: Request) -> None:
        who = self._who(request)
        if who is None:
            raise Refused(UNAUTHENTICATED)
        # Only the memberships are told whatever the organisation.
        elsewhere = request.header("X-Organization-Id") != ORGANIZATION_ID
        if elsewhere and request.path != MEMBERSHIPS:
            raise Refused(NO_PERSON)
        self._limit(who)
        accept, kind = request.header("Accept"), request.header("Content-Type")
        if accept and not any(kind in accept for kind in (MEDIA_TYPE, "*/*")):
            raise Refused(refusal(406, problem("Not acceptable", f"Accept {MEDIA_TYPE}")))
        if request.body and kind.split(";")[0].strip().lower() != MEDIA_TYPE:
            raise Refused(refusal(415, problem("Unsupported media type", f"Send {MEDIA_TYPE}")))

    def _who(self, request: Request) -> str | None:
        given = request.header("X-Auth-Token")
        working = (name for name in TOKENS if name in self.working_tokens)
        return next((name for name in working if TOKENS[name].secret == given), None)

    def _limit(self, who: str) -> None:
        if budget := self.switches["budget_seconds"]:
            raise Refused(self._too_much("Server time limit exceeded", 1800, 3600, wait=budget))
        allowed, now = self.switches["requests_per_10s"], self.now()
        recent = [at for at in self._asked.get(who, []) if at > now - WINDOW]
        if allowed and len(recent) >= allowed:
            wait = math.ceil((recent[0] + WINDOW - now).total_seconds())
            raise Refused(self._too_much("Too many requests", allowed, 10, wait=wait))
        self._asked[who] = [*recent, now]

    def _too_much(self, title: str, limit: int, period: int, *, wait: int) -> Response:
        told = problem(title, "Rate limit reached. Try again later")
        told |= {"limit": limit, "period": period}
        named = {"X_RateLimit_Reset": str(wait)} if self.switches["limit_header"] == "reset" else {}
        return refusal(429, told, **named)

    def _owner(self, request: Request) -> str:
        return TOKENS[self._who(request) or "admin"].person_id

    def _is_blind(self, request: Request) -> bool:
        return self._who(request) == "limited" or self.switches["token"] == "limited"

    # ----------------------------------------------------------------- reading

    @route("GET", MEMBERSHIPS)
    def memberships(self, request: Request) -> Response:
        owner = self._owner(request)
        held = [resources.membership(f"9{owner}", owner)]
        return listing(request, read_query(request), held, find=self.record)

    @route("GET", f"{API}/people")
    def list_people(self, request: Request) -> Response:
        query = read_query(request)
        people = chosen(
            self.people.values(),
            query,
            {
                "id": compares(lambda person: person.id),
                "email": compares(lambda person: person.email),
                "status": compares(lambda person: "2" if person.deactivated else "1"),
                "person_type": compares(lambda person: "3" if person.placeholder else "1"),
            },
        )
        keys = {"name": lambda person: person.name, "email": lambda person: person.email or ""}
        rows = [self.person(person.id) for person in ordered(people, query, keys)]
        return listing(request, query, rows, find=self.record)

    @route("GET", f"{API}/people/{{record_id}}")
    def one_person(self, request: Request) -> Response:
        return self.single(request, "people")

    @route("GET", f"{API}/events/{{record_id}}")
    def one_event(self, request: Request) -> Response:
        return self.single(request, "events")

    @route("GET", f"{API}/events")
    def list_events(self, request: Request) -> Response:
        query = read_query(request)
        events = chosen(
            self.events.values(),
            query,
            {
                "id": compares(lambda event: event.id),
                "name": compares(lambda event: event.name),
                "status": compares(lambda event: "2" if event.archived else "1"),
                "absence_type": compares(lambda event: event.absence_type),
            },
        )
        rows = [resources.event(event) for event in ordered(events, query, {})]
        return listing(request, query, rows, find=self.record)

    @route("GET", f"{API}/salaries")
    def list_salaries(self, request: Request) -> Response:
        shown = "forbidden" if self._is_blind(request) else self.switches["salaries"]
        if shown == "forbidden":
            return NOT_PERMITTED
        query = read_query(request)
        visible = [
            salary
            for salary in reversed(self.salaries.values())
            if shown == "full" or (shown == "own" and salary.person_id == self._owner(request))
        ]
        salaries = ordered(_of_period(visible, query), query, {})
        rows = [resources.salary(salary) for salary in salaries]
        return listing(request, query, rows, find=self.record)

    # ---------------------------------------------------------------- bookings

    @route("GET", f"{API}/bookings")
    def list_bookings(self, request: Request) -> Response:
        query = read_query(request)
        bookings = found(self, self._visible(request), query)
        keys = {
            "started_on": lambda booking: booking.start,
            "last_activity_at": lambda booking: booking.at,
            "draft": lambda booking: booking.draft,
        }
        rows = [self._booking(booking) for booking in ordered(bookings, query, keys)]
        return listing(request, query, rows, find=self.record)

    def _visible(self, request: Request) -> list[StoredBooking]:
        held = list(self.bookings.values())
        if not self._is_blind(request):
            return held
        return [booking for booking in held if booking.person_id == self._owner(request)]

    def _booking(self, booking: StoredBooking) -> Resource:
        return resources.booking(booking, records=self)

    def _asked_for(self, request: Request) -> StoredBooking:
        for booking in self._visible(request):
            if booking.id == request.args["booking_id"]:
                return booking
        raise Refused(not_found())

    @route("GET", f"{API}/bookings/{{booking_id}}")
    def one_booking(self, request: Request) -> Response:
        resource = self._booking(self._asked_for(request))
        return single(read_query(request), resource, find=self.record)

    @route("POST", f"{API}/bookings")
    def create_booking(self, request: Request) -> Response:
        fields = accepted(self, sent(request, "bookings"), weekends=self._weekends)
        booking = self.add_booking(**fields, approved=self.switches["approvals"] == "at once")
        self._wrote("POST", booking)
        return document({"data": self._booking(booking).shown()}, status=201)

    @route("PATCH", f"{API}/bookings/{{booking_id}}")
    def update_booking(self, request: Request) -> Response:
        held = self._asked_for(request)
        given = as_sent(held) | sent(request, "bookings", record_id=held.id)
        if self.switches["other_person"] == "ignored":
            given["person_id"] = held.person_id
        changed = self.change_booking(held.id, **accepted(self, given, weekends=self._weekends))
        self._wrote("PATCH", changed)
        return document({"data": self._booking(changed).shown()})

    @route("DELETE", f"{API}/bookings/{{booking_id}}")
    def delete_booking(self, request: Request) -> Response:
        held = self._asked_for(request)
        self.remove_booking(held.id)
        self._wrote("DELETE", held)
        return Response(204)

    @property
    def _weekends(self) -> bool:
        return bool(self.switches["weekend_only"] == "accepted")

    def _wrote(self, method: str, booking: StoredBooking) -> None:
        what = (booking.id, booking.person_id, booking.event_id)
        self.writes.append(Write(method, *what, booking.start, booking.end, booking.time))

    # ------------------------------------------------------------------ errors

    def not_found(self, request: Request) -> Response:
        return refusal(404, problem("Route Not Found", f"{request.path} is not here"))

    def fault_answer(self, fault: Fault) -> Response:
        answer = super().fault_answer(fault)
        if fault.kind in FAULTS:
            body = FAULTS[fault.kind].body
            return Response(answer.status, body, answer.headers | UNAUTHENTICATED.headers)
        return answer

    # ------------------------------------------------------------------- state

    def state(self) -> dict[str, Any]:
        return {
            "organization": f"{resources.ORGANIZATION_NAME} ({ORGANIZATION_ID})",
            "people": [{"person": name, "about": token.words} for name, token in TOKENS.items()],
            "tokens": [
                {"person": name, "token": fingerprint(TOKENS[name].secret)}
                for name in TOKENS
                if name in self.working_tokens
            ],
            "staff": [
                {"id": row.id, "name": row.name, "email": row.email, "active": not row.deactivated}
                for row in self.people.values()
            ],
            "categories": [
                {
                    "id": row.id,
                    "name": row.name,
                    "limited": row.is_limited,
                    "archived": row.archived,
                }
                for row in self.events.values()
            ],
            "services": self.told_services(),
            "bookings": [self._told(row) for row in self.bookings.values()],
            "writes": len(self.writes),
        }

    def _told(self, booking: StoredBooking) -> dict[str, Any]:
        event = self.events.get(booking.event_id or "")
        states = ("approved", "rejected", "canceled", "draft")
        return {
            "person": self.people[booking.person_id].name,
            "id": booking.id,
            "category": event.name if event else self.work(booking),
            "from": booking.start.isoformat(),
            "to": booking.end.isoformat(),
            "minutes a day": booking.time,
            "state": ", ".join(name for name in states if getattr(booking, name)),
        }

    def snapshot(self) -> dict[str, Any]:
        return {**self.snapshot_records(), "working_tokens": sorted(self.working_tokens)}

    def restore(self, data: dict[str, Any], blobs: dict[str, bytes]) -> None:
        self.restore_records(data)
        self.working_tokens = set(data["working_tokens"])


def _of_period(salaries: list[StoredSalary], query: Query) -> list[StoredSalary]:
    """Both bounds are exclusive here."""
    return chosen(
        salaries,
        query,
        {
            "person_id": compares(lambda salary: salary.person_id),
            "after": lambda salary, asked: (
                salary.end is None or salary.end.isoformat() > asked.values[0]
            ),
            "before": lambda salary, asked: salary.start.isoformat() < asked.values[0],
        },
    )


UNAUTHENTICATED = refusal(
    401, problem("Unauthorized", "You are not authenticated", code="invalid_auth_token")
)
NO_PERSON = refusal(
    403, problem("Forbidden", "You are no person in this organization", code="no_person")
)
NOT_PERMITTED = refusal(
    403, problem("Forbidden", "You are not authorized to access this resource", code="forbidden")
)
FAULTS = {
    "401": UNAUTHENTICATED,
    "403": NOT_PERMITTED,
    "409": refusal(409, problem("Conflict", "The record is in another state", code="conflict")),
    "429": refusal(
        429, problem("Too many requests", "Rate limit reached. Try again later") | {"limit": 100}
    ),
    "error200": refusal(500, problem("Server Error", "Something went wrong")),
}
