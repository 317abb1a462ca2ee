"""Runs carried out in this process, for commands: a dry run, one sync now, all that is open."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from integrations.errors import IntegrationError, RejectedError, RetryableError
from uploader import building, engine, kinds, lines, planning, reviews, runs, work
from uploader.models import Change, Run, Sync


@dataclass(kw_only=True)
class DryRun:
    """What a sync would do; nothing was written, inside or out."""

    sync: Sync
    manner: work.Manner
    status: str = Run.Status.FINISHED
    checksum: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    changes: list[Change] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    error: str | None = None
    retry_at: datetime | None = None
    # What its kind has to tell of it beside the changes.
    summary: dict[str, Any] = field(default_factory=dict)

    def count_request(self) -> None:
        self.requests += 1
        self.manner.on_request(self.requests)

    def beat(self) -> None:
        """Nobody can take a dry run away: it holds nothing."""


def dry_run(sync: Sync, *, params: dict[str, Any], manner: work.Manner) -> DryRun:
    """Plan and show. Never resumes, blocks or changes a run; one that is open is mentioned."""
    report = DryRun(sync=sync, manner=manner)
    _mention_open_run(report)
    try:
        kind = building.build(sync, params, manner, report, explicit=True)
        _plan_all(kind, report, manner)
        report.warnings += kind.context.warnings
    except RetryableError as error:
        seconds = error.retry_after or runs.countdown(1, jitter=0)
        report.status = Run.Status.WAITING
        report.retry_at = manner.clock() + timedelta(seconds=seconds)
        report.error = str(error)
    except (IntegrationError, engine.Incomplete, kinds.CannotRun) as error:
        report.status = Run.Status.FAILED
        report.error = str(error)
    return report


def _mention_open_run(report: DryRun) -> None:
    run = report.sync.runs.open().first()
    if run is not None:
        report.warnings.append(
            f"Run {run.pk} of this sync is open ({run.get_status_display()}); "
            "this look at what would change leaves it alone."
        )


def _plan_all(kind: kinds.Kind, report: DryRun, manner: work.Manner) -> None:
    planner = planning.Planner(kind)
    plans, chosen = [], []
    for batch in kind.preview() or kind.batches():
        try:
            plan = planner.plan(batch, now=manner.clock())
        except RejectedError as error:
            report.warnings.append(str(error))
            continue
        plans.append(plan)
        if batch.chosen:
            chosen.append(plan)
    whole = engine.merged(chosen)
    report.changes = [
        lines.line(change, outcome=lines.planned_outcome(change), reason=change.reason)
        for change in whole.changes
    ]
    report.counts = lines.counts(report.changes, unchanged=whole.unchanged)
    report.summary = kind.summary() or {}
    report.checksum = whole.checksum()
    if whole.writes:
        why = planning.why_not_unseen(kind, plans)
        report.warnings += [why] if why else []


def carry_out_now(
    sync: Sync,
    *,
    params: dict[str, Any],
    manner: work.Manner,
    trigger: str = "command",
    by: Any = None,
) -> Run:
    """Apply a sync in this process; runs.Busy where an open run is not to be touched yet."""
    now = manner.clock()
    run = runs.start(sync, trigger=trigger, by=by, params=params, now=now)
    if run is None:
        run = runs.take_up(sync, trigger=trigger, params=params, now=now)
    return carry_out(run, manner=manner)


def carry_out(run: Run, *, manner: work.Manner) -> Run:
    work.carry_out(run.pk, run.claim, manner)
    run.refresh_from_db()
    return run


def carry_out_open(*, manner: work.Manner, everything: bool = False) -> Iterator[Run]:
    """Every open run that nobody holds, carried out one after the other."""
    for run in runs.open_runs(now=manner.clock(), everything=everything):
        yield carry_out(run, manner=manner)


def approval(sync: Sync, checksum: str) -> dict[str, Any]:
    """The params by which a run applies what was approved under this checksum."""
    reviewed = sync.runs.filter(status=Run.Status.NEEDS_REVIEW, checksum=checksum).first()
    return reviews.approval(reviewed or Run(sync=sync, checksum=checksum))
