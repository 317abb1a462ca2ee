"""Leave as data: spans that may begin or end at noon, merged, and cut into what can be booked.

Pure arithmetic of days: it knows neither service, and no clock.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
# Bookings that are longer are not looked through day by day.
MOST_DAYS = 3653


class Impossible(Exception):
    """A sentence about a span that cannot be meant."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Leave of one kind, as it is recorded: whole days, both ends included.

    With `half_start` the first day begins at noon, with `half_end` the last one ends there. One
    day with both is recorded now and then; it contradicts itself and counts as one half day.
    """

    start: date
    end: date
    half_start: bool = False
    half_end: bool = False

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise Impossible(f"it ends on {self.end}, before it begins on {self.start}")

    @property
    def contradicts_itself(self) -> bool:
        return self.start == self.end and self.half_start and self.half_end

    @property
    def noons(self) -> tuple[int, int]:
        """From which half day to which one, that one excluded; every day has an even number."""
        begin = 2 * self.start.toordinal()
        if self.contradicts_itself:
            return begin, begin + 1
        return begin + self.half_start, 2 * self.end.toordinal() + 2 - self.half_end

    def days(self) -> Iterator[tuple[date, bool]]:
        """Every day of it, and whether that is a whole one."""
        begin, end = self.noons
        for number in range(self.start.toordinal(), self.end.toordinal() + 1):
            whole = begin <= 2 * number and 2 * number + 2 <= end
            yield date.fromordinal(number), whole


def _from_noons(begin: int, end: int) -> Span:
    return Span(
        start=date.fromordinal(begin // 2),
        end=date.fromordinal((end - 1) // 2),
        half_start=bool(begin % 2),
        half_end=bool(end % 2),
    )


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans that overlap or touch as one: a morning and the afternoon after it are a day."""
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(span.noons for span in spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return [_from_noons(*pair) for pair in merged]


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """What one booking can hold: so many minutes on each working day from `start` to `end`."""

    start: date
    end: date
    minutes: int

    def days(self, *, at_most: int | None = None) -> Iterator[date]:
        numbers = range(self.start.toordinal(), self.end.toordinal() + 1)
        yield from map(date.fromordinal, numbers[:at_most])

    def covers(self, other: "Stretch") -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: "Stretch") -> bool:
        return self.start <= other.end and other.start <= self.end


MinutesOn = Callable[[date], int]


def stretches(span: Span, minutes_on: MinutesOn) -> list[Stretch]:
    """The span as equal minutes over working days; none where there is no working day in it.

    Days without hours do not break a stretch, and no stretch begins or ends with one. A half day
    is half of that day's minutes, rounded down, and always a stretch of its own.
    """
    found: list[Stretch] = []
    open_for_more = False
    for day, whole in span.days():
        minutes = minutes_on(day)
        if not minutes:
            continue
        if not whole:
            found.append(Stretch(day, day, minutes // 2))
        elif open_for_more and found[-1].minutes == minutes:
            found[-1] = Stretch(found[-1].start, day, minutes)
        else:
            found.append(Stretch(day, day, minutes))
        open_for_more = whole
    return [stretch for stretch in found if stretch.minutes]


def trimmed(stretch: Stretch, minutes_on: MinutesOn) -> Stretch:
    """The same without days off at either end; as it is where it has no working day at all."""
    working = [day for day in stretch.days(at_most=MOST_DAYS) if minutes_on(day)]
    if not working or stretch.end - stretch.start >= MOST_DAYS * DAY:
        return stretch
    return Stretch(working[0], working[-1], stretch.minutes)


# --------------------------------------------------------------- the window of days


def in_window(
    wanted: Iterable[Stretch],
    there: Iterable[Stretch],
    *,
    since: date,
    minutes_on: MinutesOn,
) -> tuple[set[Stretch], set[Stretch]]:
    """What is to be compared: all that is wanted, and of what is there all that ends on or after
    `since` or overlaps what is wanted.

    What lies before `since` is history and stays. So where something that is there began before,
    and nothing is wanted on its first days any more, those days are wanted as they are.
    """
    wanted = set(wanted)
    first = min((stretch.start for stretch in wanted), default=since)
    chosen = {
        stretch
        for stretch in there
        if stretch.end >= since
        or (stretch.end >= first and any(stretch.overlaps(other) for other in wanted))
    }
    past = [_past(stretch, wanted, since=since, minutes_on=minutes_on) for stretch in chosen]
    # Of several that begin on the same day, one is enough to tell that somebody was away.
    by_start = {stretch.start: stretch for stretch in sorted(filter(None, past))}
    return wanted | set(by_start.values()), chosen


def _past(
    stretch: Stretch, wanted: set[Stretch], *, since: date, minutes_on: MinutesOn
) -> Stretch | None:
    """Its days before `since`, up to the first that is wanted; None where there are none."""
    end = min(stretch.end, since - DAY)
    for other in wanted:
        if other.end >= stretch.start:
            end = min(end, other.start - DAY)
    if end < stretch.start:
        return None
    return trimmed(Stretch(stretch.start, end, stretch.minutes), minutes_on)


def paired(wanted: Iterable[Stretch], there: Iterable[Stretch]) -> dict[Stretch, Stretch]:
    """Which of what is there is which of what is wanted, one to one: equal, begun on the same day,
    ended on the same day, or overlapping; by the wanted one."""
    left_wanted, left_there = sorted(wanted), sorted(there)
    pairs: dict[Stretch, Stretch] = {}
    rules: list[Callable[[Stretch, Stretch], bool]] = [
        lambda one, other: one == other,
        lambda one, other: one.start == other.start,
        lambda one, other: one.end == other.end,
        Stretch.overlaps,
    ]
    for is_it in rules:
        for one in list(left_wanted):
            match = next((other for other in left_there if is_it(one, other)), None)
            if match is not None:
                pairs[one] = match
                left_wanted.remove(one)
                left_there.remove(match)
    return pairs


def places(stretches: Iterable[Stretch]) -> dict[Stretch, date]:
    """For each stretch the first day of the group that it overlaps with, directly or not."""
    places: dict[Stretch, date] = {}
    group: list[Stretch] = []
    until: date | None = None
    for stretch in sorted(stretches):
        if until is None or stretch.start > until:
            group, until = [], stretch.end
        group.append(stretch)
        until = max(until, stretch.end)
        places[stretch] = group[0].start
    return places
