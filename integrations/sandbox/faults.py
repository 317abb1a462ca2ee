"""Misbehaviour on demand: which request goes wrong, and how; carrying it out is the world's."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import count
from typing import Any

ANSWERED_AT_ONCE = ("429", "401", "403", "409", "500", "502", "html200", "error200", "before")
ANSWERED_AFTER_ACTING = ("cut", "lost", "slow", "wrong_shape")
KINDS = ANSWERED_AT_ONCE + ANSWERED_AFTER_ACTING

ABOUT = {
    "429": "too many requests, with Retry-After where given",
    "401": "not authorised",
    "403": "forbidden",
    "409": "conflict",
    "500": "server fault, an HTML page",
    "502": "bad gateway, an HTML page",
    "html200": "an HTML page with status 200",
    "error200": "an error with status 200, in the provider's own words",
    "before": "the connection is closed before anything is done",
    "cut": "done, but the answer stops half-way",
    "lost": "done, but the connection is closed without an answer",
    "slow": "done, and answered after the delay",
    "wrong_shape": "done, and answered with valid JSON of another shape",
}


@dataclass
class Fault:
    """`match` is a part of "METHOD /path", or a pattern with * and ?; provider "*" is any.

    `times=None` is for ever. `change` belongs to "wrong_shape": a function of the answer's JSON,
    or the JSON to answer instead.
    """

    provider: str
    kind: str
    match: str = ""
    times: int | None = 1
    skip: int = 0
    chance: float = 1.0
    retry_after: float | str | None = None
    delay: float = 0.0
    change: Callable[[Any], Any] | Any = None
    met: int = field(default=0, compare=False)
    fired: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of fault {self.kind!r}; there are {', '.join(KINDS)}")

    def concerns(self, provider: str, line: str) -> bool:
        return _concerns(self.provider, self.match, provider=provider, line=line)

    @property
    def spent(self) -> bool:
        return self.times is not None and self.fired >= self.times

    def fires(self, draw: random.Random) -> bool:
        self.met += 1
        if self.met <= self.skip or (self.chance < 1 and draw.random() >= self.chance):
            return False
        self.fired += 1
        return True


@dataclass
class Storm:
    """Random faults of several kinds; the same seed and order of requests give the same storm."""

    chance: float
    kinds: Sequence[str]
    seed: int
    provider: str
    match: str
    delay: float
    retry_after: float | str | None
    draw: random.Random = field(repr=False)

    def fault(self, provider: str, line: str) -> Fault | None:
        if not _concerns(self.provider, self.match, provider=provider, line=line):
            return None
        if self.draw.random() >= self.chance:
            return None
        kind = self.draw.choice(self.kinds)
        delay = self.delay if kind == "slow" else 0.0
        return Fault(provider, kind, retry_after=self.retry_after, delay=delay)


def _concerns(wanted: str, match: str, *, provider: str, line: str) -> bool:
    return wanted in ("*", provider) and (match in line or fnmatchcase(line, match))


class Faults:
    """The faults still to come; safe to change while requests arrive."""

    def __init__(self, *, seed: int = 0) -> None:
        self._draw = random.Random(seed)
        self._lock = threading.Lock()
        self._faults: dict[int, Fault] = {}
        self._numbers = count(1)
        self._storms: list[Storm] = []

    def __len__(self) -> int:
        return len(self._faults)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.numbered().values())

    def numbered(self) -> dict[int, Fault]:
        """Each by a number that never means another one."""
        with self._lock:
            return dict(self._faults)

    @property
    def storms(self) -> list[Storm]:
        with self._lock:
            return list(self._storms)

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            self._faults[next(self._numbers)] = fault
        return fault

    def remove(self, number: int) -> None:
        with self._lock:
            if self._faults.pop(number, None) is None:
                raise LookupError("this fault is over, or was removed already")

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()
            self._storms.clear()

    def randomly(
        self,
        chance: float,
        kinds: Sequence[str],
        seed: int,
        *,
        provider: str = "*",
        match: str = "",
        delay: float = 0.05,
        retry_after: float | str | None = None,
    ) -> Storm:
        unknown = sorted(set(kinds) - set(KINDS))
        if unknown:
            raise ValueError(f"unknown kinds of fault: {', '.join(unknown)}")
        storm = Storm(
            chance, tuple(kinds), seed, provider, match, delay, retry_after, random.Random(seed)
        )
        with self._lock:
            self._storms.append(storm)
        return storm

    def pick(self, provider: str, line: str) -> Fault | None:
        """The fault for this request, if any; single faults come before storms."""
        with self._lock:
            for number, fault in list(self._faults.items()):
                if fault.concerns(provider, line) and fault.fires(self._draw):
                    if fault.spent:
                        del self._faults[number]
                    return fault
            for storm in self._storms:
                if found := storm.fault(provider, line):
                    return found
            return None
