"""What events on a calendar say of a rota, by their titles: who, when, and who that may be.

Whom a name is taken for is found in naming.py. Nothing is asked of a database or a calendar here.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import product

from integrations.google_calendar.client import Event
from rota.models import Member, Rota
from rota.naming import Names
from rota.syncs.calendar.titles import squeezed

DAY = timedelta(days=1)
LEAD, ASSIST, MEMBER = "lead", "assist", "member"
# They stand for names while a pattern is made; no title holds them.
PLACES = {LEAD: "\x01", ASSIST: "\x02", MEMBER: "\x03"}
# As the tools before called their events, and what a role was called there before.
USUAL = {
    Rota.Kind.PAIRED: "{lead} is on support today with {assist} assisting",
    Rota.Kind.ROLLING: "{title}: {member}",
}
OLDER_TITLES = {"support triager": "Support Steward"}
NAME = r"\S(?:.*?\S)?"
NOTHING_SAID: Mapping[str, int] = {}
# So many letters beside the names make a title that nothing else looks like.
FEWEST_LETTERS = 6


@dataclass(frozen=True, kw_only=True)
class Told:
    """An event whose title is one of the rota's: the names in it, or why it is left alone."""

    # Empty where it is told elsewhere than on the calendar.
    event_id: str
    day: date
    # The day after the last one.
    end: date
    title: str
    names: Mapping[str, str]
    why_not: str = ""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Whom an event is taken for; `why_not`: a sentence where it is left as it is."""

    told: Told
    members: Mapping[str, Member | None]
    leads: str = ""
    # How somebody was found who is not called exactly that.
    note: str = ""
    why_not: str = ""
    # Whom a name in it may stand for, where several come into question.
    asks: Mapping[str, Sequence[Member]] = field(default_factory=dict)


# ------------------------------------------------------------------------ titles


def told(
    rota: Rota,
    events: Iterable[Event],
    *,
    until: date | None = None,
    whose: Callable[[Event], str] = lambda _: "",
) -> list[Told]:
    """In the order of their days: whatever is called as the rota, or the tool before, calls it.

    `whose`: of which other rota an event is; empty where it is none's.
    """
    templates = dict.fromkeys((rota.event_title, USUAL[Rota.Kind(rota.kind)]))
    patterns = [_pattern(each, title, rota.roles) for each in templates for title in titles(rota)]
    found = [
        told
        for event in events
        for told in _told(rota, event, [each for each in patterns if each], whose(event))
        if until is None or told.day <= until
    ]
    return sorted(found, key=lambda each: (each.day, each.event_id))


def titles(rota: Rota) -> list[str]:
    """What the role is called, and what it was called before."""
    older = OLDER_TITLES.get(rota.title.casefold())
    return [rota.title, older] if older else [rota.title]


def _pattern(template: str, title: str, roles: Sequence[str]) -> re.Pattern[str] | None:
    """None where the title does not tell every name, or hardly anything else."""
    text = squeezed(template.format(**PLACES, title=title))
    if not all(PLACES[role] in text for role in roles):
        return None
    if sum(letter.isalpha() for letter in text) < FEWEST_LETTERS:
        return None
    pattern = re.escape(text)
    for role in roles:
        mark = PLACES[role]
        pattern = pattern.replace(mark, f"(?P<{role}>{NAME})", 1).replace(mark, f"(?P={role})")
    return re.compile(pattern, re.IGNORECASE)


def _told(
    rota: Rota, event: Event, patterns: Sequence[re.Pattern[str]], owner: str
) -> Iterator[Told]:
    day, end = _day(event.start), _day(event.end)
    title = squeezed(event.summary)
    if day is None or event.is_cancelled:
        return
    for pattern in patterns:
        if match := pattern.fullmatch(title):
            names, why_not = match.groupdict(), _why_not(rota, event, owner)
            break
        if pattern.search(title):
            names, why_not = {}, "its title says more than who serves"
            break
    else:
        return
    until = end if end is not None and end > day else day + DAY
    yield Told(event_id=event.id, day=day, end=until, title=title, names=names, why_not=why_not)


def _day(when: date | datetime | None) -> date | None:
    return when.date() if isinstance(when, datetime) else when


def _why_not(rota: Rota, event: Event, owner: str) -> str:
    """What the tool before never made, and what another rota goes on keeping right."""
    if owner:
        return f"it is the rota {owner}'s"
    if event.recurs or event.recurring_event_id is not None:
        return "it is one of a series"
    if not event.is_all_day:
        return "it has a time of day"
    if not rota.is_rolling and event.start is not None and event.end != event.start + DAY:
        return "it lasts longer than a day"
    if event.event_type != "default" or not event.organizer_self:
        return "it is an invitation from elsewhere, or somebody's own entry"
    return ""


# ---------------------------------------------------------------------- findings


def findings(
    rota: Rota,
    told: Sequence[Told],
    members: Iterable[Member],
    *,
    today: date,
    said: Mapping[str, int] = NOTHING_SAID,
) -> list[Finding]:
    """Whom each event is taken for, or why it is left alone; one event a day at most is taken.

    `said`: people by the names that somebody told to be theirs.
    """
    written = {name for each in told for name in each.names.values()}
    names = Names(members, written, said=said)
    first: dict[date, Told] = {}
    differing: set[date] = set()
    for each in told:
        if not each.why_not and first.setdefault(each.day, each).names != each.names:
            differing.add(each.day)
    return [
        _left(each, why)
        if (why := each.why_not or _doubled(each, first[each.day], differing))
        else _found(rota, each, names, is_over=each.day < today)
        for each in told
    ]


def _doubled(each: Told, first: Told, differing: set[date]) -> str:
    if each.day in differing:
        return "two events say different things of that day"
    return "it is there twice, and the other one is taken" if each is not first else ""


def _found(rota: Rota, each: Told, names: Names, *, is_over: bool) -> Finding:
    candidates = {role: names.candidates(name, each.day) for role, name in each.names.items()}
    unknown = [each.names[role] for role in candidates if not candidates[role]]
    if unknown and (not is_over or len(unknown) == len(candidates)):
        words = " and ".join(f"“{name}”" for name in unknown)
        return _left(each, f"{words} {'are' if len(unknown) > 1 else 'is'} nobody in this rota")
    for role, name in each.names.items():
        if candidates[role] and not names.is_clear(name):
            return _asked(each, name, candidates[role])
    if rota.is_rolling:
        return _served(each, names, candidates[MEMBER])
    pairs = list(_pairs(candidates[LEAD], candidates[ASSIST]))
    if len(pairs) != 1:
        return _left(each, _why_no_pair(each, candidates))
    lead, assist = pairs[0]
    notes = (names.note(each.names[LEAD], lead), names.note(each.names[ASSIST], assist))
    missing = [f"“{name}” is nobody in this rota any more." for name in unknown]
    return Finding(
        told=each,
        members={LEAD: lead, ASSIST: assist},
        leads=_leads(rota, lead, assist),
        note=" ".join(filter(None, [*notes, *missing])),
    )


def _served(each: Told, names: Names, candidates: Sequence[Member]) -> Finding:
    """Of one role: exactly one it can be."""
    if len(candidates) > 1:
        return _asked(each, each.names[MEMBER], candidates)
    member = candidates[0]
    note = names.note(each.names[MEMBER], member)
    return Finding(told=each, members={MEMBER: member}, note=note)


def _pairs(
    leads: Sequence[Member], assists: Sequence[Member]
) -> Iterator[tuple[Member | None, Member | None]]:
    """One of each group; of namesakes those who were in the rota that day were found first."""
    either: list[list[Member | None]] = [[*leads] or [None], [*assists] or [None]]
    for lead, assist in product(*either):
        if lead is None or assist is None or lead.group != assist.group:
            yield lead, assist


def _why_no_pair(each: Told, candidates: Mapping[str, Sequence[Member]]) -> str:
    for role, found in candidates.items():
        if len(found) > 1:
            return _may_be(each.names[role], found)
    lead, assist = candidates[LEAD][0], candidates[ASSIST][0]
    return f"{lead} and {assist} are both in {lead.group}"


def _may_be(name: str, candidates: Sequence[Member]) -> str:
    described = " or ".join(known_as(member) for member in candidates)
    return f"“{name}” may be {described}, or somebody else"


def _asked(each: Told, name: str, candidates: Sequence[Member]) -> Finding:
    return replace(_left(each, _may_be(name, candidates)), asks={name: candidates})


def known_as(member: Member) -> str:
    """By what namesakes can be told apart."""
    if member.group:
        return f"{member.name} in {member.group}"
    slack_id = member.person.slack_id
    return f"{member.name} ({slack_id})" if slack_id else member.name


def _leads(rota: Rota, lead: Member | None, assist: Member | None) -> str:
    if lead is not None:
        return lead.group
    return next(group for group in rota.groups if assist is None or group != assist.group)


def _left(each: Told, why: str) -> Finding:
    return Finding(told=each, members={}, why_not=why)


# ------------------------------------------------------------------------ cycles


def cycles(days: Iterable[tuple[date, str, int | None]], *, first: str) -> dict[date, int]:
    """The cycle of each day, of which the group that leads is known, and None where it is new.

    A cycle begins where the `first` group's block does. Those that are known keep what they are to
    one another, and come after those that are new before them.
    """
    numbered: dict[date, int] = {}
    current, offset, before, after_new = 0, 0, "", False
    for day, leads, known in days:
        begins = not before or (leads == first and before != first)
        if known is None:
            current += begins
        else:
            least = current + (begins and after_new)
            offset += max(0, least - known - offset)
            current = known + offset
        numbered[day] = current
        before, after_new = leads, known is None
    return numbered
