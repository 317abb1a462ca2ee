"""Runs in sentences for people."""

from datetime import UTC, datetime, timedelta

from uploader import kinds
from uploader.models import Change, Run

ACTIONS = {
    "create": ("add", "added"),
    "update": ("replace", "replaced"),
    "delete": ("delete", "deleted"),
    "conflict": ("leave alone", "left alone"),
}
TRIGGERS = {
    "schedule": "by itself, as planned",
    "by hand": "by hand",
    "connected": "after connecting",
    "disconnected": "after disconnecting",
    "command": "from the command line",
}


def moment(at: datetime, *, now: datetime) -> str:
    at, now = at.astimezone(UTC), now.astimezone(UTC)
    if at.date() == now.date():
        return f"today, {at:%H:%M} UTC"
    if at.date() == now.date() + timedelta(days=1):
        return f"tomorrow, {at:%H:%M} UTC"
    if at.date() == now.date() - timedelta(days=1):
        return f"yesterday, {at:%H:%M} UTC"
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def duration(delta: timedelta) -> str:
    """1:01 for minutes and seconds, 2 h 5 min, 3 days."""
    seconds = max(0, round(delta.total_seconds()))
    if seconds < 3600:
        return f"{seconds // 60}:{seconds % 60:02}"
    minutes = seconds // 60
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    days = minutes // (24 * 60)
    return "1 day" if days == 1 else f"{days} days"


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def every(delta: timedelta) -> str:
    return "day" if delta == timedelta(days=1) else duration(delta)


def heading(run: Run) -> str:
    """What a run that is still open is doing."""
    what = "Import" if kinds.get(run.sync.kind).for_members else "Run"
    if run.params.get("erase"):
        what = "Deleting files"
    if run.status == Run.Status.WAITING:
        return f"{what}: waiting to try again"
    if run.status == Run.Status.QUEUED and not run.started_at:
        return f"{what}: about to start"
    return f"{what} under way"


def result(change: Change) -> str:
    """What became of one change, in a word or two."""
    plain, past = ACTIONS.get(change.action, (change.action, change.action))
    return {
        Change.Outcome.DONE: past,
        Change.Outcome.PLANNED: f"to {plain}",
        Change.Outcome.REJECTED: f"{plain}: refused",
        Change.Outcome.SKIPPED: "left alone",
    }[Change.Outcome(change.outcome)]


def trigger(run: Run) -> str:
    return TRIGGERS.get(run.trigger, run.trigger)


def outcome(run: Run) -> str:
    """How a run went, in a sentence."""
    if run.is_open:
        return f"{run.get_status_display().capitalize()}."
    if run.status == Run.Status.FAILED:
        return f"Failed. {run.error}"
    if run.status == Run.Status.CANCELLED:
        return run.error or "Stopped."
    if run.status == Run.Status.NEEDS_REVIEW:
        return f"Waits for approval: {changes(run, planned=True)}."
    problems = run.status == Run.Status.FINISHED_WITH_PROBLEMS
    return f"{'Finished with problems' if problems else 'Finished'}: {changes(run)}."


def changes(run: Run, *, planned: bool = False) -> str:
    names = (
        ("create", "to add" if planned else "added"),
        ("update", "to replace" if planned else "replaced"),
        ("delete", "to delete" if planned else "deleted"),
        ("conflict", "left alone because somebody else changed it"),
        ("rejected", "refused"),
    )
    noun = kinds.get(run.sync.kind).noun
    parts = [f"{count(run.counts[key], noun)} {name}" for key, name in names if run.counts.get(key)]
    right = run.counts.get("unchanged", 0)
    if not parts:
        return "nothing had to change" if right else "there was nothing to do"
    return ", ".join(parts) + (f"; {right:,} already right" if right else "")
