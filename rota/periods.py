"""How often turns change and how long they last: days, weeks, or months of the calendar. Pure."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

WORDS = "a number of days, weeks or months: 3d, 1w or 1mo"
WRITTEN = re.compile(r"([1-9][0-9]{0,2})(d|w|mo)")
SHORTEST_MONTH = 28


class NotAPeriod(ValueError):
    """A sentence about a text that says no period."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """So many days, or so many months; one of the two is none."""

    days: int = 0
    months: int = 0

    @classmethod
    def parse(cls, text: str) -> "Period":
        match = WRITTEN.fullmatch(text.strip().lower())
        if match is None:
            raise NotAPeriod(f"“{text}” is not {WORDS}.")
        number = int(match[1])
        if match[2] == "mo":
            return cls(months=number)
        return cls(days=number * (7 if match[2] == "w" else 1))

    def __str__(self) -> str:
        if self.months:
            return f"{self.months}mo"
        return f"{self.days // 7}w" if self.days % 7 == 0 else f"{self.days}d"

    @property
    def shortest(self) -> int:
        """How many days it is at least; for comparing two."""
        return self.days + SHORTEST_MONTH * self.months

    def after(self, anchor: date, times: int = 1, *, on: int = 0) -> date:
        """So many of it after the anchor (before it, below zero). Months are counted from the
        anchor, never one from the other: 31 January and two of one month is 31 March. `on`: the
        day of the month, where it is another than the anchor's, or the last one that there is.
        """
        if not self.months:
            return anchor + timedelta(days=self.days * times)
        number = anchor.year * 12 + anchor.month - 1 + self.months * times
        year, month = divmod(number, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(on or anchor.day, last))
