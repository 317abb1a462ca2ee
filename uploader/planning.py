"""Planning a batch of a kind, and whether plans may be carried out unseen; nothing is written."""

from collections.abc import Iterable
from datetime import datetime

from uploader import engine, kinds
from uploader.links import StoredLinks


def planned(kind: kinds.Kind, batch: kinds.Batch, *, now: datetime) -> engine.Plan:
    """The batch's plan; what there is to say of it goes to the kind's warnings."""
    plan = engine.plan(
        batch.desired(),
        batch.existing(),
        links_for(kind, batch),
        on_edit=kind.on_edit,
        adopt=kind.adopt,
        managed=kind.managed,
        now=now,
    )
    for warning in plan.warnings:
        kind.context.warn(f"{batch.label}: {warning}" if batch.label else warning)
    return plan


def links_for(kind: kinds.Kind, batch: kinds.Batch) -> engine.Links:
    """What we remember of this batch; nothing where the target shows it all."""
    if kind.remembers:
        return StoredLinks(kind.context.sync, batch.part)
    return engine.MemoryLinks()


def why_not_unseen(kind: kinds.Kind, plans: Iterable[engine.Plan]) -> str | None:
    """Why a person has to look first, judged by the whole sync; None where nobody has to."""
    share = kind.context.sync.max_delete_share
    return engine.unsafe(plans, max_delete_share=share) or kind.doubt()
