"""Months, days and windows: arithmetic by tables."""

from datetime import UTC, date, datetime, timedelta

import pytest

from uploader.syncs.rescuetime_to_open_humans.months import (
    Window,
    last_day,
    last_year,
    overlapped,
    windows,
    years,
)

FAR = date(2100, 1, 1)


def noon(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T12:00:00+00:00")


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        ("2024-05", [("05-01", "05-15"), ("05-16", "05-31")]),
        ("2024-02", [("02-01", "02-15"), ("02-16", "02-29")]),
        ("2025-02", [("02-01", "02-15"), ("02-16", "02-28")]),
        ("2024-11", [("11-01", "11-15"), ("11-16", "11-30")]),
    ],
)
def test_a_month_is_asked_for_in_two_halves(month: str, expected: list[tuple[str, str]]) -> None:
    found = [(str(w.begin)[5:], str(w.end)[5:]) for w in windows(month, last=FAR)]
    assert found == expected


@pytest.mark.parametrize("days", range(1, 32))
def test_windows_of_any_size_tile_a_month_without_gap_or_overlap(days: int) -> None:
    found = [day for w in windows("2024-05", last=FAR, days=days) for day in w.dates()]
    assert found == [f"2024-05-{n:02}" for n in range(1, 32)]
    assert max(w.days for w in windows("2024-05", last=FAR, days=days)) <= days


def test_a_window_that_has_not_begun_is_not_asked_for() -> None:
    assert windows("2024-05", last=date(2024, 5, 15)) == [
        Window(date(2024, 5, 1), date(2024, 5, 15))
    ]
    assert windows("2024-05", last=date(2024, 5, 16))[-1] == Window(
        date(2024, 5, 16), date(2024, 5, 16)
    )
    assert windows("2024-06", last=date(2024, 5, 16)) == []


@pytest.mark.parametrize("days", range(2, 32))
def test_halves_are_the_whole(days: int) -> None:
    window = Window(date(2024, 1, 30), date(2024, 1, 30) + timedelta(days=days - 1))
    first, second = window.halves()
    assert [*first.dates(), *second.dates()] == list(window.dates())
    assert 0 <= first.days - second.days <= 1


def test_the_last_days_touch_two_months_at_most() -> None:
    day = datetime(2023, 1, 1, 23, 59, tzinfo=UTC)
    for _ in range(800):
        assert 1 <= len(overlapped(day)) <= 2
        assert f"{day - timedelta(days=14):%Y-%m}" in overlapped(day)
        day += timedelta(days=1)
    assert overlapped(noon("2024-05-31")) == {"2024-05", "2024-06"}
    assert overlapped(noon("2024-05-14")) == {"2024-04", "2024-05"}
    assert overlapped(noon("2024-05-15")) == {"2024-05"}


def test_questions_reach_one_day_beyond_utc_for_whoever_is_ahead() -> None:
    late = datetime(2024, 12, 31, 23, 0, tzinfo=UTC)
    assert last_day(late) == date(2025, 1, 1)
    # The same moment, told in another zone.
    assert last_day(late.astimezone()) == date(2025, 1, 1)


def test_years_are_asked_for_from_the_newest_to_2008() -> None:
    found = years(noon("2026-03-20"))
    assert len(found) == 19
    assert found[0] == Window(date(2026, 1, 1), date(2026, 3, 21))
    assert found[-1] == Window(date(2008, 1, 1), date(2008, 12, 31))


def test_the_last_year_is_whole_months_and_not_more_than_a_year() -> None:
    day = noon("2023-01-01")
    for _ in range(800):
        window = last_year(day)
        assert window.begin.day == 1
        assert 334 < window.days <= 366
        day += timedelta(days=1)
