"""One person's bookings at the edge of the window, and from when on bookings matter."""

import pytest

from tests.uploader.leave.one_person import (
    booking,
    bookings,
    carried_out,
    changes,
    december,
    event,
    read,
    wanted,
)


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
