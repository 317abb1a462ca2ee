"""Which item at the target is which wanted thing: own key, then link, then content, one to one.

Nothing is decided here about what to do with it. The order in which either side is listed makes
no difference.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from uploader.items import Item, Link, is_alike, is_same, likeness, trace


def is_in_step(wanted: Item, found: Item, link: Link | None) -> bool:
    """Equal, or what the target made of exactly this when we wrote it."""
    if wanted.content == found.content:
        return True
    if link is None or link.ref != found.ref or link.sent_at or link.refused_at:
        return False
    return is_same(link.wanted, wanted) and is_same(link.found, found)


class Matching:
    """The outcome: `pairs` by wanted key, the `rest` of the target, the links as `known` now."""

    def __init__(
        self,
        wanted: Mapping[str, Item],
        shown: Sequence[Item],
        links: Mapping[str, Link],
        *,
        searching: bool,
        adopt: bool,
        mend: bool,
    ) -> None:
        self.wanted = wanted
        self.known = dict(links)
        self.searching = searching
        self.adopt = adopt
        self.mend = mend
        self.adopted = 0
        self.pairs: dict[str, Item] = {}
        self._claimed: set[str | None] = set()
        self._by_ref = {item.ref: item for item in sorted(shown, key=lambda item: item.ref or "")}
        self._by_key: dict[str, list[Item]] = defaultdict(list)
        self._keyless: dict[str, list[Item]] = defaultdict(list)
        for item in self._by_ref.values():
            if item.key is None:
                self._keyless[likeness(item)].append(item)
            else:
                self._by_key[item.key].append(item)
        # Whose an id is, as far as we know; never forgotten while planning, so it may be outdated.
        self._owners: dict[str | None, str] = {
            link.ref: key for key, link in links.items() if link.ref is not None
        }
        self._settle_what_was_sent()
        self._pair_by_key_and_link()
        self._pair_by_content(equal=True)
        self._pair_by_content(equal=False)
        self._staying = {likeness(wanted[key]) for key in self.pairs}
        self._staying |= {likeness(found) for found in self.pairs.values()}
        # As it was listed, which is how people read it.
        self.rest = [item for item in shown if item.ref not in self._claimed]

    def is_ours(self, item: Item) -> bool:
        return bool(item.ours) or item.ref in self._owners

    def link_to(self, item: Item) -> Link | None:
        link = self.known.get(self._owners.get(item.ref, ""))
        return link if link is not None and link.ref == item.ref else None

    def has_twin(self, item: Item) -> bool:
        """Whether something of its likeness stays."""
        return likeness(item) in self._staying

    def lookalikes(self, item: Item) -> tuple[str, ...]:
        """Ids of what looks like it and is nobody's as far as we know."""
        return tuple(
            found.ref
            for found in self._keyless[likeness(item)]
            if found.ref is not None and self._may_be_ours(found)
        )

    # What was sent and never answered: this listing is the answer.

    def _settle_what_was_sent(self) -> None:
        for key, link in sorted(self.known.items()):
            if link.sent_at is None or link.wanted is None:
                continue
            found = self._created(link) if link.ref is None else self._by_ref.get(link.ref)
            if found is not None:
                self.known[key] = self._settled(link, found)
                self._owners[found.ref] = key

    def _settled(self, link: Link, found: Item) -> Link:
        before = None if link.ref is None else link.found
        if is_alike(link.wanted, found) and not is_same(before, found):
            return replace(link, ref=found.ref, found=trace(found), sent_at=None)
        return replace(link, ref=found.ref, found=before)

    def _created(self, link: Link) -> Item | None:
        # Nothing showed this key before we sent it, else there would have been no create.
        own = list(filter(self._may_be_ours, self._by_key.get(link.key, [])))
        before = json.loads(link.found) if link.found else []
        alike = [
            item
            for item in own or filter(self._may_be_ours, self._keyless_like(link.wanted))
            if is_alike(link.wanted, item) and item.ref not in before
        ]
        return next(iter(alike or own), None)

    def _keyless_like(self, trace: str | None) -> list[Item]:
        return self._keyless.get((trace or "").partition(".")[2], [])

    def _may_be_ours(self, item: Item) -> bool:
        """Nothing says that it is somebody else's, nor which of ours it is."""
        return item.ours is not False and item.ref not in self._owners

    # Pairing.

    def _pair_by_key_and_link(self) -> None:
        for key, wanted in self.wanted.items():
            link = self.known.get(key)
            copies = list(self._by_key.get(key, []))
            linked = self._by_ref.get(link.ref) if link and link.ref else None
            if linked is not None and linked.key is None:
                copies.append(linked)
            if copies:
                best = min(copies, key=lambda item: self._rank(item, wanted, link))
                self._pair(key, best)
                if self.is_ours(best):
                    self._own(key, best)

    def _rank(self, item: Item, wanted: Item, link: Link | None) -> tuple[bool, bool, bool]:
        """Of several copies: one of ours, one that is right already, the one we know."""
        is_linked = link is not None and link.ref == item.ref
        return (not self.is_ours(item), not is_in_step(wanted, item, link), not is_linked)

    def _pair_by_content(self, *, equal: bool) -> None:
        for key in sorted(self.wanted.keys() - self.pairs.keys()):
            wanted = self.wanted[key]
            for found in self._keyless.get(likeness(wanted), []):
                if self._may_adopt(found, wanted, equal=equal):
                    self._pair(key, found)
                    self._own(key, found)
                    # Where it is alike but not equal, that is what the target made of it, or has to
                    # be put right.
                    if equal or not self.mend:
                        self.known[key] = replace(self.known[key], wanted=trace(wanted))
                    self.adopted += 1
                    break

    def _may_adopt(self, found: Item, wanted: Item, *, equal: bool) -> bool:
        if self._owners.get(found.ref) in self.wanted:
            return False
        if equal and found.content != wanted.content:
            return False
        searching = self.searching or wanted.sought
        if self._may_be_ours(found) and (searching or (equal and self.adopt)):
            return True
        # What carries our mark may change its key, rather than be made again and deleted.
        return equal and bool(found.ours)

    def _pair(self, key: str, found: Item) -> None:
        self.pairs[key] = found
        self._claimed.add(found.ref)

    def _own(self, key: str, found: Item) -> None:
        link = self.link_to(found)
        if link is not None and link.key == key:
            return
        if link is not None:
            del self.known[link.key]
        self.known[key] = Link(key=key, ref=found.ref, found=trace(found))
        self._owners[found.ref] = key
