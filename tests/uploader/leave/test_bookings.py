"""One person's bookings on both sides: which is which, and what a plan makes of them."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import count, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.productive.client import Booking, Salary
from uploader.engine import Item, MemoryLinks, Plan, plan
from uploader.syncs.breathe_to_productive import dump
from uploader.syncs.breathe_to_productive.bookings import (
    Bookings,
    Category,
    hours_in_words,
    in_words,
)
from uploader.syncs.breathe_to_productive.hours import Hours
from uploader.syncs.breathe_to_productive.leave import Event, Leave, LeaveKind
from uploader.syncs.breathe_to_productive.spans import DAY, Span, Stretch

# The 7th of December 2026 is a Monday.
FIRST = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOLIDAY = Category(id="501", kinds=("holiday",), name="Annual leave")
SICKNESS = Category(id="502", kinds=("sickness",), name="Sick")
OTHER = Category(id="503", kinds=("other_leave",), name="Other")
AWAY = Category(id="600", kinds=("holiday", "other_leave"), name="Away")


def december(text: str) -> date:
    return date(2026, 12, int(text[:2]))


def event(text: str, kind: LeaveKind = "holiday") -> Event:
    """“07” is a day of December, “07pm..09am” begins at noon on one and ends at noon on another."""
    first, _, last = text.partition("..")
    last = last or first
    half_start, half_end = first.endswith("pm"), last.endswith("am")
    return Event(kind, Span(december(first), december(last), half_start, half_end))


def booking(
    text: str, minutes: int | None = 420, *, id: str = "9001", event_id: str = "501"
) -> Booking:
    first, _, last = text.partition("..")
    return Booking(
        id=id,
        person_id="301",
        event_id=event_id,
        start=december(first),
        end=december(last or first),
        minutes=minutes,
        is_live=True,
        is_approved=True,
    )


def hours(*week: float) -> Hours:
    told = Salary(id="1", person_id="301", start=None, end=None, hours=week) if week else None
    return Hours(salaries=[told] if told else [], availabilities=[])


def bookings(
    *events: Event | str,
    there: Iterable[Booking] = (),
    since: str = "01",
    week: tuple[float, ...] = (),
    categories: Iterable[Category] = (HOLIDAY, SICKNESS, OTHER),
) -> Bookings:
    found = Bookings(
        Leave(
            emails=("ada@example.org", "ada@example.net"),
            events=tuple(event(each) if isinstance(each, str) else each for each in events),
            since=december(since),
        ),
        hours(*week),
        categories,
    )
    found.compare(there)
    return found


def wanted(found: Bookings) -> list[str]:
    return [item.what for item in found.wanted]


def existing(found: Bookings) -> list[tuple[str | None, str | None, bool | None]]:
    return [(item.ref, item.key, item.ours) for item in found.existing]


def planned(found: Bookings) -> Plan:
    return plan(
        found.wanted, found.existing, MemoryLinks(), on_edit="restore", now=NOW, managed=True
    )


def changes(found: Bookings) -> list[tuple[str, str, str]]:
    """What is done, about what, and what is there before."""
    return [(change.action, change.what, change.was) for change in planned(found).changes]


def read(found: Bookings, there: Iterable[Booking]) -> list[Booking]:
    """What is known of Productive when it is compared."""
    return [each for each in there if each.end >= found.first_day()]


def carried_out(found: Bookings, there: Iterable[Booking]) -> list[Booking]:
    """What Productive holds once all of the plan was done."""
    held = {each.id: each for each in there}
    for change in planned(found).writes:
        ref = change.found.ref if change.found else None
        if change.wanted is not None:
            ref = ref or next(str(each) for each in count(9001) if str(each) not in held)
            held[ref] = as_booking(change.wanted, id=ref)
        elif ref is not None:
            del held[ref]
    return list(held.values())


def as_booking(item: Item, *, id: str) -> Booking:
    return Booking(
        id=id,
        person_id="301",
        event_id=item.content["category"],
        start=date.fromisoformat(item.content["from"]),
        end=date.fromisoformat(item.content["to"]),
        minutes=item.content["minutes"],
        is_live=True,
        is_approved=True,
    )


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


# -------------------------------------------------------------- what is there


def test_an_equal_booking_is_left_alone() -> None:
    found = bookings("01..04", there=[booking("01..04")])
    assert existing(found) == [("9001", "501 2026-12-01", True)]
    assert changes(found) == []
    assert planned(found).unchanged == 1


@pytest.mark.parametrize(
    ("leave", "booked"),
    [
        ("04", "04..06"),
        ("04", "04..05"),
        ("07..11", "05..13"),
        ("07..11", "06..11"),
        ("05..13", "07..11"),
        ("01..11", "01..13"),
    ],
)
def test_a_booking_that_differs_in_a_weekend_only_is_left_alone(leave: str, booked: str) -> None:
    found = bookings(leave, there=[booking(booked)])
    assert found.existing[0].content == found.wanted[0].content
    assert found.existing[0].what == found.wanted[0].what
    assert changes(found) == []


@pytest.mark.parametrize("since", ["04", "05", "06", "07", "08"])
def test_a_weekend_at_the_edge_of_the_window_makes_no_difference(since: str) -> None:
    for leave, booked in (("03..04", "03..06"), ("03..06", "03..04"), ("07", "05..07")):
        assert changes(bookings(leave, there=[booking(booked)], since=since)) == []


def test_leave_that_has_changed_is_an_update_of_its_booking() -> None:
    was = "holiday 2026-12-01 to 2026-12-04, 7 h a day"
    for leave, becomes in (
        ("01..03", "holiday 2026-12-01 to 2026-12-03, 7 h a day"),
        ("02..04", "holiday 2026-12-02 to 2026-12-04, 7 h a day"),
        ("04..08", "holiday 2026-12-04 to 2026-12-08, 7 h a day"),
        ("02am", "holiday 2026-12-02, 3.5 h"),
    ):
        assert changes(bookings(leave, there=[booking("01..04")])) == [("update", becomes, was)]


def test_an_existing_booking_has_the_key_of_what_it_is() -> None:
    there = [
        booking("08..10", id="9001"),
        booking("14..15", 210, id="9002"),
        booking("21", id="9003"),
        booking("07..08", id="9004", event_id="502"),
    ]
    found = bookings("07..10", "14..15", event("08", "sickness"), there=there)
    assert sorted(existing(found)) == [
        ("9001", "501 2026-12-07", True),
        ("9002", "501 2026-12-14", True),
        ("9003", None, True),
        ("9004", "502 2026-12-08", True),
    ]


def test_what_nobody_wants_goes() -> None:
    found = bookings(there=[booking("01..04"), booking("05..06", 120, id="9002")])
    assert changes(found) == [
        ("delete", "holiday 2026-12-01 to 2026-12-04, 7 h a day", ""),
        ("delete", "holiday 2026-12-05 to 2026-12-06, 2 h a day", ""),
    ]


def test_bookings_of_categories_that_are_not_managed_are_not_looked_at() -> None:
    found = bookings("07", there=[booking("07", event_id="700")])
    assert found.existing == []
    assert changes(found) == [("create", "holiday 2026-12-07, 7 h", "")]


def test_a_booking_of_one_category_does_not_stand_for_leave_of_another() -> None:
    found = bookings(event("07", "sickness"), there=[booking("07")])
    assert changes(found) == [
        ("create", "sickness 2026-12-07, 7 h", ""),
        ("delete", "holiday 2026-12-07, 7 h", ""),
    ]


def test_of_duplicates_one_stays_and_the_others_are_nobodys() -> None:
    there = [booking("01..04", id=number) for number in ("9001", "9002", "9003")]
    for listed in permutations(there):
        found = bookings("01..04", there=listed)
        keys = [key for _, key, _ in existing(found)]
        assert sorted(keys, key=str) == ["501 2026-12-01", None, None]
        assert [change.surplus for change in planned(found).changes] == [True, True]
        assert {change.action for change in planned(found).changes} == {"delete"}
        assert planned(found).unchanged == 1


def test_duplicates_that_differ_in_a_weekend_are_duplicates_all_the_same() -> None:
    found = bookings("04", there=[booking("04..06"), booking("04", id="9002")])
    assert sorted(key or "" for _, key, _ in existing(found)) == ["", "501 2026-12-04"]
    assert [change.surplus for change in planned(found).changes] == [True]


def test_two_half_days_of_one_day_become_the_whole_day() -> None:
    there = [booking("08", 210, id="9001"), booking("08", 210, id="9002")]
    assert changes(bookings("08am", "08pm", there=there)) == [
        ("update", "holiday 2026-12-08, 7 h", "holiday 2026-12-08, 3.5 h"),
        ("delete", "holiday 2026-12-08, 3.5 h", ""),
    ]


# ------------------------------------------------------------- another shape


def test_a_booking_of_another_shape_in_place_of_leave_is_not_ours() -> None:
    found = bookings("01..04", there=[booking("03..07", None)])
    assert existing(found) == [("9001 501 2026-12-01", "501 2026-12-01", False)]
    (item,) = found.existing
    assert item.what == "holiday 2026-12-03 to 2026-12-07, not booked by the day"
    assert item.content["minutes"] is None
    (change,) = planned(found).changes
    assert change.action == "conflict"
    assert item.what in change.reason


@pytest.mark.parametrize("shape", ["01..04", "02", "01..31", "04..05"])
def test_a_booking_of_another_shape_beside_an_equal_one_does_nothing(shape: str) -> None:
    there = [booking(shape, None, id="9001"), booking("01..04", id="9002")]
    for listed in permutations(there):
        found = bookings("01..04", there=listed)
        assert existing(found) == [("9002", "501 2026-12-01", True)]
        assert changes(found) == []


@pytest.mark.parametrize("shape", ["07..08", "05..06", "14"])
def test_a_booking_of_another_shape_where_nothing_is_missing_is_left_alone(shape: str) -> None:
    found = bookings("01..04", there=[booking(shape, None)])
    assert found.existing == []
    assert [action for action, _, _ in changes(found)] == ["create"]
    assert bookings(there=[booking(shape, None)]).existing == []


def test_a_booking_of_another_shape_and_another_category_is_in_nobodys_way() -> None:
    found = bookings("01..04", there=[booking("01..04", None, event_id="502")])
    assert found.existing == []
    assert [action for action, _, _ in changes(found)] == ["create"]


def test_a_booking_of_another_shape_is_in_the_way_of_every_missing_stretch_it_meets() -> None:
    found = bookings("07..10am", "14", there=[booking("07..10", None)])
    assert wanted(found) == [
        "holiday 2026-12-07 to 2026-12-09, 7 h a day",
        "holiday 2026-12-10, 3.5 h",
        "holiday 2026-12-14, 7 h",
    ]
    assert sorted(existing(found)) == [
        ("9001 501 2026-12-07", "501 2026-12-07", False),
        ("9001 501 2026-12-10", "501 2026-12-10", False),
    ]
    assert changes(found) == [
        ("create", "holiday 2026-12-14, 7 h", ""),
        ("conflict", "holiday 2026-12-07 to 2026-12-09, 7 h a day", ""),
        ("conflict", "holiday 2026-12-10, 3.5 h", ""),
    ]


def test_bookings_of_another_shape_are_in_the_way_in_whatever_order_they_are_listed() -> None:
    there = [booking("07..10", None, id="9001"), booking("07", None, id="9002")]
    for listed in permutations(there):
        found = bookings("07..10am", there=listed)
        assert sorted(existing(found)) == [
            ("9001 501 2026-12-07", "501 2026-12-07", False),
            ("9001 501 2026-12-10", "501 2026-12-10", False),
        ]


@pytest.mark.parametrize("booked", ["07..08", "08..09", "07..14", "08", "04..18"])
def test_what_stands_for_leave_that_cannot_be_booked_is_not_touched(booked: str) -> None:
    there = [booking(booked), booking("10", None, id="9002")]
    for listed in permutations(there):
        found = bookings("07..10", there=listed)
        assert existing(found) == [("9002 501 2026-12-07", "501 2026-12-07", False)]
        assert [action for action, _, _ in changes(found)] == ["conflict"]


def test_nor_are_its_copies() -> None:
    there = [booking("07..08"), booking("07..08", id="9002"), booking("10", None, id="9003")]
    found = bookings("07..10", there=there)
    assert existing(found) == [("9003 501 2026-12-07", "501 2026-12-07", False)]


def test_a_booking_of_another_shape_in_the_way_of_one_keeps_no_other_from_being_booked() -> None:
    there = [booking("07"), booking("09", None, id="9002"), booking("14..15", id="9003")]
    assert changes(bookings("07..09", "14..16", there=there)) == [
        (
            "update",
            "holiday 2026-12-14 to 2026-12-16, 7 h a day",
            "holiday 2026-12-14 to 2026-12-15, 7 h a day",
        ),
        ("conflict", "holiday 2026-12-07 to 2026-12-09, 7 h a day", ""),
    ]


def test_a_booking_of_another_shape_beside_history_is_in_nobodys_way() -> None:
    there = [booking("07..11"), booking("08..09", None, id="9002")]
    found = bookings(there=there, since="09")
    assert wanted(found) == ["holiday 2026-12-07 to 2026-12-08, 7 h a day"]
    assert existing(found) == [("9001", "501 2026-12-07", True)]


def test_a_booking_of_another_shape_beyond_what_is_kept_of_a_booking_is_not_in_its_way() -> None:
    there = [booking("07..11"), booking("09..10", None, id="9002")]
    assert changes(bookings(there=there, since="09")) == [
        (
            "update",
            "holiday 2026-12-07 to 2026-12-08, 7 h a day",
            "holiday 2026-12-07 to 2026-12-11, 7 h a day",
        )
    ]


@pytest.mark.parametrize(
    ("leave", "booked", "since", "days"),
    [
        # The 7th and the 8th are history, and are to be replaced by what cannot be booked.
        ("07..11", ["03..08"], "09", ["03", "04", "07", "08"]),
        # In the window one of the two stands for the leave, and the other stands beside it.
        ("07..11", ["07", "08"], "01", ["07", "08"]),
    ],
)
def test_leave_that_cannot_be_booked_takes_no_day_from_what_is_there(
    leave: str, booked: list[str], since: str, days: list[str]
) -> None:
    there = [booking(each, id=f"900{number}") for number, each in enumerate(booked)]
    there.append(booking("11", None, id="9009"))
    held = carried_out(bookings(leave, there=there, since=since), there)
    by_day = [each for each in held if each.minutes is not None]
    assert [
        day for day in days if any(each.start <= december(day) <= each.end for each in by_day)
    ] == days


# ------------------------------------------------------------------ places


def test_what_overlaps_on_either_side_and_of_any_kind_is_in_one_place() -> None:
    there = [
        booking("02..08", id="9001"),
        booking("08..09", id="9002"),
        booking("10..11", id="9003"),
        booking("21", id="9004", event_id="502"),
    ]
    found = bookings("01..03", "09", "21..22", there=there)
    places = {item.what: item.place for item in [*found.wanted, *found.existing]}
    assert places == {
        "holiday 2026-12-01 to 2026-12-03, 7 h a day": "2026-12-01",
        "holiday 2026-12-02 to 2026-12-08, 7 h a day": "2026-12-01",
        "holiday 2026-12-08 to 2026-12-09, 7 h a day": "2026-12-01",
        "holiday 2026-12-09, 7 h": "2026-12-01",
        "holiday 2026-12-10 to 2026-12-11, 7 h a day": "2026-12-10",
        "holiday 2026-12-21 to 2026-12-22, 7 h a day": "2026-12-21",
        "sickness 2026-12-21, 7 h": "2026-12-21",
    }


def test_every_copy_of_a_booking_is_in_its_place() -> None:
    there = [booking("02..03", id="9001"), booking("02..03", id="9002")]
    found = bookings("01..02", there=there)
    assert {item.place for item in [*found.wanted, *found.existing]} == {"2026-12-01"}


def test_a_booking_of_another_shape_stands_for_itself() -> None:
    (item,) = bookings("01..04", there=[booking("01..04", None)]).existing
    assert item.place == ""


# ------------------------------------------------------------------ the window


@pytest.mark.parametrize("events", [[], ["01..02"], ["14"]])
def test_leave_cut_short_before_the_window_ends_with_the_day_before_it(events: list[str]) -> None:
    found = bookings(*events, there=[booking("01..11")], since="09")
    assert [change for change in changes(found) if change[0] != "create"] == [
        (
            "update",
            "holiday 2026-12-01 to 2026-12-08, 7 h a day",
            "holiday 2026-12-01 to 2026-12-11, 7 h a day",
        )
    ]


@pytest.mark.parametrize("since", ["05", "06", "07"])
def test_what_is_left_of_leave_cut_short_ends_with_a_working_day(since: str) -> None:
    assert changes(bookings(there=[booking("01..11")], since=since)) == [
        (
            "update",
            "holiday 2026-12-01 to 2026-12-04, 7 h a day",
            "holiday 2026-12-01 to 2026-12-11, 7 h a day",
        )
    ]


def test_leave_that_begins_later_than_it_did_keeps_the_days_before() -> None:
    found = bookings("08..11", there=[booking("01..11")], since="09")
    assert changes(found) == [
        ("create", "holiday 2026-12-08 to 2026-12-11, 7 h a day", ""),
        (
            "update",
            "holiday 2026-12-01 to 2026-12-07, 7 h a day",
            "holiday 2026-12-01 to 2026-12-11, 7 h a day",
        ),
    ]


def test_leave_that_begins_later_in_the_window_is_one_update() -> None:
    found = bookings("08..11", there=[booking("01..11")], since="01")
    assert [action for action, _, _ in changes(found)] == ["update"]


def test_what_was_shortened_to_history_is_out_of_sight() -> None:
    there = [booking("01..11")]
    held = carried_out(bookings(there=there, since="09"), there)
    assert held == [booking("01..08")]
    for since in ("09", "10", "11", "14"):
        assert bookings(there=held, since=since).existing == []


def test_leave_drawn_out_across_the_edge_of_the_window_is_one_update() -> None:
    found = bookings("01..11", there=[booking("01..02")], since="09")
    assert changes(found) == [
        (
            "update",
            "holiday 2026-12-01 to 2026-12-11, 7 h a day",
            "holiday 2026-12-01 to 2026-12-02, 7 h a day",
        )
    ]


def test_history_stays_as_it_is() -> None:
    there = [booking("01..02", 210, id="9001"), booking("04", id="9002")]
    found = bookings("01..02", "03", there=there, since="07")
    assert found.wanted == found.existing == []


@pytest.mark.parametrize(
    ("events", "first"),
    [
        ([], "09"),
        (["01..02"], "09"),
        (["21"], "09"),
        (["07..09"], "07"),
        (["01..02", "08..11", "14"], "08"),
        # Leave is wanted whole, also the stretches that ended before.
        (["07..09am"], "07"),
        (["03pm..04", "05..10"], "03"),
        # Days off at the beginning are not booked.
        (["05..09"], "07"),
        (["05..06", "12..13"], "09"),
    ],
)
def test_bookings_matter_from_the_window_on_or_from_the_leave_that_ends_in_it(
    events: list[str], first: str
) -> None:
    found = bookings(*events, since="09")
    assert found.first_day() == december(first)


def test_bookings_matter_from_whatever_begins_first_in_any_category() -> None:
    found = bookings("07..09", event("03..10", "sickness"), event("14", "other_leave"), since="09")
    assert found.first_day() == december("03")


def test_what_is_there_makes_no_difference_to_from_when_on_bookings_matter() -> None:
    found = bookings("01..02", "14", there=[booking("02..10")], since="09")
    assert wanted(found) == [
        "holiday 2026-12-02 to 2026-12-08, 7 h a day",
        "holiday 2026-12-14, 7 h",
    ]
    assert found.first_day() == december("09")


def test_what_ended_before_bookings_matter_makes_no_difference_whatever_its_shape() -> None:
    """How far back bookings are read depends on everybody's leave, the plan for one on theirs."""
    there = [booking("01..08"), booking("01", None, id="9002")]
    found = bookings(there=there, since="07")
    later = read(found, there)
    assert later == [booking("01..08")]
    assert changes(found) == changes(bookings(there=later, since="07"))


