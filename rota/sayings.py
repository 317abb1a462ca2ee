"""What is to be said at a change of shift, to whom and by what; saying it is not done here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rota import messages
from rota.asking import STANDUP, question_key
from rota.elsewhere import Elsewhere
from rota.models import Member, Shift, Step
from rota.on_duty import holders

NOBODY = "Nobody is on duty."
CANCELLED = "The shift is not needed any more."
TOO_LATE = "It was too late by then."


@dataclass(frozen=True)
class Waits:
    """It cannot be said yet, and why."""

    reason: str


# What `announce` is to be told; or a sentence why there is nothing to say.
Told = dict[str, Any] | str | Waits


def told(there: Elsewhere, step: Step, *, now: datetime) -> Told:
    """The message, or the question, of this step, by who has the shift as of now."""
    expires = expires_at(there, step)
    who = holders(step.shift)
    if step.shift.cancelled_at is not None:
        return CANCELLED
    if not who:
        return NOBODY
    if expires <= now:
        return TOO_LATE
    is_message = step.name == Step.Name.SLACK_MESSAGE
    said = _message(there, step.shift) if is_message else _question(there, step.shift, who[0])
    sync = there.slack if is_message else there.geekbot
    if not isinstance(said, dict):
        return said
    if sync is None or sync.target is None:
        return Waits("It has no connection to go by.")
    by = {"channel": sync.target.provider, "connection": sync.target}
    return said | by | {"expires_at": expires}


def _message(there: Elsewhere, shift: Shift) -> Told:
    return {
        "key": f"handover/{shift.uid}",
        "recipient": there.channel,
        "text": messages.of_change(there.message, shift),
    }


def _question(there: Elsewhere, shift: Shift, who: Member) -> Told:
    """Asked only when the stand-up is known to be theirs."""
    standup = _standup_id(there)
    if standup is None or not _is_set_to(there, shift):
        return Waits("The stand-up is not set to them yet.")
    if not who.person.slack_id:
        return f"{who} cannot be asked: their id at Slack is not known."
    return {
        "key": question_key(shift, who.person),
        "recipient": standup,
        "text": who.person.slack_id,
    }


def _is_set_to(there: Elsewhere, shift: Shift) -> bool:
    """By its step; or, where that was due before anything was told elsewhere, by a run since."""
    steps = Step.objects.filter(shift=shift, name=Step.Name.GEEKBOT_STANDUP)
    if steps.exists() or there.geekbot is None:
        return steps.filter(outcome=Step.Outcome.DONE).exists()
    since = there.due_at(Step.Name.GEEKBOT_STANDUP, shift)
    return there.geekbot.last_ok_at is not None and there.geekbot.last_ok_at >= since


def _standup_id(there: Elsewhere) -> str | None:
    if there.geekbot is None:
        return None
    links = there.geekbot.links.filter(part=STANDUP, key=STANDUP)
    return links.values_list("ref", flat=True).first()


def expires_at(there: Elsewhere, step: Step) -> datetime:
    """When the next change is due, or nobody of this shift is on duty any more."""
    later = there.rota.shifts.filter(cancelled_at=None, start__gt=step.shift.start)
    following = later.order_by("start").prefetch_related("duties__member__person").first()
    over = there.rota.begins(step.shift.end)
    return over if following is None else min(over, there.due_at(step.name, following))
