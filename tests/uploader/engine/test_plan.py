"""What is planned for each way in which the two sides can differ."""

import json
from datetime import timedelta

import pytest

from tests.uploader.engine.sides import ELSE, NOW, Content, link, planned, there, want, words
from uploader.engine import Incomplete, Item, Link, fingerprint


def test_what_is_wanted_and_absent_is_created() -> None:
    made = planned([want("a", 1)], [])
    assert words(made) == [("create", "a", None)]
    assert (made.changes[0].subject, made.changes[0].what) == ("ada", "a wanted")


def test_what_is_equal_is_left_alone_and_linked() -> None:
    made = planned([want("a", 1)], [there("r1", 1, key="a", ours=True)])
    assert (made.changes, made.unchanged, made.ours) == ((), 1, 1)
    assert made.links == (link("a", "r1", 1, 1),)


def test_what_is_equal_and_a_strangers_is_left_alone_and_never_linked() -> None:
    made = planned([want("a", 1)], [there("r1", 1, key="a", ours=False)])
    assert (made.changes, made.unchanged, made.ours, made.links) == ((), 1, 0, ())


def test_what_is_different_and_ours_by_mark_is_updated() -> None:
    made = planned([want("a", 2)], [there("r1", 1, key="a", ours=True)])
    assert words(made) == [("update", "a", "r1")]


def test_what_is_different_and_ours_by_link_is_updated() -> None:
    made = planned([want("a", 2)], [there("r1", 1)], link("a", "r1", 1, 1))
    assert words(made) == [("update", "a", "r1")]


def test_what_is_different_and_a_strangers_is_a_conflict() -> None:
    made = planned([want("a", 2)], [there("r1", 1, key="a", ours=False)])
    assert words(made) == [("conflict", "a", "r1")]
    assert made.changes[0].reason == "Something that is not ours is in its place: r1."
    assert made.writes == ()


def test_ours_and_no_longer_wanted_is_deleted() -> None:
    existing = [there("r1", 1), there("r2", 2, key="b", ours=True), there("r3", 3)]
    made = planned([], existing, link("a", "r1", 1, 1))
    assert words(made) == [("delete", "a", "r1"), ("delete", "b", "r2")]


def test_a_link_whose_item_is_neither_wanted_nor_there_is_forgotten() -> None:
    made = planned([], [], link("a", "r1", 1, 1), link("b", None, 1, None, sent_at=NOW))
    assert made.changes == ()
    assert sorted(made.forgotten) == ["a", "b"]


def test_of_copies_the_known_one_stays_and_the_surplus_goes() -> None:
    copies = [there(ref, 1, key="a", ours=True) for ref in ("r1", "r2", "r3")]
    made = planned([want("a", 1)], copies, link("a", "r2", 1, 1))
    assert [(c.found.ref, c.surplus) for c in made.changes if c.found] == [
        ("r1", True),
        ("r3", True),
    ]
    assert (made.unchanged, made.ours) == (1, 1)


def test_of_copies_one_that_is_right_stays_rather_than_the_known_one() -> None:
    copies = [there("r1", 1, key="a", ours=True), there("r2", 2, key="a", ours=True)]
    made = planned([want("a", 2)], copies, link("a", "r1", 1, 1))
    assert words(made) == [("delete", "(unlinked) r1", "r1")]
    assert made.links == (link("a", "r2", 2, 2),)


def test_a_copy_of_a_strangers_is_never_surplus() -> None:
    copies = [there("r1", 1, key="a", ours=True), there("r2", 1, key="a", ours=False)]
    assert planned([want("a", 1)], copies).changes == ()


def test_ours_is_put_right_even_beside_an_equal_one_of_a_strangers() -> None:
    copies = [there("r1", 1, key="a", ours=False), there("r2", 5, key="a", ours=True)]
    assert words(planned([want("a", 1)], copies)) == [("update", "a", "r2")]


def test_the_key_that_the_target_shows_counts_more_than_our_link() -> None:
    existing = [there("r1", 1, key="b", ours=True)]
    made = planned([want("a", 1), want("b", 1)], existing, link("a", "r1", 1, 1))
    assert words(made) == [("create", "a", None)]
    assert made.links == (link("b", "r1", 1, 1),)


