"""Turns by chance: whoever joins, leaves, is away or has decided something, all is right."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rota.problem import Member
from rota.rolling import Service, planned
from tests.conftest import TIMES
from tests.rota.turns.oracle import check

FIRST = date(2026, 12, 2)
WEEK = timedelta(weeks=1)
WEEKS = 16


@st.composite
def members(draw: st.DrawFn) -> list[Member]:
    day = st.dates(FIRST, FIRST + WEEKS * WEEK)
    found = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        away = [
            (first, first + timedelta(days=draw(st.integers(0, 20))))
            for first in draw(st.lists(day, max_size=3))
        ]
        joined = draw(st.one_of(st.none(), st.none(), day))
        left = draw(st.one_of(st.none(), st.none(), st.dates(joined or FIRST, date(2027, 6, 1))))
        found.append(
            Member(
                id=number,
                name=f"M{number}",
                group="",
                joined_on=joined,
                left_on=left,
                away=tuple(away),
            )
        )
    return found


@st.composite
def services(draw: st.DrawFn, order: list[Member]) -> list[Service]:
    """Some that are over, some that are stored, some that are new."""
    ids = [member.id for member in order]
    weeks = draw(st.integers(1, 3))
    past, stored = draw(st.integers(0, 3)), draw(st.integers(0, 7))
    new = draw(st.integers(0, 6))
    offset = draw(st.integers(0, 5))
    found = []
    for number in range(past + stored + new):
        start = FIRST + number * WEEK
        end = start + weeks * WEEK
        if number >= past + stored:
            found.append(Service(start=start, end=end, is_new=True))
            continue
        turn = ids[(number + offset) % len(ids)]
        found.append(
            Service(
                start=start,
                end=end,
                turn=turn,
                holder=draw(st.sampled_from([turn, turn, turn, *ids, None])),
                is_past=number < past,
                is_fixed=draw(st.integers(0, 5)) == 0,
            )
        )
    return found


@pytest.mark.randomized
@settings(deadline=None, max_examples=300 * TIMES)
@given(st.data())
def test_whatever_happens_turns_are_right_and_planning_again_changes_nothing(
    data: st.DataObject,
) -> None:
    order = data.draw(members())
    before = data.draw(services(order))
    last = before[-1] if before else None
    ahead = (
        [(last.start + n * WEEK, last.end + n * WEEK) for n in range(1, len(order) + 1)]
        if last
        else []
    )
    after = planned(order, before, ahead=ahead)
    assert check(order, before, after) == []
    again = planned(order, [replace(each, is_new=False) for each in after], ahead=ahead)
    assert again == after
