"""The life of a run: who may have it, how it waits, how it ends."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError

from integrations.errors import (
    RejectedError,
    RetryableError,
    UnexpectedError,
)
from integrations.models import Connection
from integrations.pace import Paused
from tests.uploader.clock import Clock
from tests.uploader.runs.shelf import START, Whole, shelf, started
from uploader import hands, inline, runs, work
from uploader.models import Run, Sync

pytestmark = pytest.mark.django_db


def busy(**more: Any) -> RetryableError:
    return RetryableError(provider="Shelf", doing="writing", status=503, **more)


def carry(run: Run, manner: work.Manner) -> work.Next | None:
    run.refresh_from_db()
    following = work.carry_out(run.pk, run.claim, manner)
    run.refresh_from_db()
    return following


def test_a_sync_has_at_most_one_open_run(sync: Sync, clock: Clock) -> None:
    started(sync, clock)
    assert runs.start(sync, trigger="test", now=clock()) is None
    with pytest.raises(IntegrityError):
        Run.objects.create(sync=sync, created_at=clock(), status="waiting")


def test_a_run_brings_the_target_in_step_and_says_what_it_did(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.wanted, shelf.books = {"a": "A", "b": "B", "c": "C"}, {"a": "A", "b": "old"}
    run = started(sync, clock)
    assert carry(run, manner) is None
    assert shelf.books == shelf.wanted
    assert run.status == "finished"
    assert run.counts == {
        "create": 1, "update": 1, "delete": 0, "unchanged": 1, "conflict": 0, "rejected": 0,
    }  # fmt: skip
    lines = run.changes.values_list("action", "key", "before", "after", "outcome")
    assert list(lines) == [
        ("create", "c", None, "C", "done"),
        ("update", "b", "old", "B", "done"),
    ]


def test_the_next_run_has_nothing_to_do(sync: Sync, clock: Clock, manner: work.Manner) -> None:
    shelf.wanted = {"a": "A"}
    carry(started(sync, clock), manner)
    second = started(sync, clock)
    carry(second, manner)
    assert second.counts["unchanged"] == 1
    assert not second.changes.exists()


def test_an_api_failure_makes_the_run_wait_as_long_as_the_provider_says(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.wanted = {"a": "A", "b": "B"}
    shelf.troubles = [None, None, busy(retry_after=61)]
    run = started(sync, clock)
    following = carry(run, manner)
    assert run.status == "waiting"
    assert run.next_at == START + timedelta(seconds=61)
    assert run.error == "Shelf is busy or has a fault.\nShelf: writing failed (503)."
    assert following == work.Next(run.pk, run.claim, 61)
    assert carry(run, manner) is None
    assert (run.status, shelf.books) == ("finished", shelf.wanted)
    assert [line.outcome for line in run.changes.all()] == ["done", "done"]


def test_waits_grow_and_end_after_about_a_day(
    by_book: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.wanted = {"a": "A"}
    run = started(by_book, clock)
    waits = []
    while run.status != "failed":
        shelf.troubles = [busy()]
        following = carry(run, manner)
        if following is not None:
            waits.append(following.seconds)
            clock.forward(seconds=following.seconds)
    assert waits[0] <= 15
    assert waits[3] <= 120
    assert max(waits) <= 3600
    assert 15 * 3600 < sum(waits) < 30 * 3600
    assert run.error.startswith("Given up after 30 tries. Shelf is busy or has a fault.")


def test_a_provider_that_asks_for_a_second_again_and_again_is_given_more(
    by_book: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.wanted = {"a": "A"}
    run = started(by_book, clock)
    waits = []
    for _ in range(12):
        shelf.troubles = [busy(retry_after=1)]
        following = carry(run, manner)
        assert following is not None
        waits.append(following.seconds)
    assert waits[:3] == [1, 1, 1]
    assert waits[-1] > 2000


def test_our_own_pacing_is_a_wait_but_no_failure(
    by_book: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.wanted = {"a": "A"}
    run = started(by_book, clock)
    for _ in range(runs.MOST_ATTEMPTS + 5):
        shelf.troubles = [Paused(provider="Shelf", doing="pacing", retry_after=30)]
        following = carry(run, manner)
        assert following is not None
        assert following.seconds == 30
    carry(run, manner)
    assert (run.status, shelf.books) == ("finished", {"a": "A"})


@pytest.mark.parametrize("state", ["disconnected", "unconfirmed"])
@pytest.mark.parametrize("side", ["source", "target"])
def test_nothing_is_written_once_a_person_has_left_or_perhaps_is_another(
    sync: Sync, clock: Clock, manner: work.Manner, side: str, state: str
) -> None:
    connection = Connection.objects.create(name="theirs", provider="rescuetime")
    setattr(sync, side, connection)
    sync.save()
    shelf.wanted = {"a": "A", "b": "B"}
    run = started(sync, clock)
    shelf.before_each = lambda change: Connection.objects.update(state=state)
    carry(run, manner)
    assert len(shelf.books) == 1, "it stopped before its second write"


def test_progress_sets_the_count_of_failures_back(
    by_book: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.wanted = {"a": "A", "b": "B"}
    shelf.troubles = [busy()]
    run = started(by_book, clock)
    carry(run, manner)
    shelf.troubles = [busy()]
    carry(run, manner)
    assert run.attempts == 2
    shelf.troubles = [None, None, busy()]
    carry(run, manner)
    assert (shelf.books, run.attempts, run.done) == ({"a": "A"}, 1, 1)


def test_a_stale_message_does_nothing(sync: Sync, clock: Clock, manner: work.Manner) -> None:
    shelf.wanted = {"a": "A"}
    run = started(sync, clock)
    first = run.claim
    carry(run, manner)
    shelf.books.clear()
    assert work.carry_out(run.pk, first, manner) is None
    assert shelf.books == {}


def test_a_dead_workers_run_is_taken_over_when_its_lease_is_over(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.wanted = {"a": "A", "b": "B"}
    shelf.troubles = [None, None, SystemExit()]
    run = started(sync, clock)
    with pytest.raises(SystemExit):
        carry(run, manner)
    sent: list[tuple[int, int]] = []
    runs.send_due(lambda *message: sent.append(message), now=clock.forward(seconds=30))
    assert sent == [], "its lease is not over yet"
    runs.send_due(lambda *message: sent.append(message), now=clock.forward(seconds=90))
    assert work.carry_out(*sent[0], manner) is None
    run.refresh_from_db()
    assert (run.status, run.crashes, shelf.books) == ("finished", 0, shelf.wanted)


def test_a_run_that_kills_its_workers_is_stopped(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    run = started(sync, clock)
    for _ in range(runs.MOST_CRASHES):
        shelf.troubles = [SystemExit()]
        with pytest.raises(SystemExit):
            carry(run, manner)
        run.refresh_from_db()
    assert carry(run, manner) is None
    assert run.status == "failed"
    assert "The worker ended 5 times at this point" in run.error


def test_who_was_taken_over_writes_nothing_any_more(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.wanted = {"a": "A", "b": "B"}
    run = started(sync, clock)

    def another_worker_takes_it(change: Any) -> None:
        shelf.before_each = None
        Run.objects.filter(pk=run.pk).update(claim=99)

    shelf.before_each = another_worker_takes_it
    assert carry(run, manner) is None
    assert len(shelf.books) == 1, "it stopped before its second write"
    assert (run.status, run.claim) == ("running", 99)


def test_a_cancelled_run_stops_before_its_next_write(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.wanted = {"a": "A", "b": "B"}
    run = started(sync, clock)
    shelf.before_each = lambda change: runs.cancel(run, by="Ada", now=clock())
    carry(run, manner)
    assert len(shelf.books) == 1
    assert (run.status, run.error) == ("cancelled", "Stopped by Ada.")
    assert not runs.cancel(run, by="Ada", now=clock()), "it has ended"


def test_a_refused_change_does_not_hold_up_the_others(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.wanted = {"a": "A", "b": "B"}
    shelf.troubles = [
        None,
        RejectedError(provider="Shelf", doing="writing", status=422, excerpt="too thick"),
    ]
    run = started(sync, clock)
    carry(run, manner)
    assert shelf.books == {"b": "B"}
    assert run.status == "finished_with_problems"
    assert run.counts["rejected"] == 1
    assert run.changes.get(key="a").reason == "Shelf: writing failed (422): too thick"


def test_a_standing_refusal_is_told_once_a_run_and_not_tried_again_at_once(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.wanted = {"a": "A", "b": "B"}
    no = RejectedError(provider="Shelf", doing="writing", status=422)
    shelf.troubles = [None, no, busy()]
    run = started(sync, clock)
    carry(run, manner)
    carry(run, manner)
    assert [(line.key, line.outcome) for line in run.changes.order_by("key")] == [
        ("a", "rejected"),
        ("b", "done"),
    ]
    assert (run.status, shelf.books) == ("finished_with_problems", {"b": "B"})
    clock.forward(hours=25)
    again = started(sync, clock)
    carry(again, manner)
    assert (again.status, shelf.books) == ("finished", shelf.wanted)


def test_a_batch_that_cannot_be_read_is_a_line_of_its_own(
    by_book: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.wanted = {"a": "A", "b": "B"}
    shelf.troubles = [RejectedError(provider="Shelf", doing="reading a", status=400)]
    run = started(by_book, clock)
    carry(run, manner)
    assert (run.status, shelf.books) == ("finished_with_problems", {"b": "B"})


def test_an_answer_we_do_not_understand_ends_the_run_before_any_write(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.wanted = {"a": "A"}
    shelf.troubles = [UnexpectedError(provider="Shelf", doing="listing books")]
    run = started(sync, clock)
    carry(run, manner)
    assert run.status == "failed"
    assert run.error.endswith("Shelf: listing books failed.")
    assert shelf.books == {}


def test_a_bug_of_ours_ends_the_run_in_words(sync: Sync, clock: Clock, manner: work.Manner) -> None:
    shelf.troubles = [ZeroDivisionError()]
    run = started(sync, clock)
    assert carry(run, manner) is None
    assert run.status == "failed"
    assert run.error.startswith("Something went wrong in Lockstep itself")


def test_a_database_that_does_not_answer_leaves_the_row_to_the_lease(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.troubles = [OperationalError("server closed the connection")]
    run = started(sync, clock)
    assert carry(run, manner) is None
    assert run.status == "running"


def test_a_slice_that_is_over_is_no_failure(sync: Sync, clock: Clock) -> None:
    shelf.wanted = {"a": "A"}
    manner = work.Manner(clock=clock, slice_seconds=-1)
    run = started(sync, clock)
    following = carry(run, manner)
    assert following is not None
    assert (run.status, run.attempts, following.seconds) == ("queued", 0, 0)
    carry(run, work.Manner(clock=clock))
    assert shelf.books == {"a": "A"}


def test_a_worker_that_is_being_stopped_hands_its_run_over(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.wanted = {"a": "A"}
    run = started(sync, clock)
    hands.stopping.set()
    try:
        carry(run, manner)
    finally:
        hands.stopping.clear()
    assert run.status == "queued"


def test_empty_runs_replace_each_other(sync: Sync, clock: Clock, manner: work.Manner) -> None:
    for _ in range(3):
        carry(started(sync, clock), manner)
        clock.forward(hours=1)
    assert sync.runs.count() == 1
    shelf.wanted = {"a": "A"}
    carry(started(sync, clock), manner)
    carry(started(sync, clock), manner)
    assert sync.runs.count() == 3


def test_texts_of_changes_are_let_go_after_a_year(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.wanted = {"a": "A"}
    run = started(sync, clock)
    carry(run, manner)
    clock.forward(days=366)
    carry(started(sync, clock), manner)
    line = run.changes.get()
    assert (line.what, line.outcome, line.after) == ("book a", "done", None)


def test_of_a_private_kind_not_even_the_lines_stay_for_longer(
    sync: Sync, clock: Clock, manner: work.Manner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Whole, "is_private", True)
    shelf.wanted = {"a": "A"}
    run = started(sync, clock)
    carry(run, manner)
    clock.forward(days=300)
    carry(started(sync, clock), manner)
    assert run.changes.exists()
    clock.forward(days=66)
    carry(started(sync, clock), manner)
    run.refresh_from_db()
    assert not run.changes.exists()
    assert run.counts["create"] == 1


def test_the_summary_is_kept_for_the_pages(
    by_book: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.wanted = {"a": "A"}
    carry(started(by_book, clock), manner)
    by_book.refresh_from_db()
    assert by_book.summary == {"books": ["a"]}
    assert by_book.last_ok_at == clock()


def test_the_summary_grows_while_the_run_goes_on(
    by_book: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.wanted = {"a": "A", "b": "B"}
    shelf.troubles = [None, None, busy()]
    carry(started(by_book, clock), manner)
    by_book.refresh_from_db()
    assert by_book.summary == {"books": ["a"]}


def test_a_dry_run_writes_nothing_inside_or_out(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    shelf.wanted = {"a": "A"}
    report = inline.dry_run(sync, params={}, manner=manner)
    assert (report.status, report.counts["create"], len(report.checksum)) == ("finished", 1, 8)
    assert shelf.books == {}
    assert not Run.objects.exists()


def test_a_dry_run_mentions_an_open_run_and_leaves_it_alone(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    run = started(sync, clock)
    report = inline.dry_run(sync, params={}, manner=manner)
    assert f"Run {run.pk} of this sync is open" in report.warnings[0]
    run.refresh_from_db()
    assert run.status == "queued"


def test_what_earlier_slices_had_to_say_is_not_forgotten(by_book: Sync, clock: Clock) -> None:
    shelf.wanted = {"a": "A", "b": "B"}
    shelf.warnings = {"a": "The cover of a is torn."}
    run = started(by_book, clock)
    carry(run, work.Manner(clock=clock, slice_seconds=0))
    assert (run.status, shelf.books) == ("queued", {"a": "A"})
    carry(run, work.Manner(clock=clock))
    assert run.warnings == ["The cover of a is torn."]