def test_copies_without_keys_are_surplus_where_all_is_ours() -> None:
    copies = [there("r1", 1, ours=True), there("r2", 1, ours=True), there("r3", 2, ours=True)]
    made = planned([want("a", 1)], copies)
    assert [(c.found.ref, c.surplus) for c in made.changes if c.found] == [
        ("r2", True),
        ("r3", False),
    ]


def test_one_of_two_equal_wanted_things_that_goes_is_a_deletion_like_any_other() -> None:
    links = [link("a", "r1", 1, 1), link("b", "r2", 1, 1)]
    made = planned([want("a", 1)], [there("r1", 1), there("r2", 1)], *links)
    assert [(c.key, c.surplus) for c in made.changes] == [("b", False)]


def test_what_carries_our_mark_changes_its_key_without_a_write() -> None:
    made = planned([want("new", 1)], [there("r1", 1, ours=True)], link("old", "r1", 1, 1))
    assert made.changes == ()
    assert made.forgotten == ("old",)
    assert made.links == (link("new", "r1", 1, 1),)


def test_what_only_a_link_makes_ours_does_not_change_its_key() -> None:
    made = planned([want("new", 1)], [there("r1", 1)], link("old", "r1", 1, 1))
    assert words(made) == [("create", "new", None), ("delete", "old", "r1")]


def test_what_carries_our_mark_and_is_only_alike_is_no_reason_not_to_create() -> None:
    made = planned(
        [want("a", [1, "x"], "x")], [there("r1", [2, "x"], ours=True, likeness="x")], ELSE
    )
    assert words(made) == [("create", "a", None), ("delete", "(unlinked) r1", "r1")]


def test_keys_that_change_hands_at_the_target_never_share_an_id() -> None:
    links = [link("a", "r1", 1, 1), link("b", "r2", 2, 2)]
    swapped = [there("r1", 1, key="b", ours=True), there("r2", 2, key="a", ours=True)]
    made = planned([want("a", 2), want("b", 1)], swapped, *links)
    assert made.changes == ()
    assert sorted(made.forgotten) == ["a", "b"], "before either is saved anew"
    assert {(one.key, one.ref) for one in made.links} == {("a", "r2"), ("b", "r1")}


# Three-way.


def test_a_target_that_rounds_is_not_an_update_for_ever() -> None:
    made = planned([want("a", 1.4)], [there("r1", 1)], link("a", "r1", 1.4, 1))
    assert (made.changes, made.unchanged) == ((), 1)


def test_a_changed_wish_is_an_update_at_a_target_that_rounds() -> None:
    made = planned([want("a", 1.3)], [there("r1", 1)], link("a", "r1", 1.4, 1))
    assert words(made) == [("update", "a", "r1")]


def test_what_somebody_edited_is_put_right_or_left_to_them() -> None:
    sides = [want("a", 1)], [there("r1", 5)]
    restored = planned(*sides, link("a", "r1", 1, 1))
    assert words(restored) == [("update", "a", "r1")]
    assert restored.changes[0].reason == "It was changed at the target."
    left = planned(*sides, link("a", "r1", 1, 1), on_edit="conflict")
    assert words(left) == [("conflict", "a", "r1")]
    assert left.changes[0].reason == "Somebody changed it at the target."


def test_what_somebody_deleted_is_made_again_or_left_to_them() -> None:
    sides: tuple[list[Item], list[Item]] = [want("a", 1)], [there("r9", 9)]
    assert words(planned(*sides, link("a", "r1", 1, 1))) == [("create", "a", None)]
    left = planned(*sides, link("a", "r1", 1, 1), on_edit="conflict")
    assert words(left) == [("conflict", "a", None)]


def test_what_we_deleted_ourselves_and_want_again_is_created() -> None:
    gone = link("a", "r1", None, 1, sent_at=NOW)
    assert words(planned([want("a", 1)], [], gone, on_edit="conflict")) == [("create", "a", None)]


def test_unwanted_but_edited_by_a_person_is_left_to_them() -> None:
    made = planned([], [there("r1", 5)], link("a", "r1", 1, 1), on_edit="conflict")
    assert words(made) == [("conflict", "a", "r1")]
    assert words(planned([], [there("r1", 5)], link("a", "r1", 1, 1))) == [("delete", "a", "r1")]


def test_an_edit_that_makes_it_right_is_no_conflict() -> None:
    made = planned([want("a", 5)], [there("r1", 5)], link("a", "r1", 1, 1), on_edit="conflict")
    assert (made.changes, made.links) == ((), (link("a", "r1", 5, 5),))


