"""Somebody leaves, is away, or more days come: as few duties move as can."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota import solver, verify
from rota.problem import Key, Problem, Roster
from tests.conftest import TIMES
from tests.rota.problems import (
    any_problem,
    away,
    from_then_on,
    impossible_now,
    problem,
    without,
)


def solved(made: Problem) -> Roster:
    roster = solver.solve(made)
    assert verify.check(made, roster) == []
    return roster


def half_way(seed: int) -> Problem:
    made = problem((9, 16), 100, seed=seed, leave=0.1)
    return from_then_on(made, solved(made), 40)


@pytest.mark.parametrize("seed", range(3))
def test_somebody_who_leaves_moves_their_own_duties_and_at_most_one_more(seed: int) -> None:
    made = half_way(seed)
    leaver = Random(seed).choice(made.members).id
    made = without(made, leaver)

    roster = solved(made)

    unavoidable = impossible_now(made)
    assert unavoidable
    assert unavoidable <= set(roster.moved)
    assert len(roster.moved) <= len(unavoidable) + 1
    assert leaver not in roster.duties.values()


@pytest.mark.parametrize("seed", range(3))
def test_one_absence_moves_what_it_hits_and_at_most_one_more(seed: int) -> None:
    made = half_way(seed)
    day, role = Random(seed).choice(sorted(made.before))
    made = away(made, made.before[day, role] or 0, day, day)

    roster = solved(made)

    assert (day, role) in roster.moved
    assert len(roster.moved) <= 2


@pytest.mark.randomized
@pytest.mark.parametrize("seed", range(25 * TIMES))
def test_solving_again_changes_nothing(seed: int) -> None:
    made = any_problem(seed)
    roster = solved(made)

    again = solved(replace(made, before=roster.duties, seed=made.seed + 1))

    assert again.duties == roster.duties
    assert again.moved == ()


def test_more_days_are_filled_without_moving_the_others() -> None:
    made = problem((5, 7), 48)
    first = solved(replace(made, slots=made.slots[:24]))

    roster = solved(replace(made, before=first.duties))

    assert roster.moved == ()
    assert first.duties.items() <= roster.duties.items()
    assert roster.uneven == ()


def test_a_gap_of_before_is_filled_once_somebody_is_free() -> None:
    made = problem((3, 3), 12)
    roster = solved(made)
    key = made.slots[4].day, "lead"

    again = solved(replace(made, before={**roster.duties, key: None}))

    assert again.duties[key] is not None
    assert key in again.moved
    assert len(again.moved) <= 2


def test_a_swap_stays_and_nothing_else_is_moved_for_it() -> None:
    made = problem((6, 6), 24)
    roster = solved(made)
    one, other = (made.slots[place].day for place in (0, 3))
    swapped: dict[Key, int | None] = {
        (one, "lead"): roster.duties[other, "lead"],
        (other, "lead"): roster.duties[one, "lead"],
    }

    again = solved(replace(made, before={**roster.duties, **swapped}, fixed=swapped))

    assert again.moved == ()
    assert swapped.items() <= again.duties.items()


# ---------------------------------------------------------- by trying everything


def every_rota(made: Problem) -> Iterator[dict[Key, int]]:
    """Whoever can, on every day: without a solver, and only for very few days."""
    keys, free = [], []
    for slot in made.slots:
        other = next(group for group in made.groups if group != slot.leads)
        for role, group in (("lead", slot.leads), ("assist", other)):
            able = [m.id for m in made.members if m.group == group and m.can_serve_on(slot.day)]
            if able:
                keys.append((slot.day, role))
                free.append(able)
    for chosen in product(*free):
        yield dict(zip(keys, chosen, strict=True))


@pytest.mark.randomized
@given(seed=st.integers(0, 10**6), who=st.integers(0, 3), when=st.integers(0, 3))
def test_no_rota_moves_much_less(seed: int, who: int, when: int) -> None:
    """Compared with the best of all rotas that there are for a handful of people and days."""
    made = problem((2, 2), 4, seed=seed)
    made = replace(made, before=solved(made).duties)
    made = away(made, made.members[who].id, made.slots[when].day, made.slots[-1].day)

    roster = solved(made)

    best = min(
        sum(made.before[key] != holder for key, holder in rota.items()) for rota in every_rota(made)
    )
    moved_to_somebody = [key for key in roster.moved if roster.duties[key] is not None]
    assert len(moved_to_somebody) <= best + 1
