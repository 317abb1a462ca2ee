"""Lists of the Google Calendar stand-in: which events are asked for, and in which pages."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import parse_qs

from integrations.google_calendar.sandbox_answers import Row, refuse
from integrations.google_calendar.sandbox_stored import CANCELLED, moment_of

USUAL_PAGE, LARGEST_PAGE = 250, 2500
COMMON = ("alt", "fields", "key", "prettyPrint", "quotaUser")
# In which the order and the size of pages may change without its being another list.
OF_A_PAGE = ("pageToken", "maxResults")


@dataclass(frozen=True)
class Query:
    """The parameters of one request, each with all of its values."""

    values: Mapping[str, list[str]]

    @classmethod
    def of(cls, query_string: str, *, known: tuple[str, ...]) -> "Query":
        values = parse_qs(query_string, keep_blank_values=True)
        for name in values:
            if name not in (*known, *COMMON):
                refuse(400, "invalidParameter", f"Unknown name {name!r}.")
        return cls(values)

    def text(self, name: str) -> str:
        return self.values.get(name, [""])[-1]

    def flag(self, name: str) -> bool:
        value = self.text(name)
        if value not in ("", "true", "false"):
            refuse(400, "invalid", f"Invalid value for {name}.")
        return value == "true"

    def moment(self, name: str) -> datetime | None:
        """An offset is mandatory; a plus sign that was not encoded has become a space."""
        if not self.text(name):
            return None
        try:
            moment = datetime.fromisoformat(self.text(name))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            refuse(400, "badRequest", f"Bad Request: {name} needs a time with an offset.")
        return moment

    def pairs(self, name: str) -> list[tuple[str, str]]:
        split = [value.partition("=") for value in self.values.get(name, [])]
        if any(not equals for _, equals, _ in split):
            refuse(400, "invalid", f"Invalid value for {name}.")
        return [(key, value) for key, _, value in split]

    def size(self) -> int:
        text = self.text("maxResults") or str(USUAL_PAGE)
        if not text.isdigit() or int(text) < 1:
            refuse(400, "invalid", "Invalid value for maxResults.")
        return min(int(text), LARGEST_PAGE)


@dataclass(frozen=True)
class Wanted:
    """Which events a list is to hold. `zone` is where whole days begin."""

    query: Query
    zone: tzinfo
    any_filter: bool
    least: datetime | None
    most: datetime | None

    @classmethod
    def by(cls, query: Query, *, zone: tzinfo, any_filter: bool) -> "Wanted":
        least, most = query.moment("timeMin"), query.moment("timeMax")
        if least and most and most <= least:
            refuse(400, "timeRangeEmpty", "The specified time range is empty.")
        return cls(query, zone, any_filter, least, most)

    def __call__(self, event: Row) -> bool:
        if event["status"] == CANCELLED:
            # An exception of a series that goes on is told of even where deleted ones are not.
            return self.query.flag("showDeleted") or "recurringEventId" in event
        return self._is_within(event) and self._is_found(event)

    def _is_within(self, event: Row) -> bool:
        """The lower bound is of the end, the upper one of the start; a series goes on for ever."""
        if self.most and moment_of(event["start"], self.zone) >= self.most:
            return False
        goes_on = bool(event.get("recurrence"))
        return not self.least or goes_on or moment_of(event["end"], self.zone) > self.least

    def _is_found(self, event: Row) -> bool:
        uid = self.query.text("iCalUID")
        words = f"{event.get('summary', '')} {event.get('description', '')}".lower()
        return (
            (not uid or event["iCalUID"] == uid)
            and self.query.text("q").lower() in words
            and all(self._has(event, kind) for kind in ("private", "shared"))
        )

    def _has(self, event: Row, kind: str) -> bool:
        own = event.get("extendedProperties", {}).get(kind, {})
        pairs = self.query.pairs(f"{kind}ExtendedProperty")
        found = [own.get(key) == value for key, value in pairs]
        return not found or (any(found) if self.any_filter else all(found))


@dataclass(frozen=True)
class Pages:
    """How a list is cut; `gap` puts an empty page between two that are not."""

    largest: int
    gap: bool

    def cut(
        self, rows: list[Any], query: Query, *, shown: Callable[[Any], Row]
    ) -> tuple[list[Row], str | None]:
        """The rows of this page, and the token of the next."""
        asked = {name: own for name, own in query.values.items() if name not in OF_A_PAGE}
        begin, is_gap = _read(query.text("pageToken"), asked)
        if is_gap:
            return [], _token(begin, asked, is_gap=False)
        size = min(query.size(), self.largest)
        if self.gap:
            size = max(1, min(size, -(-len(rows) // 2)))
        end = begin + size
        page = [shown(row) for row in rows[begin:end]]
        return page, _token(end, asked, is_gap=self.gap) if end < len(rows) else None


def _token(begin: int, asked: Mapping[str, Any], *, is_gap: bool) -> str:
    told = json.dumps([begin, is_gap, asked], sort_keys=True).encode()
    return base64.urlsafe_b64encode(told).decode()


def _read(token: str, asked: Mapping[str, Any]) -> tuple[int, bool]:
    if not token:
        return 0, False
    try:
        begin, is_gap, of = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, binascii.Error):
        refuse(400, "invalid", "Invalid page token value.")
    if of != asked:
        refuse(400, "invalid", "The page token is of a request with other parameters.")
    return begin, is_gap
