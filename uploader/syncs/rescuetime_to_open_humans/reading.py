"""A month read from RescueTime, and proven whole by its coarse totals.

RescueTime may answer a question about too many days with an error, with nothing, or with a part
of it, all as if it were well. So what was read is added up and compared, and only what falls
short is asked for again, in halves.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from time import sleep
from typing import TypeVar

from integrations.errors import RejectedError, RetryableError
from integrations.pace import Paused
from integrations.rescuetime.client import RangeRefused, RescueTimeClient
from uploader.hands import stopping
from uploader.syncs.rescuetime_to_open_humans.files import NOTES, Beat, Row, day_of, in_order
from uploader.syncs.rescuetime_to_open_humans.months import WINDOW_DAYS, Window, windows, words

# Sums that differ by less are taken for rounding, and only mentioned.
SLIGHT = 0.01
# Seconds for which our own pacing may hold up the first month of an attempt, at each question.
PATIENCE = 60.0
SHORTEST_SLEEP = 0.1

Answer = TypeVar("Answer")


def falls_short(found: int, expected: int) -> bool:
    return found < expected * (1 - SLIGHT)


@dataclass
class Reading:
    """The rows of one month in order."""

    rows: list[Row] = field(default_factory=list)
    notes: str = NOTES
    warnings: list[str] = field(default_factory=list)


@dataclass
class Reader:
    """Reads months; remembers for the rest of the run which windows are small enough."""

    client: RescueTimeClient
    last: date
    beat: Beat
    window_days: int = WINDOW_DAYS
    # Told how small a window has to be, for the attempts and runs that follow.
    learn: Callable[[int], None] = lambda days: None
    suspicions: int = 0
    months: int = 0

    def read(self, month: str, *, seconds: int) -> Reading:
        """The month's rows; RejectedError where RescueTime says that there is more.

        `seconds` is the coarse total of the month, asked for before.
        """
        self.months += 1
        pages = Pages()
        for window in windows(month, last=self.last, days=self.window_days):
            self._fetch(window, pages)
        if pages.sum() < seconds:
            self._complete(month, pages, seconds=seconds)
        return Reading(in_order(pages.all_rows()), pages.notes, pages.warnings)

    def _fetch(self, window: Window, pages: "Pages") -> None:
        """One window, in halves where it is refused as a whole."""
        try:
            table = self._asked(lambda: self.client.rows(window.begin, window.end))
        except (RangeRefused, RetryableError) as error:
            refused = isinstance(error, RangeRefused)
            # A fault of the server is the answer to a long question as often as a passing one.
            if window.days == 1 or not (refused or error.status == 500):
                raise
            halves = window.halves()
            for half in halves:
                self._fetch(half, pages)
            self._suspect(halves[0].days)
        else:
            pages.add(window, table.rows, table.notes)

    def _suspect(self, days: int) -> None:
        """Smaller was better. Once may be a passing fault; from the second time on it is kept."""
        self.suspicions += 1
        if self.suspicions > 1 and days < self.window_days:
            self.window_days = days
            self.learn(days)

    def _asked(self, ask: Callable[[], Answer]) -> Answer:
        """The answer. The first month of an attempt is read to its end, however slowly.

        Where a month takes more questions than we may ask at once, an attempt that gave up would
        lose what it has, and so would the next. A later month is left to the next attempt.
        """
        while True:
            self.beat()
            try:
                return ask()
            except Paused as pause:
                seconds = pause.retry_after or 0
                if self.months > 1 or seconds > PATIENCE or stopping.is_set():
                    raise
                sleep(max(seconds, SHORTEST_SLEEP))

    # ------------------------------------------------------------- falling short

    def _complete(self, month: str, pages: "Pages", *, seconds: int) -> None:
        """Ask which days are short, and for their windows again."""
        days = self._days(windows(month, last=self.last))
        for window in pages.windows():
            self._improve(window, pages, days)
        found, expected = pages.sum(), sum(days.values())
        if falls_short(expected, seconds):
            # Two coarse answers that contradict each other: the larger one is to be believed,
            # unless RescueTime itself takes it back.
            expected = max(expected, self._month(month))
        if falls_short(found, expected):
            raise self._incomplete(month, f"{found} of {expected} seconds came")
        if found < expected:
            pages.warnings.append(
                f"{words(month)}: the rows add up to {found} seconds, "
                f"RescueTime's own total to {expected}."
            )

    def _improve(self, window: Window, pages: "Pages", days: dict[str, int]) -> None:
        """Halve the window until nothing is missing, or (slight differences) nothing is gained."""
        found = pages.sum(window)
        short = [day for day in window.dates() if pages.sum_of_day(day) < days.get(day, 0)]
        if not short:
            return
        if window.days == 1:
            self._ask_again(window, pages, days)
            return
        halves = window.halves()
        pages.drop(window)
        for half in halves:
            self._fetch(half, pages)
        gained = pages.sum(window) > found
        if gained:
            self._suspect(halves[0].days)
        serious = any(falls_short(pages.sum_of_day(day), days[day]) for day in short)
        if gained or serious:
            for half in halves:
                self._improve(half, pages, days)

    def _ask_again(self, window: Window, pages: "Pages", days: dict[str, int]) -> None:
        """The last resort: the day and its total once more, and then it has to agree."""
        day = window.begin.isoformat()
        if not falls_short(pages.sum_of_day(day), days[day]):
            return
        days[day] = self._days([window]).get(day, 0)
        pages.drop(window)
        self._fetch(window, pages)
        if falls_short(pages.sum_of_day(day), days[day]):
            raise self._incomplete(day, f"{pages.sum_of_day(day)} of {days[day]} seconds came")

    def _days(self, among: list[Window]) -> dict[str, int]:
        begin, end = among[0].begin, among[-1].end
        return self._asked(lambda: self.client.totals(begin, end, resolution="day"))

    def _month(self, month: str) -> int:
        among = windows(month, last=self.last)
        begin, end = among[0].begin, among[-1].end
        totals = self._asked(lambda: self.client.totals(begin, end, resolution="month"))
        return sum(totals.values())

    def _incomplete(self, what: str, excerpt: str) -> RejectedError:
        return RejectedError(
            provider=self.client.name,
            doing=f"reading {what} whole",
            excerpt=f"{excerpt}, so the file was left as it is",
        )


class Pages:
    """What has come of a month so far, by the window it was asked for in."""

    def __init__(self) -> None:
        self.rows: dict[Window, list[Row]] = {}
        self.seconds: Counter[str] = Counter()
        self.notes = NOTES
        self.warnings: list[str] = []

    def add(self, window: Window, rows: list[Row] | list[list[object]], notes: str) -> None:
        self.rows[window] = list(rows)
        self.notes = notes or self.notes
        for row in rows:
            self.seconds[day_of(row)] += int(str(row[1]))

    def drop(self, window: Window) -> None:
        for day in window.dates():
            del self.seconds[day]
        for inner in [each for each in self.rows if window.begin <= each.begin <= window.end]:
            del self.rows[inner]

    def windows(self) -> list[Window]:
        return sorted(self.rows)

    def sum_of_day(self, day: str) -> int:
        return self.seconds[day]

    def sum(self, window: Window | None = None) -> int:
        if window is None:
            return self.seconds.total()
        return sum(self.seconds[day] for day in window.dates())

    def all_rows(self) -> list[Row]:
        return [row for window in self.windows() for row in self.rows[window]]
