"""What people answered at Geekbot, read back into their duties."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from integrations.geekbot.client import GeekbotClient
from rota import duties
from rota.accepting import accepts
from rota.asking import Asking
from rota.models import Duty
from uploader.engine import Change, Item
from uploader.kinds import Batch


@dataclass(frozen=True)
class Answer:
    duty: Duty
    text: str
    at: datetime


class AnswersBatch(Batch):
    """Of each duty that is waited for: what its holder said last, and what we know of it."""

    part = group = "answers"
    there = "here"

    def __init__(
        self, asking: Asking, waited_for: list[Duty], *, client: GeekbotClient, standup: int
    ) -> None:
        self.asking, self.waited_for = asking, waited_for
        self.client, self.standup = client, standup

    def desired(self) -> Iterator[Item]:
        for duty in self.waited_for:
            said = self._said(duty)
            if said is not None:
                yield _item(duty, said.text, accepts(said.text), load=said)
            elif duty.answer:
                yield _item(duty, duty.answer, accepts(duty.answer))

    def existing(self) -> Iterator[Item]:
        for duty in self.waited_for:
            if duty.answer:
                yield _item(duty, duty.answer, duty.accepted_at is not None, ref=str(duty.pk))

    def _said(self, duty: Duty) -> Answer | None:
        """Since they could be asked about this shift, and had it: what they said of an earlier one
        never counts. They may edit what they said, which is then read again."""
        person = duty.member.person if duty.member else None
        if person is None:
            return None
        since, given = self.asking.begins(duty.shift.start), duty.moves.first()
        reports = self.client.reports(
            self.standup,
            user_id=person.slack_id,
            after=max(since, given.at) if given is not None else since,
        )
        own = [report for report in reports if report.user_id == person.slack_id]
        last = max(own, key=lambda report: report.at, default=None)
        text = "\n".join(filter(None, last.answers)).strip() if last else ""
        return Answer(duty, text, last.at) if last is not None and text else None

    def apply(self, change: Change) -> Item | None:
        answer: Answer | None = change.wanted.load if change.wanted else None
        if answer is None or answer.duty.member is None:
            return None
        duty, member = answer.duty, answer.duty.member
        yes = accepts(answer.text)
        duties.answered(duty, member, answer.text, accepts=yes, at=answer.at)
        return _item(duty, answer.text, yes, ref=str(duty.pk))


def _item(duty: Duty, text: str, yes: bool, *, ref: str | None = None, load: object = None) -> Item:
    who = duty.member.name if duty.member else ""
    said = " ".join(text.split())
    return Item(
        key=f"{duty.shift.uid} {duty.member_id}",
        ref=ref,
        ours=True,
        content={"answer": text, "accepts": yes},
        subject=who,
        what=f"{who} on {duty.shift.start}: “{said[:200]}”" + (", accepted" if yes else ""),
        load=load,
    )
