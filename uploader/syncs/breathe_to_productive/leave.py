"""What a source of leave says of one person, be it Breathe HR itself or a folder of files."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from uploader.syncs.breathe_to_productive.spans import Impossible, Span

# Nobody is away for longer: it is a slip of the pen, and has too many days to count.
LONGEST = timedelta(days=3653)

# As the tool before called them, in its settings and in its files.
LeaveKind = Literal["holiday", "sickness", "other_leave"]
KINDS: tuple[LeaveKind, ...] = get_args(LeaveKind)
WORDS: dict[LeaveKind, str] = {
    "holiday": "holiday",
    "sickness": "sickness",
    "other_leave": "other leave",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the source, as it is recorded there; never more of it than this."""

    kind: LeaveKind
    span: Span

    def __post_init__(self) -> None:
        if self.span.end - self.span.start > LONGEST:
            days = f"{self.span.start} to {self.span.end}"
            raise Impossible(f"it lasts from {days}, more than ten years")


@dataclass(frozen=True, slots=True)
class Leave:
    """Everything about one person: their addresses, the source's own first, and every event.

    Bookings that ended before `since` are history.
    """

    emails: tuple[str, ...]
    events: tuple[Event, ...]
    since: date
    # Something they have at the source cannot be meant, so nothing is done for them.
    is_wrong: bool = False

    @property
    def email(self) -> str:
        return self.emails[0]

    @property
    def label(self) -> str:
        return self.email
