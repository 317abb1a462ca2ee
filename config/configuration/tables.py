"""Reading a TOML file with errors that name file, key and what is allowed; knows no section."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class WrongFile(Exception):
    """One sentence about what a person must mend in the file; nothing was changed."""


@dataclass(frozen=True)
class Table:
    """One table of the file, which knows where it stands.

    Errors name what is allowed, and quote a value only where it is a choice: a secret may have
    been put in the wrong place.
    """

    file: Path
    path: str
    values: dict[str, Any]

    def wrong(self, why: str, *, at: str = "") -> WrongFile:
        place = ".".join(part for part in (self.path, at) if part)
        return WrongFile(f"{self.file}: {place}: {why}" if place else f"{self.file}: {why}")

    def only(self, allowed: Iterable[str]) -> None:
        """Refuse keys that are not among `allowed`."""
        known = list(allowed)
        for key in self.values:
            if key not in known:
                raise self.wrong(f"unknown key; allowed here: {listed(known)}", at=key)

    def text(self, key: str, *, default: str | None = None) -> str:
        value = self.values.get(key, default)
        if value is None:
            raise self.wrong("is missing; it must be a text", at=key)
        if not isinstance(value, str):
            raise self.wrong("must be a text", at=key)
        return value

    def choice(self, key: str, allowed: Iterable[str], *, default: str | None = None) -> str:
        known = list(allowed)
        value = self.text(key, default=default)
        if value not in known:
            raise self.wrong(f"unknown {key} “{value}”; allowed: {listed(known)}", at=key)
        return value

    def share(self, key: str, *, default: float) -> float:
        value = self.values.get(key, default)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value <= 1:
            raise self.wrong("must be a number from 0 to 1", at=key)
        return float(value)

    def table(self, key: str) -> "Table":
        """The table below `key`; an empty one where it is not there."""
        value = self.values.get(key, {})
        path = ".".join(part for part in (self.path, key) if part)
        if not isinstance(value, dict):
            raise self.wrong(f"must be a table: [{path}]", at=key)
        return Table(self.file, path, value)

    def tables(self) -> Iterator[tuple[str, "Table"]]:
        for key in self.values:
            yield key, self.table(key)


def listed(words: Iterable[str]) -> str:
    return ", ".join(words) or "nothing"


def opened(file: Path) -> Table:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongFile(f"{file}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise WrongFile(f"{file}: is not a text in UTF-8.") from error
    except ValueError as error:  # a number too long to read, too
        raise WrongFile(f"{file}: is not valid TOML: {error}.") from error
    return Table(file, "", values)
