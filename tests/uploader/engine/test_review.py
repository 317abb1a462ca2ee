"""What a person approves, and when a person has to look first."""

import json
import subprocess
import sys

import pytest

from tests.uploader.engine.sides import ELSE, NOW, link, planned, there, want, words
from uploader.engine import Plan, merged, unsafe

# Review.


def a_plan() -> Plan:
    existing = [there("r1", 1), there("r2", 2), there("r3", 3, key="d", ours=False)]
    links = [link("b", "r1", 1, 1), link("c", "r2", 2, 2)]
    return planned([want("a", 1), want("b", 5), want("d", 4)], existing, *links)


def test_counts_are_those_of_the_contract() -> None:
    assert a_plan().counts() == {
        "create": 1,
        "update": 1,
        "delete": 1,
        "unchanged": 0,
        "conflict": 1,
        "rejected": 0,
    }


def test_creates_come_before_updates_before_deletes() -> None:
    assert [change.action for change in a_plan().changes] == [
        "create", "update", "delete", "conflict",
    ]  # fmt: skip


def test_the_checksum_is_the_same_in_another_process() -> None:
    code = (
        "from tests.uploader.engine.test_review import a_plan; import sys;"
        "sys.stdout.write(a_plan().checksum())"
    )
    for seed in ("1", "2"):
        other = subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
            text=True,
        )
        assert other.stdout == a_plan().checksum()
    assert len(a_plan().checksum()) == 8


def test_the_checksum_tells_what_is_done_to_what() -> None:
    existing = [there("r1", 1)]
    sums = {
        planned([want("a", 1)], [], ELSE).checksum(),
        planned([want("a", 2)], [], ELSE).checksum(),
        planned([want("b", 1)], [], ELSE).checksum(),
        planned([want("a", 2)], existing, link("a", "r1", 1, 1)).checksum(),
        planned([], existing, link("a", "r1", 1, 1)).checksum(),
        planned([], [there("r2", 1)], link("a", "r2", 1, 1)).checksum(),
        planned([], [there("r1", 2)], link("a", "r1", 1, 1)).checksum(),
    }
    assert len(sums) == 7


def test_what_cannot_be_done_is_no_part_of_what_is_approved() -> None:
    free = planned([want("a", 1)], [])
    beside = planned([want("a", 1), want("b", 2)], [there("r1", 3, key="b", ours=False)])
    assert beside.counts()["conflict"] == 1
    assert beside.checksum() == free.checksum()


def test_the_order_of_fields_makes_no_difference() -> None:
    one = planned([want("a", {"x": 1, "y": 2})], [])
    assert one.checksum() == planned([want("a", {"y": 2, "x": 1})], []).checksum()


def test_a_plan_is_within_what_was_approved_only_if_it_does_nothing_else() -> None:
    approved = json.loads(json.dumps(a_plan().approvable()))
    assert a_plan().within(approved)
    less = planned([want("a", 1), want("b", 5)], [there("r1", 1)], link("b", "r1", 1, 1))
    assert less.within(approved)
    assert not a_plan().within(less.approvable())
    assert Plan().within([])
    more = planned([want("a", 1), want("e", 1)], [])
    assert not more.within(approved)
    changed = planned([want("b", 6)], [there("r1", 1)], link("b", "r1", 1, 1))
    assert not changed.within(approved)
    edited_since = planned([want("b", 5)], [there("r1", 7)], link("b", "r1", 1, 1))
    assert not edited_since.within(approved)


def test_finishing_what_was_sent_of_an_approved_plan_needs_no_second_approval() -> None:
    approved = planned([want("a", 1.4)], [], ELSE).approvable()
    shown = [there("r1", 1, key="a", ours=True)]
    unanswered = planned([want("a", 1.4)], shown, link("a", None, 1.4, None, sent_at=NOW))
    assert words(unanswered) == [("update", "a", "r1")]
    assert unanswered.within(approved)
    assert not planned([want("a", 1.4)], shown).within(approved)
    assert not planned([want("a", 2)], shown, link("a", None, 1.4, None, sent_at=NOW)).within(
        approved
    )


