"""What the Google Calendar stand-in makes of the body of an event, and what it refuses."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from integrations.google_calendar.sandbox_answers import Row, refuse
from integrations.google_calendar.sandbox_stored import moment_of

ID = re.compile(r"[a-v0-9]{5,1024}\Z")
LONGEST_KEY, LONGEST_VALUE = 44, 1024
MOST_PROPERTIES, LARGEST_PROPERTIES = 300, 32 * 1024
STATUSES = ("confirmed", "tentative", "cancelled")
# What a person may set, and what is true of an event that does not say.
WRITABLE = (
    "summary",
    "description",
    "location",
    "start",
    "end",
    "status",
    "transparency",
    "visibility",
    "colorId",
    "reminders",
    "extendedProperties",
    "attendees",
    "recurrence",
    "source",
    "guestsCanModify",
    "sequence",
)
USUAL: Row = {"status": "confirmed", "reminders": {"useDefault": True}}


def new_id(body: Mapping[str, Any], otherwise: str) -> str:
    wanted = body.get("id")
    if wanted is None:
        return otherwise
    if not isinstance(wanted, str) or not ID.match(wanted):
        refuse(400, "invalid", "Invalid resource id value.")
    return wanted


def written(body: Any) -> Row:
    """The writable fields of a whole event; what is not sent is as usual."""
    if not isinstance(body, Mapping):
        refuse(400, "parseError", "This API does not support parsing form-encoded input.")
    row = USUAL | {name: body[name] for name in WRITABLE if body.get(name) is not None}
    for name in ("start", "end"):
        if name not in row:
            refuse(400, "required", f"Missing {name} time.")
        _check_time(row[name])
    _check_order(row["start"], row["end"])
    if row["status"] not in STATUSES:
        refuse(400, "invalid", "Invalid value for status.")
    if "extendedProperties" in row:
        row["extendedProperties"] = _properties(row["extendedProperties"])
    return row


def patched(row: Row, body: Any) -> Row:
    """The event with what was sent over it: lists are replaced, null removes."""
    if not isinstance(body, Mapping):
        refuse(400, "parseError", "Parse Error")
    return written(_merged({name: row[name] for name in WRITABLE if name in row}, body))


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> Row:
    merged = dict(old)
    for name, value in new.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(name), Mapping):
            merged[name] = _merged(merged[name], value)
        else:
            merged[name] = value
    return merged


def _check_time(told: Any) -> None:
    try:
        if set(told) & {"date", "dateTime"} == {"date"}:
            date.fromisoformat(told["date"])
            return
        moment = datetime.fromisoformat(told["dateTime"])
        if moment.tzinfo is None:
            ZoneInfo(told["timeZone"])
    except (TypeError, KeyError, ValueError, LookupError):
        refuse(400, "invalid", "Invalid start or end time: a date, or a dateTime with its zone.")


def _check_order(start: Row, end: Row) -> None:
    if ("date" in start) != ("date" in end):
        refuse(400, "invalid", "Start and end times must either both be date or both be dateTime.")
    zone = ZoneInfo("UTC")
    if moment_of(end, zone) <= moment_of(start, zone):
        refuse(400, "timeRangeEmpty", "The specified time range is empty.")


def _properties(told: Any) -> Row:
    """Keys that are too long vanish, values that are too long are cut, and nobody is told."""
    kept = {
        kind: {
            key: str(value)[:LONGEST_VALUE] for key, value in own.items() if len(key) <= LONGEST_KEY
        }
        for kind, own in dict(told).items()
        if kind in ("private", "shared")
    }
    pairs = [pair for own in kept.values() for pair in own.items()]
    size = sum(len(key) + len(value) for key, value in pairs)
    if len(pairs) > MOST_PROPERTIES or size > LARGEST_PROPERTIES:
        refuse(400, "invalid", "Extended properties are too many or too large.")
    return kept
