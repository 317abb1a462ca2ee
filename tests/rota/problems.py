"""Teams and their leave as problems to solve: made up by a seed, or by hand."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from random import Random

from rota import days, paired
from rota.fairness import ledger
from rota.problem import ASSIST, LEAD, ROLES, Key, Member, Past, Problem, Roster, Slot

GROUPS = ("sevens", "others")
FIRST = date(2026, 12, 1)
DAY = timedelta(days=1)


def working_days(number: int, *, first: date = FIRST) -> list[date]:
    ahead = days.working_days(first, workdays=range(5), holidays={})
    return list(islice(ahead, number))


def slots(sizes: Sequence[int], number: int, *, first: date = FIRST) -> tuple[Slot, ...]:
    ahead = working_days(number, first=first)
    return tuple(
        paired.continued(
            [],
            days=ahead,
            groups=GROUPS,
            size=lambda group, day: sizes[GROUPS.index(group)],
            until=ahead[-1],
        )
    )


def problem(sizes: Sequence[int], number: int, *, seed: int = 0, leave: float = 0.0) -> Problem:
    """So many people a group, so many days; `leave`: the part of them that everybody is away."""
    random = Random(seed)
    ahead = working_days(number)
    members = [
        Member(
            id=100 * (place + 1) + n,
            name=f"{group[0].upper()}{n}",
            group=group,
            away=tuple(_leave(ahead, round(number * leave), random)),
        )
        for place, group in enumerate(GROUPS)
        for n in range(sizes[place])
    ]
    return Problem(
        groups=GROUPS,
        members=tuple(members),
        slots=slots(sizes, number),
        min_gap=paired.default_gap(sizes),
        seed=seed,
    )


def _leave(ahead: Sequence[date], left: int, random: Random) -> Iterable[tuple[date, date]]:
    while left > 0:
        length = min(left, random.choice([1, 2, 3, 5, 5, 10]))
        begin = random.randrange(len(ahead) - length + 1)
        yield ahead[begin], ahead[begin + length - 1]
        left -= length


def any_problem(seed: int, *, most_days: int = 40) -> Problem:
    """Of any team: part-timers, joiners, leavers, debts, pins; also empty groups."""
    random = Random(seed)
    sizes = [random.randrange(13), random.randrange(13)]
    if not any(sizes):
        sizes[0] = 1
    number = random.choice([n for n in (1, 3, 5, 10, 20, 40, 60) if n <= most_days])
    made = problem(sizes, number, seed=seed, leave=random.choice([0, 0.05, 0.1, 0.3]))
    members = [_particular(m, made.slots, random) for m in made.members]
    fixed: dict[Key, int | None] = {}
    for _ in range(random.choice([0, 0, 1, 3])):
        key = random.choice(made.slots).day, random.choice(ROLES)
        fixed[key] = random.choice([None, *(m.id for m in members)])
    return replace(made, members=tuple(members), fixed=fixed)


def _particular(member: Member, ahead: Sequence[Slot], random: Random) -> Member:
    if random.random() < 0.1:
        weekdays = frozenset(random.sample(range(5), random.randrange(1, 5)))
        member = replace(member, weekdays=weekdays, weight=len(weekdays) / 5)
    if random.random() < 0.1:
        member = replace(member, joined_on=random.choice(ahead).day)
    elif random.random() < 0.1:
        member = replace(member, left_on=random.choice(ahead).day)
    if random.random() < 0.2:
        credit = {role: random.choice([-2, -1, -0.5, 0.3, 1]) for role in ROLES}
        member = replace(member, credit=credit)
    return member


def from_then_on(made: Problem, roster: Roster, begun: int) -> Problem:
    """The same team after so many days: these are history, the others are as they were drawn."""
    past, ahead = made.slots[:begun], made.slots[begun:]
    accounts = ledger(made.members, groups=made.groups, slots=past, duties=roster.duties)
    members = tuple(
        replace(
            m,
            credit={role: m.credit.get(role, 0.0) + accounts[m.id][role].credit for role in ROLES},
        )
        for m in made.members
    )
    return replace(
        made,
        members=members,
        slots=ahead,
        past=(*made.past, *(as_past(slot, roster) for slot in past)),
        before={key: holder for key, holder in roster.duties.items() if key[0] >= ahead[0].day},
        fixed={key: holder for key, holder in made.fixed.items() if key[0] >= ahead[0].day},
    )


def as_past(slot: Slot, roster: Roster) -> Past:
    return Past(
        day=slot.day,
        number=slot.number,
        lead=roster.duties[slot.day, LEAD],
        assist=roster.duties[slot.day, ASSIST],
    )


def without(made: Problem, leaver: int) -> Problem:
    """They leave before the first day that is open."""
    last = made.slots[0].day - DAY
    return replace(
        made,
        members=tuple(replace(m, left_on=last) if m.id == leaver else m for m in made.members),
    )


def away(made: Problem, id: int, first: date, last: date) -> Problem:
    return replace(
        made,
        members=tuple(
            replace(m, away=(*m.away, (first, last))) if m.id == id else m for m in made.members
        ),
    )


def impossible_now(made: Problem) -> set[Key]:
    """Duties of before whose holder cannot have them any more: what cannot be avoided."""
    members = {m.id: m for m in made.members}
    return {
        (day, role)
        for (day, role), holder in made.before.items()
        if holder is not None and not members[holder].can_serve_on(day)
    }
