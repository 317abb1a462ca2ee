"""The life of a run. What a run does meanwhile is in uploader/work.py.

Beside reviews.py, for plans that wait for a person, the only writer of Run.

The row is the truth and a message is a hint. `next_at` says when a run needs somebody; `claim`
says who has it; every write says "where claim is mine". docs/life-of-a-run.md tells it whole.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from integrations.encryption import Sealed
from integrations.models import Connection
from uploader import history
from uploader.models import Run, Sync

logger = logging.getLogger(__name__)

# How many due syncs are started a second, so that a day's worth is spread, not one burst.
STARTS_PER_SECOND = 5
# How many runs one look hands out; the rest wait for the next look, a few seconds later.
MESSAGES_PER_LOOK = 200
BATCH = 500
# A run whose worker died this often in a row, with nothing achieved between, is not tried again.
MOST_CRASHES = 5
# Waits in a row after which a run gives up: with `countdown` below, about a day.
MOST_ATTEMPTS = 30
# Waits for which a provider's own Retry-After is taken at its word, however short.
PATIENT_ATTEMPTS = 3
# The trigger of a run that erases what was written for somebody who has disconnected.
DISCONNECTED = "disconnected"
NOTHING_KEPT = Sealed("")


class Stopped(Exception):
    """The run is no longer in these hands: cancelled, taken over, or its person disconnected."""


class Busy(Exception):
    """A run of this sync is open already and not to be touched before `retry_at`."""

    def __init__(self, run: Run, status: str, retry_at: datetime | None) -> None:
        super().__init__(f"{run} is {status}")
        self.run, self.status, self.retry_at = run, status, retry_at


def lease() -> timedelta:
    return timedelta(seconds=settings.LEASE_SECONDS)


def countdown(attempts: int, *, jitter: float, asked: float | None = None) -> float:
    """Seconds until the next try: 15 s doubling to half an hour, hourly from the ninth on.

    What a provider asked for is kept to, and outgrown when it turns out too short again and
    again. `jitter` between 0 and 1 shortens our own by up to a quarter, so that a crowd does not
    come back as one.
    """
    if asked is not None and attempts <= PATIENT_ATTEMPTS:
        return max(1.0, asked)
    seconds = min(15 * 2 ** (attempts - 1), 1800) if attempts < 9 else 3600
    return max(asked or 0, seconds * (1 - jitter / 4))


# -------------------------------------------------------------------- beginning


def start(
    sync: Sync,
    *,
    trigger: str,
    now: datetime,
    by: Any = None,
    params: dict[str, Any] | None = None,
    next_at: datetime | None = None,
) -> Run | None:
    """A new run, or None where one is open: the database allows a sync one open run."""
    try:
        with transaction.atomic():
            return Run.objects.create(
                sync=sync,
                trigger=trigger,
                by=by,
                params=params or {},
                next_at=next_at or now,
                created_at=now,
            )
    except IntegrityError:
        if sync.runs.open().exists():
            return None
        raise


def startable() -> Any:
    """Enabled syncs whose connections work and that are not at it; the rest waits for its turn.

    What somebody asked to be erased needs the target alone.
    """
    works = Connection.State.CONNECTED
    return Sync.objects.filter(
        Q(source=None) | Q(source__state=works, source__enabled=True) | Q(erasing=True),
        Q(target=None) | Q(target__state=works, target__enabled=True),
        Q(enabled=True) | Q(erasing=True),
        ~Exists(Run.objects.open().filter(sync=OuterRef("pk"))),
    )


def start_due(
    *, now: datetime, everything: bool = False, spread: bool = True, most: int | None = None
) -> Iterator[list[str]]:
    """Start what is due, a batch at a time; yields the names. `everything`: due or not.

    With `spread`, later ones begin later: five a second rather than all in one moment.
    """
    found = startable() if everything else startable().filter(next_run_at__lte=now)
    last = started = 0
    while most is None or started < most:
        size = BATCH if most is None else min(BATCH, most - started)
        syncs = list(found.filter(pk__gt=last).order_by("pk")[:size])
        if not syncs:
            return
        with transaction.atomic():
            Run.objects.bulk_create(
                [
                    Run(sync=sync, trigger="schedule", created_at=now, next_at=next_at)
                    for sync, next_at in zip(syncs, _beginnings(now, started, spread), strict=False)
                ],
                ignore_conflicts=True,  # another scheduler may have been quicker
            )
            for sync in syncs:
                sync.next_run_at = sync.following(now)
            Sync.objects.bulk_update(syncs, ["next_run_at"])
        last = syncs[-1].pk
        started += len(syncs)
        yield [sync.name for sync in syncs]


def _beginnings(now: datetime, already: int, spread: bool) -> Iterator[datetime]:
    for n in count(already):
        yield now + timedelta(seconds=n / STARTS_PER_SECOND if spread else 0)


def send_due(publish: Callable[[int, int], None], *, now: datetime) -> int:
    """Hand out every run that needs somebody: queued, waited long enough, or left by the dead.

    `next_at` moves on first, so that a lost message is made up for and a doubled one is rare.
    """
    due = Run.objects.open().filter(next_at__lte=now).order_by("next_at")
    sent = 0
    for run in due.only("pk", "claim", "next_at", "status")[:MESSAGES_PER_LOOK]:
        mine = Run.objects.filter(
            pk=run.pk, claim=run.claim, next_at=run.next_at, status=run.status
        )
        waited = run.status == Run.Status.WAITING
        if mine.update(next_at=now + lease(), status=Run.Status.QUEUED if waited else run.status):
            publish(run.pk, run.claim)
            sent += 1
    return sent


def open_runs(*, now: datetime, everything: bool = False) -> Iterator[Run]:
    """Open runs that nobody holds: queued or due (`everything`: those that wait as well)."""
    held = Q(status=Run.Status.RUNNING, next_at__gt=now) | behind_a_request(now=now)
    waits = Q() if everything else Q(status=Run.Status.WAITING, next_at__gt=now)
    runs = Run.objects.open().exclude(held).select_related("sync")
    if not everything:
        runs = runs.exclude(waits)
    last = 0
    while batch := list(runs.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield from batch
        last = batch[-1].pk


def behind_a_request(*, now: datetime) -> Q:
    """Erasing that waits for the last request of an import that was stopped."""
    return Q(status=Run.Status.QUEUED, trigger=DISCONNECTED, next_at__gt=now)


def take_up(sync: Sync, *, trigger: str, params: dict[str, Any], now: datetime) -> Run:
    """The open run of a sync, for somebody who asks for it now; Busy where it is not to be had."""
    run = sync.runs.open().first()
    if run is None:  # it has ended just now
        raise Busy(Run(sync=sync), Run.Status.QUEUED, now)
    later = run.next_at is not None and run.next_at > now
    behind = sync.runs.filter(behind_a_request(now=now), pk=run.pk).exists()
    if later and (behind or run.status in (Run.Status.RUNNING, Run.Status.WAITING)):
        raise Busy(run, Run.Status.WAITING if behind else run.status, run.next_at)
    Run.objects.filter(pk=run.pk, claim=run.claim).update(params=params, trigger=trigger)
    return run


# --------------------------------------------------------------------- in hands


def claim(run_id: int, number: int, *, now: datetime) -> Run | None:
    """Take a run in hand, if `number` is still its claim; the number rises, older ones are void."""
    run = Run.objects.open().filter(pk=run_id, claim=number).select_related("sync").first()
    if run is None:
        return None
    kept = run.kept
    died = run.status == Run.Status.RUNNING
    taken = Run.objects.filter(pk=run_id, claim=number, status=run.status).update(
        claim=number + 1,
        status=Run.Status.RUNNING,
        next_at=now + lease(),
        started_at=Coalesce("started_at", now),
        crashes=F("crashes") + 1 if died else F("crashes"),
        error="",
        # Handed on once: after a death nobody knows what was written since it was read.
        kept=NOTHING_KEPT,
    )
    if not taken:
        return None
    run.refresh_from_db()
    run.kept = kept
    if run.crashes >= MOST_CRASHES:
        fail(
            run,
            f"The worker ended {run.crashes} times at this point, so the run was stopped. "
            "The log of the worker says why; start the sync again when that is mended.",
            now=now,
        )
        return None
    return run


def is_held(run: Run) -> bool:
    """Whether this claim still stands, and its people are still with us; asked before each request.

    Disconnecting cancels the run as well; this holds even for the request in between. Nor does a
    run go on while it is not certain that the source is still the same person's account. Only
    erasing goes on without a source.
    """
    mine = Run.objects.filter(pk=run.pk, claim=run.claim, status=Run.Status.RUNNING)
    gone = (Connection.State.DISCONNECTED, Connection.State.UNCONFIRMED)
    if not run.sync.erasing:
        mine = mine.exclude(sync__source__state__in=gone)
    return mine.exclude(sync__target__state__in=gone).exists()


def save(run: Run, **values: Any) -> None:
    """Write to a run that is in hand; raises Stopped when it is not any more."""
    mine = Run.objects.filter(pk=run.pk, claim=run.claim, status=Run.Status.RUNNING)
    if not mine.update(**values):
        raise Stopped
    for name, value in values.items():
        setattr(run, name, value)


def renew(run: Run, *, now: datetime, requests: int) -> None:
    save(run, next_at=now + lease(), requests=requests)


def progressed(run: Run, *, done: int, total: int, warnings: list[str], now: datetime) -> None:
    save(
        run,
        done=done,
        total=total,
        warnings=warnings,
        attempts=0,
        crashes=0,
        next_at=now + lease(),
    )


# ----------------------------------------------------------------------- ending


def wait(
    run: Run,
    *,
    seconds: float,
    why: str,
    attempt: bool,
    now: datetime,
    kept: dict[str, Any] | None = None,
) -> None:
    """Let go of a run until an API can be asked again; `kept` is handed to whoever takes it up."""
    save(
        run,
        status=Run.Status.WAITING,
        claim=run.claim + 1,
        next_at=now + timedelta(seconds=seconds),
        attempts=run.attempts + attempt,
        requests=run.requests,
        error=why,
        kept=Sealed.seal(kept or {}),
    )


def put_back(run: Run, *, now: datetime, kept: dict[str, Any] | None = None) -> None:
    """Let go of a run whose slice of time is over; it goes on in its next message."""
    save(
        run,
        status=Run.Status.QUEUED,
        claim=run.claim + 1,
        next_at=now,
        requests=run.requests,
        kept=Sealed.seal(kept or {}),
    )


def finish(
    run: Run,
    *,
    status: str,
    counts: dict[str, int],
    warnings: list[str],
    now: datetime,
    checksum: str = "",
    **reviewable: Any,
) -> None:
    """The end of a run that was carried out, or (needs_review) that waits as a closed one.

    `reviewable`: what is to be shown and approved of a plan.
    """
    save(
        run,
        status=status,
        claim=run.claim + 1,
        next_at=None,
        ended_at=now,
        counts=counts,
        warnings=warnings,
        checksum=checksum,
        requests=run.requests,
        error="",
        **reviewable,
    )
    history.tidy(run, now=now)


def fail(run: Run, why: str, *, now: datetime) -> None:
    save(
        run,
        status=Run.Status.FAILED,
        claim=run.claim + 1,
        next_at=None,
        ended_at=now,
        requests=run.requests,
        error=why,
    )
    history.tidy(run, now=now)


def cancel(run: Run, *, by: Any, now: datetime) -> bool:
    """Stop a run; whoever holds it notices before the next request. False where it has ended."""
    who = f" by {by}" if by is not None else ""
    return bool(
        Run.objects.open()
        .filter(pk=run.pk)
        .update(
            status=Run.Status.CANCELLED,
            claim=F("claim") + 1,
            next_at=None,
            ended_at=now,
            error=f"Stopped{who}.",
            kept=NOTHING_KEPT,
        )
    )


def went_well(sync: Sync, *, now: datetime) -> None:
    """Note it; and where it was an erasing, that the wish is fulfilled."""
    Sync.objects.filter(pk=sync.pk).update(last_ok_at=now)
    if sync.erasing:
        # Somebody who has connected again meanwhile gets their import now.
        fulfilled = Sync.objects.filter(pk=sync.pk, erasing=True)
        fulfilled.filter(enabled=True).update(erasing=False, next_run_at=now)
        fulfilled.update(erasing=False, next_run_at=None)


def show(sync: Sync, summary: dict[str, Any]) -> None:
    """What the pages tell of the target from now on."""
    Sync.objects.filter(pk=sync.pk).update(summary=summary)


def hasten(sync: Sync, *, now: datetime) -> None:
    """Whoever let go of a stopped run says so: what was queued behind it need not wait longer."""
    sync.runs.filter(status=Run.Status.QUEUED, claim=0, next_at__gt=now).update(next_at=now)
