"""What is due is started and handed out: spread, each once, whatever becomes of messages."""

from datetime import timedelta

import pytest

from integrations.models import Connection
from tests.uploader.clock import Clock
from tests.uploader.runs.shelf import START, shelf, started
from uploader import inline, runs, work
from uploader.models import Run, Sync

pytestmark = pytest.mark.django_db


def syncs(number: int) -> list[Sync]:
    return Sync.objects.bulk_create(
        Sync(
            name=f"s{n}",
            kind="test_whole",
            mode="automatic",
            every=timedelta(days=1),
            next_run_at=START - timedelta(hours=n),
        )
        for n in range(number)
    )


def start_all(**how: object) -> list[str]:
    return [name for names in runs.start_due(**how) for name in names]  # type: ignore[arg-type]


def test_due_syncs_are_started_each_once(clock: Clock, db: None) -> None:
    syncs(3)
    assert start_all(now=START) == ["s0", "s1", "s2"]
    assert start_all(now=START) == []
    assert Run.objects.count() == 3


def test_what_is_due_is_spread_rather_than_started_in_one_burst(clock: Clock, db: None) -> None:
    syncs(11)
    start_all(now=START)
    begins = sorted(run.next_at for run in Run.objects.all() if run.next_at)
    assert begins[0] == START
    assert begins[-1] == START + timedelta(seconds=2)


def test_a_tick_starts_no_more_than_its_share(clock: Clock, db: None) -> None:
    syncs(7)
    assert len(start_all(now=START, most=5)) == 5
    assert len(start_all(now=START, most=5)) == 2


def test_the_beat_is_kept_and_missed_moments_are_skipped(clock: Clock, db: None) -> None:
    [sync] = syncs(1)
    Sync.objects.update(next_run_at=START - timedelta(days=3, hours=1))
    start_all(now=START)
    sync.refresh_from_db()
    assert sync.next_run_at == START + timedelta(hours=23)


def test_what_is_not_due_disabled_or_disconnected_is_not_started(clock: Clock, db: None) -> None:
    dead = Connection.objects.create(name="dead", provider="rescuetime", state="needs_reconnect")
    later, disabled, cut, _ = syncs(4)
    Sync.objects.filter(pk=later.pk).update(next_run_at=START + timedelta(hours=1))
    Sync.objects.filter(pk=disabled.pk).update(enabled=False)
    Sync.objects.filter(pk=cut.pk).update(source=dead)
    assert start_all(now=START) == ["s3"]


def test_everything_means_due_or_not(clock: Clock, db: None) -> None:
    later, _ = syncs(2)
    Sync.objects.filter(pk=later.pk).update(next_run_at=START + timedelta(hours=5))
    assert start_all(now=START, everything=True) == ["s0", "s1"]
    later.refresh_from_db()
    assert later.next_run_at == START + timedelta(hours=5), "its own beat is kept"


def test_an_open_run_is_not_started_again_but_its_sync_stays_due(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    run = started(sync, clock)
    assert start_all(now=START) == []
    inline.carry_out(run, manner=manner)
    assert start_all(now=START) == ["shelf"]


def test_each_due_run_is_handed_out_once_and_again_when_its_message_is_lost(
    sync: Sync, clock: Clock
) -> None:
    run = started(sync, clock)
    sent: list[tuple[int, int]] = []

    def publish(run_id: int, claim: int) -> None:
        sent.append((run_id, claim))

    runs.send_due(publish, now=START)
    runs.send_due(publish, now=START)
    assert sent == [(run.pk, 0)]
    runs.send_due(publish, now=START + runs.lease())
    assert sent == [(run.pk, 0)] * 2


def test_a_run_waits_until_its_moment(sync: Sync, clock: Clock) -> None:
    started(sync, clock, next_at=START + timedelta(seconds=60))
    sent: list[int] = []
    runs.send_due(lambda run_id, claim: sent.append(run_id), now=START + timedelta(seconds=59))
    assert sent == []
    runs.send_due(lambda run_id, claim: sent.append(run_id), now=START + timedelta(seconds=60))
    assert len(sent) == 1


def test_inline_takes_what_is_queued_and_leaves_what_waits_or_is_held(
    clock: Clock, manner: work.Manner, db: None
) -> None:
    queued, waiting, held = syncs(3)
    for sync, status in ((queued, "queued"), (waiting, "waiting"), (held, "running")):
        run = started(sync, clock, next_at=START + timedelta(seconds=30))
        Run.objects.filter(pk=run.pk).update(status=status)
    shelf.wanted = {"a": "A"}
    assert [run.sync.name for run in inline.carry_out_open(manner=manner)] == ["s0"]
    done = inline.carry_out_open(manner=manner, everything=True)
    assert [run.sync.name for run in done] == ["s1"], "a living worker keeps what it holds"


def test_whoever_asks_now_takes_up_what_is_due_but_not_what_is_held_or_waits(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    run = started(sync, clock, next_at=START + timedelta(seconds=30))
    for status in ("running", "waiting"):
        Run.objects.filter(pk=run.pk).update(status=status)
        with pytest.raises(runs.Busy) as busy:
            inline.carry_out_now(sync, params={}, manner=manner)
        assert (busy.value.status, busy.value.retry_at) == (status, START + timedelta(seconds=30))
    clock.forward(seconds=31)
    assert inline.carry_out_now(sync, params={}, manner=manner).pk == run.pk
    run.refresh_from_db()
    assert run.status == "finished"


def test_erasing_behind_a_request_still_under_way_is_left_alone_until_its_moment(
    sync: Sync, clock: Clock, manner: work.Manner
) -> None:
    later = START + timedelta(seconds=30)
    run = runs.start(sync, trigger=runs.DISCONNECTED, now=START, next_at=later)
    assert list(inline.carry_out_open(manner=manner, everything=True)) == []
    with pytest.raises(runs.Busy) as busy:
        inline.carry_out_now(sync, params={}, manner=manner)
    assert busy.value.retry_at == later
    clock.forward(seconds=31)
    assert [done.pk for done in inline.carry_out_open(manner=manner)] == [run.pk if run else 0]
