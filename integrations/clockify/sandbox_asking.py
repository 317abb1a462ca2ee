"""How the Clockify stand-in is asked and refuses: queries, bodies, pages and errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from integrations.sandbox import Request, Response, json_answer

USUAL_PAGE, LARGEST_PAGE = 50, 5000
# Domain rejection; malformed; what is asked for is not allowed to this person.
REJECTED, MALFORMED = 501, 3000
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
# Another offset than Z is said to give entries of negative length, so none is taken here.
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")

T = TypeVar("T")


class Refused(Exception):
    """What to answer in place of what was asked for."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


# ------------------------------------------------------------------------- errors


def refusal(status: int, code: int, message: str, **headers: str) -> Response:
    return json_answer({"message": message, "code": code}, status=status, **headers)


def reject(message: str) -> NoReturn:
    """Also for what is missing: there is no 404 for things there, only for paths."""
    raise Refused(refusal(400, REJECTED, message))


def not_in(what: str, where: str = "Workspace") -> NoReturn:
    reject(f"{what} doesn't belong to {where}")


def malformed(name: str) -> NoReturn:
    raise Refused(refusal(400, MALFORMED, f"Failed to read '{name}'"))


def deny() -> NoReturn:
    raise Refused(refusal(403, REJECTED, "Access Denied"))


# ------------------------------------------------------------------------ queries


@dataclass(frozen=True)
class Query:
    """Names may be repeated; of what is to be there once, the first counts."""

    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, request: Request) -> Query:
        return cls(tuple(parse_qsl(request.query_string, keep_blank_values=True)))

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key == name]

    def text(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)

    def flag(self, name: str) -> bool | None:
        text = self.text(name)
        if text is None:
            return None
        if text.lower() not in BOOLEANS:
            malformed(name)
        return BOOLEANS[text.lower()]

    def number(self, name: str, usual: int) -> int:
        text = self.text(name)
        if text is None:
            return usual
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
            malformed(name)
        return int(text)

    def moment(self, name: str, *, zone: ZoneInfo | None) -> datetime | None:
        """With a zone, what a clock shows in UTC at that instant is read as a clock there."""
        text = self.text(name)
        if text is None:
            return None
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            malformed(name)
        if instant.tzinfo is None:
            malformed(name)
        instant = instant.astimezone(UTC)
        return instant if zone is None else instant.replace(tzinfo=zone).astimezone(UTC)

    def named(self, name_of: Callable[[T], str]) -> Callable[[T], bool]:
        """What `name` finds: any that hold it, or exactly that one if so asked."""
        wanted, strictly = self.text("name"), self.flag("strict-name-search")

        def fits(row: T) -> bool:
            if not wanted:
                return True
            name = name_of(row)
            return name == wanted if strictly else wanted.lower() in name.lower()

        return fits

    def ordered(self, rows: Sequence[T], keys: dict[str, Callable[[T], Any]]) -> list[T]:
        """By the first of `keys` unless told otherwise."""
        column = self.text("sort-column") or next(iter(keys))
        if column not in keys:
            malformed("sort-column")
        backwards = self.text("sort-order") == "DESCENDING"
        return sorted(rows, key=keys[column], reverse=backwards)


def page_of(
    rows: Sequence[T],
    query: Query,
    *,
    largest: int,
    usual: int = USUAL_PAGE,
    refused_above: int = LARGEST_PAGE,
) -> tuple[list[T], bool]:
    """The rows asked for, and whether none follow; more than `largest` is cut without a word."""
    number, size = query.number("page", 1), query.number("page-size", usual)
    if size > refused_above:
        malformed("page-size")
    size = min(size, largest)
    return list(rows[(number - 1) * size : number * size]), number * size >= len(rows)


# ------------------------------------------------------------------------- bodies


def body_of(request: Request) -> dict[str, Any]:
    body = request.json() if request.is_json else None
    if not isinstance(body, dict):
        malformed("body")
    return body


def field(body: dict[str, Any], name: str, kind: type[T], usual: T) -> T:
    """A null is as good as nothing."""
    value = body.get(name)
    if value is None:
        return usual
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        malformed(name)
    return value


def text_field(
    body: dict[str, Any], name: str, usual: str | None = None, *, longest: int
) -> str | None:
    text = body.get(name, usual)
    if text is None:
        return None
    if not isinstance(text, str):
        malformed(name)
    if len(text) > longest:
        reject(f"{name} has to be at most {longest} characters long")
    return text


def instant_field(body: dict[str, Any], name: str) -> datetime | None:
    text = body.get(name)
    if text is None:
        return None
    if not isinstance(text, str) or not INSTANT.fullmatch(text):
        malformed(name)
    try:
        return datetime.fromisoformat(text).replace(microsecond=0)
    except ValueError:
        malformed(name)


def without_brackets(text: str) -> str:
    if "<" in text or ">" in text:
        reject('You entered wrong value. Don\'t use "<" and ">" characters')
    return text
