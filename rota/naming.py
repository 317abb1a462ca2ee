"""Whom a name is taken for, among the members of a rota.

Names are taken whole: somebody is found by their exact name, or, where only one person comes into
question, by a first name; or by what somebody says whose name it is. Nothing is asked of a
database here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import chain

from rota.models import Member
from rota.syncs.calendar.titles import squeezed


class Names:
    """Who is who, given everybody in the rota and every name that is written somewhere.

    `said`: people by the names that somebody told to be theirs.
    """

    def __init__(
        self, members: Iterable[Member], written: Iterable[str], *, said: Mapping[str, int]
    ) -> None:
        self.by_person: dict[int, list[Member]] = defaultdict(list)
        for member in members:
            self.by_person[member.person_id].append(member)
        written = set(written)
        self.said = {name: said[name] for name in written if said.get(name) in self.by_person}
        self.exact = {
            name: found
            for name in written
            if (found := [self.said[name]] if name in self.said else self._called(name))
        }
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
        if member is None or (name in self.exact and name not in self.said):
            return ""
        if name in self.said:
            return f"“{name}” is {member.name}, as was said."
        return f"“{name}” is taken for {member.name}, the only one it can be."


def abbreviates(short: str, full: str) -> bool:
    """Whether it is a first name, perhaps with initials, of a longer name; never a mere part."""
    said, known = short.casefold().split(), full.casefold().split()
    if not said or len(said) > len(known) or said[0] != known[0]:
        return False
    pairs = zip(said[1:], known[1:], strict=False)
    return all(word == other or word.rstrip(".") == other[0] for word, other in pairs)
