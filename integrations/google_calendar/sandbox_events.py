"""Calendars, their events and with whom they are shared, at the Google Calendar stand-in."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from integrations.google_calendar.sandbox_access import (
    ACLS,
    CALENDARS,
    EVENTS,
    Access,
    etag_of,
)
from integrations.google_calendar.sandbox_answers import (
    CHANGED,
    DELETED,
    DUPLICATE,
    NO_GUESTS,
    NOT_FOUND,
    NOT_ORGANIZER,
    SPENT,
    TOO_FAST,
    Fields,
    Row,
    refuse,
)
from integrations.google_calendar.sandbox_bodies import new_id, patched, written
from integrations.google_calendar.sandbox_listing import Pages, Query, Wanted
from integrations.google_calendar.sandbox_stored import (
    CANCELLED,
    RANKS,
    Mail,
    StoredCalendar,
    Write,
    rule_row,
    stamp,
)
from integrations.sandbox import Request, Response, json_answer, route

API = "/calendar/v3"
CALENDAR = f"{API}/calendars/{{calendar}}"
SECOND = timedelta(seconds=1)
LISTED = (
    "iCalUID",
    "maxAttendees",
    "maxResults",
    "orderBy",
    "pageToken",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "showDeleted",
    "singleEvents",
    "syncToken",
    "timeMax",
    "timeMin",
    "timeZone",
)
# Of a deleted event only this is certain to be told, and of an exception of a series where it was.
TOMBSTONE = ("kind", "etag", "id", "status", "recurringEventId", "originalStartTime")


class Events(Access):
    def events_seed(self) -> None:
        self.access_seed()
        self.writes: list[Write] = []
        self.mails: list[Mail] = []

    # ------------------------------------------------------- for tests and seeds

    def add_calendar(self, calendar_id: str, summary: str, **rules: str) -> StoredCalendar:
        """`rules` are roles by the name of a person, or of the service account."""
        with self.lock:
            self.dirty = True
            roles = {self.email_of(name): role for name, role in rules.items()}
            held = StoredCalendar(calendar_id, summary, rules=roles)
            self.calendars[calendar_id] = held
            return held

    def share(self, calendar_id: str, person: str, role: str) -> None:
        """The owner shares it otherwise, or with "none" not at all."""
        with self.lock:
            self.dirty = True
            self.calendars[calendar_id].rules[self.email_of(person)] = role

    def add_event(self, calendar_id: str, **fields: Any) -> Row:
        """As a person puts it there by hand; fields as Google names them."""
        with self.lock:
            held = self.calendars[calendar_id]
            row = self.made(held, new_id(fields, _any_id()), by=self.email_of("rosa"))
            self.keep(held, row | written(fields) | fields)
            return held.events[row["id"]]

    def change_event(self, calendar_id: str, event_id: str, **fields: Any) -> Row:
        """As a person changes it by hand; a status of "cancelled" deletes it."""
        with self.lock:
            held = self.calendars[calendar_id]
            self.keep(held, held.events[event_id] | fields)
            return held.events[event_id]

    def events_of(self, calendar_id: str) -> list[Row]:
        """Those that are there, as they are kept."""
        held = self.calendars[calendar_id].events.values()
        return [row for row in held if row["status"] != CANCELLED]

    def made(self, calendar: StoredCalendar, event_id: str, *, by: str) -> Row:
        """What Google says of a new event itself."""
        return {
            "kind": "calendar#event",
            "id": event_id,
            "created": stamp(self.now()),
            "creator": {"email": by},
            "organizer": {
                "email": calendar.id,
                "displayName": calendar.summary,
                "self": True,
            },
            "iCalUID": f"{event_id}@google.com",
            "sequence": 0,
            "eventType": "default",
            "htmlLink": f"https://www.google.com/calendar/event?eid={event_id}",
        }

    def keep(self, calendar: StoredCalendar, row: Row) -> None:
        self.dirty = True
        row = {name: value for name, value in row.items() if name != "etag"}
        row["updated"] = stamp(self.now())
        # Another one with every write, also with one that changes nothing.
        stamped = row | {"revision": secrets.token_hex(4)}
        calendar.events[row["id"]] = row | {"etag": etag_of(stamped)}
        if row["status"] == CANCELLED and self.switches["tombstones"] == "expired":
            del calendar.events[row["id"]]

    # --------------------------------------------------------------------- lists

    @route("GET", f"{CALENDAR}/events")
    def list_events(self, request: Request) -> Response:
        query = Query.of(request.query_string, known=LISTED)
        held = self.calendar(request, self.asker(request, EVENTS), role="reader")
        if query.text("syncToken"):
            refuse(
                410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required."
            )
        if query.flag("singleEvents"):
            refuse(400, "invalid", "This stand-in does not expand series.")
        zone = "UTC" if self.switches["days_begin"] == "UTC" else held.time_zone
        wanted = Wanted.by(
            query,
            zone=ZoneInfo(zone),
            any_filter=self.switches["repeated_filter"] == "any",
        )
        found = [row for row in held.events.values() if wanted(row)]
        page, token = self._pages().cut(found, query, shown=self.shown)
        email = self.asked_as(request)
        following = {"nextPageToken": token} if token else {"nextSyncToken": "CMade0Up="}
        body = {
            "kind": "calendar#events",
            "etag": etag_of(held.events),
            "summary": held.summary,
            "description": "",
            "updated": stamp(self.now()),
            "timeZone": held.time_zone,
            "accessRole": held.role_of(email),
            "defaultReminders": [],
            **following,
            "items": page,
        }
        return self.told(request, body)

    def asked_as(self, request: Request) -> str:
        token = self.token_for(request.bearer() or "")
        return self.email_of(token.person) if token else ""

    def _pages(self) -> Pages:
        gap = self.switches["empty_pages"] == "between"
        return Pages(largest=self.switches["largest_page"], gap=gap)

    def shown(self, row: Row) -> Row:
        if row["status"] != CANCELLED or self.switches["tombstone_shows"] == "all":
            return row
        return {name: row[name] for name in TOMBSTONE if name in row}

    def told(self, request: Request, body: Row) -> Response:
        return json_answer(Fields(request.query.get("fields", "")).of(body))

    # ----------------------------------------------------------------- one event

    @route("GET", f"{CALENDAR}/events/{{event}}")
    def get_event(self, request: Request) -> Response:
        held = self.calendar(request, self.asker(request, EVENTS), role="reader")
        row = _held(held, request)
        if request.header("If-None-Match") == row["etag"]:
            return Response(304)
        return self.told(request, self.shown(row))

    @route("POST", f"{CALENDAR}/events")
    def insert_event(self, request: Request) -> Response:
        email = self.asker(request, EVENTS)
        held = self.writable(request, email)
        fields = written(request.json())
        event_id = new_id(request.json(), _any_id())
        if event_id in held.events:
            refuse(*DUPLICATE)
        row = self.made(held, event_id, by=email) | fields
        return self._done(request, held, row, email=email)

    @route("PUT", f"{CALENDAR}/events/{{event}}")
    def update_event(self, request: Request) -> Response:
        return self._change(request, lambda old: written(request.json()))

    @route("PATCH", f"{CALENDAR}/events/{{event}}")
    def patch_event(self, request: Request) -> Response:
        return self._change(request, lambda old: patched(old, request.json()))

    def _change(self, request: Request, change: Callable[[Row], Row]) -> Response:
        email = self.asker(request, EVENTS)
        held = self.writable(request, email)
        old = _held(held, request)
        _check_etag(request, old)
        if not old["organizer"].get("self"):
            refuse(*NOT_ORGANIZER)
        if old["status"] == CANCELLED:
            self._check_revival()
        own = ("kind", "id", "created", "creator", "organizer", "iCalUID", "eventType", "htmlLink")
        row = {name: old[name] for name in (*own, "recurringEventId") if name in old}
        return self._done(request, held, {"sequence": 0} | row | change(old), email=email)

    def _check_revival(self) -> None:
        answers = {
            "forbidden": NOT_ORGANIZER,
            "not found": NOT_FOUND,
            "deleted": DELETED,
        }
        if refused := answers.get(self.switches["revival"]):
            refuse(*refused)

    def _done(self, request: Request, held: StoredCalendar, row: Row, *, email: str) -> Response:
        guests = [guest["email"] for guest in row.get("attendees", [])]
        if guests and email == self.account.email:
            refuse(*NO_GUESTS)
        self.keep(held, row)
        if request.query.get("sendUpdates") in ("all", "externalOnly"):
            self.mails += [Mail(guest, row.get("summary", "")) for guest in guests]
        self.writes.append(Write(request.method, held.id, row["id"]))
        return self.told(request, held.events.get(row["id"], row))

    @route("DELETE", f"{CALENDAR}/events/{{event}}")
    def delete_event(self, request: Request) -> Response:
        held = self.writable(request, self.asker(request, EVENTS))
        row = _held(held, request)
        if row["status"] == CANCELLED:
            refuse(*DELETED)
        _check_etag(request, row)
        self.keep(held, row | {"status": CANCELLED})
        self.writes.append(Write("DELETE", held.id, row["id"]))
        return Response(204)

    def writable(self, request: Request, email: str, *, role: str = "writer") -> StoredCalendar:
        """The calendar, to be written to: not too fast, and not too much."""
        held = self.calendar(request, email, role=role)
        if self.switches["quota"] == "spent":
            refuse(*SPENT)
        allowed = self.switches["writes_per_second"]
        if self.is_too_fast(f"writes to {held.id}", allowed, within=SECOND):
            refuse(int(self.switches["too_fast"]), *TOO_FAST)
        return held

    # ---------------------------------------------------------- calendars, sharing

    @route("GET", CALENDAR)
    def get_calendar(self, request: Request) -> Response:
        held = self.calendar(request, self.asker(request, CALENDARS), role="reader")
        told = {"id": held.id, "summary": held.summary, "timeZone": held.time_zone}
        return self.told(request, {"kind": "calendar#calendar", "etag": '"made-up"', **told})

    @route("GET", f"{CALENDAR}/acl")
    def list_rules(self, request: Request) -> Response:
        known = ("maxResults", "pageToken", "showDeleted")
        query = Query.of(request.query_string, known=known)
        held = self.calendar(request, self.asker(request, ACLS), role="owner")
        rules = [(email, role) for email, role in held.rules.items() if role != "none"]
        page, token = self._pages().cut(rules, query, shown=lambda rule: rule_row(*rule))
        following = {"nextPageToken": token} if token else {"nextSyncToken": "CMade0Up="}
        return self.told(request, {"kind": "calendar#acl", **following, "items": page})

    @route("POST", f"{CALENDAR}/acl")
    def insert_rule(self, request: Request) -> Response:
        held = self.writable(request, self.asker(request, ACLS), role="owner")
        body = request.json() or {}
        scope, role = body.get("scope", {}), body.get("role")
        if scope.get("type") != "user" or "@" not in scope.get("value", "") or role not in RANKS:
            refuse(400, "invalid", "Invalid scope value.")
        self.dirty = True
        held.rules[scope["value"]] = role
        if request.query.get("sendNotifications") != "false":
            self.mails.append(Mail(scope["value"], held.summary))
        self.writes.append(Write("POST", held.id, f"user:{scope['value']}"))
        return self.told(request, rule_row(scope["value"], role))

    @route("DELETE", f"{CALENDAR}/acl/{{rule}}")
    def delete_rule(self, request: Request) -> Response:
        held = self.writable(request, self.asker(request, ACLS), role="owner")
        email = request.args["rule"].removeprefix("user:")
        owners = [each for each, role in held.rules.items() if role == "owner"]
        if held.role_of(email) == "none":
            refuse(*NOT_FOUND)
        if owners == [email]:
            refuse(403, "cannotRemoveLastCalendarOwnerFromAcl", "The last owner stays.")
        self.dirty = True
        del held.rules[email]
        self.writes.append(Write("DELETE", held.id, f"user:{email}"))
        return Response(204)


def _held(calendar: StoredCalendar, request: Request) -> Row:
    row = calendar.events.get(request.args["event"])
    if row is None:
        refuse(*NOT_FOUND)
    return row


def _check_etag(request: Request, row: Row) -> None:
    if request.header("If-Match") not in ("", "*", row["etag"]):
        refuse(*CHANGED)


def _any_id() -> str:
    return secrets.token_hex(13)
