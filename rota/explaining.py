"""Why a wish was given up, in sentences: who, when, and what would help the most cheaply."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from rota import pairs
from rota.levels import pairs_differ
from rota.problem import LEAD, Key, Member, Problem, Slot
from rota.sides import Side
from rota.wishes import Draw, Match, Solver, Wish

# How many absences are tried for whether the rota would be better without.
MOST_TRIED = 3
MOST_NAMED = 4


def sentences(problem: Problem, match: Match, *, least: int, solver: Solver) -> Iterator[str]:
    """`least`: how often pairs were to meet at most."""
    yield from _decided(problem)
    for draw in (match.first, match.second):
        yield from _totals(draw)
        yield from _cycles(draw)
        yield from _gap(draw, solver)
        yield from _weekdays(draw)
    yield from _pairs(problem, match, least)


def day(of: date) -> str:
    return f"{of.day} {of:%B %Y}"


def span(first: date, last: date) -> str:
    """1 to 4 December 2026"""
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {day(last)}"
    if first.year == last.year:
        return f"{first.day} {first:%B} to {day(last)}"
    return f"{day(first)} to {day(last)}"


def listed(words: list[str], *, most: int = MOST_NAMED) -> str:
    if len(words) > most:
        words = [*words[:most], f"{len(words) - most} more"]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


# ------------------------------------------------------------ what people decided


def _decided(problem: Problem) -> Iterator[str]:
    members = {m.id: m for m in problem.members}
    slots = {slot.day: slot for slot in problem.slots}
    for (on, role), holder in sorted(problem.fixed.items(), key=lambda each: each[0]):
        member, slot = members.get(holder or 0), slots.get(on)
        if member is None or slot is None:
            continue
        why = _why_not(member, (on, role), slot)
        if why:
            doing = "lead" if role == LEAD else "assist"
            yield f"{member.name} is to {doing} on {day(on)} although {why}; a person decided so."


def _why_not(member: Member, key: Key, slot: Slot) -> str:
    if member.is_away_on(key[0]):
        return "away"
    if not member.belongs_on(key[0]):
        return "not in the rota that day"
    if key[0].weekday() not in member.weekdays:
        return f"they do not work on {key[0]:%A}s"
    if (slot.leads == member.group) != (key[1] == LEAD):
        return f"it is the other group's turn, not that of {member.group}"
    return ""


# ------------------------------------------------------------ totals


def _totals(draw: Draw) -> Iterator[str]:
    side = draw.side
    had = Counter((draw.chosen[slot.day], side.role(slot)) for slot in side.open)
    for id, role in draw.reached.uneven():
        member, due = side.by_id[id], side.due[id, role]
        verb = "leads" if role == LEAD else "assists"
        number = times(had[id, role]) if had[id, role] else "not at all"
        fair = f"{member.name} {verb} {number}, and their share is {due:.1f}"
        if had[id, role] > due:
            yield f"{fair}: others cannot, or did before; it comes out even later."
        else:
            away = _away_within(member, side.slots)
            why = f" (away {away})" if away else ""
            yield f"{fair}{why}: it is owed, and comes out even later."


def _away_within(member: Member, slots: tuple[Slot, ...]) -> str:
    first, last = slots[0].day, slots[-1].day
    spans = [span(*each) for each in sorted(member.away) if each[0] <= last and each[1] >= first]
    return listed(spans) if spans else ""


def _cycles(draw: Draw) -> Iterator[str]:
    if draw.reached.leads_once_a_cycle():
        return
    side = draw.side
    uneven = {id for id, _ in draw.reached.uneven()}
    found = []
    for days, bands in side.lead_bands:
        had = Counter(draw.chosen[on] for on in days)
        cycle = max(slot.cycle for slot in side.open if slot.day in days)
        block = tuple(slot for slot in side.open if slot.day in days and slot.cycle == cycle)
        for id, (low, _) in bands.items():
            if had[id] < low and id not in uneven:
                away = _away_within(side.by_id[id], block)
                why = f", away {away}" if away else ""
                found.append(f"{side.by_id[id].name} (from {day(block[0].day)}{why})")
    late = f" Later than that leads {listed(found, most=2)}." if found else ""
    yield (
        f"Not everybody in {side.group} leads exactly once a cycle; over all cycles it comes out "
        f"even.{late}"
    )


# ------------------------------------------------------------ gaps and weekdays


def _gap(draw: Draw, solver: Solver) -> Iterator[str]:
    side, gap = draw.side, draw.reached.gap()
    if gap >= side.min_gap:
        return
    window = _tightest(side)
    free = {id for slot in window for id in side.candidates[slot.day]}
    if len(free) < len(window):
        names = listed([side.by_id[id].name for id in sorted(free)])
        days = span(window[0].day, window[-1].day)
        why = f"only {names} can serve from {days}" if len(window) > 1 else f"on {days}"
    elif side.before:
        why = "the duties of before stay where they can"
    else:
        why = "leave and fair totals leave no room for more"
    helps = _absence_that_hinders(side, window, solver)
    yield (
        f"In {side.group} there {'is' if gap == 1 else 'are'} {gap} instead of {side.min_gap} "
        f"working days from one duty to the next at the least: {why}. "
        f"With a gap of {gap} it works{helps}."
    )


def _tightest(side: Side) -> tuple[Slot, ...]:
    """The days, no more than a gap of them, for which the fewest are free."""
    found: tuple[Slot, ...] = side.open[:1]
    worst = -(10**6)
    for first in range(len(side.open)):
        free: set[int] = set()
        for last in range(first, min(first + side.min_gap, len(side.open))):
            slot = side.open[last]
            if slot.number >= side.open[first].number + side.min_gap:
                break
            free.update(side.candidates[slot.day])
            if last - first + 1 - len(free) > worst:
                worst = last - first + 1 - len(free)
                found = side.open[first : last + 1]
    return found


def _absence_that_hinders(side: Side, window: tuple[Slot, ...], solver: Solver) -> str:
    first, last = window[0].day, window[-1].day
    tried = 0
    for member in side.members:
        for away in member.away:
            if away[0] > last or away[1] < first or tried == MOST_TRIED:
                continue
            tried += 1
            present = replace(member, away=tuple(each for each in member.away if each != away))
            members = tuple(present if m is member else m for m in side.members)
            wish = Wish(gap=side.min_gap)
            without = replace(side, members=members)
            if solver.fill([(without, wish)], thorough=False).chosen is not None:
                return (
                    f"; {side.min_gap} would, if {member.name} could serve between "
                    f"{day(away[0])} and {day(away[1])}"
                )
    return ""


def _weekdays(draw: Draw) -> Iterator[str]:
    most = draw.reached.weekday_range()
    if most > 1:
        yield (
            f"In {draw.side.group} somebody has {most} more of one weekday than of another; leave, "
            "gaps and fair totals go before it."
        )


# ------------------------------------------------------------ pairs


def _pairs(problem: Problem, match: Match, least: int) -> Iterator[str]:
    one, other = match.first, match.second
    limits = pairs.limits(problem, one.side, other.side, most=least)
    if pairs_differ(one.reached, other.reached, limits):
        return
    met = Counter(
        (one.chosen[slot.day], other.chosen[slot.day])
        for slot in one.side.open
        if slot.day in other.chosen
    )
    lately = pairs.met_lately(problem, one.side, other.side)
    often = [
        f"{one.side.by_id[a].name} with {other.side.by_id[b].name} {times(number + lately[a, b])}"
        for (a, b), number in sorted(met.items())
        if number > limits[a, b]
    ]
    yield f"Not all pairs differ, those of late included: {listed(often)}."
