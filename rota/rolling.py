"""Whose turn it is in a rolling rota, and who serves: members, absences and services in, services
out. Pure.

Turns go round in the order of the members, whoever serves. What is there stays as it is while it
can be so; whoever is away for half of a service or more swaps with the following one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from rota.days import DAY
from rota.problem import Member
from rota.rhythm import Span

# First and last day, both included.
Days = tuple[date, date]
NOBODY_THERE = "nobody is in the rota then"
EVERYBODY_AWAY = "everybody is away"
# What may be given up where nobody is found otherwise, one after the other: to spare those who are
# on duty elsewhere, and to give nobody two services at once.
SPARED, ONE_AT_A_TIME, WHOEVER_IS_THERE = LEVELS = range(3)
FAR = 10**6
MOST_PASSES = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """One shift: whose turn it is, and who has it."""

    start: date
    # The day after the last one.
    end: date
    turn: int | None = None
    holder: int | None = None
    reason: str = ""
    # It has begun, or lies before what may change.
    is_past: bool = False
    # A person decided who has it, or that nobody has.
    is_fixed: bool = False
    # Not laid out yet: whose turn it is follows from the one before.
    is_new: bool = False

    @property
    def is_open(self) -> bool:
        return not (self.is_past or self.is_fixed)


# --------------------------------------------------------------------- being away


def days_of(start: date, end: date, spans: Iterable[Days]) -> int:
    """How many of the days of a service lie in these spans."""
    within = {
        first + DAY * number
        for first, last in ((max(start, a), min(end - DAY, b)) for a, b in spans)
        for number in range((last - first).days + 1)
    }
    return len(within)


def is_away(start: date, end: date, spans: Iterable[Days]) -> bool:
    """Whether somebody who is away then cannot serve: for half of it, or more."""
    return 2 * days_of(start, end, spans) >= (end - start).days


def belongs(member: Member, start: date, end: date) -> bool:
    """Whether they are in the rota from its first day to its last."""
    return member.belongs_on(start) and member.belongs_on(end - DAY)


# -------------------------------------------------------------------------- turns


def turns(
    order: Sequence[Member], services: Iterable[Service], *, after: int | None = None
) -> list[Service]:
    """With whose turn each new one is. `after`: whose turn was before the first new one, where
    that is known better than what is there tells."""
    found: list[Service] = []
    last: int | None = None
    for service in services:
        given = service
        if service.is_new:
            last, after = after or last, None
            given = replace(service, turn=following(order, last, service))
        # Without a turn, such as one that was made by hand, it tells at least who had it.
        last = given.turn or (None if given.is_new else given.holder) or last
        found.append(given)
    return found


def following(order: Sequence[Member], last: int | None, service: Service) -> int | None:
    """Whoever comes after the last one in the order, round and round, of those who are there."""
    at = next((n for n, member in enumerate(order, start=1) if member.id == last), 0)
    around = chain(order[at:], order[:at])
    there = (each.id for each in around if belongs(each, service.start, service.end))
    return next(there, None)


# ------------------------------------------------------------------------ serving


def planned(
    order: Sequence[Member],
    services: Sequence[Service],
    *,
    ahead: Iterable[Span] = (),
    after: int | None = None,
    busy: Mapping[int, Iterable[Days]] | None = None,
) -> list[Service]:
    """Who serves in each of them; in order of their first days.

    `ahead`: services that will follow and are not laid out yet. Whoever cannot take the last one
    may swap with one of them, and when it is laid out it is given back.
    """
    later = (Service(start=start, end=end, is_new=True) for start, end in ahead)
    whole = turns(order, [*services, *later], after=after)
    for _ in range(MOST_PASSES):
        table = _Table(order, whole, kept=len(services), busy=busy or {})
        table.fill()
        if table.services == whole:
            break
        whole = table.services
    return whole[: len(services)]


class _Table:
    """All services, and who has which of them while that is decided, from the first one on."""

    def __init__(
        self,
        order: Sequence[Member],
        services: Sequence[Service],
        *,
        kept: int,
        busy: Mapping[int, Iterable[Days]],
    ) -> None:
        self.order = order
        self.people = {member.id: member for member in order}
        self.services = list(services)
        # Those from there on are only looked ahead at.
        self.kept = kept
        self.busy = {member: tuple(spans) for member, spans in busy.items()}
        self.held: dict[int, set[int]] = defaultdict(set)
        for at, service in enumerate(self.services):
            if service.holder is not None:
                self.held[service.holder].add(at)

    def fill(self) -> None:
        new = [at for at, service in enumerate(self.services) if service.is_new]
        for at in new:
            if self.services[at].is_open:
                self._begin(at)
            self.services[at] = replace(self.services[at], is_new=False)
        for at in range(self.kept):
            if self.services[at].is_open:
                self._decide(at)

    def _begin(self, at: int) -> None:
        """Whoever's turn it is; or whom they have stood in for, who gives it back."""
        turn = self.services[at].turn
        back = self._owed(at)
        is_back = back is not None and self._could(back, at, SPARED, earlier=True)
        self._give(at, back if is_back else turn)

    def _decide(self, at: int) -> None:
        if not any(self._is_settled(at, level) for level in LEVELS):
            self._give(at, None, reason=self._why_nobody(self.services[at]))

    def _is_settled(self, at: int, level: int) -> bool:
        """Whether somebody serves in it, by what is asked at this level; as few as can be move."""
        service = self.services[at]
        if service.holder is not None and self._could(service.holder, at, level, earlier=True):
            return True
        for other in (service.turn, self._owed(at)):
            if other is not None and self._could(other, at, level):
                self._give(at, other)
                return True
        if self._swapped(at, service.holder or service.turn, level):
            return True
        substitutes = [each for each in self.people if self._could(each, at, level)]
        if substitutes:
            self._give(at, min(substitutes, key=lambda each: self._first(each, at)))
        return bool(substitutes)

    def _give(self, at: int, member: int | None, *, reason: str = "") -> None:
        was = self.services[at].holder
        if was is not None:
            self.held[was].discard(at)
        if member is not None:
            self.held[member].add(at)
        self.services[at] = replace(self.services[at], holder=member, reason=reason)

    # ------------------------------------------------------------------ who could

    def _could(
        self, member: int, at: int, level: int, *, earlier: bool = False, without: int = -1
    ) -> bool:
        """`earlier`: what comes later gives way. `without`: a service of theirs that they give
        away for it."""
        service, who = self.services[at], self.people.get(member)
        if who is None or not belongs(who, service.start, service.end):
            return False
        if is_away(service.start, service.end, who.away):
            return False
        if level < WHOEVER_IS_THERE and self._serves_meanwhile(member, at, earlier, without):
            return False
        spans = self.busy.get(member, ())
        return level > SPARED or not is_away(service.start, service.end, spans)

    def _serves_meanwhile(self, member: int, at: int, earlier: bool, without: int) -> bool:
        """What is only looked ahead at gives way to everything."""
        return any(
            self._overlap(at, other)
            for other in self.held[member] - {at, without}
            if other < self.kept and not (earlier and other > at and self.services[other].is_open)
        )

    def _overlap(self, one: int, other: int) -> bool:
        a, b = self.services[one], self.services[other]
        return a.start < b.end and b.start < a.end

    def _why_nobody(self, service: Service) -> str:
        there = any(belongs(each, service.start, service.end) for each in self.order)
        return EVERYBODY_AWAY if there else NOBODY_THERE

    # -------------------------------------------------------------------- swapping

    def _swapped(self, at: int, who: int | None, level: int) -> bool:
        """They serve in place of whoever comes after them and can come before."""
        if who is None:
            return False
        for other in range(at + 1, min(at + 1 + len(self.order), len(self.services))):
            their = self.services[other].holder
            if their is None or their == who or not self.services[other].is_open:
                continue
            can = self._could(their, at, level, without=other)
            if can and self._could(who, other, level, without=at):
                self._give(at, their)
                self._give(other, who)
                return True
        return False

    def _owed(self, at: int) -> int | None:
        """Whose turn whoever has this turn has served, without that they served one for it: what
        a swap is completed with, when it goes beyond what was laid out, or was cut short."""
        turn = self.services[at].turn
        for other in self._near(at) if turn is not None else ():
            service = self.services[other]
            owes = service.turn
            if service.holder != turn or owes in (None, turn) or service.is_fixed:
                continue
            between = range(min(at, other) + 1, max(at, other))
            if any(self.services[each].turn == turn for each in between):
                continue
            if not any(
                (self.services[each].turn, self.services[each].holder) == (turn, owes)
                for each in self._near(other)
                if each != at
            ):
                return owes
        return None

    def _near(self, at: int) -> Iterator[int]:
        """The services of a round before and after, the nearest first."""
        for distance in range(1, len(self.order) + 1):
            yield from (n for n in (at - distance, at + distance) if 0 <= n < len(self.services))

    # ------------------------------------------------------------------ standing in

    def _first(self, member: int, at: int) -> tuple[float, int, int]:
        """Whoever has fewest services to come, then whoever has the longest distance, then the
        order from whose turn it is."""
        to_come = sum(
            1 for n in self.held[member] if n < self.kept and not self.services[n].is_past
        )
        places = {each.id: place for place, each in enumerate(self.order)}
        turn = self.services[at].turn
        after = places[member] - places.get(turn if turn is not None else -1, -1)
        return (
            to_come / self.people[member].weight,
            -self._distance(member, at),
            after % len(self.order),
        )

    def _distance(self, member: int, at: int) -> int:
        """Days to the nearest other service of theirs."""
        service = self.services[at]
        others = (self.services[n] for n in self.held[member] - {at})
        return min(
            (
                max((each.start - service.end).days, (service.start - each.end).days)
                for each in others
            ),
            default=FAR,
        )


# ------------------------------------------------------------------------ remarks


def remarks(order: Iterable[Member], services: Iterable[Service], *, today: date) -> list[str]:
    """What people should know of services that are not over and would not see: who is away for a
    part of one, leaves within it, or has two at once."""
    people = {member.id: member for member in order}
    found: list[str] = []
    before: list[Service] = []
    for service in services:
        who = people.get(service.holder or 0)
        if who is None or service.end <= today:
            continue
        found += _remarks(who, service, before)
        before.append(service)
    return found


def _remarks(who: Member, service: Service, before: Iterable[Service]) -> Iterator[str]:
    when = f"{service.start} to {service.end - DAY}"
    length = (service.end - service.start).days
    away = days_of(service.start, service.end, who.away)
    if not belongs(who, service.start, service.end):
        yield f"{who.name} serves {when}, and is not in the rota on every day of it."
    elif away:
        yield f"{who.name} is away {away} of the {length} days {when}."
    if any(each.holder == who.id and each.end > service.start for each in before):
        yield f"{who.name} has two services at once from {service.start} on: nobody else is there."
