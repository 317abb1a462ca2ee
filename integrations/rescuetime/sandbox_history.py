"""Accounts of the RescueTime stand-in and what they hold: given days, and seeded histories.

A seeded day is made when it is asked for, always the same for a person and a date; coarse
questions over years only add up the totals of its hours.
"""

import random
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

# Time of day of the five-minute bucket, seconds, activity, category, productivity.
Row = tuple[str, int, str, str, int]
What = tuple[str, str, int]
Totals = dict[What, int]

PATTERNS = 48
ACTIVITIES: tuple[What, ...] = (
    ("editor.example", "Editing & IDEs", 2),
    ("terminal.example", "Systems Operations", 2),
    ("docs.example", "General Reference & Learning", 1),
    ("sheets.example", "Spreadsheets", 1),
    ("slides.example", "Presentation", 1),
    ("calendar.example", "Calendars", 1),
    ("mail.example", "Email", 0),
    ("chat.example", "Instant Message", 0),
    ("meeting.example", "Meetings", 0),
    ("files.example", "General Utilities", 0),
    ("maps.example", "Travel & Outdoors", 0),
    ("search.example", "Search", 0),
    ("news.example", "General News & Opinion", -1),
    ("shop.example", "General Shopping", -1),
    ("social.example", "General Social Networking", -2),
    ("video.example", "Video", -2),
)


@dataclass(frozen=True)
class Habit:
    """How a seeded person uses a computer; together these make the rows of an active day."""

    hours: int
    bucket_chance: float
    most_at_once: int
    workday_chance: float
    weekend_chance: float


HEAVY = Habit(9, 0.92, 4, 0.95, 0.35)
LIGHT = Habit(5, 0.65, 2, 0.9, 0.2)


@dataclass(frozen=True)
class Hour:
    """Rows of one hour as (minute, seconds, activity), and their sums by activity."""

    rows: tuple[tuple[int, int, What], ...]
    totals: tuple[tuple[What, int], ...]


@cache
def _hours(person: str, habit: Habit) -> tuple[Hour, ...]:
    draw = random.Random(f"{person}-hours")
    return tuple(_hour(draw, habit) for _ in range(PATTERNS))


def _hour(draw: random.Random, habit: Habit) -> Hour:
    rows: list[tuple[int, int, What]] = []
    for minute in range(0, 60, 5):
        if draw.random() < habit.bucket_chance:
            whats = draw.sample(ACTIVITIES, draw.randint(1, habit.most_at_once))
            cuts = sorted(draw.randint(1, 299) for _ in whats)
            shares = [after - before for before, after in zip([0, *cuts], cuts, strict=False)]
            pairs = sorted(zip(shares, whats, strict=True), reverse=True)
            rows += [(minute, seconds, what) for seconds, what in pairs if seconds]
    totals: Totals = {}
    for _, seconds, what in rows:
        totals[what] = totals.get(what, 0) + seconds
    return Hour(tuple(rows), tuple(totals.items()))


class History:
    """A seeded past that ends today; it begins so many days before the first time it is asked."""

    def __init__(
        self,
        person: str,
        habit: Habit,
        *,
        reach: int,
        today: Callable[[], date],
        pause: tuple[int, int] = (0, 0),
    ) -> None:
        self.person = person
        self.habit = habit
        self.reach = reach
        self.today = today
        self.pause = pause
        self.since: date | None = None
        self._totals: dict[date, Totals] = {}

    def begin(self) -> date:
        self.since = self.since or self.today() - timedelta(days=self.reach)
        return self.since

    def dates(self, begin: date, end: date) -> Iterator[date]:
        day, last = max(begin, self.begin()), min(end, self.today())
        while day <= last:
            yield day
            day += timedelta(days=1)

    def rows(self, day: date) -> list[Row]:
        hours = _hours(self.person, self.habit)
        return [
            (f"{hour:02}:{minute:02}:00", seconds, *what)
            for hour, pattern in self._plan(day)
            for minute, seconds, what in hours[pattern].rows
        ]

    def totals(self, day: date) -> Totals:
        if day not in self._totals:
            hours = _hours(self.person, self.habit)
            totals: Totals = {}
            for _, pattern in self._plan(day):
                for what, seconds in hours[pattern].totals:
                    totals[what] = totals.get(what, 0) + seconds
            self._totals[day] = totals
        return self._totals[day]

    def _plan(self, day: date) -> list[tuple[int, int]]:
        """The active hours of a day, each with the pattern that fills it."""
        away = self.pause[0] <= (day - self.begin()).days < self.pause[1]
        if away or not self.begin() <= day <= self.today():
            return []
        draw = random.Random(f"{self.person}-{day}")
        habit = self.habit
        chance = habit.workday_chance if day.weekday() < 5 else habit.weekend_chance
        if draw.random() >= chance:
            return []
        count = habit.hours + draw.choice((-1, 0, 1))
        hours = sorted(draw.sample(range(7, 22), count))
        return [(hour, draw.randrange(PATTERNS)) for hour in hours]


