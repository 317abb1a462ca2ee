"""The report of a rota: how its duties fell on people, and how it is set up; as JSON and CSV."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from rota import days, fairness, problem
from rota.models import Duty, Member, Rota

LOOK_BACK = timedelta(days=365)
# What a spreadsheet takes for the beginning of a formula.
FORMULA = tuple("=+-@\t\r\n|%＝＋－＠")


@dataclass(frozen=True, kw_only=True)
class Evenness:
    """How the duties fell, from the first to the last day that there were any on."""

    figures: tuple[fairness.Figures, ...]
    first: date | None
    last: date | None


def evenness(rota: Rota, *, now: datetime) -> Evenness:
    """Over the last twelve months and all that is planned, of everybody who served in it."""
    held = _held(rota, since=rota.today(now) - LOOK_BACK)
    slots = _slots(held)
    if not slots:
        return Evenness(figures=(), first=None, last=None)
    first, last = slots[0].day, max(duty.shift.end for duty in held) - days.DAY
    found = fairness.report(
        [_member(each) for each in rota.members.select_related("person")],
        groups=rota.groups,
        slots=slots,
        duties={(duty.shift.start, duty.role): duty.member_id for duty in held},
        roles=rota.roles,
    )
    shown = [each for each in found.members if _was_there(each, first, last)]
    if rota.is_rolling:
        shown = [replace(each, smallest_gap=_days_between(each.member.id, held)) for each in shown]
    return Evenness(figures=tuple(shown), first=first, last=last)


def _days_between(member: int, held: Iterable[Duty]) -> int | None:
    """The fewest free days from one of their services to the next."""
    own = [duty.shift for duty in held if duty.member_id == member]
    free = [(late.start - early.end).days for early, late in pairwise(own)]
    return max(0, min(free)) if free else None


def _held(rota: Rota, *, since: date) -> list[Duty]:
    duties = Duty.objects.filter(
        shift__rota=rota, shift__start__gte=since, shift__cancelled_at=None
    )
    return list(duties.select_related("shift").order_by("shift__start"))


def _slots(held: Sequence[Duty]) -> list[problem.Slot]:
    """The days on which there were duties, counted: gaps are differences of their numbers."""
    shifts = {duty.shift_id: duty.shift for duty in held}
    return [
        problem.Slot(day=shift.start, leads=shift.leads, cycle=shift.cycle or 0, number=number)
        for number, shift in enumerate(shifts.values(), start=1)
    ]


def _member(member: Member) -> problem.Member:
    return problem.Member(
        id=member.pk,
        name=member.name,
        group=member.group,
        weight=member.weight,
        joined_on=member.joined_on,
        left_on=member.left_on,
    )


def _was_there(figures: fairness.Figures, first: date, last: date) -> bool:
    joined, left = figures.member.joined_on, figures.member.left_on
    served = any(account.done for account in figures.accounts.values())
    return served or ((joined is None or joined <= last) and (left is None or left >= first))


# ---------------------------------------------------------------------- documents


def document(rota: Rota, *, now: datetime) -> dict[str, Any]:
    """As the command `rota report --json` prints it; `from` and `to` are days with duties."""
    even = evenness(rota, now=now)
    return {
        "rota": rota.name,
        "members": [_line(figures) for figures in even.figures],
        "from": even.first.isoformat() if even.first else None,
        "to": even.last.isoformat() if even.last else None,
        "config": config(rota),
    }


def _line(figures: fairness.Figures) -> dict[str, Any]:
    """A rolling rota has no groups, so none is named."""
    accounts, group = figures.accounts, figures.member.group
    return {
        "name": figures.member.name,
        **({"group": group} if group else {}),
        **{role: account.done for role, account in accounts.items()},
        "weekdays": {role: dict(counted) for role, counted in figures.weekdays.items()},
        "smallest_gap": figures.smallest_gap,
        "share": {role: round(account.share, 2) for role, account in accounts.items()},
        "difference": {role: round(account.credit, 2) for role, account in accounts.items()},
    }


def config(rota: Rota) -> dict[str, Any]:
    """How it is set up, in the words of the configuration file."""
    return _of_rolling(rota) if rota.is_rolling else _of_paired(rota)


def _of_rolling(rota: Rota) -> dict[str, Any]:
    serving = rota.members.filter(left_on=None).select_related("person")
    return {
        "kind": rota.kind,
        "title": rota.title,
        "timezone": rota.timezone,
        "every": rota.every,
        "lasts": rota.lasts,
        "handover_on": rota.handover_on or None,
        "at": f"{rota.at:%H:%M}",
        "starts_on": rota.starts_on.isoformat(),
        "members": [member.name for member in serving.order_by("position", "pk")],
        "event_title": rota.event_title,
        "horizon": _horizon(rota),
    }


def _horizon(rota: Rota) -> str | None:
    return f"{rota.horizon.days}d" if rota.horizon else None


def _of_paired(rota: Rota) -> dict[str, Any]:
    groups: dict[str, list[str]] = {group: [] for group in rota.groups}
    for member in rota.members.filter(left_on=None).select_related("person"):
        groups.setdefault(member.group, []).append(member.name)
    return {
        "kind": rota.kind,
        "title": rota.title,
        "timezone": rota.timezone,
        "holidays": rota.holidays or None,
        "workdays": rota.workdays,
        "starts_on": rota.starts_on.isoformat(),
        "start_with": rota.start_with,
        "groups": groups,
        "event_title": rota.event_title,
        "min_gap": rota.min_gap,
        "horizon": _horizon(rota),
        "seed": rota.seed,
    }


def as_csv(report: dict[str, Any]) -> str:
    """The document as two tables: who had how much, and, after an empty line, the settings."""
    members, roles = report["members"], _roles(report["config"])
    shown = [day for day in days.WEEKDAYS if any(day in m["weekdays"][roles[0]] for m in members)]
    grouped = ["group"] if "groups" in report["config"] else []
    head = ["name", *grouped, *roles, "smallest gap", *(f"{role} share" for role in roles)]
    head += [f"{role} {day}" for role in roles for day in shown]
    rows = [head, *(_row(member, roles, shown) for member in members), []]
    rows += [["from", report["from"]], ["to", report["to"]], *_settings(report["config"])]
    out = io.StringIO()
    csv.writer(out).writerows([plain(cell) for cell in row] for row in rows)
    return out.getvalue()


def _roles(config: dict[str, Any]) -> tuple[str, ...]:
    return Rota(kind=config["kind"]).roles


def _row(member: dict[str, Any], roles: Iterable[str], shown: Iterable[str]) -> list[Any]:
    grouped = ["group"] if "group" in member else []
    row = [member[name] for name in ("name", *grouped, *roles, "smallest_gap")]
    row += [member["share"][role] for role in roles]
    return row + [member["weekdays"][role].get(day, 0) for role in roles for day in shown]


def _settings(config: dict[str, Any]) -> list[list[Any]]:
    rows = []
    for name, value in config.items():
        if isinstance(value, dict):
            rows += [[f"{name} {part}", *listed] for part, listed in value.items()]
        else:
            rows.append([name, *value] if isinstance(value, list) else [name, value])
    return rows


def plain(cell: Any) -> Any:
    """A text that no spreadsheet carries out; numbers are numbers, also those below zero."""
    if isinstance(cell, str) and (cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA)):
        return f"'{cell}"
    return cell
