"""Spans of leave, merged and cut into stretches: tables, and a naive account of half days."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uploader.syncs.breathe_to_productive.leave import Event
from uploader.syncs.breathe_to_productive.spans import (
    DAY,
    Impossible,
    Span,
    Stretch,
    merged,
    places,
    stretches,
    trimmed,
)

# The 7th of December 2026 is a Monday.
FULL = (420, 420, 420, 420, 420, 0, 0)
SHORT_FRIDAYS = (420, 420, 420, 420, 210, 0, 0)


def december(text: str) -> date:
    return date(2026, 12, int(text[:2]))


def span(text: str) -> Span:
    """“07” is a day of December, “07pm..09am” begins at noon of one and ends at noon of another."""
    first, _, last = text.partition("..")
    last = last or first
    return Span(
        december(first),
        december(last),
        half_start=first.endswith("pm"),
        half_end=last.endswith("am"),
    )


def stretch(text: str) -> Stretch:
    """“07..09 420”, or “07 420”."""
    days, _, minutes = text.partition(" ")
    first, _, last = days.partition("..")
    return Stretch(december(first), december(last or first), int(minutes))


def weekly(*minutes: int) -> Callable[[date], int]:
    return lambda day: minutes[day.weekday()]


# ------------------------------------------------------- an account of its own


HalfDay = tuple[date, str]


def half_days(span: Span) -> set[HalfDay]:
    """Mornings and afternoons, one by one."""
    if span.start == span.end and span.half_start and span.half_end:
        return {(span.start, "am")}
    found = set()
    day = span.start
    while day <= span.end:
        found |= {(day, "am"), (day, "pm")}
        day += timedelta(days=1)
    if span.half_start:
        found.remove((span.start, "am"))
    if span.half_end:
        found.remove((span.end, "pm"))
    return found


def all_half_days(spans: Iterable[Span]) -> set[HalfDay]:
    return {half_day for span in spans for half_day in half_days(span)}


def after(half_day: HalfDay) -> HalfDay:
    day, half = half_day
    return (day, "pm") if half == "am" else (day + timedelta(days=1), "am")


def minutes_by_day(half_days: set[HalfDay], minutes_on: Callable[[date], int]) -> dict[date, int]:
    halves = Counter(day for day, _ in half_days)
    by_day = {
        day: minutes_on(day) if number == 2 else minutes_on(day) // 2
        for day, number in halves.items()
    }
    return {day: minutes for day, minutes in by_day.items() if minutes}


def booked_by_day(
    stretches: Iterable[Stretch], minutes_on: Callable[[date], int]
) -> dict[date, int]:
    """What Productive makes of it: the minutes on each working day of the range."""
    booked: Counter[date] = Counter()
    for each in stretches:
        for number in range((each.end - each.start).days + 1):
            day = each.start + timedelta(days=number)
            if minutes_on(day):
                booked[day] += each.minutes
    return dict(booked)


def a_span(first: int, days: int, half_start: bool, half_end: bool) -> Span:
    start = date(2026, 12, 1) + timedelta(days=first)
    return Span(start, start + timedelta(days=days), half_start=half_start, half_end=half_end)


SPANS = st.builds(a_span, st.integers(0, 40), st.integers(0, 9), st.booleans(), st.booleans())
MINUTES = st.sampled_from([0, 0, 1, 210, 420, 420, 450, 455])
# Two weeks of hours: those before a day in the middle, and those from it on.
CONTRACTS = st.tuples(st.tuples(*[MINUTES] * 7), st.tuples(*[MINUTES] * 7), st.integers(0, 50))
Contract = tuple[tuple[int, ...], tuple[int, ...], int]


def as_contracted(contract: Contract) -> Callable[[date], int]:
    before, since, change = contract
    return lambda day: (before if day < date(2026, 12, 1) + change * DAY else since)[day.weekday()]


# ----------------------------------------------------------------- what is a span


@pytest.mark.parametrize(
    ("recorded", "days"),
    [
        ("08am", [("08", False)]),
        ("08pm", [("08", False)]),
        ("08", [("08", True)]),
        ("08pm..10", [("08", False), ("09", True), ("10", True)]),
        ("08..10am", [("08", True), ("09", True), ("10", False)]),
        ("08pm..10am", [("08", False), ("09", True), ("10", False)]),
        ("08pm..09am", [("08", False), ("09", False)]),
        ("08pm..08am", [("08", False)]),
        ("11..14", [("11", True), ("12", True), ("13", True), ("14", True)]),
    ],
)
def test_each_recorded_form_is_so_many_whole_and_half_days(
    recorded: str, days: list[tuple[str, bool]]
) -> None:
    assert list(span(recorded).days()) == [(december(day), whole) for day, whole in days]


@pytest.mark.parametrize(
    ("recorded", "contradicts"),
    [("08pm..08am", True), ("08pm..09am", False), ("08am", False), ("08pm", False), ("08", False)],
)
def test_only_one_day_with_both_flags_contradicts_itself(recorded: str, contradicts: bool) -> None:
    assert span(recorded).contradicts_itself is contradicts


def test_a_span_does_not_end_before_it_begins() -> None:
    with pytest.raises(Impossible, match="ends on 2026-12-07, before it begins on 2026-12-08"):
        span("08..07")


def test_nobody_enters_more_than_ten_years_at_once() -> None:
    longest = Span(date(2016, 12, 1), date(2026, 12, 2))
    assert len(list(Event("sickness", longest).span.days())) == 3654
    with pytest.raises(Impossible, match="2016-12-01 to 2026-12-03, more than ten years"):
        Event("sickness", Span(date(2016, 12, 1), date(2026, 12, 3)))
    with pytest.raises(Impossible, match="0206-12-01"):
        Event("holiday", Span(date(206, 12, 1), date(2026, 12, 1)))


def test_entries_beside_one_another_may_come_to_more_than_ten_years() -> None:
    entries = [
        Event("sickness", Span(date(2010, 1, 1), date(2018, 12, 31))),
        Event("sickness", Span(date(2019, 1, 1), date(2026, 12, 1))),
    ]
    (whole,) = merged(entry.span for entry in entries)
    assert whole == Span(date(2010, 1, 1), date(2026, 12, 1))
    # From a Friday to a Tuesday.
    assert stretches(whole, weekly(*FULL)) == [Stretch(whole.start, whole.end, 420)]


# ---------------------------------------------------------------------- merging


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        ([], []),
        (["08"], ["08"]),
        (["08am"], ["08am"]),
        (["08pm"], ["08pm"]),
        (["08pm..10am"], ["08pm..10am"]),
        # One day with both flags is one half day, and only one.
        (["08pm..08am"], ["08am"]),
        (["08pm..08am", "08pm..08am"], ["08am"]),
        (["08pm..08am", "08am"], ["08am"]),
        (["08pm..08am", "07..08"], ["07..08"]),
        # The same twice, one inside another, one over the end of another.
        (["08", "08"], ["08"]),
        (["07..11", "08..09"], ["07..11"]),
        (["07..11", "08pm..09am"], ["07..11"]),
        (["07..09", "08..10"], ["07..10"]),
        (["07..09am", "08..09"], ["07..09"]),
        (["07pm..09", "07..08"], ["07..09"]),
        (["07pm..09am", "09am"], ["07pm..09am"]),
        # A full day and the next.
        (["07", "08"], ["07..08"]),
        (["07..08", "09..10", "11"], ["07..11"]),
        (["07pm..08", "09..10am"], ["07pm..10am"]),
        # A morning beside an afternoon.
        (["08am", "08pm"], ["08"]),
        (["07..08am", "08pm..09"], ["07..09"]),
        (["08am", "08pm..09am"], ["08..09am"]),
        # An afternoon and the next morning.
        (["08pm", "09am"], ["08pm..09am"]),
        # Half a day between them.
        (["07am", "08"], ["07am", "08"]),
        (["07", "08pm"], ["07", "08pm"]),
        (["07..08am", "09..10"], ["07..08am", "09..10"]),
        (["07..08", "09pm..10"], ["07..08", "09pm..10"]),
        (["07am", "08pm"], ["07am", "08pm"]),
        # A day, or a weekend, between them.
        (["07", "09"], ["07", "09"]),
        (["11", "14"], ["11", "14"]),
        (["07..11", "14..18"], ["07..11", "14..18"]),
        (["07..11", "12..13", "14..18"], ["07..18"]),
    ],
)
def test_spans_are_merged_where_they_overlap_or_touch(
    recorded: list[str], expected: list[str]
) -> None:
    assert merged(map(span, recorded)) == [span(text) for text in expected]
    assert merged(map(span, reversed(recorded))) == [span(text) for text in expected]


def test_a_morning_beside_an_afternoon_is_a_day() -> None:
    assert merged([span("08pm"), span("08am")]) == [Span(december("08"), december("08"))]


def test_friday_and_monday_stay_apart() -> None:
    friday, monday = span("11"), span("14")
    assert (friday.start.weekday(), monday.start.weekday()) == (4, 0)
    assert merged([monday, friday]) == [friday, monday]


def test_spans_merge_across_months_and_years() -> None:
    assert merged(
        [
            Span(date(2026, 12, 31), date(2026, 12, 31)),
            Span(date(2027, 1, 1), date(2027, 2, 28)),
            Span(date(2027, 3, 1), date(2027, 3, 1), half_end=True),
        ]
    ) == [Span(date(2026, 12, 31), date(2027, 3, 1), half_end=True)]


@pytest.mark.randomized
@given(st.lists(SPANS, max_size=12))
def test_merging_keeps_exactly_the_half_days(spans: list[Span]) -> None:
    assert all_half_days(merged(spans)) == all_half_days(spans)


@pytest.mark.randomized
@given(st.lists(SPANS, max_size=12))
def test_what_is_merged_neither_shares_nor_touches(spans: list[Span]) -> None:
    found = [half_days(each) for each in merged(spans)]
    assert sum(map(len, found)) == len(set().union(*found))
    for own in found:
        others = set().union(*(other for other in found if other is not own))
        assert not {after(half_day) for half_day in own} & others


@pytest.mark.randomized
@given(st.lists(SPANS, max_size=12))
def test_merging_what_is_merged_changes_nothing(spans: list[Span]) -> None:
    once = merged(spans)
    assert merged(once) == once == sorted(once)


@pytest.mark.randomized
@given(st.lists(SPANS, max_size=12), st.randoms(use_true_random=False))
def test_spans_may_be_listed_in_any_order(spans: list[Span], chance: Random) -> None:
    expected = merged(spans)
    chance.shuffle(spans)
    assert merged(spans) == expected


# -------------------------------------------------------------------- stretches


@pytest.mark.parametrize(
    ("leave", "week", "expected"),
    [
        ("07..11", FULL, ["07..11 420"]),
        ("08", FULL, ["08 420"]),
        # Days off inside do not break it.
        ("07..18", FULL, ["07..18 420"]),
        ("11..14", FULL, ["11..14 420"]),
        ("07..11", (420, 420, 0, 420, 420, 0, 0), ["07..11 420"]),
        # It neither begins nor ends with one.
        ("05..13", FULL, ["07..11 420"]),
        ("06..19", FULL, ["07..18 420"]),
        ("09..11", (420, 420, 0, 420, 0, 0, 0), ["10 420"]),
        # Nothing but days off.
        ("12..13", FULL, []),
        ("12", FULL, []),
        ("07..20", (0,) * 7, []),
        # Halves stand alone.
        ("08am", FULL, ["08 210"]),
        ("08pm", FULL, ["08 210"]),
        ("08pm..08am", FULL, ["08 210"]),
        ("08pm..10", FULL, ["08 210", "09..10 420"]),
        ("08..10am", FULL, ["08..09 420", "10 210"]),
        ("08pm..10am", FULL, ["08 210", "09 420", "10 210"]),
        ("08pm..09am", FULL, ["08 210", "09 210"]),
        ("11pm..14am", FULL, ["11 210", "14 210"]),
        # Also where a whole day of somebody else's hours would be as long.
        ("10..11am", (420, 420, 420, 210, 420, 0, 0), ["10 210", "11 210"]),
        ("10pm..11", (420, 420, 420, 420, 210, 0, 0), ["10 210", "11 210"]),
        # Half of a day off is nothing.
        ("12am", FULL, []),
        ("13pm..14", FULL, ["14 420"]),
        ("11..12am", FULL, ["11 420"]),
        ("09am", (420, 420, 0, 420, 420, 0, 0), []),
        # Rounded down.
        ("08am", (455,) * 7, ["08 227"]),
        ("08pm", (455,) * 7, ["08 227"]),
        ("08am", (1,) * 7, []),
        ("08", (1,) * 7, ["08 1"]),
        # Uneven weeks.
        (
            "07..20",
            SHORT_FRIDAYS,
            ["07..10 420", "11 210", "14..17 420", "18 210"],
        ),
        ("11..14", SHORT_FRIDAYS, ["11 210", "14 420"]),
        ("11am", SHORT_FRIDAYS, ["11 105"]),
        ("07..09", (420, 300, 420, 420, 420, 0, 0), ["07 420", "08 300", "09 420"]),
    ],
)
def test_a_span_is_cut_into_equal_minutes_over_working_days(
    leave: str, week: tuple[int, ...], expected: list[str]
) -> None:
    assert stretches(span(leave), weekly(*week)) == [stretch(text) for text in expected]


@pytest.mark.parametrize(
    ("leave", "expected"),
    [
        ("07..11", ["07..08 420", "09..11 300"]),
        ("08pm..09am", ["08 210", "09 150"]),
        ("09..11", ["09..11 300"]),
        ("07..08", ["07..08 420"]),
    ],
)
def test_hours_that_change_in_the_middle_begin_a_new_stretch(
    leave: str, expected: list[str]
) -> None:
    def minutes_on(day: date) -> int:
        return weekly(*FULL)(day) and (420 if day < december("09") else 300)

    assert stretches(span(leave), minutes_on) == [stretch(text) for text in expected]


@pytest.mark.randomized
@given(st.lists(SPANS, max_size=8), CONTRACTS)
def test_each_day_is_booked_with_exactly_its_minutes(spans: list[Span], contract: Contract) -> None:
    minutes_on = as_contracted(contract)
    found = [each for own in merged(spans) for each in stretches(own, minutes_on)]
    expected = minutes_by_day(all_half_days(spans), minutes_on)
    assert booked_by_day(found, minutes_on) == expected


@pytest.mark.randomized
@given(SPANS, CONTRACTS)
def test_stretches_are_as_long_as_can_be_and_begin_and_end_at_work(
    leave: Span, contract: Contract
) -> None:
    minutes_on = as_contracted(contract)
    found = stretches(leave, minutes_on)
    for each in found:
        assert minutes_on(each.start) >= each.minutes > 0
        assert minutes_on(each.end) > 0
        assert trimmed(each, minutes_on) == each
    whole = {day for day, is_whole in leave.days() if is_whole}
    for one, other in pairwise(found):
        assert one.end < other.start
        assert one.minutes != other.minutes or not {one.end, other.start} <= whole


@pytest.mark.randomized
@given(st.lists(SPANS, max_size=8), CONTRACTS)
def test_no_two_stretches_of_merged_spans_share_a_day(
    spans: list[Span], contract: Contract
) -> None:
    found = [s for own in merged(spans) for s in stretches(own, as_contracted(contract))]
    assert all(one.end < other.start for one, other in pairwise(found))


# ---------------------------------------------------------- trimmed, and places


@pytest.mark.parametrize(
    ("booked", "expected"),
    [
        ("07..11 420", "07..11 420"),
        ("05..11 420", "07..11 420"),
        ("07..13 420", "07..11 420"),
        ("05..20 210", "07..18 210"),
        ("11..14 420", "11..14 420"),
        ("12..13 420", "12..13 420"),
        ("12 420", "12 420"),
        # Minutes are not looked at.
        ("04..05 17", "04 17"),
    ],
)
def test_days_off_at_either_end_make_no_difference(booked: str, expected: str) -> None:
    assert trimmed(stretch(booked), weekly(*FULL)) == stretch(expected)


def test_somebody_without_any_working_day_has_nothing_to_trim() -> None:
    whole = Stretch(date(2026, 1, 1), date(2026, 12, 31), 420)
    assert trimmed(whole, weekly(*[0] * 7)) == whole


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ([], {}),
        (["07..09 420"], {"07..09 420": "07"}),
        # Beside one another.
        (["07..08 420", "09..10 420"], {"07..08 420": "07", "09..10 420": "09"}),
        # On one day in common.
        (["07..09 420", "09..10 420"], {"07..09 420": "07", "09..10 420": "07"}),
        # One after the other, and all of them in another.
        (
            ["01..02 420", "03..04 420", "02..03 210", "07 420"],
            {"01..02 420": "01", "02..03 210": "01", "03..04 420": "01", "07 420": "07"},
        ),
        (
            ["07..18 420", "08 210", "14..15 420", "21 420"],
            {"07..18 420": "07", "08 210": "07", "14..15 420": "07", "21 420": "21"},
        ),
        (["07 420", "07 210"], {"07 420": "07", "07 210": "07"}),
    ],
)
def test_what_overlaps_directly_or_not_is_in_one_place(
    there: list[str], expected: dict[str, str]
) -> None:
    found = places(map(stretch, there))
    assert found == {stretch(text): december(first) for text, first in expected.items()}


def a_stretch(first: int, days: int, minutes: int) -> Stretch:
    start = date(2026, 12, 1) + timedelta(days=first)
    return Stretch(start, start + timedelta(days=days), minutes)


STRETCHES = st.builds(a_stretch, st.integers(0, 60), st.integers(0, 6), st.sampled_from([210, 420]))


@pytest.mark.randomized
@given(st.sets(STRETCHES, max_size=14))
def test_places_are_those_of_days_without_a_gap(there: set[Stretch]) -> None:
    # By days: a run of days of which each goes over into the next inside some stretch.
    joined = {
        each.start + timedelta(days=number)
        for each in there
        for number in range((each.end - each.start).days)
    }
    found = places(there)
    assert found.keys() == there
    for each in there:
        first = each.start
        while first - timedelta(days=1) in joined:
            first -= timedelta(days=1)
        assert found[each] == first
