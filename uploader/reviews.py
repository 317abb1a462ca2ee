"""Plans that wait for a person: superseded, approved, discarded.

Beside runs.py the only writer of Run. Such a run is closed: it holds nothing up, and what
is approved of it is planned again by another run.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from uploader import runs
from uploader.models import Run


def supersede(run: Run, *, now: datetime) -> None:
    """A newer apply makes older plans that wait for review pointless."""
    older = Run.objects.filter(sync_id=run.sync_id, pk__lt=run.pk)
    older.filter(status=Run.Status.NEEDS_REVIEW).update(
        **_closed(f"Superseded by run {run.pk}."), ended_at=now
    )


def _closed(why: str) -> dict[str, Any]:
    """A plan that nobody is to approve any more; what it held for that is let go."""
    return {"status": Run.Status.CANCELLED, "error": why, "approvable": [], "in_step": {}}


def approve(run: Run, *, by: Any, now: datetime) -> Run | None:
    """Carry out a plan that waits for approval; None where it does not any more, or where another
    run is open."""
    with transaction.atomic():
        reviewed = Run.objects.select_for_update().get(pk=run.pk)
        if reviewed.status != Run.Status.NEEDS_REVIEW:
            return None
        params = approval(reviewed)
        begun = runs.start(reviewed.sync, trigger="approved", by=by, params=params, now=now)
        if begun is not None:
            Run.objects.filter(pk=run.pk).update(**_closed(f"Approved by {by}: run {begun.pk}."))
        return begun


def approval(reviewed: Run) -> dict[str, Any]:
    """The params by which a run applies what was planned there, as of the moment it was planned."""
    return {
        **reviewed.params,
        "apply": True,
        "approve": reviewed.checksum,
        "approved": reviewed.approvable,
    }


def discard(run: Run, *, by: Any) -> bool:
    """Nobody is to approve this plan; False where it does not wait for that any more."""
    waiting = Run.objects.filter(pk=run.pk, status=Run.Status.NEEDS_REVIEW)
    return bool(waiting.update(**_closed(f"Discarded by {by}.")))
