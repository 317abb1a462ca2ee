"""Putting a month together: what RescueTime shows now, and the days that only older files have.

Replacing a day by a fresh reading of it is fine; replacing it by nothing never is. A plan that
lapses hides old days, and must not erase them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from integrations.errors import RejectedError
from uploader.syncs.rescuetime_to_open_humans.files import (
    Beat,
    Body,
    Marker,
    MonthFile,
    Row,
    WrongShape,
    count_days,
    day_of,
    in_order,
    write,
)
from uploader.syncs.rescuetime_to_open_humans.reading import Gap, Reader, Reading
from uploader.syncs.rescuetime_to_open_humans.shelf import Shelf
from uploader.syncs.rescuetime_to_open_humans.tables import Digested, Table
from uploader.syncs.rescuetime_to_open_humans.takeover import OldFiles, Taken


@dataclass(frozen=True)
class Made:
    """A month's file as it should be, not yet anywhere."""

    body: Body
    marker: Marker
    # What RescueTime says there is, and does not give.
    gap: Gap | None = None
    is_news: bool = False


def by_day(rows: Iterable[Row], days: Iterable[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {day: [] for day in days}
    for row in rows:
        if day_of(row) in found:
            found[day_of(row)].append(row)
    return {day: each for day, each in found.items() if each}


@dataclass(kw_only=True)
class Maker:
    reader: Reader
    shelf: Shelf
    old: OldFiles
    beat: Beat
    warn: Callable[[str], None]
    now: datetime

    def make(
        self,
        month: str,
        *,
        seconds: int | None,
        current: MonthFile | None,
        known: Gap | None = None,
    ) -> Made | None:
        """The month's file, or None where there is nothing to put into it.

        `seconds` is RescueTime's coarse total, None where it shows nothing; `current` is the file
        that is there already, and `known` what was missing of RescueTime's rows before.
        """
        reading = self._read(month, seconds, known)
        fresh = {day_of(row) for row in reading.rows}
        there = current.marker.rows if current else {}
        lost = {day for day, rows in there.items() if rows and day not in fresh}
        only_old = self.old.days(month) - fresh - lost
        rows, better = self._mended(month, reading, current)
        if current is not None and lost:
            rows += self._carry(current, lost)
        taken = self.old.rows(month, only_old)
        rows += taken.rows()
        if not rows:
            return None
        marker = Marker(
            month=month,
            generation=self.shelf.generation,
            rows={},
            seconds=seconds,
            carried=sorted(lost | only_old | better),
            taken_over=taken.origin or self._origin(current, lost),
        )
        notes, body = self._write(in_order(rows), reading.notes, current)
        marker = replace(marker, rows=body.days, notes=notes)
        return Made(body, marker, reading.gap, reading.is_news)

    def _mended(
        self, month: str, reading: Reading, current: MonthFile | None
    ) -> tuple[list[Row], set[str]]:
        """What RescueTime shows, and the days of which an older file has more than that.

        Only days that came short by RescueTime's own account are compared.
        """
        came = {day_of(row) for row in reading.rows}
        short = came.intersection(reading.gap.serious() if reading.gap else ())
        if not short:
            return list(reading.rows), set()
        fullest = Taken()
        for day, rows in by_day(reading.rows, short).items():
            fullest.offer(day, rows, origin="")
        there = short.intersection(current.marker.rows) if current else set()
        if current is not None and there:
            for day, rows in by_day(self._rows_of(current, there), there).items():
                fullest.offer(day, rows, origin=current.file.id)
        old = self.old.rows(month, short)
        for day, rows in old.days.items():
            fullest.offer(day, rows, origin=old.origins[day])
        better = {day for day, origin in fullest.origins.items() if origin}
        rows = [row for row in reading.rows if day_of(row) not in short]
        return rows + fullest.rows(), better

    def _write(self, rows: list[Row], notes: str, current: MonthFile | None) -> tuple[str, Body]:
        """With the notes that are there where the rows are the same: they are nobody's data."""
        before = current.marker.notes if current else None
        if current is not None and before is not None and before != notes:
            body = write(rows, notes=before, beat=self.beat)
            if body.md5 == current.md5:
                return before, body
            body.close()
        return notes, write(rows, notes=notes, beat=self.beat)

    def _read(self, month: str, seconds: int | None, known: Gap | None) -> Reading:
        if seconds is None:
            return Reading(notes=self.old.notes())
        reading = self.reader.read(month, seconds=seconds, known=known)
        for warning in reading.warnings:
            self.warn(warning)
        return reading

    def _origin(self, current: MonthFile | None, lost: set[str]) -> str | None:
        return current.marker.taken_over if current and lost else None

    def _carry(self, current: MonthFile, days: set[str]) -> list[Row]:
        """These days as the file at Open Humans has them; people hear of each once."""
        rows = self._rows_of(current, days)
        counted = count_days(rows)
        if counted != {day: n for day, n in sorted(current.marker.rows.items()) if day in days}:
            raise self._unusable(current, "its days are not those that it had when we wrote it")
        for day in sorted(days.difference(current.marker.carried)):
            self.warn(
                f"{day}: RescueTime no longer shows this day; its {counted[day]} rows were kept."
            )
        return rows

    def _rows_of(self, current: MonthFile, days: Iterable[str]) -> list[Row]:
        try:
            with self.shelf.open(current.file) as stream:
                digested = Digested(stream)
                rows = [row for row in Table(digested).rows() if day_of(row) in days]
                md5 = digested.md5()
        except WrongShape as error:
            raise self._unusable(current, str(error)) from None
        if md5 != current.md5:
            raise self._unusable(current, "its bytes are not those that we wrote")
        return rows

    def _unusable(self, current: MonthFile, why: str) -> RejectedError:
        return RejectedError(
            provider=self.shelf.client.name,
            doing=f"keeping days of {current.file.basename} that RescueTime no longer shows",
            excerpt=f"{why}, so the file was left as it is",
        )
