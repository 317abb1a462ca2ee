"""Planning the batches of a kind, and whether plans may go unseen; nothing is written here."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from uploader import engine, kinds
from uploader.links import StoredLinks, by_part


class Planner:
    """Plans one batch after the other. Where all are planned before anything is written, what is
    remembered of all of them is read at once."""

    def __init__(self, kind: kinds.Kind) -> None:
        self.kind = kind
        together = kind.remembers and not kind.one_by_one
        self.known = by_part(kind.context.sync) if together else None

    def plan(self, batch: kinds.Batch, *, now: datetime) -> engine.Plan:
        """The batch's plan; what there is to say of it goes to the kind's warnings."""
        plan = engine.plan(
            batch.desired(),
            batch.existing(),
            self._links(batch),
            on_edit=batch.on_edit or self.kind.on_edit,
            adopt=self.kind.adopt,
            mend=self.kind.mend,
            aside=batch.aside(),
            there=batch.there,
            managed=self.kind.managed,
            now=now,
        )
        changes = tuple(replace(change, part=batch.part) for change in plan.changes)
        for warning in plan.warnings:
            self.kind.context.warn(f"{batch.label}: {warning}" if batch.label else warning)
        return replace(plan, changes=changes, group=batch.group)

    def _links(self, batch: kinds.Batch) -> engine.Links:
        if not self.kind.remembers:
            return engine.MemoryLinks()
        known = None if self.known is None else self.known.get(batch.part, [])
        return StoredLinks(self.kind.context.sync, batch.part, known=known)


def links_to_write(
    kind: kinds.Kind, batch: kinds.Batch, *, fence: Callable[[], None]
) -> engine.Links:
    """What we remember of this batch; nothing where the target shows it all."""
    if kind.remembers:
        return StoredLinks(kind.context.sync, batch.part, fence=fence)
    return engine.MemoryLinks()


def why_not_unseen(kind: kinds.Kind, plans: Iterable[engine.Plan]) -> str | None:
    """Why a person has to look first, judged by the whole sync; None where nobody has to."""
    if kind.is_asked_for():
        return None
    share = kind.context.sync.max_delete_share
    groups = defaultdict(list)
    for plan in plans:
        groups[plan.group].append(plan)
    reasons = (engine.unsafe(group, max_delete_share=share) for group in groups.values())
    return next(filter(None, reasons), None) or kind.doubt()
