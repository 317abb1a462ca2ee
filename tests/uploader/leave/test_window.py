"""The window of days: what is compared on either side, what is history, and which is which.

Beside the tables stands an account of its own, day by day.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from itertools import takewhile
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uploader.syncs.breathe_to_productive.spans import (
    DAY,
    Span,
    Stretch,
    in_window,
    merged,
    paired,
    stretches,
    trimmed,
)

# `make soak` searches that many times longer.
TIMES = int(os.environ.get("LOCKSTEP_TEST_TIMES", "1"))
# The 7th of December 2026 is a Monday.
FIRST = date(2026, 12, 1)
Week = tuple[int, ...]
USUAL: Week = (420, 420, 420, 420, 420, 0, 0)
EVERY_DAY: Week = (420,) * 7


def december(text: str) -> date:
    return date(2026, 12, int(text))


def stretch(text: str) -> Stretch:
    """“07..09 420”, “07 210”; without minutes they are 420."""
    days, _, minutes = text.partition(" ")
    first, _, last = days.partition("..")
    return Stretch(december(first), december(last or first), int(minutes or 420))


def some(texts: Iterable[str]) -> set[Stretch]:
    return {stretch(text) for text in texts}


def weekly(week: Week) -> Callable[[date], int]:
    return lambda day: week[day.weekday()]


def a_stretch(first: int, days: int, minutes: int) -> Stretch:
    start = FIRST + first * DAY
    return Stretch(start, start + days * DAY, minutes)


def a_span(first: int, days: int, half_start: bool, half_end: bool) -> Span:
    start = FIRST + first * DAY
    return Span(start, start + days * DAY, half_start=half_start, half_end=half_end)


MINUTES = st.sampled_from([210, 420])
STRETCHES = st.sets(st.builds(a_stretch, st.integers(0, 50), st.integers(0, 9), MINUTES))
DAYS = st.builds(lambda number: FIRST + number * DAY, st.integers(-2, 62))
HALVES = (st.booleans(), st.booleans())
# Leave here and there in a year, and leave as dense as what is booked.
SPANS = st.lists(st.builds(a_span, st.integers(0, 360), st.integers(0, 20), *HALVES), max_size=15)
DENSE_SPANS = st.lists(
    st.builds(a_span, st.integers(0, 50), st.integers(0, 12), *HALVES), max_size=6
)
WEEKS = st.tuples(*[st.sampled_from([0, 210, 420, 420, 455])] * 7)


def cut(spans: list[Span], week: Week, *, since: date = date.min) -> set[Stretch]:
    """The stretches of somebody's leave, as far as its spans end on that day or later."""
    return {
        each for own in merged(spans) if own.end >= since for each in stretches(own, weekly(week))
    }


def without_days_off(there: set[Stretch], week: Week) -> set[Stretch]:
    return {trimmed(each, weekly(week)) for each in there}


def carried_out(
    wanted: set[Stretch], there: set[Stretch], *, since: date, week: Week
) -> list[Stretch]:
    """What is booked after everything is made what it is paired with, or made, or taken away."""
    goal, chosen = in_window(wanted, there, since=since, minutes_on=weekly(week))
    becomes = {match: one for one, match in paired(goal, chosen).items()}
    held = [becomes.get(each, each) for each in there if each in becomes or each not in chosen]
    return held + [one for one in goal if one not in becomes.values()]


# ---------------------------------------------------------- an account of its own


def days_of(stretch: Stretch) -> list[date]:
    return [
        stretch.start + number * DAY for number in range((stretch.end - stretch.start).days + 1)
    ]


def all_days(stretches: Iterable[Stretch]) -> set[date]:
    return {day for each in stretches for day in days_of(each)}


def first_days(stretch: Stretch, wanted: set[Stretch], *, since: date, week: Week) -> list[date]:
    """Those before the window on which nothing is wanted, from a working day to a working day."""
    wanted_days = all_days(wanted)
    past = list(takewhile(lambda day: day < since and day not in wanted_days, days_of(stretch)))
    working = list(filter(weekly(week), past))
    return [day for day in past if working[0] <= day <= working[-1]] if working else past


