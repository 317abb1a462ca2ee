"""What Geekbot tells of people, stand-ups and answers, cut to what is used. No requests here."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from integrations.shapes import Shape

MINUTE = 60


@dataclass(frozen=True)
class Me:
    """Whose key it is. `team_id` is Geekbot's own number of the team, not Slack's."""

    user_id: str
    name: str
    team: str
    team_id: int
    is_admin: bool


@dataclass(frozen=True)
class Standup:
    """`time` is HH:MM:SS; `timezone` an IANA name or user_local; `wait_minutes` None: people are
    asked at that very time, also when they are offline; `master` is the user who owns it."""

    id: int
    name: str
    channel: str
    time: str
    timezone: str
    days: tuple[str, ...]
    users: tuple[str, ...]
    questions: tuple[str, ...]
    wait_minutes: int | None
    master: str
    syncs_channel: bool
    is_paused: bool
    is_draft: bool
    channel_ready: bool


@dataclass(frozen=True)
class Report:
    """What somebody answered; `user_id` is "" where the stand-up is anonymous."""

    id: int
    user_id: str
    at: datetime
    answers: tuple[str, ...]


# --------------------------------------------------------------- as Geekbot says it


def _text(value: object) -> object:
    return "" if value is None else value


def _user_id(value: object) -> object:
    """Slack's, a text; the reference calls it a number in places."""
    return str(value) if type(value) is int else value


def _seconds(value: object) -> object:
    """A moment comes as a number or as its text."""
    is_number = isinstance(value, str) and value.isascii() and value.isdigit()
    return int(str(value)) if is_number else value


Text = Annotated[str, BeforeValidator(_text)]
UserId = Annotated[str, BeforeValidator(_user_id), Field(min_length=1)]
# Up to the year 9999: a later one is no moment.
Seconds = Annotated[int, BeforeValidator(_seconds), Field(ge=0, lt=253_402_300_800)]
Flag = Annotated[bool, BeforeValidator(lambda value: False if value is None else value)]
# Some drafts may have none yet.
Days = Annotated[list[str], BeforeValidator(lambda value: [] if value is None else value)]


class _User(Shape):
    id: UserId


class _Owner(_User):
    username: Text = ""
    realname: Text = ""
    is_admin: Flag = False
    role: Text = ""


class _Team(Shape):
    id: int
    name: Text = ""


class MeRow(Shape):
    user: _Owner
    team: _Team

    def kept(self) -> Me:
        user = self.user
        return Me(
            user_id=user.id,
            name=user.realname.strip() or user.username.strip() or user.id,
            team=self.team.name.strip(),
            team_id=self.team.id,
            is_admin=user.is_admin or user.role == "admin",
        )


class _Question(Shape):
    text: Text


class StandupRow(Shape):
    id: int
    name: Text
    channel: Text
    time: Text
    timezone: Text
    days: Days
    users: list[_User]
    questions: list[_Question]
    wait_time: int | None
    master: Annotated[str, BeforeValidator(lambda value: _user_id(_text(value)))]
    sync_channel_members: Flag = False
    paused: Flag = False
    draft: Flag = False
    channel_ready: Flag = False

    def kept(self) -> Standup:
        """`wait_time` is in seconds here, and in minutes where it is written."""
        wait = self.wait_time
        return Standup(
            id=self.id,
            name=self.name,
            channel=self.channel,
            time=self.time,
            timezone=self.timezone,
            days=tuple(self.days),
            users=tuple(user.id for user in self.users),
            questions=tuple(question.text for question in self.questions),
            wait_minutes=None if wait is None or wait < 0 else wait // MINUTE,
            master=self.master,
            syncs_channel=self.sync_channel_members,
            is_paused=self.paused,
            is_draft=self.draft,
            channel_ready=self.channel_ready,
        )


class _Answer(Shape):
    answer: Text = ""


class ReportRow(Shape):
    """`slack_ts` may be a number, a text or null, so it is not looked at."""

    id: int
    standup_id: int
    timestamp: Seconds
    member: _User | None = None
    questions: list[_Answer]

    def kept(self) -> Report:
        return Report(
            id=self.id,
            user_id=self.member.id if self.member else "",
            at=datetime.fromtimestamp(self.timestamp, UTC),
            answers=tuple(each.answer for each in self.questions),
        )


def written(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields of a stand-up as they are sent, which is not as they are told: see `Standup`."""
    body = dict(fields)
    if "wait_minutes" in body:
        body["wait_time"] = body.pop("wait_minutes")
    if "questions" in body:
        body["questions"] = [{"question": text} for text in body["questions"]]
    if "days" in body:
        body["days"] = list(body["days"])
    if "users" in body:
        # Otherwise Geekbot would go on taking them from the channel.
        body |= {"users": list(body["users"]), "sync_channel_members": False}
    return body