# Lost answers.


def test_a_create_without_an_answer_is_found_by_what_was_sent_not_by_what_is_wanted_now() -> None:
    sent = link("a", None, 1, None, sent_at=NOW)
    made = planned([want("a", 2)], [there("r1", 1), there("r2", 2)], sent, ELSE)
    assert words(made) == [("update", "a", "r1")]


def test_what_looked_the_same_before_a_create_was_sent_is_not_taken_for_it() -> None:
    sent = Link(key="a", wanted=link("", "", 1, 1).wanted, found=json.dumps(["r1"]), sent_at=NOW)
    made = planned([want("a", 1)], [there("r1", 1)], sent)
    assert words(made) == [("create", "a", None)]
    assert made.changes[0].lookalikes == ("r1",)
    assert planned([want("a", 1)], [there("r1", 1), there("r2", 1)], sent).changes == ()


def test_what_the_target_shows_to_be_somebody_elses_is_not_taken_for_a_lost_create() -> None:
    sent = link("a", None, 1, None, sent_at=NOW)
    assert words(planned([want("a", 1)], [there("r1", 1, ours=False)], sent)) == [
        ("create", "a", None)
    ]


def test_an_update_without_an_answer_is_neither_a_conflict_nor_repeated_if_it_arrived() -> None:
    wanted = want("a", {"text": "x", "n": 1.4}, likeness="x")
    before = there("r1", {"text": "w", "n": 1}, likeness="w")
    after = there("r1", {"text": "x", "n": 1}, likeness="x")
    sent = Link(
        key="a",
        ref="r1",
        wanted=f"{fingerprint(wanted.content)}.{fingerprint('x')}",
        found=f"{fingerprint(before.content)}.{fingerprint('w')}",
        sent_at=NOW,
    )
    assert planned([wanted], [after], sent, on_edit="conflict").changes == ()
    assert words(planned([wanted], [before], sent, on_edit="conflict")) == [("update", "a", "r1")]
    edited = there("r1", {"text": "by hand", "n": 1}, likeness="by hand")
    assert words(planned([wanted], [edited], sent, on_edit="conflict")) == [("conflict", "a", "r1")]


def test_an_update_that_shows_only_outside_the_likeness_is_sent_again() -> None:
    wanted = want("a", {"text": "x", "n": 2}, likeness="x")
    before = there("r1", {"text": "x", "n": 1}, likeness="x")
    sent = Link(
        key="a",
        ref="r1",
        wanted=f"{fingerprint(wanted.content)}.{fingerprint('x')}",
        found=f"{fingerprint(before.content)}.{fingerprint('x')}",
        sent_at=NOW,
    )
    assert words(planned([wanted], [before], sent)) == [("update", "a", "r1")]


# A new database.


def test_a_new_database_finds_everything_again_one_to_one() -> None:
    made = planned([want("a", 1), want("b", 1), want("c", 2)], [there("r1", 1), there("r2", 2)])
    assert words(made) == [("create", "b", None)]
    assert {(one.key, one.ref) for one in made.links} == {("a", "r1"), ("c", "r2")}
    assert made.warnings == ("2 found at the target by their content and taken for ours.",)


def test_a_new_database_prefers_what_is_equal_to_what_is_alike() -> None:
    desired = [want("a", [1, "x"], likeness="x"), want("b", [2, "x"], likeness="x")]
    existing = [there("r2", [2, "x"], likeness="x")]
    made = planned(desired, existing)
    assert words(made) == [("create", "a", None)]


def test_a_new_database_takes_what_is_alike_for_what_the_target_made_of_it() -> None:
    desired = [want("a", [1.4, "x"], likeness="x")]
    existing = [there("r1", [1, "x"], likeness="x")]
    made = planned(desired, existing)
    assert (made.changes, made.unchanged) == ((), 1)
    assert words(planned([want("a", [2.4, "x"], "x")], existing, *made.links)) == [
        ("update", "a", "r1")
    ]


def test_an_equal_item_is_no_reason_not_to_create_once_there_are_links() -> None:
    assert words(planned([want("a", 1)], [there("r1", 1)], ELSE)) == [("create", "a", None)]


