"""Faults and kills at the boundaries of a run: before and after every call and every note."""

import random
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from integrations.errors import RejectedError, RetryableError
from uploader.engine import Link, MemoryLinks

Fault = Literal["kill", "error", "reject"]
FAULTS: tuple[Fault, ...] = ("kill", "error", "reject")


class Killed(BaseException):
    """The process is gone: nothing after this line of the run happens."""


class Trouble:
    """Counts boundaries, and raises at those it was told to, or at random ones."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.passed = 0
        self.planned: dict[int, Fault] = {}
        self.rate = 0.0

    def plan(self, *, at: int | None = None, fault: Fault = "kill", rate: float = 0.0) -> None:
        """From now on, counting anew: this fault at that boundary, or each with this chance."""
        self.passed = 0
        self.planned = {} if at is None else {at: fault}
        self.rate = rate

    def before_call(self, *, is_write: bool = False) -> None:
        """Nothing has happened at the other side yet."""
        fault = self._next()
        if fault == "reject" and is_write:
            raise RejectedError(provider="Memory", doing="writing", status=400, excerpt="No.")
        if fault is not None:
            raise RetryableError(provider="Memory", doing="asking", status=429, retry_after=1)

    def after_call(self) -> None:
        """It has happened, and the answer does not arrive."""
        if self._next() is not None:
            raise RetryableError(provider="Memory", doing="reading the answer")

    def here(self) -> None:
        """Between calls only a kill can happen."""
        if self._next() is not None:
            raise Killed

    def _next(self) -> Fault | None:
        self.passed += 1
        fault = self.planned.get(self.passed)
        if fault is None and self.rng.random() < self.rate:
            fault = self.rng.choice(FAULTS)
        if fault == "kill":
            raise Killed
        return fault


class TroubledLinks(MemoryLinks):
    """Links that survive a kill, one by one, with the constraints of the database."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__()
        self.trouble = trouble

    def all(self) -> Iterable[Link]:
        links = list(super().all())
        self.trouble.rng.shuffle(links)
        return links

    def save(self, link: Link) -> None:
        self.trouble.here()
        others = {other.ref for other in self.by_key.values() if other.key != link.key}
        assert link.ref is None or link.ref not in others, f"{link.ref} is linked twice"
        assert link.sent_at is None or isinstance(link.sent_at, datetime)
        super().save(link)
        self.trouble.here()

    def forget(self, key: str) -> None:
        self.trouble.here()
        super().forget(key)
        self.trouble.here()
