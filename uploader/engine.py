"""Items in, plan out: the one way in which anything is brought in step.

Pure: it knows no provider, no database and no clock. What to do about each difference is decided
here; what is which is found in `matching`, whether a plan may be carried out unseen in `safety`,
and it is carried out in `applying`. Whoever uses the engine finds all of it here.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from uploader.applying import Rechecks, Target, Together, apply
from uploader.items import (
    ADOPTING,
    ORDER,
    STAYS,
    Action,
    Change,
    Content,
    Incomplete,
    Item,
    Link,
    Links,
    MemoryLinks,
    OnEdit,
    Outcome,
    Plan,
    fingerprint,
    is_same,
    trace,
)
from uploader.matching import Matching, is_in_step
from uploader.safety import merged, unsafe

__all__ = [
    "Action",
    "Change",
    "Content",
    "Incomplete",
    "Item",
    "Link",
    "Links",
    "MemoryLinks",
    "OnEdit",
    "Outcome",
    "Plan",
    "Rechecks",
    "Target",
    "Together",
    "apply",
    "fingerprint",
    "merged",
    "plan",
    "unsafe",
]

REFUSALS_LAST = timedelta(days=1)
# The key under which the refusal of a delete is remembered where nothing else is known.
UNLINKED = "(unlinked) "
BY_OTHERS = "It was made by hand or by another tool."
GONE = "The source does not have it any more."


def plan(
    desired: Iterable[Item],
    existing: Iterable[Item],
    links: Links,
    *,
    on_edit: OnEdit,
    now: datetime,
    adopt: bool = False,
    mend: bool = False,
    managed: bool = False,
    aside: Collection[str] = (),
    there: str = "at the target",
) -> Plan:
    """Compare both sides, and say what would bring the target in step. Writes nothing.

    `on_edit` says what happens to what people changed at the target: put right, or left to them.
    Where the target does not tell what is ours, our links do: lost answers and, in a new database,
    everything else are found again by content; with `adopt` an equal item is taken for ours at any
    time, rather than made a second time; with `mend` what is found again by its likeness alone is
    changed to what is wanted, rather than taken for what the target makes of it. `managed`:
    whatever is ours at the target is so by its category, whoever made it. `aside`: keys that this
    comparison is not about; what is remembered of them stays. `there`: where it is written, in
    the reasons that are given.
    """
    wanted = _by_key(desired)
    shown = _with_unique_refs(existing)
    stored = {link.key: link for link in links.all()}
    unfinished = stored.pop(ADOPTING, None) is not None
    searching = unfinished or not stored
    for key in aside:
        stored.pop(key, None)
    matching = Matching(wanted, shown, stored, searching=searching, adopt=adopt, mend=mend)
    deciding = _Deciding(matching=matching, on_edit=on_edit, managed=managed, now=now, there=there)
    changes = [change for key in wanted if (change := deciding.about(key)) is not None]
    changes += [deciding.unwanted(item) for item in matching.rest if matching.is_ours(item)]
    changes = _without_holes(changes)
    different = {change.key for change in changes if change.wanted is not None}
    links_after = _links_after(matching, different)
    return Plan(
        changes=tuple(sorted(changes, key=lambda change: ORDER.index(change.action))),
        in_step=tuple(item for key, item in wanted.items() if key not in different),
        wanted=sum(not item.remnant for item in wanted.values()),
        ours=sum(map(matching.is_ours, shown)) - sum(change.surplus for change in changes),
        known=sum(link.ref is not None for link in stored.values()),
        vanished=sum(_has_vanished(change) for change in changes),
        warnings=tuple(_warnings(matching, shown, stored)),
        forgotten=tuple(_forgotten(stored, links_after)),
        links=tuple(link for key, link in links_after.items() if stored.get(key) != link),
        # Also where nothing is left to take up: the mark of an attempt that was killed has to go.
        adopting=unfinished or (searching and matching.adopted > 0),
    )


def _without_holes(changes: list[Change]) -> list[Change]:
    """What is there stays while what is to take its place is refused."""
    refused = {change.place for change in changes if change.held and change.wanted is not None}
    return [
        replace(change, held=True, reason=change.reason or STAYS)
        if change.may_leave_a_hole and change.place in refused and not change.held
        else change
        for change in changes
    ]


def _has_vanished(change: Change) -> bool:
    return change.action == "create" and change.link is not None and _was_there(change.link)


def _was_there(link: Link) -> bool:
    return link.ref is not None and not _is_our_delete(link)


def _by_key(desired: Iterable[Item]) -> dict[str, Item]:
    items: dict[str, Item] = {}
    for item in desired:
        if item.key is None:
            raise ValueError(f"A wanted item has no key: {item.what or item.content}")
        if item.key in items:
            raise Incomplete(f"The source listed {item.what or item.key} twice.")
        items[item.key] = item
    return items


def _with_unique_refs(existing: Iterable[Item]) -> list[Item]:
    items: dict[str, Item] = {}
    for item in existing:
        if item.ref is None:
            raise ValueError(f"An item at the target has no id: {item.what or item.content}")
        if item.ref in items:
            raise Incomplete(f"The target listed {item.what or item.ref} twice.")
        items[item.ref] = item
    return list(items.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deciding:
    """What to do about each item, once it is known which is which."""

    matching: Matching
    on_edit: OnEdit
    managed: bool
    now: datetime
    there: str

    def about(self, key: str) -> Change | None:
        wanted = self.matching.wanted[key]
        link = self.matching.known.get(key)
        found = self.matching.pairs.get(key)
        if found is None:
            return self._missing(wanted, link)
        if is_in_step(wanted, found, link):
            return None
        return self._different(wanted, found, link)

    def _missing(self, wanted: Item, link: Link | None) -> Change:
        key = wanted.key or ""
        vanished = link is not None and _was_there(link)
        if vanished and self.on_edit == "conflict":
            reason = f"Somebody deleted it {self.there}."
            return Change(action="conflict", key=key, wanted=wanted, reason=reason, link=link)
        held = self._is_held(link, wanted, None)
        return Change(
            action="create",
            key=key,
            wanted=wanted,
            reason=_refusal(link, held) or (f"It was deleted {self.there}." if vanished else ""),
            held=held,
            link=link,
            lookalikes=self.matching.lookalikes(wanted),
        )

    def _different(self, wanted: Item, found: Item, link: Link | None) -> Change:
        edited = _is_edited(found, link)
        change = Change(
            action="conflict", key=wanted.key or "", wanted=wanted, found=found, link=link
        )
        if not self.matching.is_ours(found):
            what = f": {found.what}" if found.what else ""
            return replace(change, reason=f"Something that is not ours is in its place{what}.")
        if edited and self.on_edit == "conflict":
            return replace(change, reason=f"Somebody changed it {self.there}.")
        held = self._is_held(link, wanted, found)
        reason = _refusal(link, held) or (f"It was changed {self.there}." if edited else "")
        return replace(change, action="update", held=held, reason=reason)

    def unwanted(self, found: Item) -> Change:
        link = self.matching.link_to(found)
        change = Change(action="delete", key=self._key_of(found, link), found=found, link=link)
        if self.on_edit == "conflict" and _is_edited(found, link):
            reason = f"It is no longer wanted, but somebody changed it {self.there}."
            return replace(change, action="conflict", reason=reason)
        held = self._is_held(link, None, found)
        surplus = self._is_surplus(found, link)
        reason = _refusal(link, held) or self._why_it_goes(link, surplus=surplus)
        return replace(change, surplus=surplus, held=held, reason=reason)

    def _why_it_goes(self, link: Link | None, *, surplus: bool) -> str:
        if surplus:
            return "It is there more than once."
        by_others = link is None or link.key.startswith(UNLINKED)
        return (BY_OTHERS if by_others else GONE) if self.managed else ""

    def _key_of(self, found: Item, link: Link | None) -> str:
        if link is not None:
            return link.key
        if found.key is None or found.key in self.matching.pairs:
            return f"{UNLINKED}{found.ref}"
        return found.key

    def _is_surplus(self, found: Item, link: Link | None) -> bool:
        if found.key is not None:
            return found.key in self.matching.pairs
        return (link is None or link.key.startswith(UNLINKED)) and self.matching.has_twin(found)

    def _is_held(self, link: Link | None, wanted: Item | None, found: Item | None) -> bool:
        if link is None or link.refused_at is None or self.now - link.refused_at >= REFUSALS_LAST:
            return False
        same_wanted = link.wanted is None if wanted is None else is_same(link.wanted, wanted)
        same_found = link.ref is None if found is None else is_same(link.found, found)
        return same_wanted and same_found


def _is_our_delete(link: Link) -> bool:
    return link.wanted is None and link.sent_at is not None


def _is_edited(found: Item, link: Link | None) -> bool:
    return link is not None and link.found is not None and not is_same(link.found, found)


def _refusal(link: Link | None, held: bool) -> str:
    return link.reason if link is not None and held else ""


def _links_after(matching: Matching, different: set[str]) -> dict[str, Link]:
    """What is to be remembered before anything is written; what is in step is linked as seen."""
    after = {}
    for key, wanted in matching.wanted.items():
        found = matching.pairs.get(key)
        if found is not None and key not in different and matching.is_ours(found):
            after[key] = Link(key=key, ref=found.ref, wanted=trace(wanted), found=trace(found))
        elif key in matching.known:
            after[key] = matching.known[key]
    links = (matching.link_to(item) for item in matching.rest)
    return after | {link.key: link for link in links if link is not None}


def _forgotten(stored: dict[str, Link], after: dict[str, Link]) -> list[str]:
    """Keys that are neither wanted nor there, and those that give up their id to another key."""
    owners = {link.ref: key for key, link in after.items() if link.ref}
    return [
        key
        for key, link in stored.items()
        if key not in after or owners.get(link.ref or "", key) != key
    ]


def _warnings(matching: Matching, shown: list[Item], stored: dict[str, Link]) -> Iterable[str]:
    if matching.adopted:
        yield f"{matching.adopted} found at the target by their content and taken for ours."
    refs = {link.ref for link in stored.values() if link.ref is not None}
    if refs and matching.wanted and refs.isdisjoint(item.ref for item in shown):
        yield f"Nothing of what we put at the target ({len(refs)}) is there any more."
