"""What one slice of a run hands on to the next, what a run may choose, and who may doubt."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from integrations.encryption import Sealed
from integrations.errors import RetryableError
from tests.uploader.clock import Clock
from tests.uploader.runs.shelf import ShelfBatch, Whole, shelf, started
from uploader import inline, kinds, reviews, runs, work
from uploader.models import Run, Sync

pytestmark = pytest.mark.django_db

seen: list[dict[str, Any]] = []


class Keeping(Whole):
    """Finds something out once, and keeps it."""

    slug = "test_keeping"

    def batches(self) -> Iterator[kinds.Batch]:
        seen.append({"kept": self.context.kept, "now": self.context.now})
        yield from super().batches()

    def keep(self) -> dict[str, Any]:
        return {"found out": "a secret of somebody's"}


class Choosing(Whole):
    """A batch a book, of which a run may be meant for some."""

    slug = "test_choosing"

    def batches(self) -> Iterator[kinds.Batch]:
        only = self.context.params.get("only")
        for key in sorted({*shelf.wanted, *shelf.books}):
            batch = ShelfBatch(self.context, [key])
            batch.chosen = only is None or key in only
            yield batch


class Doubting(Whole):
    slug = "test_doubting"

    def doubt(self) -> str | None:
        return "The shelf looks odd."


@pytest.fixture(autouse=True)
def kinds_of_this_file() -> None:
    for kind in (Keeping, Choosing, Doubting):
        kinds.register(kind)
    seen.clear()


def of_kind(sync: Sync, kind: type[kinds.Kind]) -> Sync:
    Sync.objects.update(kind=kind.slug)
    sync.refresh_from_db()
    return sync


def carry(run: Run, manner: work.Manner) -> Run:
    work.carry_out(run.pk, run.claim, manner)
    run.refresh_from_db()
    return run


def busy() -> RetryableError:
    return RetryableError(provider="Shelf", doing="writing", status=503)


# -------------------------------------------------------------------------- kept


def test_what_was_found_out_before_a_wait_is_handed_on_once_and_encrypted(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    of_kind(sync, Keeping)
    shelf.wanted = {"a": "A"}
    shelf.troubles = [busy()]

    run = carry(started(sync, clock), manner)

    assert run.status == "waiting"
    assert "secret" not in run.kept.ciphertext
    assert run.kept.open() == {"found out": "a secret of somebody's"}
    run = carry(run, manner)
    assert (run.status, bool(run.kept)) == ("finished", False)
    assert [one["kept"] for one in seen] == [{}, {"found out": "a secret of somebody's"}]


def test_after_a_death_nothing_is_handed_on(sync: Sync, clock: Clock, manner: work.Manner) -> None:
    """Nobody knows what was written since it was read."""
    of_kind(sync, Keeping)
    shelf.wanted = {"a": "A"}
    shelf.troubles = [busy(), SystemExit()]
    run = carry(started(sync, clock), manner)
    with pytest.raises(SystemExit):
        carry(run, manner)
    run.refresh_from_db()
    assert not run.kept

    clock.forward(seconds=120)
    assert carry(run, manner).status == "finished"
    assert [bool(one["kept"]) for one in seen] == [False, True, False]


def test_what_is_kept_of_a_run_that_is_stopped_is_gone(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    of_kind(sync, Keeping)
    shelf.troubles = [busy()]
    run = carry(started(sync, clock), manner)

    runs.cancel(run, by=None, now=clock())

    run.refresh_from_db()
    assert not run.kept


def test_what_cannot_be_opened_any_more_is_found_out_again(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    of_kind(sync, Keeping)
    shelf.wanted = {"a": "A"}
    shelf.troubles = [busy()]
    run = carry(started(sync, clock), manner)
    Run.objects.update(kept=Sealed("encrypted with a key that is lost"))

    assert carry(run, manner).status == "finished"
    assert seen[-1]["kept"] == {}


# ------------------------------------------------------------------------ chosen


def test_a_run_that_is_meant_for_some_writes_and_tells_of_those_alone(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    of_kind(sync, Choosing)
    shelf.wanted, shelf.books = {"a": "A", "b": "B", "c": "C"}, {"c": "C"}

    run = carry(started(sync, clock, params={"only": ["a", "c"]}), manner)

    assert shelf.books == {"a": "A", "c": "C"}
    assert run.status == "finished"
    assert (run.counts["create"], run.counts["unchanged"]) == (1, 1)
    assert [line.key for line in run.changes.all()] == ["a"]
    report = inline.dry_run(sync, params={"only": ["b"]}, manner=manner)
    assert [change.key for change in report.changes] == ["b"]
    assert report.counts["unchanged"] == 0


def test_choosing_few_does_not_make_an_unsafe_sync_safe(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    of_kind(sync, Choosing)
    shelf.books = {f"{n:02}": "text" for n in range(12)}
    shelf.wanted = {"00": "text"}

    run = carry(started(sync, clock, params={"only": ["05"]}), manner)

    assert (run.status, len(shelf.books)) == ("needs_review", 12)
    assert [line.key for line in run.changes.all()] == ["05"]
    assert "11 of 12 would be deleted" in run.warnings[0]
    params = inline.approval(sync, run.checksum)
    done = inline.carry_out_now(sync, params=params, manner=manner)
    assert (done.status, len(shelf.books)) == ("finished", 11), "what was shown, and no more"


# ----------------------------------------------------------------------- doubted


def test_a_kind_that_doubts_lets_a_person_look_first(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    of_kind(sync, Doubting)
    shelf.wanted = {"a": "A"}

    run = carry(started(sync, clock, params={"apply": True}), manner)

    assert (run.status, run.warnings[0], shelf.books) == (
        "needs_review",
        "The shelf looks odd.",
        {},
    )
    assert "The shelf looks odd." in inline.dry_run(sync, params={}, manner=manner).warnings
    params = inline.approval(sync, run.checksum)
    assert inline.carry_out_now(sync, params=params, manner=manner).status == "finished"
    assert shelf.books == shelf.wanted


def test_nobody_is_asked_where_nothing_would_be_written(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    of_kind(sync, Doubting)
    shelf.wanted = shelf.books = {"a": "A"}

    assert carry(started(sync, clock), manner).status == "finished"
    assert inline.dry_run(sync, params={}, manner=manner).warnings == []


# ---------------------------------------------------------------------- approved


def test_an_approved_plan_is_made_again_as_of_when_it_was_made(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    of_kind(sync, Keeping)
    Sync.objects.update(mode="review")
    sync.refresh_from_db()
    shelf.wanted = {"a": "A"}
    waiting = carry(started(sync, clock, params={"since": "2026-01-01"}), manner)
    made_at: datetime = clock()
    clock.forward(days=3)
    sam = get_user_model().objects.create_user("sam")

    run = reviews.approve(waiting, by=sam, now=clock())

    assert run is not None
    assert run.params["since"] == "2026-01-01", "what was asked for in particular is kept"
    assert carry(run, manner).status == "finished"
    assert [one["now"] for one in seen] == [made_at, made_at]


def test_a_partial_run_of_an_approved_plan_goes_on_without_asking_again(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    Sync.objects.update(mode="review")
    sync.refresh_from_db()
    shelf.wanted = {"a": "A", "b": "B", "c": "C"}
    waiting = carry(started(sync, clock), manner)
    sam = get_user_model().objects.create_user("sam")
    shelf.troubles = [None, None, busy()]

    run = reviews.approve(waiting, by=sam, now=clock())
    assert run is not None
    assert carry(run, manner).status == "waiting"
    assert len(shelf.books) == 1

    assert carry(run, manner).status == "finished"
    assert shelf.books == shelf.wanted
    assert [line.outcome for line in run.changes.all()] == ["done"] * 3
