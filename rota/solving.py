"""A first, greedy way to fill a rota, until the solver takes its place."""

from collections import Counter
from collections.abc import Callable
from random import Random

from rota.fairness import group_of
from rota.problem import ROLES, Gap, Key, Problem, Roster


class SolverFailed(Exception):
    """A sentence about why nothing could be computed."""


def solved(problem: Problem, *, beat: Callable[[], None]) -> Roster:
    beat()
    order = sorted(problem.members, key=lambda member: member.id)
    Random(problem.seed).shuffle(order)  # noqa: S311
    had: Counter[tuple[int | None, str]] = Counter()
    duties: dict[Key, int | None] = {}
    gaps = []
    for slot in problem.slots:
        for role in ROLES:
            key = slot.day, role
            group = group_of(slot, role, problem.groups)
            able = [each for each in order if each.group == group and each.can_serve_on(slot.day)]
            if key in problem.fixed:
                duties[key] = problem.fixed[key]
            elif problem.before.get(key) in {each.id for each in able}:
                duties[key] = problem.before[key]
            elif not able:
                duties[key] = None
                reason = f"everybody in {group} is away"
                gaps.append(Gap(day=slot.day, role=role, reason=reason))
            else:
                duties[key] = min(able, key=lambda each: had[each.id, role]).id
            had[duties[key], role] += 1
    return Roster(duties=duties, level=0, proven=True, gap=1, gaps=tuple(gaps))
