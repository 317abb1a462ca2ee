"""A run in somebody's hands: how patient they are, the beat that keeps it theirs, where to stop."""

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from uploader import runs
from uploader.models import Run

Clock = Callable[[], datetime]

# How long a worker keeps one run before others get their turn.
SLICE_SECONDS = 180
# Progress and lease are written at most this often.
BEAT_SECONDS = 1.0

# Set in every process of a worker when it is told to stop (see uploader/tasks.py).
stopping = multiprocessing.Event()


class SliceOver(Exception):
    """The slice of time is over: no failure, the run goes on in its next message."""


@dataclass(kw_only=True)
class Manner:
    """How patient whoever carries out a run is, and whom it tells."""

    clock: Clock
    # Seconds that our own pacing may hold up this process; a worker never sleeps.
    patience: float = 0
    slice_seconds: float | None = None
    on_wait: Callable[[float], None] = lambda seconds: None
    on_progress: Callable[[int, int], None] = lambda done, total: None
    on_request: Callable[[int], None] = lambda number: None


class Hands:
    """A run in hand: counts requests, renews the lease, and notices when it is taken away."""

    def __init__(self, run: Run, manner: Manner) -> None:
        self.run = run
        self.manner = manner
        self.began = self.written = time.monotonic()

    def beat(self) -> None:
        """Called before every request and every chunk; raises when it has to end here."""
        if time.monotonic() - self.written >= BEAT_SECONDS:
            self.written = time.monotonic()
            runs.renew(self.run, now=self.manner.clock(), requests=self.run.requests)
        if not runs.is_held(self.run):
            raise runs.Stopped

    def count_request(self) -> None:
        """Called before every request."""
        self.run.requests += 1
        self.manner.on_request(self.run.requests)
        self.beat()

    def checkpoint(self) -> None:
        """Called where nothing is half done: the place to hand over."""
        over = self.manner.slice_seconds
        if stopping.is_set() or (over is not None and time.monotonic() - self.began > over):
            raise SliceOver
        self.beat()

    def fence(self) -> None:
        """Called in one transaction with a write beside the run: raises where it is not ours."""
        runs.save(self.run, requests=self.run.requests)

    def expect(self, total: int) -> None:
        runs.save(self.run, total=total)
        self.manner.on_progress(self.run.done, total)

    def progress(self, done: int, total: int, *, warnings: list[str]) -> None:
        """Something was achieved: failures before it no longer count."""
        runs.progressed(
            self.run, done=done, total=total, warnings=list(warnings), now=self.manner.clock()
        )
        self.manner.on_progress(done, total)
