"""How often two people may meet: all pairs differ, as far as the number of days allows."""

from collections import Counter
from collections.abc import Iterator
from math import ceil

from rota.problem import Problem
from rota.sides import Side

Pair = tuple[int, int]


def met_lately(problem: Problem, one: Side, other: Side) -> Counter[Pair]:
    """Meetings among the last days, as many as there are pairs; the member of `one` first."""
    pairs = max(1, len(one.members) * len(other.members))
    found: Counter[Pair] = Counter()
    for day in problem.past[-pairs:]:
        for pair in ((day.lead, day.assist), (day.assist, day.lead)):
            if pair[0] in one.by_id and pair[1] in other.by_id:
                found[pair] += 1  # type: ignore[index]
    return found


def most_meetings(problem: Problem, one: Side, other: Side) -> int:
    """The smallest number of meetings for which everybody has partners enough."""
    lately = met_lately(problem, one, other)
    limit = 1
    while not all(_has_room(lately, one, other, limit)):
        limit += 1
    return limit


def _has_room(lately: Counter[Pair], one: Side, other: Side, limit: int) -> Iterator[bool]:
    """Of every member; without a partner there is nobody to meet."""
    for side, partners, turned in ((one, other, False), (other, one, True)):
        if not partners.members:
            continue
        for m in side.members:
            room = sum(
                max(0, limit - lately[(p.id, m.id) if turned else (m.id, p.id)])
                for p in partners.members
            )
            yield room >= sum(ceil(side.due[m.id, role]) for role in ("lead", "assist"))


def limits(problem: Problem, one: Side, other: Side, *, most: int) -> dict[Pair, int]:
    """How often each pair may meet in the open slots; those that people fixed do in any case."""
    lately = met_lately(problem, one, other)
    fixed = _met(one, other, fixed=True)
    return {
        (a.id, b.id): max(0, most - lately[a.id, b.id], fixed[a.id, b.id])
        for a in one.members
        for b in other.members
    }


def with_settled(limits: dict[Pair, int], one: Side, other: Side) -> dict[Pair, int]:
    """Pairs that met before may stay as they are."""
    settled = _met(one, other, fixed=False)
    return {pair: max(limit, settled[pair]) for pair, limit in limits.items()}


def _met(one: Side, other: Side, *, fixed: bool) -> Counter[Pair]:
    return Counter(
        (one.settled[slot.day], other.settled[slot.day])
        for slot in one.open
        if slot.day in one.settled
        and slot.day in other.settled
        and not (fixed and {one.key(slot), other.key(slot)} - one.fixed.keys())
    )
