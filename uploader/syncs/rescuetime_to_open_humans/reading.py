"""A month read from RescueTime, and proven whole by its coarse totals.

RescueTime may answer a question about too many days with an error, with nothing, or with a part
of it, all as if it were well. So what was read is added up and compared, and only what falls
short is asked for again, in halves.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from integrations.errors import RejectedError, RetryableError
from integrations.rescuetime.client import RangeRefused, RescueTimeClient
from uploader.syncs.rescuetime_to_open_humans.files import NOTES, Beat, Row, day_of, in_order
from uploader.syncs.rescuetime_to_open_humans.months import WINDOW_DAYS, Window, windows, words

# Sums that differ by less are taken for rounding, and only mentioned. A bucket is 300 seconds, so
# what is cut off is more than a minute as a rule; a day of which nothing came is never slight.
SLIGHT = 0.01
SLIGHT_SECONDS = 60


def falls_short(found: int, expected: int) -> bool:
    if found == 0:
        return expected > 0
    return expected - found > max(SLIGHT_SECONDS, expected * SLIGHT)


@dataclass(frozen=True)
class Gap:
    """What RescueTime's rows lack of its own totals, asked for again and again for nothing."""

    # Of the month as a whole.
    seconds: int
    # By day, the seconds that came and those that RescueTime says there are.
    days: dict[str, tuple[int, int]]

    def serious(self) -> list[str]:
        return [day for day, (found, total) in self.days.items() if falls_short(found, total)]


@dataclass
class Reading:
    """The rows of one month in order."""

    rows: list[Row] = field(default_factory=list)
    notes: str = NOTES
    warnings: list[str] = field(default_factory=list)
    gap: Gap | None = None
    # Whether the gap was found now, and not known before.
    is_news: bool = False


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

    def read(self, month: str, *, seconds: int, known: Gap | None = None) -> Reading:
        """The month's rows; RejectedError where much more is said to be there.

        `seconds` is the coarse total of the month, asked for before. While exactly what is
        `known` to be missing is missing, nothing is asked again.
        """
        pages = Pages()
        for window in windows(month, last=self.last, days=self.window_days):
            self._fetch(window, pages)
        gap, is_news = None, False
        if pages.sum() < seconds:
            gap = known if known and _explains(known, pages, seconds) else None
            if gap is None:
                gap, is_news = self._complete(month, pages, seconds=seconds), True
        return Reading(in_order(pages.all_rows()), pages.notes, pages.warnings, gap, is_news)

    def came(self, day: str) -> int:
        """The seconds of one day's rows, by one question."""
        window = Window(date.fromisoformat(day), date.fromisoformat(day))
        pages = Pages()
        self._fetch(window, pages)
        return pages.sum()

    def _fetch(self, window: Window, pages: "Pages") -> None:
        """One window, in halves where it is refused as a whole."""
        try:
            self.beat()
            table = self.client.rows(window.begin, window.end)
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

    # ------------------------------------------------------------- falling short

    def _complete(self, month: str, pages: "Pages", *, seconds: int) -> Gap | None:
        """Ask which days are short, and for their windows again."""
        days = self._days(windows(month, last=self.last))
        for window in pages.windows():
            self._improve(window, pages, days)
        found, expected = pages.sum(), sum(days.values())
        if falls_short(expected, seconds):
            # Two coarse answers that contradict each other: the larger one is to be believed,
            # unless RescueTime itself takes it back.
            seconds = self._month(month)
            if falls_short(max(found, expected), seconds):
                raise self._incomplete(month, f"{found} of {seconds} seconds came")
        short = {day: (pages.sum_of_day(day), n) for day, n in days.items()}
        short = {day: (came, n) for day, (came, n) in short.items() if came < n}
        if not found and short:
            raise self._incomplete(month, f"none of {expected} seconds came")
        if not short:
            return None
        gap = Gap(seconds - found, short)
        self._tell(month, gap, pages)
        return gap

    def _tell(self, month: str, gap: Gap, pages: "Pages") -> None:
        for day in gap.serious():
            came, total = gap.days[day]
            pages.warnings.append(
                f"{day}: the rows add up to {came} seconds, RescueTime's own total to {total}. "
                "What came was taken, and this day is looked at again."
            )
        if not gap.serious():
            missing = sum(total - came for came, total in gap.days.values())
            pages.warnings.append(
                f"{words(month)}: the rows add up to {pages.sum()} seconds, "
                f"RescueTime's own total to {pages.sum() + missing}."
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
        """The last resort: the day and its total once more."""
        day = window.begin.isoformat()
        if not falls_short(pages.sum_of_day(day), days[day]):
            return
        days[day] = self._days([window]).get(day, 0)
        pages.drop(window)
        self._fetch(window, pages)

    def _days(self, among: list[Window]) -> dict[str, int]:
        begin, end = among[0].begin, among[-1].end
        self.beat()
        return self.client.totals(begin, end, resolution="day")

    def _month(self, month: str) -> int:
        among = windows(month, last=self.last)
        begin, end = among[0].begin, among[-1].end
        self.beat()
        totals = self.client.totals(begin, end, resolution="month")
        return sum(totals.values())

    def _incomplete(self, what: str, excerpt: str) -> RejectedError:
        return RejectedError(
            provider=self.client.name,
            doing=f"reading {what} whole",
            excerpt=f"{excerpt}, so the file was left as it is",
        )


def _explains(known: Gap, pages: "Pages", seconds: int) -> bool:
    """Whether what is missing is what was missing before: a day, by exactly as much."""
    return seconds - pages.sum() <= known.seconds and all(
        pages.sum_of_day(day) == came for day, (came, _) in known.days.items()
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