def minutes_by_day(stretches: Iterable[Stretch], week: Week) -> dict[date, list[int]]:
    """What Productive makes of them: the minutes of each on each working day."""
    found: dict[date, list[int]] = {}
    for each in stretches:
        for day in filter(weekly(week), days_of(each)):
            found.setdefault(day, []).append(each.minutes)
    return found


# ------------------------------------------------------------------- the window


@pytest.mark.parametrize(
    ("wanted", "there", "kept", "compared"),
    [
        # All that is wanted is, wherever it lies: it was cut to the window before.
        (["01..10"], [], [], []),
        (["01..02", "03 210", "10"], [], [], []),
        (["14..18"], [], [], []),
        # What is there is by its end.
        ([], ["10"], [], ["10"]),
        ([], ["10..11", "14 210"], [], ["10..11", "14 210"]),
        ([], ["07..09"], [], []),
        (["14..18"], ["07..09", "21..22"], [], ["21..22"]),
        # And where it meets what is wanted, also if both ended before.
        (["07..11"], ["07..08"], [], ["07..08"]),
        (["07..09", "10 210"], ["07..08 210"], [], ["07..08 210"]),
        (["07..09", "10 210"], ["08..09", "14..15"], [], ["08..09", "14..15"]),
        (["01..11"], ["01..02", "04", "07..09"], [], ["01..02", "04", "07..09"]),
        # Beside is not over: the 9th does not meet the 10th.
        (["10..11"], ["07..09"], [], []),
        (["08..10"], ["07", "11"], [], ["11"]),
        # Nor does what meets only what is there as well.
        (["09..11"], ["03..07", "07..09"], ["07..08"], ["07..09"]),
        # No longer wanted: it ends with the day before the window.
        ([], ["01..10"], ["01..09"], ["01..10"]),
        ([], ["09..18 210"], ["09 210"], ["09..18 210"]),
        (["14..18"], ["01..22"], ["01..09"], ["01..22"]),
        (["10..11"], ["08..11"], ["08..09"], ["08..11"]),
        (["11"], ["08..14"], ["08..09"], ["08..14"]),
        # Or with the day before what is wanted, if that is earlier.
        (["09..11"], ["07..11"], ["07..08"], ["07..11"]),
        (["08..11"], ["04..09"], ["04..07"], ["04..09"]),
        (["08..09 210", "10..11"], ["04..18"], ["04..07"], ["04..18"]),
        # It begins with what is wanted, or after it: nothing of it is history.
        (["07..10"], ["07..18"], [], ["07..18"]),
        (["04..10"], ["07..18"], [], ["07..18"]),
        # Only the first days are: what is wanted later ends with the window or goes on into it.
        (["07..08"], ["07..11"], [], ["07..11"]),
        (["02", "08..10"], ["03..11"], ["03..07"], ["03..11"]),
        # Each has its own, and those that begin together have one, with the most minutes.
        ([], ["03..10", "04..11"], ["03..09", "04..09"], ["03..10", "04..11"]),
        ([], ["03..10", "03..14"], ["03..09"], ["03..10", "03..14"]),
        ([], ["03..10 210", "03..14"], ["03..09"], ["03..10 210", "03..14"]),
        ([], ["03..10", "03..14 210"], ["03..09"], ["03..10", "03..14 210"]),
        (["04..10"], ["03..09", "03..04"], ["03"], ["03..09", "03..04"]),
        # Days off at either end are no work, and within it do no harm.
        (["07..10"], ["04..08"], ["04"], ["04..08"]),
        (["08..10"], ["05..09"], ["07"], ["05..09"]),
        ([], ["04..10"], ["04..09"], ["04..10"]),
    ],
)
def test_what_is_compared_and_which_days_are_kept(
    wanted: list[str], there: list[str], kept: list[str], compared: list[str]
) -> None:
    found = in_window(some(wanted), some(there), since=december("10"), minutes_on=weekly(USUAL))
    assert found == (some([*wanted, *kept]), some(compared))


@pytest.mark.parametrize(
    ("since", "kept"),
    [
        ("03", []),
        ("04", ["03"]),
        ("05", ["03..04"]),
        ("06", ["03..04"]),
        ("07", ["03..04"]),
        ("08", ["03..07"]),
    ],
)
def test_what_is_kept_ends_with_a_working_day(since: str, kept: list[str]) -> None:
    found = in_window([], some(["03..08"]), since=december(since), minutes_on=weekly(USUAL))
    assert found == (some(kept), some(["03..08"]))


