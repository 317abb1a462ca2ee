"""What a paired rota is computed from and what comes out: plain shapes, and nothing computed.

They travel to the solver's process and back as JSON; see `rota.wire`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

LEAD, ASSIST = "lead", "assist"
ROLES = (LEAD, ASSIST)

# One duty: a day and a role.
Key = tuple[date, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """Somebody who serves, known by id; the name is only for sentences."""

    id: int
    name: str
    group: str
    weight: float = 1.0
    # Monday is 0.
    weekdays: frozenset[int] = frozenset(range(7))
    joined_on: date | None = None
    # The last day on which they may serve.
    left_on: date | None = None
    # First and last day of each absence.
    away: tuple[tuple[date, date], ...] = ()
    # By role: duties done beyond (below zero: short of) the fair share before the first slot.
    credit: Mapping[str, float] = field(default_factory=dict)

    def belongs_on(self, day: date) -> bool:
        """Whether they are in the rota that day; being away does not end that."""
        return (self.joined_on is None or self.joined_on <= day) and (
            self.left_on is None or day <= self.left_on
        )

    def is_away_on(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.away)

    def can_serve_on(self, day: date) -> bool:
        in_place = self.belongs_on(day) and day.weekday() in self.weekdays
        return in_place and not self.is_away_on(day)


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """A working day that is to be filled."""

    day: date
    # The group whose member leads; the other one assists.
    leads: str
    cycle: int
    # Of the working day, counted on over the whole rota: gaps are differences of it.
    number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """A day that has begun: history, which never changes."""

    day: date
    number: int
    lead: int | None
    assist: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    # The one whose block comes first in a cycle is named first.
    groups: tuple[str, str]
    members: tuple[Member, ...]
    slots: tuple[Slot, ...]
    past: tuple[Past, ...] = ()
    # What people decided: pins, swaps, overrides. None: a gap that is meant.
    fixed: Mapping[Key, int | None] = field(default_factory=dict)
    # The duties as they are now, to be moved as little as possible; none of them: a free draw.
    before: Mapping[Key, int | None] = field(default_factory=dict)
    # Working days between two duties of a person, where it can be kept.
    min_gap: int = 1
    seed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    day: date
    role: str
    # "everybody in g_sevens is away"
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Roster:
    # Of every slot, both roles.
    duties: Mapping[Key, int | None]
    # Of the ladder, 0 the best.
    level: int
    # Whether what was given up was shown to be impossible.
    proven: bool
    # The smallest gap that was kept to: `min_gap`, or less where that is given up.
    gap: int
    # Sentences: which wish was given up, why, and what would help.
    given_up: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    # Duties of `before` that somebody else has now.
    moved: tuple[Key, ...] = ()
    # Whose total of a role (member, role) is further than rounding from their fair share.
    uneven: tuple[tuple[int, str], ...] = ()
