"""Months, days and the windows in which they are asked for: calendar arithmetic alone.

Days are RescueTime's naive local ones. We do not know the person's zone, so "today" is the date
in UTC, and questions reach one day further: somebody at UTC+14 is there already.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

# RescueTime began in 2008: nobody has anything before.
FIRST_DAY = date(2008, 1, 1)
# Devices that were offline, and time added by hand, arrive this many days late as a rule.
OVERLAP = timedelta(days=14)
# Half a month; the largest window, so that a month takes two questions.
WINDOW_DAYS = 16
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Window:
    """Days from `begin` to `end`, both included, as RescueTime counts them."""

    begin: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.begin).days + 1

    def dates(self) -> Iterator[str]:
        for n in range(self.days):
            yield (self.begin + timedelta(days=n)).isoformat()

    def halves(self) -> tuple["Window", "Window"]:
        middle = self.begin + timedelta(days=(self.days + 1) // 2 - 1)
        return Window(self.begin, middle), Window(middle + ONE_DAY, self.end)


def today(now: datetime) -> date:
    return now.astimezone(UTC).date()


def last_day(now: datetime) -> date:
    """The latest local date at which anybody on earth may have data."""
    return today(now) + ONE_DAY


def month_of(day: date | str) -> str:
    """ "2024-05" for a date, or for the text of one, with or without a time."""
    return str(day)[:7]


def whole(month: str) -> Window:
    year, number = int(month[:4]), int(month[5:])
    return Window(date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1]))


def windows(month: str, *, last: date, days: int = WINDOW_DAYS) -> list[Window]:
    """Windows of at most `days` that tile the month up to `last`: by default the 1st to the
    15th, and the rest. One that has not begun is left out."""
    first, end = whole(month).begin, min(whole(month).end, last)
    found = []
    begin = first
    while begin <= end:
        size = 15 if begin == first and days == WINDOW_DAYS else days
        found.append(Window(begin, min(begin + timedelta(days=size - 1), end)))
        begin = found[-1].end + ONE_DAY
    return found


def overlapped(now: datetime) -> set[str]:
    """The months that the last days touch; two at most."""
    return {month_of(today(now) - OVERLAP), month_of(today(now)), month_of(last_day(now))}


def years(now: datetime) -> list[Window]:
    """Calendar years, the newest first, none beyond the last day."""
    last = last_day(now)
    return [
        Window(date(year, 1, 1), min(date(year, 12, 31), last))
        for year in range(last.year, FIRST_DAY.year - 1, -1)
    ]


def last_year(now: datetime) -> Window:
    """Whole months up to the last day, not more than a year together."""
    last = last_day(now)
    back = date(last.year - 1, last.month, 28) + timedelta(days=4)  # in the month after
    return Window(back.replace(day=1), last)


def words(month: str) -> str:
    """ "May 2024" """
    return f"{calendar.month_name[int(month[5:])]} {month[:4]}"