def test_a_target_whose_equal_items_are_adopted_takes_them_over_at_any_time() -> None:
    made = planned([want("a", 1)], [there("r1", 1)], ELSE, adopt=True)
    assert (made.changes, made.links) == ((), (link("a", "r1", 1, 1),))
    theirs = planned([want("a", 1)], [there("r1", 1, ours=False)], ELSE, adopt=True)
    assert words(theirs) == [("create", "a", None)]


def test_a_new_database_puts_right_what_is_alike_where_the_kind_says_so() -> None:
    desired = [want("a", [1, "x"], likeness="x"), want("b", [1, "y"], likeness="y")]
    existing = [there("r1", [1, "x"], likeness="x"), there("r2", [0, "y"], likeness="y")]
    for on_edit in ("restore", "conflict"):
        made = planned(desired, existing, on_edit=on_edit, mend=True)
        assert words(made) == [("update", "b", "r2")]
        assert {each.key: each.ref for each in made.links} == {"a": "r1", "b": "r2"}


def test_what_is_set_aside_is_neither_wanted_nor_forgotten() -> None:
    links = [link("a", "r1", 1, 1), link("b", "r2", 1, 1), link("gone", "r3", 1, 1)]
    made = planned([want("a", 1)], [there("r1", 1)], *links, aside=["b"])
    assert (made.changes, made.forgotten, made.known) == ((), ("gone",), 2)


def test_a_store_whose_links_are_all_set_aside_is_not_that_of_a_new_database() -> None:
    made = planned([want("a", 1)], [there("r1", 1)], link("b", "r2", 1, 1), aside=["b"])
    assert words(made) == [("create", "a", None)]


def test_a_new_database_leaves_alone_what_the_target_shows_to_be_somebody_elses() -> None:
    assert words(planned([want("a", 1)], [there("r1", 1, ours=False)])) == [("create", "a", None)]


def test_everything_of_ours_gone_is_said() -> None:
    made = planned([want("a", 1)], [], link("a", "r1", 1, 1))
    assert made.warnings == ("Nothing of what we put at the target (1) is there any more.",)


# Refusals.


def refused(key: str, ref: str | None, wanted: Content, found: Content, hours: float) -> Link:
    at = NOW - timedelta(hours=hours)
    return link(key, ref, wanted, found, refused_at=at, reason="Locked.")


@pytest.mark.parametrize(
    ("desired", "existing", "memory", "action"),
    [
        ([want("a", 1)], [], ("a", None, 1, None), "create"),
        ([want("a", 2)], [there("r1", 1)], ("a", "r1", 2, 1), "update"),
        ([], [there("r1", 1)], ("a", "r1", None, 1), "delete"),
    ],
)
def test_a_refusal_holds_for_a_day(
    desired: list[Item],
    existing: list[Item],
    memory: tuple[str, str | None, Content, Content],
    action: str,
) -> None:
    fresh = planned(desired, existing, refused(*memory, hours=23.9), on_edit="conflict")
    assert [(c.action, c.held, c.reason) for c in fresh.changes] == [(action, True, "Locked.")]
    assert fresh.writes == ()
    assert fresh.counts()["rejected"] == 1
    assert fresh.counts()[action] == 0
    old = planned(desired, existing, refused(*memory, hours=24), on_edit="conflict")
    assert [(c.action, c.held) for c in old.changes] == [(action, False)]
    assert old.checksum() == fresh.checksum()
    assert old.within(fresh.approvable())


def test_a_refusal_is_forgotten_when_something_else_is_wanted() -> None:
    made = planned([want("a", 2)], [], refused("a", None, 1, None, hours=1))
    assert [c.held for c in made.changes] == [False]


def test_a_refusal_is_forgotten_when_the_target_changed() -> None:
    made = planned([want("a", 2)], [there("r1", 7)], refused("a", "r1", 2, 1, hours=1))
    assert [c.held for c in made.changes] == [False]


# Sides that cannot be trusted.


def test_a_key_or_an_id_listed_twice_is_no_whole_side() -> None:
    with pytest.raises(Incomplete, match="The source listed a wanted twice"):
        planned([want("a", 1), want("a", 2)], [])
    with pytest.raises(Incomplete, match="The target listed r1 twice"):
        planned([], [there("r1", 1), there("r1", 1)])


def test_an_item_without_key_or_id_is_a_mistake_in_the_kind() -> None:
    with pytest.raises(ValueError, match="has no key"):
        planned([there("r1", 1)], [])
    with pytest.raises(ValueError, match="has no id"):
        planned([], [want("a", 1)])
