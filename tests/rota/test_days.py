"""Working days, weekdays and public holidays."""

from datetime import date
from itertools import islice

import pytest

from rota import days

FIVE = range(5)


def test_holidays_are_those_of_a_part_of_a_country() -> None:
    england = days.holidays_of("GB-ENG", [2026])
    scotland = days.holidays_of("GB-SCT", [2026])

    assert england[date(2026, 12, 25)] == "Christmas Day"
    assert date(2026, 11, 30) in scotland  # St Andrew's Day
    assert date(2026, 11, 30) not in england


def test_no_code_is_no_holidays() -> None:
    assert days.holidays_of("", [2026, 2027]) == {}


def test_a_mistyped_country_is_answered_with_what_it_may_be() -> None:
    with pytest.raises(days.UnknownHolidays, match=r"no public holidays “GX-ENG”.*G"):
        days.holidays_of("GX-ENG", [2026])


def test_an_unknown_part_is_answered_with_those_there_are() -> None:
    with pytest.raises(days.UnknownHolidays, match=r"GB has no part “XXX”.*ENG"):
        days.holidays_of("GB-XXX", [2026])


def test_working_days_leave_out_weekends_and_holidays() -> None:
    holidays = days.holidays_of("GB-ENG", [2026, 2027])
    ahead = days.working_days(date(2026, 12, 24), workdays=FIVE, holidays=holidays)

    assert list(islice(ahead, 4)) == [
        date(2026, 12, 24),  # the 25th, and the 28th for the 26th, are holidays
        date(2026, 12, 29),
        date(2026, 12, 30),
        date(2026, 12, 31),
    ]


def test_the_29th_of_february_is_a_working_day_like_any_other() -> None:
    ahead = days.working_days(date(2028, 2, 28), workdays=FIVE, holidays={})

    assert list(islice(ahead, 3)) == [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)]


def test_the_53rd_week_of_a_year_is_a_week_like_any_other() -> None:
    ahead = list(islice(days.working_days(date(2026, 12, 28), workdays=FIVE, holidays={}), 6))

    assert date(2026, 12, 28).isocalendar().week == 53
    assert [day.weekday() for day in ahead] == [0, 1, 2, 3, 4, 0]


@pytest.mark.parametrize("year", range(2020, 2038))
def test_every_weekday_that_is_no_holiday_is_there_once(year: int) -> None:
    holidays = days.holidays_of("GB-ENG", [year])
    first = date(year, 1, 1)
    in_year = []
    for day in days.working_days(first, workdays=FIVE, holidays=holidays):
        if day.year > year:
            break
        in_year.append(day)

    every = [date.fromordinal(first.toordinal() + n) for n in range(366)]
    wanted = [d for d in every if d.year == year and d.weekday() < 5 and d not in holidays]
    assert in_year == wanted


def test_weekdays_go_by_number_from_monday() -> None:
    assert days.numbers(["wed", "mon"]) == {0, 2}


def test_without_workdays_there_are_no_working_days() -> None:
    assert list(days.working_days(date(2026, 1, 1), workdays=(), holidays={})) == []
