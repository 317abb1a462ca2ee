"""Whose turn it is, and who serves: in the order, around leave, leavers and what was decided."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from typing import Any

import pytest

from rota.problem import Member
from rota.rhythm import Rhythm
from rota.rolling import EVERYBODY_AWAY, NOBODY_THERE, Service, planned, remarks
from tests.rota.turns.oracle import check

FIRST = date(2026, 12, 2)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
SEVEN = "ABCDEFG"
RHYTHMS = {
    "a week each": ("1w", "1w", "wed"),
    "two weeks each": ("1w", "2w", "wed"),
    "a month each": ("1mo", "1mo", "31"),
    "two months each": ("1mo", "2mo", "1"),
    "three days each": ("3d", "3d", ""),
}


def people(letters: str = SEVEN, **changes: dict[str, Any]) -> list[Member]:
    """In the order of turns; `changes`: of one of them, by letter."""
    return [
        Member(id=number, name=letter, group="", **changes.get(letter, {}))
        for number, letter in enumerate(letters, start=1)
    ]


def away(week: int, days: int, *, first: int = 0) -> dict[str, Any]:
    """From a day of the service that starts in that week."""
    day = FIRST + week * WEEK + first * DAY
    return {"away": ((day, day + (days - 1) * DAY),)}


class Board:
    """Services two weeks long, a week apart, of people who are called by letters."""

    def __init__(self, order: Sequence[Member]) -> None:
        self.order = list(order)
        self.services: list[Service] = []

    def more(self, number: int, **given: Any) -> str:
        at = len(self.services)
        spans = [(FIRST + n * WEEK, FIRST + (n + 2) * WEEK) for n in range(at, at + number)]
        new = [Service(start=start, end=end, is_new=True) for start, end in spans]
        return self.plan([*self.services, *new], **given)

    def plan(self, services: Sequence[Service] | None = None, **given: Any) -> str:
        before = self.services if services is None else list(services)
        last = before[-1]
        ahead = [(last.start + n * WEEK, last.end + n * WEEK) for n in range(1, 8)]
        after = planned(self.order, before, ahead=ahead, **given)
        if not given:
            assert check(self.order, before, after) == []
        self.services = [replace(each, is_new=False) for each in after]
        return self.letters

    def change(self, at: int, **values: Any) -> None:
        self.services[at] = replace(self.services[at], **values)

    def become(self, letter: str, **values: Any) -> None:
        self.order = [
            replace(each, **values) if each.name == letter else each for each in self.order
        ]

    def id(self, letter: str) -> int:
        return next(each.id for each in self.order if each.name == letter)

    @property
    def letters(self) -> str:
        names = {each.id: each.name for each in self.order} | {0: "-"}
        return "".join(names[each.holder or 0] for each in self.services)

    @property
    def turns(self) -> str:
        names = {each.id: each.name for each in self.order} | {0: "-"}
        return "".join(names[each.turn or 0] for each in self.services)


# ----------------------------------------------------------------------------- in order


@pytest.mark.parametrize("rhythm", RHYTHMS.values(), ids=RHYTHMS)
@pytest.mark.parametrize("last", range(1, 8))
def test_104_services_of_seven_people_from_any_of_them_on(
    rhythm: tuple[str, str, str], last: int
) -> None:
    every, lasts, on = rhythm
    spans = Rhythm.of(every, lasts, handover_on=on, starts_on=FIRST).spans(FIRST)
    new = [Service(start=start, end=end, is_new=True) for start, end in islice(spans, 104)]
    after = planned(people(), new, after=last)
    assert [each.turn for each in after] == [(last + n) % 7 + 1 for n in range(104)]
    assert all(each.holder == each.turn for each in after)


def test_one_by_one_is_the_same_as_many_at_once() -> None:
    order = people(A=away(0, 14), D=away(3, 10), F=away(12, 14))
    one, many = Board(order), Board(order)
    for _ in range(20):
        one.more(1)
    assert one.letters == many.more(20)
    assert one.turns == many.turns == (SEVEN * 3)[:20]


def test_whoever_has_left_the_order_still_tells_where_it_goes_on() -> None:
    board = Board(people())
    board.more(3)
    board.become("C", left_on=FIRST + 3 * WEEK + DAY)
    board.change(2, is_past=True)
    board.more(2)
    assert board.turns[3:] == "DE"


def test_joiners_come_after_everybody_and_change_nothing() -> None:
    board = Board(people())
    before = board.more(10)
    board.order = people(SEVEN + "H")
    assert board.plan() == before
    assert board.more(6) == before + "DEFGHA"


# ------------------------------------------------------------------------------- leave


def test_away_for_half_of_it_swaps_with_the_following_turn() -> None:
    board = Board(people(C=away(2, 7)))
    assert board.more(8) == "ABDCEFGA"
    assert board.turns == "ABCDEFGA"


def test_away_for_less_than_half_is_only_said() -> None:
    board = Board(people(C=away(2, 6)))
    assert board.more(8) == "ABCDEFGA"
    assert remarks(board.order, board.services, today=FIRST) == [
        "C is away 6 of the 14 days 2026-12-16 to 2026-12-29."
    ]


def test_leave_that_comes_later_moves_these_two_and_nobody_else() -> None:
    board = Board(people())
    board.more(14)
    board.become("C", **away(2, 14, first=-7))
    assert board.plan() == "ABDCEFGABCDEFG"
    # And it stays so, when the leave is withdrawn: both have made other plans by now.
    board.become("C", away=())
    assert board.plan() == "ABDCEFGABCDEFG"


def test_the_one_who_follows_is_skipped_where_that_is_decided_or_they_are_away() -> None:
    board = Board(people())
    board.more(10)
    board.change(3, is_fixed=True)
    board.become("C", **away(2, 7))
    board.become("E", **away(2, 14))
    assert board.plan() == "ABFDECGABC"


def test_the_last_one_laid_out_swaps_with_one_that_follows_later() -> None:
    board = Board(people(C=away(2, 7)))
    assert board.more(3) == "ABD"
    assert board.more(3) == "ABDCEF"


def test_whoever_is_away_for_long_is_stood_in_for_and_comes_back() -> None:
    board = Board(people(B=away(1, 7 * 30)))
    found = board.more(42)
    assert "B" not in found[:30]
    assert "B" in found[30:]
    assert board.turns == SEVEN * 6
    counted = [found[:30].count(letter) for letter in "ACDEFG"]
    assert max(counted) - min(counted) <= 2


def test_when_everybody_is_away_there_is_a_gap_with_its_reason_and_it_is_filled_again() -> None:
    gone = {letter: away(2, 14) for letter in "ABC"}
    board = Board(people("ABC", **gone))
    assert board.more(5)[2] == "-"
    assert board.services[2].reason == EVERYBODY_AWAY
    board.become("C", away=())
    board.plan()
    assert board.letters[2] == "C"


def test_when_nobody_is_in_the_rota_that_is_said() -> None:
    board = Board(people("AB"))
    board.more(4)
    for letter in "AB":
        board.become(letter, left_on=FIRST - DAY)
    assert board.plan() == "----"
    assert {each.reason for each in board.services} == {NOBODY_THERE}


# ----------------------------------------------------------------------------- leavers


def test_a_leavers_services_go_one_each_to_whoever_has_fewest() -> None:
    board = Board(people())
    board.more(21)
    before = board.letters
    board.become("C", left_on=FIRST - DAY)
    after = board.plan()
    moved = [at for at in range(21) if before[at] != after[at]]
    assert moved == [2, 9, 16]
    assert len({after[at] for at in moved}) == 3
    assert board.turns == before
    # Not to somebody who would serve next to it.
    assert all(after[at] not in after[at - 1 : at] + after[at + 1 : at + 2] for at in moved)


def test_a_joiner_takes_over_from_a_leaver() -> None:
    board = Board(people())
    board.more(21)
    board.order = people(SEVEN + "H")
    board.become("C", left_on=FIRST - DAY)
    assert board.plan() == "ABHDEFG" * 3


def test_whoever_leaves_within_a_service_does_not_begin_it() -> None:
    board = Board(people())
    board.more(7)
    board.become("C", left_on=FIRST + 3 * WEEK)
    assert board.plan()[2] != "C"


# ------------------------------------------------------------------------ two at once


def test_two_people_are_both_on_duty_always_and_serve_twice_where_one_is_away() -> None:
    board = Board(people("AB", A=away(2, 14)))
    assert board.more(6) == "ABBBAB"
    assert any(
        "two services at once" in each for each in remarks(board.order, board.services, today=FIRST)
    )


def test_who_serves_elsewhere_for_half_of_it_is_spared_where_somebody_else_is_there() -> None:
    board = Board(people())
    day = FIRST + 2 * WEEK
    assert board.more(8, busy={3: [(day, day + 6 * DAY)]}) == "ABDCEFGA"
    alone = Board(people("A"))
    assert alone.more(2, busy={1: [(FIRST, FIRST + 30 * DAY)]}) == "AA"


# ----------------------------------------------------------------------------- decided


def test_what_was_decided_stays_and_the_order_goes_on_as_if_it_had_not_been() -> None:
    board = Board(people())
    board.more(5)
    board.change(3, holder=board.id("G"), is_fixed=True)
    board.change(4, holder=None, is_fixed=True, reason="Nobody is to have it.")
    assert board.more(5) == "ABCG-FGABC"
    assert board.turns == "ABCDEFGABC"


def test_a_favour_is_not_given_back_by_itself() -> None:
    board = Board(people())
    board.more(3)
    board.change(2, holder=board.id("E"), is_fixed=True)
    assert board.more(3) == "ABEDEF"


def test_what_is_past_stays_whoever_was_away() -> None:
    board = Board(people())
    board.more(4)
    board.change(0, is_past=True)
    board.become("A", **away(0, 14))
    assert board.plan() == "ABCD"
