"""Minutes of a day, from salaries, availabilities, or seven hours: by tables."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import permutations

import pytest

from integrations.productive.client import Salary, Week
from uploader.syncs.breathe_to_productive.hours import Hours, Origin

# The 7th of December 2026 is a Monday.
MONDAY = date(2026, 12, 7)
WEEK = tuple(MONDAY + timedelta(days=number) for number in range(7))
SEVENS = (7.0, 7.0, 7.0, 7.0, 7.0, 0.0, 0.0)
SIXES = (6.0, 6.0, 6.0, 6.0, 6.0, 0.0, 0.0)
FIVES = (5.0, 5.0, 5.0, 5.0, 5.0, 0.0, 0.0)
NOTHING = (0.0,) * 7
FULL = [420, 420, 420, 420, 420, 0, 0]


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def salary(hours: Sequence[float], start: str | None = None, end: str | None = None) -> Salary:
    return Salary(id="1", person_id="301", start=day(start), end=day(end), hours=tuple(hours))


def week(hours: Sequence[float], start: str | None = None, end: str | None = None) -> Week:
    return Week(start=day(start), end=day(end), hours=tuple(hours))


def of_the_week(hours: Hours) -> list[int]:
    return [hours.minutes_on(each) for each in WEEK]


def on(hours: Hours, *days: str) -> list[int]:
    return [hours.minutes_on(date.fromisoformat(each)) for each in days]


# -------------------------------------------------------------------- weekdays


@pytest.mark.parametrize(
    ("told", "minutes"),
    [
        (SEVENS, FULL),
        (SEVENS * 2, FULL),
        ((7, 7, 7, 7, 3.5, 0, 0), [420, 420, 420, 420, 210, 0, 0]),
        ((7, 7, 7, 7, 3.5, 0, 0) * 2, [420, 420, 420, 420, 210, 0, 0]),
        ((7.5,) * 5 + (0, 0), [450, 450, 450, 450, 450, 0, 0]),
        ((0, 0, 4.25, 0, 0, 3, 24), [0, 0, 255, 0, 0, 180, 1440]),
        # Minutes are whole numbers, whatever they come to in hours.
        ((7.6, 4.1, 455 / 60, 0.1, 1 / 60, 0, 0), [456, 246, 455, 6, 1, 0, 0]),
    ],
)
def test_each_weekday_has_its_own_minutes(told: Sequence[float], minutes: list[int]) -> None:
    for hours in (
        Hours(salaries=[salary(told)], availabilities=[]),
        Hours(salaries=[], availabilities=[week(told)]),
    ):
        found = of_the_week(hours)
        assert found == minutes
        assert all(type(number) is int for number in found)
        assert not hours.is_uneven


def test_seven_hours_from_monday_to_friday_are_usual() -> None:
    hours = Hours(salaries=[], availabilities=[])
    assert of_the_week(hours) == FULL
    assert hours.origins == {"usual"}
    assert not hours.is_uneven


def test_a_day_off_by_the_salary_is_one_whatever_the_availability_says() -> None:
    told = salary((7, 7, 0, 7, 7, 0, 0))
    hours = Hours(salaries=[told], availabilities=[week((8,) * 7)])
    assert of_the_week(hours) == [420, 420, 0, 420, 420, 0, 0]
    assert hours.origins == {"salary"}


# ---------------------------------------------------------- what counts on a day


@pytest.mark.parametrize(
    ("of_day", "minutes"),
    [
        ("2026-11-30", 420),  # a Monday, the day before the first of the salaries
        ("2026-12-01", 360),
        ("2026-12-09", 360),
        ("2026-12-10", 300),
        ("2030-12-10", 300),
    ],
)
def test_the_salary_of_the_day_counts_both_its_ends_included(of_day: str, minutes: int) -> None:
    hours = Hours(
        salaries=[salary(SIXES, "2026-12-01", "2026-12-09"), salary(FIVES, "2026-12-10")],
        availabilities=[],
    )
    assert on(hours, of_day) == [minutes]
    assert hours.origins == {"usual" if minutes == 420 else "salary"}


def test_a_salary_without_a_start_counts_from_ever() -> None:
    hours = Hours(salaries=[salary(SIXES, None, "2026-12-09")], availabilities=[])
    assert on(hours, "1999-12-31", "2026-12-09", "2026-12-10") == [360, 360, 420]


def test_gaps_between_salaries_fall_to_availabilities_and_then_to_seven_hours() -> None:
    hours = Hours(
        salaries=[
            salary(SIXES, "2026-12-01", "2026-12-07"),
            salary(SIXES, "2026-12-16", "2026-12-31"),
        ],
        availabilities=[week(FIVES, "2026-12-01", "2026-12-09")],
    )
    days = ("2026-12-07", "2026-12-08", "2026-12-09", "2026-12-10", "2026-12-15", "2026-12-16")
    assert on(hours, *days) == [360, 300, 300, 420, 420, 360]
    assert hours.origins == {"salary", "availability", "usual"}


def test_availabilities_have_a_history_too() -> None:
    hours = Hours(
        salaries=[],
        availabilities=[
            week(SEVENS * 2, "2021-03-01", "2026-03-31"),
            week((7, 7, 7, 7, 0, 0, 0) * 2, "2026-04-01"),
        ],
    )
    # Fridays.
    assert on(hours, "2021-02-26", "2021-03-05", "2026-03-27", "2026-04-03") == [420, 420, 420, 0]
    assert hours.origins == {"usual", "availability"}


def test_of_two_salaries_on_a_day_the_later_one_counts() -> None:
    told = [salary(SIXES, "2020-01-01"), salary(FIVES, "2026-12-10"), salary(SEVENS)]
    for listed in permutations(told):
        hours = Hours(salaries=listed, availabilities=[])
        assert on(hours, "2019-12-31", "2026-12-09", "2026-12-10") == [420, 360, 300]


@pytest.mark.parametrize("zeros", [NOTHING, NOTHING * 2])
def test_a_week_without_any_hours_tells_nothing(zeros: Sequence[float]) -> None:
    unsaid = Hours(salaries=[salary(zeros)], availabilities=[week(zeros)])
    assert of_the_week(unsaid) == FULL
    assert unsaid.origins == {"usual"}
    available = Hours(salaries=[salary(zeros)], availabilities=[week(FIVES)])
    assert of_the_week(available)[:5] == [300] * 5
    assert available.origins == {"availability"}


@pytest.mark.parametrize("count", [0, 1, 5, 6, 8, 13, 15, 21])
def test_any_other_number_of_hours_is_not_understood(count: int) -> None:
    hours = Hours(salaries=[salary((8.0,) * count)], availabilities=[week((9.0,) * count)])
    assert of_the_week(hours) == FULL
    assert hours.origins == {"usual"}
    beside = Hours(salaries=[salary((8.0,) * count), salary(SIXES)], availabilities=[])
    assert on(beside, "2026-12-07") == [360]


# ----------------------------------------------------------- two weeks in turn


def test_of_two_weeks_in_turn_each_weekday_has_the_larger_hours() -> None:
    told = (7, 7, 7, 7, 7, 0, 0, 7, 8, 6, 7, 0, 0, 0)
    hours = Hours(salaries=[salary(told)], availabilities=[])
    both = [420, 480, 420, 420, 420, 0, 0]
    assert of_the_week(hours) == both
    assert [hours.minutes_on(each + timedelta(days=7)) for each in WEEK] == both
    assert hours.is_uneven


def test_weeks_in_turn_are_said_only_where_a_day_was_asked_for_that_differs() -> None:
    told = (7, 7, 7, 7, 7, 0, 0, 7, 7, 7, 7, 0, 0, 0)
    hours = Hours(salaries=[salary(told, "2026-12-01")], availabilities=[])
    said = []
    for of_day in ("2026-11-27", "2026-12-07", "2026-12-10", "2026-12-11", "2026-12-07"):
        assert on(hours, of_day) == [420]
        said.append(hours.is_uneven)
    # A Friday of before, a Monday, a Thursday, and a Friday: once said it stays.
    assert said == [False, False, False, True, True]


def test_a_day_that_is_off_in_one_of_two_weeks_is_a_working_day() -> None:
    told = (0, 7, 7, 7, 7, 0, 0, 4, 7, 7, 7, 7, 0, 0)
    hours = Hours(salaries=[], availabilities=[week(told)])
    assert on(hours, "2026-12-07", "2026-12-14") == [240, 240]


# -------------------------------------------------------------- what is said of it


@pytest.mark.parametrize(
    ("of_days", "origins"),
    [
        ([], set()),
        (["2026-12-07"], {"salary"}),
        (["2026-12-08"], {"availability"}),
        (["2026-12-10"], {"usual"}),
        (["2026-12-07", "2026-12-10"], {"salary", "usual"}),
        (["2026-12-10", "2026-12-10"], {"usual"}),
    ],
)
def test_it_is_said_only_of_days_asked_for_where_their_hours_come_from(
    of_days: list[str], origins: set[Origin]
) -> None:
    hours = Hours(
        salaries=[salary(SIXES, "2026-12-01", "2026-12-07")],
        availabilities=[week(FIVES, "2026-12-01", "2026-12-09")],
    )
    on(hours, *of_days)
    assert hours.origins == origins
