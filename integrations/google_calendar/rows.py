"""What Google Calendar's rows look like, and how little of them is kept. No requests here.

The classes whose names end in `Row` are rows as they arrive; `kept()` is what leaves. Calendars
hold everybody's events: untitled ones, meetings, birthdays, exceptions of a series of which only
the id is told. None of them may be a reason to fail.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from integrations.shapes import DAY, Page, Shape

INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
CONFIRMED, CANCELLED = "confirmed", "cancelled"
WRITING_ROLES = ("writer", "owner")


def _when(value: object) -> object:
    """A whole day or a moment from its text; anything else is refused by what comes after this."""
    if not isinstance(value, str):
        return value
    with suppress(ValueError, OverflowError):
        if DAY.fullmatch(value):
            return date.fromisoformat(value)
        if INSTANT.fullmatch(value):
            return datetime.fromisoformat(value).astimezone(UTC)
    return value


# ------------------------------------------------------------------ what is kept

# A `datetime`, always UTC, is a `date` to isinstance as well: ask for it first.
When = Annotated[date | datetime, BeforeValidator(_when)]


class Event(Shape):
    """`start` and `end` are days of an all-day event (`end` is the day after the last), moments of
    any other, and None where Google tells neither, as of a tombstone.

    `recurs`: a whole series. `recurring_event_id`: one of a series. Neither is ever ours.
    """

    id: str
    etag: str
    status: str
    summary: str
    description: str
    start: When | None
    end: When | None
    transparency: str
    uses_default_reminders: bool
    private: Mapping[str, str]
    recurring_event_id: str | None
    recurs: bool
    event_type: str
    organizer_self: bool
    html_link: str

    @property
    def is_cancelled(self) -> bool:
        """Deleted: only its id is certain."""
        return self.status == CANCELLED

    @property
    def is_all_day(self) -> bool:
        return all(_is_day(moment) for moment in (self.start, self.end))


def _is_day(moment: date | None) -> bool:
    return moment is not None and not isinstance(moment, datetime)


@dataclass(frozen=True)
class Calendar:
    """A calendar as whoever asks may use it."""

    id: str
    summary: str
    time_zone: str
    access_role: str

    @property
    def is_writable(self) -> bool:
        return self.access_role in WRITING_ROLES


@dataclass(frozen=True)
class EventPage(Page[Event]):
    """Every page tells of its calendar as well."""

    access_role: str = ""
    time_zone: str = ""


class Rule(Shape):
    """With whom a calendar is shared, and how; `value` is an e-mail address of a user or group."""

    id: str
    role: str
    scope_type: str
    value: str


# --------------------------------------------------------------- as Google says it


class Row(Shape):
    model_config = ConfigDict(alias_generator=to_camel)


Id = Annotated[str, StringConstraints(min_length=1)]


class MomentRow(Row):
    day: When | None = Field(default=None, alias="date")
    moment: When | None = Field(default=None, alias="dateTime")

    def kept(self) -> date | None:
        return self.day if self.moment is None else self.moment


class PropertiesRow(Row):
    private: dict[str, str] = Field(default_factory=dict)


class RemindersRow(Row):
    use_default: bool = True


class OrganizerRow(Row):
    self_: bool = Field(default=False, alias="self")


class EventRow(Row):
    id: Id
    etag: str = ""
    status: str = CONFIRMED
    summary: str = ""
    description: str = ""
    start: MomentRow = MomentRow()
    end: MomentRow = MomentRow()
    transparency: str = "opaque"
    reminders: RemindersRow = RemindersRow()
    extended_properties: PropertiesRow = PropertiesRow()
    recurring_event_id: str | None = None
    recurrence: list[str] = Field(default_factory=list)
    event_type: str = "default"
    organizer: OrganizerRow = OrganizerRow()
    html_link: str = ""

    def kept(self) -> Event:
        return Event(
            id=self.id,
            etag=self.etag,
            status=self.status,
            summary=self.summary,
            description=self.description,
            start=self.start.kept(),
            end=self.end.kept(),
            transparency=self.transparency,
            uses_default_reminders=self.reminders.use_default,
            private=self.extended_properties.private,
            recurring_event_id=self.recurring_event_id,
            recurs=bool(self.recurrence),
            event_type=self.event_type,
            organizer_self=self.organizer.self_,
            html_link=self.html_link,
        )


class CalendarRow(Row):
    """The envelope of a list of events."""

    summary: str = ""
    time_zone: str
    access_role: str
    next_page_token: str | None = None

    def kept(self, calendar_id: str) -> Calendar:
        return Calendar(
            id=calendar_id,
            summary=self.summary,
            time_zone=self.time_zone,
            access_role=self.access_role,
        )


class ScopeRow(Row):
    type: str
    value: str = ""


class RuleRow(Row):
    id: Id
    role: str
    scope: ScopeRow

    def kept(self) -> Rule:
        return Rule(id=self.id, role=self.role, scope_type=self.scope.type, value=self.scope.value)


class RulesRow(Row):
    next_page_token: str | None = None


# What is asked for: other fields, such as guests and places of meetings, do not even arrive.
EVENT_FIELDS = (
    "id,etag,status,summary,description,start,end,transparency,reminders(useDefault),"
    "extendedProperties(private),recurringEventId,recurrence,eventType,organizer(self),htmlLink"
)
CALENDAR_FIELDS = "kind,summary,timeZone,accessRole"
RULE_FIELDS = "id,role,scope"
