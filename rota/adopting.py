"""Taking over what the tool before put on a calendar: its events become shifts, and ours, by id.

Nothing is written at the calendar here; what an event says of whom is found in adoption.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import transaction

from rota import adoption, duties
from rota.adoption import ASSIST, LEAD, MEMBER, NOTHING_SAID, Finding, known_as
from rota.days import DAY
from rota.duties import Doing, Place
from rota.models import Rota, Shift
from rota.naming import abbreviates
from rota.rhythm import Rhythm, Span
from rota.syncs.calendar.events import part_of
from rota.syncs.calendar.foreign import foreign, own, whose
from rota.team_roles import CURRENT, Holder
from uploader.kinds import Kind
from uploader.models import Change, Link, Sync

BEFORE, AHEAD = timedelta(days=2 * 366), timedelta(days=3 * 366)


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """What was found, in the order of the days; shifts that are there already keep their duties."""

    rota: Rota
    sync: Sync
    findings: Sequence[Finding]
    # Days whose shift has these people already, and only lacks its event.
    agreed: frozenset[date]

    @property
    def taken(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.why_not]

    def changes(self, *, outcome: str) -> list[Change]:
        """A line an event; the key of a shift that is new is that of its duties."""
        return [self._change(finding, outcome=outcome) for finding in self.findings]

    def _change(self, finding: Finding, *, outcome: str) -> Change:
        told = finding.told
        if finding.why_not:
            return Change(
                action="conflict",
                subject=f"{told.day:%Y-%m}",
                what=f"{told.day}: “{told.title}”",
                outcome=Change.Outcome.SKIPPED,
                reason=f"Left as it is: {finding.why_not}.",
            )
        return Change(
            action="update" if told.day in self.agreed else "create",
            subject=f"{told.day:%Y-%m}",
            what=_what(finding),
            outcome=outcome,
            reason=finding.note,
        )

    def warnings(self) -> list[str]:
        """Whoever was found by less than their whole name, and how much was left alone."""
        notes = dict.fromkeys(finding.note for finding in self.taken if finding.note)
        left = len(self.findings) - len(self.taken)
        if left:
            events = "1 event that looks" if left == 1 else f"{left} events that look"
            notes[f"{events} like the rota's: left alone; the changes say why."] = None
        return [*notes]

    def questions(self) -> list[str]:
        """What somebody has to say before names can be taken for anybody."""
        asked: dict[str, str] = {}
        for finding in self.findings:
            for name, candidates in finding.asks.items():
                known = " or ".join(known_as(each) for each in candidates)
                asked[name] = f"Who is “{name}”: {known}? Say so with --take '{name}=…'."
        return [*asked.values()]

    def planned(self) -> list[Change]:
        """The duties as a plan would name them, for showing the rota as it would be."""
        return [
            Change(
                action="create",
                key=f"{finding.told.day}/{role}",
                after={
                    "member": member.pk if member else None,
                    "reason": _gap(finding, role),
                    "end": finding.told.end.isoformat(),
                },
            )
            for finding in self.taken
            if finding.told.day not in self.agreed
            for role, member in finding.members.items()
        ]


def _what(finding: Finding) -> str:
    """Who serves, and when."""
    told, members = finding.told, finding.members
    if MEMBER in members:
        return f"{told.day} to {told.end - DAY}: {members[MEMBER]}"
    lead, assist = (members[role] or "nobody" for role in (LEAD, ASSIST))
    return f"{told.day}: {lead} leads, {assist} assists"


def _gap(finding: Finding, role: str) -> str:
    """Why nobody is known to have had it."""
    if finding.members[role] is not None:
        return ""
    return f"“{finding.told.names[role]}” is nobody in this rota any more"


# --------------------------------------------------------------------- looking


def told(kind: Kind, rota: Rota, *, until: date | None, doing: Doing) -> list[adoption.Told]:
    """Reads the calendar, all of it: what is there that looks like the rota's and is not ours."""
    today = rota.today(doing.now)
    events = foreign(
        kind.context.sync,
        kind.context.target,
        start=today - BEFORE,
        end=min(until or today + AHEAD, today + AHEAD),
        now=doing.now,
    )
    return adoption.told(rota, events, until=until, whose=whose(kind.context.sync, rota))


