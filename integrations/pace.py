"""Our own pacing: one allowance of requests per credential, shared by every process.

So many requests may go at whatever speed; then a minute must pass without any. So no minute ever
sees more than the allowance, whether a provider counts by the clock or by the last sixty seconds
(docs/adr/0004). A row of `Pace` moves by one conditional UPDATE, so nothing here depends on locks,
and SQLite and PostgreSQL are equally right. How a provider says "slow down" is its client's
business.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Self

from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from integrations.client import LONGEST_WAIT
from integrations.encryption import CannotOpen
from integrations.errors import RetryableError
from integrations.models import Connection, Pace

MINUTE = timedelta(minutes=1)


class Paused(RetryableError):
    """No failure, only a wait: it says so in other words."""

    def __str__(self) -> str:
        return f"{self.provider}: waiting, because {self.excerpt}."

    @property
    def in_short(self) -> str:
        return f"{self.provider} gets only so many requests a minute from us."


class PacedGate:
    """Lets `rate` requests pass with one credential in any minute, all of them at once if need be.

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
        usual_pause: float = 10,
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
        self.usual_pause = usual_pause
        self.patience = patience
        self.on_wait = on_wait
        self.now = now
        self.sleep = sleep

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
            usual_pause=spec.usual_pause,
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
        until = self.now() + timedelta(seconds=min(seconds or self.usual_pause, LONGEST_WAIT))
        row = Pace.objects.filter(key=self.key)
        shorter = row.filter(Q(paused_until=None) | Q(paused_until__lt=until))
        if not shorter.update(paused_until=until) and not row.exists():
            new = Pace(key=self.key, free_at=self.now(), paused_until=until)
            Pace.objects.bulk_create([new], ignore_conflicts=True)
            shorter.update(paused_until=until)

    # --------------------------------------------------------------------- row

    def _pass(self) -> bool:
        now = self.now()
        if not self.rate:
            return not Pace.objects.filter(key=self.key, paused_until__gt=now).exists()
        if self._take(now):
            return True
        made = Pace.objects.bulk_create([Pace(key=self.key, free_at=now)], ignore_conflicts=True)
        return bool(made) and self._take(now)

    def _take(self, now: datetime) -> bool:
        rested = Q(free_at__lte=now)
        row = Pace.objects.filter(rested | Q(taken__lt=self.rate), key=self.key)
        row = row.filter(Q(paused_until=None) | Q(paused_until__lte=now))
        taken = Case(When(rested, then=Value(1)), default=F("taken") + 1)
        return bool(row.update(taken=taken, free_at=now + MINUTE))

    def _wait(self) -> tuple[float, bool]:
        """Seconds until it is worth coming back, and whether the provider asked for the pause."""
        row = Pace.objects.filter(key=self.key).first()
        if row is None:
            return 0.0, False
        now = self.now()
        if row.paused_until is not None and row.paused_until > now:
            return (row.paused_until - now).total_seconds(), True
        return max(0.0, (row.free_at - now).total_seconds()), False

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
