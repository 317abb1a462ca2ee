"""A rota, its report, and whom names are taken for, as tables for a terminal: texts alone."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from rota.adoption import Finding, known_as
from rota.days import WEEKDAYS
from rota.models import Duty, Rota
from rota.models.rotas import MEMBER
from rota.showing import NOBODY_SAID, Line, Served

MARKS = {
    Duty.Origin.PINNED: "pinned",
    Duty.Origin.SWAPPED: "swapped",
    Duty.Origin.OVERRIDE: "by hand",
}


def of_rota(shown: Sequence[Line], *, today: date) -> Iterator[str]:
    """A line a shift (there has to be one), an arrow at those of today; where they are of a day
    each, an empty line between weeks."""
    roles = [duty.role.capitalize() for duty in shown[0].duties]
    by_day = all(line.last == line.start for line in shown)
    rows = [(line.start, [_dates(line), *map(_words, line.duties)]) for line in shown]
    head = ["", *roles]
    widths = _widths([head, *(cells for _, cells in rows)])
    yield f"  {_row(head, widths)}"
    week = None
    for line, (start, cells) in zip(shown, rows, strict=True):
        if by_day and week not in (None, start.isocalendar()[:2]):
            yield ""
        week = start.isocalendar()[:2]
        arrow = "→" if line.start <= today < line.end else " "
        yield f"{arrow} {_row(cells, widths)}"


def _dates(line: Line) -> str:
    return f"{line.start:%Y-%m-%d %a}" + (f" to {line.last}" if line.last != line.start else "")


def _words(duty: Served) -> str:
    if duty.member is None:
        return f"nobody: {duty.reason or NOBODY_SAID}"
    marks = []
    if duty.origin in MARKS:
        instead = f" for {duty.instead_of}" if duty.instead_of else ""
        marks.append(MARKS[Duty.Origin(duty.origin)] + instead)
    if duty.turn is not None and duty.turn != duty.member and not duty.instead_of:
        marks.append(f"{duty.turn}’s turn")
    if duty.is_new:
        marks.append("new")
    return f"{duty.member} ({', '.join(marks)})" if marks else str(duty.member)


def of_report(report: dict[str, Any]) -> Iterator[str]:
    """A line a member: how often they have which role, on which weekdays, how close together. On
    which weekday a turn begins is not theirs, so it is not told of turns."""
    members, roles = report["members"], Rota(kind=report["config"]["kind"]).roles
    days = [day for day in WEEKDAYS if any(_times(member, day) for member in members)]
    head = ["", *roles, *days, "smallest gap"]
    if roles == (MEMBER,):
        days, head = [], ["", "turns", "smallest gap"]
    rows = [
        [
            member["name"],
            *(str(member[role]) for role in roles),
            *(str(_times(member, day) or "·") for day in days),
            "·" if member["smallest_gap"] is None else str(member["smallest_gap"]),
        ]
        for member in members
    ]
    widths = _widths([head, *rows])
    yield from (_row(cells, widths) for cells in [head, *rows])


def _times(member: dict[str, Any], day: str) -> int:
    return sum(counted.get(day, 0) for counted in member["weekdays"].values())


def of_names(findings: Iterable[Finding]) -> Iterator[str]:
    """A line a name: whom it is taken for, how often, from when to when."""
    known: dict[tuple[str, str], list[date]] = {}
    for finding in findings:
        for role, name in finding.told.names.items():
            taken = _taken(finding, role)
            known.setdefault((name, taken), []).append(finding.told.day)
    rows = [
        [name, "→", taken, str(len(days)), f"{min(days)} to {max(days)}"]
        for (name, taken), days in sorted(known.items())
    ]
    widths = _widths(rows)
    yield from (_row(cells, widths) for cells in rows)


def _taken(finding: Finding, role: str) -> str:
    if finding.why_not:
        return "left alone"
    member = finding.members[role]
    return known_as(member) if member else "nobody"


def _widths(rows: Iterable[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()
