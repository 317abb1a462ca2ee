"""A stand-in for Google Calendar: calendars of a team, and what may be switched there."""

from dataclasses import asdict, replace
from typing import Any
from urllib.parse import parse_qsl

from integrations.google_calendar.sandbox_access import (
    ACCOUNT,
    SIGN_IN_HOST,
    TOKEN_HOST,
)
from integrations.google_calendar.sandbox_answers import INVALID_CREDENTIALS, Refused, Row, refusal
from integrations.google_calendar.sandbox_events import API, Events
from integrations.google_calendar.sandbox_happenings import HAPPENINGS, happen
from integrations.google_calendar.sandbox_seed import seed
from integrations.google_calendar.sandbox_stored import (
    CANCELLED,
    Mail,
    StoredAccount,
    StoredCalendar,
    Write,
)
from integrations.sandbox import Fault, Request, Response, Switch
from integrations.sandbox.http import Route


class GoogleCalendarSandbox(Events):
    slug = "google_calendar"
    title = "Google Calendar"
    prefixes = (f"{API}/", f"{TOKEN_HOST}/", f"{SIGN_IN_HOST}/")
    declared = {
        "empty_pages": Switch(("none", "between"), "an empty page between two others of a list"),
        "largest_page": Switch((2500,), "rows of a page, whatever is asked for", free=True),
        "days_begin": Switch(
            ("calendar", "UTC"), "in which zone whole days are compared with bounds of a list"
        ),
        "repeated_filter": Switch(
            ("all", "any"), "whether all or any of several filters by property must match"
        ),
        "tombstones": Switch(("kept", "expired"), "whether a deleted event keeps its id"),
        "tombstone_shows": Switch(("its id", "all"), "what is told of a deleted event"),
        "revival": Switch(
            ("allowed", "forbidden", "not found", "deleted"), "when a deleted event is put back"
        ),
        "unshared": Switch(("404", "403"), "status of a calendar that one may not see"),
        "writes_per_second": Switch((0,), "what one calendar may be written; 0: any", free=True),
        "too_fast": Switch(("403", "429"), "status when a calendar is written too fast"),
        "requests_per_minute": Switch((0,), "what one account may ask; 0: any", free=True),
        "quota": Switch(("left", "spent"), "what may be written in some hours"),
        "api": Switch(("on", "off"), "whether the project has switched the API on"),
        "granted_scopes": Switch(("all", "none"), "of those asked for, what people tick"),
        "refresh_answer": Switch(
            ("without a refresh token", "with it"), "whether the refresh token is told again"
        ),
        "invalid_grant": Switch((400, 401), "status of a spent code or refresh token"),
    }
    happenings = HAPPENINGS

    def seed(self) -> None:
        self.events_seed()
        seed(self, today=self.now().date())

    def happen(self, name: str) -> None:
        happen(self, name)

    # -------------------------------------------------------------------- requests

    def find(self, request: Request) -> tuple[Route | None, dict[str, str], bool]:
        return super().find(_as_meant(request))

    def respond(self, request: Request) -> Response:
        try:
            return super().respond(_as_meant(request))
        except Refused as refused:
            return refused.answer

    def not_found(self, request: Request) -> Response:
        return refusal(404, "notFound", "Not Found")

    def fault_answer(self, fault: Fault) -> Response:
        if fault.kind not in FAULTS:
            return super().fault_answer(fault)
        answer = refusal(*FAULTS[fault.kind])
        if fault.kind == "error200":
            answer.status = 200
        if fault.retry_after is not None:
            answer.headers["Retry-After"] = str(fault.retry_after)
        return answer

    # ----------------------------------------------------------------------- state

    def state(self) -> dict[str, Any]:
        people = self.people() | {ACCOUNT: f"the service account {self.account.email}"}
        return {
            "people": [{"person": name, "about": words} for name, words in people.items()],
            "tokens": self.token_rows(),
            "calendars": [
                {
                    "id": held.id,
                    "name": held.summary,
                    "shared with": ", ".join(f"{who}: {role}" for who, role in held.rules.items()),
                }
                for held in self.calendars.values()
            ],
            "events": [
                _told(held, event)
                for held in self.calendars.values()
                for event in sorted(held.events.values(), key=_begins)
                if event["status"] != CANCELLED
            ],
            "mails": [mail._asdict() for mail in self.mails],
            "writes": len(self.writes),
        }

    def snapshot(self) -> dict[str, Any]:
        return {
            **self.oauth_snapshot(),
            "account": asdict(self.account),
            "calendars": [asdict(held) for held in self.calendars.values()],
            "writes": self.writes,
            "mails": self.mails,
        }

    def restore(self, data: dict[str, Any], blobs: dict[str, bytes]) -> None:
        self.oauth_restore(data)
        self.account = StoredAccount(**data["account"])
        self.calendars = {row["id"]: StoredCalendar(**row) for row in data["calendars"]}
        self.writes = [Write(*row) for row in data["writes"]]
        self.mails = [Mail(*row) for row in data["mails"]]


def _as_meant(request: Request) -> Request:
    """Addresses that are too long for a GET come as the form of a POST."""
    if request.method != "POST" or request.header("X-HTTP-Method-Override") != "GET":
        return request
    form = request.body.decode()
    return replace(request, method="GET", query=dict(parse_qsl(form)), query_string=form, body=b"")


def _begins(event: Row) -> str:
    return str(event["start"].get("date") or event["start"].get("dateTime"))


def _told(calendar: StoredCalendar, event: Row) -> dict[str, Any]:
    return {
        "person": calendar.summary,
        "id": event["id"],
        "start": _begins(event),
        "text": event.get("summary", "(no title)"),
        "marked": ", ".join(event.get("extendedProperties", {}).get("private", {})),
        "by": event["creator"]["email"],
    }


FAULTS = {
    "401": INVALID_CREDENTIALS,
    "403": (403, "forbidden", "Forbidden"),
    "409": (409, "conflict", "Conflict"),
    "429": (429, "rateLimitExceeded", "Rate Limit Exceeded"),
    "error200": (503, "backendError", "Backend Error"),
}
