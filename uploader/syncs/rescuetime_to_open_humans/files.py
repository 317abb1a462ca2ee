"""The file of a month: its rows and their order, its bytes, and what its metadata tells.

Talking to Open Humans is shelf.py's business.
"""

import hashlib
import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, cast

from integrations.open_humans.client import File
from uploader.syncs.rescuetime_to_open_humans.months import month_of, words

MARKER = "lockstep"
FORMAT = 1
TAGS = ["Rescuetime", "productivity"]
COLUMNS = (
    "Date",
    "Time Spent (seconds)",
    "Number of People",
    "Activity",
    "Category",
    "Productivity",
)
# What RescueTime itself says in every answer; for months that only an older file tells of.
NOTES = "data is an array of arrays (rows), column names for rows in row_headers"
ROWS_BETWEEN_BEATS = 5000

Row = Sequence[Any]
Beat = Callable[[], None]


class WrongShape(ValueError):
    """A sentence about why something is not the table it should be."""


def day_of(row: Row) -> str:
    return str(row[0])[:10]


def positions(headers: Sequence[str]) -> list[int]:
    """Where our columns stand in somebody's rows: read by name, never by position."""
    missing = [name for name in COLUMNS if name not in headers]
    if missing:
        raise WrongShape(f"it has no column {missing[0]!r}")
    return [headers.index(name) for name in COLUMNS]


def in_order(rows: Iterable[Row]) -> list[Row]:
    """By time, within a bucket the largest first, as RescueTime says it answers.

    What it does not say is settled by name, so that the same rows are always the same bytes.
    """
    return sorted(rows, key=lambda row: (str(row[0]), -row[1], *map(str, row[2:])))


def count_days(rows: Iterable[Row]) -> dict[str, int]:
    return dict(sorted(Counter(map(day_of, rows)).items()))


# ------------------------------------------------------------------------ bytes


@dataclass
class Body:
    """A month's file, in a temporary file that has no name: it cannot outlive this process."""

    content: BinaryIO
    size: int
    md5: str
    days: dict[str, int]

    def close(self) -> None:
        self.content.close()


def write(rows: Iterable[Row], *, notes: str, beat: Beat) -> Body:
    """The bytes of a month, the same for the same rows; `rows` must be in order."""
    # Closed by whoever uploads it.
    content = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115
    try:
        return _written(content, rows, notes=notes, beat=beat)
    except BaseException:
        content.close()
        raise


def _written(content: BinaryIO, rows: Iterable[Row], *, notes: str, beat: Beat) -> Body:
    digest = hashlib.md5(usedforsecurity=False)
    days: Counter[str] = Counter()

    def put(text: str) -> None:
        data = text.encode()
        digest.update(data)
        content.write(data)

    put(f'{{"notes": {json.dumps(notes)}, "row_headers": {json.dumps(COLUMNS)}, "rows": [')
    for n, row in enumerate(rows):
        put(f"{',' if n else ''}\n{json.dumps(row)}")
        days[day_of(row)] += 1
        if n % ROWS_BETWEEN_BEATS == 0:
            beat()
    put("\n]}\n")
    return Body(content, content.tell(), digest.hexdigest(), dict(sorted(days.items())))


# --------------------------------------------------------------------- metadata


def name_of(month: str) -> str:
    return f"rescuetime-{month}.json"


@dataclass(frozen=True)
class Marker:
    """What we note of a month beside its bytes, so that planning never has to read them."""

    month: str
    generation: int
    rows: Mapping[str, int]
    # What RescueTime's coarse total said at this reading; None where it shows nothing any more.
    seconds: int | None = None
    # Days that RescueTime no longer showed, kept from the file before.
    carried: Sequence[str] = ()
    # The id of the earlier tool's single file, where some days of this month came from there.
    taken_over: str | None = None
    # RescueTime's words above the table; another wording alone is no reason to upload again.
    notes: str | None = None

    def metadata(self, body: Body, *, now: datetime) -> dict[str, Any]:
        marked = {
            "format": FORMAT,
            "month": self.month,
            "generation": self.generation,
            "rows": dict(self.rows),
            "seconds": self.seconds,
            "carried": list(self.carried),
            "taken_over": self.taken_over,
            "notes": self.notes,
        }
        return {
            "description": f"RescueTime, {words(self.month)}: computer use in five-minute steps",
            "tags": TAGS,
            "md5": body.md5,
            "creation_date": now.isoformat(timespec="seconds"),
            "start_date": min(self.rows),
            "end_date": max(self.rows),
            MARKER: marked,
        }


@dataclass(frozen=True)
class MonthFile:
    """A file at Open Humans that carries our marker."""

    file: File = field(repr=False)
    md5: str
    marker: Marker

    @property
    def age(self) -> tuple[str, int, str]:
        """Sorts the oldest first."""
        number = self.file.id
        return self.file.created, int(number) if number.isdigit() else 0, number


def month_file(file: File) -> MonthFile | None:
    """The file as one of ours, or None. Whose `source` it is has to be asked as well."""
    marked = file.metadata.get(MARKER)
    md5 = file.metadata.get("md5")
    if not isinstance(marked, dict) or not isinstance(md5, str) or not _is_sound(marked):
        return None
    marker = Marker(
        month=marked["month"],
        generation=marked["generation"],
        rows=marked["rows"],
        seconds=marked.get("seconds"),
        carried=tuple(marked.get("carried") or ()),
        taken_over=marked.get("taken_over"),
        notes=marked.get("notes"),
    )
    return MonthFile(file, md5, marker)


def _is_sound(marked: Mapping[str, Any]) -> bool:
    """Whether every value is of the kind we write: metadata can be edited by anybody's hand."""
    month = marked.get("month")
    return (
        marked.get("format") == FORMAT
        and isinstance(month, str)
        and re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month) is not None
        and _is_number(marked.get("generation"))
        and (marked.get("seconds") is None or _is_number(marked["seconds"]))
        and _are_days_of(month, marked.get("rows"))
        and _are_texts(marked.get("carried"))
        and isinstance(marked.get("taken_over"), str | None)
        and isinstance(marked.get("notes"), str | None)
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _are_texts(values: Any) -> bool:
    return values is None or (
        isinstance(values, list) and all(isinstance(value, str) for value in values)
    )


def _are_days_of(month: str, rows: Any) -> bool:
    return isinstance(rows, dict) and all(
        len(day) == 10 and month_of(day) == month and _is_number(n) and n >= 0
        for day, n in rows.items()
    )