def test_what_ended_before_the_window_is_not_looked_at() -> None:
    found = in_window([], some(["03..08"]), since=december("09"), minutes_on=weekly(USUAL))
    assert found == (set(), set())


def same(wanted: Iterable[str], there: Iterable[str], *, since: str) -> dict[Stretch, Stretch]:
    goal, chosen = in_window(
        some(wanted), some(there), since=december(since), minutes_on=weekly(USUAL)
    )
    return paired(goal, chosen)


def test_leave_cancelled_after_it_began_is_its_booking_shortened() -> None:
    assert same([], ["02..11"], since="09") == {stretch("02..08"): stretch("02..11")}


def test_leave_that_begins_later_than_it_did_is_two() -> None:
    """Its first days are history, and stay the booking that they were."""
    assert same(["08..11"], ["02..11"], since="09") == {stretch("02..07"): stretch("02..11")}


def test_leave_drawn_out_across_the_day_is_the_same_leave() -> None:
    assert same(["02..11"], ["02..04"], since="09") == {stretch("02..11"): stretch("02..04")}


@pytest.mark.parametrize("shorter", range(1, 10))
@pytest.mark.parametrize("since", range(1, 13))
def test_leave_cut_short_ends_where_it_ends_or_with_the_day_before_the_window(
    shorter: int, since: int
) -> None:
    leave, booked = Span(FIRST, FIRST + (shorter - 1) * DAY), a_stretch(0, 9, 420)
    day = FIRST + (since - 1) * DAY
    wanted = cut([leave], EVERY_DAY, since=day)
    last = booked.end if day > booked.end else max(leave.end, day - DAY)
    assert carried_out(wanted, {booked}, since=day, week=EVERY_DAY) == [Stretch(FIRST, last, 420)]


@pytest.mark.parametrize("shorter", range(1, 10))
@pytest.mark.parametrize("since", range(1, 13))
def test_leave_drawn_out_is_followed_as_long_as_it_ends_in_the_window(
    shorter: int, since: int
) -> None:
    leave, booked = Span(FIRST, FIRST + 9 * DAY), a_stretch(0, shorter - 1, 420)
    day = FIRST + (since - 1) * DAY
    wanted = cut([leave], EVERY_DAY, since=day)
    last = leave.end if day <= leave.end else booked.end
    assert carried_out(wanted, {booked}, since=day, week=EVERY_DAY) == [Stretch(FIRST, last, 420)]


@pytest.mark.randomized
@given(STRETCHES, STRETCHES, DAYS, WEEKS)
def test_what_is_compared_is_what_an_account_of_days_finds(
    wanted: set[Stretch], there: set[Stretch], since: date, week: Week
) -> None:
    found, chosen = in_window(wanted, there, since=since, minutes_on=weekly(week))
    wanted_days = all_days(wanted)
    assert chosen == {
        each for each in there if any(day >= since or day in wanted_days for day in days_of(each))
    }
    pasts = [
        (days, each.minutes)
        for each in chosen
        if (days := first_days(each, wanted, since=since, week=week))
    ]
    # Of those that begin together it is one of the longest.
    longest = {
        days[0]: max(len(other) for other, _ in pasts if other[0] == days[0]) for days, _ in pasts
    }
    kept = found - wanted
    assert found >= wanted
    assert {each.start: len(days_of(each)) for each in kept} == longest
    assert all((days_of(each), each.minutes) in pasts for each in kept)


@pytest.mark.randomized
@given(STRETCHES, STRETCHES, DAYS, WEEKS)
def test_what_is_kept_meets_nothing_that_is_wanted_and_begins_on_a_day_of_its_own(
    wanted: set[Stretch], there: set[Stretch], since: date, week: Week
) -> None:
    found, _ = in_window(wanted, there, since=since, minutes_on=weekly(week))
    kept = found - wanted
    assert not all_days(kept) & all_days(wanted)
    assert len({each.start for each in kept}) == len(kept)
    assert all(each.end < since for each in kept)


