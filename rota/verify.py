"""Whether a roster is right and keeps what its level promises, looked at independently.

Shares nothing with the solver nor with what prepares its work: what both got wrong alike would go
unseen. Everything is counted here anew, from the duties and the calendar.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import ceil, floor

from rota.problem import ASSIST, LEAD, Member, Problem, Roster, Slot

# Shares are fractions; what is a hair from a whole number is one.
HAIR = 1e-4


def check(problem: Problem, roster: Roster) -> list[str]:
    """A sentence for everything that is wrong; nothing where all is well."""
    look = _Look(problem, roster)
    wrong = [
        *look.slots(),
        *look.holders(),
        *look.decided(),
        *look.moves(),
        *look.gaps_said(),
    ]
    # Figures of a roster that is not even complete would say nothing.
    return wrong or [
        *look.totals(),
        *look.distances(),
        *look.weekdays(),
        *look.cycles(),
        *look.pairs(),
    ]


@dataclass(frozen=True, slots=True)
class _Turn:
    """Somebody's duty, to come or past."""

    day: date
    number: int
    role: str
    # Whether a wish may be broken by it: people decided it, or it is history.
    exempt: bool


class _Look:
    def __init__(self, problem: Problem, roster: Roster) -> None:
        self.problem = problem
        self.roster = roster
        self.members = {m.id: m for m in problem.members}
        self.turns: dict[int, list[_Turn]] = defaultdict(list)
        for past in problem.past:
            for role, holder in ((LEAD, past.lead), (ASSIST, past.assist)):
                if holder is not None:
                    self.turns[holder].append(_Turn(past.day, past.number, role, exempt=True))
        self.ahead: dict[int, list[_Turn]] = defaultdict(list)
        for slot in problem.slots:
            for role in (LEAD, ASSIST):
                holder = roster.duties.get((slot.day, role))
                if holder is not None:
                    key = slot.day, role
                    turn = _Turn(slot.day, slot.number, role, exempt=key in problem.fixed)
                    self.turns[holder].append(turn)
                    self.ahead[holder].append(turn)

    def group(self, slot: Slot, role: str) -> str:
        first, second = self.problem.groups
        if role == LEAD:
            return slot.leads
        return second if slot.leads == first else first

    def own(self, group: str) -> list[Member]:
        """Whoever is in the group on any of the days to fill."""
        days = [slot.day for slot in self.problem.slots]
        in_group = (m for m in self.problem.members if m.group == group)
        return [m for m in in_group if any(_belongs(m, day) for day in days)]

    def name(self, id: int) -> str:
        return self.members[id].name if id in self.members else f"member {id}"

    # ------------------------------------------------------------ what must never be

    def slots(self) -> Iterator[str]:
        wanted = {(slot.day, role) for slot in self.problem.slots for role in (LEAD, ASSIST)}
        for day, role in sorted(wanted - self.roster.duties.keys()):
            yield f"The {role} of {day} is missing."
        for day, role in sorted(self.roster.duties.keys() - wanted):
            yield f"There is a {role} on {day}, which is not a day to fill."

    def holders(self) -> Iterator[str]:
        for slot in self.problem.slots:
            for role in (LEAD, ASSIST):
                holder = self.roster.duties.get((slot.day, role))
                if holder is None or (slot.day, role) in self.problem.fixed:
                    continue
                if holder not in self.members:
                    yield f"The {role} of {slot.day} is nobody of this rota: {holder}."
                    continue
                for why in _why_not(self.members[holder], slot.day, self.group(slot, role)):
                    yield f"{self.name(holder)} is to {role} on {slot.day}, and {why}."
            lead = self.roster.duties.get((slot.day, LEAD))
            both_fixed = {(slot.day, LEAD), (slot.day, ASSIST)} <= self.problem.fixed.keys()
            twice = lead is not None and lead == self.roster.duties.get((slot.day, ASSIST))
            if twice and not both_fixed:
                yield f"{self.name(lead or 0)} leads and assists on {slot.day}."

    def decided(self) -> Iterator[str]:
        for (day, role), holder in self.problem.fixed.items():
            if self.roster.duties.get((day, role), holder) != holder:
                yield f"The {role} of {day} was decided by a person, and is another."

    def moves(self) -> Iterator[str]:
        before = self.problem.before
        moved = {
            key
            for key, holder in before.items()
            if key in self.roster.duties and self.roster.duties[key] != holder
        }
        for day, role in sorted(moved ^ set(self.roster.moved)):
            said = "is not said to have moved" if (day, role) in moved else "has not moved"
            yield f"The {role} of {day} {said}."

    def gaps_said(self) -> Iterator[str]:
        said = {(gap.day, gap.role): gap.reason for gap in self.roster.gaps}
        empty = {key for key, holder in self.roster.duties.items() if holder is None}
        for day, role in sorted(empty ^ said.keys()):
            how = "without a word" if (day, role) in empty else "said to be nobody's"
            yield f"The {role} of {day} is {how}."
        for day, role in sorted(empty & said.keys()):
            if not said[day, role].strip():
                yield f"The {role} of {day} is nobody's, and no reason is given."
        for slot in self.problem.slots:
            for role in (LEAD, ASSIST):
                key = slot.day, role
                if key in empty and key not in self.problem.fixed:
                    for id in self._free(slot, role):
                        yield f"The {role} of {slot.day} is nobody's, and {self.name(id)} is free."

    def _free(self, slot: Slot, role: str) -> list[int]:
        group = self.group(slot, role)
        other = self.problem.fixed.get((slot.day, ASSIST if role == LEAD else LEAD))
        return [
            m.id
            for m in self.problem.members
            if m.id != other and not any(_why_not(m, slot.day, group))
        ]

    # ------------------------------------------------------------ what its level promises

    def totals(self) -> Iterator[str]:
        """Everybody has their share, rounded either way, or it is said that they have not."""
        said = set(self.roster.uneven)
        for role in (LEAD, ASSIST):
            for group in self.problem.groups:
                due = self._due(group, role, self._slots(group, role))
                for id, each in due.items():
                    had = sum(turn.role == role for turn in self._own(id, group, role))
                    fair = floor(each + HAIR) <= had <= ceil(each - HAIR)
                    if not fair and (id, role) not in said:
                        yield f"{self.name(id)} has {had} of {role}; their share is {each:.2f}."
                    elif not fair and not any(self.name(id) in s for s in self.roster.given_up):
                        yield f"Nothing explains why {self.name(id)} has {had} of {role}."
                    elif fair and (id, role) in said:
                        yield f"{self.name(id)} has their share of {role}, and it is denied."

    def _own(self, id: int, group: str, role: str) -> list[_Turn]:
        days = {slot.day for slot in self._slots(group, role)}
        return [turn for turn in self.ahead[id] if turn.role == role and turn.day in days]

    def _slots(self, group: str, role: str) -> list[Slot]:
        """Whose duty this was, and some member of the group had it."""
        own = {m.id for m in self.own(group)}
        return [
            slot
            for slot in self.problem.slots
            if self.group(slot, role) == group and self.roster.duties[slot.day, role] in own
        ]

    def _due(self, group: str, role: str, slots: list[Slot]) -> dict[int, float]:
        """By weight among those in the group each day, less what was done in advance."""
        own = self.own(group)
        share = dict.fromkeys((m.id for m in own), 0.0)
        for slot in slots:
            there = [m for m in own if _belongs(m, slot.day)]
            weight = sum(m.weight for m in there)
            for m in there:
                share[m.id] += m.weight / weight
        parts = sum(share.values())
        if not parts:
            return share
        share = {id: each * len(slots) / parts for id, each in share.items()}
        credit = {m.id: m.credit.get(role, 0.0) for m in own}
        return _levelled(share, credit, len(slots))

    def distances(self) -> Iterator[str]:
        promised = _promised_gap(self.problem.min_gap, self.roster.level)
        if self.roster.gap < promised:
            yield f"Level {self.roster.level} promises a gap of {promised}, not {self.roster.gap}."
        for id, turns in self.turns.items():
            ordered = sorted(turns, key=lambda turn: turn.number)
            for early, late in pairwise(ordered):
                distance = late.number - early.number
                if distance < self.roster.gap and not (early.exempt and late.exempt):
                    yield f"{self.name(id)} serves on {early.day} and on {late.day}: too soon."

    def weekdays(self) -> Iterator[str]:
        if self.roster.level > 3:
            return
        extra = 2 if self.roster.level == 3 else 1
        for group in self.problem.groups:
            most = extra + self._calendar_spread(group) - 1
            for m in self.own(group):
                yield from self._weekdays_of(m, most)

    def _weekdays_of(self, member: Member, most: int) -> Iterator[str]:
        possible = {
            slot.day.weekday()
            for slot in self.problem.slots
            for role in (LEAD, ASSIST)
            if self.group(slot, role) == member.group and self._might(member, slot, role)
        }
        counts = Counter(turn.day.weekday() for turn in self.turns[member.id])
        least = min((counts[weekday] for weekday in possible), default=0)
        for weekday in sorted({t.day.weekday() for t in self.ahead[member.id] if not t.exempt}):
            if counts[weekday] > least + most:
                yield f"{member.name} has {counts[weekday]} of one weekday and {least} of another."

    def _might(self, member: Member, slot: Slot, role: str) -> bool:
        if (slot.day, role) in self.problem.fixed:
            return self.problem.fixed[slot.day, role] == member.id
        return member.id in self._free(slot, role)

    def _calendar_spread(self, group: str) -> int:
        """In a small group somebody has what the calendar has more of."""
        days = Counter(slot.day.weekday() for slot in self.problem.slots)
        days.update(past.day.weekday() for past in self.problem.past)
        size = len(self.own(group))
        spread = max(days.values(), default=0) - min(days.values(), default=0)
        return max(1, ceil(spread / max(1, size)))

    def cycles(self) -> Iterator[str]:
        """At the best level: everybody has led their share at the end of every cycle."""
        if self.roster.level > 0:
            return
        uneven = {id for id, _ in self.roster.uneven}
        for group in self.problem.groups:
            leads = self._slots(group, LEAD)
            for cycle in sorted({slot.cycle for slot in leads}):
                begun = [slot for slot in leads if slot.cycle <= cycle]
                for id, each in self._due(group, LEAD, begun).items():
                    had = sum(self.roster.duties[slot.day, LEAD] == id for slot in begun)
                    if id not in uneven and not floor(each + HAIR) <= had <= ceil(each - HAIR):
                        decided = sum(self.problem.fixed.get((s.day, LEAD)) == id for s in begun)
                        if had > decided or had < each:
                            yield f"{self.name(id)} has led {had} times by cycle {cycle}."

    # ------------------------------------------------------------ pairs

    def pairs(self) -> Iterator[str]:
        if self.roster.level > 1:
            return
        met: Counter[frozenset[int]] = Counter()
        decided: Counter[frozenset[int]] = Counter()
        for slot in self.problem.slots:
            lead, assist = (self.roster.duties[slot.day, role] for role in (LEAD, ASSIST))
            if lead is None or assist is None:
                continue
            pair = frozenset((lead, assist))
            met[pair] += 1
            if {(slot.day, LEAD), (slot.day, ASSIST)} <= self.problem.fixed.keys():
                decided[pair] += 1
        lately = self._met_lately()
        most = self._most_meetings(lately)
        for pair, times in met.items():
            # Of what people decided between the groups nothing is promised.
            between = {self.members[id].group for id in pair if id in self.members}
            if times > max(0, most - lately[pair], decided[pair]) and len(between) == 2:
                names = " and ".join(sorted(map(self.name, pair)))
                yield f"{names} meet {times} times; {most} is possible."

    def _met_lately(self) -> Counter[frozenset[int]]:
        sizes = [len(self.own(group)) for group in self.problem.groups]
        days = self.problem.past[-max(1, sizes[0] * sizes[1]) :]
        return Counter(
            frozenset((day.lead, day.assist))
            for day in days
            if day.lead is not None and day.assist is not None
        )

    def _most_meetings(self, lately: Counter[frozenset[int]]) -> int:
        """The smallest number with which everybody has partners for all that they are due."""
        first, second = ([m.id for m in self.own(group)] for group in self.problem.groups)
        if not first or not second:
            return 1
        due: Counter[int] = Counter()
        for group in self.problem.groups:
            for role in (LEAD, ASSIST):
                for id, each in self._due(group, role, self._slots(group, role)).items():
                    due[id] += ceil(each - HAIR)
        limit = 1
        while any(
            sum(max(0, limit - lately[frozenset((id, partner))]) for partner in partners) < due[id]
            for ids, partners in ((first, second), (second, first))
            for id in ids
        ):
            limit += 1
        return limit


