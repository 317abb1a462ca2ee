"""How good a generated rota is, how long it takes, and how little moves when something changes.

`python -m benchmarks.rota` prints the numbers beside their aims and today's tool's. Each rota is
computed as in production: in a process of its own, and looked at by the checker.
"""

import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice, pairwise
from pathlib import Path
from random import Random

from rota import days, paired, verify, wire
from rota.problem import ASSIST, LEAD, ROLES, Key, Member, Past, Problem, Roster

ROOT = Path(__file__).resolve().parent.parent
GROUPS = ("sevens", "others")
SEEDS = range(10)
LEAVE = 0.1
BEGUN = 40


@dataclass(frozen=True)
class Solved:
    roster: Roster
    # Of the whole process, its start included.
    seconds: float
    megabytes: float


def main() -> None:
    small = [(problem((9, 16), 100, seed=seed), seed) for seed in SEEDS]
    print(f"9 + 16 people, 100 working days, 10 % leave, {len(SEEDS)} teams")
    solved = [(made, solve(made)) for made, _ in small]
    quality(solved)
    print("Larger teams")
    larger((15, 25), 160, gap=5, aim="at most 4 s")
    larger((100, 100), 260, gap=20, aim="at most 10 s, 600 MB")
    print(f"Something changes after {BEGUN} days")
    changes([(made, done.roster) for made, done in solved])
    print("What cannot be")
    impossible()


def quality(solved: Sequence[tuple[Problem, Solved]]) -> None:
    rosters = [(made, done.roster) for made, done in solved]
    levels = Counter(roster.level for _, roster in rosters)
    show("level of the ladder: how many teams", words(levels), "the best that can be", "–")
    clashes = sum(clashes_with_leave(made, roster) for made, roster in rosters)
    show("clashes with leave, all teams together", str(clashes), "0", "20 a team")
    numbers = [per_person(made, roster) for made, roster in rosters]
    gap = min(b - a for each in numbers for own in each.values() for a, b in pairwise(own))
    show("smallest gap, working days", str(gap), "at least 5", "1.3")
    widest = max(weekday_range(made, roster) for made, roster in rosters)
    show("weekday range of a person, worst", str(widest), "at most 1", "5.3")
    spreads = [max(spread(made, roster, role) for made, roster in rosters) for role in ROLES]
    show("spread of leads / assists, worst", f"{spreads[0]} / {spreads[1]}", "0 / 1", "0 / 1")
    most = max(most_meetings(made, roster) for made, roster in rosters)
    show("meetings of one pair, most", str(most), "1", "3.4")
    seconds = sorted(done.seconds for _, done in solved)
    middle = f"{seconds[len(seconds) // 2]:.2f}, {seconds[-1]:.2f}"
    show("seconds, process included: median, worst", middle, "at most 1.5", "<0.01")


def larger(sizes: tuple[int, int], number: int, *, gap: int, aim: str) -> None:
    made = replace(problem(sizes, number, seed=0), min_gap=gap)
    done = solve(made)
    what = f"{sizes[0]} + {sizes[1]} × {number}, gap {gap}: level; seconds, MB"
    found = f"{done.roster.level}; {done.seconds:.1f}, {done.megabytes:.0f}"
    show(what, found, aim, "–")


def changes(drawn: Iterable[tuple[Problem, Roster]]) -> None:
    leavers, absences = [], []
    for seed, (made, roster) in enumerate(drawn):
        later = after(made, roster, BEGUN)
        random = Random(seed)
        leavers.append(changed(without(later, random.choice(later.members).id)))
        day, role = random.choice(sorted(later.before))
        absences.append(changed(away(later, later.before[day, role] or 0, day)))
    for what, found, today in (
        ("somebody leaves", leavers, "117 of 120"),
        ("one day's absence", absences, "117 of 120"),
    ):
        extra = max(moved - least for moved, least, _ in found)
        most = max(moved for moved, _, _ in found)
        seconds = max(each for _, _, each in found)
        show(f"{what}: duties moved beyond the unavoidable, worst", str(extra), "at most 1", "–")
        show(f"{what}: duties moved, worst", str(most), "–", today)
        show(f"{what}: seconds, worst", f"{seconds:.2f}", "at most 2", "–")


def changed(made: Problem) -> tuple[int, int, float]:
    """Duties moved; those whose holder cannot have them any more; seconds."""
    done = solve(made)
    members = {m.id: m for m in made.members}
    least = sum(
        not members[holder].can_serve_on(day)
        for (day, _), holder in made.before.items()
        if holder is not None
    )
    return len(done.roster.moved), least, done.seconds


def impossible() -> None:
    made = problem((3, 4), 40, seed=3)
    first, last = made.slots[10].day, made.slots[14].day
    for id in (100, 101):
        made = away(made, id, first, last)
    done = solve(made)
    seconds = f"{done.seconds:.2f}"
    show("3 + 4 people, two of three away for a week: seconds", seconds, "at most 1", "a clash")
    for sentence in done.roster.given_up:
        print(f"    {sentence}")