def test_comparing_again_forgets_what_was_compared_before() -> None:
    found = bookings("01..02", "14", there=[booking("02..10")], since="09")
    found.compare([])
    assert wanted(found) == ["holiday 2026-12-14, 7 h"]
    assert found.existing == []


# ----------------------------------------------------------------- after a write


@pytest.mark.parametrize("booked", ["04", "04..06", "04..05"])
def test_what_is_shown_after_a_write_is_what_was_wanted(booked: str) -> None:
    found = bookings("04..06")
    (item,) = found.wanted
    shown = found.shown(booking(booked), key="501 2026-12-04")
    assert shown.content == item.content
    assert (shown.key, shown.ref, shown.ours) == (item.key, "9001", True)


def test_what_is_shown_after_a_write_is_what_the_target_made_of_it() -> None:
    shown = bookings("04").shown(booking("04", 400), key="501 2026-12-04")
    assert shown.content["minutes"] == 400


# ---------------------------------------------------------- an account of its own


Week = tuple[float, ...]
Categories = tuple[Category, ...]
HalfDay = tuple[date, str]
# By category, what is booked or to be booked on each working day.
Days = dict[tuple[str, date], list[int]]


def days_between(first: date, last: date) -> list[date]:
    return [first + number * DAY for number in range((last - first).days + 1)]


