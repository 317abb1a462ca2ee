"""Tags of the target workspace, by name; what is missing there is made when it is needed."""

from collections.abc import Callable, Collection, Iterable
from functools import cached_property

from integrations.clockify.client import Tag
from integrations.errors import RejectedError
from uploader.syncs.clockify_to_clockify.places import folded

# Before the name of a tag that is not there yet; no id begins so.
NEW = "+"


class Tags:
    """`create` makes one, `read` lists them, as soon as that is needed; `again`: anew."""

    def __init__(self, *, create: Callable[[str], Tag], read: Callable[..., Iterable[Tag]]) -> None:
        self.create = create
        self.read = read
        # How what is not there yet is to be written.
        self.letters: dict[str, str] = {}
        # Names that may not be made; who asked once need not ask for every entry.
        self.refused: dict[str, RejectedError] = {}

    @cached_property
    def there(self) -> dict[str, Tag]:
        """By id; of two whose names differ in letters only, one that is in use comes last."""
        return self._sorted(self.read())

    def _sorted(self, tags: Iterable[Tag]) -> dict[str, Tag]:
        return {tag.id: tag for tag in sorted(tags, key=lambda tag: (not tag.archived, tag.id))}

    @property
    def by_name(self) -> dict[str, Tag]:
        return {folded(tag.name): tag for tag in self.there.values()}

    def wanted(self, names: Collection[str]) -> list[str]:
        """As they are compared: ids of what is there, and names of what is to be made."""
        for name in names:
            self.letters.setdefault(folded(name), name)
        known = self.by_name if names else {}
        told = (known[each].id if each in known else f"{NEW}{each}" for each in map(folded, names))
        return sorted(set(told))

    def in_letters(self, compared: Iterable[str]) -> list[str]:
        """As people read them; one that is gone is what its id says."""
        return [self._in_letters(each) for each in compared]

    def _in_letters(self, compared: str) -> str:
        if compared.startswith(NEW):
            return self.letters.get(compared.removeprefix(NEW), compared)
        return self.there[compared].name if compared in self.there else compared

    def ids_of(self, compared: Iterable[str]) -> tuple[str, ...]:
        """What is missing is made."""
        return tuple(
            self._one(each.removeprefix(NEW)).id if each.startswith(NEW) else each
            for each in compared
        )

    def _one(self, name: str) -> Tag:
        if name not in self.by_name:
            self._make(name)
        return self.by_name[name]

    def _make(self, name: str) -> None:
        if name in self.refused:
            raise self.refused[name]
        try:
            tag = self.create(self.letters.get(name, name))
        except RejectedError as refusal:
            # Another sync, or a person, may have been quicker.
            self.there = self._sorted(self.read(again=True))
            if name not in self.by_name:
                self.refused[name] = refusal
                raise
            return
        self.there[tag.id] = tag
