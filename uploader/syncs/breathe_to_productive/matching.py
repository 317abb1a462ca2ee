"""Who is who: people of the source and people at Productive, by address, and never by a guess."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from integrations.productive.client import Person
from uploader.people import folded, same_human
from uploader.syncs.breathe_to_productive.leave import Leave


@dataclass(frozen=True, slots=True)
class Match:
    leave: Leave
    person: Person


def match(
    leaves: Iterable[Leave], people: Iterable[Person], *, warn: Callable[[str], None]
) -> list[Match]:
    """Those who are one person on both sides; of everybody else it is said why nothing is done."""
    at_productive = defaultdict(list)
    named = [person for person in people if person.email]
    humans = same_human(person.email for person in named)
    for person in named:
        at_productive[min(humans[folded(person.email)])].append(person)
    by_human = defaultdict(list)
    for leave in leaves:
        by_human[min(leave.emails)].append(leave)
    matches = []
    for human, own in sorted(by_human.items()):
        found = at_productive[human]
        if len(own) > 1:
            emails = ", ".join(sorted({leave.email for leave in own}))
            warn(f"{emails}: {len(own)} people at the source have this address; nothing is done.")
        elif not found:
            warn(f"{own[0].email}: no match at Productive")
        elif len(found) > 1:
            numbers = ", ".join(sorted(person.id for person in found))
            warn(f"{own[0].email}: several matches at Productive ({numbers}); nothing is done.")
        else:
            matches.append(Match(own[0], found[0]))
    return matches
