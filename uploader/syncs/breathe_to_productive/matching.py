"""Who is who: people of the source and people at Productive, by address, and never by a guess."""

from collections import Counter, defaultdict
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
    leaves, named = list(leaves), [person for person in people if person.email]
    at_productive = _by_address(named)
    owners: dict[str, list[Leave]] = defaultdict(list)
    for leave in leaves:
        for email in leave.emails:
            owners[email].append(leave)
    found = {leave.email: _found(leave, at_productive) for leave in leaves}
    taken = Counter(person.id for leave in leaves for person in found[leave.email].values())
    matches = []
    for leave in sorted(leaves, key=lambda leave: leave.email):
        candidates = found[leave.email]
        if any(len(owners[email]) > 1 for email in leave.emails):
            warn(f"{leave.email}: several people at the source have this address; nothing is done.")
        elif leave.is_wrong:
            continue  # the source has said so
        elif not candidates:
            warn(f"{leave.email}: no match at Productive")
        elif len(candidates) > 1:
            numbers = ", ".join(sorted(candidates))
            warn(f"{leave.email}: several matches at Productive ({numbers}); nothing is done.")
        elif max(taken[number] for number in candidates) > 1:
            warn(f"{leave.email}: the same match at Productive as somebody else; nothing is done.")
        else:
            matches.append(Match(leave, *candidates.values()))
    return matches


def _by_address(people: list[Person]) -> dict[str, dict[str, Person]]:
    """People at Productive by every address that is known to be theirs, and then by id."""
    humans = same_human(person.email for person in people)
    found: dict[str, dict[str, Person]] = defaultdict(dict)
    for person in people:
        for email in humans[folded(person.email)]:
            found[email][person.id] = person
    return found


def _found(leave: Leave, at_productive: dict[str, dict[str, Person]]) -> dict[str, Person]:
    found: dict[str, Person] = {}
    for email in leave.emails:
        found |= at_productive.get(email, {})
    return found
