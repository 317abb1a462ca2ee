"""What refusals teach about a limit that a provider does not tell; pure, nothing is stored here.

A plan may allow ten requests a second or thirty an hour. Whoever is refused waits, twice as long
each time, until something passes again. From the second time within a day it is known how many
requests passed in between and how long the rest had to be: from then on we rest by ourselves.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

# For so long after the latest refusal it is kept in mind.
KEPT = timedelta(days=1)
# The longest we guess; by so much a rest may turn out longer than it had to be.
LONGEST_GUESS = timedelta(minutes=15)
# A limit on the last so many seconds is free again only when the last of a burst is as old.
MARGIN = 1.1
# By how much a rest grows that turned out too short.
LONGER = 1.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """What is known of one credential. `refused_since` is the first of those refusals after which
    nothing has passed, `paused_until` the end of the latest pause."""

    refused_at: datetime | None = None
    refused_since: datetime | None = None
    paused_until: datetime | None = None
    allowance: int | None = None
    rest: float | None = None


def refused(
    before: Experience, *, passed: int, now: datetime, told: float | None, usual: float
) -> Experience:
    """After one more refusal, when `passed` requests went since the last pause. `told` is how many
    seconds the provider wants us to wait, where it says so, `usual` what is tried first."""
    since = before.refused_since
    if since is not None and passed == 0:
        guess = min(max(timedelta(seconds=usual), now - since), LONGEST_GUESS)
        allowance, rest = before.allowance, before.rest
    else:
        guess = timedelta(seconds=usual)
        allowance, rest = _learnt(before, passed=passed, now=now, usual=usual)
        since = now
    pause = guess if told is None else timedelta(seconds=told)
    return Experience(
        refused_at=now,
        refused_since=since,
        paused_until=max(now + pause, before.paused_until or now),
        allowance=allowance,
        rest=rest,
    )


def _learnt(
    before: Experience, *, passed: int, now: datetime, usual: float
) -> tuple[int | None, float | None]:
    """One refusal may be an accident. A later one comes because too many passed, or because the
    rest was too short: so fewer, but half as many at least, and a longer one."""
    if before.refused_at is None or now - before.refused_at > KEPT or not passed:
        return None, None
    rest = before.rest * LONGER if before.rest is not None else usual
    if before.refused_since is not None and before.paused_until is not None:
        rest = max(rest, (before.paused_until - before.refused_since).total_seconds() * MARGIN)
    return max(passed, (before.allowance or 0) // 2), rest
