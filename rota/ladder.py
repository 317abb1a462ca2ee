"""Down the ladder: the best rota there is, by strict wishes that are given up one after another.

A wish is given up only where it was shown to be impossible, or where the solver has found nothing
for as long as it may take; then the roster is not proven. Each group is looked at alone and keeps
to its own best level; then both are put together so that pairs differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rota import explaining, pairs
from rota.levels import Rung, pairs_differ, rungs
from rota.problem import LEAD, ROLES, Gap, Key, Problem, Roster
from rota.sides import Side
from rota.wishes import Draw, Match, Meetings, Slack, Solver, Wish

# Beyond so many possible meetings, both sides at once are more than can be looked at.
MOST_AT_ONCE = 30_000
# Other draws of the one side, where the other finds no partners.
OTHER_DRAWS = 2


def descend(problem: Problem, solver: Solver) -> Roster:
    # The smaller one first: the other has more freedom to find partners.
    one, other = sorted(
        (Side.of(problem, group) for group in problem.groups), key=lambda side: len(side.members)
    )
    first = _Alone(side=one, solver=solver, seed=problem.seed, may_move=1).draw()
    together = _Together(problem, solver, one, other)
    match = together.at_best(first)
    if match is None:
        may_move = 0 if first.wish.extra_moves else 1
        second = _Alone(side=other, solver=solver, seed=problem.seed, may_move=may_move).draw()
        match = together.match(first, second)
    return together.roster(match)


@dataclass(frozen=True, kw_only=True)
class _Alone:
    """One side by itself."""

    side: Side
    solver: Solver
    seed: int
    # How many duties may move that could stay.
    may_move: int

    def draw(self) -> Draw:
        ladder = rungs(self.side.min_gap)
        best = self._at(ladder[0], slack=Slack())
        if best.draw is not None:
            return best.draw
        slack = self.solver.least_slack(self.side)
        # What a wider gap by itself cannot have, no level with more wishes has.
        last = self._widest(slack)
        proven = best.proven and last.proven
        for rung in ladder if slack.together else ladder[1:]:
            if rung.weekday_range is None or rung.gap > last.rung.gap:
                continue
            least = rung if rung.level < 3 else replace(rung, gap=last.rung.gap)
            tried = self._at(least, slack=slack)
            if tried.draw is not None:
                return replace(tried.draw, proven=proven)
            proven = proven and tried.proven
        return replace(last, proven=proven)

    def _widest(self, slack: Slack) -> Draw:
        """Fair totals, and the widest gap that there is."""
        proven = True
        for gap in range(self.side.min_gap, 0, -1):
            rung = next(r for r in rungs(self.side.min_gap) if r.level > 3 and r.gap <= gap)
            tried = self._at(replace(rung, gap=gap), slack=slack)
            if tried.draw is not None:
                return replace(tried.draw, proven=proven)
            proven = proven and tried.proven
        raise RuntimeError(f"{self.side.group}: not even the last level of the ladder was solved.")

    def _at(self, rung: Rung, *, slack: Slack) -> "_Tried":
        proven = True
        for extra in range(self.may_move + 1 if self.side.must_move else 1):
            wish = replace(wish_for(rung), slack=slack, extra_moves=extra)
            answer = self.solver.fill([(self.side, wish)], seed=self.seed)
            if answer.chosen is not None:
                chosen = answer.chosen[0]
                draw = Draw(side=self.side, rung=rung, wish=wish, chosen=chosen, proven=True)
                return _Tried(draw=draw, proven=proven)
            proven = proven and answer.proven
        return _Tried(draw=None, proven=proven)


@dataclass(frozen=True, kw_only=True)
class _Tried:
    draw: Draw | None
    # Whether there is none for certain.
    proven: bool


def wish_for(rung: Rung) -> Wish:
    return Wish(gap=rung.gap, once_a_cycle=rung.once_a_cycle, weekday_range=rung.weekday_range)


class _Together:
    """Both sides, so that pairs differ."""

    def __init__(self, problem: Problem, solver: Solver, one: Side, other: Side) -> None:
        self.problem = problem
        self.solver = solver
        self.other = other
        # How often pairs should meet at most.
        self.least = pairs.most_meetings(problem, one, other)

    def at_best(self, first: Draw) -> Match | None:
        """The other side at its best level at once beside the first, as it mostly can be."""
        rung = rungs(self.other.min_gap)[0]
        if first.rung != rung:
            return None
        limits = pairs.limits(self.problem, self.other, first.side, most=self.least)
        limits = pairs.with_settled(limits, self.other, first.side)
        second = Draw(side=self.other, rung=rung, wish=wish_for(rung), chosen={}, proven=True)
        found = self._beside(first, second, limits, seed=self.problem.seed)
        return None if found is None else Match(first=first, second=found)

    def roster(self, match: Match) -> Roster:
        reached = match.first.reached, match.second.reached
        uneven = tuple(sorted(reached[0].uneven() + reached[1].uneven()))
        duties = self._duties(match)
        before = self.problem.before
        return Roster(
            duties=duties,
            level=self._level(match),
            proven=match.proven and match.first.proven and match.second.proven,
            gap=min(each.gap() for each in reached),
            given_up=tuple(
                explaining.sentences(self.problem, match, least=self.least, solver=self.solver)
            ),
            gaps=self._gaps(match),
            moved=tuple(
                key for key in sorted(before) if key in duties and duties[key] != before[key]
            ),
            uneven=uneven,
        )

    def _level(self, match: Match) -> int:
        """What the duties of before keep it from counts as well."""
        one, other = match.first.reached, match.second.reached
        limits = pairs.limits(self.problem, one.side, other.side, most=self.least)
        level = max(one.level(), other.level())
        return level if pairs_differ(one, other, limits) else max(2, level)

    def _duties(self, match: Match) -> dict[Key, int | None]:
        duties: dict[Key, int | None] = {}
        for slot in self.problem.slots:
            for draw in (match.first, match.second):
                side = draw.side
                duties[side.key(slot)] = draw.chosen.get(slot.day, side.outsider(slot))
        return {
            (slot.day, role): duties[slot.day, role]
            for slot in self.problem.slots
            for role in ROLES
        }

    def _gaps(self, match: Match) -> tuple[Gap, ...]:
        found = match.first.side.gaps() + match.second.side.gaps()
        return tuple(sorted(found, key=lambda gap: (gap.day, gap.role != LEAD)))

    # ------------------------------------------------------------ pairs

    def match(self, first: Draw, second: Draw) -> Match:
        limits = pairs.limits(self.problem, first.side, second.side, most=self.least)
        limits = pairs.with_settled(limits, first.side, second.side)
        ways = [(first, second)]
        if first.rung.once_a_cycle or second.rung.once_a_cycle:
            # Leading once a cycle goes before pairs that differ, not before any that may meet.
            ways.append((_over_all_cycles(first), _over_all_cycles(second)))
        proven = True
        for one, other in ways:
            match, certain = self._within(one, other, limits, thorough=proven)
            if match is not None:
                return replace(match, proven=proven)
            proven = proven and certain
        return self._at_best(first, second, _turned(limits), proven=proven)

    def _at_best(
        self, first: Draw, second: Draw, limits: Mapping[pairs.Pair, int], *, proven: bool
    ) -> Match:
        """Pairs that meet too often, as few as are found; the member of `second` first."""
        meetings = Meetings(limits=limits, partners=first.chosen, at_best=True)
        wish = [(second.side, second.wish)]
        answer = self.solver.fill(wish, meetings=meetings, seed=self.problem.seed)
        if answer.chosen is not None:
            second = replace(second, chosen=answer.chosen[0])
        return Match(first=first, second=second, proven=proven)

    def _within(
        self, first: Draw, second: Draw, limits: Mapping[pairs.Pair, int], *, thorough: bool
    ) -> tuple[Match | None, bool]:
        """Both within the limits, where it can be; else whether that is certain."""
        if pairs_differ(first.reached, second.reached, limits):
            return Match(first=first, second=second), True
        turned = _turned(limits)
        for attempt in range(OTHER_DRAWS + 1):
            seed = self.problem.seed + attempt
            drawn = first if not attempt else self._again(first, seed=seed)
            found = self._beside(drawn, second, turned, seed=seed)
            if found is not None:
                return Match(first=drawn, second=found), True
            drawn = second if not attempt else self._again(second, seed=seed)
            found = self._beside(drawn, first, limits, seed=seed)
            if found is not None:
                return Match(first=found, second=drawn), True
        return self._at_once(first, second, limits) if thorough else (None, False)

    def _again(self, draw: Draw, *, seed: int) -> Draw:
        answer = self.solver.fill([(draw.side, draw.wish)], seed=seed)
        return draw if answer.chosen is None else replace(draw, chosen=answer.chosen[0])

    def _beside(
        self, decided: Draw, draw: Draw, limits: Mapping[pairs.Pair, int], *, seed: int
    ) -> Draw | None:
        """`draw` chosen anew beside the other; the member of `draw` first in `limits`."""
        meetings = Meetings(limits=limits, partners=decided.chosen)
        answer = self.solver.fill(
            [(draw.side, draw.wish)], meetings=meetings, seed=seed, thorough=False
        )
        return None if answer.chosen is None else replace(draw, chosen=answer.chosen[0])

    def _at_once(
        self, first: Draw, second: Draw, limits: Mapping[pairs.Pair, int]
    ) -> tuple[Match | None, bool]:
        if len(limits) * len(self.problem.slots) > MOST_AT_ONCE:
            return None, False
        parts = [(first.side, first.wish), (second.side, second.wish)]
        answer = self.solver.fill(parts, meetings=Meetings(limits=limits), seed=self.problem.seed)
        if answer.chosen is None:
            return None, answer.proven
        one, other = answer.chosen
        return Match(first=replace(first, chosen=one), second=replace(second, chosen=other)), True


def _over_all_cycles(draw: Draw) -> Draw:
    return replace(
        draw,
        rung=replace(draw.rung, level=max(1, draw.rung.level), once_a_cycle=False),
        wish=replace(draw.wish, once_a_cycle=False),
    )


def _turned(limits: Mapping[pairs.Pair, int]) -> dict[pairs.Pair, int]:
    return {(b, a): times for (a, b), times in limits.items()}