def half_days(span: Span) -> set[HalfDay]:
    """Mornings and afternoons, one by one."""
    if span.contradicts_itself:
        return {(span.start, "am")}
    found = {(day, half) for day in days_between(span.start, span.end) for half in ("am", "pm")}
    if span.half_start:
        found.remove((span.start, "am"))
    if span.half_end:
        found.remove((span.end, "pm"))
    return found


def lasts_until(day: date, half_day: HalfDay, of: set[HalfDay]) -> bool:
    """Whether leave goes on without a gap from this half day to that day."""
    while half_day in of:
        if half_day[0] >= day:
            return True
        half_day = (half_day[0], "pm") if half_day[1] == "am" else (half_day[0] + DAY, "am")
    return False


def days_wanted(
    events: Iterable[Event], week: Week, categories: Categories, *, since: date
) -> Days:
    minutes_on = hours(*week).minutes_on
    found: Days = {}
    for category in categories:
        spans = [each.span for each in events if each.kind in category.kinds]
        all_of_it = {each for span in spans for each in half_days(span)}
        wanted = [each for each in all_of_it if lasts_until(since, each, all_of_it)]
        for day, halves in Counter(day for day, _ in wanted).items():
            minutes = minutes_on(day)
            if minutes:
                found[category.id, day] = [minutes if halves == 2 else minutes // 2]
    return found


def days_booked(there: Iterable[Booking], week: Week) -> Days:
    """What is booked by the day."""
    minutes_on = hours(*week).minutes_on
    found: Days = {}
    for each in there:
        for day in filter(minutes_on, days_between(each.start, each.end)):
            if each.minutes is not None:
                found.setdefault((each.event_id or "", day), []).append(each.minutes)
    return found


# ------------------------------------------------------------------- by chance


def an_event(kind: LeaveKind, first: int, days: int, half_start: bool, half_end: bool) -> Event:
    start = FIRST + first * DAY
    return Event(kind, Span(start, start + days * DAY, half_start, half_end))


def a_booking(first: int, days: int, minutes: int | None, event_id: str) -> Booking:
    start = FIRST + first * DAY
    there = booking("01", minutes, event_id=event_id)
    return there.model_copy(update={"start": start, "end": start + days * DAY})


def numbered(there: list[Booking]) -> list[Booking]:
    return [each.model_copy(update={"id": str(n)}) for n, each in enumerate(there)]


def some_bookings(*minutes: int | None) -> st.SearchStrategy[list[Booking]]:
    ids = st.sampled_from(["501", "502", "600", "700"])
    each = st.builds(
        a_booking, st.integers(0, 60), st.integers(0, 8), st.sampled_from(minutes), ids
    )
    return st.lists(each, max_size=10).map(numbered)


KINDS = st.sampled_from(("holiday", "sickness", "other_leave"))
EVENTS = st.lists(
    st.builds(
        an_event, KINDS, st.integers(0, 60), st.integers(0, 12), st.booleans(), st.booleans()
    ),
    max_size=10,
)
WEEKS = st.tuples(*[st.sampled_from([0.0, 3.5, 7.0, 7.0, 7.5])] * 7)
CATEGORIES = st.sampled_from([(HOLIDAY, SICKNESS, OTHER), (AWAY, SICKNESS), (HOLIDAY,)])
BY_DAY = some_bookings(210, 420, 420)
ANY_SHAPE = some_bookings(210, 420, 420, None)
SINCE = st.builds(lambda number: FIRST + number * DAY, st.integers(-5, 70))


def compared(
    events: Iterable[Event],
    week: Week,
    categories: Categories,
    *,
    since: date,
    there: Iterable[Booking],
) -> Bookings:
    leave = Leave(emails=("ada@example.org",), events=tuple(events), since=since)
    found = Bookings(leave, hours(*week), categories)
    found.compare(there)
    return found


@pytest.mark.randomized
@given(EVENTS, WEEKS, CATEGORIES, SINCE)
def test_what_is_wanted_is_each_categorys_own_leave(
    events: list[Event], week: Week, categories: Categories, since: date
) -> None:
    found = compared(events, week, categories, since=since, there=[])
    booked = [as_booking(item, id="9001") for item in found.wanted]
    assert days_booked(booked, week) == days_wanted(events, week, categories, since=since)


@pytest.mark.randomized
@given(EVENTS, WEEKS, CATEGORIES, SINCE, BY_DAY)
def test_after_a_plan_leave_is_booked_and_history_is_as_it_was(
    events: list[Event], week: Week, categories: Categories, since: date, there: list[Booking]
) -> None:
    found = compared(events, week, categories, since=since, there=there)
    before, after = days_booked(there, week), days_booked(carried_out(found, there), week)
    wanted = days_wanted(events, week, categories, since=since)
    managed = {category.id for category in categories}
    for spot in before.keys() | after.keys() | wanted.keys():
        was, has = before.get(spot, []), after.get(spot, [])
        category, day = spot
        if category not in managed:
            assert has == was
        elif day >= since or spot in wanted:
            assert has == wanted.get(spot, [])
        else:
            # Of what begins together one is enough; nothing comes to be, and no day is lost.
            assert bool(has) == bool(was)
            assert not Counter(has) - Counter(was)


@pytest.mark.randomized
@given(EVENTS, WEEKS, CATEGORIES, st.lists(SINCE, min_size=2, max_size=5).map(sorted), BY_DAY)
def test_what_was_put_right_is_right_on_every_later_day(
    events: list[Event],
    week: Week,
    categories: Categories,
    days: list[date],
    there: list[Booking],
) -> None:
    held = carried_out(compared(events, week, categories, since=days[0], there=there), there)
    for since in days:
        again = compared(events, week, categories, since=since, there=held)
        assert changes(again) == []
        booked = [as_booking(item, id="9001") for item in again.wanted]
        assert days_booked(booked, week) == days_wanted(events, week, categories, since=since)


@pytest.mark.randomized
@given(EVENTS, WEEKS, CATEGORIES, SINCE, ANY_SHAPE)
def test_planning_again_after_a_plan_was_carried_out_writes_nothing(
    events: list[Event], week: Week, categories: Categories, since: date, there: list[Booking]
) -> None:
    held = carried_out(compared(events, week, categories, since=since, there=there), there)
    assert not planned(compared(events, week, categories, since=since, there=held)).writes


@pytest.mark.randomized
@given(EVENTS, WEEKS, CATEGORIES, SINCE, ANY_SHAPE)
def test_keys_and_refs_are_given_once_whatever_is_there(
    events: list[Event], week: Week, categories: Categories, since: date, there: list[Booking]
) -> None:
    found = compared(events, week, categories, since=since, there=there)
    keys = [item.key for item in found.wanted]
    assert len(set(keys)) == len(keys)
    given_keys = [item.key for item in found.existing if item.key is not None]
    assert len(set(given_keys)) == len(given_keys)
    assert set(given_keys) <= set(keys)
    refs = [item.ref for item in found.existing]
    assert len(set(refs)) == len(refs)


@pytest.mark.randomized
@given(EVENTS, WEEKS, CATEGORIES, SINCE, BY_DAY)
def test_every_booking_of_the_window_is_shown(
    events: list[Event], week: Week, categories: Categories, since: date, there: list[Booking]
) -> None:
    found = compared(events, week, categories, since=since, there=there)
    managed = {category.id for category in categories}
    # A booking that ends on days off is as long as its work.
    minutes_on = hours(*week).minutes_on
    shown = {item.ref for item in found.existing}
    assert shown <= {each.id for each in there if each.event_id in managed}
    assert shown >= {
        each.id
        for each in there
        if each.event_id in managed and each.end >= since and minutes_on(each.end)
    }
    plan = planned(found)
    assert plan.unchanged + len(plan.changes) <= len(found.wanted) + len(found.existing)
    assert not any(change.action == "conflict" for change in plan.changes)


@pytest.mark.randomized
@given(EVENTS, WEEKS, CATEGORIES, SINCE, ANY_SHAPE)
def test_what_is_missing_is_a_conflict_where_another_shape_is_in_its_way(
    events: list[Event], week: Week, categories: Categories, since: date, there: list[Booking]
) -> None:
    found = compared(events, week, categories, since=since, there=[])
    there = read(found, there)
    found.compare(there)
    right = [item.content for item in found.existing if item.ours]
    # What is only left of a booking was there beside it already.
    missing = [item for item in found.wanted if item.content not in right and not item.remnant]
    in_the_way = {
        str(item.key): [other for other in there if other.minutes is None and meets(item, other)]
        for item in missing
    }
    obstacles = [item for item in found.existing if not item.ours]
    blocked = {key for key, others in in_the_way.items() if others}
    assert blocked <= {item.key for item in obstacles} <= hemmed_in(blocked, missing, there)
    assert all(item.ours is False for item in obstacles)
    for item in obstacles:
        if item.key in blocked:
            assert item.ref in {f"{other.id} {item.key}" for other in in_the_way[item.key]}
    conflicts = [change for change in planned(found).changes if change.action == "conflict"]
    assert {change.key for change in conflicts} == {item.key for item in obstacles}


def meets(item: Item, booking: Booking) -> bool:
    """Whether they are of one category, and have a day in common."""
    content: dict[str, str] = item.content
    return (
        booking.event_id == content["category"]
        and booking.start.isoformat() <= content["to"]
        and booking.end.isoformat() >= content["from"]
    )


def hemmed_in(blocked: set[str], missing: list[Item], there: list[Booking]) -> set[str]:
    """Keys of what cannot come, and of all that meets what has to stay because of that."""
    while True:
        stays = [
            booking
            for booking in there
            if any(item.key in blocked and meets(item, booking) for item in missing)
        ]
        more = {str(item.key) for item in missing if any(meets(item, booking) for booking in stays)}
        if more <= blocked:
            return blocked
        blocked = blocked | more


@pytest.mark.randomized
@given(EVENTS, WEEKS, CATEGORIES, SINCE, ANY_SHAPE)
def test_what_is_not_booked_by_the_day_is_neither_touched_nor_booked_over(
    events: list[Event], week: Week, categories: Categories, since: date, there: list[Booking]
) -> None:
    found = compared(events, week, categories, since=since, there=[])
    there = read(found, there)
    found.compare(there)
    held = carried_out(found, there)
    others = [each for each in there if each.minutes is None]
    assert [each for each in held if each.minutes is None] == others
    for change in planned(found).writes:
        # What is only left of a booking is not booked over anything.
        if change.wanted is not None and not change.wanted.remnant:
            booked = as_booking(change.wanted, id="9001")
            assert not any(
                other.event_id == booked.event_id
                and other.start <= booked.end
                and booked.start <= other.end
                for other in others
            )


@pytest.mark.randomized
@given(EVENTS, WEEKS, CATEGORIES, SINCE, BY_DAY)
def test_no_booking_that_ended_before_bookings_matter_makes_a_difference(
    events: list[Event], week: Week, categories: Categories, since: date, there: list[Booking]
) -> None:
    found = compared(events, week, categories, since=since, there=there)
    again = compared(events, week, categories, since=since, there=read(found, there))
    assert (again.wanted, again.existing) == (found.wanted, found.existing)


@pytest.mark.randomized
@given(EVENTS, WEEKS, CATEGORIES, SINCE, ANY_SHAPE)
def test_the_plan_of_the_events_that_a_dump_holds_is_that_of_all_events(
    events: list[Event], week: Week, categories: Categories, since: date, there: list[Booking]
) -> None:
    used = {kind: category.id for category in categories for kind in category.kinds}
    own = tuple(each for each in events if each.kind in used)
    leave = Leave(emails=("ada@example.org",), events=own, since=since)
    needed = dump.needed(leave, categories=used)
    dumped, live = (
        compared(each, week, categories, since=since, there=there) for each in (needed, events)
    )
    assert planned(dumped) == planned(live)
    assert dumped.idle == live.idle
    assert dumped.first_day() == live.first_day()
