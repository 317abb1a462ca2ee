"""The ladder's levels, and which of them a finished choice reaches; no solver is needed for that.

What people fixed is theirs to answer for: it counts, but it breaks no wish.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from rota.pairs import Pair
from rota.sides import Side


@dataclass(frozen=True, kw_only=True, slots=True)
class Rung:
    """What is wished for of one side; which pairs meet is beside it."""

    level: int
    gap: int
    once_a_cycle: bool = False
    # None: weekdays are free.
    weekday_range: int | None = None


def rungs(min_gap: int) -> list[Rung]:
    """From the best down. Level 2 is level 1 for a side: only pairs are free there."""
    less = max(1, min_gap - 1)
    found = [
        Rung(level=0, gap=min_gap, weekday_range=1, once_a_cycle=True),
        Rung(level=1, gap=min_gap, weekday_range=1),
        Rung(level=3, gap=less, weekday_range=2),
        Rung(level=4, gap=min(2, less)),
    ]
    return found if less == 1 else [*found, Rung(level=5, gap=1)]


@dataclass(frozen=True, kw_only=True)
class Reached:
    """What one side of a finished choice keeps to."""

    side: Side
    chosen: Mapping[date, int]

    def level(self) -> int:
        gap, weekdays = self.gap(), self.weekday_range()
        return next(
            rung.level
            for rung in rungs(self.side.min_gap)
            if rung.gap <= gap
            and (rung.weekday_range is None or weekdays <= rung.weekday_range)
            and (not rung.once_a_cycle or self.leads_once_a_cycle())
        )

    def uneven(self) -> tuple[tuple[int, str], ...]:
        """Whose total of a role is not their due, rounded either way."""
        had = Counter((self.chosen[s.day], self.side.role(s)) for s in self.side.open)
        due = self.side.due
        return tuple(at for at in sorted(due) if abs(had[at] - due[at]) >= 1)

    def leads_once_a_cycle(self) -> bool:
        uneven = {id for id, _ in self.uneven()}
        for days, bands in self.side.lead_bands:
            had = Counter(self.chosen[day] for day in days)
            for id, (low, high) in bands.items():
                if id not in uneven and not low <= had[id] <= high:
                    return False
        return True

    def gap(self) -> int:
        """The smallest, at most what is wished for."""
        return min([self.side.min_gap, *self._gaps()])

    def _gaps(self) -> Iterator[int]:
        for m in self.side.members:
            duties = [(number, True) for number in self.side.elsewhere.get(m.id, [])]
            duties += [
                (slot.number, self.side.key(slot) in self.side.fixed)
                for slot in self.side.open
                if self.chosen[slot.day] == m.id
            ]
            for (early, one), (late, other) in pairwise(sorted(duties)):
                if not (one and other):
                    yield max(1, late - early)

    def weekday_range(self) -> int:
        """The largest, beyond what the calendar leaves to everybody."""
        return max([1, *self._ranges()]) - self.side.weekday_range + 1

    def _ranges(self) -> Iterator[int]:
        for m in self.side.members:
            had = Counter(self.side.weekdays_before[m.id])
            ours = [slot for slot in self.side.open if self.chosen[slot.day] == m.id]
            had.update(slot.day.weekday() for slot in ours)
            least = min((had[weekday] for weekday in self.side.weekdays[m.id]), default=0)
            for slot in ours:
                if self.side.key(slot) not in self.side.fixed:
                    yield had[slot.day.weekday()] - least


def pairs_differ(one: Reached, other: Reached, limits: Mapping[Pair, int]) -> bool:
    """`limits`: how often each pair may meet, the member of `one` first."""
    met = Counter(
        (one.chosen[slot.day], other.chosen[slot.day])
        for slot in one.side.open
        if slot.day in other.chosen
    )
    return all(times <= limits.get(pair, times) for pair, times in met.items())