@pytest.mark.randomized
@given(STRETCHES, STRETCHES, DAYS, WEEKS)
def test_to_look_twice_is_to_look_once(
    wanted: set[Stretch], there: set[Stretch], since: date, week: Week
) -> None:
    there = without_days_off(there, week)
    once = in_window(wanted, there, since=since, minutes_on=weekly(week))
    assert in_window(*once, since=since, minutes_on=weekly(week)) == once


@pytest.mark.randomized
@given(STRETCHES, STRETCHES, DAYS, WEEKS)
def test_nothing_that_ends_before_the_window_and_all_that_is_wanted_makes_a_difference(
    wanted: set[Stretch], there: set[Stretch], since: date, week: Week
) -> None:
    first = min([since, *(each.start for each in wanted)])
    read = {each for each in there if each.end >= first}
    assert in_window(wanted, read, since=since, minutes_on=weekly(week)) == in_window(
        wanted, there, since=since, minutes_on=weekly(week)
    )


# ------------------------------------------------------------ after it is carried out


@pytest.mark.randomized
@given(DENSE_SPANS, WEEKS, STRETCHES, DAYS)
def test_no_day_before_the_window_loses_its_booking_but_to_leave_that_is_wanted(
    spans: list[Span], week: Week, there: set[Stretch], since: date
) -> None:
    wanted, there = cut(spans, week, since=since), without_days_off(there, week)
    held = carried_out(wanted, there, since=since, week=week)
    wanted_days = all_days(wanted)
    for each in there:
        for day in filter(weekly(week), days_of(each)):
            if day < since and day not in wanted_days:
                # Of bookings that begin together, one stands for all.
                assert any(
                    other.start <= day <= other.end
                    and (other.minutes == each.minutes or other.start == each.start)
                    for other in held
                )


@pytest.mark.randomized
@given(DENSE_SPANS, WEEKS, STRETCHES, DAYS)
def test_no_day_before_the_window_gets_a_booking_but_of_leave_that_is_wanted(
    spans: list[Span], week: Week, there: set[Stretch], since: date
) -> None:
    wanted, there = cut(spans, week, since=since), without_days_off(there, week)
    held = minutes_by_day(carried_out(wanted, there, since=since, week=week), week)
    before = minutes_by_day(there, week)
    wanted_days = all_days(wanted)
    for day, minutes in held.items():
        if day < since and day not in wanted_days:
            assert not Counter(minutes) - Counter(before[day])


@pytest.mark.randomized
@given(DENSE_SPANS, WEEKS, STRETCHES, DAYS)
def test_in_the_window_and_wherever_leave_is_wanted_nothing_else_is_booked(
    spans: list[Span], week: Week, there: set[Stretch], since: date
) -> None:
    wanted, there = cut(spans, week, since=since), without_days_off(there, week)
    held = minutes_by_day(carried_out(wanted, there, since=since, week=week), week)
    expected = minutes_by_day(wanted, week)
    for day in held.keys() | expected.keys():
        if day >= since or day in expected:
            assert held.get(day, []) == expected.get(day, [])


# ---------------------------------------------------------- a window that slides


@pytest.mark.randomized
@settings(max_examples=40 * TIMES)
@given(SPANS, WEEKS)
def test_with_nothing_new_no_day_of_a_year_finds_a_difference(
    spans: list[Span], week: Week
) -> None:
    there = cut(spans, week)
    for number in range(-1, 390):
        since = FIRST + number * DAY
        wanted = cut(spans, week, since=since)
        found = in_window(wanted, there, since=since, minutes_on=weekly(week))
        assert found == (wanted, wanted)


@pytest.mark.randomized
@given(DENSE_SPANS, WEEKS, STRETCHES, st.integers(0, 60))
def test_what_is_put_right_once_is_right_on_every_later_day(
    spans: list[Span], week: Week, there: set[Stretch], first: int
) -> None:
    since = FIRST + first * DAY
    there = without_days_off(there, week)
    held = set(carried_out(cut(spans, week, since=since), there, since=since, week=week))
    for number in range(75):
        later = since + number * DAY
        wanted = cut(spans, week, since=later)
        one, other = in_window(wanted, held, since=later, minutes_on=weekly(week))
        # What was shortened to history is out of sight.
        assert (one, other) == (wanted, wanted)


