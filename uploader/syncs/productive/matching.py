"""Who is who: people here or at a source, and at Productive, by address and never by a guess."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from integrations.productive.client import Person
from uploader.people import folded, same_human


class Sought(Protocol):
    """Somebody who is looked for at Productive."""

    @property
    def label(self) -> str:
        """What they are called where something is said of them."""
        ...

    @property
    def emails(self) -> tuple[str, ...]: ...

    @property
    def is_wrong(self) -> bool:
        """Nothing is done for them, and it has been said why."""
        ...


W = TypeVar("W", bound=Sought)


@dataclass(frozen=True, slots=True)
class Match(Generic[W]):
    who: W
    person: Person


def match(
    sought: Iterable[W], people: Iterable[Person], *, warn: Callable[[str], None]
) -> list[Match[W]]:
    """Those who are one person on both sides; of everybody else it is said why nothing is done."""
    sought, named = list(sought), [person for person in people if person.email]
    at_productive = _by_address(named)
    owners: dict[str, list[W]] = defaultdict(list)
    for who in sought:
        for email in who.emails:
            owners[email].append(who)
    found = {who.emails: _found(who.emails, at_productive) for who in sought}
    taken = Counter(person.id for who in sought for person in found[who.emails].values())
    matches = []
    for who in sorted(sought, key=lambda who: who.label):
        candidates = found[who.emails]
        if any(len(owners[email]) > 1 for email in who.emails):
            warn(f"{who.label}: several people at the source have this address; nothing is done.")
        elif who.is_wrong:
            continue  # the source has said so
        elif not candidates:
            warn(f"{who.label}: no match at Productive")
        elif len(candidates) > 1:
            numbers = ", ".join(sorted(candidates))
            warn(f"{who.label}: several matches at Productive ({numbers}); nothing is done.")
        elif max(taken[number] for number in candidates) > 1:
            warn(f"{who.label}: the same match at Productive as somebody else; nothing is done.")
        else:
            matches.append(Match(who, *candidates.values()))
    return matches


def _by_address(people: list[Person]) -> dict[str, dict[str, Person]]:
    """People at Productive by every address that is known to be theirs, and then by id."""
    humans = same_human(person.email for person in people)
    found: dict[str, dict[str, Person]] = defaultdict(dict)
    for person in people:
        for email in humans[folded(person.email)]:
            found[email][person.id] = person
    return found


def _found(emails: Iterable[str], at_productive: dict[str, dict[str, Person]]) -> dict[str, Person]:
    found: dict[str, Person] = {}
    for email in emails:
        found |= at_productive.get(email, {})
    return found
