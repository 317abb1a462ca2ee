"""In-memory targets of several sorts, with strangers' things in them, and an eye on every write.

Each thing knows whose it is and which wanted thing it stands for. That is never shown to the
engine (unless the target shows keys or marks); it is how a wrong write is noticed at once.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from integrations.errors import RejectedError
from tests.uploader.engine.trouble import Trouble
from uploader.engine import Change, Item, OnEdit

Content = Any


@dataclass
class Thing:
    content: Content
    # What we made, for which key; None for what people made.
    key: str | None = None
    # What it held before a person changed it; None where nobody did.
    before: Content = None

    @property
    def is_mine(self) -> bool:
        return self.key is not None


class MemoryTarget:
    """Chooses ids by itself, shows neither keys nor marks: like a list of time entries."""

    shows_keys: ClassVar[bool] = False
    # Whether it shows what is ours, so that this needs no memory.
    marks: ClassVar[bool] = False
    # Everything in it is ours to put right, whoever made it.
    is_managed: ClassVar[bool] = False

    def __init__(self, on_edit: OnEdit, trouble: Trouble, rng: random.Random) -> None:
        self.on_edit: OnEdit = on_edit
        self.trouble = trouble
        self.rng = rng
        self.things: dict[str, Thing] = {}
        self.strangers: dict[str, Content] = {}
        self.wanted: Mapping[str, Content] = {}
        self.writes = 0
        self.ids = 0

    # What people see and do.

    def normal(self, content: Content) -> Content:
        return content

    def add_stranger(self, content: Content, *, ref: str | None = None) -> str:
        ref = ref or self.new_id("")
        self.things[ref] = Thing(content)
        self.strangers[ref] = content
        return ref

    def disown(self, ref: str) -> None:
        """From now on it is as if a person had made it."""
        self.things[ref] = Thing(self.things[ref].content)
        self.strangers[ref] = self.things[ref].content

    def mine(self) -> dict[str, Thing]:
        return {ref: thing for ref, thing in self.things.items() if thing.is_mine}

    # What the engine is given.

    def desired(self, key: str, content: Content) -> Item:
        return Item(key=key, content=content, subject="somebody", what=f"{key} as wanted")

    def existing(self) -> list[Item]:
        self.trouble.before_call()
        items = [self.item(ref, thing) for ref, thing in self.things.items()]
        self.trouble.after_call()
        self.rng.shuffle(items)
        return items

    def item(self, ref: str, thing: Thing) -> Item:
        key = thing.key if self.shows_keys else None
        ours = thing.is_mine if self.marks else None
        return Item(key=key, content=thing.content, ref=ref, ours=ours, what=f"{ref} as found")

    def apply(self, change: Change) -> Item | None:
        self.writes += 1
        self.trouble.before_call(is_write=True)
        shown = {"create": self.create, "update": self.update, "delete": self.delete}[
            change.action
        ](change)
        self.trouble.after_call()
        return shown

    def create(self, change: Change) -> Item | None:
        assert change.wanted is not None
        self.refuse_if_bad(change.wanted.content)
        self.make_room_for(change.key)
        ref = self.new_id(change.key)
        assert ref not in self.things, f"{ref} exists"
        self.things[ref] = Thing(self.normal(change.wanted.content), key=change.key)
        return self.item(ref, self.things[ref])

    def update(self, change: Change) -> Item | None:
        assert change.wanted is not None
        assert change.found is not None
        ref = change.found.ref or ""
        thing = self.mine_as(ref, change.key)
        self.refuse_if_bad(change.wanted.content)
        assert self.on_edit == "restore" or thing.before is None, f"a person changed {ref}"
        thing.content = self.normal(change.wanted.content)
        thing.before = None
        return self.item(ref, thing)

    def delete(self, change: Change) -> Item | None:
        assert change.found is not None
        ref = change.found.ref or ""
        if ref not in self.things:
            return None
        thing = self.mine_as(ref, change.key)
        assert self.on_edit == "restore" or thing.before is None, f"a person changed {ref}"
        assert self.is_managed or thing.key not in self.wanted, f"{thing.key} is wanted"
        if thing.content["text"].startswith("locked"):
            raise RejectedError(provider="Memory", doing="deleting", status=400, excerpt="Locked.")
        del self.things[ref]
        return None

    # The eye on every write.

    def mine_as(self, ref: str, key: str) -> Thing:
        """The thing, provided that it is ours, and stands for this key or for its twin."""
        thing = self.things[ref]
        assert ref not in self.strangers, f"{ref} is a stranger's"
        if self.is_managed or thing.key == key:
            return thing
        twin = next((other for other in self.things.values() if other.key == key), None)
        assert twin is not None, f"{ref} is {thing.key}, taken for {key}"
        assert twin.content == thing.content, f"{ref} is {thing.key}, taken for {key}"
        thing.key, twin.key = twin.key, thing.key
        return thing

    def make_room_for(self, key: str) -> None:
        """What stands for this key already can only have been taken for a twin that is missing."""
        there = next((thing for thing in self.things.values() if thing.key == key), None)
        if there is None or self.is_managed:
            return
        missing = self.wanted.keys() - {thing.key for thing in self.things.values()}
        twins = [other for other in missing if self.normal(self.wanted[other]) == there.content]
        assert twins, f"{key} is there already"
        there.key = min(twins)

    def refuse_if_bad(self, content: Content) -> None:
        if isinstance(content, dict) and content["text"].startswith("bad"):
            raise RejectedError(provider="Memory", doing="writing", status=422, excerpt="Bad.")

    def new_id(self, key: str) -> str:
        self.ids += 1
        return f"{self.rng.randrange(100):02}-{self.ids}"


class Bulk(MemoryTarget):
    """Takes updates, and deletes, several at once; refused, some of them may be done already."""

    most_together = 3

    def look_again(self, changes: Sequence[Change]) -> None:
        self.trouble.before_call()
        self.trouble.after_call()

    def apply_together(self, changes: Sequence[Change]) -> list[Item | None]:
        assert len(changes) > 0
        assert len({change.action for change in changes}) == 1
        self.writes += 1
        self.trouble.before_call(is_write=True)
        shown: list[Item | None] = []
        refusal: RejectedError | None = None
        for change in changes:
            try:
                shown.append({"update": self.update, "delete": self.delete}[change.action](change))
            except RejectedError as error:
                refusal = error
                if self.rng.random() < 0.5:
                    break
        if refusal is not None:
            raise refusal
        self.trouble.after_call()
        return shown


class ChosenIds(MemoryTarget):
    """Accepts our ids, shows our keys and marks: like a calendar."""

    shows_keys = True
    marks = True

    def new_id(self, key: str) -> str:
        return f"id-{key}" if key else super().new_id(key)

    def item(self, ref: str, thing: Thing) -> Item:
        shown = super().item(ref, thing)
        return replace(shown, key=ref.removeprefix("id-") if ref.startswith("id-") else None)


class Normalising(MemoryTarget):
    """Trims texts and rounds numbers, and the engine is not told what becomes of what."""

    def normal(self, content: Content) -> Content:
        return {"text": content["text"].strip(), "n": round(content["n"])}

    def desired(self, key: str, content: Content) -> Item:
        return replace(super().desired(key, content), likeness=self.normal(content))


class Managed(MemoryTarget):
    """Shows no keys, but all of a category is ours, whoever made it: like leave bookings."""

    marks = True
    is_managed = True

    def item(self, ref: str, thing: Thing) -> Item:
        return replace(super().item(ref, thing), ours=ref not in self.strangers)


class OneObject(MemoryTarget):
    """One object that is always there and can only be changed: like the members of a group."""

    shows_keys = True
    marks = True

    def __init__(self, on_edit: OnEdit, trouble: Trouble, rng: random.Random) -> None:
        super().__init__(on_edit, trouble, rng)
        self.things["the-group"] = Thing({"text": "nobody yet", "n": 0}, key="group")

    def create(self, change: Change) -> Item | None:
        raise AssertionError("the one object is always there")

    def delete(self, change: Change) -> Item | None:
        raise AssertionError("the one object must stay")
