"""`rota handover`: what is due at the change of shift, shown, or done in this process."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from rota import elsewhere, sayings
from rota.commands.part import Part, add_apply
from rota.handovers import LATER_STEPS, Handover
from rota.models import Rota, Step
from rota.sayings import Waits
from uploader import notices
from uploader.command import DONE, FAILED, NEEDS_REVIEW, WAITING, Answer, WrongUse
from uploader.models import Change, Run, Sync
from uploader.showing import CODES, has_plans

# Of several, the worst is how it ended.
WORST = (FAILED, NEEDS_REVIEW, WAITING, DONE)
NOT_NEWS = "That change of shift was before it was told there."
OUTCOMES = {
    Step.Outcome.DUE: Change.Outcome.PLANNED,
    # Sent, and not yet known.
    Step.Outcome.UNKNOWN: Change.Outcome.PLANNED,
    Step.Outcome.DONE: Change.Outcome.DONE,
    Step.Outcome.REJECTED: Change.Outcome.REJECTED,
    Step.Outcome.SKIPPED: Change.Outcome.SKIPPED,
}
NOT_WRITTEN = "Nothing was written: the same with --apply does it."


@dataclass(frozen=True)
class Ended:
    """How one step came out, or what would become of it."""

    name: str
    outcome: str
    reason: str = ""
    code: int = DONE
    error: str | None = None

    def document(self) -> dict[str, Any]:
        return {
            "step": str(self.name),
            "outcome": str(self.outcome),
            "reason": self.reason or None,
        }


class HandOver(Part):
    name = "handover"
    words = "what is due at the change of shift: Slack and Geekbot in step, messages sent once"

    @classmethod
    def add_arguments(cls, parser: CommandParser) -> None:
        add_apply(parser)

    @classmethod
    def nothing(cls, rota: str) -> dict[str, Any]:
        return {"rota": rota, "shift": None, "steps": []}

    def answer(self, rota: Rota, options: dict[str, Any], *, now: datetime) -> Answer:
        handover = Handover(elsewhere.of(rota), now)
        if not handover.there.steps():
            raise WrongUse(
                f"{rota} is told nowhere: give it a channel or a usergroup in Slack, or a stand-up "
                "at Geekbot, in the admin or in a file for `configure`."
            )
        ended = self._carried_out(handover) if options["apply"] else self._looked(handover)
        for each in ended:
            reason = f" ({each.reason})" if each.reason else ""
            self.command.show(f"{each.name:<16} {each.outcome}{reason}")
        if not options["apply"]:
            planned = any(each.outcome == Change.Outcome.PLANNED for each in ended)
            self.command.show(NOT_WRITTEN if planned else "There is nothing to do.")
        shift = handover.begun()
        document = {
            "rota": rota.name,
            "shift": shift.start.isoformat() if shift else None,
            "steps": [each.document() for each in ended],
            "error": next((each.error for each in ended if each.error), None),
        }
        return Answer(document, min((each.code for each in ended), key=WORST.index))

    # ---------------------------------------------------------------------- looking

    def _looked(self, handover: Handover) -> list[Ended]:
        return [
            self._would_be_in_step(name, sync)
            if (sync := handover.there.sync_of(name)) is not None
            else self._would_be_told(handover, name)
            for name in handover.there.steps()
        ]

    def _would_be_in_step(self, name: str, sync: Sync) -> Ended:
        document = self.command.look(sync, {})
        self._tell(document)
        if document["error"]:
            return _of_sync(name, document)
        planned = has_plans(document)
        return Ended(name, Change.Outcome.PLANNED if planned else Change.Outcome.DONE)

    def _would_be_told(self, handover: Handover, name: str) -> Ended:
        known = handover.latest(name)
        due = next((each for each in reversed(handover.due()) if each.name == name), None)
        if due is None:
            return _of_step(name, known)
        told = sayings.told(
            handover.there, Step(shift=due.shift, name=name, due_at=due.at), now=handover.now
        )
        if isinstance(told, str):
            return Ended(name, Change.Outcome.SKIPPED, told)
        return Ended(
            name,
            Change.Outcome.PLANNED,
            told.reason if isinstance(told, Waits) else f"{told['recipient']}: {told['text']}",
        )

    # ------------------------------------------------------------------------ doing

    def _carried_out(self, handover: Handover) -> list[Ended]:
        handover.go_on()
        handover.try_refused_again()
        ended: dict[str, Ended] = {}
        for name in handover.there.steps():
            sync = handover.there.sync_of(name)
            if sync is not None:
                document = self.command.carry_out(sync, {"apply": True})
                self._tell(document)
                ended[name] = _of_sync(name, document)
        # A question is written down once the stand-up is there.
        for _ in range(LATER_STEPS):
            handover.now = timezone.now()
            handover.go_on()
            notices.send_due(now=timezone.now(), only=handover.keys())
        handover.go_on()
        for name in handover.there.steps():
            if name not in ended:
                ended[name] = _of_step(name, handover.latest(name))
        return [ended[name] for name in handover.there.steps()]

    def _tell(self, document: dict[str, Any]) -> None:
        for change in document["changes"]:
            self.command.show(f"{change['action']:<8} {change['outcome']:<8} {change['what']}")
        for warning in document["warnings"]:
            self.command.warn(warning)


def _of_sync(name: str, document: dict[str, Any]) -> Ended:
    status = Run.Status(document["status"])
    refused = [each for each in document["changes"] if each["outcome"] == Change.Outcome.REJECTED]
    outcome, reason = Change.Outcome.DONE, ""
    if status in (Run.Status.FAILED, Run.Status.CANCELLED):
        outcome, reason = Change.Outcome.REJECTED, document["error"] or ""
    elif refused:
        outcome, reason = Change.Outcome.REJECTED, refused[0]["reason"] or ""
    elif status == Run.Status.NEEDS_REVIEW:
        outcome = Change.Outcome.PLANNED
        reason = f"`sync {document['sync']} --approve {document['checksum']}` does this plan."
    elif CODES[status] == WAITING:
        outcome, reason = Change.Outcome.PLANNED, document["error"] or ""
    return Ended(name, outcome, reason, CODES[status], document["error"])


def _of_step(name: str, step: Step | None) -> Ended:
    if step is None:
        return Ended(name, Change.Outcome.SKIPPED, NOT_NEWS)
    under_way = step.outcome in (Step.Outcome.DUE, Step.Outcome.UNKNOWN)
    outcome = OUTCOMES[Step.Outcome(step.outcome)]
    return Ended(name, outcome, step.reason, WAITING if under_way else DONE)
