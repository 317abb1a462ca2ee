"""The verbs that change who is on duty; nothing else writes shifts, duties and moves.

Each change is recorded as a move, and makes what is kept in step with the rota due, in one
transaction: what follows from it is never forgotten.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from rota import days, fairness, rolling
from rota.days import DAY
from rota.models import Absence, Duty, Member, Move, Rota, Shift, Swap
from rota.models.rotas import NO_GROUP
from rota.words import SHORT, during, is_span, last_day
from uploader.models import Run, Sync

# What duties are made by, and of: neither follows them.
DUTIES, MEMBERS = "rota_duties", "rota_members"
# How long a run's own changes rest before others are brought in step: it makes many.
SETTLING = timedelta(minutes=1)
NOT_NEEDED = "nobody is needed any more"


class Stale(Exception):
    """The duty is not any more as it was when this was decided."""


class NotPossible(Exception):
    """A sentence about why a duty cannot be given to somebody."""


@dataclass(frozen=True, kw_only=True)
class Doing:
    """Who does it, or which run, and when."""

    now: datetime
    by: Any = None
    run: Run | None = None


def give(
    duty: Duty,
    member: Member | None,
    *,
    origin: str,
    doing: Doing,
    reason: str = "",
    expected: Member | None = None,
    instead_of: Member | None = None,
) -> None:
    """The duty is theirs from now on; Stale where it was not `expected`'s any more, or where it
    has become a person's decision, or ceased to be one, since it was read."""
    before = expected.pk if expected else None
    by = doing.by if getattr(doing.by, "pk", None) else None
    with transaction.atomic():
        changed = Duty.objects.filter(pk=duty.pk, member=before, origin=duty.origin).update(
            member=member,
            origin=origin,
            reason=reason,
            instead_of=instead_of,
            by=by,
        )
        if not changed:
            raise Stale
        if before != (member.pk if member else None):
            # What somebody else was asked, or answered, or accepted, is not theirs.
            Duty.objects.filter(pk=duty.pk).update(
                asked_at=None, answer="", answered_at=None, accepted_at=None
            )
            _record(duty, was=expected, now=member, origin=origin, doing=doing)
            Swap.objects.filter(Q(duty=duty) | Q(with_duty=duty), state=Swap.State.ASKED).update(
                state=Swap.State.WITHDRAWN, closed_at=doing.now
            )
            _shows_otherwise(duty.shift, doing)
    duty.refresh_from_db()


def _record(
    duty: Duty,
    *,
    was: Member | None,
    now: Member | None,
    origin: str,
    doing: Doing,
    told: bool = False,
) -> None:
    Move.objects.create(
        duty=duty,
        was=was,
        now=now,
        origin=origin,
        by=doing.by if getattr(doing.by, "pk", None) else None,
        run=doing.run,
        at=doing.now,
        told_at=doing.now if told else None,
    )


def _shows_otherwise(shift: Shift, doing: Doing) -> None:
    Shift.objects.filter(pk=shift.pk).update(sequence=F("sequence") + 1, changed_at=doing.now)
    rest = SETTLING if doing.run is not None else timedelta(0)
    bring_in_step(shift.rota, at=doing.now + rest)


def bring_in_step(rota: Rota, *, at: datetime) -> None:
    """What is kept in step with the duties is due then, or as soon as it was anyway."""
    others = rota.syncs().exclude(kind__in=(DUTIES, MEMBERS)).filter(enabled=True)
    others.filter(Q(next_run_at=None) | Q(next_run_at__gt=at)).update(next_run_at=at)


def duties_sync(rota: Rota) -> Sync | None:
    return rota.syncs().filter(kind=DUTIES).first()


