"""A rota, or one member's part of it, as a calendar that others subscribe to.

A shift keeps its UID for ever. What is not to be there any more stays as a cancelled event for a
while: a calendar that is only told of what there is would keep showing what there was.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from icalendar import Calendar, Event, vText

from rota.models import LATELY, Duty, Member, Move, Rota, Shift
from rota.titles import title
from rota.words import DO

LOOK_BACK = LATELY
# How often those who subscribe are asked to look again.
EVERY = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Feed:
    body: bytes
    changed_at: datetime | None


def find(rota: Rota, token: str, *, now: datetime) -> Feed | None:
    """The feed that the token opens. All are compared, whichever it is."""
    given = token.encode()

    def opens(secret: str) -> bool:
        return hmac.compare_digest(secret.encode(), given)

    since = rota.today(now) - LOOK_BACK
    members = rota.members.filter(Q(left_on=None) | Q(left_on__gte=since)).select_related("person")
    mine = [member for member in members if opens(member.feed_token)]
    if opens(rota.feed_token):
        return of_rota(rota, now=now)
    return of_member(mine[0], now=now) if mine else None


def of_rota(rota: Rota, *, now: datetime) -> Feed:
    shifts = list(_lately(rota, now=now))
    return _feed(rota.title, [_event(s, uid=str(s.uid), summary=title(s)) for s in shifts], shifts)


def of_member(member: Member, *, now: datetime) -> Feed:
    """Their duties, and as cancelled those that were theirs."""
    once = Move.objects.filter(was=member).values("duty__shift")
    concerned = Q(duties__member=member) | Q(pk__in=once)
    shifts = list(_lately(member.rota, now=now).filter(concerned).distinct())
    return _feed(f"{member.rota.title}: {member.name}", [_own(s, member) for s in shifts], shifts)


def _lately(rota: Rota, *, now: datetime) -> QuerySet[Shift]:
    since = rota.today(now) - LOOK_BACK
    shifts = rota.shifts.filter(end__gt=since).select_related("rota")
    return shifts.prefetch_related("duties__member__person")


def _own(shift: Shift, member: Member) -> Event:
    duties = list(shift.duties.all())
    mine = next((duty for duty in duties if duty.member_id == member.pk), None)
    uid = f"{shift.uid}-{member.pk}"
    if mine is None:
        return _event(shift, uid=uid, summary=f"{shift.rota.title}: not yours any more", gone=True)
    others = [duty.member.name for duty in duties if duty.member and duty != mine]
    beside = f", with {others[0]}" if others else ""
    return _event(shift, uid=uid, summary=f"{shift.rota.title}: you {DO[mine.role]}{beside}")


def _event(shift: Shift, *, uid: str, summary: str, gone: bool = False) -> Event:
    event = Event()
    event.add("uid", f"{uid}@lockstep")
    event.add("summary", _line(summary))
    event.add("dtstart", shift.start)
    event.add("dtend", shift.end)
    event.add("dtstamp", shift.changed_at)
    event.add("last-modified", shift.changed_at)
    event.add("sequence", shift.sequence)
    event.add("transp", "TRANSPARENT")
    cancelled = gone or shift.cancelled_at is not None
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    gaps = _gaps(shift.duties.all()) if not cancelled else ""
    if gaps:
        event.add("description", gaps)
    return event


def _line(text: str) -> str:
    """Without line breaks and other signs that nobody sees."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _gaps(duties: Iterable[Duty]) -> str:
    empty = [duty for duty in duties if duty.member is None]
    return " ".join(_line(f"Nobody to {DO[duty.role]}: {duty.reason}.") for duty in empty)


def _feed(name: str, events: list[Event], shifts: list[Shift]) -> Feed:
    calendar = Calendar()
    calendar.add("prodid", "-//Lockstep//Rotas//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for field in ("name", "x-wr-calname"):
        # As a text: of a field that it does not know, the library escapes nothing.
        calendar.add(field, vText(_line(name)))
    calendar.add("refresh-interval", EVERY, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for event in events:
        calendar.add_component(event)
    latest = max((shift.changed_at for shift in shifts), default=None)
    return Feed(body=calendar.to_ical(), changed_at=latest)
