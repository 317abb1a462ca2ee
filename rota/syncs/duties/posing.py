"""The problem that a generation has to solve, put together from what is stored."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import takewhile
from typing import Any

from rota import days, fairness, paired
from rota.models import Duty, Member, Rota, Shift
from rota.problem import ROLES, Key, Past, Problem, Slot
from rota.problem import Member as Candidate
from uploader.kinds import CannotRun

Spans = Mapping[int, tuple[tuple[date, date], ...]]
# Nobody plans further ahead.
FURTHEST = timedelta(days=3 * 366)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked for in particular; without anything, what is there is kept right."""

    first: date | None = None
    until: date | None = None
    cycles: int | None = None
    seed: int | None = None
    clear: date | None = None

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> "Asked":
        return cls(
            first=_day(params.get("from")),
            until=_day(params.get("until")),
            cycles=params.get("cycles"),
            seed=params.get("seed"),
            clear=_day(params.get("clear")),
        )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


class Posing:
    """One rota as it is stored, and from which day on it may change."""

    def __init__(self, rota: Rota, asked: Asked, *, now: datetime) -> None:
        self.rota = rota
        self.asked = asked
        self.today = rota.today(now)
        shifts = rota.shifts.order_by("start").prefetch_related("duties__member__person")
        self.every_shift: list[Shift] = list(shifts)
        self.shifts = [shift for shift in self.every_shift if shift.cancelled_at is None]
        self.members: list[Member] = list(rota.members.select_related("person"))
        self.first = self._first()

    def _first(self) -> date:
        """From where duties may change: what has begun is history."""
        begun = [shift for shift in self.shifts if shift.start <= self.today]
        earliest = max(self.rota.starts_on, self.today, begun[-1].end if begun else self.today)
        asked = self.asked.first
        if asked is not None and asked < earliest:
            raise CannotRun(
                f"{self.rota} cannot be generated from {asked} on: {earliest} is the first day "
                "that has not begun."
            )
        return asked or earliest

    # ------------------------------------------------------------ what is there

    @cached_property
    def concerned(self) -> list[Shift]:
        """Those that are compared; with `clear`, those that are to go."""
        if self.asked.clear is not None:
            after = max(self.asked.clear, self.today)
            return [shift for shift in self.shifts if shift.start > after]
        return [shift for shift in self.shifts if shift.start >= self.first]

    @cached_property
    def stored(self) -> dict[Key, Duty]:
        return {
            (shift.start, duty.role): duty for shift in self.shifts for duty in shift.duties.all()
        }

    @cached_property
    def names(self) -> dict[int, str]:
        return {member.pk: member.name for member in self.members}

    def member(self, number: int | None) -> Member | None:
        return next((member for member in self.members if member.pk == number), None)

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

    def _elsewhere(self) -> Iterable[tuple[int, date]]:
        """Who of these people is on duty in another rota, and when."""
        others = Duty.objects.filter(
            shift__rota__enabled=True,
            shift__cancelled_at=None,
            shift__start__gte=self.first,
            member__person__in=[member.person_id for member in self.members],
        ).exclude(shift__rota=self.rota)
        return others.values_list("member__person", "shift__start")

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
