"""The checker finds every sort of mistake, planted one by one in rosters that are right."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from rota import solver, verify
from rota.problem import ASSIST, LEAD, Gap, Key, Past, Problem, Roster
from tests.rota.problems import DAY, away, from_then_on, problem

Planted = tuple[Problem, Roster]


@pytest.fixture(scope="module")
def right() -> Planted:
    made = problem((4, 6), 40, leave=0.05)
    roster = solver.solve(made)
    assert (roster.level, roster.gaps) == (0, ())
    return made, roster


@pytest.fixture(scope="module")
def half_way(right: Planted) -> Planted:
    made = from_then_on(*right, 20)
    return made, solver.solve(made)


def given(roster: Roster, *changes: tuple[Key, int | None]) -> Roster:
    return replace(roster, duties={**roster.duties, **dict(changes)})


def key(made: Problem, place: int, role: str) -> Key:
    return made.slots[place].day, role


def found(made: Problem, roster: Roster) -> str:
    return " ".join(verify.check(made, roster))


def test_a_right_roster_is_right(right: Planted, half_way: Planted) -> None:
    assert verify.check(*right) == []
    assert verify.check(*half_way) == []


def test_somebody_who_is_away(right: Planted) -> None:
    made, roster = right
    at = key(made, 3, LEAD)
    on_leave = away(made, roster.duties[at] or 0, at[0], at[0])

    assert f"is to lead on {at[0]}, and is away." in found(on_leave, roster)


def test_somebody_who_has_left_or_not_yet_joined(right: Planted) -> None:
    made, roster = right
    at = key(made, 3, ASSIST)
    for change in ({"left_on": at[0] - DAY}, {"joined_on": at[0] + DAY}):
        members = tuple(
            replace(m, **change) if m.id == roster.duties[at] else m  # type: ignore[arg-type]
            for m in made.members
        )
        wrong = found(replace(made, members=members), roster)
        assert f"is to assist on {at[0]}, and is not in the rota that day." in wrong


def test_a_weekday_on_which_somebody_does_not_work(right: Planted) -> None:
    made, roster = right
    at = key(made, 3, LEAD)
    members = tuple(
        replace(m, weekdays=m.weekdays - {at[0].weekday()}) if m.id == roster.duties[at] else m
        for m in made.members
    )

    assert "does not work on that weekday" in found(replace(made, members=members), roster)


def test_somebody_of_the_wrong_group_and_somebody_unknown(right: Planted) -> None:
    made, roster = right
    at = key(made, 3, LEAD)

    assert "is not in sevens" in found(made, given(roster, (at, roster.duties[at[0], ASSIST])))
    assert "is nobody of this rota: 999" in found(made, given(roster, (at, 999)))


def test_a_duty_that_is_missing_and_one_that_is_too_many(right: Planted) -> None:
    made, roster = right
    at = key(made, 3, LEAD)
    fewer = {other: holder for other, holder in roster.duties.items() if other != at}
    sunday = made.slots[3].day + 2 * DAY

    assert f"The lead of {at[0]} is missing." in found(made, replace(roster, duties=fewer))
    assert "is not a day to fill" in found(made, given(roster, ((sunday, LEAD), 100)))


def test_a_gap_without_a_word_and_a_gap_where_somebody_is_free(right: Planted) -> None:
    made, roster = right
    at = key(made, 3, LEAD)
    open_day = given(roster, (at, None))
    silent = replace(open_day, gaps=(Gap(day=at[0], role=LEAD, reason=" "),))
    said = replace(open_day, gaps=(Gap(day=at[0], role=LEAD, reason="everybody is away"),))

    assert "without a word" in found(made, open_day)
    assert "no reason is given" in found(made, silent)
    assert "is free" in found(made, said)


def test_a_gap_that_is_none(right: Planted) -> None:
    made, roster = right
    gap = Gap(day=made.slots[3].day, role=LEAD, reason="everybody is away")

    assert "said to be nobody's" in found(made, replace(roster, gaps=(gap,)))


def test_what_a_person_decided_and_is_another_now(right: Planted) -> None:
    made, roster = right
    at = key(made, 3, LEAD)
    other = next(m.id for m in made.members if m.group == "sevens" and m.id != roster.duties[at])

    assert "was decided by a person" in found(replace(made, fixed={at: other}), roster)


def test_a_move_that_is_not_told_and_one_that_was_none(half_way: Planted) -> None:
    made, roster = half_way
    at = key(made, 3, LEAD)
    other = next(m.id for m in made.members if m.id != roster.duties[at])
    was_another = replace(made, before={**made.before, at: other})

    assert "is not said to have moved" in found(was_another, roster)
    assert "has not moved" in found(made, replace(roster, moved=(at,)))


def test_two_duties_too_soon_after_one_another(right: Planted) -> None:
    made, roster = right
    number = {slot.day: slot.number for slot in made.slots}

    def too_near(at: Key, other: Key) -> bool:
        """Whoever had the first of them has a third duty close to the second."""
        return any(
            holder == roster.duties[at]
            and third not in (at, other)
            and abs(number[third[0]] - number[other[0]]) < made.min_gap
            for third, holder in roster.duties.items()
        )

    near = exchanged(made, roster, able=too_near)

    assert "too soon" in found(made, replace(near, gap=made.min_gap))


def test_a_gap_across_the_border(half_way: Planted) -> None:
    made, roster = half_way
    holder = made.past[-1].lead or made.past[-1].assist or 0
    at = next(other for other, who in sorted(roster.duties.items()) if who == holder)
    number = next(slot.number for slot in made.slots if slot.day == at[0])
    last = replace(made.past[-1], number=number - 1, lead=holder, assist=None)
    near = replace(made, past=(*made.past, last))

    assert "too soon" in found(near, roster)


def test_a_gap_that_its_level_does_not_allow(right: Planted) -> None:
    made, roster = right

    assert "promises a gap of 3" in found(made, replace(roster, gap=2))


def test_somebody_with_more_than_their_share(right: Planted) -> None:
    made, roster = right
    one, other = (m.id for m in made.members if m.group == "others" and m.id in (200, 201))
    members = {m.id: m for m in made.members}
    free = [
        (at, other)
        for at, holder in roster.duties.items()
        if holder == one and members[other].can_serve_on(at[0])
    ]

    wrong = found(made, given(roster, *free))

    assert "their share is" in wrong


def test_an_uneven_total_needs_an_explanation(right: Planted) -> None:
    made, roster = right
    owed = tuple(replace(m, credit={LEAD: 1.5}) if m.id == 100 else m for m in made.members)

    unsaid = found(replace(made, members=owed), replace(roster, uneven=((100, LEAD),)))

    assert "Nothing explains why S0 has" in unsaid
    assert "and it is denied" in found(made, replace(roster, uneven=((101, ASSIST),)))


def exchanged(made: Problem, roster: Roster, *, able: Callable[[Key, Key], bool]) -> Roster:
    """Two duties of one role and group exchanged."""
    members = {m.id: m for m in made.members}
    for at, holder in sorted(roster.duties.items()):
        for other, another in sorted(roster.duties.items()):
            one, two = members[holder or 0], members[another or 0]
            if (
                at[0] < other[0]
                and (at[1], one.group) == (other[1], two.group)
                and one is not two
                and one.can_serve_on(other[0])
                and two.can_serve_on(at[0])
                and able(at, other)
            ):
                yielded = given(roster, (at, another), (other, holder))
                return replace(yielded, gap=1)
    raise AssertionError("Nothing can be exchanged.")


def test_a_cycle_in_which_somebody_leads_twice(right: Planted) -> None:
    made, roster = right
    cycle = {slot.day: slot.cycle for slot in made.slots}
    leads = exchanged(made, roster, able=lambda a, b: a[1] == LEAD and cycle[a[0]] != cycle[b[0]])

    assert "times by cycle" in found(replace(made, min_gap=1), leads)


def test_the_same_weekday_too_often(right: Planted) -> None:
    made, roster = right
    wrong = ""
    for weekday in range(5):
        changed = exchanged(
            made,
            roster,
            able=lambda a, b, w=weekday: b[0].weekday() == w != a[0].weekday(),  # type: ignore[misc]
        )
        wrong += found(replace(made, min_gap=1), changed)

    assert "of one weekday and" in wrong


def test_a_pair_that_meets_again_before_it_must(right: Planted) -> None:
    made, roster = right
    lead, assist = (roster.duties[made.slots[0].day, role] for role in (LEAD, ASSIST))
    lately = tuple(
        Past(day=made.slots[0].day - n * 7 * DAY, number=-100 * n, lead=lead, assist=assist)
        for n in (2, 1)
    )

    assert "is possible" in found(replace(made, past=lately), roster)
