"""How evenly duties fell, and who is owed what: shares, the ledger, and the figures of the report.

A share is by weight among those who were in the group that day. Being on leave does not make it
smaller: what is missed is owed, and comes out even later.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from rota.days import WEEKDAYS
from rota.problem import LEAD, ROLES, Key, Member, Slot


def group_of(leads: str, role: str, groups: tuple[str, str]) -> str:
    """Whose duty it is: one group's member leads, the other group's assists."""
    other = groups[1] if leads == groups[0] else groups[0]
    return leads if role == LEAD else other


def shares_on(members: Iterable[Member], *, group: str, day: date) -> dict[int, float]:
    """How one duty of a group is shared among those who are in it that day."""
    weights = {m.id: m.weight for m in members if m.group == group and m.belongs_on(day)}
    whole = sum(weights.values())
    return {id: weight / whole for id, weight in weights.items()}


def targets(
    shares: Mapping[int, float], *, credit: Mapping[int, float], total: int
) -> dict[int, float]:
    """What each should have of `total` duties: their share, less what they have done in advance.

    Nobody is due less than nothing, nor more than twice their share (and at least one more than
    it): a debt is paid back over some time. What that leaves over is spread by shares.
    """
    whole = sum(shares.values())
    if not whole or not total:
        return dict.fromkeys(shares, 0.0)
    fair = {id: share * total / whole for id, share in shares.items()}
    most = {id: each + max(1.0, each) for id, each in fair.items()}

    def level(extra: float) -> dict[int, float]:
        return {
            id: min(most[id], max(0.0, each * (1 + extra) - credit.get(id, 0.0)))
            for id, each in fair.items()
        }

    low, high = -1.0, 1.0
    while sum(level(high).values()) < total and high < 1e6:
        high *= 2
    while sum(level(low).values()) > total and low > -1e6:
        low *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(level(middle).values()) < total else (low, middle)
    return {id: round(each, 6) for id, each in level(high).items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """Of one member and role."""

    share: float = 0.0
    done: int = 0

    @property
    def credit(self) -> float:
        """Above zero: more than their share."""
        return self.done - self.share


def ledger(
    members: Sequence[Member],
    *,
    groups: tuple[str, str],
    slots: Iterable[Slot],
    duties: Mapping[Key, int | None],
    roles: Sequence[str] = ROLES,
) -> dict[int, dict[str, Account]]:
    """Who has had how much of what there was, by member and role; gaps are nobody's share.

    `members`: also those who have left, or their part is laid upon the others.
    """
    shares: dict[str, dict[int, float]] = {role: defaultdict(float) for role in roles}
    done = {role: Counter[int]() for role in roles}
    splits: dict[tuple[str, date], dict[int, float]] = {}
    for slot in slots:
        for role in roles:
            holder = duties.get((slot.day, role))
            if holder is None:
                continue
            done[role][holder] += 1
            at = group_of(slot.leads, role, groups), slot.day
            if at not in splits:
                splits[at] = shares_on(members, group=at[0], day=slot.day)
            for id, share in splits[at].items():
                shares[role][id] += share
    return {
        m.id: {role: Account(share=shares[role][m.id], done=done[role][m.id]) for role in roles}
        for m in members
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Of one member, over the slots that were asked about."""

    member: Member
    accounts: Mapping[str, Account]
    # By role, of every weekday from mon to sun on which one began.
    weekdays: Mapping[str, Mapping[str, int]]
    # In working days; of services that last, the days between them. None with fewer than two.
    smallest_gap: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    members: tuple[Figures, ...]
    # How often the pair that met most has met, and who they are, the lower id first.
    most_meetings: int
    met_most: tuple[tuple[int, int], ...]


def report(
    members: Sequence[Member],
    *,
    groups: tuple[str, str],
    slots: Sequence[Slot],
    duties: Mapping[Key, int | None],
    roles: Sequence[str] = ROLES,
) -> Report:
    accounts = ledger(members, groups=groups, slots=slots, duties=duties, roles=roles)
    shown = sorted({slot.day.weekday() for slot in slots})
    held = {
        m.id: [(s, role) for s in slots for role in roles if duties.get((s.day, role)) == m.id]
        for m in members
    }
    meetings = met(slots, duties)
    most = max(meetings.values(), default=0)
    return Report(
        members=tuple(
            Figures(
                member=m,
                accounts=accounts[m.id],
                weekdays={role: _weekdays(held[m.id], role, shown) for role in roles},
                smallest_gap=smallest_gap(slot.number for slot, _ in held[m.id]),
            )
            for m in members
        ),
        most_meetings=most,
        met_most=tuple(sorted(pair for pair, times in meetings.items() if times == most)),
    )


def _weekdays(held: Iterable[tuple[Slot, str]], role: str, shown: Sequence[int]) -> dict[str, int]:
    found = Counter(slot.day.weekday() for slot, its in held if its == role)
    return {WEEKDAYS[weekday]: found[weekday] for weekday in shown}


def smallest_gap(numbers: Iterable[int]) -> int | None:
    ordered = sorted(numbers)
    return min((late - early for early, late in pairwise(ordered)), default=None)


def met(slots: Iterable[Slot], duties: Mapping[Key, int | None]) -> Counter[tuple[int, int]]:
    """How often each two were on duty together."""
    found: Counter[tuple[int, int]] = Counter()
    for slot in slots:
        both = [duties.get((slot.day, role)) for role in ROLES]
        if None not in both:
            low, high = sorted(id for id in both if id is not None)
            found[low, high] += 1
    return found