# Safety.


def with_deletions(deleted: int, of: int) -> Plan:
    existing = [there(f"r{n}", n, key=f"k{n}", ours=True) for n in range(of)]
    return planned([want(f"k{n}", n) for n in range(deleted, of)], existing)


@pytest.mark.parametrize(
    ("deleted", "of", "share", "is_safe"),
    [
        (3, 10, 0.3, True),
        (4, 10, 0.3, False),
        (3, 4, 0.3, True),
        (4, 5, 0.3, False),
        (6, 20, 0.3, True),
        (7, 20, 0.3, False),
        (29, 100, 0.29, True),
        (30, 100, 0.29, False),
        (1, 2, 0.0, False),
        (9, 10, 1.0, True),
    ],
)
def test_a_plan_that_deletes_too_large_a_share_is_unsafe(
    deleted: int, of: int, share: float, is_safe: bool
) -> None:
    assert (unsafe([with_deletions(deleted, of)], max_delete_share=share) is None) == is_safe


def test_the_sentence_says_how_many_and_of_how_many() -> None:
    assert unsafe([with_deletions(4, 12)], max_delete_share=0.3) == (
        "4 of 12 would be deleted, more than 30%."
    )


def test_an_empty_source_is_unsafe_however_little_is_there() -> None:
    assert unsafe([with_deletions(1, 1)], max_delete_share=1.0) == (
        "The source came back empty, while 1 of ours are at the target."
    )
    assert unsafe([planned([], [there("r1", 1)])], max_delete_share=0.3) is None
    assert unsafe([planned([], [])], max_delete_share=0.3) is None


@pytest.mark.parametrize(("hidden", "of", "is_safe"), [(3, 9, True), (4, 9, False), (7, 20, False)])
def test_when_much_of_what_we_made_is_not_shown_nobody_makes_it_again_unseen(
    hidden: int, of: int, is_safe: bool
) -> None:
    desired = [want(f"k{n}", n) for n in range(of)]
    existing = [there(f"r{n}", n) for n in range(hidden, of)]
    made = planned(desired, existing, *(link(f"k{n}", f"r{n}", n, n) for n in range(of)))

    reason = unsafe([made], max_delete_share=0.3)

    assert (made.known, made.vanished) == (of, hidden)
    assert (reason is None) == is_safe
    assert is_safe or (reason or "").startswith(f"{hidden} of the {of} that we put at the target")


def test_what_was_never_answered_has_not_vanished() -> None:
    made = planned([want("a", 1)], [], link("a", None, 1, None, sent_at=NOW))
    assert (made.known, made.vanished) == (0, 0)


def test_batches_are_judged_as_a_whole() -> None:
    plans = [with_deletions(4, 10), with_deletions(0, 10)]
    assert unsafe(plans[:1], max_delete_share=0.3) is not None
    assert unsafe(plans, max_delete_share=0.3) is None
    empty = [with_deletions(1, 1), with_deletions(0, 10)]
    assert unsafe(empty, max_delete_share=0.3) is None
    whole = merged(plans)
    assert (whole.unchanged, whole.wanted, whole.ours, len(whole.changes)) == (16, 16, 20, 4)


def test_surplus_copies_do_not_count_as_deletions() -> None:
    copies = [there(f"r{n}", 1, key="a", ours=True) for n in range(50)]
    made = planned([want("a", 1)], copies)
    assert len(made.writes) == 49
    assert unsafe([made], max_delete_share=0.0) is None


def test_a_thousand_items_are_planned_whatever_their_order() -> None:
    desired = [want(f"k{n}", n % 700) for n in range(1000)]
    existing = [there(f"r{n}", n) for n in range(1000)]
    made = planned(desired, existing)
    assert made.checksum() == planned(desired[::-1], existing[::-1]).checksum()
    assert (made.unchanged, len(made.writes)) == (700, 300)
