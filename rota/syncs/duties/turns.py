"""Rolling rotas: which services there are to be, and whose turn each is, from what is stored."""

import shlex
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cached_property
from itertools import islice, takewhile
from typing import Any

from rota import rolling
from rota.days import DAY
from rota.duties import Place
from rota.models import Duty, Member, Shift
from rota.models.rotas import MEMBER
from rota.periods import Period
from rota.problem import Member as Candidate
from rota.rhythm import Rhythm, Span
from rota.rolling import Service
from rota.syncs.duties.layout import (
    FURTHEST,
    Decided,
    Layout,
    Spans,
    Wanted,
    on_duty_elsewhere,
)
from uploader.kinds import CannotRun

# Of what is over, as much as tells whose turn it is and who has served lately.
LOOK_BACK = timedelta(days=366)
CURRENT, INCOMING = "current", "incoming"


class Turns(Layout):
    """A rolling rota. What is laid out stays, and is kept right; more follows on the last turn."""

    @cached_property
    def rhythm(self) -> Rhythm:
        rota = self.rota
        return Rhythm.of(
            rota.every, rota.lasts, handover_on=rota.handover_on, starts_on=rota.starts_on
        )

    def _first(self) -> date:
        """What was asked for rolls forward to a day on which somebody starts."""
        asked = self.asked.first
        if self.asked.append is not None and self.asked.after is None:
            # Whoever goes on where another worker died finds a part of it there.
            return asked or self._following
        if asked is None:
            ahead = (shift.start for shift in self.shifts if shift.start > self.today)
            return min([self._earliest, *ahead])
        if asked < min(self.today, self._earliest):
            raise CannotRun(
                f"{self.rota} cannot be planned from {asked} on: what was, stays as it was."
            )
        self._require_near(asked)
        return next(self.rhythm.spans(max(asked, self._earliest)))[0]

    def _require_near(self, day: date) -> None:
        if day > self.today + FURTHEST:
            raise CannotRun(f"{day} is further ahead than three years.")

    @cached_property
    def _earliest(self) -> date:
        """The first that somebody can start on; a service that is under way, and that nobody has
        ever had, is filled: else nobody would be on duty until the next one."""
        after = self.begun[-1].start + DAY if self.begun else date.min
        spans = self.rhythm.spans(max(self.rota.starts_on, after))
        return next(start for start, end in spans if end > self.today)

    @property
    def _following(self) -> date:
        """Where the next one begins after all that are there."""
        last = self.shifts[-1].start + DAY if self.shifts else self._earliest
        return next(self.rhythm.spans(max(last, self._earliest)))[0]

    # ------------------------------------------------------------- what is asked for

    @property
    def is_asked_for(self) -> bool:
        return super().is_asked_for or self._is_replaced

    @property
    def _is_replaced(self) -> bool:
        """What comes after goes, where it is not planned anew."""
        return self.asked.after is not None

    @property
    def _is_planned_anew(self) -> bool:
        asked = self.asked
        return self._is_replaced or (asked.append is None and bool(asked.first or asked.until))

    def spans(self) -> list[Span]:
        """Services that are to be there, from the first one that may change."""
        every, last = self.rhythm.spans(self.first), self._until()
        if self.asked.append is not None:
            found = list(islice(every, self.asked.append))
        else:
            found = list(takewhile(lambda span: last is not None and span[0] <= last, every))
        if found:
            self._require_near(found[-1][0])
        return found

    def in_a_year(self) -> int:
        """How many start within a year from the first one on."""
        end = Period(months=12).after(self.first)
        return sum(1 for _ in takewhile(lambda span: span[0] < end, self.rhythm.spans(self.first)))

    def _until(self) -> date | None:
        if self.asked.until is not None:
            self._require_near(self.asked.until)
            return self.asked.until
        if self.rota.horizon is not None:
            return self.today + self.rota.horizon
        return self.shifts[-1].start if self.shifts and self._is_planned_anew else None

    # ------------------------------------------------------------------- services

    @cached_property
    def concerned(self) -> list[Shift]:
        if self.asked.roles is not None:
            starts = {start for start, _ in self._of_roles.values()}
            return [shift for shift in self.shifts if shift.start in starts]
        return [shift for shift in super().concerned if shift.start > self.today]

    @cached_property
    def services(self) -> list[Service]:
        """What is there, and after it what is to be laid out."""
        spans = self.spans()
        if self._is_planned_anew:
            last = self._until() or self.first - DAY
            kept = [
                shift
                for shift in self.shifts
                if shift.start < self.first or (shift.start > last and not self._is_replaced)
            ]
            new = spans
        else:
            kept = self.shifts
            new = [span for span in spans if not kept or span[0] > kept[-1].start]
        found = [self._service(shift) for shift in kept if shift.end > self.today - LOOK_BACK]
        found += [self._new(span) for span in new]
        return sorted(found, key=lambda service: service.start)

    def _service(self, shift: Shift) -> Service:
        duty = self.stored.get((shift.start, MEMBER))
        return Service(
            start=shift.start,
            end=shift.end,
            turn=shift.turn_id,
            holder=duty.member_id if duty else None,
            reason=duty.reason if duty else "",
            is_past=shift.start <= self.today or shift.start < self.first,
            is_fixed=duty is not None and self.is_bound(duty),
        )

    def _new(self, span: Span) -> Service:
        """What people have decided stays, whosever turn it becomes."""
        start, end = span
        duty = self.stored.get((start, MEMBER))
        if duty is None or not self.is_bound(duty):
            return Service(start=start, end=end, is_new=True)
        return Service(
            start=start,
            end=end,
            holder=duty.member_id,
            reason=duty.reason,
            is_fixed=True,
            is_new=True,
        )

    def is_bound(self, duty: Duty) -> bool:
        """Whoever has left the rota has it no longer, whatever was decided before."""
        member, shift = duty.member, duty.shift
        there = member is None or (
            member.serves_on(shift.start) and member.serves_on(shift.end - DAY)
        )
        return duty.is_fixed and there

    # -------------------------------------------------------------------- decided

    def decided(self, away: Spans, *, beat: Callable[[], None]) -> Decided:
        beat()
        if self.asked.roles is not None:
            return self._roles_decided()
        if self.asked.after is not None:
            self._require(self.asked.after)
        order = [self._candidate(member, away) for member in self._order]
        services = self.services
        planned = rolling.planned(
            order,
            services,
            ahead=self._ahead(services),
            after=self.asked.after,
            busy=self._busy(),
        )
        nobodys = [
            each
            for each, was in zip(planned, services, strict=True)
            if was.is_new and each.turn is None and not each.is_fixed
        ]
        compared = [each for each in planned if not each.is_past and each not in nobodys]
        gaps = [each for each in compared if each.holder is None]
        return Decided(
            duties={(each.start, MEMBER): self._wanted(each) for each in compared},
            warnings=[
                *(f"Nobody serves {_dates(gap.start, gap.end)}: {gap.reason}." for gap in gaps),
                *rolling.remarks(order, planned, today=self.today),
                *self._outside_of_the_rhythm(planned),
                *self._without_a_turn(planned),
                *(f"Nobody is in {self.rota} yet: nothing is laid out." for _ in nobodys[:1]),
            ],
            summary={
                "gaps": [
                    {"day": str(gap.start), "role": MEMBER, "reason": gap.reason} for gap in gaps
                ]
            },
        )

    @cached_property
    def _order(self) -> list[Member]:
        return sorted(self.members, key=lambda member: (member.position, member.pk))

    def _candidate(self, member: Member, away: Spans) -> Candidate:
        return Candidate(
            id=member.pk,
            name=member.name,
            group=member.group,
            weight=member.weight,
            joined_on=member.joined_on,
            left_on=member.left_on,
            away=away.get(member.person_id, ()),
        )

    def _ahead(self, services: list[Service]) -> Iterator[Span]:
        """A round beyond what is laid out."""
        last = services[-1].start if services else self.first - DAY
        return islice(self.rhythm.spans(last + DAY), len(self.members))

    def _busy(self) -> dict[int, list[tuple[date, date]]]:
        elsewhere = on_duty_elsewhere(self)
        return {member.pk: elsewhere.get(member.person_id, []) for member in self.members}

    def _wanted(self, service: Service) -> Wanted:
        place = Place(
            day=service.start,
            role=MEMBER,
            end=service.end,
            turn=self.member(service.turn),
        )
        return Wanted(place=place, member=service.holder, reason=service.reason)

    def _outside_of_the_rhythm(self, planned: list[Service]) -> Iterator[str]:
        """What is laid out stays, also where the rota's rhythm has become another."""
        ahead = [each for each in planned if not each.is_past]
        if not ahead:
            return
        spans = self.rhythm.spans(ahead[0].start)
        lying = set(takewhile(lambda span: span[0] <= ahead[-1].start, spans))
        out = [each for each in ahead if (each.start, each.end) not in lying]
        if out:
            yield (
                f"From {out[0].start} on, shifts do not lie as `every`, `lasts` and `handover_on` "
                f"say: `rota generate {self.rota} --from {out[0].start}` plans them anew."
            )

    def _without_a_turn(self, planned: list[Service]) -> Iterator[str]:
        """Whoever joined after it was laid out comes after everybody: others' shifts stay."""
        ahead = [each for each in planned if not each.is_past]
        if len(ahead) < len(self.members):
            return
        last, having = ahead[-1], {one for each in ahead for one in (each.turn, each.holder)}
        for member in self._order:
            there = rolling.belongs(self._candidate(member, {}), last.start, last.end)
            if there and member.pk not in having:
                yield (
                    f"{member} has no turn up to {last.end - DAY}: it comes after what is laid "
                    f"out. `rota generate {self.rota} --from {ahead[0].start}` plans it anew."
                )

    # ----------------------------------------------------------------------- roles

    @cached_property
    def _of_roles(self) -> dict[str, Span]:
        """The services of those who are on duty: where it overlaps, whoever is incoming has the
        one that began last, and whoever is current the one before."""
        number = self.rhythm.number(self.today)
        if not self.rota.overlaps:
            return {CURRENT: self._began(number)}
        return {CURRENT: self._began(number - 1), INCOMING: self._began(number)}

    def _began(self, number: int) -> Span:
        """As it is stored, where one began between two handovers."""
        first, end = self.rhythm.span(number)
        following = self.rhythm.start(number + 1)
        there = [shift for shift in self.begun if first <= shift.start < following]
        return (there[-1].start, there[-1].end) if there else (first, end)

    def _roles_decided(self) -> Decided:
        roles = self.asked.roles or {}
        wanted = {}
        for role, (start, end) in self._of_roles.items():
            member = self._require(roles.get(role))
            place = Place(day=start, role=MEMBER, end=end, turn=member)
            wanted[start, MEMBER] = Wanted(place=place, member=member.pk)
        return Decided(duties=wanted, warnings=list(self._what_follows(roles)))

    def _what_follows(self, roles: Any) -> Iterator[str]:
        """Others' shifts stay as they are planned, which need not be what is expected."""
        last = roles.get(INCOMING) or roles.get(CURRENT)
        ahead = next((shift for shift in self.shifts if shift.start > self.today), None)
        if ahead is None:
            return
        order = [self._candidate(member, {}) for member in self._order]
        service = Service(start=ahead.start, end=ahead.end)
        expected = rolling.following(order, last, service)
        if ahead.turn_id not in (None, expected):
            yield (
                f"What comes after stays as it is planned: {ahead.turn} on {ahead.start}. "
                f"`rota bulk {self.rota} -d {ahead.start} -m {self._typed(last)}` plans it anew, "
                f"beginning with {self.name(expected)}."
            )

    def _typed(self, number: int | None) -> str:
        """Whom a command takes for nobody else."""
        member = self._require(number)
        alone = sum(each.name == member.name for each in self.members) == 1
        return shlex.quote(member.name if alone else member.person.slack_id or member.name)

    def _require(self, number: int | None) -> Member:
        member = self.member(number)
        if member is None:
            raise CannotRun(f"Whoever was meant is not in the rota {self.rota} any more.")
        return member

    # ----------------------------------------------------------------------- shown

    @classmethod
    def content(cls, wanted: Wanted) -> dict[str, Any]:
        turn = wanted.place.turn
        return {
            **super().content(wanted),
            "turn": turn.pk if turn else None,
            "end": wanted.place.until.isoformat(),
        }

    def words(self, wanted: Wanted) -> str:
        place, turn = wanted.place, wanted.place.turn
        notes = [wanted.reason] if wanted.reason else []
        if turn is not None and wanted.member is not None and turn.pk != wanted.member:
            notes.append(f"{turn}’s turn")
        note = f" ({', '.join(notes)})" if notes else ""
        return f"{_dates(place.day, place.until)}: {self.name(wanted.member)}{note}"


def _dates(start: date, end: date) -> str:
    return f"{start} to {end - DAY}"
