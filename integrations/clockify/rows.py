"""What Clockify's rows look like, and how little of them is kept. No requests here.

The classes whose names end in `Row` are rows as they arrive; `kept()` is what leaves. Kinds that
Clockify may yet invent (of entries, of sources of custom fields) are passed on as they are.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
)
from pydantic.alias_generators import to_camel

from integrations.shapes import Shape

INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
DONE = "DONE"
REGULAR = "REGULAR"
# Where a custom field's value can come from; `type` says it too, or else what kind of field it is.
SOURCES = ("WORKSPACE", "PROJECT", "TIMEENTRY")

# ------------------------------------------------------------------ what is kept

Moment = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]


class User(Shape):
    """`zone` is an IANA name, and None for somebody who has not set up the account yet."""

    id: str
    email: str
    name: str
    zone: str | None


class Workspace(Shape):
    id: str
    name: str


class Customer(Shape):
    """What Clockify calls a client."""

    id: str
    name: str
    archived: bool


class Task(Shape):
    id: str
    name: str
    active: bool


class Project(Shape):
    """Names are unique among those of one client only, archived ones and templates included."""

    id: str
    name: str
    client_id: str | None
    client_name: str
    archived: bool
    template: bool
    billable: bool
    public: bool
    color: str
    note: str
    tasks: tuple[Task, ...]


class Tag(Shape):
    id: str
    name: str
    archived: bool


class CustomField(Shape):
    """The value that an entry has in somebody's own field: a text, number, truth or texts."""

    id: str
    source_type: str | None
    value: Any


class Entry(Shape):
    """Moments are UTC. `end` is None as long as the timer runs.

    `locked`: by the workspace, for everybody but its admins. `approved`: part of a timesheet that
    was handed in, so that nobody may change it.
    """

    id: str
    user_id: str
    project_id: str | None
    task_id: str | None
    tag_ids: tuple[str, ...]
    description: str
    start: Moment
    end: Moment | None
    billable: bool
    type: str
    locked: bool
    approved: bool
    custom_fields: tuple[CustomField, ...]


# ------------------------------------------------------------------ what is sent


@dataclass(frozen=True, kw_only=True)
class EntryValues:
    """All that an entry is to be; both moments are aware, and it is never a running timer."""

    project_id: str | None
    task_id: str | None
    tag_ids: tuple[str, ...]
    description: str
    start: datetime
    end: datetime
    billable: bool
    type: str
    custom_fields: tuple[CustomField, ...] = ()

    def body(self) -> dict[str, Any]:
        """The whole of it, without nulls, which have been refused; see `nulls`."""
        fields = [_field(each) for each in self.custom_fields if each.value is not None]
        told = {
            "start": instant(self.start),
            "end": instant(self.end),
            "description": self.description,
            "projectId": self.project_id,
            "taskId": self.task_id,
            "tagIds": list(self.tag_ids),
            "billable": self.billable,
            "type": self.type,
            "customFields": fields or None,
        }
        return _without_nulls(told)

    def nulls(self) -> dict[str, None]:
        """What `body` leaves out because there is to be none."""
        told = {"projectId": self.project_id, "taskId": self.task_id}
        return {name: None for name, value in told.items() if value is None}


def instant(moment: datetime) -> str:
    """As Clockify wants it, in UTC to the second: another zone's has made negative durations."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _field(field: CustomField) -> dict[str, Any]:
    told = {"customFieldId": field.id, "sourceType": field.source_type, "value": field.value}
    return _without_nulls(told)


def _without_nulls(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None}


# --------------------------------------------------------------- as Clockify says it


def _moment(value: object) -> object:
    """A moment from its text; anything else is refused by what comes after this."""
    if isinstance(value, str) and INSTANT.fullmatch(value):
        with suppress(ValueError, OverflowError):
            return datetime.fromisoformat(value).astimezone(UTC)
    return value


Id = Annotated[str, StringConstraints(min_length=1)]
# Both "" and null say that there is none.
MaybeId = Annotated[str | None, BeforeValidator(lambda value: None if value == "" else value)]
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Flag = Annotated[bool, BeforeValidator(lambda value: False if value is None else value)]
Instant = Annotated[datetime, BeforeValidator(_moment)]


class Row(Shape):
    model_config = ConfigDict(alias_generator=to_camel)


class IdRow(Row):
    id: Id


class SettingsRow(Row):
    time_zone: str | None = None


class UserRow(IdRow):
    email: Text
    name: Text
    settings: SettingsRow | None = None

    def kept(self) -> User:
        zone = self.settings.time_zone if self.settings else None
        email = self.email.strip()
        return User(id=self.id, email=email, name=self.name.strip(), zone=zone or None)


class WorkspaceRow(IdRow):
    name: Text

    def kept(self) -> Workspace:
        return Workspace(id=self.id, name=self.name)


class CustomerRow(IdRow):
    name: str
    archived: bool

    def kept(self) -> Customer:
        return Customer(id=self.id, name=self.name, archived=self.archived)


class TagRow(IdRow):
    name: str
    archived: bool

    def kept(self) -> Tag:
        return Tag(id=self.id, name=self.name, archived=self.archived)


class TaskRow(IdRow):
    name: str
    status: str | None = None

    def kept(self) -> Task:
        return Task(id=self.id, name=self.name, active=self.status != DONE)


class ProjectRow(IdRow):
    name: str
    client_id: MaybeId = None
    client_name: Text = ""
    archived: bool
    template: Flag = False
    billable: bool
    public: bool
    color: Text = ""
    note: Text = ""
    tasks: list[TaskRow] | None = None

    def kept(self) -> Project:
        return Project(
            id=self.id,
            name=self.name,
            client_id=self.client_id,
            client_name=self.client_name,
            archived=self.archived,
            template=self.template,
            billable=self.billable,
            public=self.public,
            color=self.color,
            note=self.note,
            tasks=tuple(task.kept() for task in self.tasks or ()),
        )


class CustomFieldRow(Row):
    custom_field_id: Id
    source_type: str | None = None
    type: str | None = None
    value: Any = None

    def kept(self) -> CustomField:
        source = self.source_type or (self.type if self.type in SOURCES else None)
        return CustomField(id=self.custom_field_id, source_type=source, value=self.value)


class IntervalRow(Row):
    start: Instant
    end: Instant | None


class EntryRow(IdRow):
    user_id: Id
    project_id: MaybeId
    task_id: MaybeId
    tag_ids: list[str] | None
    description: Text
    time_interval: IntervalRow
    billable: bool
    type: str | None = None
    is_locked: Flag = False
    approval_request_id: MaybeId = None
    custom_field_values: list[CustomFieldRow] | None = None

    def kept(self) -> Entry:
        return Entry(
            id=self.id,
            user_id=self.user_id,
            project_id=self.project_id,
            task_id=self.task_id,
            tag_ids=tuple(self.tag_ids or ()),
            description=self.description,
            start=self.time_interval.start,
            end=self.time_interval.end,
            billable=self.billable,
            type=self.type or REGULAR,
            locked=self.is_locked,
            approved=self.approval_request_id is not None,
            custom_fields=tuple(field.kept() for field in self.custom_field_values or ()),
        )
