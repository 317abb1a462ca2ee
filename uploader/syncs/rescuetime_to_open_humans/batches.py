"""What is compared and applied together: a month, what stays as it is, the removals."""

from collections.abc import Callable, Iterable, Iterator

from integrations.errors import RejectedError
from integrations.open_humans.client import File
from uploader.engine import Change, Item
from uploader.kinds import Batch
from uploader.syncs.rescuetime_to_open_humans.files import MonthFile, name_of
from uploader.syncs.rescuetime_to_open_humans.making import Made, Maker
from uploader.syncs.rescuetime_to_open_humans.months import words
from uploader.syncs.rescuetime_to_open_humans.reading import Gap
from uploader.syncs.rescuetime_to_open_humans.shelf import Shelf
from uploader.syncs.rescuetime_to_open_humans.takeover import OldFile


def item_of(file: MonthFile) -> Item:
    return Item(
        key=file.marker.month,
        content={"md5": file.md5},
        ref=file.file.id,
        ours=True,
        what=_what(file.marker.month, sum(file.marker.rows.values())),
    )


def _what(month: str, rows: int) -> str:
    return f"{name_of(month)}: {words(month)}, {rows:,} rows"


class MonthBatch(Batch):
    """One month, read and written; it is put together when the engine asks for it."""

    def __init__(
        self,
        month: str,
        *,
        seconds: int | None,
        maker: Maker,
        settled: Callable[[str], None],
        known: Gap | None = None,
        found: Callable[[str, Gap | None], None] = lambda month, gap: None,
    ) -> None:
        self.part = month
        self.seconds = seconds
        self.maker = maker
        self.shelf = maker.shelf
        self.settled = settled
        self.known = known
        self.found = found
        self.short: Gap | None = None
        self.made: Made | None = None

    def desired(self) -> Iterator[Item]:
        copies = self._copies()
        current = copies[0] if copies else None
        self.close()
        self.made = self.maker.make(
            self.part, seconds=self.seconds, current=current, known=self.known
        )
        if self.made is None:
            return
        self.short = self.made.gap if self.made.is_news else None
        if current is not None and current.md5 == self.made.body.md5:
            self._is_right()
        rows = sum(self.made.marker.rows.values())
        yield Item(key=self.part, content={"md5": self.made.body.md5}, what=_what(self.part, rows))

    def existing(self) -> list[Item]:
        return [item_of(copy) for copy in self._copies()]

    def _copies(self) -> list[MonthFile]:
        return self.shelf.months().get(self.part, [])

    def apply(self, change: Change) -> Item | None:
        """The new file is uploaded and seen in a listing before the old one is deleted."""
        new = None
        if change.wanted is not None and self.made is not None:
            new = self.shelf.put(self.made.body, self.made.marker, now=self.maker.now)
            self._is_right()
        if change.found is not None and change.found.ref is not None:
            self.shelf.delete(change.found.ref)
        return item_of(new) if new else None

    def _is_right(self) -> None:
        self.settled(self.part)
        if self.made is not None:
            self.found(self.part, self.made.gap)

    def close(self) -> None:
        if self.made is not None:
            self.made.body.close()
            self.made = None


class ShortBatch(Batch):
    """Says of a month that is there that RescueTime withholds some of it: a line of the run."""

    def __init__(self, month: str, gap: Gap) -> None:
        self.part = month
        self.gap = gap

    def desired(self) -> list[Item]:
        said = [
            f"{day}: {found} of {total} seconds came"
            for day, (found, total) in self.gap.days.items()
            if day in self.gap.serious()
        ]
        raise RejectedError(
            provider="RescueTime",
            doing=f"reading {self.part} whole",
            excerpt=f"{'; '.join(said)}. The rest of the month is there",
        )

    def existing(self) -> list[Item]:
        return []


class KeptBatch(Batch):
    """Months that need no reading, as their files' metadata says. Surplus copies of them go."""

    def __init__(self, shelf: Shelf, months: Iterable[str]) -> None:
        self.shelf = shelf
        self.months = set(months)

    def desired(self) -> list[Item]:
        return [item_of(copies[0]) for copies in self._copies()]

    def existing(self) -> list[Item]:
        return [item_of(copy) for copies in self._copies() for copy in copies]

    def _copies(self) -> list[list[MonthFile]]:
        return [copies for month, copies in self.shelf.months().items() if month in self.months]

    def apply(self, change: Change) -> None:
        _delete(self.shelf, change)


class RemovalBatch(Batch):
    """Files that should be gone, each deleted by its id."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def files(self) -> list[File]:
        """By default all that is ours: for a person who wants it gone."""
        return self.shelf.everything_ours()

    def desired(self) -> list[Item]:
        return []

    def existing(self) -> list[Item]:
        return [
            Item(
                key=file.basename,
                content={"file": file.basename},
                ref=file.id,
                ours=True,
                what=self.words(file),
            )
            for file in self.files()
        ]

    def words(self, file: File) -> str:
        return file.basename

    def apply(self, change: Change) -> None:
        _delete(self.shelf, change)


class OldFileBatch(RemovalBatch):
    """The earlier tool's file, once all of it is in months; `is_safe` looks once more."""

    def __init__(self, shelf: Shelf, old: OldFile, *, is_safe: Callable[[OldFile], bool]) -> None:
        super().__init__(shelf)
        self.old = old
        self.is_safe = is_safe

    def files(self) -> list[File]:
        return [file for file in self.shelf.files if file.id == self.old.file.id]

    def words(self, file: File) -> str:
        return old_words(file)

    def recheck(self, change: Change) -> bool:
        return self.is_safe(self.old)


class PreviewBatch(Batch):
    """What the totals and the listing tell, nothing read: for a dry run."""

    def __init__(self, shelf: Shelf, *, changing: set[str]) -> None:
        self.shelf = shelf
        self.changing = changing

    def desired(self) -> Iterator[Item]:
        months = self.shelf.months()
        for month in sorted(self.changing | months.keys()):
            if month in self.changing:
                yield Item(key=month, content=None, what=f"{name_of(month)}: {words(month)}")
            else:
                yield item_of(months[month][0])

    def existing(self) -> Iterator[Item]:
        for copies in self.shelf.months().values():
            yield from map(item_of, copies)
        for file in self.shelf.old_files():
            yield Item(
                key=file.basename,
                content=None,
                ref=file.id,
                ours=True,
                what=old_words(file),
            )


def old_words(file: File) -> str:
    return f"{file.basename}: the single file of the earlier tool"


def _delete(shelf: Shelf, change: Change) -> None:
    if change.found is not None and change.found.ref is not None:
        shelf.delete(change.found.ref)
