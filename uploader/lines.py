"""The changes of a plan as the lines of a run, and what they come to."""

from collections.abc import Iterable
from typing import Any

from uploader import engine
from uploader.models import Change


def line(change: engine.Change, *, outcome: str, reason: str) -> Change:
    """Not saved, and of no run yet."""
    if change.held:
        outcome = Change.Outcome.REJECTED  # as it was: it stands until something changes
    return Change(
        action=change.action,
        key=change.key or "",
        subject=change.subject,
        what=change.what,
        was=change.was,
        before=change.found.content if change.found else None,
        after=change.wanted.content if change.wanted else None,
        outcome=outcome,
        reason=reason,
    )


def planned_outcome(change: engine.Change) -> str:
    if change.action == "conflict":
        return Change.Outcome.SKIPPED
    return Change.Outcome.REJECTED if change.held else Change.Outcome.PLANNED


def in_words(items: Iterable[engine.Item]) -> dict[str, list[str]]:
    """What is right already, by whom it concerns."""
    words: dict[str, list[str]] = {}
    for item in items:
        words.setdefault(item.subject, []).append(item.what)
    return words


def counts(changes: Iterable[Any], *, unchanged: int) -> dict[str, int]:
    """The contract's six numbers; a refused change counts as rejected and nothing else."""
    total = {
        "create": 0,
        "update": 0,
        "delete": 0,
        "unchanged": unchanged,
        "conflict": 0,
        "rejected": 0,
    }
    for change in changes:
        if change.action == "conflict":
            total["conflict"] += 1
        elif change.outcome == Change.Outcome.REJECTED:
            total["rejected"] += 1
        elif change.outcome != Change.Outcome.SKIPPED:
            total[change.action] += 1
    return total
