"""Carrying a plan out, one change after the other, and remembering what was sent.

Pure but for the calls it is handed: it knows no provider, no database and no clock.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol, runtime_checkable

from integrations.errors import RejectedError
from uploader.items import (
    ADOPTING,
    ORDER,
    STAYS,
    Action,
    Change,
    Item,
    Link,
    Links,
    Outcome,
    Plan,
    trace,
)

UNCERTAIN: tuple[Outcome, str] = (
    "skipped",
    "It is no longer certain that this is right; the next run will tell.",
)


class Target(Protocol):
    """Where changes are written."""

    def apply(self, change: Change) -> Item | None:
        """Write it, and say what the target then shows (None for a delete; gone is done)."""
        ...


@runtime_checkable
class Rechecks(Protocol):
    """A target that can make sure, just before a write of these actions, that it is still right."""

    rechecks: Collection[Action]

    def recheck(self, change: Change) -> bool: ...


@runtime_checkable
class Together(Protocol):
    """A target that takes several updates, or several deletes, in one request.

    Refused, they are tried one by one: some may have been done, and each of them may be repeated.
    """

    most_together: int

    def look_again(self, changes: Sequence[Change]) -> None:
        """Asked before these are rechecked one by one: the place to look at them all at once."""
        ...

    def apply_together(self, changes: Sequence[Change]) -> Sequence[Item | None]:
        """Write all of them; what the target then shows of each, in their order."""
        ...


Report = Callable[[Change, Outcome, str], None]


def apply(
    plan: Plan,
    target: Target,
    links: Links,
    *,
    beat: Callable[[], None],
    now: Callable[[], datetime],
    report: Report,
    order: Sequence[Action] = ORDER,
) -> dict[str, int]:
    """Carry a plan out, one change after the other, and count what was done.

    A refusal is remembered and the rest goes on. Every other error goes up at once: the links
    say what was sent, and planning again finds out what came of it.
    """
    beat()
    _remember(plan, links, now=now)
    done = dict.fromkeys(("create", "update", "delete", "conflict", "rejected"), 0)
    done["unchanged"] = plan.unchanged
    refused: set[str] = set()
    ordered = sorted(plan.changes, key=lambda each: (order.index(each.action), each.lessens))
    for group in _groups(ordered, target):
        first = group[0]
        if first.may_leave_a_hole and first.place in refused:
            outcomes: list[tuple[Outcome, str]] = [("rejected", STAYS)]
        else:
            outcomes = _carry_out_group(group, target, links, beat=beat, now=now)
        for change, (outcome, reason) in zip(group, outcomes, strict=True):
            if outcome == "rejected" and change.wanted is not None:
                refused.add(change.place)
            if outcome == "rejected" or change.held:
                done["rejected"] += 1
            elif outcome == "done" or change.action == "conflict":
                done[change.action] += 1
            report(change, outcome, reason)
    return done


def _groups(changes: Iterable[Change], target: Target) -> Iterator[list[Change]]:
    """One change each, but for what the target takes together."""
    most = target.most_together if isinstance(target, Together) else 1
    group: list[Change] = []
    for change in changes:
        if group and (len(group) >= most or not _go_together(group[-1], change)):
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _go_together(one: Change, other: Change) -> bool:
    """What stands in for something else has to wait and see what becomes of that."""
    alike = one.action == other.action and one.action in ("update", "delete")
    return alike and all(each.is_write and not each.place for each in (one, other))


def _remember(plan: Plan, links: Links, *, now: Callable[[], datetime]) -> None:
    if plan.adopting:
        links.save(Link(key=ADOPTING, sent_at=now()))
    for key in plan.forgotten:
        links.forget(key)
    links.save_all(plan.links)
    if plan.adopting:
        links.forget(ADOPTING)


def _carry_out_group(
    group: list[Change],
    target: Target,
    links: Links,
    *,
    beat: Callable[[], None],
    now: Callable[[], datetime],
) -> list[tuple[Outcome, str]]:
    if len(group) == 1 or not isinstance(target, Together):
        return [_carry_out(change, target, links, beat=beat, now=now) for change in group]
    beat()
    try:
        target.look_again(group)
        right = [change for change in group if _is_still_right(change, target)]
    except RejectedError:
        return [_carry_out(change, target, links, beat=beat, now=now) for change in group]
    links.save_all(replace(_note(change), sent_at=now()) for change in right if _is_noted(change))
    try:
        shown = target.apply_together(right) if right else []
    except RejectedError:
        return [_carry_out(change, target, links, beat=beat, now=now) for change in group]
    done = dict(zip((change.key for change in right), shown, strict=True))
    for change in right:
        _written(change, done[change.key], links)
    return [("done", change.reason) if change.key in done else UNCERTAIN for change in group]


def _carry_out(
    change: Change,
    target: Target,
    links: Links,
    *,
    beat: Callable[[], None],
    now: Callable[[], datetime],
) -> tuple[Outcome, str]:
    if not change.is_write:
        return "skipped", change.reason
    try:
        beat()
        if not _is_still_right(change, target):
            return UNCERTAIN
        if _is_noted(change):
            links.save(replace(_note(change), sent_at=now()))
        _written(change, target.apply(change), links)
    except RejectedError as error:
        links.save(replace(_note(change), refused_at=now(), reason=str(error)))
        return "rejected", str(error)
    return "done", change.reason


def _is_still_right(change: Change, target: Target) -> bool:
    if change.surplus or not isinstance(target, Rechecks) or change.action not in target.rechecks:
        return True
    return target.recheck(change)


def _is_noted(change: Change) -> bool:
    """A delete needs no note where nothing is linked: gone and unwanted leave nothing to tell."""
    return change.wanted is not None or change.link is not None


def _written(change: Change, shown: Item | None, links: Links) -> None:
    if change.wanted is None:
        links.forget(change.key)
    elif shown is None or shown.ref is None:
        raise ValueError(f"The target did not say what it shows after the {change.action}.")
    else:
        links.save(replace(_note(change), ref=shown.ref, found=trace(shown)))


def _note(change: Change) -> Link:
    """What has to be known of a change that was sent and may never be answered."""
    wanted = trace(change.wanted) if change.wanted else None
    if change.found is not None:
        found = trace(change.found)
        return Link(key=change.key, ref=change.found.ref, wanted=wanted, found=found)
    lookalikes = json.dumps(change.lookalikes) if change.lookalikes else None
    return Link(key=change.key, wanted=wanted, found=lookalikes)
