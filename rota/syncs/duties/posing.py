"""The problem that a generation has to solve, put together from what is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Any

from rota import days, fairness, paired
from rota.days import DAY
from rota.models import Duty, Member, Rota, Shift
from rota.problem import Key, Past, Problem, Slot
from rota.problem import Member as Candidate
from uploader.kinds import CannotRun

Spans = Mapping[int, tuple[tuple[date, date], ...]]
# Cycles are counted out from the first day of the rota; nobody plans further ahead than this.
LONGEST = timedelta(days=3653)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked for in particular; without anything, what is there is kept right."""

    first: date | None = None
    until: date | None = None
    cycles: int | None = None
    seed: int | None = None
    clear: date | None = None

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> "Asked":
        return cls(
            first=_day(params.get("from")),
            until=_day(params.get("until")),
            cycles=params.get("cycles"),
            seed=params.get("seed"),
            clear=_day(params.get("clear")),
        )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


class Posing:
    """One rota as it is stored, from its first open day on."""

    def __init__(self, rota: Rota, asked: Asked, *, now: datetime) -> None:
        self.rota = rota
        self.asked = asked
        self.today = rota.today(now)
        shifts = rota.shifts.filter(cancelled_at=None).prefetch_related("duties__member__person")
        self.shifts = list(shifts.order_by("start"))
        self.members = list(rota.members.select_related("person"))
        self.first = self._first()
        self.open = [shift for shift in self.shifts if shift.start >= self.first]
        self.closed = [shift for shift in self.shifts if shift.start < self.first]

    def _first(self) -> date:
        """From where duties may change: what has begun is history."""
        begun = [shift for shift in self.shifts if shift.start <= self.today]
        after = begun[-1].end if begun else self.today
        earliest = max(self.rota.starts_on, after)
        if self.asked.first is not None and self.asked.first < earliest:
            raise CannotRun(
                f"{self.rota} cannot be generated from {self.asked.first} on: {earliest} is the "
                "first day that has not begun."
            )
        return self.asked.first or earliest

    # ------------------------------------------------------------------- slots

    def slots(self) -> list[Slot]:
        """Every working day to be filled, each with the group that leads on it."""
        known = [self._slot(shift) for shift in self.shifts]
        return paired.continued(
            [slot for slot in known if slot.day < self.first or slot.day in self.working_days],
            first=self.first,
            days=self.working_days,
            groups=self._sizes(),
            cycles=self._cycles(),
            until=self._until(),
        )

    @property
    def working_days(self) -> list[date]:
        """All that could be asked for, from the first open day on."""
        end = max(self.first, self._until() or self.first) + LONGEST / 5
        years = range(self.rota.starts_on.year, end.year + 1)
        found = days.working_days(
            max(self.first, self.rota.starts_on),
            workdays=days.numbers(self.rota.workdays),
            holidays=days.holidays_of(self.rota.holidays, years),
        )
        return list(takewhile(lambda day: day <= end, found))