# ------------------------------------------------------------------ solving


def solve(made: Problem) -> Solved:
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "rota.solver"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise SystemExit("The solver's process cannot be talked to.")
        process.stdin.write(wire.of_problem(made))
        process.stdin.close()
        answer = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    roster = wire.to_roster(answer)
    wrong = verify.check(made, roster)
    if wrong:
        raise SystemExit(f"The rota is wrong: {wrong[:3]}")
    return Solved(roster, seconds, megabytes(used))


def megabytes(used: resource.struct_rusage) -> float:
    """Linux counts in kilobytes, macOS in bytes."""
    return used.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


# ------------------------------------------------------------------ teams


def problem(sizes: tuple[int, int], number: int, *, seed: int) -> Problem:
    random = Random(seed)
    first = date(2026, 12, 1)
    ahead = list(islice(days.working_days(first, workdays=range(5), holidays={}), number))
    members = tuple(
        Member(
            id=100 * (place + 1) + n,
            name=f"{group[0].upper()}{n}",
            group=group,
            away=tuple(leave(ahead, random)),
        )
        for place, group in enumerate(GROUPS)
        for n in range(sizes[place])
    )
    slots = paired.continued(
        [], days=ahead, groups=GROUPS, size=lambda group, _: sizes[GROUPS.index(group)],
        until=ahead[-1],
    )  # fmt: skip
    return Problem(
        groups=GROUPS,
        members=members,
        slots=tuple(slots),
        min_gap=paired.default_gap(sizes),
        seed=seed,
    )


def leave(ahead: Sequence[date], random: Random) -> Iterable[tuple[date, date]]:
    left = round(len(ahead) * LEAVE)
    while left > 0:
        length = min(left, random.choice([1, 2, 3, 5, 5, 10]))
        begin = random.randrange(len(ahead) - length + 1)
        yield ahead[begin], ahead[begin + length - 1]
        left -= length


def after(made: Problem, roster: Roster, begun: int) -> Problem:
    from rota.fairness import ledger

    past, ahead = made.slots[:begun], made.slots[begun:]
    accounts = ledger(made.members, groups=GROUPS, slots=past, duties=roster.duties)
    return replace(
        made,
        members=tuple(
            replace(m, credit={role: each.credit for role, each in accounts[m.id].items()})
            for m in made.members
        ),
        slots=ahead,
        past=tuple(
            Past(
                day=slot.day,
                number=slot.number,
                lead=roster.duties[slot.day, LEAD],
                assist=roster.duties[slot.day, ASSIST],
            )
            for slot in past
        ),
        before={key: holder for key, holder in roster.duties.items() if key[0] >= ahead[0].day},
    )


def without(made: Problem, leaver: int) -> Problem:
    last = made.slots[0].day - timedelta(days=1)
    members = (replace(m, left_on=last) if m.id == leaver else m for m in made.members)
    return replace(made, members=tuple(members))


def away(made: Problem, id: int, first: date, last: date | None = None) -> Problem:
    span = first, last or first
    members = (replace(m, away=(*m.away, span)) if m.id == id else m for m in made.members)
    return replace(made, members=tuple(members))


# ------------------------------------------------------------------ figures


def clashes_with_leave(made: Problem, roster: Roster) -> int:
    members = {m.id: m for m in made.members}
    held: Iterable[tuple[Key, int | None]] = roster.duties.items()
    return sum(members[who].is_away_on(day) for (day, _), who in held if who is not None)


def per_person(made: Problem, roster: Roster) -> dict[int, list[int]]:
    numbers: dict[int, list[int]] = {}
    for slot in made.slots:
        for role in ROLES:
            numbers.setdefault(roster.duties[slot.day, role] or 0, []).append(slot.number)
    return numbers


def weekday_range(made: Problem, roster: Roster) -> int:
    counts = {m.id: Counter[int]() for m in made.members}
    for (day, _), who in roster.duties.items():
        counts[who or 0][day.weekday()] += 1
    return max(max(c[w] for w in range(5)) - min(c[w] for w in range(5)) for c in counts.values())


def spread(made: Problem, roster: Roster, role: str) -> int:
    had = Counter(who for (_, its), who in roster.duties.items() if its == role)
    spreads = []
    for group in GROUPS:
        own = [had[m.id] for m in made.members if m.group == group]
        spreads.append(max(own) - min(own))
    return max(spreads)


def most_meetings(made: Problem, roster: Roster) -> int:
    met = Counter(frozenset(roster.duties[s.day, role] for role in ROLES) for s in made.slots)
    return max(met.values())


def words(counts: Counter[int]) -> str:
    return ", ".join(f"{level}: {number}" for level, number in sorted(counts.items()))


def show(what: str, found: str, aim: str, today: str) -> None:
    print(f"  {what:<62} {found:>14}   {aim:<22} {today}")


if __name__ == "__main__":
    main()