class Days(MutableMapping[str, list[Row]]):
    """An account's days by ISO date. Reading one that is seeded makes it a list to edit."""

    def __init__(self, given: dict[str, list[Row]], history: History | None = None) -> None:
        self.given = {day: list(rows) for day, rows in given.items()}
        self.history = history

    def __getitem__(self, day: str) -> list[Row]:
        if day not in self.given:
            rows = self.history.rows(date.fromisoformat(day)) if self.history else []
            if not rows:
                raise KeyError(day)
            self.given[day] = rows
        return self.given[day]

    def __setitem__(self, day: str, rows: list[Row]) -> None:
        self.given[date.fromisoformat(day).isoformat()] = list(rows)

    def __delitem__(self, day: str) -> None:
        self.given[day] = []

    def __iter__(self) -> Iterator[str]:
        return (day.isoformat() for day in self.dates(date.min, date.max))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def dates(self, begin: date, end: date) -> list[date]:
        """Days that hold anything, in order."""
        given = {date.fromisoformat(day) for day, rows in self.given.items() if rows}
        found = {day for day in given if begin <= day <= end}
        if self.history:
            for day in self.history.dates(begin, end):
                if day.isoformat() not in self.given and self.history.totals(day):
                    found.add(day)
        return sorted(found)

    def rows(self, day: date) -> list[Row]:
        given = self.given.get(day.isoformat())
        if given is not None:
            return given
        return self.history.rows(day) if self.history else []

    def totals(self, day: date) -> Totals:
        given = self.given.get(day.isoformat())
        if given is None:
            return self.history.totals(day) if self.history else {}
        totals: Totals = {}
        for _, seconds, activity, category, productivity in given:
            what = (activity, category, productivity)
            totals[what] = totals.get(what, 0) + seconds
        return totals


@dataclass
class Account:
    """`utc_offset` is in hours; rows carry the person's own wall time, as the service's do."""

    person: str
    words: str
    days: Days
    utc_offset: float = 0
    recategorised: dict[str, tuple[str, int]] = field(default_factory=dict)

    def recategorise(self, activity: str, category: str, productivity: int) -> None:
        """What the person changes today also shows in every past day."""
        self.recategorised[activity] = (category, productivity)

    def what(self, what: What) -> What:
        changed = self.recategorised.get(what[0])
        return (what[0], *changed) if changed else what

    def snapshot(self) -> dict[str, Any]:
        history = self.days.history
        return {
            "words": self.words,
            "utc_offset": self.utc_offset,
            "given": self.days.given,
            "recategorised": self.recategorised,
            "since": history.since.isoformat() if history and history.since else None,
        }

    def restore(self, data: dict[str, Any]) -> None:
        self.utc_offset = data["utc_offset"]
        self.days.given = {
            day: [(r[0], r[1], r[2], r[3], r[4]) for r in rows]
            for day, rows in data["given"].items()
        }
        self.recategorised = {k: (v[0], v[1]) for k, v in data["recategorised"].items()}
        if self.days.history and data["since"]:
            self.days.history.since = date.fromisoformat(data["since"])
