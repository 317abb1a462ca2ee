"""Google Calendar: the events of calendars one may write, and with whom they are shared.

No Django here. Nothing is sent in batches, calendars are never cleared, nobody gets mail.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

import requests

from integrations.client import Client, Credentials, Gate, retry_after
from integrations.errors import (
    IntegrationError,
    ReconnectError,
    RejectedError,
    RetryableError,
)
from integrations.google_calendar.api import NAME, Asked, asked
from integrations.google_calendar.refusals import (
    ADVICE,
    PAUSES,
    ChangedMeanwhile,
    Exists,
    Gone,
    NotOrganizer,
    NotShared,
    QuotaSpent,
    TooFast,
    kind_of,
)
from integrations.google_calendar.rows import (
    CALENDAR_FIELDS,
    EVENT_FIELDS,
    RULE_FIELDS,
    Calendar,
    CalendarRow,
    Event,
    EventPage,
    EventRow,
    Rule,
    RuleRow,
    RulesRow,
)
from integrations.google_calendar.service_account import EVENTS, SHARING, ServiceAccount
from integrations.shapes import Page, Shape, rows_in, shaped

__all__ = [
    "Calendar",
    "ChangedMeanwhile",
    "Event",
    "EventPage",
    "Exists",
    "Gone",
    "GoogleCalendarClient",
    "NotOrganizer",
    "NotShared",
    "QuotaSpent",
    "Rule",
    "TooFast",
]

S = TypeVar("S", bound=Shape)

LARGEST_PAGE = 2500
MOST_RULES = 250
DAY = timedelta(days=1)
PRIMARY = "primary"


class GoogleCalendarClient(Client):
    """Lists come by the page: `page` is the `next` of the one before, and None for the first."""

    name = NAME

    def __init__(self, credentials: Credentials, *, base_url: str, gate: Gate | None = None):
        super().__init__(credentials, base_url=base_url, gate=gate)
        self.account = ServiceAccount.of(credentials, gate=self.gate)

    # ------------------------------------------------------------------ reading

    def calendar(self, calendar_id: str) -> Calendar:
        """What it is called and whether we may write; NotShared where it is out of reach.

        By way of its events: the right to change these does not include asking for the calendar.
        """
        doing = f"looking at the calendar {calendar_id}"
        request = asked(
            "events", "list", calendarId=calendar_id, maxResults=1, fields=CALENDAR_FIELDS
        )
        row = self._shaped(CalendarRow, self._json(request, doing=doing), doing=doing)
        return row.kept(calendar_id)

    def whose(self) -> str:
        """Whose account it is: an e-mail address as a rule; one request."""
        calendar = self.calendar(PRIMARY)
        return self.account.email if self.account else calendar.summary

    def events(
        self, calendar_id: str, *, page: str | None = None, start: date, end: date
    ) -> EventPage:
        """Everybody's events that touch a day from `start` to `end`, and perhaps of a day around.

        Where days begin is a question of zones, and Google answers it in its own way: look at the
        days of what is found. A series is one event, and its cancelled exceptions come along.
        """
        doing = f"listing the events of {calendar_id}"
        request = asked(
            "events",
            "list",
            calendarId=calendar_id,
            pageToken=page,
            maxResults=LARGEST_PAGE,
            singleEvents=False,
            showDeleted=False,
            timeMin=_midnight(start - DAY),
            timeMax=_midnight(end + 2 * DAY),
            fields=f"{CALENDAR_FIELDS},nextPageToken,items({EVENT_FIELDS})",
        )
        body = self._json(request, doing=doing)
        around = self._shaped(CalendarRow, body, doing=doing)
        return EventPage(
            rows=[
                self._shaped(EventRow, row, doing=doing).kept()
                for row in rows_in(body, "items", provider=self.name, doing=doing)
            ],
            next=around.next_page_token,
            access_role=around.access_role,
            time_zone=around.time_zone,
        )

    def event(self, calendar_id: str, event_id: str) -> Event | None:
        """As it is now, also a deleted one (`is_cancelled`); None where there never was any."""
        doing = "reading an event"
        request = asked(
            "events", "get", calendarId=calendar_id, eventId=event_id, fields=EVENT_FIELDS
        )
        response = self._send_signed(request, doing=doing, accept=(200, 404))
        if response.status_code == 404:
            self.calendar(calendar_id)  # or is it the calendar that is not there?
            return None
        return self._event(response, doing=doing)

    # ------------------------------------------------------------------ writing

    def insert(self, calendar_id: str, event_id: str, body: Mapping[str, Any]) -> Event:
        """A new event under an id of our choice; Exists where it is taken, also by a deleted one.

        After any other error it may be there all the same: insert again, or look.
        """
        doing = "creating an event"
        request = asked(
            "events",
            "insert",
            calendarId=calendar_id,
            body={**body, "id": event_id},
            sendUpdates="none",
            fields=EVENT_FIELDS,
        )
        response = self._send_signed(request, doing=doing, accept=(200, 404))
        if response.status_code == 404:
            raise self._not_shared(response, doing)
        return self._event(response, doing=doing)

    def update(
        self, calendar_id: str, event_id: str, body: Mapping[str, Any], *, etag: str
    ) -> Event:
        """All of it as `body` says, if it is still as `etag` says; ChangedMeanwhile otherwise.

        With `status: confirmed` it revives a deleted event, where Google lets us: Gone or
        NotOrganizer where it does not.
        """
        doing = "changing an event"
        request = asked(
            "events",
            "update",
            calendarId=calendar_id,
            eventId=event_id,
            body=dict(body),
            sendUpdates="none",
            fields=EVENT_FIELDS,
        )
        response = self._send_signed(request, doing=doing, accept=(200, 404, 410), etag=etag)
        if response.status_code != 200:
            self.calendar(calendar_id)
            raise Gone(**self.said(response, doing))
        return self._event(response, doing=doing)

    def delete(self, calendar_id: str, event_id: str, *, etag: str) -> None:
        """Gone afterwards, also if it was before; ChangedMeanwhile if it is not as `etag` says."""
        doing = "deleting an event"
        request = asked(
            "events", "delete", calendarId=calendar_id, eventId=event_id, sendUpdates="none"
        )
        accept = (204, 404, 410)
        response = self._send_signed(request, doing=doing, accept=accept, again=True, etag=etag)
        if response.status_code == 404:
            self.calendar(calendar_id)

    # ------------------------------------------------------------------ sharing

    def rules(self, calendar_id: str, page: str | None = None) -> Page[Rule]:
        """With whom the calendar is shared; asks for a right of its own, as all of these do."""
        doing = f"listing with whom {calendar_id} is shared"
        request = asked(
            "acl",
            "list",
            calendarId=calendar_id,
            pageToken=page,
            maxResults=MOST_RULES,
            showDeleted=False,
            fields=f"nextPageToken,items({RULE_FIELDS})",
        )
        body = self._json(request, doing=doing, scope=SHARING)
        rows = rows_in(body, "items", provider=self.name, doing=doing)
        return Page(
            rows=[self._shaped(RuleRow, row, doing=doing).kept() for row in rows],
            next=self._shaped(RulesRow, body, doing=doing).next_page_token,
        )

    def insert_rule(self, calendar_id: str, email: str, role: str) -> Rule:
        """Share it with somebody, who gets no mail about it. A rule of theirs is replaced."""
        doing = f"sharing the calendar {calendar_id}"
        request = asked(
            "acl",
            "insert",
            calendarId=calendar_id,
            body={"role": role, "scope": {"type": "user", "value": email}},
            sendNotifications=False,
            fields=RULE_FIELDS,
        )
        body = self._json(request, doing=doing, scope=SHARING)
        return self._shaped(RuleRow, body, doing=doing).kept()

    def delete_rule(self, calendar_id: str, rule_id: str) -> None:
        """Gone afterwards, also if it was before."""
        doing = f"no longer sharing the calendar {calendar_id}"
        request = asked("acl", "delete", calendarId=calendar_id, ruleId=rule_id)
        response = self._send_signed(
            request, doing=doing, accept=(204, 404, 410), again=True, scope=SHARING
        )
        if response.status_code == 404:
            self.calendar(calendar_id)

    # ----------------------------------------------------------------- requests

    def _send_signed(
        self,
        request: Asked,
        *,
        doing: str,
        accept: tuple[int, ...] = (200,),
        again: bool | None = None,
        scope: str = EVENTS,
        etag: str = "",
    ) -> requests.Response:
        def send(token: str) -> requests.Response:
            headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
            if request.body is not None:
                headers["Content-Type"] = "application/json"
            if etag:
                headers["If-Match"] = etag
            return self.request(
                request.method,
                request.path,
                doing=doing,
                accept=accept,
                again=again,
                headers=headers,
                data=request.body.encode() if request.body is not None else None,
            )

        if self.account is None:
            return self._send_as_a_person(send, scope=scope, doing=doing)
        return self._send_as_account(send, self.account, scope=scope)

    def _send_as_a_person(
        self, send: Callable[[str], requests.Response], *, scope: str, doing: str
    ) -> requests.Response:
        if scope == SHARING:
            raise RejectedError(
                provider=self.name,
                doing=doing,
                excerpt="who signs in here lets us change events and no more; a calendar is kept "
                "shared with a service account only",
            )
        token = self.access_token()
        try:
            return send(token)
        except ReconnectError as error:
            if error.status != 401 or not self.credentials.read().get("refresh_token"):
                raise
        self.credentials.renew(token)
        return send(self.access_token())

    def _send_as_account(
        self, send: Callable[[str], requests.Response], account: ServiceAccount, *, scope: str
    ) -> requests.Response:
        token = account.token(scope)
        try:
            return send(token)
        except ReconnectError as error:
            if error.status != 401:
                raise
        account.forget(token)
        return send(account.token(scope))

    def _json(self, request: Asked, *, doing: str, scope: str = EVENTS) -> Any:
        """The answer to a request about a calendar as a whole."""
        response = self._send_signed(request, doing=doing, accept=(200, 404), scope=scope)
        if response.status_code == 404:
            raise self._not_shared(response, doing)
        return self.json(response, doing=doing)

    def _event(self, response: requests.Response, *, doing: str) -> Event:
        return self._shaped(EventRow, self.json(response, doing=doing), doing=doing).kept()

    def _shaped(self, shape: type[S], row: Any, *, doing: str) -> S:
        return shaped(shape, row, provider=self.name, doing=doing)

    # ------------------------------------------------------------------- errors

    def classify(self, response: requests.Response, doing: str) -> IntegrationError:
        """By the status and Google's reason: a 403 alone may mean anything."""
        if (kind := kind_of(response)) is NotShared:
            return self._not_shared(response, doing)
        said = self.said(response, doing)
        if kind is None:
            return super().classify(response, doing)
        if kind in ADVICE:
            said["excerpt"] = ADVICE[kind]
        if issubclass(kind, RetryableError):
            said["retry_after"] = retry_after(response.headers) or PAUSES.get(kind)
        return kind(**said)

    def asks_to_slow_down(self, response: requests.Response) -> bool:
        return kind_of(response) is TooFast or super().asks_to_slow_down(response)

    def _not_shared(self, response: requests.Response, doing: str) -> NotShared:
        whom = self.account.email if self.account else "whoever signed in for this connection"
        what = "manage sharing" if "shar" in doing else "make changes to events"
        advice = f"share the calendar with {whom}, with the right to {what}, or mend its id"
        return NotShared(**self.said(response, doing) | {"excerpt": advice})

    def _without_secrets(self, text: str) -> str:
        """A service account's tokens are not among the credentials."""
        told = super()._without_secrets(text)
        return self.account.without_tokens(told) if self.account else told

    def words_of(self, body: Any) -> str:
        error = body.get("error") if isinstance(body, Mapping) else None
        message = error.get("message") if isinstance(error, Mapping) else None
        return message if isinstance(message, str) else ""


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), UTC).isoformat().replace("+00:00", "Z")
