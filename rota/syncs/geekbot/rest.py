"""Stand-ups that are not to ask by themselves: on which weekdays they would not soon, anywhere.

Pure. An empty list of participants is tried first; where Geekbot refuses that, the day of asking is
moved on before it comes round.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from rota.days import DAY, WEEKDAYS

# Zones reach from twelve hours behind to fourteen ahead.
BEHIND, AHEAD = timedelta(hours=12), timedelta(hours=14)
# Nothing of ours may run for so long, and nobody is asked.
SAFE = timedelta(days=3)


def is_far_off(days: Collection[str], *, now: datetime) -> bool:
    """Whether none of these weekdays comes soon in any zone."""
    return not {day[:3].lower() for day in days} & set(_soon(now))


def far_off(now: datetime) -> str:
    """The weekday that comes last: the one that has just passed everywhere."""
    return WEEKDAYS[((now - BEHIND).date() - DAY).weekday()]


def _soon(now: datetime) -> Iterator[str]:
    day, last = (now - BEHIND).date(), (now + AHEAD + SAFE).date()
    while day <= last:
        yield WEEKDAYS[day.weekday()]
        day += DAY
