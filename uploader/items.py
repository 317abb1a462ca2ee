"""What the engine works on: items, links, changes and plans. Nothing is matched or decided here."""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

# A JSON-like value: None, booleans, numbers, texts, and lists and dicts of them.
Content = Any
Action = Literal["create", "update", "delete", "conflict"]
Outcome = Literal["done", "rejected", "skipped"]
OnEdit = Literal["restore", "conflict"]

# New before old: no order of faults leaves a hole.
ORDER: tuple[Action, ...] = ("create", "update", "delete", "conflict")
# The key of a link that is there while a new database takes up what it finds: were it killed
# half-way, the next run must go on looking by content.
ADOPTING = "(adopting)"
STAYS = "It stays, because what is to take its place was refused."


class Incomplete(Exception):
    """One side is not proven whole, so nothing may be concluded from what is missing there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing as it should be, or as it is at the target."""

    # Which thing it is; None on the existing side where the target does not show it.
    key: str | None
    # Compared by ==. What the target is known to normalise belongs here in its normal form.
    content: Content
    # The target's id; on the existing side always there, and unique.
    ref: str | None = None
    # Existing side. True: carries our mark, or belongs to a category that is all ours. False: the
    # target shows that it is somebody else's. None: it does not tell, only our links do.
    ours: bool | None = None
    # Whom it concerns, and what it is in words: shown to people, never compared.
    subject: str = ""
    what: str = ""
    # By what it is found again at a target that shows no key: whatever of the content the target
    # leaves as it was given. None means all of the content. It has to be tight: two items alike
    # are taken for the same thing, and the rest for what the target made of it.
    likeness: Content = None
    # Things of one place stand in for one another: while what is to come there is refused, what is
    # there stays. Empty: it stands for itself.
    place: str = ""
    # Wanted side. It takes something away from what it is paired with: to be done after what gives.
    lessens: bool = False
    # Wanted side. Not wanted by the source, but what is left of something that is wanted no more:
    # taking the rest away counts as deleting it.
    remnant: bool = False
    # Wanted side. Looked for by its likeness even where other things are remembered: nothing is
    # known of it, because nobody has looked where it is.
    sought: bool = False
    # What applying needs (an etag, a body); never compared.
    load: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What we remember of one key: what we wrote, and what the target then showed."""

    key: str
    # None: written before a create, and not known to have come to anything.
    ref: str | None = None
    # The trace of what we sent last; None when that was a delete, or nothing was sent yet.
    wanted: str | None = None
    # The trace of what the target showed when we looked last. Before a create has been answered:
    # the ids of what looked the same already, which is therefore not ours.
    found: str | None = None
    # When something was sent that has not been answered.
    sent_at: datetime | None = None
    # When, and in which words, the target refused what is in `wanted`.
    refused_at: datetime | None = None
    reason: str = ""


class Links(Protocol):
    """The links of one sync and part. Every save and forget has to be durable by itself."""

    def all(self) -> Iterable[Link]: ...
    def save(self, link: Link) -> None: ...
    def save_all(self, links: Iterable[Link]) -> None: ...
    def forget(self, key: str) -> None: ...


class MemoryLinks:
    """Links that nobody keeps: for targets that show our key and content, and for tests."""

    def __init__(self) -> None:
        self.by_key: dict[str, Link] = {}

    def all(self) -> Iterable[Link]:
        return list(self.by_key.values())

    def save(self, link: Link) -> None:
        self.by_key[link.key] = link

    def save_all(self, links: Iterable[Link]) -> None:
        for link in links:
            self.save(link)

    def forget(self, key: str) -> None:
        self.by_key.pop(key, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that differs: what is to be done about it, or why nothing can be."""

    action: Action
    key: str
    wanted: Item | None = None
    found: Item | None = None
    reason: str = ""
    # A second copy of something that stays: deleting it loses nothing.
    surplus: bool = False
    # Refused less than a day ago and the same since: listed, not tried.
    held: bool = False
    # What we remember of it, and what looks the same at the target without being ours.
    link: Link | None = None
    lookalikes: tuple[str, ...] = ()
    # Of which batch it is, so that what was approved of one is not taken for another's.
    part: str = ""

    @property
    def subject(self) -> str:
        return self._item.subject

    @property
    def what(self) -> str:
        return self._item.what

    @property
    def was(self) -> str:
        """What is there instead of what is wanted, in words, where that reads differently."""
        if (
            self.wanted is None
            or self.found is None
            or self.found.ours is False
            or self.found.what == self.what
        ):
            return ""
        return self.found.what

    @property
    def place(self) -> str:
        return self._item.place

    @property
    def is_write(self) -> bool:
        return self.action != "conflict" and not self.held

    @property
    def is_deletion(self) -> bool:
        """Whether something that is there once goes, in whole or but for a remnant."""
        if self.action == "update":
            return self.wanted is not None and self.wanted.remnant
        return self.action == "delete" and not self.surplus

    @property
    def lessens(self) -> bool:
        return self.wanted is not None and self.wanted.lessens

    @property
    def may_leave_a_hole(self) -> bool:
        """Whether it takes something away that another change of its place is to replace."""
        return bool(self.place) and self.action in ("update", "delete") and not self.surplus

    @property
    def note(self) -> str:
        """What a person approves: this action on this thing, from this state to that one."""
        before = fingerprint(self.found.content) if self.found else None
        after = fingerprint(self.wanted.content) if self.wanted else None
        ref = self.found.ref if self.found else None
        key = f"{self.part} {self.key}" if self.part else self.key
        return json.dumps([self.action, key, ref, before, after])

    @property
    def _item(self) -> Item:
        item = self.wanted or self.found
        if item is None:
            raise ValueError(f"The change of {self.key} is about nothing.")
        return item


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would bring the target in step, and what has to be remembered before that is tried."""

    changes: tuple[Change, ...] = ()
    # What is right already.
    in_step: tuple[Item, ...] = ()
    # How many things should be there, and how many of ours are (surplus copies left out).
    wanted: int = 0
    ours: int = 0
    # How many we know to have put there, and how many of those that are wanted are not shown.
    known: int = 0
    vanished: int = 0
    warnings: tuple[str, ...] = ()
    # Links to forget and to save before anything is written; `adopting` when items of a target
    # without keys were found again by their likeness.
    forgotten: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    adopting: bool = False
    # Whether it goes too far is asked of all plans of one group together.
    group: str = ""

    @property
    def unchanged(self) -> int:
        return len(self.in_step)

    @property
    def writes(self) -> tuple[Change, ...]:
        """The changes that would be tried: neither in conflict nor held back."""
        return tuple(change for change in self.changes if change.is_write)

    def checksum(self) -> str:
        """Eight hex digits that stand for all writes, whatever their order."""
        return _digest("\n".join(self.approvable()))[:8]

    def approvable(self) -> list[str]:
        """What somebody approves who approves this plan; held changes were seen as well."""
        return sorted(change.note for change in self.changes if change.action != "conflict")

    def within(self, approved: Collection[str]) -> bool:
        """Whether it does nothing but what was approved, or finishes what was sent of that."""
        notes = set(approved)
        goals = {_goal(note) for note in notes}
        return all(
            change.note in notes or (_is_unanswered(change) and _goal(change.note) in goals)
            for change in self.writes
        )

    def counts(self) -> dict[str, int]:
        counts = {"create": 0, "update": 0, "delete": 0, "conflict": 0, "rejected": 0}
        for change in self.changes:
            counts["rejected" if change.held else change.action] += 1
        return counts | {"unchanged": self.unchanged}


def _goal(note: str) -> tuple[str, bool, str | None]:
    """The thing and what it is to become, whatever it was before."""
    action, key, _ref, _before, after = json.loads(note)
    return key, action == "delete", after


def _is_unanswered(change: Change) -> bool:
    return change.link is not None and change.link.sent_at is not None


# A trace is two fingerprints in one text: of an item's content, and of its likeness.


def fingerprint(content: Content) -> str:
    return _digest(json.dumps(content, sort_keys=True, separators=(",", ":")))[:16]


def trace(item: Item) -> str:
    return f"{fingerprint(item.content)}.{likeness(item)}"


def likeness(item: Item) -> str:
    return fingerprint(item.content if item.likeness is None else item.likeness)


def is_same(trace: str | None, item: Item) -> bool:
    """Whether the trace was taken of an item with this content."""
    return trace is not None and trace.partition(".")[0] == fingerprint(item.content)


def is_alike(trace: str | None, item: Item) -> bool:
    """Whether the trace was taken of an item of this likeness."""
    return trace is not None and trace.partition(".")[2] == likeness(item)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