# --------------------------------------------------------------------- generated


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a duty is, or is to be."""

    day: date
    role: str
    leads: str = NO_GROUP
    cycle: int | None = None
    # Where it is longer than a day: the day after the last one.
    end: date | None = None
    # Of a rolling rota: whose turn it is in the order, whoever serves.
    turn: Member | None = None

    @property
    def until(self) -> date:
        return self.end or self.day + DAY


def make(rota: Rota, place: Place, member: Member | None, *, reason: str, doing: Doing) -> Duty:
    """A duty where there was none; the slot is the same one that it ever was on this day."""
    with transaction.atomic():
        shift, _ = Shift.objects.get_or_create(
            rota=rota,
            start=place.day,
            defaults={"end": place.until, "changed_at": doing.now},
        )
        shift.cancelled_at, shift.leads, shift.cycle = None, place.leads, place.cycle
        shift.end, shift.turn = place.until, place.turn
        shift.save(update_fields=["cancelled_at", "leads", "cycle", "end", "turn"])
        values = {"member": member, "reason": reason, "origin": Duty.Origin.GENERATED}
        duty, made = Duty.objects.get_or_create(shift=shift, role=place.role, defaults=values)
        if not made:
            if duty.member is not None:
                raise Stale
            Duty.objects.filter(pk=duty.pk, member=None).update(**values)
            duty.refresh_from_db()
        # A duty that is new is no change of anybody's plans: nobody has to be told.
        is_news = not made and _is_given_back(duty, member)
        _record(
            duty,
            was=None,
            now=member,
            origin=Duty.Origin.GENERATED,
            doing=doing,
            told=not is_news,
        )
        _shows_otherwise(shift, doing)
    return duty


def _is_given_back(duty: Duty, member: Member | None) -> bool:
    """Whether somebody hears, or was the last to hear, that they do not have this duty: what
    becomes of it now is told along with that."""
    if duty.moves.filter(told_at=None).exists():
        return True
    last = duty.moves.exclude(was=None).first()
    return member is not None and last is not None and last.was_id == member.pk


def cancel(duty: Duty, *, doing: Doing) -> None:
    """Nobody is needed on that day any more; the slot stays, as one that is cancelled as soon as
    nobody has any duty of it: whoever dies in between leaves one that is still to be cancelled."""
    member = duty.member
    with transaction.atomic():
        give(
            duty,
            None,
            origin=Duty.Origin.GENERATED,
            doing=doing,
            reason=NOT_NEEDED,
            expected=member,
        )
        if not duty.shift.duties.exclude(member=None).exists():
            Shift.objects.filter(pk=duty.shift_id).update(cancelled_at=doing.now)
        _shows_otherwise(duty.shift, doing)


def lay(shift: Shift, place: Place, *, doing: Doing) -> None:
    """Until when it lasts, and whose turn it is; the latter is shown on no calendar."""
    lasts_on = shift.end == place.until
    if not lasts_on or shift.turn_id != (place.turn.pk if place.turn else None):
        with transaction.atomic():
            Shift.objects.filter(pk=shift.pk).update(end=place.until, turn=place.turn)
            if not lasts_on:
                _shows_otherwise(shift, doing)
        shift.end, shift.turn = place.until, place.turn


def number(rota: Rota, cycles: Mapping[date, int]) -> None:
    """In which cycle each day's shift is; it is shown nowhere, so nothing follows from it."""
    changed = [
        shift
        for shift in rota.shifts.filter(start__in=cycles)
        if shift.cycle != cycles[shift.start]
    ]
    for shift in changed:
        shift.cycle = cycles[shift.start]
    Shift.objects.bulk_update(changed, ["cycle"])


# ----------------------------------------------------------------------- answered


def asked(duty: Duty, member: Member, *, at: datetime | None) -> None:
    """When the member is, or was, asked whether they accept it; None where they are not."""
    if Duty.objects.filter(pk=duty.pk, member=member).update(asked_at=at):
        duty.asked_at = at


def accepted(duty: Duty, member: Member, *, at: datetime) -> None:
    """The member has said so themselves, whether they were asked or not."""
    Duty.objects.filter(pk=duty.pk, member=member, accepted_at=None).update(accepted_at=at)
    duty.refresh_from_db()


def answered(duty: Duty, member: Member, text: str, *, accepts: bool, at: datetime) -> None:
    """What the member said when asked whether they accept it; whoever accepted once, has."""
    theirs = Duty.objects.filter(pk=duty.pk, member=member)
    theirs.update(answer=text, answered_at=at)
    if accepts:
        theirs.filter(accepted_at=None).update(accepted_at=at)
    duty.refresh_from_db()


