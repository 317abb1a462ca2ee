"""Any leave beside any bookings: what a plan comes to, by an account of its own."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.productive.client import Booking
from tests.uploader.leave.one_person import (
    AWAY,
    FIRST,
    HOLIDAY,
    OTHER,
    SICKNESS,
    as_booking,
    booking,
    carried_out,
    changes,
    hours,
    planned,
    read,
)
from uploader.engine import Item
from uploader.syncs.breathe_to_productive import dump
from uploader.syncs.breathe_to_productive.bookings import (
    Bookings,
    Category,
)
from uploader.syncs.breathe_to_productive.leave import Event, Leave, LeaveKind
from uploader.syncs.breathe_to_productive.spans import DAY, Span

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
