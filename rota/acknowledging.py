"""Waiting for people to accept: their stand-up's answers are read every hour, whoever says nothing
is reminded, and the rota's owner is told of who did not, or said something else."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.dispatch import receiver

from rota import duties, elsewhere, telling, waiting
from rota.asking import WEEK, Asking, question_key
from rota.elsewhere import Elsewhere
from rota.handovers import make_due
from rota.messages import escaped
from rota.models import Duty, Member, Step
from rota.words import SHORT, span
from uploader.models import Notice, Run, Sync
from uploader.notices import GIVEN_UP, SENT, UNKNOWN, announce, gathering

SETTLED = "It is settled, or somebody else's turn by now."
# How often answers are read while one is waited for, or the last look failed; and otherwise.
SOON, SELDOM = timedelta(hours=1), timedelta(days=1)


@receiver(gathering, sender=Notice, dispatch_uid="rota.acknowledging")
def acknowledge(now: datetime, **_: Any) -> None:
    take_back()

    def go_on(there: Elsewhere) -> None:
        if there.asking is not None and there.geekbot is not None and there.rota.is_rolling:
            Acknowledging(there, there.asking, there.geekbot, now).go_on()

    elsewhere.for_each(go_on, doing="waiting for who has accepted")


def take_back() -> None:
    """What has not gone yet, to people who have accepted by now, or whose turn it is no longer.
    What a handover asks it takes back by itself."""
    unsent = Notice.objects.filter(sent_at=None, outcome="")
    by_steps = Step.objects.exclude(notice=None).values("notice")
    asking = unsent.filter(key__startswith="question/").exclude(pk__in=by_steps)
    for notice in [*asking, *unsent.filter(key__startswith="unanswered/")]:
        what, shift, person = notice.key.split("/")[:3]
        which = {"shift": shift} if what == "question" else {"shift__uid": shift, "answer": ""}
        waits = Duty.objects.filter(member__person=int(person), accepted_at=None, **which)
        if not waits.filter(shift__cancelled_at=None).exists():
            unsent.filter(pk=notice.pk).update(outcome=GIVEN_UP, text="", reason=SETTLED)


@dataclass(frozen=True)
class Acknowledging:
    """Of one rota, as of `now`."""

    there: Elsewhere
    asking: Asking
    sync: Sync
    now: datetime

    def go_on(self) -> None:
        open_duties = waiting.not_accepted(self.asking, now=self.now)
        self._note_who_was_asked([duty for duty in open_duties if duty.asked_at is None])
        awaited = [duty for duty in open_duties if waiting.was_asked(duty, now=self.now)]
        for duty in awaited:
            if duty.member is not None and duty.asked_at is not None:
                self._press(duty, duty.member, duty.asked_at)
        self._look_again(is_waiting=bool(awaited))

    def _note_who_was_asked(self, open_duties: list[Duty]) -> None:
        """By a notice, that is; who is asked by the schedule is noted when that is set."""
        by_key = {
            question_key(duty.shift, duty.member.person): duty
            for duty in open_duties
            if duty.member is not None
        }
        for notice in Notice.objects.filter(key__in=by_key, sent_at__isnull=False):
            # What is under way may turn out not to have been sent.
            has_arrived = notice.outcome == SENT
            may_have = notice.outcome == UNKNOWN and not notice.text
            duty = by_key[notice.key]
            if (has_arrived or may_have) and duty.member is not None:
                duties.asked(duty, duty.member, at=notice.sent_at)

    # ------------------------------------------------------------------- pressing

    def _press(self, duty: Duty, member: Member, asked_at: datetime) -> None:
        if duty.answer:
            self._tell_owner_of_answer(duty, member)
            return
        wait = self.asking.remind_after
        if self._is_silent_since(asked_at + wait):
            self._remind(duty, member)
        if self._is_silent_since(asked_at + 2 * wait):
            self._tell_owner_of_silence(duty, member, asked_at)

    def _is_silent_since(self, deadline: datetime) -> bool:
        """Only if Geekbot was looked at after that: an answer may be waiting there."""
        looked_at = self.sync.last_ok_at
        return self.now >= deadline and looked_at is not None and looked_at >= deadline

    def _key(self, duty: Duty, member: Member, what: str) -> str:
        return f"{what}/{duty.shift.uid}/{member.person_id}"

    def _remind(self, duty: Duty, member: Member) -> None:
        rota, slack = self.there.rota, self.there.slack
        sentence = (
            f"{rota.title}: it is your turn, {span(duty.shift, SHORT)}, and you have not said yet "
            "whether you accept. Reply “ok” to Geekbot, or arrange cover."
        )
        key = self._key(duty, member, "unanswered")
        expires = rota.begins(duty.shift.end)
        if slack is None or slack.target is None or not member.person.slack_id:
            telling.write(
                rota,
                member.person,
                key,
                "do you accept your turn?",
                [sentence],
                now=self.now,
                expires_at=expires,
            )
            return
        announce(
            key,
            person=member.person,
            recipient=member.person.slack_id,
            text=f"{escaped(sentence)}\n<{telling.address(rota)}|The whole rota>",
            due_at=self.now,
            channel=slack.target.provider,
            connection=slack.target,
            expires_at=expires,
        )

    def _tell_owner_of_silence(self, duty: Duty, member: Member, asked_at: datetime) -> None:
        since = asked_at.astimezone(self.there.rota.zone)
        line = (
            f"{member} ({span(duty.shift, SHORT)}) was asked on {since:%a %-d %b at %H:%M} whether "
            "they accept, was reminded, and has not answered."
        )
        self._tell_owner(self._key(duty, member, "silent"), f"{member} has not answered", line)

    def _tell_owner_of_answer(self, duty: Duty, member: Member) -> None:
        """At once, and of each answer once: they may say something else later."""
        digest = hashlib.sha256(duty.answer.encode()).hexdigest()[:12]
        key = f"{self._key(duty, member, 'answer')}/{digest}"
        line = (
            f"{member} ({span(duty.shift, SHORT)}) was asked whether they accept, and said: "
            f"“{duty.answer}”"
        )
        self._tell_owner(key, f"{member} has not simply accepted", line)

    def _tell_owner(self, key: str, what: str, line: str) -> None:
        rota = self.there.rota
        if rota.owner is not None:
            telling.write(rota, rota.owner, key, what, [line], now=self.now)

    # -------------------------------------------------------------- looking again

    def _look_again(self, *, is_waiting: bool) -> None:
        last = self.sync.runs.order_by("-pk").first()
        if last is None or last.is_open:
            return
        failed = last.status == Run.Status.FAILED
        wait = SOON if is_waiting or failed else SELDOM
        make_due(self.sync, at=min([last.created_at + wait, *self._turns(since=last.created_at)]))

    def _turns(self, *, since: datetime) -> list[datetime]:
        """When somebody else is to be asked, or nobody any more, after that moment."""
        day = self.asking.day_asked_about(since)
        shifts = self.there.rota.shifts.filter(cancelled_at=None)
        starts = list(
            shifts.filter(start__gt=day - WEEK, start__lte=day + WEEK).values_list(
                "start", flat=True
            )
        )
        moments = [self.asking.begins(start) for start in starts]
        if self.asking.is_weekly:
            moments += [self.asking.ends(start) for start in starts]
        return [moment for moment in moments if moment > since]
