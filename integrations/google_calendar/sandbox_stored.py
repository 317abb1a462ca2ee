"""What the Google Calendar stand-in keeps: calendars with their events and rules, and accounts."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from integrations.google_calendar.sandbox_answers import Row

DAY = timedelta(days=1)
CANCELLED = "cancelled"
RANKS = ("none", "freeBusyReader", "reader", "writer", "owner")


@dataclass
class StoredCalendar:
    """`rules` are roles by e-mail address; an event is kept in the shape in which it is told."""

    id: str
    summary: str
    time_zone: str = "Europe/London"
    rules: dict[str, str] = field(default_factory=dict)
    events: dict[str, Row] = field(default_factory=dict)

    def allows(self, email: str, role: str) -> bool:
        return RANKS.index(self.role_of(email)) >= RANKS.index(role)

    def role_of(self, email: str) -> str:
        return self.rules.get(email, "none")


@dataclass
class StoredAccount:
    """A service account; without a key nobody has asked for one yet, or it was deleted."""

    name: str
    email: str
    key_id: str = ""
    private_key: str = ""


class Write(NamedTuple):
    """One write that came over the API and was done."""

    method: str
    calendar_id: str
    id: str


class Mail(NamedTuple):
    """What Google sent somebody because a request did not say that nobody is to be told."""

    to: str
    about: str


def moment_of(told: Row, zone: tzinfo) -> datetime:
    """A start or end as a moment; a whole day begins at midnight in `zone`."""
    if "date" in told:
        day = date.fromisoformat(told["date"])
        return datetime(day.year, day.month, day.day, tzinfo=zone)
    moment = datetime.fromisoformat(told["dateTime"])
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"


def rule_row(email: str, role: str) -> dict[str, Any]:
    return {
        "kind": "calendar#aclRule",
        "etag": f'"{role}"',
        "id": f"user:{email}",
        "role": role,
        "scope": {"type": "user", "value": email},
    }
