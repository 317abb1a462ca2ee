"""How the sending of a notice came out, as it is written down; nothing is sent here."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from uploader import runs
from uploader.models import Notice

MAIL = "mail"
SENT, UNKNOWN, GIVEN_UP, TOO_LATE = "sent", "unknown", "given up", "too late"
# Tries after which one that nothing else makes too late is given up: about half a day.
MOST_ATTEMPTS = 12

Clock = Callable[[], datetime]


def settle(mine: "QuerySet[Notice]", outcome: str, *, reason: str = "", ref: str = "") -> None:
    """This is how it came out. What it said is let go."""
    mine.update(outcome=outcome, reason=reason, ref=ref, text="")


def try_again(
    mine: "QuerySet[Notice]",
    notice: Notice,
    why: str,
    *,
    now: datetime,
    asked: float | None = None,
    counts: bool = True,
) -> None:
    """It certainly was not sent: again later, and later and later, or at last given up.
    `counts`: whether it was a failure, rather than a wait of our own."""
    attempts = notice.attempts + counts
    if counts and attempts >= MOST_ATTEMPTS and notice.expires_at is None:
        mine.update(sent_at=None, attempts=attempts, outcome=GIVEN_UP, reason=why, text="")
        return
    wait = timedelta(seconds=runs.countdown(max(1, attempts), jitter=0, asked=asked))
    mine.update(sent_at=None, attempts=attempts, outcome="", reason=why, due_at=now + wait)


def drop_late(*, now: datetime) -> int:
    """What nobody has to be told any more, as it did not get out in time."""
    late = Notice.objects.filter(sent_at=None, outcome="", expires_at__lte=now)
    return late.update(outcome=TOO_LATE, text="")