def looked(
    rota: Rota,
    sync: Sync,
    told: Sequence[adoption.Told],
    *,
    doing: Doing,
    said: Mapping[str, int] = NOTHING_SAID,
) -> Adoption:
    """What would become of it, given the rota as it is stored."""
    members = list(rota.members.select_related("person"))
    found = adoption.findings(rota, told, members, today=rota.today(doing.now), said=said)
    shifts = {
        shift.start: shift
        for shift in rota.shifts.filter(cancelled_at=None).prefetch_related("duties__member")
    }
    links = Link.objects.filter(sync=sync, part=part_of(sync.options["calendar_id"]))
    linked = set(links.exclude(ref=None).values_list("key", flat=True))
    judged = [_judged(finding, shifts.get(finding.told.day), linked) for finding in found]
    there = (finding.told.day for finding in judged if not finding.why_not)
    return Adoption(
        rota=rota,
        sync=sync,
        findings=judged,
        agreed=frozenset(day for day in there if day in shifts),
    )


def _judged(finding: Finding, shift: Shift | None, linked: set[str]) -> Finding:
    """A shift that is there already is not overwritten."""
    if shift is None or finding.why_not:
        return finding
    held = {duty.role: duty.member for duty in shift.duties.all()}
    if held != finding.members:
        have = " and ".join(f"{held.get(role) or 'nobody'} as {role}" for role in shift.rota.roles)
        return replace(finding, why_not=f"that day has {have} already")
    if shift.end != finding.told.end:
        return replace(finding, why_not=f"its shift lasts until {shift.end - DAY} already")
    if shift.uid.hex in linked:
        return replace(finding, why_not="that day has an event of its own already")
    return finding


def with_file(
    rota: Rota,
    told: Sequence[adoption.Told],
    file: Mapping[str, Holder],
    *,
    doing: Doing,
) -> tuple[list[adoption.Told], list[str]]:
    """What the earlier tool's file adds: who serves now, where the calendar does not tell. Where
    both do, the calendar counts, and that they differ is said.
    """
    by_day = {each.day: each for each in told}
    added, warnings = [], []
    for part, holder in file.items():
        start, end = _span_of(rota, part, doing=doing)
        there = by_day.get(start)
        if there is None:
            title = f"team-roles.json: {part} is {holder.name}"
            added.append(
                adoption.Told(
                    event_id="", day=start, end=end, title=title, names={MEMBER: holder.name}
                )
            )
        elif there.names and not _agree(there.names[MEMBER], holder.name):
            warnings.append(
                f"The file says that {holder.name} is {part}, the calendar (“{there.title}” from "
                f"{start}) that {there.names[MEMBER]} is: the calendar counts."
            )
    return sorted([*told, *added], key=lambda each: each.day), warnings


def _span_of(rota: Rota, part: str, *, doing: Doing) -> Span:
    """When whoever is current, or incoming, began, and how long they serve."""
    rhythm = Rhythm.of(
        rota.every, rota.lasts, handover_on=rota.handover_on, starts_on=rota.starts_on
    )
    latest = rhythm.number(rota.today(doing.now))
    return rhythm.span(latest - 1 if rota.overlaps and part == CURRENT else latest)


def _agree(one: str, other: str) -> bool:
    return abbreviates(one, other) or abbreviates(other, one)


# ----------------------------------------------------------------------- doing


@transaction.atomic
def carried_out(
    rota: Rota,
    sync: Sync,
    told: Sequence[adoption.Told],
    *,
    doing: Doing,
    said: Mapping[str, int] = NOTHING_SAID,
) -> Adoption:
    """All of it or nothing: shifts with their duties, and whose event is which."""
    Rota.objects.select_for_update().get(pk=rota.pk)
    found = looked(rota, sync, told, doing=doing, said=said)
    for finding in found.taken:
        if finding.told.day not in found.agreed:
            _store(finding, rota, doing=doing)
        if finding.told.event_id:
            own(sync, rota.shifts.get(start=finding.told.day), finding.told.event_id)
    if not rota.is_rolling:
        _number(rota, new={finding.told.day for finding in found.taken} - found.agreed)
    return found


def _store(finding: Finding, rota: Rota, *, doing: Doing) -> None:
    for role, member in finding.members.items():
        place = Place(
            day=finding.told.day,
            role=role,
            leads=finding.leads,
            cycle=None if rota.is_rolling else 0,
            end=finding.told.end,
            # Whoever served is taken for who had the turn: the order goes on from there.
            turn=member if rota.is_rolling else None,
        )
        duties.make(rota, place, member, reason=_gap(finding, role), doing=doing)


def _number(rota: Rota, *, new: set[date]) -> None:
    """In which cycle each day is: the next generation goes on with the one under way."""
    shifts = rota.shifts.filter(cancelled_at=None).order_by("start")
    days = [
        (shift.start, shift.leads, None if shift.start in new else shift.cycle) for shift in shifts
    ]
    duties.number(rota, adoption.cycles(days, first=rota.start_with))
