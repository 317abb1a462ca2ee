"""What Slack's rows look like, and how little of them is kept. No requests here.

The classes whose names end in `Row` are rows as they arrive; `kept()` is what leaves. Of people
who have left, most fields are missing rather than false or empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, StringConstraints

from integrations.shapes import Shape

SLACKBOT = "USLACKBOT"
EVENT_TYPE = "lockstep"


# ------------------------------------------------------------------ what is kept


@dataclass(frozen=True)
class Usergroup:
    """`handle` is without the @. `users` are ids, in no order that means anything."""

    id: str
    handle: str
    name: str
    users: tuple[str, ...]
    is_enabled: bool
    team_id: str


@dataclass(frozen=True)
class User:
    """`name` is never empty, and not theirs alone; `full_name` may be, of both. `email` is ""
    where it is hidden, `timezone` "" where unknown.

    `is_regular`: a person who works there; not deactivated, no guest and no bot.
    """

    id: str
    name: str
    email: str
    timezone: str
    is_regular: bool
    full_name: str = ""


@dataclass(frozen=True)
class Team:
    """The workspace, and who the token is there. `scopes` are None where Slack does not tell."""

    id: str
    name: str
    user_id: str
    user_name: str
    scopes: frozenset[str] | None


# --------------------------------------------------------------- as Slack says it

Id = Annotated[str, StringConstraints(min_length=1)]
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Flag = Annotated[bool, BeforeValidator(lambda value: False if value is None else value)]


class UsergroupRow(Shape):
    id: Id
    handle: Text = ""
    name: Text = ""
    team_id: Text = ""
    date_delete: int | None
    users: list[Id] | None = None

    def kept(self) -> Usergroup:
        return Usergroup(
            id=self.id,
            handle=self.handle,
            name=self.name,
            users=tuple(self.users or ()),
            is_enabled=not self.date_delete,
            team_id=self.team_id,
        )


class ProfileRow(Shape):
    display_name: Text = ""
    real_name: Text = ""
    email: Text = ""


class UserRow(Shape):
    id: Id
    name: Text = ""
    real_name: Text = ""
    tz: Text = ""
    deleted: Flag = False
    is_restricted: Flag = False
    is_ultra_restricted: Flag = False
    is_bot: Flag = False
    profile: ProfileRow

    def kept(self) -> User:
        names = (self.profile.display_name, self.profile.real_name, self.real_name, self.name)
        is_guest = self.is_restricted or self.is_ultra_restricted
        is_bot = self.is_bot or self.id == SLACKBOT
        return User(
            id=self.id,
            name=next((name.strip() for name in names if name.strip()), self.id),
            email=self.profile.email.strip(),
            timezone=self.tz,
            is_regular=not (self.deleted or is_guest or is_bot),
            full_name=(self.profile.real_name or self.real_name).strip(),
        )


class UserAnswer(Shape):
    user: UserRow


class UsergroupAnswer(Shape):
    usergroup: UsergroupRow


class TeamRow(Shape):
    team_id: Id
    team: Text = ""
    user_id: Id
    user: Text = ""

    def kept(self, scopes: str | None) -> Team:
        """`scopes` as in the header x-oauth-scopes."""
        told = None if scopes is None else frozenset(filter(None, _split(scopes)))
        return Team(self.team_id, self.team or self.team_id, self.user_id, self.user, told)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


class PostedRow(Shape):
    """`ts` stays a text: it is the message's name in its channel."""

    channel: Id
    ts: Id


class ChannelRow(Shape):
    id: Id
    name: Text = ""


class ChannelAnswer(Shape):
    channel: ChannelRow


class MetadataRow(Shape):
    event_type: Text = ""
    event_payload: Mapping[str, Any] = {}


class MessageRow(Shape):
    ts: Id
    user: Text = ""
    subtype: Text = ""
    metadata: MetadataRow | None = None

    @property
    def is_posted(self) -> bool:
        """Otherwise it tells of something that happened, such as somebody who joined."""
        return self.subtype in ("", "bot_message")

    @property
    def key(self) -> str | None:
        """Ours, where it is a message of ours that tells."""
        if self.metadata is None or self.metadata.event_type != EVENT_TYPE:
            return None
        key = self.metadata.event_payload.get("key")
        return key if isinstance(key, str) else None


class CursorRow(Shape):
    next_cursor: Text = ""


class PagedRow(Shape):
    """The end of a list is a cursor that is missing, null or empty; never a short page."""

    response_metadata: CursorRow | None = None
    has_more: Flag = False

    @property
    def next(self) -> str | None:
        return (self.response_metadata.next_cursor if self.response_metadata else "") or None
