"""What applying does to the target and to the links, one change after the other."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.errors import ReconnectError, RejectedError
from uploader.engine import (
    Action,
    Change,
    Item,
    Link,
    MemoryLinks,
    Outcome,
    Plan,
    apply,
    fingerprint,
    plan,
)

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


class Shelf:
    """A target that notes each call beside what we remember at that moment."""

    def __init__(self, links: MemoryLinks, **things: int) -> None:
        self.links = links
        self.things: dict[str, Any] = dict(things)
        self.calls: list[tuple[str, str]] = []
        self.remembered: list[Link | None] = []
        self.errors: dict[str, Exception] = {}

    def existing(self) -> list[Item]:
        return [
            Item(key=ref, content=content, ref=ref, ours=True)
            for ref, content in self.things.items()
        ]

    def apply(self, change: Change) -> Item | None:
        self.calls.append((change.action, change.key))
        self.remembered.append(self.links.by_key.get(change.key))
        if change.key in self.errors:
            raise self.errors[change.key]
        if change.wanted is None:
            del self.things[change.key]
            return None
        self.things[change.key] = change.wanted.content
        return Item(key=None, content=change.wanted.content, ref=change.key)


class CarefulShelf(Shelf):
    rechecks: tuple[Action, ...] = ("delete",)
    still_wanted = "b"

    def recheck(self, change: Change) -> bool:
        self.calls.append(("recheck", change.key))
        return change.key != self.still_wanted


def desired(**contents: int) -> list[Item]:
    return [Item(key=key, content=content) for key, content in contents.items()]


def rejected(words: str) -> RejectedError:
    return RejectedError(provider="Shelf", doing="writing", status=422, excerpt=words)


class Applying:
    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.beats = 0
        self.reports: list[tuple[str, Outcome, str]] = []

    def plan(self, items: Iterable[Item]) -> Plan:
        return plan(items, self.shelf.existing(), self.shelf.links, on_edit="restore", now=NOW)

    def __call__(self, items: Iterable[Item], **more: Any) -> dict[str, int]:
        return apply(
            self.plan(items),
            self.shelf,
            self.shelf.links,
            beat=self.beat,
            now=lambda: NOW,
            report=self.report,
            **more,
        )

    def beat(self) -> None:
        self.beats += 1

    def report(self, change: Change, outcome: Outcome, reason: str) -> None:
        self.reports.append((change.key, outcome, reason))


def test_new_comes_before_old_and_everything_is_reported_and_counted() -> None:
    shelf = Shelf(MemoryLinks(), b=1, c=1, d=1)
    applying = Applying(shelf)
    counts = applying(desired(a=1, b=2, d=1))
    assert shelf.calls == [("create", "a"), ("update", "b"), ("delete", "c")]
    assert shelf.things == {"a": 1, "b": 2, "d": 1}
    assert [outcome for _, outcome, _ in applying.reports] == ["done"] * 3
    assert counts == {
        "create": 1, "update": 1, "delete": 1, "unchanged": 1, "conflict": 0, "rejected": 0,
    }  # fmt: skip
    assert applying.beats == 4, "once before the notes, once before each write"
    assert applying.plan(desired(a=1, b=2, d=1)).changes == ()


def test_a_target_may_ask_for_another_order() -> None:
    shelf = Shelf(MemoryLinks(), c=1)
    Applying(shelf)(desired(a=1), order=("delete", "create", "update", "conflict"))
    assert shelf.calls == [("delete", "c"), ("create", "a")]


def test_a_create_is_noted_before_and_filled_after() -> None:
    shelf = Shelf(MemoryLinks())
    Applying(shelf)(desired(a=1))
    one = f"{fingerprint(1)}.{fingerprint(1)}"
    assert shelf.remembered == [Link(key="a", wanted=one, sent_at=NOW)]
    assert list(shelf.links.all()) == [Link(key="a", ref="a", wanted=one, found=one)]


def test_an_update_notes_what_is_sent_and_keeps_what_was_there() -> None:
    shelf = Shelf(MemoryLinks(), a=1)
    Applying(shelf)(desired(a=2))
    one, two = (f"{fingerprint(n)}.{fingerprint(n)}" for n in (1, 2))
    assert shelf.remembered == [Link(key="a", ref="a", wanted=two, found=one, sent_at=NOW)]
    assert list(shelf.links.all()) == [Link(key="a", ref="a", wanted=two, found=two)]


def test_a_delete_is_noted_and_its_link_forgotten_after() -> None:
    shelf = Shelf(MemoryLinks(), a=1)
    Applying(shelf)(desired(a=1))
    Applying(shelf)(desired())
    assert shelf.remembered[-1] is not None
    assert (shelf.remembered[-1].wanted, shelf.remembered[-1].sent_at) == (None, NOW)
    assert list(shelf.links.all()) == []


def test_a_refusal_is_remembered_in_the_targets_words_and_the_rest_goes_on() -> None:
    shelf = Shelf(MemoryLinks(), b=1, c=1)
    shelf.errors = {key: rejected(f"{key} is locked.") for key in "abc"}
    applying = Applying(shelf)
    counts = applying(desired(a=1, b=2, e=1))
    assert shelf.things == {"b": 1, "c": 1, "e": 1}
    assert counts["rejected"] == 3
    assert counts["create"] == 1
    assert ("a", "rejected", "Shelf: writing failed (422): a is locked.") in applying.reports
    calls = len(shelf.calls)
    again = Applying(shelf)
    counts = again(desired(a=1, b=2, e=1))
    assert len(shelf.calls) == calls, "held back for a day"
    assert counts["rejected"] == 3
    assert ("b", "skipped", "Shelf: writing failed (422): b is locked.") in again.reports


def test_any_other_error_goes_up_at_once_and_leaves_the_note() -> None:
    shelf = Shelf(MemoryLinks(), c=1)
    shelf.errors = {"a": ReconnectError(provider="Shelf", doing="writing", status=401)}
    with pytest.raises(ReconnectError):
        Applying(shelf)(desired(a=1, b=1))
    assert shelf.calls == [("create", "a")]
    assert shelf.links.by_key["a"].sent_at == NOW


def test_a_conflict_is_skipped_with_its_reason() -> None:
    shelf = Shelf(MemoryLinks())
    stranger = Item(key="a", content=9, ref="x", ours=False)
    made = plan(desired(a=1), [stranger], shelf.links, on_edit="restore", now=NOW)
    applying = Applying(shelf)
    counts = apply(
        made, shelf, shelf.links, beat=applying.beat, now=lambda: NOW, report=applying.report
    )
    assert shelf.calls == []
    assert counts["conflict"] == 1
    assert applying.reports == [("a", "skipped", "Something that is not ours is in its place.")]


def test_a_delete_that_is_not_certain_is_left_out() -> None:
    shelf = CarefulShelf(MemoryLinks(), b=1, c=1)
    applying = Applying(shelf)
    counts = applying(desired(a=1))
    assert shelf.things == {"a": 1, "b": 1}
    assert counts["delete"] == 1
    assert (
        "b",
        "skipped",
        "It is no longer certain that this is right; the next run will tell.",
    ) in (applying.reports)


def test_surplus_copies_are_not_asked_about() -> None:
    shelf = CarefulShelf(MemoryLinks())
    copies = [Item(key="b", content=1, ref=ref, ours=True) for ref in ("1", "2")]
    made = plan(desired(b=1), copies, shelf.links, on_edit="restore", now=NOW)
    shelf.things["(unlinked) 2"] = 1
    applying = Applying(shelf)
    apply(made, shelf, shelf.links, beat=applying.beat, now=lambda: NOW, report=applying.report)
    assert shelf.calls == [("delete", "(unlinked) 2")]


def test_a_target_has_to_say_what_it_shows() -> None:
    class Silent(Shelf):
        def apply(self, change: Change) -> Item | None:
            return None

    with pytest.raises(ValueError, match="did not say what it shows after the create"):
        Applying(Silent(MemoryLinks()))(desired(a=1))


def test_nothing_is_remembered_once_the_run_was_taken_away() -> None:
    class TakenAway(Exception):
        pass

    def taken_away() -> None:
        raise TakenAway

    shelf = Shelf(MemoryLinks(), a=1)
    made = plan(desired(a=1), shelf.existing(), shelf.links, on_edit="restore", now=NOW)
    assert made.links != ()
    with pytest.raises(TakenAway):
        apply(
            made, shelf, shelf.links, beat=taken_away, now=lambda: NOW,
            report=lambda change, outcome, reason: None,
        )  # fmt: skip
    assert list(shelf.links.all()) == []


def test_the_mark_of_an_attempt_that_was_killed_goes_when_nothing_is_left_to_take_up() -> None:
    """Were it left, something that a person makes later would be taken for ours."""
    links = MemoryLinks()
    shelf = Shelf(links, a=1)
    links.save(Link(key="(adopting)", sent_at=NOW))
    made = plan([Item(key="a", content=1)], shelf.existing(), links, on_edit="restore", now=NOW)

    apply(made, shelf, links, beat=lambda: None, now=lambda: NOW, report=lambda *_: None)

    assert set(links.by_key) == {"a"}


# --------------------------------------------------------------------- together


class BulkShelf(CarefulShelf):
    """Takes two updates, or two deletes, at once."""

    most_together = 2
    refuses: str | None = None
    looks = 0

    def look_again(self, changes: Sequence[Change]) -> None:
        self.looks += 1

    def apply_together(self, changes: Sequence[Change]) -> list[Item | None]:
        self.calls.append((f"{changes[0].action} together", " ".join(c.key for c in changes)))
        self.remembered += [self.links.by_key.get(change.key) for change in changes]
        if self.refuses in {change.key for change in changes}:
            raise rejected("one of them is locked")
        shown: list[Item | None] = []
        for change in changes:
            if change.wanted is None:
                del self.things[change.key]
                shown.append(None)
            else:
                self.things[change.key] = change.wanted.content
                shown.append(Item(key=None, content=change.wanted.content, ref=change.key))
        return shown


def test_updates_go_together_as_many_as_the_target_takes_and_creates_one_by_one() -> None:
    shelf = BulkShelf(MemoryLinks(), a=1, c=1, d=1)
    counts = Applying(shelf)(desired(a=2, c=2, d=2, x=1, y=1))
    assert shelf.calls == [
        ("create", "x"),
        ("create", "y"),
        ("update together", "a c"),
        ("update", "d"),
    ]
    assert shelf.things == {"a": 2, "c": 2, "d": 2, "x": 1, "y": 1}
    assert (counts["create"], counts["update"]) == (2, 3)


def test_each_of_what_goes_together_is_noted_before_and_filled_after() -> None:
    shelf = BulkShelf(MemoryLinks(), a=1, c=1)
    Applying(shelf)(desired(a=2, c=2))
    one, two = (f"{fingerprint(n)}.{fingerprint(n)}" for n in (1, 2))
    assert shelf.remembered == [
        Link(key=key, ref=key, wanted=two, found=one, sent_at=NOW) for key in ("a", "c")
    ]
    assert list(shelf.links.all()) == [
        Link(key=key, ref=key, wanted=two, found=two) for key in ("a", "c")
    ]


def test_what_is_refused_together_is_tried_one_by_one() -> None:
    shelf = BulkShelf(MemoryLinks(), a=1, c=1)
    shelf.refuses = "c"
    shelf.errors["c"] = rejected("locked")
    applying = Applying(shelf)
    counts = applying(desired(a=2, c=2))
    assert shelf.calls == [("update together", "a c"), ("update", "a"), ("update", "c")]
    assert shelf.things == {"a": 2, "c": 1}
    assert (counts["update"], counts["rejected"]) == (1, 1)
    assert [outcome for _, outcome, _ in applying.reports] == ["done", "rejected"]
    assert shelf.links.by_key["c"].refused_at == NOW
    assert shelf.links.by_key["a"].refused_at is None


def test_every_delete_that_goes_together_is_asked_about_first() -> None:
    shelf = BulkShelf(MemoryLinks(), a=1, b=1, c=1, d=1)
    applying = Applying(shelf)
    applying(desired(a=1, b=1, c=1, d=1))
    applying.reports.clear()
    shelf.calls.clear()
    applying(desired(d=1))
    assert shelf.calls == [
        ("recheck", "a"),
        ("recheck", "b"),
        ("delete together", "a"),
        ("recheck", "c"),
        ("delete", "c"),
    ]
    assert shelf.things == {"b": 1, "d": 1}
    assert [outcome for _, outcome, _ in applying.reports] == ["done", "skipped", "done"]
    assert [link.key for link in shelf.links.all()] == ["b", "d"]
