"""What a generation starts from, of whatever kind the rota is: what was asked for, what is stored.

And what comes of it: who is to have which duty.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from rota.days import DAY
from rota.duties import Place
from rota.models import Duty, Member, Rota, Shift
from rota.problem import Key
from uploader.kinds import CannotRun

# By person: first and last day of each absence.
Spans = Mapping[int, tuple[tuple[date, date], ...]]
# Nobody plans further ahead.
FURTHEST = timedelta(days=3 * 366)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked for in particular; without anything, what is there is kept right."""

    first: date | None = None
    until: date | None = None
    cycles: int | None = None
    seed: int | None = None
    clear: date | None = None
    # Of a rolling rota: so many more shifts, or so many from `first` on; with `after`, planned
    # anew, as if it had been this member's turn just before.
    append: int | None = None
    after: int | None = None
    # Who is current, and who is incoming, by that name.
    roles: Mapping[str, int | None] | None = None

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> "Asked":
        return cls(
            first=_day(params.get("from")),
            until=_day(params.get("until")),
            cycles=params.get("cycles"),
            seed=params.get("seed"),
            clear=_day(params.get("clear")),
            append=params.get("append"),
            after=params.get("after"),
            roles=params.get("roles"),
        )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Who is to have a duty, or why nobody is, and where it lies."""

    place: Place
    member: int | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Decided:
    duties: Mapping[Key, Wanted]
    warnings: list[str]
    summary: dict[str, Any] = field(default_factory=dict)


class Layout:
    """One rota as it is stored, and from which day on it may change."""

    def __init__(self, rota: Rota, asked: Asked, *, now: datetime) -> None:
        self.rota = rota
        self.asked = asked
        self.today = rota.today(now)
        shifts = rota.shifts.select_related("turn__person").order_by("start")
        self.every_shift: list[Shift] = list(shifts.prefetch_related("duties__member__person"))
        self.shifts = [shift for shift in self.every_shift if shift.cancelled_at is None]
        self.members: list[Member] = list(rota.members.select_related("person"))
        self.first = self._first()

    def _first(self) -> date:
        """From where duties may change: what has begun is history."""
        raise NotImplementedError

    def decided(self, away: Spans, *, beat: Callable[[], None]) -> Decided:
        """Who is to have which of the duties that are compared."""
        raise NotImplementedError

    @classmethod
    def content(cls, wanted: Wanted) -> dict[str, Any]:
        """What of a duty is compared."""
        return {"member": wanted.member, "reason": wanted.reason}

    def words(self, wanted: Wanted) -> str:
        """What a plan says of it."""
        raise NotImplementedError

    def is_bound(self, duty: Duty) -> bool:
        """Whether a person decided it, so that it stays as it is."""
        return duty.is_fixed

    @property
    def is_asked_for(self) -> bool:
        """Whether somebody asked for just this, however many duties go."""
        return self.asked.clear is not None

    # ------------------------------------------------------------ what is there

    @cached_property
    def begun(self) -> list[Shift]:
        return [shift for shift in self.shifts if shift.start <= self.today]

    @cached_property
    def concerned(self) -> list[Shift]:
        """Those that are compared; with `clear`, those that are to go."""
        if self.asked.clear is not None:
            after = max(self.asked.clear, self.today)
            return [shift for shift in self.shifts if shift.start > after]
        return [shift for shift in self.shifts if shift.start >= self.first]

    @cached_property
    def stored(self) -> dict[Key, Duty]:
        return {
            (shift.start, duty.role): duty for shift in self.shifts for duty in shift.duties.all()
        }

    @cached_property
    def names(self) -> dict[int, str]:
        return {member.pk: member.name for member in self.members}

    def member(self, number: int | None) -> Member | None:
        return next((member for member in self.members if member.pk == number), None)

    def name(self, number: int | None) -> str:
        return self.names.get(number, "somebody") if number is not None else "nobody"

    def _required(self, earliest: date) -> date:
        """The day from which on was asked for, or else the first that may change."""
        asked = self.asked.first
        if asked is not None and asked < earliest:
            raise CannotRun(
                f"{self.rota} cannot be generated from {asked} on: {earliest} is the first day "
                "that has not begun."
            )
        return asked or earliest


def as_stored(duty: Duty, shift: Shift) -> Wanted:
    place = Place(
        day=shift.start,
        role=duty.role,
        leads=shift.leads,
        cycle=shift.cycle,
        end=shift.end,
        turn=shift.turn,
    )
    return Wanted(place=place, member=duty.member_id, reason=duty.reason)


def on_duty_elsewhere(layout: Layout) -> dict[int, list[tuple[date, date]]]:
    """Of these people, the first and last day of each duty that they have in another rota."""
    others = Duty.objects.filter(
        shift__rota__enabled=True,
        shift__cancelled_at=None,
        shift__end__gt=layout.first,
        member__person__in=[member.person_id for member in layout.members],
    ).exclude(shift__rota=layout.rota)
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for person, start, end in others.values_list("member__person", "shift__start", "shift__end"):
        found[person].append((start, end - DAY))
    return dict(found)
