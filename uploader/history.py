"""What is kept of runs that have ended: docs/life-of-a-run.md, "What is kept"."""

from datetime import datetime, timedelta

from uploader import kinds
from uploader.models import Change, Run

# Texts of changes older than this are let go; what happened, and when, stays.
KEEP_TEXTS = timedelta(days=365)


def tidy(run: Run, *, now: datetime) -> None:
    """Called when a run has ended."""
    if is_empty(run):
        before = run.sync.runs.filter(pk__lt=run.pk).first()
        if before is not None and is_empty(before):
            before.delete()
    old = run.sync.runs.filter(ended_at__lt=now - KEEP_TEXTS)
    lines = Change.objects.filter(run__in=old)
    if kinds.get(run.sync.kind).is_private:
        lines.delete()
        old.exclude(params={}, warnings=[]).update(
            in_step={}, warnings=[], params={}, approvable=[]
        )
    else:
        lines.exclude(before=None, after=None).update(before=None, after=None)


def is_empty(run: Run) -> bool:
    """Whether a run ended well and had nothing to say."""
    return run.status == Run.Status.FINISHED and not run.warnings and not run.changes.exists()
