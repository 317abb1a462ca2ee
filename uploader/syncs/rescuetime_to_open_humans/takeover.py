"""Taking over the earlier tool's single `rescuetime.json`: its rows by month, its doubled days
repaired. When the file may be removed is decided in kind.py.

That tool, at every update, kept the last day's rows but one and then appended the whole day. So a
day at which an update ended stands there twice or more, and its last ascending block is the day.
"""

import json
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO

from integrations.open_humans.client import File
from uploader.syncs.rescuetime_to_open_humans.files import (
    NOTES,
    ROWS_BETWEEN_BEATS,
    Beat,
    Row,
    WrongShape,
    day_of,
)
from uploader.syncs.rescuetime_to_open_humans.months import month_of
from uploader.syncs.rescuetime_to_open_humans.shelf import Shelf
from uploader.syncs.rescuetime_to_open_humans.tables import Table


@dataclass
class Block:
    """The latest ascending block of one day, while the file goes by."""

    number: int = 0
    rows: int = 0
    time: str = ""
    # What the bucket at `time` holds already.
    seen: set[tuple[str, str]] = field(default_factory=set)

    def take(self, row: Row) -> None:
        time, name = str(row[0]), (str(row[3]), str(row[4]))
        if time < self.time or (time == self.time and name in self.seen):
            self.number += 1
            self.rows = 0
            self.seen = {name}
        elif time > self.time:
            self.seen = {name}
        else:
            self.seen.add(name)
        self.time = time
        self.rows += 1


class OldFile:
    """One old file's rows in temporary files without names, a month each."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.notes = NOTES
        self.doubled = 0
        self._blocks: dict[str, Block] = {}
        self._spools: dict[str, IO[str]] = {}

    def fill(self, table: Table, *, beat: Beat) -> None:
        for n, row in enumerate(table.rows()):
            if n % ROWS_BETWEEN_BEATS == 0:
                beat()
            self._add(row)
        self.notes = table.notes

    def _add(self, row: Row) -> None:
        day = day_of(row)
        block = self._blocks.setdefault(day, Block())
        before = block.rows
        number = block.number
        block.take(row)
        if block.number != number:
            self.doubled += before
        month = month_of(day)
        if month not in self._spools:
            spool = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - see close()
            self._spools[month] = spool
        self._spools[month].write(f"{json.dumps([block.number, *row])}\n")

    def days(self, month: str) -> dict[str, int]:
        return {day: b.rows for day, b in self._blocks.items() if month_of(day) == month}

    def months(self) -> set[str]:
        return set(self._spools)

    def rows(self, month: str, days: Iterable[str]) -> Iterator[Row]:
        wanted = set(days)
        spool = self._spools[month]
        spool.seek(0)
        for line in spool:
            number, *row = json.loads(line)
            day = day_of(row)
            if day in wanted and number == self._blocks[day].number:
                yield row

    def close(self) -> None:
        for spool in self._spools.values():
            spool.close()


class OldFiles:
    """Every readable old file of the person, the newest first: there is one as a rule."""

    def __init__(self) -> None:
        self.files: list[OldFile] = []

    def read(
        self,
        shelf: Shelf,
        *,
        unreadable: Collection[str],
        beat: Beat,
        refuse: Callable[[File, str], None],
    ) -> None:
        """Read them all but the ids in `unreadable`; `refuse` hears of those that are no tables."""
        for file in shelf.old_files():
            if file.id in unreadable:
                continue
            old = OldFile(file)
            self.files.append(old)
            try:
                with shelf.open(file) as stream:
                    old.fill(Table(stream), beat=beat)
            except WrongShape as error:
                old.close()
                self.files.remove(old)
                refuse(file, str(error))
            except BaseException:
                self.close()
                raise

    def months(self) -> set[str]:
        return {month for old in self.files for month in old.months()}

    def days(self, month: str) -> set[str]:
        return {day for old in self.files for day in old.days(month)}

    def rows(self, month: str, days: Iterable[str]) -> list[Row]:
        """The rows of these days, each from the newest file that has it."""
        left = set(days)
        found: list[Row] = []
        for old in self.files:
            here = left & old.days(month).keys()
            if here:
                found += old.rows(month, here)
                left -= here
        return found

    def origin(self, month: str, days: Iterable[str]) -> str | None:
        """The id of the newest file that has any of these days."""
        wanted = set(days)
        for old in self.files:
            if wanted & old.days(month).keys():
                return old.file.id
        return None

    def notes(self) -> str:
        return self.files[0].notes if self.files else NOTES

    def close(self) -> None:
        for old in self.files:
            old.close()
