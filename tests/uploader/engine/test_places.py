"""Things of one place stand in for one another: what is there stays until the new is there too."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.uploader.engine.sides import NOW, link, planned, there, want, words
from tests.uploader.engine.targets import (
    ChosenIds,
    Managed,
    MemoryTarget,
    Normalising,
    OneObject,
)
from tests.uploader.engine.trouble import Trouble
from uploader.engine import MemoryLinks, apply, plan
from uploader.items import Change, Item, Link

STAYS = "It stays, because what is to take its place was refused."
REFUSED = "Memory: writing failed (422): Bad."


def in_place(item: Item, place: str = "here") -> Item:
    return Item(**{name: getattr(item, name) for name in Item.__slots__} | {"place": place})


class Room:
    """One of the in-memory targets, all of whose things are of one place."""

    def __init__(self, kind: type[MemoryTarget]) -> None:
        trouble = Trouble(random.Random(1))
        self.target = kind("restore", trouble, random.Random(2))
        self.links = MemoryLinks()
        self.source: dict[str, object] = {}
        self.now = NOW
        self.told: list[tuple[str, str, str, str]] = []

    def run(self) -> None:
        self.told = []
        self.target.wanted = dict(self.source)
        desired = [in_place(self.target.desired(*pair)) for pair in self.source.items()]
        existing = [in_place(item) for item in self.target.existing()]
        made = plan(desired, existing, self.links, on_edit="restore", now=self.now)
        apply(
            made,
            self.target,
            self.links,
            beat=lambda: None,
            now=lambda: self.now,
            report=self.report,
        )

    def report(self, change: Change, outcome: str, reason: str) -> None:
        held = "rejected" if change.held else outcome
        self.told.append((change.action, change.key, held, reason))

    def texts(self) -> list[str]:
        return sorted(thing.content["text"].strip() for thing in self.target.things.values())


SORTS = [MemoryTarget, ChosenIds, Normalising, Managed]


@pytest.fixture(params=SORTS, ids=lambda kind: kind.__name__)
def room(request: pytest.FixtureRequest) -> Room:
    room = Room(request.param)
    room.source = {"old": {"text": "old", "n": 1}}
    room.run()
    assert room.texts() == ["old"]
    return room


def test_nothing_goes_while_what_replaces_it_is_refused(room: Room) -> None:
    room.source = {"new": {"text": "bad", "n": 1}}

    room.run()

    assert room.texts() == ["old"]
    assert room.told == [
        ("create", "new", "rejected", REFUSED),
        ("delete", "old", "rejected", STAYS),
    ]


def test_nothing_shrinks_while_what_makes_up_for_it_is_refused(room: Room) -> None:
    room.source = {"new": {"text": "bad", "n": 1}, "old": {"text": "smaller", "n": 1}}

    room.run()

    assert room.texts() == ["old"]
    assert [told[2] for told in room.told] == ["rejected", "rejected"]


def test_within_a_day_neither_is_tried_again_and_both_are_shown(room: Room) -> None:
    room.source = {"new": {"text": "bad", "n": 1}}
    room.run()
    writes = room.target.writes

    room.now += timedelta(hours=5)
    room.run()

    assert (room.texts(), room.target.writes) == (["old"], writes)
    assert [told[:3] for told in room.told] == [
        ("create", "new", "rejected"),
        ("delete", "old", "rejected"),
    ]


def test_as_soon_as_it_is_accepted_the_old_goes(room: Room) -> None:
    room.source = {"new": {"text": "bad", "n": 1}}
    room.run()

    room.source = {"new": {"text": "good", "n": 1}}
    room.run()

    assert room.texts() == ["good"]
    assert [told[:3] for told in room.told] == [
        ("create", "new", "done"),
        ("delete", "old", "done"),
    ]


def test_the_one_object_is_changed_in_its_place() -> None:
    room = Room(OneObject)
    room.source = {"group": {"text": "bad", "n": 1}}

    room.run()

    assert room.texts() == ["nobody yet"]
    assert [told[:3] for told in room.told] == [("update", "group", "rejected")]


# What the plan says of it.


def refused(key: str, content: object) -> Link:
    return link(key, None, content, None, refused_at=NOW, reason="No.")


def test_a_plan_holds_back_what_would_leave_a_hole_beside_a_refused_create() -> None:
    made = planned(
        [want("new", 1, place="p"), want("b", 2, place="p"), want("c", 3, place="q")],
        [
            there("r1", 9, ours=True, place="p"),
            there("r2", 8, key="b", ours=True, place="p"),
            there("r3", 7, key="c", ours=True, place="q"),
            there("r4", 6, ours=True, place="q"),
        ],
        refused("new", 1),
        now=NOW + timedelta(hours=1),
    )

    held = {change.key: change.reason for change in made.changes if change.held}
    assert held == {"new": "No.", "b": STAYS, "(unlinked) r1": STAYS}
    assert [change.key for change in made.writes] == ["c", "(unlinked) r4"]


def test_surplus_copies_and_things_without_a_place_go_all_the_same() -> None:
    made = planned(
        [want("new", 1, place="p"), want("b", 2, place="p")],
        [
            there("r1", 2, key="b", ours=True, place="p"),
            there("r2", 2, key="b", ours=True, place="p"),
            there("r3", 9, ours=True),
        ],
        refused("new", 1),
        now=NOW + timedelta(hours=1),
    )

    assert words(made)[1:] == [("delete", "(unlinked) r2", "r2"), ("delete", "(unlinked) r3", "r3")]
    assert [change.held for change in made.changes] == [True, False, False]


# Who made what goes.


@pytest.mark.parametrize(
    ("managed", "known", "reason"),
    [
        (True, False, "It was made by hand or by another tool."),
        (True, True, "The source does not have it any more."),
        (False, False, ""),
    ],
)
def test_people_are_told_that_something_goes_which_we_never_made(
    managed: bool, known: bool, reason: str
) -> None:
    links = [link("old", "r1", 1, 1)] if known else []
    made = planned([], [there("r1", 1, ours=True)], *links, managed=managed)

    assert [change.reason for change in made.changes] == [reason]


def test_an_update_tells_what_was_there_before() -> None:
    change: Callable[..., Change] = lambda **both: Change(action="update", key="a", **both)  # noqa: E731
    new, old = want("a", 2), there("r1", 1)

    assert change(wanted=new, found=old).was == "r1"
    assert change(wanted=new, found=in_place(new)).was == ""
    assert Change(action="create", key="a", wanted=new).was == ""
