"""One person's leave as bookings: which are wanted, and how they are said in words."""

import pytest

from tests.uploader.leave.one_person import (
    AWAY,
    HOLIDAY,
    bookings,
    december,
    event,
    wanted,
)
from uploader.syncs.breathe_to_productive.bookings import in_words
from uploader.syncs.breathe_to_productive.spans import Stretch
from uploader.syncs.productive.words import hours_in_words

# ----------------------------------------------------------------- in words


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (420, "7 h"),
        (210, "3.5 h"),
        (450, "7.5 h"),
        (30, "0.5 h"),
        (60, "1 h"),
        (600, "10 h"),
        (1440, "24 h"),
        (227, "3 h 47 min"),
        (225, "3 h 45 min"),
        (61, "1 h 1 min"),
        (45, "45 min"),
        (1, "1 min"),
    ],
)
def test_minutes_are_said_in_hours(minutes: int, expected: str) -> None:
    assert hours_in_words(minutes) == expected


@pytest.mark.parametrize(
    ("first", "last", "minutes", "expected"),
    [
        ("01", "04", 420, "holiday 2026-12-01 to 2026-12-04, 7 h a day"),
        ("01", "01", 420, "holiday 2026-12-01, 7 h"),
        ("01", "01", 210, "holiday 2026-12-01, 3.5 h"),
        ("01", "01", 227, "holiday 2026-12-01, 3 h 47 min"),
        ("01", "02", 455, "holiday 2026-12-01 to 2026-12-02, 7 h 35 min a day"),
    ],
)
def test_a_booking_is_said_in_words(first: str, last: str, minutes: int, expected: str) -> None:
    assert in_words("holiday", Stretch(december(first), december(last), minutes)) == expected


def test_a_category_of_one_kind_is_called_by_it_and_one_of_several_by_its_name() -> None:
    events = [event("07"), event("08", "sickness"), event("09", "other_leave")]
    assert wanted(bookings(*events)) == [
        "holiday 2026-12-07, 7 h",
        "sickness 2026-12-08, 7 h",
        "other leave 2026-12-09, 7 h",
    ]
    assert wanted(bookings(*events, categories=[AWAY])) == [
        "Away 2026-12-07, 7 h",
        "Away 2026-12-09, 7 h",
    ]


# ---------------------------------------------------------------- what is wanted


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], []),
        (["01..04"], ["holiday 2026-12-01 to 2026-12-04, 7 h a day"]),
        (["01..02", "03..04"], ["holiday 2026-12-01 to 2026-12-04, 7 h a day"]),
        (["08am", "08pm"], ["holiday 2026-12-08, 7 h"]),
        (["08pm..08am"], ["holiday 2026-12-08, 3.5 h"]),
        (["04", "07"], ["holiday 2026-12-04, 7 h", "holiday 2026-12-07, 7 h"]),
        (
            ["07pm..10am"],
            [
                "holiday 2026-12-07, 3.5 h",
                "holiday 2026-12-08 to 2026-12-09, 7 h a day",
                "holiday 2026-12-10, 3.5 h",
            ],
        ),
    ],
)
def test_leave_is_wanted_as_stretches(events: list[str], expected: list[str]) -> None:
    assert wanted(bookings(*events)) == expected
    assert wanted(bookings(*reversed(events))) == expected


def test_what_is_wanted_says_whose_it_is_and_where_and_when() -> None:
    (item,) = bookings("05..10").wanted
    assert item.key == "501 2026-12-07"
    assert item.content == {
        "category": "501",
        "from": "2026-12-07",
        "to": "2026-12-10",
        "minutes": 420,
    }
    assert item.subject == "ada@example.org"
    assert item.ref is None
    assert item.ours is None


def test_keys_are_the_category_and_the_first_day() -> None:
    found = bookings("07pm..10am", event("07", "sickness"), event("21..22", "other_leave"))
    assert [item.key for item in found.wanted] == [
        "501 2026-12-07",
        "501 2026-12-08",
        "501 2026-12-10",
        "502 2026-12-07",
        "503 2026-12-21",
    ]


def test_kinds_of_different_categories_are_independent() -> None:
    found = bookings("07..08", event("09", "sickness"), event("08pm..10", "other_leave"))
    assert wanted(found) == [
        "holiday 2026-12-07 to 2026-12-08, 7 h a day",
        "sickness 2026-12-09, 7 h",
        "other leave 2026-12-08, 3.5 h",
        "other leave 2026-12-09 to 2026-12-10, 7 h a day",
    ]


def test_two_kinds_in_one_category_merge() -> None:
    events = [event("07..08am"), event("08pm..09", "other_leave"), event("09..10")]
    assert wanted(bookings(*events, categories=[AWAY])) == [
        "Away 2026-12-07 to 2026-12-10, 7 h a day"
    ]


def test_kinds_without_a_category_are_left_out() -> None:
    found = bookings("07", event("08", "sickness"), categories=[HOLIDAY])
    assert wanted(found) == ["holiday 2026-12-07, 7 h"]


def test_leave_that_ended_before_the_window_is_not_wanted() -> None:
    events = ["01..02", "07..09", "14"]
    assert wanted(bookings(*events, since="09")) == [
        "holiday 2026-12-07 to 2026-12-09, 7 h a day",
        "holiday 2026-12-14, 7 h",
    ]
    assert wanted(bookings(*events, since="10")) == ["holiday 2026-12-14, 7 h"]


def test_leave_that_ends_in_the_window_is_wanted_from_its_first_day_on() -> None:
    whole = [
        "holiday 2026-12-01, 3.5 h",
        "holiday 2026-12-02 to 2026-12-08, 7 h a day",
        "holiday 2026-12-09, 3.5 h",
    ]
    for since in ("01", "02", "03", "08", "09"):
        assert wanted(bookings("01pm..03", "04..09am", since=since)) == whole
    assert wanted(bookings("01pm..03", "04..09am", since="10")) == []


def test_leave_that_ends_in_the_window_on_days_off_is_wanted_as_long_as_these_last() -> None:
    for since in ("04", "05", "06"):
        assert wanted(bookings("04..06", since=since)) == ["holiday 2026-12-04, 7 h"]
    assert wanted(bookings("04..06", since="07")) == []


@pytest.mark.parametrize(
    ("events", "since", "idle"),
    [
        (["05..06"], "01", ["05..06"]),
        (["05"], "01", ["05"]),
        (["05am"], "01", ["05am"]),
        (["05..06"], "06", ["05..06"]),
        (["05..06"], "07", []),
        (["05", "06"], "01", ["05..06"]),
        (["04..06"], "01", []),
        (["05..06", "12..13", "14"], "12", []),
        (["05..06", "12..13", "15"], "12", ["12..13"]),
    ],
)
def test_spans_of_the_window_without_a_working_day_are_said_to_be_idle(
    events: list[str], since: str, idle: list[str]
) -> None:
    found = bookings(*events, since=since)
    assert found.idle == [(HOLIDAY, event(text).span) for text in idle]


def test_a_span_of_two_kinds_in_one_category_is_idle_once() -> None:
    found = bookings(event("05"), event("06", "other_leave"), categories=[AWAY])
    assert found.idle == [(AWAY, event("05..06").span)]
    assert found.wanted == []
