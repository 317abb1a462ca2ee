"""What the Geekbot stand-in keeps: people, channels, stand-ups, questions put and answers."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from datetime import time as clock_time
from typing import Any
from zoneinfo import ZoneInfo

USER_LOCAL = "user_local"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass
class StoredUser:
    """Without a key they use Geekbot in Slack alone."""

    id: str
    username: str
    realname: str
    timezone: str = "Europe/London"
    role: str = "member"
    key: str = ""

    @property
    def email(self) -> str:
        return f"{self.username}@example.org"

    @property
    def is_admin(self) -> bool:
        return self.role == "admin"


@dataclass
class StoredChannel:
    """Ready: Geekbot was invited to it."""

    id: str
    name: str
    ready: bool = True
    members: list[str] = field(default_factory=list)


@dataclass
class StoredStandup:
    """`questions` are pairs of an id and a text; a wait of None asks at the very time."""

    id: int
    name: str
    channel: str
    master: str
    time: str = "10:00:00"
    timezone: str = "Europe/London"
    days: list[str] = field(default_factory=lambda: ["Wed"])
    users: list[str] = field(default_factory=list)
    questions: list[tuple[int, str]] = field(default_factory=list)
    wait_minutes: int | None = 10
    sync: bool = False
    personalised: bool = False
    paused: bool = False
    draft: bool = False
    confidential: bool = False
    anonymous: bool = False
    created: str = "2026-01-01T00:00:00+00:00"

    @property
    def asks(self) -> bool:
        """By itself, that is."""
        return not (self.paused or self.draft)

    def zone_for(self, user: StoredUser) -> ZoneInfo:
        return ZoneInfo(user.timezone if self.timezone == USER_LOCAL else self.timezone)

    @property
    def clock(self) -> clock_time:
        return clock_time.fromisoformat(self.time)


@dataclass
class Asking:
    """Somebody was asked. `by` is schedule or start; `answered` is the id of the report."""

    id: int
    standup: int
    user: str
    at: datetime
    questions: list[tuple[int, str]]
    by: str
    answered: int | None = None
    # The questions were changed while it was waited for.
    dropped: bool = False

    @property
    def text(self) -> str:
        return " / ".join(text for _, text in self.questions)

    @property
    def is_open(self) -> bool:
        return self.answered is None and not self.dropped


@dataclass
class StoredReport:
    """`answers` belong to the questions as they were when they were asked, one by one."""

    id: int
    standup: int
    user: str
    at: datetime
    questions: list[tuple[int, str]]
    answers: list[str | None]


def plain(record: Any) -> dict[str, Any]:
    """As JSON holds it."""
    values = asdict(record)
    if "at" in values:
        values["at"] = values["at"].isoformat()
    return values


def back(values: dict[str, Any]) -> dict[str, Any]:
    """As the records hold it."""
    known = dict(values)
    if "at" in known:
        known["at"] = datetime.fromisoformat(known["at"])
    if "questions" in known:
        known["questions"] = [(number, text) for number, text in known["questions"]]
    return known
