"""A first guess, day by day, for the solver to begin at: good, and often not good enough."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from rota.sides import Side


def guess(side: Side, *, gap: int, partners: Mapping[date, int], seed: int) -> dict[date, int]:
    """Whoever is shortest of their due, on a weekday that was seldom theirs, after long enough."""
    had: Counter[tuple[int, str]] = Counter()
    on_weekday: dict[int, Counter[int]] = {
        id: Counter(before) for id, before in side.weekdays_before.items()
    }
    last = {m.id: max(side.elsewhere.get(m.id, []), default=-(10**6)) for m in side.members}
    pairs: Counter[tuple[int, int]] = Counter()
    passed: Counter[str] = Counter()
    lots: Counter[str] = Counter(side.role(slot) for slot in side.open)
    chosen: dict[date, int] = {}
    for slot in side.open:
        role, weekday = side.role(slot), slot.day.weekday()
        passed[role] += 1
        part = passed[role] / lots[role]
        partner = partners.get(slot.day, 0)

        def rank(id: int) -> tuple[bool, int, int, float, int]:
            return (
                slot.number - last[id] < gap,
                pairs[id, partner] if partner else 0,
                on_weekday[id][weekday],
                had[id, role] - side.due[id, role] * part,
                (id * 7919 + seed * 104729) % 10007,
            )

        allowed = side.candidates[slot.day]
        best = side.settled.get(slot.day) or min(allowed, key=rank)
        chosen[slot.day] = best
        had[best, role] += 1
        on_weekday[best][weekday] += 1
        pairs[best, partner] += 1
        last[best] = slot.number
    return chosen
