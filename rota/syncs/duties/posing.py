"""Paired rotas: the problem that a generation has to solve, put together from what is stored."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cached_property
from itertools import takewhile

from rota import days, fairness, paired, solving
from rota.duties import Place
from rota.models import Duty, Member, Shift
from rota.problem import ROLES, Gap, Key, Past, Problem, Roster, Slot
from rota.problem import Member as Candidate
from rota.syncs.duties.layout import (
    FURTHEST,
    Decided,
    Layout,
    Spans,
    Wanted,
    as_stored,
    on_duty_elsewhere,
)
from uploader.kinds import CannotRun


class Posing(Layout):
    """A paired rota: which days are to be filled, by whom they can be, and what the solver says."""

    def _first(self) -> date:
        begun = self.begun[-1].end if self.begun else self.today
        return self._required(max(self.rota.starts_on, self.today, begun))

    # ----------------------------------------------------------------- decided

    def decided(self, away: Spans, *, beat: Callable[[], None]) -> Decided:
        try:
            roster = solving.solved(self.problem(away), beat=beat)
        except solving.SolverFailed as error:
            raise CannotRun(str(error)) from error
        return Decided(
            duties={key: self._wanted(key, roster) for key in roster.duties},
            warnings=[*roster.given_up, *map(_told, roster.gaps)],
            summary={
                "level": roster.level,
                "proven": roster.proven,
                "given_up": list(roster.given_up),
                "gaps": [
                    {"day": str(gap.day), "role": gap.role, "reason": gap.reason}
                    for gap in roster.gaps
                ],
            },
        )

    def _wanted(self, key: Key, roster: Roster) -> Wanted:
        there, member = self.stored.get(key), roster.duties[key]
        if there is not None and self.is_bound(there):
            return as_stored(there, there.shift)
        reasons = {(gap.day, gap.role): gap.reason for gap in roster.gaps}
        day, role = key
        slot = self._slots_by_day[day]
        return Wanted(
            place=Place(day=day, role=role, leads=slot.leads, cycle=slot.cycle),
            member=member,
            reason=reasons.get(key, "") if member is None else "",
        )

    def words(self, wanted: Wanted) -> str:
        day, who = wanted.place.day, self.name(wanted.member)
        reason = f" ({wanted.reason})" if wanted.reason else ""
        return f"{wanted.place.role} on {day:%a} {day}: {who}{reason}"

    @cached_property
    def _slots_by_day(self) -> dict[date, Slot]:
        return {slot.day: slot for slot in self.slots}

    # ------------------------------------------------------------------- slots

    @cached_property
    def laid_out(self) -> list[Slot]:
        """Every shift that there is as a slot; working days are counted from the first one."""
        return [_slot(shift, number) for number, shift in enumerate(self.shifts, start=1)]

    @cached_property
    def slots(self) -> list[Slot]:
        """Every working day to be filled, and the group that leads on it."""
        asked = self._continued(cycles=self.asked.cycles, until=self._until())
        last = self.laid_out[-1].day if self.laid_out else None
        if asked and self._is_kept_filled() and (last is None or asked[-1].day > last):
            # By whole cycles: what is filled a few days at a time cannot be even.
            cycles = asked[-1].cycle - asked[0].cycle + 1
            asked = self._continued(cycles=cycles, until=None)
        if last is None or (asked and asked[-1].day >= last) or last < self.first:
            return asked
        # What is there already, further ahead than was asked for, is kept right as well.
        return self._continued(cycles=None, until=last)

    @cached_property
    def _blocks(self) -> list[Slot]:
        """How cycles lie: days that were cancelled among them still take their place, those that
        were cleared at the end do not."""
        numbers = {slot.day: slot.number for slot in self.laid_out}
        last = self.shifts[-1].start if self.shifts else date.min
        found: list[Slot] = []
        for shift in self.every_shift:
            if shift.start <= last:
                number = numbers.get(shift.start, found[-1].number if found else 0)
                found.append(_slot(shift, number))
        return found

    def _continued(self, *, cycles: int | None, until: date | None) -> list[Slot]:
        return paired.continued(
            self._blocks,
            days=self._working_days(),
            groups=self.rota.groups,
            size=self._size,
            cycles=cycles,
            until=until,
        )

    def _until(self) -> date | None:
        """The last day, where that is known; without one, a cycle is filled."""
        if self._is_kept_filled() and self.rota.horizon is not None:
            return self.today + self.rota.horizon
        if self.asked.until is not None or self.asked.cycles is not None:
            return self.asked.until
        return self.shifts[-1].start if self.shifts else None

    def _is_kept_filled(self) -> bool:
        nothing_asked = self.asked.until is None and self.asked.cycles is None
        return nothing_asked and self.rota.horizon is not None

    def _working_days(self) -> Iterator[date]:
        years = range(self.first.year, (self.first + FURTHEST).year + 1)
        found = days.working_days(
            self.first,
            workdays=days.numbers(self.rota.workdays),
            holidays=days.holidays_of(self.rota.holidays, years),
        )
        return takewhile(lambda day: day < self.first + FURTHEST, found)

    def _size(self, group: str, day: date) -> int:
        own = [member for member in self.members if member.group == group]
        return sum(member.serves_on(day) for member in own)

    # ----------------------------------------------------------------- problem

    def problem(self, away: Spans) -> Problem:
        candidates = self._spared(self._candidates(away))
        gap = self.rota.min_gap or paired.default_gap(
            self._size(group, self.first) for group in self.rota.groups
        )
        return Problem(
            groups=self.rota.groups,
            members=tuple(candidates),
            slots=tuple(self.slots),
            past=tuple(self._past()),
            fixed=self._fixed(),
            before={} if self._is_drawn_anew() else self._before(),
            min_gap=gap,
            seed=self.rota.seed if self.asked.seed is None else self.asked.seed,
        )

    def _is_drawn_anew(self) -> bool:
        """Another seed asks for another rota; the same one for what is there already."""
        return self.asked.seed is not None and self.asked.seed != self.rota.seed

    def _candidates(self, away: Spans) -> list[Candidate]:
        """Everybody who is or was in it, with what they have done beyond their share."""
        bare = [self._candidate(member, away) for member in self.members]
        accounts = fairness.ledger(
            bare,
            groups=self.rota.groups,
            slots=self._begun(),
            duties={key: duty.member_id for key, duty in self.stored.items()},
        )
        opening = {member.pk: member.opening_credit for member in self.members}
        return [
            replace(
                one,
                credit={
                    role: round(account.credit + opening[one.id], 6)
                    for role, account in accounts[one.id].items()
                },
            )
            for one in bare
        ]

    def _candidate(self, member: Member, away: Spans) -> Candidate:
        return Candidate(
            id=member.pk,
            name=member.name,
            group=member.group,
            weight=member.weight,
            weekdays=days.numbers(member.weekdays or days.WEEKDAYS),
            joined_on=member.joined_on,
            left_on=member.left_on,
            away=away.get(member.person_id, ()),
        )

    def _spared(self, candidates: list[Candidate]) -> list[Candidate]:
        """Whoever is on duty in another rota that day is left alone here, where somebody else of
        their group is there; a duty that they have in both is better than a gap."""
        busy: dict[int, set[date]] = defaultdict(set)
        for person, day in self._elsewhere():
            busy[person].add(day)
        people = {member.pk: member.person_id for member in self.members}
        spared: dict[int, list[tuple[date, date]]] = defaultdict(list)
        for slot in self.slots if busy else ():
            for group in self.rota.groups:
                there = [c for c in candidates if c.group == group and c.can_serve_on(slot.day)]
                taken = [c for c in there if slot.day in busy[people[c.id]]]
                if len(taken) < len(there):
                    for one in taken:
                        spared[one.id].append((slot.day, slot.day))
        return [replace(c, away=(*c.away, *spared[c.id])) for c in candidates]

    def _elsewhere(self) -> Iterator[tuple[int, date]]:
        """Who of these people is on duty in another rota, and when."""
        for person, spans in on_duty_elsewhere(self).items():
            for first, last in spans:
                yield from ((person, day) for day in days.every_day(first, last))

    def _begun(self) -> list[Slot]:
        return [slot for slot in self.laid_out if slot.day < self.first]

    def _past(self) -> Iterator[Past]:
        for slot in self._begun():
            lead, assist = (self._holder(slot.day, role) for role in ROLES)
            yield Past(day=slot.day, number=slot.number, lead=lead, assist=assist)

    def _holder(self, day: date, role: str) -> int | None:
        duty = self.stored.get((day, role))
        return duty.member_id if duty is not None else None

    def _kept(self) -> dict[Key, Duty]:
        """What is stored for the days that are to be filled."""
        ahead = {slot.day for slot in self.slots}
        return {key: duty for key, duty in self.stored.items() if key[0] in ahead}

    def _fixed(self) -> dict[Key, int | None]:
        return {key: duty.member_id for key, duty in self._kept().items() if duty.is_fixed}

    def _before(self) -> dict[Key, int | None]:
        return {key: duty.member_id for key, duty in self._kept().items()}


def _slot(shift: Shift, number: int) -> Slot:
    return Slot(day=shift.start, leads=shift.leads, cycle=shift.cycle or 0, number=number)


def _told(gap: Gap) -> str:
    return f"Nobody {gap.role}s on {gap.day:%a} {gap.day}: {gap.reason}."
