"""The command `update_data`: what is due is queued, spread out; or carried out in this process."""

import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from integrations.errors import RetryableError, UnexpectedError
from integrations.models import Connection
from tests.uploader.runs.shelf import BookByBook, Whole, shelf
from uploader import kinds, runs, tasks
from uploader.models import Run, Sync

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def kinds_of_the_test(monkeypatch: pytest.MonkeyPatch, installed: None) -> None:
    monkeypatch.setattr(kinds, "_kinds", {kind.slug: kind for kind in (Whole, BookByBook)})
    shelf.__init__()  # type: ignore[misc]


@pytest.fixture(autouse=True)
def messages(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The runs for which a worker was sent a message."""
    sent: list[int] = []
    monkeypatch.setattr(tasks, "publish", lambda run_id, claim: sent.append(run_id))
    return sent


def make(name: str, *, due: timedelta, **values: Any) -> Sync:
    return Sync.objects.create(
        name=name,
        kind="test_whole",
        mode="automatic",
        every=timedelta(days=1),
        next_run_at=timezone.now() + due,
        **values,
    )


def run(*flags: str) -> tuple[int, dict[str, Any]]:
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("update_data", "--json", *flags, stdout=out, stderr=err)
    except SystemExit as ended:
        code = int(ended.code or 0)
    document = json.loads(out.getvalue())
    assert list(document) == ["queued", "ran", "error"]
    return code, document


def waiting_until(sync: Sync, moment: datetime) -> Run:
    begun = runs.start(sync, trigger="schedule", now=timezone.now())
    assert begun is not None
    Run.objects.filter(pk=begun.pk).update(status="waiting", next_at=moment, attempts=1)
    return begun


def test_what_is_due_is_queued_and_nothing_else(messages: list[int]) -> None:
    due = make("due", due=-HOUR)
    make("later", due=HOUR)
    make("off", due=-HOUR, enabled=False)

    assert run() == (0, {"queued": ["due"], "ran": [], "error": None})
    assert messages == [due.runs.get().pk]
    due.refresh_from_db()
    assert due.next_run_at is not None
    assert due.next_run_at > timezone.now()


def test_asked_again_at_once_it_queues_nothing_twice() -> None:
    make("due", due=-HOUR)
    run()

    assert run()[1]["queued"] == []
    assert Run.objects.count() == 1


def test_a_crowd_is_spread_over_time_rather_than_started_in_one_moment(
    messages: list[int],
) -> None:
    for n in range(30):
        make(f"due-{n}", due=-HOUR)

    _, document = run()

    begins = list(Run.objects.order_by("next_at").values_list("next_at", flat=True))
    first, last = begins[0], begins[-1]
    assert len(document["queued"]) == 30
    assert first is not None
    assert last is not None
    assert last - first > timedelta(seconds=4)
    assert len(messages) < 30


def test_a_wait_that_is_over_is_queued_and_one_that_is_not_is_left(messages: list[int]) -> None:
    now = timezone.now()
    over = waiting_until(make("over", due=HOUR), now - timedelta(seconds=1))
    waiting_until(make("not-over", due=HOUR), now + HOUR)

    assert run()[1]["queued"] == ["over"]
    assert messages == [over.pk]


def test_all_does_not_ask_whether_it_is_due_but_leaves_what_needs_a_person(
    messages: list[int],
) -> None:
    make("later", due=HOUR)
    waiting = waiting_until(make("waits", due=HOUR), timezone.now() + HOUR)
    dead = Connection.objects.create(name="dead", provider="example", state="needs_reconnect")
    make("dead", due=HOUR, target=dead)

    assert sorted(run("--all")[1]["queued"]) == ["later", "waits"]
    assert waiting.pk in messages


def test_inline_carries_out_what_is_due_and_what_was_queued_before(messages: list[int]) -> None:
    make("due", due=-HOUR)
    queued = runs.start(make("queued", due=HOUR), trigger="by hand", now=timezone.now())
    assert queued is not None
    shelf.wanted = {"a": "new"}

    code, document = run("--inline")

    assert code == 0
    assert document["queued"] == ["due"]
    ran = sorted(document["ran"], key=lambda one: one["sync"])
    assert ran == [
        {"sync": "due", "status": "finished"},
        {"sync": "queued", "status": "finished"},
    ]
    assert shelf.books == {"a": "new"}
    assert messages == []


def test_inline_goes_on_after_a_failure_and_ends_with_status_1() -> None:
    make("first", due=-HOUR)
    make("second", due=-HOUR)
    shelf.troubles = [UnexpectedError(provider="Shelf", doing="reading")]

    code, document = run("--inline")

    assert (code, document["error"]) == (1, "Failed: first.")
    assert [one["status"] for one in document["ran"]] == ["failed", "finished"]


def test_inline_leaves_what_waits_until_its_time_and_all_does_not() -> None:
    make("due", due=-HOUR)
    shelf.troubles = [RetryableError(provider="Shelf", doing="reading", retry_after=600)]

    assert run("--inline") == (
        0,
        {"queued": ["due"], "ran": [{"sync": "due", "status": "waiting"}], "error": None},
    )
    assert run("--inline")[1]["ran"] == []
    assert run("--inline", "--all")[1]["ran"] == [{"sync": "due", "status": "finished"}]
