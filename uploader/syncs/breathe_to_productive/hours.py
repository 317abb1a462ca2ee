"""How many minutes somebody works on a given day, and how we know. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal, Protocol

Origin = Literal["salary", "availability", "usual"]

# Where neither a salary nor an availability says anything, as with the tool before.
USUAL_HOURS = (7.0, 7.0, 7.0, 7.0, 7.0, 0.0, 0.0)
WEEK = 7


class Period(Protocol):
    """Hours a day from `start` to `end` (None: open), from Monday on: one week, or two in turn."""

    @property
    def start(self) -> date | None: ...
    @property
    def end(self) -> date | None: ...
    @property
    def hours(self) -> Sequence[float]: ...


class Hours:
    """One person's working days: from salaries, else from availabilities, else seven hours.

    `origins` and `is_uneven` tell of the days that were asked for.
    """

    def __init__(self, *, salaries: Iterable[Period], availabilities: Iterable[Period]) -> None:
        self._told: list[tuple[Origin, list[Period]]] = [
            ("salary", _latest_first(salaries)),
            ("availability", _latest_first(availabilities)),
        ]
        self._minutes: dict[date, int] = {}
        self.origins: set[Origin] = set()
        self.is_uneven = False

    def minutes_on(self, day: date) -> int:
        if day not in self._minutes:
            origin, hours = self._week(day)
            self.origins.add(origin)
            mine = hours[day.weekday() :: WEEK]
            self.is_uneven = self.is_uneven or len(set(mine)) > 1
            # Which of two weeks in turn it is cannot be known: rather too much than too little.
            self._minutes[day] = round(max(mine) * 60)
        return self._minutes[day]

    def _week(self, day: date) -> tuple[Origin, Sequence[float]]:
        for origin, periods in self._told:
            for period in periods:
                # A week without any hours says that nothing was entered.
                if _covers(period, day) and any(period.hours):
                    return origin, period.hours
        return "usual", USUAL_HOURS


def _latest_first(periods: Iterable[Period]) -> list[Period]:
    whole = [period for period in periods if len(period.hours) in (WEEK, 2 * WEEK)]
    return sorted(whole, key=lambda period: period.start or date.min, reverse=True)


def _covers(period: Period, day: date) -> bool:
    return (period.start or date.min) <= day <= (period.end or date.max)
