"""Our own pacing: one allowance of requests per credential, shared by every process.

So many requests may go at whatever speed; then a minute must pass without any. So no minute ever
sees more than the allowance, whether a provider counts by the clock or by the last sixty seconds
(docs/adr/0004). Where a provider counts by the second they are spaced besides, and where its limits
are not known they are learnt (docs/adr/0006); where it counts sorts of requests apart, each has a
lane of its own. A row of `Pace` moves by one conditional UPDATE, so nothing here depends on locks,
and SQLite and PostgreSQL are equally right. How a provider says "slow down" is its client's
business.
"""

import time
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any, Self

from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from integrations import learning
from integrations.client import LONGEST_WAIT
from integrations.encryption import CannotOpen
from integrations.errors import RetryableError
from integrations.models import Connection, Pace

MINUTE = timedelta(minutes=1)
# After so long without a request a count for learning begins anew.
QUIET = timedelta(hours=1)
# Between two requests of one second a process may stand still; for longer, a run is let go.
LONGEST_SPACE = 1.0
# Why a request has to wait.
ASKED = "it asked for a pause"
OURS = "our own pacing holds the next requests"
SPACE = "our own pacing holds the next request for a moment"
EXPERIENCE = [field.name for field in fields(learning.Experience)]


class Paused(RetryableError):
    """No failure, only a wait: it says so in other words."""

    def __str__(self) -> str:
        return f"{self.provider}: waiting, because {self.excerpt}."

    @property
    def in_short(self) -> str:
        return f"{self.provider} gets only so many requests a minute from us."


class PacedGate:
    """Lets `rate` requests pass with one credential in any minute, all of them at once if need be,
    but never more than `per_second` in a second.

    With `rate` 0 only the pauses count that the provider asked for, and with `learns` what its
    refusals have taught. `beat` is called before every request and may stop the run; `pulse`
    likewise in the middle of long ones. With `patience` (seconds) a wait for our own pacing is
    slept through, after `on_wait(seconds)`.
    """

    def __init__(
        self,
        *,
        key: str,
        rate: int,
        provider: str,
        beat: Callable[[], None],
        pulse: Callable[[], None] | None = None,
        per_second: int = 0,
        learns: bool = False,
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
        self.per_second = per_second
        self.space = 1 / per_second if rate and per_second else 0.0
        self.learns = learns
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
            per_second=spec.per_second,
            learns=spec.learns_limits,
            usual_pause=spec.usual_pause,
            beat=beat,
            **manners,
        )

    @property
    def counts(self) -> bool:
        """Otherwise a minute can hold no more than its allowance anyway, at that many a second."""
        return bool(self.rate) and not (self.per_second and self.rate >= 60 * self.per_second)

    def lane(self, name: str, *, rate: int) -> Self:
        """For one sort of request: an allowance of its own, which is never above everybody's."""
        own = copy(self)
        own.key = f"{self.key}:{name}"
        own.rate = min(rate, self.rate)
        return own

    # ---------------------------------------------------------------- the gate

    def before_request(self) -> None:
        self.beat()
        while not self._pass():
            wait, why = self._wait()
            if why == SPACE and wait <= LONGEST_SPACE:
                self.sleep(wait)
                self.pulse()
                continue
            if why == ASKED or wait > self.patience:
                raise self._refusal(wait, why=why)
            if wait > 0:
                self.on_wait(wait)
                self.sleep(wait)
                self.beat()

    def between_chunks(self) -> None:
        self.pulse()

    def throttled(self, seconds: float) -> None:
        """Nobody uses this credential for so long; a pause that is longer already stays."""
        told = min(seconds, LONGEST_WAIT) if seconds else None
        if self.learns and self._learn(told):
            return
        until = self.now() + timedelta(seconds=min(seconds or self.usual_pause, LONGEST_WAIT))
        row = Pace.objects.filter(key=self.key)
        shorter = row.filter(Q(paused_until=None) | Q(paused_until__lt=until))
        if not shorter.update(paused_until=until) and not row.exists():
            new = Pace(key=self.key, free_at=self.now(), paused_until=until)
            Pace.objects.bulk_create([new], ignore_conflicts=True)
            shorter.update(paused_until=until)

    def _learn(self, told: float | None) -> bool:
        """Note a refusal, and pause; False where another one of the same moment was noted."""
        row = Pace.objects.filter(key=self.key).first()
        if row is None:
            return False
        before = learning.Experience(**{name: getattr(row, name) for name in EXPERIENCE})
        # The one that was refused had been let through here.
        after = learning.refused(
            before, passed=max(0, row.taken - 1), now=self.now(), told=told, usual=self.usual_pause
        )
        same = Pace.objects.filter(key=self.key, refused_at=row.refused_at, taken=row.taken)
        return bool(same.update(taken=0, **asdict(after)))

    # --------------------------------------------------------------------- row

    def _pass(self) -> bool:
        now = self.now()
        if not self.rate and not self.learns:
            return not Pace.objects.filter(key=self.key, paused_until__gt=now).exists()
        if self._take(now):
            return True
        made = Pace.objects.bulk_create([Pace(key=self.key, free_at=now)], ignore_conflicts=True)
        return bool(made) and self._take(now)

    def _take(self, now: datetime) -> bool:
        allowance, rest = self._allowance(now)
        rested = Q(free_at__lte=now)
        row = Pace.objects.filter(Q(paused_until=None) | Q(paused_until__lte=now), key=self.key)
        if allowance is not None:
            row = row.filter(rested | Q(taken__lt=allowance))
        if self.space:
            row = row.filter(Q(next_at=None) | Q(next_at__lte=now))
        taken = Case(When(rested, then=Value(1)), default=F("taken") + 1)
        spaced = {"next_at": now + timedelta(seconds=self.space)} if self.space else {}
        return bool(row.update(taken=taken, free_at=now + rest, **spaced))

    def _allowance(self, now: datetime) -> tuple[int | None, timedelta]:
        """How many requests may go before a rest (None: any number), and how long that is."""
        own, rest = (self.rate, MINUTE) if self.counts else (None, QUIET)
        if not self.learns:
            return own, rest
        learnt = (
            Pace.objects.filter(key=self.key, refused_at__gt=now - learning.KEPT)
            .exclude(allowance=None)
            .values_list("allowance", "rest")
            .first()
        )
        if learnt is None:
            return own, rest
        allowance, seconds = learnt
        learnt_rest = timedelta(seconds=seconds or 0)
        if own is None or allowance is None:
            return allowance, learnt_rest
        return min(own, allowance), max(rest, learnt_rest)

    def _wait(self) -> tuple[float, str]:
        """Seconds until it is worth coming back, and what for."""
        row = Pace.objects.filter(key=self.key).first()
        if row is None:
            return 0.0, OURS
        now = self.now()
        if row.paused_until is not None and row.paused_until > now:
            return (row.paused_until - now).total_seconds(), ASKED
        allowance, _ = self._allowance(now)
        if self.space and (allowance is None or row.taken < allowance or row.free_at <= now):
            return max(0.0, ((row.next_at or now) - now).total_seconds()), SPACE
        return max(0.0, (row.free_at - now).total_seconds()), OURS

    def _refusal(self, wait: float, *, why: str) -> Paused:
        return Paused(
            provider=self.provider, doing="keeping to the pace", excerpt=why, retry_after=wait
        )


def _known(connection: Connection) -> Mapping[str, Any]:
    """Credentials that cannot be opened are the client's to complain about, in better words."""
    try:
        known: Mapping[str, Any] = connection.credentials.open()
        return known
    except CannotOpen:
        return {}
