"""When services begin and end: weeks, days and months, whatever the calendar has in store."""

from calendar import monthrange
from datetime import date, timedelta
from itertools import islice, pairwise

import pytest

from rota.days import WEEKDAYS
from rota.rhythm import Rhythm

DAY = timedelta(days=1)
EVERY_DAY = [
    date(year, 1, 1) + n * DAY for year in (2024, 2026) for n in range(366 if year == 2024 else 365)
]


def starts(rhythm: Rhythm, first: date, number: int) -> list[date]:
    return [start for start, _ in islice(rhythm.spans(first), number)]


@pytest.mark.parametrize("weekday", WEEKDAYS)
def test_weeks_begin_on_their_weekday_from_any_day_on(weekday: str) -> None:
    for day in EVERY_DAY:
        rhythm = Rhythm.of("1w", "2w", handover_on=weekday, starts_on=day)
        found = list(islice(rhythm.spans(day), 60))
        assert day <= found[0][0] < day + 7 * DAY
        assert {start.weekday() for start, _ in found} == {WEEKDAYS.index(weekday)}
        assert {later[0] - earlier[0] for earlier, later in pairwise(found)} == {7 * DAY}
        assert {end - start for start, end in found} == {14 * DAY}


def test_a_year_of_53_weeks_has_53_handovers() -> None:
    rhythm = Rhythm.of("1w", "1w", handover_on="thu", starts_on=date(2026, 1, 1))
    assert sum(start.year == 2026 for start in starts(rhythm, date(2026, 1, 1), 60)) == 53


@pytest.mark.parametrize("on", [1, 15, 28, 29, 30, 31])
@pytest.mark.parametrize("every", [1, 2, 3, 12])
def test_months_begin_on_their_day_or_the_last_one_and_are_never_chained(
    on: int, every: int
) -> None:
    for day in EVERY_DAY:
        rhythm = Rhythm.of(f"{every}mo", f"{every}mo", handover_on=str(on), starts_on=day)
        found = list(islice(rhythm.spans(day), 26))
        assert day <= found[0][0] < day + 32 * DAY
        for start, end in found:
            assert start.day == min(on, monthrange(start.year, start.month)[1])
            assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == every
        # Nobody is missing in between, and nobody serves beside the next one.
        assert all(earlier[1] == later[0] for earlier, later in pairwise(found))


def test_without_a_day_of_the_month_it_is_that_of_the_beginning() -> None:
    rhythm = Rhythm.of("1mo", "1mo", handover_on="", starts_on=date(2026, 1, 31))
    assert starts(rhythm, date(2026, 1, 1), 4) == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
    ]


def test_a_service_of_two_months_overlaps_with_the_next_for_one() -> None:
    rhythm = Rhythm.of("1mo", "2mo", handover_on="31", starts_on=date(2027, 12, 1))
    assert list(islice(rhythm.spans(date(2027, 12, 1)), 3)) == [
        (date(2027, 12, 31), date(2028, 2, 29)),
        (date(2028, 1, 31), date(2028, 3, 31)),
        (date(2028, 2, 29), date(2028, 4, 30)),
    ]


def test_four_weeks_in_a_longer_month_last_until_the_next_one_starts() -> None:
    rhythm = Rhythm.of("1mo", "4w", handover_on="1", starts_on=date(2026, 1, 1))
    found = list(islice(rhythm.spans(date(2026, 1, 1)), 12))
    assert all(earlier[1] == later[0] for earlier, later in pairwise(found))


def test_any_number_of_days() -> None:
    rhythm = Rhythm.of("3d", "5d", handover_on="", starts_on=date(2026, 2, 27))
    assert list(islice(rhythm.spans(date(2026, 2, 28)), 2)) == [
        (date(2026, 3, 2), date(2026, 3, 7)),
        (date(2026, 3, 5), date(2026, 3, 10)),
    ]


def test_which_one_a_day_lies_in_is_known_before_the_beginning_too() -> None:
    for every, on in (("1w", "wed"), ("3w", "sun"), ("1mo", "31"), ("2mo", "1"), ("4d", "")):
        rhythm = Rhythm.of(every, every, handover_on=on, starts_on=date(2026, 7, 5))
        for day in EVERY_DAY:
            number = rhythm.number(day)
            assert rhythm.start(number) <= day < rhythm.start(number + 1)
