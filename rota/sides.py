"""One group's side of a problem: who may serve when, what is settled, and how much each is due.

Every slot needs one of each group, so that a side can be looked at alone; the solver is not known
here.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import ceil, floor

from rota.fairness import shares_on, targets
from rota.problem import ASSIST, LEAD, ROLES, Gap, Key, Member, Past, Problem, Slot

Band = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Side:
    group: str
    # Whoever is in it on any of the slots' days; in the order of their ids, not as they were given.
    members: tuple[Member, ...]
    slots: tuple[Slot, ...]
    past: tuple[Past, ...]
    fixed: Mapping[Key, int | None]
    before: Mapping[Key, int | None]
    min_gap: int

    @staticmethod
    def of(problem: Problem, group: str) -> "Side":
        return Side(
            group=group,
            members=tuple(
                sorted(
                    (m for m in problem.members if _is_in(m, group, problem)), key=lambda m: m.id
                )
            ),
            slots=problem.slots,
            past=problem.past,
            fixed=problem.fixed,
            before=problem.before,
            min_gap=problem.min_gap,
        )

    @cached_property
    def by_id(self) -> dict[int, Member]:
        return {m.id: m for m in self.members}

    def role(self, slot: Slot) -> str:
        return LEAD if slot.leads == self.group else ASSIST

    def key(self, slot: Slot) -> Key:
        return slot.day, self.role(slot)

    # ------------------------------------------------------------ who may serve

    @cached_property
    def candidates(self) -> dict[date, tuple[int, ...]]:
        """Of every day; whoever was fixed is the only one, also where they cannot."""
        return {slot.day: self._candidates(slot) for slot in self.slots}

    def _candidates(self, slot: Slot) -> tuple[int, ...]:
        if self.key(slot) in self.fixed:
            holder = self.fixed[self.key(slot)]
            return (holder,) if holder in self.by_id else ()
        busy = self.in_other_role(slot)
        return tuple(m.id for m in self.members if m.can_serve_on(slot.day) and m.id != busy)

    @cached_property
    def open(self) -> tuple[Slot, ...]:
        """Those that somebody of this group is to fill."""
        return tuple(slot for slot in self.slots if self.candidates[slot.day])

    def outsider(self, slot: Slot) -> int | None:
        """Whoever was fixed from beyond the group."""
        holder = self.fixed.get(self.key(slot))
        return None if holder in self.by_id else holder

    def in_other_role(self, slot: Slot) -> int | None:
        """Whoever was fixed where it is the other group's turn."""
        return self.fixed.get((slot.day, ASSIST if self.role(slot) == LEAD else LEAD))

    def gaps(self) -> list[Gap]:
        return [
            Gap(day=slot.day, role=self.role(slot), reason=self._why_nobody(slot.day))
            for slot in self.slots
            if not self.candidates[slot.day] and self.outsider(slot) is None
        ]

    def _why_nobody(self, day: date) -> str:
        if self.fixed.get((day, LEAD), 0) is None or self.fixed.get((day, ASSIST), 0) is None:
            deliberate = [role for role in ROLES if self.fixed.get((day, role), 0) is None]
            if any(slot.day == day and self.role(slot) in deliberate for slot in self.slots):
                return "it was left open on purpose"
        there = [m for m in self.members if m.belongs_on(day)]
        if not there:
            return f"nobody is in {self.group}" + (" that day" if self.members else "")
        away = [m for m in there if m.is_away_on(day)]
        if len(away) == len(there):
            return f"everybody in {self.group} is away"
        weekday = f"{day:%A}s"
        if not away:
            return f"nobody in {self.group} works on {weekday}"
        names = ", ".join(m.name for m in away)
        return f"everybody in {self.group} is away or does not work on {weekday}: away is {names}"

    # ------------------------------------------------------------ what is settled

    @cached_property
    def settled(self) -> dict[date, int]:
        """Fixed, or as before and still possible: what a change is measured by."""
        found = {}
        for slot in self.open:
            holder = self.before.get(self.key(slot))
            allowed = self.candidates[slot.day]
            if self.key(slot) in self.fixed:
                found[slot.day] = allowed[0]
            elif holder is not None and holder in allowed:
                found[slot.day] = holder
        return found

    @cached_property
    def stays(self) -> tuple[Slot, ...]:
        """Slots whose duty of before is still possible, and nobody fixed it."""
        return tuple(
            slot
            for slot in self.open
            if slot.day in self.settled and self.key(slot) not in self.fixed
        )

    @cached_property
    def must_move(self) -> bool:
        """Whether anything of before has become impossible, or can be filled now."""
        return any(
            self.key(slot) in self.before and slot.day not in self.settled for slot in self.open
        )

    @cached_property
    def elsewhere(self) -> dict[int, list[int]]:
        """By member, working-day numbers that no choice here can change: history, and the other
        role."""
        found: dict[int, list[int]] = defaultdict(list)
        for day in self.past:
            for holder in {day.lead, day.assist} - {None}:
                if holder in self.by_id:
                    found[holder].append(day.number)
        for slot in self.slots:
            holder = self.in_other_role(slot)
            if holder in self.by_id:
                found[holder].append(slot.number)
        return found

    @cached_property
    def weekdays_before(self) -> dict[int, Counter[int]]:
        """By member, how often each weekday was theirs already."""
        found: dict[int, Counter[int]] = {m.id: Counter() for m in self.members}
        for day in self.past:
            for holder in (day.lead, day.assist):
                if holder in self.by_id:
                    found[holder][day.day.weekday()] += 1
        for slot in self.slots:
            holder = self.in_other_role(slot)
            if holder in self.by_id:
                found[holder][slot.day.weekday()] += 1
        return found

    # ------------------------------------------------------------ what each is due

    def _due(self, role: str, slots: Sequence[Slot]) -> dict[int, float]:
        shares: dict[int, float] = {m.id: 0.0 for m in self.members}
        for slot in slots:
            for id, share in shares_on(self.members, group=self.group, day=slot.day).items():
                shares[id] += share
        credit = {m.id: m.credit.get(role, 0.0) for m in self.members}
        return targets(shares, credit=credit, total=len(slots))

    def _of(self, role: str) -> list[Slot]:
        return [slot for slot in self.open if self.role(slot) == role]

    @cached_property
    def due(self) -> dict[tuple[int, str], float]:
        """By member and role, over all slots."""
        return {
            (id, role): due for role in ROLES for id, due in self._due(role, self._of(role)).items()
        }

    @cached_property
    def bands(self) -> dict[tuple[int, str], Band]:
        """What the total of each may be: their due, rounded either way; or what is settled."""
        kept = Counter(
            (self.settled[slot.day], self.role(slot))
            for slot in self.open
            if slot.day in self.settled
        )
        return {at: (floor(due), max(ceil(due), kept[at])) for at, due in self.due.items()}

    @cached_property
    def lead_bands(self) -> list[tuple[frozenset[date], dict[int, Band]]]:
        """What everybody's leads up to the end of each cycle may be, where cycles come out even."""
        found = []
        leads = self._of(LEAD)
        for cycle in sorted({slot.cycle for slot in leads}):
            begun = [slot for slot in leads if slot.cycle <= cycle]
            kept = Counter(self.settled.get(slot.day) for slot in begun)
            due = self._due(LEAD, begun)
            bands = {id: (floor(each), max(ceil(each), kept[id])) for id, each in due.items()}
            found.append((frozenset(slot.day for slot in begun), bands))
        return found

    # ------------------------------------------------------------ what weekdays admit

    @cached_property
    def weekdays(self) -> dict[int, tuple[int, ...]]:
        """By member, the weekdays on which they may have a duty at all."""
        found: dict[int, set[int]] = {m.id: set() for m in self.members}
        for slot in self.open:
            for id in self.candidates[slot.day]:
                found[id].add(slot.day.weekday())
        return {id: tuple(sorted(weekdays)) for id, weekdays in found.items()}

    @cached_property
    def weekday_range(self) -> int:
        """The least range that the calendar leaves to everybody alike: one, in all but small
        groups."""
        of_all = Counter(slot.day.weekday() for slot in self.slots)
        of_all.update(day.day.weekday() for day in self.past)
        spread = max(of_all.values(), default=0) - min(of_all.values(), default=0)
        return max(1, ceil(spread / max(1, len(self.members))))


def _is_in(member: Member, group: str, problem: Problem) -> bool:
    return member.group == group and any(member.belongs_on(slot.day) for slot in problem.slots)
