"""Bookings that are not by the day: not ours, and in the way of what they meet."""

from itertools import permutations

import pytest

from tests.uploader.leave.one_person import (
    booking,
    bookings,
    carried_out,
    changes,
    december,
    existing,
    planned,
    wanted,
)


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
