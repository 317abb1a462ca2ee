"""Tags of the target workspace, by name; what is missing there is made when it is needed."""

from collections.abc import Callable, Iterable

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
        self._know(there)

    def _know(self, there: Iterable[Tag]) -> None:
        self.names: dict[str, str] = {}
        self.by_name: dict[str, Tag] = {}
        # Of two whose names differ in letters only, one that is in use.
        for tag in sorted(there, key=lambda tag: (not tag.archived, tag.id)):
            self.names[tag.id] = tag.name
            self.by_name[folded(tag.name)] = tag

    def named_there(self, names: Iterable[str]) -> list[str]:
        """Once each, in the target's own letters where it has them."""
        known = (self.by_name.get(folded(name)) for name in names)
        return sorted({tag.name if tag else name for tag, name in zip(known, names, strict=True)})

    def names_of(self, ids: Iterable[str]) -> list[str]:
        """A tag that is gone is what its id says: somebody else's, and not to be lost sight of."""
        return sorted({self.names.get(each, each) for each in ids})

    def ids_of(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(self._one(name).id for name in names)

    def _one(self, name: str) -> Tag:
        if folded(name) not in self.by_name:
            self._make(name)
        return self.by_name[folded(name)]

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
