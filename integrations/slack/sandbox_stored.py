"""The things the Slack stand-in holds, each as plain data."""

from dataclasses import dataclass, field
from typing import Any

ZONE = "Europe/London"


@dataclass
class StoredUser:
    """`role`: member, admin, guest, single-channel guest or bot."""

    id: str
    name: str
    real_name: str
    display_name: str = ""
    email: str = ""
    zone: str = ZONE
    role: str = "member"
    deleted: bool = False

    @property
    def is_guest(self) -> bool:
        return "guest" in self.role

    @property
    def may_be_grouped(self) -> bool:
        return not (self.deleted or self.is_guest or self.role == "bot")

    @property
    def shown(self) -> str:
        return self.display_name or self.real_name or self.name


@dataclass
class StoredGroup:
    """`deleted_at` is when it was disabled, in seconds; 0 while it is enabled."""

    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)
    deleted_at: int = 0
    updated_at: int = 0
    updated_by: str = ""


@dataclass
class StoredChannel:
    """A conversation with one person is one as well: its name is that person's id."""

    id: str
    name: str
    kind: str = "public"
    archived: bool = False
    users: list[str] = field(default_factory=list)


@dataclass
class StoredPost:
    channel: str
    ts: str
    user: str
    text: str
    metadata: dict[str, Any] | None = None
    subtype: str = ""


@dataclass
class StoredToken:
    secret: str
    user_id: str
    scopes: tuple[str, ...]
    revoked: bool = False
