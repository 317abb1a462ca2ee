"""Tags of the target workspace, by name; what is missing there is made when it is needed."""

from collections.abc import Callable, Collection, Iterable

from integrations.clockify.client import Tag
from integrations.errors import RejectedError
from uploader.syncs.clockify_to_clockify.places import folded


class Tags:
    """`create` makes one, `read` lists all of them anew."""

    def __init__(
        self,
        there: Iterable[Tag],
        *,
        create: Callable[[str], Tag],
        read: Callable[[], Iterable[Tag]],
    ) -> None:
        self.create = create
        self.read = read
        # How what is not there yet is to be written.
        self.letters: dict[str, str] = {}
        self._know(there)

    def _know(self, there: Iterable[Tag]) -> None:
        self.names: dict[str, str] = {}
        self.by_name: dict[str, Tag] = {}
        # Of two whose names differ in letters only, one that is in use.
        for tag in sorted(there, key=lambda tag: (not tag.archived, tag.id)):
            self.names[tag.id] = tag.name
            self.by_name[folded(tag.name)] = tag

    def wanted(self, names: Collection[str]) -> list[str]:
        """As they are compared: once each, whatever their letters."""
        for name in names:
            self.letters.setdefault(folded(name), name)
        return sorted(set(map(folded, names)))

    def names_of(self, ids: Iterable[str]) -> list[str]:
        """A tag that is gone is what its id says: somebody else's, and not to be lost sight of."""
        return sorted({folded(self.names[each]) if each in self.names else each for each in ids})

    def in_letters(self, names: Iterable[str]) -> list[str]:
        """As people read them: the target's letters where it has the tag."""
        there = {name: tag.name for name, tag in self.by_name.items()}
        return [there.get(name) or self.letters.get(name, name) for name in names]

    def ids_of(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(self._one(name).id for name in names)

    def _one(self, name: str) -> Tag:
        if name not in self.by_name:
            self._make(self.letters.get(name, name))
        return self.by_name[name]

    def _make(self, name: str) -> None:
        try:
            tag = self.create(name)
        except RejectedError:
            # Another sync, or a person, may have been quicker.
            self._know(self.read())
            if folded(name) not in self.by_name:
                raise
            return
        self.names[tag.id], self.by_name[folded(name)] = tag.name, tag
