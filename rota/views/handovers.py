"""What was told and set elsewhere when shifts changed last, and how each came out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rota.models import Duty, Rota, Shift, Step
from uploader.models import Run, Sync

# Of paired rotas, which change each day, the latest alone is shown.
SHOWN = 3
MARKS = {
    Step.Outcome.DONE: "good",
    Step.Outcome.REJECTED: "bad",
    Step.Outcome.UNKNOWN: "wait",
    Step.Outcome.SKIPPED: "off",
    Step.Outcome.DUE: "wait",
}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One step; `run` only for those who may see it."""

    step: Step
    run: Run | None
    is_to_come: bool

    @property
    def mark(self) -> str:
        return "off" if self.is_to_come else MARKS[Step.Outcome(self.step.outcome)]

    @property
    def outcome(self) -> str:
        return "not due yet" if self.is_to_come else self.step.get_outcome_display()

    @property
    def at(self) -> datetime:
        return self.step.settled_at or self.step.due_at


@dataclass(frozen=True, kw_only=True)
class Handover:
    shift: Shift
    steps: list[Shown]

    @property
    def duties(self) -> list[Duty]:
        return list(self.shift.duties.all())


def handovers(rota: Rota, *, user: Any, now: datetime) -> list[Handover]:
    """The latest first."""
    told = rota.shifts.filter(steps__isnull=False).distinct().order_by("-start")
    shifts = told.prefetch_related("steps__run__sync", "duties__member__person")
    number = SHOWN if rota.is_rolling else 1
    permitted = set(Sync.objects.visible_to(user).values_list("pk", flat=True))

    def shown(step: Step) -> Shown:
        run = step.run if step.run and step.run.sync_id in permitted else None
        to_come = step.outcome == Step.Outcome.DUE and step.due_at > now
        return Shown(step=step, run=run, is_to_come=to_come)

    return [
        Handover(shift=shift, steps=[shown(step) for step in shift.steps.all()])
        for shift in shifts[:number]
    ]
