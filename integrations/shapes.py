"""What answers look like: the base of the rows that clients parse, and a page of a list of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from integrations.errors import UnexpectedError

T = TypeVar("T")
S = TypeVar("S", bound="Shape")

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(value: object) -> object:
    """A whole day from its text; anything else is refused by what comes after this."""
    if isinstance(value, str) and DAY.fullmatch(value):
        return date.fromisoformat(value)
    return value


# "2026-12-01"; numbers and moments, which would be read as days as well, are none.
Day = Annotated[date, BeforeValidator(_day)]


class Shape(BaseModel):
    """A row of somebody else's API, cut to the fields that are used. Unknown fields are dropped.

    Types are strict: "7" is no number and 1 is not true.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)


def shaped(shape: type[S], row: Any, *, provider: str, doing: str) -> S:
    """The row as `shape`, or UnexpectedError that names the field and never quotes its value."""
    try:
        return shape.model_validate(row)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        complaint = f"{where}: {first['msg']}" if where else first["msg"]
    raise UnexpectedError(provider=provider, doing=doing, excerpt=complaint)


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of a list, the address of the next page, and how many rows there are in all."""

    rows: list[T]
    next: str | None = None
    total: int | None = None


def rows_in(body: Any, name: str, *, provider: str, doing: str) -> list[Any]:
    """The list that an answer holds under `name`, or UnexpectedError."""
    rows = body.get(name) if isinstance(body, Mapping) else None
    if not isinstance(rows, list):
        raise UnexpectedError(
            provider=provider, doing=doing, excerpt=f"{name} is missing or is no list"
        )
    return rows
