"""What is asked of the solver for one side, and what it answers: plain shapes between the ladder
and the solver."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from rota.levels import Reached, Rung
from rota.sides import Side


@dataclass(frozen=True, kw_only=True, slots=True)
class Slack:
    """How far totals may be beyond their bands: each below, each above, and all together."""

    short: int = 0
    over: int = 0
    together: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Strict, all of it. Gaps and weekdays that people or the duties of before settled are let
    be."""

    gap: int = 1
    once_a_cycle: bool = False
    # None: weekdays are free.
    weekday_range: int | None = None
    slack: Slack = Slack()
    # How many duties may move that could stay.
    extra_moves: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Meetings:
    """How often each pair may meet: a member of the first side, and one of the other."""

    limits: Mapping[tuple[int, int], int]
    # Who of the other side is on duty, where that is decided already.
    partners: Mapping[date, int] = field(default_factory=dict)
    # Not strict: as few meetings beyond the limits as are found.
    at_best: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    # By side, who serves on each day; None: there is no such rota, or none was found.
    chosen: tuple[dict[date, int], ...] | None
    # Whether that is certain, or only what could be found in the time there is.
    proven: bool


class Solver(Protocol):
    def fill(
        self,
        parts: Sequence[tuple[Side, Wish]],
        *,
        meetings: Meetings | None = None,
        seed: int = 0,
        thorough: bool = True,
    ) -> Answer:
        """One side, or both at once where neither is decided yet. `thorough`: not only what is
        soon found counts, nor what is soon shown to be impossible."""
        ...

    def least_slack(self, side: Side) -> Slack: ...


@dataclass(frozen=True, kw_only=True)
class Draw:
    """One side, chosen at the best level that it has by itself."""

    side: Side
    rung: Rung
    wish: Wish
    chosen: dict[date, int]
    proven: bool

    @property
    def reached(self) -> Reached:
        return Reached(side=self.side, chosen=self.chosen)


@dataclass(frozen=True, kw_only=True)
class Match:
    """Both sides."""

    first: Draw
    second: Draw
    # Whether more in it could not be had, for certain.
    proven: bool = True
