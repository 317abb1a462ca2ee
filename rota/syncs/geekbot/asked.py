"""When somebody is asked by the stand-up's schedule, as far as we know: noted before and after it
is written. Who was missed is asked by a notice, once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from integrations.geekbot.rows import Standup
from rota import duties
from rota.asking import STANDUP, Asking, question_key
from rota.models import Duty, Member
from uploader.engine import Item
from uploader.items import Link, is_same
from uploader.models import Link as StoredLink
from uploader.models import Sync
from uploader.notices import announce


@dataclass
class Schedule:
    """Of whoever holds `duty`, at the stand-up of `sync`; nothing is to be noted where nobody is
    asked, or where the schedule is not what asks."""

    asking: Asking
    sync: Sync
    duty: Duty | None
    clock: Callable[[], datetime]

    @property
    def _asked(self) -> tuple[Duty, Member] | None:
        duty = self.duty
        if duty is None or duty.member is None or not self.asking.is_weekly:
            return None
        return duty, duty.member

    def before_writing(self, link: Link | None, *, others_took_part: bool) -> None:
        """Noted before it is written: were the answer lost, they might be asked all the same."""
        if self._asked is None:
            return
        duty, member = self._asked
        now = self.clock()
        if duty.asked_at is not None and duty.asked_at <= now:
            if not (others_took_part and _was_unanswered(link, duty.asked_at)):
                return
            # What was sent before that moment had not arrived: others took part until now.
            duties.asked(duty, member, at=None)
        duties.asked(duty, member, at=self._next(duty, member, after=now))

    def refused(self) -> None:
        if self._asked is not None:
            duty, member = self._asked
            if duty.asked_at is not None and duty.asked_at > self.clock():
                duties.asked(duty, member, at=None)

    def written(self, item: Item, standup: Standup | None) -> None:
        """It is as it should be, if our links say so."""
        if self._asked is None or standup is None or right(self.sync, item) is None:
            return
        duty, member = self._asked
        now = self.clock()
        if duty.asked_at is not None and duty.asked_at <= now:
            return
        moment = self._next(duty, member, after=now)
        silent = standup.is_paused or standup.is_draft
        duties.asked(duty, member, at=None if silent else moment)
        was_missed = moment is None or moment > self._first(duty, member)
        if was_missed and duty.asked_at is None:
            self._ask(duty, member, standup, now=now)

    def _next(self, duty: Duty, member: Member, *, after: datetime) -> datetime | None:
        return self.asking.next(duty.shift.start, member.person, after=after)

    def _first(self, duty: Duty, member: Member) -> datetime:
        day = duty.shift.start
        begins = self.asking.begins(day)
        return self._next(duty, member, after=begins) or begins

    def _ask(self, duty: Duty, member: Member, standup: Standup, *, now: datetime) -> None:
        rota, day = self.asking.rota, duty.shift.start
        since = rota.handovers_since
        if duty.accepted_at is not None or since is None or rota.begins(day) < since:
            return
        announce(
            question_key(duty.shift, member.person),
            person=member.person,
            recipient=str(standup.id),
            text=member.person.slack_id,
            due_at=now,
            channel="geekbot",
            connection=self.sync.target,
            expires_at=self.asking.ends(day),
        )


def right(sync: Sync, item: Item) -> StoredLink | None:
    """The link of the stand-up, where that is known to be as this item says."""
    link = StoredLink.objects.filter(sync=sync, part=STANDUP, key=STANDUP).first()
    if link is None or link.ref is None or link.sent_at or link.refused_at:
        return None
    return link if is_same(link.wanted, item) else None


def _was_unanswered(link: Link | None, moment: datetime) -> bool:
    return link is not None and link.sent_at is not None and link.sent_at <= moment
