"""Runs in sentences for people."""

from datetime import UTC, datetime, timedelta

from integrations import provider as providers
from integrations.models import Connection
from uploader import kinds
from uploader.models import Change, Run, Sync

TRIGGERS = {
    "schedule": "by itself",
    "by hand": "by hand",
    "connected": "after connecting",
    "disconnected": "after disconnecting",
    "command": "from the command line",
    "approved": "after approval",
}


# With less than this left, seconds are not counted: when exactly it goes on is up to a worker.
ANY_MOMENT = timedelta(seconds=3)


def moment(at: datetime, *, now: datetime) -> str:
    at, now = at.astimezone(UTC), now.astimezone(UTC)
    if at.date() == now.date():
        return f"today, {at:%H:%M} UTC"
    if at.date() == now.date() + timedelta(days=1):
        return f"tomorrow, {at:%H:%M} UTC"
    if at.date() == now.date() - timedelta(days=1):
        return f"yesterday, {at:%H:%M} UTC"
    return stamp(at)


def stamp(at: datetime) -> str:
    at = at.astimezone(UTC)
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


def retry(at: datetime, *, now: datetime) -> str:
    """When a run that waits is tried again."""
    if at - now < ANY_MOMENT:
        return "Trying again any moment now."
    return f"Trying again at {at.astimezone(UTC):%H:%M} UTC, in {duration(at - now)}."


def count(number: int, noun: str) -> str:
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else many}"


def every(delta: timedelta) -> str:
    single = {timedelta(days=1): "day", timedelta(hours=1): "hour", timedelta(minutes=1): "minute"}
    return single.get(delta) or duration(delta)


def heading(run: Run) -> str:
    """What a run that is still open is doing."""
    if run.params.get("approve"):
        return f"The approved plan: {run.get_status_display()}"
    what = "Import" if kinds.get(run.sync.kind).for_members else "Run"
    if run.params.get("erase"):
        what = "Deleting files"
    if run.status == Run.Status.WAITING:
        return f"{what}: waiting to try again"
    if run.status == Run.Status.QUEUED and not run.started_at:
        return f"{what}: about to start"
    return f"{what} under way"


def progress(run: Run) -> str:
    """What follows "16": of how many what."""
    kind = kinds.get(run.sync.kind)
    if run.params.get("erase"):
        return f"of {run.total:,}"
    return f"of {count(run.total, kind.counts or kind.noun)}"


def not_before(sync: Sync) -> str:
    """What keeps a sync from running by itself; empty where nothing does."""
    if not sync.enabled:
        return "switched off"
    reasons = {
        Connection.State.NEEDS_RECONNECT: "once {} is connected again",
        Connection.State.UNCONFIRMED: "once you say whose {} account it is",
        Connection.State.DISCONNECTED: "once {} is connected",
    }
    sides: tuple[Connection | None, ...] = (sync.source, sync.target)
    for side in sides:
        if side is not None and not side.is_usable:
            state = Connection.State(side.state)
            return reasons.get(state, "once {} is switched on").format(side.spec.name)
    return ""


def result(change: Change) -> str:
    """What became of one change, in a word or two."""
    plain, past = verbs(kinds.get(change.run.sync.kind))[change.action]
    return {
        Change.Outcome.DONE: past,
        Change.Outcome.PLANNED: f"to {plain}",
        Change.Outcome.REJECTED: f"{plain}: refused",
        Change.Outcome.SKIPPED: "left alone",
    }[Change.Outcome(change.outcome)]


def verbs(kind: type[kinds.Kind]) -> dict[str, tuple[str, str]]:
    """What is done, and what then was done."""
    return {
        "create": ("add", "added"),
        "update": kind.updating,
        "delete": ("delete", "deleted"),
        "conflict": ("leave alone", "left alone"),
    }


def trigger(run: Run) -> str:
    return TRIGGERS.get(run.trigger, run.trigger)


def outcome(run: Run) -> str:
    """How a run went, in a sentence."""
    if run.is_open:
        return f"{run.get_status_display().capitalize()}."
    if run.status == Run.Status.FAILED:
        return f"Failed. {in_short(run)}"
    if run.status == Run.Status.CANCELLED:
        was = f" It was: {changes(run, planned=True)}." if run.checksum and run.counts else ""
        return f"{stopped(run)}{was}"
    if run.status == Run.Status.NEEDS_REVIEW:
        return f"Waits for approval: {changes(run, planned=True)}."
    problems = run.status == Run.Status.FINISHED_WITH_PROBLEMS
    return f"{'Finished with problems' if problems else 'Finished'}: {changes(run)}."


def in_short(run: Run) -> str:
    """The first line of an error is for everybody."""
    return run.error.partition("\n")[0]


def in_detail(run: Run) -> str:
    """What is known of an error beyond its first line, for those who want to know."""
    return run.error.partition("\n")[2].strip()


def stopped(run: Run) -> str:
    """A member's runs are shown to that member alone, who is no number to themselves."""
    sides: tuple[Connection | None, ...] = (run.sync.source, run.sync.target)
    owner = next((side.owner for side in sides if side is not None and side.owner), None)
    if owner is not None and run.error == f"Stopped by {owner}.":
        return "Stopped by you."
    return run.error or "Stopped."


def changes(run: Run, *, planned: bool = False) -> str:
    kind = kinds.get(run.sync.kind)
    names = [
        (action, f"to {plain}" if planned else past)
        for action, (plain, past) in verbs(kind).items()
        if action != "conflict"
    ]
    names += [
        ("conflict", "left alone, in conflict"),
        ("rejected", "refused"),
    ]
    noun = kind.noun
    parts = [f"{count(run.counts[key], noun)} {name}" for key, name in names if run.counts.get(key)]
    right = run.counts.get("unchanged", 0)
    if not parts:
        return "nothing had to change" if right else nothing(run)
    return ", ".join(parts) + (f"; {right:,} already right" if right else "")


def nothing(run: Run) -> str:
    kind = kinds.get(run.sync.kind)
    if run.params.get("erase"):
        return "there was nothing to delete"
    if kind.for_members and kind.source and not run.sync.summary.get("months"):
        return f"{providers.get(kind.source).name} has recorded nothing yet"
    return "there was nothing to do"
