"""Joining a rota and leaving it: from which day on somebody is in it, and until which."""

from datetime import date, datetime

from django.db.models import Max

from rota import setup
from rota.duties import SETTLING
from rota.models import Member, Rota
from uploader.people import Person


def joins_on(rota: Rota, person: Person | None, *, today: date) -> date | None:
    """Whoever joins a rota that is running, or comes back to it, owes nothing of what was before;
    None: they were there from the beginning."""
    came_back = person is not None and rota.members.filter(person=person).exists()
    begun = rota.shifts.filter(start__lte=today, cancelled_at=None).exists()
    return today if came_back or begun else None


def join_last(rota: Rota, person: Person, *, today: date) -> Member:
    """After everybody else in the order of turns."""
    last = rota.members.aggregate(last=Max("position"))["last"]
    return Member.objects.create(
        rota=rota,
        person=person,
        position=0 if last is None else last + 1,
        joined_on=joins_on(rota, person, today=today),
    )


def leave(member: Member, *, today: date) -> None:
    """Today is their last day."""
    member.left_on = today
    if member.joined_on is not None:
        member.joined_on = min(member.joined_on, today)
    member.save(update_fields=["left_on", "joined_on"])


def planned_anew(rota: Rota, *, now: datetime) -> None:
    """Duties follow whoever came or went, once nobody more comes or goes for a while."""
    setup.changed(rota, now=now + SETTLING, but=setup.MEMBERS)


def follows_by_itself(rota: Rota) -> bool:
    """Whether duties are looked at again without anybody asking for it."""
    return rota.syncs().filter(kind=setup.DUTIES, enabled=True, every__isnull=False).exists()
