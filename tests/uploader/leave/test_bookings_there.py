"""One person's bookings beside their leave: which is which, and what a plan makes of them."""

from itertools import permutations

import pytest

from tests.uploader.leave.one_person import (
    booking,
    bookings,
    changes,
    event,
    existing,
    planned,
)

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
