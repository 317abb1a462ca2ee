"""Reading a file of RescueTime rows as a stream: the earlier tool's, or one of our own.

Memory stays flat whatever the file's size, and whatever somebody put into it.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Protocol

import ijson

from uploader.syncs.rescuetime_to_open_humans.files import NOTES, Row, WrongShape, positions

# A table is an object with an array of arrays.
DEEPEST = 3
LOCAL_TIME = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T\d\d:\d\d:\d\d")


READ_AT_ONCE = 65536


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Digested:
    """A stream, and the MD5 of all its bytes."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self._digest = hashlib.md5(usedforsecurity=False)

    def read(self, size: int = -1, /) -> bytes:
        data = self.stream.read(size)
        self._digest.update(data)
        return data

    def md5(self) -> str:
        """Of what was read and of the rest, which is read here."""
        while self.read(READ_AT_ONCE):
            pass
        return self._digest.hexdigest()


class Table:
    """`rows()` may be read once; `notes` is known afterwards. WrongShape where it is none."""

    def __init__(self, stream: Readable) -> None:
        self.stream = stream
        self.notes = NOTES
        self.headers: list[str] = []
        self._has_rows = False

    def rows(self) -> Iterator[Row]:
        try:
            yield from self._rows()
        except (ijson.JSONError, UnicodeDecodeError) as error:
            raise WrongShape("it is not whole, or not JSON") from error
        if not self._has_rows or not self.headers:
            raise WrongShape("it has no rows and columns")

    def _rows(self) -> Iterator[Row]:
        depth = 0
        key = ""
        row: list[Any] = []
        order: list[int] = []
        for event, value in ijson.basic_parse(self.stream, use_float=True):
            if event in ("start_map", "start_array"):
                depth += 1
                self._check_opening(event, depth, key)
                row = []
            elif event in ("end_map", "end_array"):
                if depth == DEEPEST and key == "rows":
                    order = order or positions(self.headers)
                    yield self._checked(row, order)
                depth -= 1
            elif event == "map_key":
                key = value if depth == 1 else key
            elif depth == DEEPEST and key == "rows":
                row.append(value)
            else:
                self._take(key, value, depth)

    def _check_opening(self, event: str, depth: int, key: str) -> None:
        if depth > DEEPEST:
            raise WrongShape("it is nested too deeply")
        if (event == "start_map") != (depth == 1) and (depth == 1 or key == "rows"):
            raise WrongShape("it is no object with rows")
        if key == "rows" and depth == 2:
            self._has_rows = True

    def _take(self, key: str, value: Any, depth: int) -> None:
        if key == "rows" or depth == 0:
            raise WrongShape("its rows are not rows")
        if key == "notes" and depth == 1 and isinstance(value, str):
            self.notes = value
        elif key == "row_headers" and depth == 2:
            self.headers.append(str(value))

    def _checked(self, row: list[Any], order: list[int]) -> Row:
        if len(row) != len(self.headers):
            raise WrongShape("a row has another width than the columns")
        ordered = [row[position] for position in order]
        if not isinstance(ordered[0], str) or not LOCAL_TIME.fullmatch(ordered[0]):
            raise WrongShape("a row has no date")
        if type(ordered[1]) is not int:
            raise WrongShape("a row has no seconds")
        return ordered
