"""Whether plans may be carried out without a person having looked; nothing is planned here."""

from collections.abc import Iterable

from uploader.items import Plan

# Fewer items than this count as this many when a share of them is judged.
SMALL = 10


def merged(plans: Iterable[Plan]) -> Plan:
    """Several batches as one, to be judged, shown and approved; applied is each by itself."""
    plans = list(plans)
    return Plan(
        changes=tuple(change for plan in plans for change in plan.changes),
        in_step=tuple(item for plan in plans for item in plan.in_step),
        wanted=sum(plan.wanted for plan in plans),
        ours=sum(plan.ours for plan in plans),
        known=sum(plan.known for plan in plans),
        vanished=sum(plan.vanished for plan in plans),
        warnings=tuple(dict.fromkeys(warning for plan in plans for warning in plan.warnings)),
    )


def unsafe(plans: Iterable[Plan], *, max_delete_share: float) -> str | None:
    """Why nobody should apply these without a person having looked; None where all is well."""
    whole = merged(plans)
    deletes = sum(change.is_deletion for change in whole.writes)
    if deletes and not whole.wanted:
        return f"The source came back empty, while {whole.ours} of ours are at the target."
    if is_too_many(deletes, of=whole.ours, share=max_delete_share):
        return f"{deletes} of {whole.ours} would be deleted, more than {max_delete_share:.0%}."
    if is_too_many(whole.vanished, of=whole.known, share=max_delete_share):
        return (
            f"{whole.vanished} of the {whole.known} that we put at the target are not shown there "
            "any more and would be made a second time. Were they deleted, or may we no longer see "
            "them?"
        )
    return None


def is_too_many(number: int, *, of: int, share: float) -> bool:
    """Whether that is more than this share of them."""
    # Rounded, since 0.29 * 100 is a little less than 29.
    return number > round(share * max(of, SMALL), 6)