# ------------------------------------------------------------------------ by hand


def pin(duty: Duty, *, doing: Doing) -> None:
    """Whoever has it keeps it, whatever is generated."""
    require_open(duty, doing=doing)
    give(duty, duty.member, origin=Duty.Origin.PINNED, doing=doing, expected=duty.member)


def release(duty: Duty, *, doing: Doing) -> None:
    """The next generation may give it to somebody else."""
    require_open(duty, doing=doing)
    give(duty, duty.member, origin=Duty.Origin.GENERATED, doing=doing, expected=duty.member)


def override(duty: Duty, member: Member | None, *, doing: Doing) -> None:
    """Somebody decides who has it, or that nobody has; NotPossible where that cannot be."""
    require_open(duty, doing=doing)
    require_possible(member, duty)
    give(
        duty,
        member,
        origin=Duty.Origin.OVERRIDE,
        doing=doing,
        expected=duty.member,
        instead_of=duty.member,
        reason="" if member else "Nobody is to have it.",
    )


def require_open(duty: Duty, *, doing: Doing) -> None:
    """NotPossible where the duty lies in the past, or is not needed any more."""
    shift = duty.shift
    if shift.end <= shift.rota.today(doing.now):
        raise NotPossible(f"{duty} is over: what was, stays as it was.")
    if shift.cancelled_at is not None:
        raise NotPossible(f"{duty} is not needed any more.")


def require_possible(member: Member | None, duty: Duty, *, without: Duty | None = None) -> None:
    why = why_not(member, duty, without=without) if member is not None else None
    if why is not None:
        raise NotPossible(why)


def why_not(member: Member, duty: Duty, *, without: Duty | None = None) -> str | None:
    """Why a member cannot have a duty; being away is told by `is_away`, and for them to judge.

    `without`: another duty, which they give away for it.
    """
    return why_not_there(member, duty) or _why_not_beside(member, duty, without)


def why_not_there(member: Member, duty: Duty) -> str | None:
    """Why it is not for them, whatever else they do."""
    shift = duty.shift
    if member.rota_id != shift.rota_id:
        return f"{member} is not in the rota {shift.rota}."
    if member.group != group_of(duty):
        return f"{member} is in {member.group}, and {duty} is for {group_of(duty)}."
    for day in dict.fromkeys((shift.start, last_day(shift))):
        if not member.serves_on(day):
            return f"{member} is not in the rota on {day}."
    return None


def _why_not_beside(member: Member, duty: Duty, without: Duty | None) -> str | None:
    """Nobody serves twice at a time, where shifts overlap."""
    if not duty.shift.rota.is_rolling:
        return None
    others = Duty.objects.filter(
        member__person=member.person_id,
        shift__rota=duty.shift.rota_id,
        shift__cancelled_at=None,
        shift__start__lt=duty.shift.end,
        shift__end__gt=duty.shift.start,
    )
    given_away = [duty.pk, *([without.pk] if without else [])]
    other = others.exclude(pk__in=given_away).select_related("shift").first()
    return f"{member} serves {during(other.shift, SHORT)} already." if other else None


def group_of(duty: Duty) -> str:
    """Whose members may have it: the group that leads, or the other one."""
    return fairness.group_of(duty.shift.leads, duty.role, duty.shift.rota.groups)


def works_in(member: Member, shift: Shift) -> bool:
    """Whether it is a weekday of theirs; like being away, for a person to judge. Nobody's week is
    too short for a service of several days."""
    return (
        is_span(shift)
        or not member.weekdays
        or shift.start.weekday() in days.numbers(member.weekdays)
    )


def is_away(shift: Shift, absences: Iterable[Absence]) -> bool:
    """Whether somebody with these absences is away for it, or for half of it or more."""
    spans = ((absence.first_day, absence.last_day) for absence in absences)
    return rolling.is_away(shift.start, shift.end, spans)
