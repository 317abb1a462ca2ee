"""Reminders ahead of a duty, each once: in Slack, or by mail to whoever has no id there.

What became theirs only after the moment of reminding is told as a change of duties, not by this.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.dispatch import receiver

from rota import elsewhere, telling, words
from rota.days import DAY
from rota.elsewhere import Elsewhere
from rota.messages import escaped
from rota.models import Duty, Move, Shift
from uploader.models import Notice
from uploader.notices import GIVEN_UP, UNKNOWN, announce, gathering

# Whoever was not reached by then is not reminded any more: it would say "tomorrow" on the day.
IN_TIME = timedelta(hours=12)
PREFIX = "reminder/"
MOVED = "It is somebody else's duty by now."


@receiver(gathering, sender=Notice, dispatch_uid="rota.reminders")
def remind(now: datetime, **_: Any) -> None:
    take_back()
    tell_of_lost(now=now)

    def announce(there: Elsewhere) -> None:
        for reminder in due(there, now=now) if there.reminds_days_before else ():
            reminder.announce(now=now)

    elsewhere.for_each(announce, doing="the reminders")


@dataclass(frozen=True)
class Reminder:
    """One that is due: of a duty that somebody has, so many days before it."""

    there: Elsewhere
    duty: Duty
    days: int
    at: datetime

    @property
    def key(self) -> str:
        person = self.duty.member.person_id if self.duty.member else 0
        return f"{PREFIX}{self.duty.shift.uid}/{person}/{self.days}"

    def announce(self, *, now: datetime) -> None:
        member, slack = self.duty.member, self.there.slack
        if member is None:
            return
        expires = self.at + IN_TIME
        if slack is None or slack.target is None or not member.person.slack_id:
            telling.write(
                self.there.rota,
                member.person,
                self.key,
                f"you {words.DO[self.duty.role]} {self._when()}",
                [self._sentence()],
                now=now,
                expires_at=expires,
            )
            return
        rota = self.there.rota
        page = f"<{telling.address(rota)}|The whole rota>"
        announce(
            self.key,
            person=member.person,
            recipient=member.person.slack_id,
            text=f"{escaped(self._sentence())}\n{page}",
            due_at=now,
            channel=slack.target.provider,
            connection=slack.target,
            expires_at=expires,
        )

    def _sentence(self) -> str:
        rota, duty = self.there.rota, self.duty
        return (
            f"{rota.title}: you {words.DO[duty.role]} {words.during(duty.shift)}, {self._when()}."
        )

    def _when(self) -> str:
        """From the day of the reminder, where they are."""
        return {0: "today", 1: "tomorrow"}.get(self.days, f"in {self.days} days")


def due(there: Elsewhere, *, now: datetime) -> Iterator[Reminder]:
    """Those whose moment has come, of duties that were somebody's by then."""
    since = there.rota.handovers_since
    if since is None:
        return
    # A day more on both sides: each person has a day of their own.
    starts = {
        now.date() + DAY * (days + shift)
        for days in there.reminds_days_before
        for shift in (-1, 0, 1)
    }
    found = (
        Duty.objects.filter(
            shift__rota=there.rota,
            shift__start__in=starts,
            shift__cancelled_at=None,
            member__isnull=False,
        )
        .select_related("shift__rota", "member__person")
        .order_by("shift__start", "pk")
    )
    reminders = [
        Reminder(there, duty, days, at)
        for duty in found
        for days in there.reminds_days_before
        if duty.member is not None
        and (at := there.reminds_at(duty.shift.start - DAY * days, duty.member.person)) >= since
        and at <= now < at + IN_TIME
    ]
    known = _known(reminders)
    yield from (each for each in reminders if each.key not in known and _was_theirs(each))


def _known(reminders: list[Reminder]) -> set[str]:
    """By mail, a person's number follows the key."""
    if not reminders:
        return set()
    keys = Q()
    for each in reminders:
        keys |= Q(key__startswith=each.key)
    told = Notice.objects.filter(keys).values_list("key", flat=True)
    return {"/".join(key.split("/")[:4]) for key in told}


def _was_theirs(reminder: Reminder) -> bool:
    return not Move.objects.filter(duty=reminder.duty, at__gt=reminder.at).exists()


def take_back() -> None:
    """What has not gone yet, and is of a duty that is somebody else's by now."""
    waiting = Notice.objects.filter(key__startswith=PREFIX, sent_at=None, outcome="")
    for notice in waiting:
        _, uid, person, _ = notice.key.split("/", 3)
        shifts = Shift.objects.filter(uid=uid, cancelled_at=None)
        theirs = shifts.filter(duties__member__person_id=int(person))
        if not theirs.exists():
            unsent = Notice.objects.filter(pk=notice.pk, sent_at=None, outcome="")
            unsent.update(outcome=GIVEN_UP, text="", reason=MOVED)


def tell_of_lost(*, now: datetime) -> None:
    """The owner is told of what was refused, or may not have arrived."""
    sent = Notice.objects.filter(key__startswith=PREFIX, sent_at__gt=now - telling.FRESH, text="")
    for notice in sent.filter(outcome__in=(GIVEN_UP, UNKNOWN)).select_related("person"):
        shift = Shift.objects.filter(uid=notice.key.split("/")[1]).select_related("rota__owner")
        rota = shift[0].rota if shift else None
        if rota is not None and rota.owner is not None and notice.person is not None:
            what = f"{notice.person} may not have been reminded"
            lines = [f"{what} of the duty {words.during(shift[0])}.", notice.reason]
            telling.write(rota, rota.owner, f"lost/{notice.pk}", what, lines, now=now)
