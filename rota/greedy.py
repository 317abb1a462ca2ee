"""A first guess, day by day, for the solver to begin at: good, and often not good enough."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from rota.problem import Slot
from rota.sides import Side

# Primes, so that every seed breaks ties in an order of its own.
A_PRIME, ANOTHER, MODULUS = 7919, 104_729, 10_007


def guess(side: Side, *, gap: int, partners: Mapping[date, int], seed: int) -> dict[date, int]:
    guessing = _Guess(side, gap=gap, partners=partners, seed=seed)
    return {slot.day: guessing.take(slot) for slot in side.open}


class _Guess:
    """Asked day by day: whoever is shortest of their due, on a weekday that was seldom theirs,
    after long enough."""

    def __init__(self, side: Side, *, gap: int, partners: Mapping[date, int], seed: int) -> None:
        self.side = side
        self.gap = gap
        self.partners = partners
        self.seed = seed
        self.had: Counter[tuple[int, str]] = Counter()
        self.met: Counter[tuple[int, int | None]] = Counter()
        self.weekdays = {id: Counter(before) for id, before in side.weekdays_before.items()}
        self.last = {
            m.id: max(side.elsewhere.get(m.id, []), default=-(10**6)) for m in side.members
        }
        self.passed: Counter[str] = Counter()
        self.all = Counter(side.role(slot) for slot in side.open)

    def take(self, slot: Slot) -> int:
        role = self.side.role(slot)
        self.passed[role] += 1
        settled = self.side.settled.get(slot.day)
        allowed = self.side.candidates[slot.day]
        taken = min(allowed, key=lambda id: self._rank(id, slot)) if settled is None else settled
        self.had[taken, role] += 1
        self.met[taken, self.partners.get(slot.day)] += 1
        self.weekdays[taken][slot.day.weekday()] += 1
        self.last[taken] = slot.number
        return taken

    def _rank(self, id: int, slot: Slot) -> tuple[bool, int, int, float, int]:
        role = self.side.role(slot)
        partner = self.partners.get(slot.day)
        due_by_now = self.side.due[id, role] * self.passed[role] / self.all[role]
        return (
            slot.number - self.last[id] < self.gap,
            0 if partner is None else self.met[id, partner],
            self.weekdays[id][slot.day.weekday()],
            self.had[id, role] - due_by_now,
            (id * A_PRIME + self.seed * ANOTHER) % MODULUS,
        )
