"""What is to be said at a change of shift, to whom and by what; saying it is not done here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rota import messages
from rota.asking import question_key
from rota.elsewhere import Elsewhere
from rota.models import Duty, Shift, Step
from rota.syncs.geekbot.asked import right
from rota.syncs.geekbot.standup import Wanted
from rota.waiting import was_asked

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
    held = [duty for duty in step.shift.duties.all() if duty.member is not None]
    if step.shift.cancelled_at is not None:
        return CANCELLED
    if not held:
        return NOBODY
    if expires <= now:
        return TOO_LATE
    is_message = step.name == Step.Name.SLACK_MESSAGE
    said = _message(there, step.shift) if is_message else _question(there, held[0], now=now)
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


def _question(there: Elsewhere, duty: Duty, *, now: datetime) -> Told:
    """Asked once, and only when the stand-up is known to be theirs."""
    asking, sync, who = there.asking, there.geekbot, duty.member
    if asking is None or sync is None or who is None:
        return NOBODY
    if not who.person.slack_id:
        return f"{who} cannot be asked: their id at Slack is not known."
    if duty.accepted_at is not None:
        return f"{who} has accepted already."
    if was_asked(duty, now=now):
        return f"{who} was asked already."
    standup = right(sync, Wanted.of(asking, duty, now=now).item)
    if standup is None:
        return Waits("The stand-up is not set to them yet.")
    return {
        "key": question_key(duty.shift, who.person),
        "recipient": standup.ref,
        "text": who.person.slack_id,
    }


def expires_at(there: Elsewhere, step: Step) -> datetime:
    """When the next change is due, or nobody of this shift is on duty any more."""
    later = there.rota.shifts.filter(cancelled_at=None, start__gt=step.shift.start)
    following = later.order_by("start").prefetch_related("duties__member__person").first()
    over = there.rota.begins(step.shift.end)
    return over if following is None else min(over, there.due_at(step.name, following))
