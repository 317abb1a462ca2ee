"""A problem and a roster as JSON, to the solver's process and back; nothing is lost or changed."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from rota.problem import Gap, Key, Member, Past, Problem, Roster, Slot

Duties = Mapping[Key, int | None]


def of_problem(problem: Problem) -> str:
    return json.dumps({
        "groups": problem.groups,
        "members": [_of_member(member) for member in problem.members],
        "slots": [[str(s.day), s.leads, s.cycle, s.number] for s in problem.slots],
        "past": [[str(p.day), p.number, p.lead, p.assist] for p in problem.past],
        "fixed": _of_duties(problem.fixed),
        "before": _of_duties(problem.before),
        "min_gap": problem.min_gap,
        "seed": problem.seed,
    })  # fmt: skip


def to_problem(text: str) -> Problem:
    data = json.loads(text)
    first, second = data["groups"]
    return Problem(
        groups=(first, second),
        members=tuple(map(_to_member, data["members"])),
        slots=tuple(
            Slot(day=date.fromisoformat(day), leads=leads, cycle=cycle, number=number)
            for day, leads, cycle, number in data["slots"]
        ),
        past=tuple(
            Past(day=date.fromisoformat(day), number=number, lead=lead, assist=assist)
            for day, number, lead, assist in data["past"]
        ),
        fixed=_to_duties(data["fixed"]),
        before=_to_duties(data["before"]),
        min_gap=data["min_gap"],
        seed=data["seed"],
    )


def of_roster(roster: Roster) -> str:
    return json.dumps({
        "duties": _of_duties(roster.duties),
        "level": roster.level,
        "proven": roster.proven,
        "gap": roster.gap,
        "given_up": roster.given_up,
        "gaps": [[str(gap.day), gap.role, gap.reason] for gap in roster.gaps],
        "moved": [_of_key(key) for key in roster.moved],
        "uneven": roster.uneven,
    })  # fmt: skip


def to_roster(text: str) -> Roster:
    data = json.loads(text)
    return Roster(
        duties=_to_duties(data["duties"]),
        level=data["level"],
        proven=data["proven"],
        gap=data["gap"],
        given_up=tuple(data["given_up"]),
        gaps=tuple(
            Gap(day=date.fromisoformat(day), role=role, reason=reason)
            for day, role, reason in data["gaps"]
        ),
        moved=tuple(map(_to_key, data["moved"])),
        uneven=tuple((id, role) for id, role in data["uneven"]),
    )


def _of_member(member: Member) -> dict[str, Any]:
    return {
        "id": member.id,
        "name": member.name,
        "group": member.group,
        "weight": member.weight,
        "weekdays": sorted(member.weekdays),
        "joined_on": _of_day(member.joined_on),
        "left_on": _of_day(member.left_on),
        "away": [[str(first), str(last)] for first, last in member.away],
        "credit": dict(member.credit),
    }


def _to_member(data: dict[str, Any]) -> Member:
    return Member(
        id=data["id"],
        name=data["name"],
        group=data["group"],
        weight=data["weight"],
        weekdays=frozenset(data["weekdays"]),
        joined_on=_to_day(data["joined_on"]),
        left_on=_to_day(data["left_on"]),
        away=tuple((date.fromisoformat(a), date.fromisoformat(b)) for a, b in data["away"]),
        credit=data["credit"],
    )


def _of_day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _to_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _of_key(key: Key) -> str:
    return f"{key[0]} {key[1]}"


def _to_key(text: str) -> Key:
    day, _, role = text.partition(" ")
    return date.fromisoformat(day), role


def _of_duties(duties: Duties) -> dict[str, int | None]:
    return {_of_key(key): holder for key, holder in duties.items()}


def _to_duties(data: Mapping[str, int | None]) -> dict[Key, int | None]:
    return {_to_key(text): holder for text, holder in data.items()}
