"""Shares, what is owed, and the figures of the report, on duties that can be counted by hand."""

from dataclasses import replace

import pytest

from rota import fairness, solver
from rota.problem import ASSIST, LEAD, Key, Member, Problem, Slot
from tests.rota.problems import GROUPS, away, problem, slots

ADA = Member(id=1, name="Ada", group="sevens")
BEN = Member(id=2, name="Ben", group="sevens")
CEM = Member(id=3, name="Cem", group="others")
DEE = Member(id=4, name="Dee", group="others")
TEAM = [ADA, BEN, CEM, DEE]
# Tuesday to Friday: the sevens lead twice, then the others do.
FOUR = slots((2, 2), 4)


def duties(leads: list[int | None], assists: list[int | None]) -> dict[Key, int | None]:
    found: dict[Key, int | None] = {}
    for slot, lead, assist in zip(FOUR, leads, assists, strict=True):
        found |= {(slot.day, LEAD): lead, (slot.day, ASSIST): assist}
    return found


def accounts(
    members: list[Member], done: dict[Key, int | None]
) -> dict[int, dict[str, fairness.Account]]:
    return fairness.ledger(members, groups=GROUPS, slots=FOUR, duties=done)


def test_who_did_as_much_as_the_others_is_owed_nothing() -> None:
    found = accounts(TEAM, duties([1, 2, 3, 4], [3, 4, 1, 2]))

    assert {a.credit for by_role in found.values() for a in by_role.values()} == {0.0}


def test_who_did_more_has_credit_and_who_did_less_owes() -> None:
    found = accounts(TEAM, duties([1, 1, 3, 4], [3, 4, 1, 2]))

    assert found[1][LEAD] == fairness.Account(share=1.0, done=2)
    assert found[1][LEAD].credit == 1.0
    assert found[2][LEAD].credit == -1.0


def test_a_share_is_by_weight() -> None:
    found = accounts([ADA, replace(BEN, weight=0.6), CEM, DEE], duties([1, 2, 3, 4], [3, 4, 1, 2]))

    assert found[1][LEAD].share == pytest.approx(2 / 1.6)
    assert found[2][LEAD].share == pytest.approx(2 * 0.6 / 1.6)


def test_who_joins_later_has_no_share_of_what_was_before() -> None:
    found = accounts(
        [ADA, replace(BEN, joined_on=FOUR[1].day), CEM, DEE], duties([1, 2, 3, 4], [3, 4, 1, 2])
    )

    assert found[1][LEAD].share == 1.5
    assert found[2][LEAD].share == 0.5


def test_leave_does_not_make_a_share_smaller() -> None:
    absent = replace(ADA, away=((FOUR[0].day, FOUR[3].day),))

    assert accounts([absent, BEN, CEM, DEE], duties([2, 2, 3, 4], [3, 4, 2, 2]))[1][LEAD].share == 1


def test_a_gap_is_nobodys_share() -> None:
    found = accounts(TEAM, duties([1, None, 3, 4], [3, 4, 1, 2]))

    assert found[1][LEAD].share == found[2][LEAD].share == 0.5


def test_all_that_is_owed_is_as_much_as_all_that_was_done_in_advance() -> None:
    made = problem((5, 8), 60, leave=0.2)
    led = fairness.ledger(
        made.members, groups=GROUPS, slots=made.slots, duties=solver.solve(made).duties
    )

    for role in (LEAD, ASSIST):
        assert sum(each[role].credit for each in led.values()) == pytest.approx(0)


# ------------------------------------------------------------------ targets


def test_a_debt_is_paid_back_over_some_time() -> None:
    found = fairness.targets({1: 3.0, 2: 3.0, 3: 3.0}, credit={1: -10.0}, total=9)

    assert found == {1: 6.0, 2: 1.5, 3: 1.5}


def test_nobody_is_due_less_than_nothing() -> None:
    found = fairness.targets({1: 3.0, 2: 3.0, 3: 3.0}, credit={1: 10.0}, total=9)

    assert found == {1: 0.0, 2: 4.5, 3: 4.5}


def test_what_is_to_be_done_is_what_all_are_due() -> None:
    found = fairness.targets({1: 1.0, 2: 0.6, 3: 0.4}, credit={1: 0.3, 2: -0.8}, total=12)

    assert sum(found.values()) == pytest.approx(12)


# ------------------------------------------------------------------ the report


def test_the_report_counts_weekdays_gaps_and_pairs() -> None:
    done = duties([1, 2, 3, 4], [3, 4, 2, 1])
    found = fairness.report(TEAM, groups=GROUPS, slots=FOUR, duties=done)

    ada, ben, _, _ = found.members
    assert ada.member is ADA
    assert ada.accounts[LEAD].done == ada.accounts[ASSIST].done == 1
    assert ada.weekdays[LEAD] == {"tue": 1, "wed": 0, "thu": 0, "fri": 0}
    assert ada.weekdays[ASSIST] == {"tue": 0, "wed": 0, "thu": 0, "fri": 1}
    assert (ada.smallest_gap, ben.smallest_gap) == (3, 1)
    assert (found.most_meetings, found.met_most) == (1, ((1, 3), (1, 4), (2, 3), (2, 4)))


def test_a_report_of_nothing_is_empty() -> None:
    found = fairness.report(TEAM, groups=GROUPS, slots=[], duties={})

    assert found.most_meetings == 0
    assert found.members[0].smallest_gap is None


def test_after_every_cycle_of_14_months_everybody_is_within_one_duty_of_their_share() -> None:
    """Generated a cycle at a time, with leave that leaves room for it, and somebody who joins."""
    made = problem((4, 6), 300)
    for n, member in enumerate(made.members):
        for begin in range(5 * n, 290, 60):
            made = away(made, member.id, made.slots[begin].day, made.slots[begin + 1].day)
    joiner = replace(made.members[1], joined_on=made.slots[75].day)
    made = replace(made, members=(made.members[0], joiner, *made.members[2:]))
    done: dict[Key, int | None] = {}

    for cycle in range(1, 31):
        own = tuple(slot for slot in made.slots if slot.cycle == cycle)
        lately = [slot for slot in made.slots if slot.cycle < cycle]
        members = tuple(
            replace(m, credit={role: each.credit for role, each in its.items()})
            for m, its in zip(made.members, over(made, lately, done).values(), strict=True)
        )
        done |= solver.solve(replace(made, members=members, slots=own)).duties
        found = over(made, [*lately, *own], done).values()
        assert max(abs(each.credit) for its in found for each in its.values()) <= 1


def over(
    made: Problem, lately: list[Slot], done: dict[Key, int | None]
) -> dict[int, dict[str, fairness.Account]]:
    return fairness.ledger(made.members, groups=GROUPS, slots=lately, duties=done)