# ------------------------------------------------------------ what is counted with


def _belongs(member: Member, day: date) -> bool:
    joined = member.joined_on is None or day >= member.joined_on
    return joined and (member.left_on is None or day <= member.left_on)


def _why_not(member: Member, day: date, group: str) -> Iterator[str]:
    if member.group != group:
        yield f"is not in {group}"
    if not _belongs(member, day):
        yield "is not in the rota that day"
    if day.weekday() not in member.weekdays:
        yield "does not work on that weekday"
    if any(first <= day <= last for first, last in member.away):
        yield "is away"


def _promised_gap(wished: int, level: int) -> int:
    if level <= 2:
        return wished
    less = max(1, wished - 1)
    return less if level == 3 else min(2, less) if level == 4 else 1


def _levelled(share: dict[int, float], credit: dict[int, float], total: int) -> dict[int, float]:
    """Shares less credit, between nothing and twice the share (or one more than it), so that all
    of them make `total`; what is over or missing goes by shares."""
    ceiling = {id: each + max(1.0, each) for id, each in share.items()}

    def each_at(factor: float) -> dict[int, float]:
        return {id: share[id] * factor - credit[id] for id in share}

    # Where it bends: each one's factor of nothing, and of the most.
    bends = sorted(
        (bound + credit[id]) / share[id]
        for id in share
        if share[id] > 0
        for bound in (0.0, ceiling[id])
    )

    def sum_at(factor: float) -> float:
        return sum(min(ceiling[id], max(0.0, value)) for id, value in each_at(factor).items())

    below = max((bend for bend in bends if sum_at(bend) <= total), default=bends[0] - 1)
    above = min((bend for bend in bends if sum_at(bend) >= total), default=bends[-1] + 1)
    if above <= below:
        factor = above
    else:
        rise = sum_at(above) - sum_at(below)
        factor = below + (above - below) * ((total - sum_at(below)) / rise if rise else 0)
    return {id: min(ceiling[id], max(0.0, value)) for id, value in each_at(factor).items()}