@pytest.mark.randomized
@given(DENSE_SPANS, WEEKS, st.integers(0, 60), st.integers(0, 30), st.integers(0, 9))
def test_an_open_sickness_grows_by_one_booking_and_no_other(
    spans: list[Span], week: Week, first: int, since: int, days: int
) -> None:
    """Yesterday's bookings beside what is wanted today: all but the last day is as it was."""
    today = FIRST + first * DAY
    began = today - (days + 1) * DAY
    there = cut([*spans, Span(began, today - DAY)], week)
    day = today - since * DAY
    wanted = cut([*spans, Span(began, today)], week, since=day)
    goal, chosen = in_window(wanted, there, since=day, minutes_on=weekly(week))
    assert goal == wanted
    assert len(goal - chosen) <= 1
    assert all(each.start <= today <= each.end for each in goal - chosen)
    assert all(paired(goal, chosen)[each] == each for each in goal & chosen)


# ------------------------------------------------------------- which is which


@pytest.mark.parametrize(
    ("wanted", "there", "expected"),
    [
        ([], ["07"], {}),
        (["07"], [], {}),
        (["07"], ["08"], {}),
        # Equal before begun on the same day.
        (["07..09"], ["07..09 210", "07..09"], {"07..09": "07..09"}),
        (["07..09"], ["07..08", "07..09"], {"07..09": "07..09"}),
        # Begun on the same day before ended on the same day.
        (["07..09"], ["08..09", "07"], {"07..09": "07"}),
        (["07..09"], ["01..09", "07..18 210"], {"07..09": "07..18 210"}),
        # Ended on the same day before overlapping.
        (["07..09"], ["01..07", "08..09"], {"07..09": "08..09"}),
        (["07..09"], ["08", "09 210"], {"07..09": "09 210"}),
        # Overlapping, the earliest first.
        (["07..09"], ["06..07", "08..10"], {"07..09": "06..07"}),
        (["07..10"], ["09", "08"], {"07..10": "08"}),
        # A better match of another one comes first.
        (["07..09", "10..11"], ["10..11", "09..10"], {"10..11": "10..11", "07..09": "09..10"}),
        (["01..09", "08..11"], ["08..09"], {"08..11": "08..09"}),
        (["01..09", "07..09 210"], ["07..09 210"], {"07..09 210": "07..09 210"}),
        # One to one.
        (["07..08", "09..10"], ["07..10"], {"07..08": "07..10"}),
        (["08..09", "10..11"], ["07..18"], {"08..09": "07..18"}),
        (["07..10"], ["07..08", "09..10"], {"07..10": "07..08"}),
        (
            ["07..08", "09 210", "10..11"],
            ["07..09", "10..11 210"],
            {"07..08": "07..09", "10..11": "10..11 210"},
        ),
    ],
)
def test_what_is_there_is_paired_with_what_it_resembles_most(
    wanted: list[str], there: list[str], expected: dict[str, str]
) -> None:
    pairs = {stretch(one): stretch(other) for one, other in expected.items()}
    assert paired(some(wanted), some(there)) == pairs


@pytest.mark.randomized
@given(STRETCHES, STRETCHES, st.randoms(use_true_random=False))
def test_pairs_do_not_depend_on_the_order_of_either_side(
    wanted: set[Stretch], there: set[Stretch], chance: Random
) -> None:
    one, other = sorted(wanted), sorted(there)
    expected = paired(one, other)
    chance.shuffle(one)
    chance.shuffle(other)
    assert paired(one, other) == expected


@pytest.mark.randomized
@given(STRETCHES, STRETCHES)
def test_pairs_are_one_to_one_and_leave_nothing_that_could_be_paired(
    wanted: set[Stretch], there: set[Stretch]
) -> None:
    pairs = paired(wanted, there)
    assert pairs.keys() <= wanted
    assert set(pairs.values()) <= there
    assert len(set(pairs.values())) == len(pairs)
    assert all(one.overlaps(other) for one, other in pairs.items())
    assert {one for one in pairs if one == pairs[one]} == wanted & there
    left_wanted, left_there = wanted - pairs.keys(), there - set(pairs.values())
    assert not any(one.overlaps(other) for one in left_wanted for other in left_there)
