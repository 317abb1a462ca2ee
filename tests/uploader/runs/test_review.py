"""Plans that wait for a person: unsafe ones, and those of a sync in mode review."""

import pytest

from tests.uploader.clock import Clock
from tests.uploader.runs.shelf import shelf, started
from uploader import inline, work
from uploader.models import Run, Sync

pytestmark = pytest.mark.django_db


def carry(run: Run, manner: work.Manner) -> Run:
    work.carry_out(run.pk, run.claim, manner)
    run.refresh_from_db()
    return run


def full_shelf(books: int) -> dict[str, str]:
    return {f"{n:02}": "text" for n in range(books)}


def test_an_empty_source_deletes_nothing(sync: Sync, clock: Clock, manner: work.Manner) -> None:
    shelf.books = full_shelf(3)
    run = carry(started(sync, clock), manner)
    assert run.status == "needs_review"
    assert len(shelf.books) == 3
    assert run.checksum
    assert run.warnings


def test_a_plan_that_waits_blocks_nothing(sync: Sync, clock: Clock, manner: work.Manner) -> None:
    shelf.books = full_shelf(3)
    waiting = carry(started(sync, clock), manner)
    shelf.wanted = full_shelf(3)
    assert carry(started(sync, clock), manner).status == "finished"
    waiting.refresh_from_db()
    assert waiting.status == "cancelled", "a newer apply made it pointless"


def test_too_large_a_share_waits_and_is_applied_once_approved(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.books, shelf.wanted = full_shelf(20), full_shelf(10)
    waiting = carry(started(sync, clock), manner)
    assert (waiting.status, len(shelf.books)) == ("needs_review", 20)
    params = inline.approval(sync, waiting.checksum)
    done = inline.carry_out_now(sync, params=params, manner=manner)
    assert (done.status, shelf.books) == ("finished", shelf.wanted)


def test_an_approved_plan_that_has_shrunk_goes_on(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.books, shelf.wanted = full_shelf(20), full_shelf(10)
    params = inline.approval(sync, carry(started(sync, clock), manner).checksum)
    shelf.wanted = full_shelf(11)
    assert inline.carry_out_now(sync, params=params, manner=manner).status == "finished"


def test_an_approved_plan_that_has_grown_waits_again(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.books, shelf.wanted = full_shelf(20), full_shelf(10)
    first = carry(started(sync, clock), manner).checksum
    shelf.wanted = full_shelf(9)
    again = inline.carry_out_now(sync, params=inline.approval(sync, first), manner=manner)
    assert (again.status, len(shelf.books)) == ("needs_review", 20)
    assert again.checksum != first


def test_mode_review_asks_before_writing(sync: Sync, clock: Clock, manner: work.Manner) -> None:
    Sync.objects.update(mode="review")
    sync.refresh_from_db()
    shelf.wanted = {"a": "A"}
    waiting = carry(started(sync, clock), manner)
    assert (waiting.status, shelf.books) == ("needs_review", {})
    assert waiting.changes.get().outcome == "planned"
    params = inline.approval(sync, waiting.checksum)
    assert inline.carry_out_now(sync, params=params, manner=manner).status == "finished"
    assert shelf.books == {"a": "A"}


def test_mode_dry_run_only_looks(sync: Sync, clock: Clock, manner: work.Manner) -> None:
    Sync.objects.update(mode="dry_run")
    sync.refresh_from_db()
    shelf.wanted = {"a": "A"}
    run = carry(started(sync, clock), manner)
    assert (run.status, run.counts["create"], shelf.books) == ("finished", 1, {})


def test_apply_is_meant_whatever_the_mode(sync: Sync, clock: Clock, manner: work.Manner) -> None:
    Sync.objects.update(mode="dry_run")
    sync.refresh_from_db()
    shelf.wanted = {"a": "A"}
    run = inline.carry_out_now(sync, params={"apply": True}, manner=manner)
    assert (run.status, shelf.books) == ("finished", {"a": "A"})


def test_apply_does_not_make_an_unsafe_plan_safe(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.books = full_shelf(3)
    run = inline.carry_out_now(sync, params={"apply": True}, manner=manner)
    assert (run.status, len(shelf.books)) == ("needs_review", 3)
