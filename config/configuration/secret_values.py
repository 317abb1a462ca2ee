"""Values that a file points to instead of holding them: {env = "NAME"} and {file = "path"}."""

import os
from typing import Any

from config.configuration.tables import Table

PLACES = ("env", "file")


def is_reference(value: Any) -> bool:
    return isinstance(value, dict)


def resolved(table: Table, key: str) -> str:
    """The secret itself. Its place is named in errors, its value never."""
    place = table.table(key)
    place.only(PLACES)
    if len(place.values) != 1:
        raise table.wrong('must be {env = "NAME"} or {file = "path"}, one of them', at=key)
    if "env" in place.values:
        return _from_environment(table, key, name=place.text("env"))
    return _from_file(table, key, path=place.text("file"))


def _from_environment(table: Table, key: str, *, name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise table.wrong(f"the environment variable {name} is not set", at=key)
    return value


def _from_file(table: Table, key: str, *, path: str) -> str:
    try:
        value = (table.file.parent / path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise table.wrong(f"the file {path} cannot be read: {error.strerror}", at=key) from error
    except UnicodeDecodeError as error:
        raise table.wrong(f"the file {path} is not a text in UTF-8", at=key) from error
    if not value:
        raise table.wrong(f"the file {path} is empty", at=key)
    return value
