"""When services of a rolling rota begin and end: days counted from an anchor. Pure."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count

from rota.days import DAY, WEEKDAYS
from rota.periods import Period

# From one day to another, the second not included.
Span = tuple[date, date]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rhythm:
    """Somebody new starts `every` so long, and serves as long as it `lasts`."""

    every: Period
    lasts: Period
    # A day on which somebody starts. All others are counted from it, never one from the other.
    anchor: date
    # In months: the day of the month; a shorter month has its last one.
    on: int = 0

    @classmethod
    def of(cls, every: str, lasts: str, *, handover_on: str, starts_on: date) -> "Rhythm":
        """`handover_on`: a weekday, or a day of the month; without it, the day of `starts_on`."""
        rhythm = Period.parse(every)
        if rhythm.months:
            on = int(handover_on or starts_on.day)
            anchor = _next_numbered(on, starts_on)
        else:
            on = 0
            anchor = _next_weekday(handover_on, starts_on) if handover_on else starts_on
        return cls(every=rhythm, lasts=Period.parse(lasts), anchor=anchor, on=on)

    def start(self, number: int) -> date:
        return self.every.after(self.anchor, number, on=self.on)

    def span(self, number: int) -> Span:
        """Four weeks in a month of 31 days would leave nobody on duty: until the next one starts,
        at least."""
        start = self.start(number)
        return start, max(self.lasts.after(start, on=self.on), self.start(number + 1))

    def number(self, day: date) -> int:
        """Which of them is the last that starts up to that day; below zero before the anchor."""
        if self.every.days:
            return (day - self.anchor).days // self.every.days
        months = (day.year - self.anchor.year) * 12 + day.month - self.anchor.month
        guess = months // self.every.months
        return guess if self.start(guess) <= day else guess - 1

    def spans(self, first: date) -> Iterator[Span]:
        """Without end: all that start on that day or later."""
        number = self.number(first)
        begin = number if self.start(number) == first else number + 1
        return (self.span(each) for each in count(begin))


def _next_weekday(name: str, day: date) -> date:
    return day + DAY * ((WEEKDAYS.index(name) - day.weekday()) % 7)


def _next_numbered(on: int, day: date) -> date:
    this_month = day.replace(day=min(on, calendar.monthrange(day.year, day.month)[1]))
    return this_month if this_month >= day else Period(months=1).after(this_month, on=on)
