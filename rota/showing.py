"""Who is on when, as the contract's document: as it is stored, or as a plan would make it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from rota.models import Duty, Member, Rota, Shift
from uploader.models import Change

# How the changes of a generation are called: a day and a role.
KEY = re.compile(r"(\d{4}-\d{2}-\d{2})/(lead|assist|member)")
DAY = timedelta(days=1)
UNFILLED = "It has not been filled yet."
NOBODY_SAID = "Nobody has it."


@dataclass(frozen=True, kw_only=True)
class Served:
    """One duty as it is shown; nobody's is a gap."""

    role: str
    member: Member | None
    reason: str = ""
    origin: str = Duty.Origin.GENERATED
    instead_of: Member | None = None
    # Of a rolling rota: whose turn it is.
    turn: Member | None = None
    # Only planned so far.
    is_new: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """One shift, with every role."""

    start: date
    # The day after the last one.
    end: date
    duties: tuple[Served, ...]

    @property
    def last(self) -> date:
        return self.end - DAY


def lines(
    rota: Rota,
    *,
    first: date | None = None,
    until: date | None = None,
    planned: Iterable[Change] = (),
) -> list[Line]:
    """In order; `until` is inclusive. `planned`: changes of the rota's duties that are shown as
    if they were carried out.
    """
    found = _stored(rota, first=first)
    _carry_out(found, planned, rota)
    return [
        Line(start=start, end=end, duties=tuple(_every_role(rota, duties)))
        for (start, end), duties in sorted(found.items())
        if duties and (until is None or start <= until) and (first is None or end > first)
    ]


Found = dict[tuple[date, date], dict[str, Served]]


def _stored(rota: Rota, *, first: date | None) -> Found:
    shifts = rota.shifts.filter(cancelled_at=None).select_related("turn__person")
    if first is not None:
        shifts = shifts.filter(end__gt=first)
    return {
        (shift.start, shift.end): {duty.role: _served(duty, shift) for duty in shift.duties.all()}
        for shift in shifts.prefetch_related(
            "duties__member__person__addresses", "duties__instead_of__person"
        )
    }


def _served(duty: Duty, shift: Shift) -> Served:
    return Served(
        role=duty.role,
        member=duty.member,
        reason=duty.reason,
        origin=duty.origin,
        instead_of=duty.instead_of,
        turn=shift.turn,
    )


def _carry_out(found: Found, planned: Iterable[Change], rota: Rota) -> None:
    people = rota.members.select_related("person").prefetch_related("person__addresses")
    members = {member.pk: member for member in people}
    ends = dict(found.keys())
    for change in planned:
        match = KEY.fullmatch(change.key)
        if match is None or change.outcome != Change.Outcome.PLANNED:
            continue
        start, role = date.fromisoformat(match[1]), match[2]
        if change.after is not None and "end" in change.after:
            _lasts_until(found, ends, start, date.fromisoformat(change.after["end"]))
        duties = found.setdefault((start, ends.setdefault(start, start + DAY)), {})
        if change.after is None:
            duties.pop(role, None)
        else:
            duties[role] = Served(
                role=role,
                member=members.get(change.after["member"]),
                reason=change.after["reason"],
                turn=members.get(change.after.get("turn")),
                is_new=True,
            )


def _lasts_until(found: Found, ends: dict[date, date], start: date, end: date) -> None:
    before = ends.get(start)
    if before is not None and before != end:
        found[start, end] = found.pop((start, before))
    ends[start] = end


def _every_role(rota: Rota, duties: dict[str, Served]) -> Iterable[Served]:
    for role in rota.roles:
        yield duties.get(role) or Served(role=role, member=None, reason=UNFILLED)


# ---------------------------------------------------------------------- documents


def document(rota: Rota, shown: Iterable[Line]) -> dict[str, Any]:
    shifts = list(shown)
    return {
        "rota": rota.name,
        "kind": str(rota.kind),
        "timezone": rota.timezone,
        "shifts": [
            {**_span(line), "duties": [_duty(duty) for duty in line.duties]} for line in shifts
        ],
        "gaps": [
            {**_span(line), "role": str(duty.role), "reason": duty.reason or NOBODY_SAID}
            for line in shifts
            for duty in line.duties
            if duty.member is None
        ],
    }


def _span(line: Line) -> dict[str, Any]:
    return {"start": line.start.isoformat(), "end": line.end.isoformat()}


def _duty(duty: Served) -> dict[str, Any]:
    person = duty.member.person if duty.member else None
    emails = [each.email for each in person.addresses.all() if each.enabled] if person else []
    return {
        "role": str(duty.role),
        "member": person.name if person else None,
        "email": emails[0] if emails else None,
        "slack_id": (person.slack_id or None) if person else None,
        "override": duty.origin in (Duty.Origin.OVERRIDE, Duty.Origin.SWAPPED),
    }


def of_nothing(name: str = "") -> dict[str, Any]:
    """The document of a rota that was not found."""
    return document(Rota(name=name, timezone=""), []) | {"kind": None, "timezone": None}


def of_change(
    shown: dict[str, Any],
    *,
    applied: bool = False,
    changes: Iterable[Any] = (),
    level: int | None = None,
    given_up: Iterable[str] = (),
    warnings: Iterable[str] = (),
    error: str | None = None,
) -> dict[str, Any]:
    """A rota's document with what was, or would be, done to it."""
    return {
        **shown,
        "applied": applied,
        "changes": list(changes),
        "level": level,
        "given_up": list(given_up),
        "warnings": list(warnings),
        "error": error,
    }
