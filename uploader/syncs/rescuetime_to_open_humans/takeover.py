"""Taking over the earlier tool's single `rescuetime.json`: its rows by month, its doubled days
repaired. When the file may be removed is decided in kind.py.

That tool, at every update, kept the last day's rows but one and then appended the whole day. So a
day at which an update ended stands there twice or more. Where one fetch of a day ends and the next
begins cannot always be seen, and need not be: of rows that are the same but for their seconds, the
latest counts, and a row that stands only once is kept, wherever it stands.
"""

import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
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


def repaired(rows: Sequence[Row]) -> list[Row]:
    """A day's rows, given in the order of the file, each once.

    A category that changed between two fetches makes another row of the same time. The former one
    goes only where all else is the same, and the later one is plainly of another fetch.
    """
    latest: dict[tuple[str, str, str], int] = {}
    for n, row in enumerate(rows):
        latest[str(row[0]), str(row[3]), str(row[4])] = n
    fetches = _fetches(rows)
    last_alike = {_but_category(rows[n]): n for n in sorted(latest.values())}
    return [
        rows[n]
        for n in sorted(latest.values())
        if fetches[last_alike[_but_category(rows[n])]] == fetches[n]
    ]


def _fetches(rows: Sequence[Row]) -> list[int]:
    """By row, how often time went back before it: as it does where a fetch certainly begins."""
    numbers: list[int] = []
    number, time = 0, ""
    for row in rows:
        number += row[0] < time
        numbers.append(number)
        time = row[0]
    return numbers


def _but_category(row: Row) -> tuple[str, int, str]:
    return str(row[0]), row[1], str(row[3])


class OldFile:
    """One old file's rows in temporary files without names, a month each."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.notes = NOTES
        self._beat: Beat = lambda: None
        self._days: dict[str, set[str]] = defaultdict(set)
        self._spools: dict[str, IO[str]] = {}
        self._doubled: dict[str, int] = {}

    def fill(self, table: Table, *, beat: Beat) -> None:
        self._beat = beat
        for n, row in enumerate(table.rows()):
            if n % ROWS_BETWEEN_BEATS == 0:
                beat()
            self._add(row)
        self.notes = table.notes

    def _add(self, row: Row) -> None:
        day = day_of(row)
        month = month_of(day)
        self._days[month].add(day)
        if month not in self._spools:
            spool = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - see close()
            self._spools[month] = spool
        self._spools[month].write(f"{json.dumps(row)}\n")

    def days(self, month: str) -> set[str]:
        return self._days.get(month, set())

    def months(self) -> set[str]:
        return set(self._spools)

    def rows(self, month: str) -> dict[str, list[Row]]:
        """The month's rows by day, each once."""
        found: dict[str, list[Row]] = defaultdict(list)
        spool = self._spools[month]
        spool.seek(0)
        for n, line in enumerate(spool):
            if n % ROWS_BETWEEN_BEATS == 0:
                self._beat()
            row = json.loads(line)
            found[day_of(row)].append(row)
        whole = {day: repaired(rows) for day, rows in found.items()}
        self._doubled[month] = sum(len(rows) - len(whole[day]) for day, rows in found.items())
        return whole

    def doubled(self) -> int:
        """How many rows stood there more than once."""
        for month in self.months() - self._doubled.keys():
            self.rows(month)
        return sum(self._doubled.values())

    def close(self) -> None:
        for spool in self._spools.values():
            spool.close()


class Taken:
    """The fullest of the days that were offered; of equal ones the first."""

    def __init__(self) -> None:
        self.days: dict[str, list[Row]] = {}
        self.origins: dict[str, str] = {}

    def offer(self, day: str, rows: list[Row], *, origin: str) -> None:
        if day not in self.days or fullness(rows) > fullness(self.days[day]):
            self.days[day] = rows
            self.origins[day] = origin

    def rows(self) -> list[Row]:
        return [row for day in sorted(self.days) for row in self.days[day]]

    @property
    def origin(self) -> str | None:
        """The id of the file that the latest of these days came from."""
        return self.origins[max(self.origins)] if self.origins else None


def fullness(rows: Sequence[Row]) -> tuple[int, int]:
    return sum(row[1] for row in rows), len(rows)


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

    def rows(self, month: str, days: Iterable[str]) -> "Taken":
        """The rows of these days, each day from the file that has most of it."""
        wanted = set(days)
        taken = Taken()
        for old in self.files:
            if wanted & old.days(month):
                for day, rows in old.rows(month).items():
                    if day in wanted:
                        taken.offer(day, rows, origin=old.file.id)
        return taken

    def notes(self) -> str:
        return self.files[0].notes if self.files else NOTES

    def close(self) -> None:
        for old in self.files:
            old.close()
