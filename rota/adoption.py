"""What events on a calendar say of a rota, by their titles: who, when, and who that may be.

Names are taken whole: somebody is found by their exact name, or, where only one person comes into
question, by a first name. Nothing is asked of a database or a calendar here.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, product

from integrations.google_calendar.client import Event
from rota.models import Member, Rota
from rota.syncs.calendar.titles import squeezed

DAY = timedelta(days=1)
LEAD, ASSIST = "lead", "assist"
# They stand for names while a pattern is made; no title holds them.
PLACES = {LEAD: "\x01", ASSIST: "\x02"}
NAME = r"\S(?:.*?\S)?"
# So many letters beside the names make a title that nothing else looks like.
FEWEST_LETTERS = 6


@dataclass(frozen=True, kw_only=True)
class Told:
    """An event whose title is one of the rota's: the names in it, or why it is left alone."""

    event_id: str
    day: date
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
    usual = str(Rota._meta.get_field("event_title").get_default())
    patterns = [_pattern(title, rota.title) for title in dict.fromkeys((rota.event_title, usual))]
    found = [
        told
        for event in events
        for told in _told(event, [pattern for pattern in patterns if pattern], whose(event))
        if until is None or told.day <= until
    ]
    return sorted(found, key=lambda each: (each.day, each.event_id))


def _pattern(template: str, title: str) -> re.Pattern[str] | None:
    """None where the title does not tell both names, or hardly anything else."""
    text = squeezed(template.format(**PLACES, title=title))
    if not all(mark in text for mark in PLACES.values()):
        return None
    if sum(letter.isalpha() for letter in text) < FEWEST_LETTERS:
        return None
    pattern = re.escape(text)
    for role, mark in PLACES.items():
        pattern = pattern.replace(mark, f"(?P<{role}>{NAME})", 1).replace(mark, f"(?P={role})")
    return re.compile(pattern, re.IGNORECASE)


def _told(event: Event, patterns: Sequence[re.Pattern[str]], owner: str) -> Iterator[Told]:
    day = event.start.date() if isinstance(event.start, datetime) else event.start
    title = squeezed(event.summary)
    if day is None or event.is_cancelled:
        return
    for pattern in patterns:
        if match := pattern.fullmatch(title):
            names, why_not = match.groupdict(), _why_not(event, owner)
            break
        if pattern.search(title):
            names, why_not = {}, "its title says more than who is on support"
            break
    else:
        return
    yield Told(event_id=event.id, day=day, title=title, names=names, why_not=why_not)


def _why_not(event: Event, owner: str) -> str:
    """What the tool before never made, and what another rota goes on keeping right."""
    if owner:
        return f"it is the rota {owner}'s"
    if event.recurs or event.recurring_event_id is not None:
        return "it is one of a series"
    if not event.is_all_day:
        return "it has a time of day"
    if event.start is not None and event.end != event.start + DAY:
        return "it lasts longer than a day"
    if event.event_type != "default" or not event.organizer_self:
        return "it is an invitation from elsewhere, or somebody's own entry"
    return ""


# ------------------------------------------------------------------------- names


class Names:
    """Who is who, given everybody in the rota and every name on the calendar."""

    def __init__(self, members: Iterable[Member], told: Iterable[Told]) -> None:
        self.by_person: dict[int, list[Member]] = defaultdict(list)
        for member in members:
            self.by_person[member.person_id].append(member)
        written = {name for each in told for name in each.names.values()}
        self.exact = {name: found for name in written if (found := self._called(name))}
        self.guessed = {
            name: [person for person in self.by_person if abbreviates(name, self._name(person))]
            for name in written - self.exact.keys()
        }
        meant = Counter(chain.from_iterable([*self.exact.values(), *self.guessed.values()]))
        # Two names on the calendar are two people: which of them is this one, nobody knows.
        self.meant_twice = {person for person, times in meant.items() if times > 1}

    def _name(self, person: int) -> str:
        return squeezed(self.by_person[person][0].name)

    def _called(self, name: str) -> list[int]:
        return [person for person in self.by_person if self._name(person) == name]

    def candidates(self, name: str, day: date) -> list[Member]:
        """A membership of each person it may be, that of the day where there are several."""
        people = self.exact.get(name) or self.guessed[name]
        return [self._on(person, day) for person in people]

    def _on(self, person: int, day: date) -> Member:
        own = self.by_person[person]
        return next((member for member in own if member.serves_on(day)), own[0])

    def is_clear(self, name: str) -> bool:
        """Whether nobody else comes into question; of those called exactly so, the day tells."""
        if name in self.exact:
            return True
        people = self.guessed[name]
        return len(people) == 1 and people[0] not in self.meant_twice

    def note(self, name: str, member: Member | None) -> str:
        if name in self.exact or member is None:
            return ""
        return f"“{name}” is taken for {member.name}, the only one it can be."


def abbreviates(short: str, full: str) -> bool:
    """Whether it is a first name, perhaps with initials, of a longer name; never a mere part."""
    said, known = short.casefold().split(), full.casefold().split()
    if not said or len(said) > len(known) or said[0] != known[0]:
        return False
    pairs = zip(said[1:], known[1:], strict=False)
    return all(word == other or word.rstrip(".") == other[0] for word, other in pairs)


# ---------------------------------------------------------------------- findings


def findings(
    rota: Rota, told: Sequence[Told], members: Iterable[Member], *, today: date
) -> list[Finding]:
    """Whom each event is taken for, or why it is left alone; one event a day at most is taken."""
    names = Names(members, told)
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
            return _left(each, _may_be(name, candidates[role]))
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
    described = " or ".join(f"{member.name} in {member.group}" for member in candidates)
    return f"“{name}” may be {described}, or somebody else"


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
