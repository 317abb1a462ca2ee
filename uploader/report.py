"""The contract's JSON of a run or of a dry run, for the command `sync` and for the pages."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from uploader import lines
from uploader.inline import DryRun
from uploader.models import Change, Run, Sync

ENDED_WELL = (Run.Status.FINISHED, Run.Status.FINISHED_WITH_PROBLEMS)


def of_run(run: Run) -> dict[str, Any]:
    changes = list(run.changes.all()) if run.pk else []
    return _document(
        sync=run.sync,
        run=run.pk,
        status=run.status,
        applied=_applied(run, changes),
        checksum=run.checksum,
        retry_at=run.next_at,
        counts=run.counts or lines.counts(changes, unchanged=0),
        requests=run.requests,
        changes=changes,
        warnings=run.warnings,
        error=run.error,
    )


def of_dry_run(report: DryRun) -> dict[str, Any]:
    return _document(
        sync=report.sync,
        run=None,
        status=report.status,
        applied=False,
        checksum=report.checksum,
        retry_at=report.retry_at,
        counts=report.counts or lines.counts([], unchanged=0),
        requests=report.requests,
        changes=report.changes,
        warnings=report.warnings,
        error=report.error,
    )


def of_nothing(sync: str = "", kind: str = "") -> dict[str, Any]:
    """The document where there was no run at all, such as after a misspelt name."""
    return _document(sync=Sync(name=sync, kind=kind), status=Run.Status.FAILED)


def _applied(run: Run, changes: Iterable[Change]) -> bool:
    """Whether the plan was carried out, or as much of it as could be by now."""
    untouched = (Change.Outcome.PLANNED, Change.Outcome.SKIPPED)
    if any(change.outcome not in untouched for change in changes):
        return True
    meant = run.params.get("apply") or run.sync.mode != Sync.Mode.DRY_RUN
    return bool(meant) and run.status in ENDED_WELL


def _document(
    *,
    sync: Sync,
    status: str,
    run: int | None = None,
    applied: bool = False,
    checksum: str = "",
    retry_at: datetime | None = None,
    counts: dict[str, int] | None = None,
    requests: int = 0,
    changes: Iterable[Change] = (),
    warnings: Iterable[str] = (),
    error: str | None = None,
) -> dict[str, Any]:
    """Every field of the contract, in its order."""
    return {
        "sync": sync.name,
        "kind": sync.kind,
        "run": run,
        "status": str(status),
        "applied": applied,
        "checksum": checksum or None,
        "retry_at": moment(retry_at),
        "counts": counts or lines.counts([], unchanged=0),
        "requests": requests,
        "changes": [of_line(change) for change in changes],
        "warnings": list(warnings),
        "error": " ".join((error or "").split()) or None,
    }


def of_line(change: Change) -> dict[str, Any]:
    """The contract's object of one change."""
    return {
        "action": change.action,
        "subject": change.subject,
        "what": f"{change.what}, instead of {change.was}" if change.was else change.what,
        "outcome": str(change.outcome),
        "reason": change.reason or None,
    }


def moment(at: datetime | None) -> str | None:
    """In UTC and whole seconds, as scripts compare it."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
