"""What a change of somebody's plans means for their duties, and the repair that is proposed.

A proposal is a run that waits for approval, whatever its sync's mode: it is computed by a worker.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from rota import duties
from rota.models import Duty, Member, Rota
from uploader import runs
from uploader.models import Run, Sync
from uploader.people import Person

PROPOSE = {"propose": True}


@dataclass(frozen=True)
class Begun:
    """A run of a rota's sync: begun just now, or one that was open already."""

    sync: Sync
    run: Run
    is_new: bool


def propose(rota: Rota, *, by: Any, now: datetime) -> Begun | None:
    """Have a repair computed; None where the rota, or its generation, is switched off."""
    sync = duties.duties_sync(rota)
    if sync is None or not sync.enabled or not rota.enabled:
        return None
    return begin(sync, params=PROPOSE, by=by, now=now)


def begin(sync: Sync, *, params: dict[str, Any], by: Any, now: datetime) -> Begun | None:
    """Start a run of the sync by hand; None where one has ended in this moment: ask again."""
    run = runs.start(sync, trigger="by hand", by=by, params=params, now=now)
    if run is not None:
        return Begun(sync, run, is_new=True)
    there = sync.runs.open().first()
    return Begun(sync, there, is_new=False) if there is not None else None


# ---------------------------------------------------------------- what is concerned


def conflicts(person: Person, first: date, last: date, *, now: datetime) -> list[Duty]:
    """Their duties that are not over and that they cannot have, because they are away in these
    days, in every rota. Of a service that goes on for long, less than half is no matter."""
    found = _to_come(now=now).filter(member__person=person)
    absences = list(person.absences.all())
    held = _open(found.filter(shift__start__lte=last, shift__end__gt=first), now=now)
    return [duty for duty in held if duties.is_away(duty.shift, absences)]


def misfits(members: Iterable[Member], *, now: datetime) -> list[Duty]:
    """Duties to come of members who cannot have them any more, as the members are now."""
    by_pk = {member.pk: member for member in members}
    held = _open(_to_come(now=now).filter(member__in=by_pk), now=now)
    return [duty for duty in held if not _fits(by_pk[duty.member_id or 0], duty)]


def _fits(member: Member, duty: Duty) -> bool:
    return duties.works_in(member, duty.shift) and duties.why_not(member, duty) is None


def rotas_in(person: Person, first: date, last: date, *, now: datetime) -> list[Rota]:
    """Rotas that they are in, with shifts in these days that are not over."""
    serving = Q(members__left_on=None) | Q(members__left_on__gte=first)
    found = Rota.objects.filter(serving, enabled=True, members__person=person).distinct()
    return with_duties(found, first=first, last=last, now=now)


def with_duties(
    rotas: Iterable[Rota], *, now: datetime, first: date = date.min, last: date = date.max
) -> list[Rota]:
    """Those with shifts in these days that are not over."""
    return [rota for rota in rotas if _shifts(rota, max(first, rota.today(now)), last).exists()]


def _shifts(rota: Rota, first: date, last: date) -> Any:
    return rota.shifts.filter(cancelled_at=None, start__lte=last, end__gt=first)


def _to_come(*, now: datetime) -> Any:
    """Where "today" is depends on the rota; a day more than can be needed."""
    rows = Duty.objects.select_related("shift__rota", "member__person")
    yesterday = now.date() - timedelta(days=1)
    return rows.filter(
        shift__rota__enabled=True, shift__cancelled_at=None, shift__end__gt=yesterday
    )


def _open(found: Iterable[Duty], *, now: datetime) -> list[Duty]:
    return [duty for duty in found if duty.shift.end > duty.shift.rota.today(now)]
