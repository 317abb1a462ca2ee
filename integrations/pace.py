"""Our own pacing: one allowance of requests per credential, shared by every process.

A row of `Pace` moves by one conditional UPDATE, so nothing here depends on locks, and SQLite and
PostgreSQL are equally right. How a provider says "slow down" is its client's business.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Self

from django.db.models import DateTimeField, ExpressionWrapper, F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from integrations.client import LONGEST_WAIT
from integrations.encryption import CannotOpen
from integrations.errors import RetryableError
from integrations.models import Connection, Pace

MINUTE = timedelta(minutes=1)
NOTHING = timedelta(0)
# Where a provider asks for a pause and does not say how long.
USUAL_PAUSE = 10.0


class Paused(RetryableError):
    """No failure, only a wait: it says so in other words."""

    def __str__(self) -> str:
        return f"{self.provider}: waiting, because {self.excerpt}."

    @property
    def in_short(self) -> str:
        return f"{self.provider} gets only so many requests a minute from us."


class PacedGate:
    """Lets `rate` requests a minute pass with one credential, up to a minute's worth at once.

    With `rate` 0 only the pauses count that the provider asked for. `beat` is called before
    every request and may stop the run; `pulse` likewise in the middle of long ones. With
    `patience` (seconds) a wait for our own pacing is slept through, after `on_wait(seconds)`.
    """

    def __init__(
        self,
        *,
        key: str,
        rate: int,
        provider: str,
        beat: Callable[[], None],
        pulse: Callable[[], None] | None = None,
        patience: float = 0,
        on_wait: Callable[[float], None] = lambda _: None,
        now: Callable[[], datetime] = timezone.now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.key = key
        self.rate = rate
        self.provider = provider
        self.beat = beat
        self.pulse = pulse or beat
        self.patience = patience
        self.on_wait = on_wait
        self.now = now
        self.sleep = sleep
        self.step = MINUTE / rate if rate else NOTHING
        # How far ahead of now the allowance may be spent.
        self.ahead = MINUTE - self.step if rate else NOTHING

    @classmethod
    def for_connection(
        cls, connection: Connection, *, beat: Callable[[], None], **manners: Any
    ) -> Self:
        """`manners` are the constructor's further arguments."""
        spec = connection.spec
        return cls(
            key=spec.pace_key(connection.pk, _known(connection)),
            rate=spec.rate(spec.base_url(connection.base_url)),
            provider=spec.name,
            beat=beat,
            **manners,
        )

    # ---------------------------------------------------------------- the gate

    def before_request(self) -> None:
        self.beat()
        while not self._pass():
            wait, paused = self._wait()
            if paused or wait > self.patience:
                raise self._refusal(wait, paused=paused)
            if wait > 0:
                self.on_wait(wait)
                self.sleep(wait)
                self.beat()

    def between_chunks(self) -> None:
        self.pulse()

    def throttled(self, seconds: float) -> None:
        """Nobody uses this credential for so long; a pause that is longer already stays."""
        pause = timedelta(seconds=min(seconds or USUAL_PAUSE, LONGEST_WAIT))
        free_at = self.now() + pause + self.ahead
        row = Pace.objects.filter(key=self.key)
        if not row.filter(free_at__lt=free_at).update(free_at=free_at) and not row.exists():
            Pace.objects.bulk_create([Pace(key=self.key, free_at=free_at)], ignore_conflicts=True)
            row.filter(free_at__lt=free_at).update(free_at=free_at)

    # --------------------------------------------------------------------- row

    def _pass(self) -> bool:
        now = self.now()
        if not self.rate:
            return not Pace.objects.filter(key=self.key, free_at__gt=now).exists()
        if self._take(now):
            return True
        made = Pace.objects.bulk_create([Pace(key=self.key, free_at=now)], ignore_conflicts=True)
        return bool(made) and self._take(now)

    def _take(self, now: datetime) -> bool:
        row = Pace.objects.filter(key=self.key, free_at__lte=now + self.ahead)
        later = ExpressionWrapper(
            Greatest(F("free_at"), Value(now, DateTimeField())) + Value(self.step),
            output_field=DateTimeField(),
        )
        return bool(row.update(free_at=later))

    def _wait(self) -> tuple[float, bool]:
        """Seconds until it is worth coming back, and whether the provider asked for the pause.

        Worth it is the whole allowance: what a run does between two waits may not be cut smaller
        than that, or it would begin the same piece again and again.
        """
        row = Pace.objects.filter(key=self.key).first()
        taken = row.free_at - self.now() if row else NOTHING
        paused = taken > (MINUTE if self.rate else NOTHING)
        if paused:
            return (taken - self.ahead).total_seconds(), True
        return max(0.0, taken.total_seconds()), False

    def _refusal(self, wait: float, *, paused: bool) -> Paused:
        return Paused(
            provider=self.provider,
            doing="keeping to the pace",
            excerpt="it asked for a pause" if paused else "our own pacing holds the next requests",
            retry_after=wait,
        )


def _known(connection: Connection) -> Mapping[str, Any]:
    """Credentials that cannot be opened are the client's to complain about, in better words."""
    try:
        known: Mapping[str, Any] = connection.credentials.open()
        return known
    except CannotOpen:
        return {}
