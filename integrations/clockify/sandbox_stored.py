"""The things the Clockify stand-in holds, each as plain data."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

BLUE = "#03A9F4"
OWNER, ADMIN, MEMBER = "owner", "admin", "member"
ROLES = (OWNER, ADMIN, MEMBER)
USUAL_SETTINGS: dict[str, Any] = {
    "forceProjects": False,
    "forceTasks": False,
    "forceTags": False,
    "forceDescription": False,
    "defaultBillableProjects": True,
    "isProjectPublicByDefault": True,
    "onlyAdminsCreateProject": False,
    "onlyAdminsCreateTag": False,
    "onlyAdminsCreateTask": False,
    "onlyAdminsCanChangeBillableStatus": False,
    "onlyAdminsSeeAllTimeEntries": True,
    "lockTimeEntries": None,
    "lockTimeZone": "UTC",
    "automaticLock": None,
    "timeTrackingMode": "DEFAULT",
    "durationFormat": "FULL",
    "trackTimeDownToSecond": True,
    "round": {"minutes": "15", "round": "Round to nearest"},
    "timeRoundingInReports": False,
}


@dataclass
class StoredUser:
    """Without a zone it is somebody who never finished signing up: no settings are told."""

    id: str
    email: str
    name: str
    zone: str | None
    key: str
    status: str = "ACTIVE"


@dataclass
class StoredWorkspace:
    """`roles` tells who is in it, in the order in which they came; settings as in the API."""

    id: str
    name: str
    settings: dict[str, Any]
    zone: str = "UTC"
    subdomain: str | None = None
    roles: dict[str, str] = field(default_factory=dict)

    def is_run_by(self, user: StoredUser) -> bool:
        return self.roles.get(user.id) in (OWNER, ADMIN)

    def locks(self, moment: datetime) -> bool:
        """Nobody but who runs it may touch what began before."""
        until = self.settings["lockTimeEntries"]
        return until is not None and moment < datetime.fromisoformat(until)


@dataclass
class StoredKey:
    """Of a user; where a workspace has a subdomain, one that was made for it."""

    secret: str
    user_id: str
    workspace_id: str | None = None


@dataclass
class StoredClient:
    id: str
    workspace_id: str
    name: str
    archived: bool = False
    email: str | None = None
    address: str | None = None
    note: str | None = None
    cc_emails: list[str] | None = None


@dataclass
class StoredProject:
    id: str
    workspace_id: str
    name: str
    client_id: str | None = None
    archived: bool = False
    template: bool = False
    billable: bool = True
    public: bool = True
    color: str = BLUE
    note: str = ""
    made_by: str | None = None


@dataclass
class StoredTask:
    id: str
    project_id: str
    name: str
    done: bool = False
    billable: bool = True
    estimate: str = "PT0S"


@dataclass
class StoredTag:
    id: str
    workspace_id: str
    name: str
    archived: bool = False


@dataclass
class StoredEntry:
    """Still running without `end`; `custom_fields` are values by the field's id."""

    id: str
    workspace_id: str
    user_id: str
    start: datetime
    end: datetime | None
    project_id: str | None = None
    task_id: str | None = None
    tag_ids: tuple[str, ...] = ()
    description: str = ""
    billable: bool = False
    type: str = "REGULAR"
    custom_fields: dict[str, Any] = field(default_factory=dict)
    approval: str | None = None


class Write(NamedTuple):
    """One write that came over the API and was done."""

    method: str
    what: str
    id: str


def to_second(moment: datetime) -> datetime:
    """As it is kept there: UTC, and nothing below a second."""
    return moment.astimezone(UTC).replace(microsecond=0)


def written(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
