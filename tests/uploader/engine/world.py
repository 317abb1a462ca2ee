"""A source, a target, people at both, runs between them, and what must then be so.

What must be so is worked out from the source and from what people did, without the engine.
"""

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.errors import IntegrationError
from tests.uploader.engine.targets import (
    Bulk,
    ChosenIds,
    Managed,
    MemoryTarget,
    Normalising,
    OneObject,
    Thing,
)
from tests.uploader.engine.trouble import Killed, Trouble, TroubledLinks
from uploader.engine import Change, OnEdit, Plan, apply, plan

Content = Any
Sort = tuple[type[MemoryTarget], OnEdit]

SORTS: dict[str, Sort] = {
    "own ids, left to people": (MemoryTarget, "conflict"),
    "own ids, put right": (MemoryTarget, "restore"),
    "chosen ids, left to people": (ChosenIds, "conflict"),
    "chosen ids, put right": (ChosenIds, "restore"),
    "bulk, left to people": (Bulk, "conflict"),
    "bulk, put right": (Bulk, "restore"),
    "normalising, left to people": (Normalising, "conflict"),
    "normalising, put right": (Normalising, "restore"),
    "managed category": (Managed, "restore"),
    "one object": (OneObject, "restore"),
}


class World:
    def __init__(self, sort: Sort, seed: int) -> None:
        self.rng = random.Random(seed)
        self.trouble = Trouble(self.rng)
        self.links = TroubledLinks(self.trouble)
        kind, on_edit = sort
        self.target = kind(on_edit, self.trouble, self.rng)
        self.source: dict[str, Content] = {}
        self.now = datetime(2026, 3, 1, 9, tzinfo=UTC)
        self.made = 0
        # Keys whose thing a person deleted at the target, where that is left to people.
        self.deleted_by_people: set[str] = set()
        # Things that have been there since the last finished run, so that we know them.
        self.known_refs: set[str] = set()
        # After a loss of the database nothing else moves until a run has been through.
        self.is_recovering = False
        self.approved: list[str] | None = None
        # One that never goes: a store without any link would be taken for a new database.
        self.source["group" if kind is OneObject else "always"] = self.content("first")
        self.target.add_stranger(self.content("a stranger's"))
        self.target.add_stranger({"text": "locked by a stranger", "n": 1})
        if kind is ChosenIds:
            self.target.add_stranger(self.content("in the way"), ref="id-taken")

    # The source.

    def content(self, text: str) -> Content:
        self.made += 1
        return {"text": f" {text} {self.made} ", "n": self.made + 0.3}

    def add(self, content: Content | None = None, *, key: str | None = None) -> None:
        if self.can_come_and_go:
            content = content or self.content("wanted")
            self.source[key or f"k{self.made}-{len(self.source)}"] = content
            self.moved()

    def add_twin(self) -> None:
        if self.can_come_and_go:
            self.made += 1
            self.add(dict(self.source[self.rng.choice(sorted(self.source))]))

    def add_refused(self) -> None:
        self.made += 1
        self.add({"text": f"bad {self.made}", "n": 1})

    def edit(self, content: Content | None = None) -> None:
        key = self.rng.choice(sorted(self.source))
        self.source[key] = content or self.content("edited")
        self.moved()

    def edit_within_rounding(self) -> None:
        key = self.rng.choice(sorted(self.source))
        content = self.source[key]
        step = 0.1 if content["n"] % 1 < 0.35 else -0.1
        self.source[key] = content | {"n": round(content["n"] + step, 1)}
        self.moved()

    def remove(self) -> None:
        keys = sorted(self.source.keys() - {"always", "group"})
        if keys:
            del self.source[self.rng.choice(keys)]
            self.moved()

    def moved(self) -> None:
        self.approved = None

    @property
    def can_come_and_go(self) -> bool:
        return not isinstance(self.target, OneObject)

    # People at the target.

    def person_edits(self) -> None:
        ref = self.any_known()
        if ref is not None:
            thing = self.target.things[ref]
            thing.before = thing.before or thing.content
            thing.content = self.target.normal(self.content("by hand"))
            self.moved()

    def person_reverts(self) -> None:
        for thing in self.target.mine().values():
            if thing.before is not None:
                thing.content, thing.before = thing.before, None
                self.moved()
                return

    def person_deletes(self) -> None:
        ref = self.any_known() if self.can_come_and_go else None
        if ref is not None:
            thing = self.target.things.pop(ref)
            assert thing.key is not None
            if self.target.on_edit == "conflict":
                self.deleted_by_people.add(thing.key)
            self.moved()

    def person_adds(self) -> None:
        self.target.add_stranger(self.target.normal(self.content("typed")))
        self.moved()

    def person_adds_to_category(self) -> None:
        if self.target.is_managed:
            self.target.things[self.target.new_id("")] = Thing(self.content("by hand"))
            self.moved()

    def person_copies(self) -> None:
        """Typed again what we put there, or are about to put.

        Without marks that is fair only while we know which is ours.
        """
        contents = [self.target.normal(content) for content in self.source.values()]
        if contents and (self.target.marks or (self.links.by_key and not self.has_unanswered)):
            content = self.rng.choice(contents)
            if self.target.is_managed and self.rng.random() < 0.5:
                self.target.things[self.target.new_id("")] = Thing(dict(content))
            else:
                self.target.add_stranger(dict(content))
            self.moved()

    def any_known(self) -> str | None:
        """One of ours that no twin could be mistaken for."""
        mine = self.target.mine()
        shown = Counter(str(thing.content) for thing in mine.values())
        refs = [
            ref
            for ref, thing in mine.items()
            if ref in self.known_refs and shown[str(thing.content)] == 1
        ]
        return self.rng.choice(sorted(refs)) if refs else None

    @property
    def has_unanswered(self) -> bool:
        return not self.target.things.keys() - self.target.strangers.keys() <= self.known_refs or (
            any(link.sent_at for link in self.links.by_key.values())
        )

    # Time and bad luck.

    def time_passes(self) -> None:
        self.now += timedelta(hours=self.rng.choice([1, 5, 26]))

    def lose_database(self) -> None:
        target = self.target
        wanted = {key: target.normal(content) for key, content in self.source.items()}
        if not target.marks:
            ours, others = self._told_apart_by_content(wanted)
            theirs = [*target.strangers.values(), *(target.things[ref].content for ref in others)]
            if any(content in wanted.values() for content in theirs):
                return  # Nobody could tell ours from theirs any more.
            for ref, key in ours.items():
                target.things[ref].key = key
            for ref in others:
                target.disown(ref)
        for thing in target.mine().values():
            thing.before = None
        self.links.by_key.clear()
        self.deleted_by_people.clear()
        self.is_recovering = True
        self.moved()

    def _told_apart_by_content(self, wanted: dict[str, Content]) -> tuple[dict[str, str], set[str]]:
        """Without marks ours is what looks like something wanted, one to one; the rest is not."""
        others = self.target.mine()
        ours = {}
        for key in sorted(wanted):
            for ref, thing in sorted(others.items(), key=lambda pair: pair[1].key != key):
                if thing.content == wanted[key]:
                    ours[ref] = key
                    del others[ref]
                    break
        return ours, set(others)

    # Runs.

    def run(self) -> bool:
        """One attempt; whether it went through to its end."""
        try:
            made = self.plan()
            if self.approved is None:
                self.approved = made.approvable()
            assert made.within(self.approved), "goes beyond what was approved"
            apply(
                made,
                self.target,
                self.links,
                beat=self.trouble.here,
                now=lambda: self.now,
                report=self.report,
            )
        except (Killed, IntegrationError):
            return False
        self.known_refs = set(self.target.things)
        self.is_recovering = False
        self.moved()
        return True

    def plan(self) -> Plan:
        existing = self.target.existing()
        self.target.wanted = dict(self.source)
        plans = []
        for _ in range(2):
            desired = [self.target.desired(*pair) for pair in self.source.items()]
            self.rng.shuffle(desired)
            self.rng.shuffle(existing)
            plans.append(
                plan(desired, existing, self.links, on_edit=self.target.on_edit, now=self.now)
            )
        assert plans[0].checksum() == plans[1].checksum()
        return plans[0]

    def report(self, change: Change, outcome: str, reason: str) -> None:
        self.trouble.here()

    def settle(self) -> None:
        """Without trouble, a day later: one run, and then everything must be right and quiet."""
        self.trouble.plan()
        self.now += timedelta(hours=25)
        self.moved()
        assert self.run()
        self.check()
        writes, links = self.target.writes, dict(self.links.by_key)
        again = self.plan()
        assert again.writes == ()
        assert (again.links, again.forgotten) == ((), ())
        assert self.run()
        assert self.target.writes == writes
        assert self.links.by_key == links

    # What must be so.

    def check(self) -> None:
        for ref, content in self.target.strangers.items():
            assert self.target.things[ref].content == content, f"{ref} is a stranger's"
        if self.target.is_managed:
            self.check_all_that_is_there()
        else:
            self.check_one_by_one()

    def check_all_that_is_there(self) -> None:
        there = Counter(
            str(thing.content)
            for ref, thing in self.target.things.items()
            if ref not in self.target.strangers
        )
        wanted = Counter(str(content) for content in self.source.values() if not is_bad(content))
        assert not wanted - there, "lost"
        # What a refused edit would have replaced stays as it was.
        refused = sum(map(is_bad, self.source.values()))
        assert (there - wanted).total() <= refused, "too much"

    def check_one_by_one(self) -> None:
        mine: dict[str, Thing] = {}
        for thing in self.target.mine().values():
            assert thing.key is not None
            assert thing.key not in mine, f"{thing.key} is doubled"
            mine[thing.key] = thing
        for key, content in self.source.items():
            thing_or_none = mine.pop(key, None)
            if key in self.deleted_by_people or f"id-{key}" in self.target.strangers:
                assert thing_or_none is None, f"{key} came back"
            elif is_bad(content):
                assert thing_or_none is None or not is_bad(thing_or_none.content)
            elif thing_or_none is None:
                raise AssertionError(f"{key} is lost")
            elif thing_or_none.before is None:
                assert thing_or_none.content == self.target.normal(content), f"{key} is wrong"
        for key, thing in mine.items():
            assert thing.before is not None, f"{key} should have gone"

    def moves(self) -> list[Callable[[], None]]:
        return [
            self.add, self.add, self.add_twin, self.add_refused, self.edit, self.edit,
            self.edit_within_rounding, self.remove, self.person_edits, self.person_reverts,
            self.person_deletes, self.person_adds, self.person_adds_to_category,
            self.person_copies, self.time_passes,
        ]  # fmt: skip


def is_bad(content: Content) -> bool:
    return str(content["text"]).startswith("bad")
