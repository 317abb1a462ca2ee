"""Where cycles fall: blocks, joiners and leavers, and days that come and go."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from rota import paired
from rota.problem import Slot
from tests.rota.problems import working_days

GROUPS = ("sevens", "others")
AHEAD = working_days(60)
Size = Callable[[str, date], int]


def of(sevens: int, others: int) -> Size:
    return lambda group, day: {"sevens": sevens, "others": others}[group]


def laid(
    kept: list[Slot],
    days: list[date],
    *,
    size: Size,
    cycles: int | None = None,
    until: date | None = None,
) -> list[Slot]:
    return paired.continued(kept, days=days, groups=GROUPS, size=size, cycles=cycles, until=until)


def blocks(slots: list[Slot]) -> str:
    """S where the sevens lead, o where the others do."""
    return "".join("S" if slot.leads == "sevens" else "o" for slot in slots)


def test_a_cycle_is_one_lead_day_for_everybody_the_first_group_first() -> None:
    slots = laid([], AHEAD, size=of(2, 3))

    assert blocks(slots) == "SSooo"
    assert [slot.day for slot in slots] == AHEAD[:5]
    assert {slot.cycle for slot in slots} == {1}
    assert [slot.number for slot in slots] == [1, 2, 3, 4, 5]


def test_so_many_cycles_follow_one_another() -> None:
    slots = laid([], AHEAD, size=of(2, 3), cycles=2)

    assert blocks(slots) == "SSoooSSooo"
    assert [slot.cycle for slot in slots] == [1] * 5 + [2] * 5


def test_until_is_inclusive_and_may_cut_a_cycle() -> None:
    slots = laid([], AHEAD, size=of(2, 3), until=AHEAD[6])

    assert blocks(slots) == "SSoooSS"
    assert slots[-1].day == AHEAD[6]


def test_in_the_middle_of_a_cycle_the_rest_of_it_counts_as_one() -> None:
    kept = laid([], AHEAD, size=of(2, 3))

    slots = laid(kept, AHEAD[3:], size=of(2, 3), cycles=2)

    assert blocks(slots) == "ooSSooo"
    assert [slot.number for slot in slots] == [4, 5, 6, 7, 8, 9, 10]


def test_a_cut_cycle_is_filled_up_before_the_next_begins() -> None:
    kept = laid([], AHEAD, size=of(2, 3), until=AHEAD[2])

    slots = laid(kept, AHEAD[3:], size=of(2, 3), cycles=2)

    assert blocks(slots) == "ooSSooo"
    assert [slot.cycle for slot in slots] == [1, 1, 2, 2, 2, 2, 2]


def test_joiners_make_the_next_cycle_longer_and_not_this_one() -> None:
    kept = laid([], AHEAD, size=of(2, 3))

    def joined(group: str, day: date) -> int:
        return 3 if group == "sevens" and day > AHEAD[2] else of(2, 3)(group, day)

    assert blocks(laid(kept, AHEAD[2:], size=joined, cycles=2)) == "oooSSSooo"


def test_a_leaver_shortens_no_block_that_was_laid_out() -> None:
    kept = laid([], AHEAD, size=of(2, 3), cycles=2)

    def left(group: str, day: date) -> int:
        return 2 if group == "others" and day > AHEAD[2] else of(2, 3)(group, day)

    slots = laid(kept, AHEAD[3:], size=left, cycles=3)

    assert blocks(slots) == "oo" + "SSooo" + "SSoo"


def test_a_leaver_shortens_no_block_that_was_cut_either() -> None:
    kept = laid([], AHEAD, size=of(2, 3), until=AHEAD[3])

    def left(group: str, day: date) -> int:
        return 2 if group == "others" and day > AHEAD[2] else of(2, 3)(group, day)

    assert blocks(laid(kept, AHEAD[4:], size=left, cycles=2)) == "oSSoo"


def test_a_holiday_that_comes_later_cancels_its_day_and_shifts_nothing() -> None:
    kept = laid([], AHEAD, size=of(2, 3), cycles=2)
    days = [day for day in AHEAD if day != AHEAD[3]]

    slots = laid(kept, days[2:], size=of(2, 3), cycles=3)

    assert blocks(slots) == "oo" + "SSooo" + "SSooo"
    assert {s.day: s.leads for s in slots[:7]} == {
        s.day: s.leads for s in kept if s.day in days[2:]
    }
    assert [slot.number for slot in slots] == list(range(3, 15))


def test_a_new_working_day_inside_a_block_belongs_to_it() -> None:
    days = [day for day in AHEAD if day != AHEAD[3]]
    kept = laid([], days, size=of(2, 3))

    slots = laid(kept, AHEAD, size=of(2, 3))

    assert blocks(slots) == "SSoooo"
    assert {slot.cycle for slot in slots} == {1}


@pytest.mark.parametrize(("sizes", "found"), [((1, 1), "SoSo"), ((0, 2), "oooo"), ((2, 0), "SSSS")])
def test_groups_of_one_and_of_nobody(sizes: tuple[int, int], found: str) -> None:
    cycles = 4 // sum(sizes)
    assert blocks(laid([], AHEAD, size=of(*sizes), cycles=cycles)) == found


def test_nobody_at_all_is_no_slots() -> None:
    assert laid([], AHEAD, size=of(0, 0), until=AHEAD[-1]) == []


@pytest.mark.parametrize(
    ("sizes", "gap"),
    [((9, 16), 5), ((4, 16), 3), ((1, 5), 1), ((2, 2), 1), ((0, 8), 5), ((0, 0), 1)],
)
def test_the_gap_is_five_or_what_the_smaller_group_allows(sizes: list[int], gap: int) -> None:
    assert paired.default_gap(sizes) == gap


def test_wherever_a_rota_is_cut_the_cycles_fall_alike() -> None:
    whole = laid([], AHEAD, size=of(4, 7), cycles=3)
    at: Mapping[date, tuple[str, int, int]] = {s.day: (s.leads, s.cycle, s.number) for s in whole}
    for begun in range(1, len(whole)):
        slots = laid(whole[:begun], AHEAD[begun:], size=of(4, 7), until=whole[-1].day)
        assert {s.day: (s.leads, s.cycle, s.number) for s in slots} == {
            day: place for day, place in at.items() if day >= AHEAD[begun]
        }
