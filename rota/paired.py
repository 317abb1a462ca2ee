"""How cycles fall on working days: whose group leads when. Who serves is the solver's business.

A cycle is one lead day for every member of both groups: a block of the first group's, then one of
the second group's.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import chain

from rota.problem import Slot


def default_gap(sizes: Iterable[int]) -> int:
    """Working days between two duties of a person, where nobody has said otherwise."""
    return max(1, min(5, min((size for size in sizes if size), default=1) - 1))


def continued(
    kept: Sequence[Slot],
    *,
    days: Iterable[date],
    groups: tuple[str, str],
    size: Callable[[str, date], int],
    cycles: int | None = None,
    until: date | None = None,
) -> list[Slot]:
    """The slots of `days`, which are the working days from the first open one on.

    `kept`: all slots laid out so far, begun or not, in order, those on days that are no longer
    working days included. Their blocks stay: a day that has gone shifts nothing, and a new one
    between them belongs to the block before it. After them, what is missing of the last cycle
    comes first, then cycles of the `size` that a group has on a cycle's first day. `cycles` counts
    the one under way (default: one); `until` is inclusive.
    """
    ahead = iter(days)
    first = next(ahead, None)
    if first is None:
        return []
    if cycles is None and until is None:
        cycles = 1
    layout = _Layout(kept, groups=groups, size=size)
    number = max((slot.number for slot in kept if slot.day < first), default=0)
    slots: list[Slot] = []
    for day in chain([first], ahead):
        place = layout.place(day)
        if place is None or (until is not None and day > until):
            break
        leads, cycle = place
        if cycles is not None and slots and cycle >= slots[0].cycle + cycles:
            break
        number += 1
        slots.append(Slot(day=day, leads=leads, cycle=cycle, number=number))
    return slots


class _Layout:
    """Whose block a day is in, asked day by day."""

    def __init__(
        self, kept: Sequence[Slot], *, groups: tuple[str, str], size: Callable[[str, date], int]
    ) -> None:
        self.kept = kept
        self.days = [slot.day for slot in kept]
        self.groups = groups
        self.size = size
        self.cycle = kept[-1].cycle if kept else 0
        self.ahead = self._rest() if kept else []

    def place(self, day: date) -> tuple[str, int] | None:
        """The group that leads, and the cycle; None where nobody is in either group."""
        if self.days and day <= self.days[-1]:
            neighbour = self.kept[max(0, bisect_right(self.days, day) - 1)]
            return neighbour.leads, neighbour.cycle
        if not self.ahead:
            self.cycle += 1
            self.ahead = [group for group in self.groups for _ in range(self.size(group, day))]
        return (self.ahead.pop(0), self.cycle) if self.ahead else None

    def _rest(self) -> list[str]:
        """What is missing of the last cycle, by its sizes on its first day."""
        under_way = [slot for slot in self.kept if slot.cycle == self.cycle]
        begun = under_way[0].day
        first, second = (
            max(0, self.size(group, begun) - sum(slot.leads == group for slot in under_way))
            for group in self.groups
        )
        if under_way[-1].leads != self.groups[0]:
            first = 0
        return [self.groups[0]] * first + [self.groups[1]] * second
