"""RescueTime: how somebody spent their time at the computer. Reading only; no Django here.

The token travels in the query, the only documented way. So no address of a request may reach an
error or a log; integrations/client.py sees to that.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any, Literal

import requests

from integrations.client import MEBIBYTE, Client, retry_after
from integrations.errors import (
    IntegrationError,
    ReconnectError,
    RejectedError,
    RetryableError,
    UnexpectedError,
)
from integrations.oauth import TokenEndpoint

DATE, SECONDS = "Date", "Time Spent (seconds)"
HEADERS = (DATE, SECONDS, "Number of People", "Activity", "Category", "Productivity")
LOCAL_TIME = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3])(:[0-5]\d){2}")
# Words of a refusal that only connecting again can cure, and those that mean "slow down".
CREDENTIAL_WORDS = re.compile(r"\bkey\b|token|unauthor|not authori", re.IGNORECASE)
RATE_WORDS = re.compile(r"\brate\b|limit|throttl|too many|slow down", re.IGNORECASE)


class RangeRefused(RejectedError):
    """This span of days is not answered; a shorter one may be."""


@dataclass(frozen=True)
class Table:
    """`rows` have the columns of `headers`, ascend by date, and hold local times without offset."""

    notes: str
    headers: tuple[str, ...]
    rows: list[list[Any]]


class RescueTimeClient(Client):
    name = "RescueTime"
    read_timeout = 60  # RescueTime computes while we wait
    largest_answer = 64 * MEBIBYTE

    def rows(
        self,
        begin: date,
        end: date,
        *,
        resolution: Literal["minute", "hour", "day"] = "minute",
        kind: Literal["activity"] = "activity",
    ) -> Table:
        """Every bucket from `begin` to `end`, both included; "minute" means five of them."""
        doing = f"reading {begin} to {end}"
        body = self._data(begin, end, resolution=resolution, kind=kind, doing=doing)
        headers = body["row_headers"]
        if sorted(map(str, headers)) != sorted(HEADERS):
            raise self._odd(doing, f"the columns are {', '.join(map(str, headers))[:120]}")
        for row in body["rows"]:
            self._check(row, headers, doing=doing)
            if not begin.isoformat() <= row[headers.index(DATE)][:10] <= end.isoformat():
                raise self._odd(doing, "a row lies outside of what was asked for")
        rows = _reordered(body["rows"], headers)
        rows.sort(key=itemgetter(HEADERS.index(DATE)))
        return Table(notes=str(body.get("notes", "")), headers=HEADERS, rows=rows)

    def totals(
        self, begin: date, end: date, *, resolution: Literal["month", "day"]
    ) -> dict[str, int]:
        """Seconds by the first day of each bucket ("2026-03-01"); those without data are absent."""
        doing = f"asking for an overview of {begin} to {end}"
        body = self._data(begin, end, resolution=resolution, kind="overview", doing=doing)
        headers = body["row_headers"]
        if DATE not in headers or SECONDS not in headers:
            raise self._odd(doing, "the columns are not those we know")
        day, seconds = headers.index(DATE), headers.index(SECONDS)
        totals: dict[str, int] = {}
        for row in body["rows"]:
            self._check(row, headers, doing=doing)
            totals[row[day][:10]] = totals.get(row[day][:10], 0) + row[seconds]
        return dict(sorted(totals.items()))

    # ----------------------------------------------------------------- requests

    def _data(
        self, begin: date, end: date, *, resolution: str, kind: str, doing: str
    ) -> dict[str, Any]:
        asked = {
            "format": "json",
            "perspective": "interval",
            "resolution_time": resolution,
            "restrict_kind": kind,
            "restrict_begin": begin.isoformat(),
            "restrict_end": end.isoformat(),
        }

        def send(token: str) -> dict[str, Any]:
            query = {"access_token": token, **asked}
            response = self.request("GET", "/api/oauth/data", doing=doing, params=query)
            return self._answer(response, doing=doing)

        return self.with_renewal(send)

    def _answer(self, response: requests.Response, *, doing: str) -> dict[str, Any]:
        """Status 200 is not success here: it is data only if it looks like data in every way."""
        if "json" not in response.headers.get("Content-Type", ""):
            raise RetryableError(
                provider=self.name,
                doing=doing,
                status=response.status_code,
                excerpt="a page came in place of data",
            )
        body = self.json(response, doing=doing)
        if not isinstance(body, dict):
            raise self._odd(doing, "the answer is not an object")
        if "error" in body:
            raise self._refusal(response, doing=doing)
        for name in ("row_headers", "rows"):
            if not isinstance(body.get(name), list):
                raise self._odd(doing, f"{name} is missing or of another kind")
        return body

    def _check(self, row: Any, headers: Sequence[str], *, doing: str) -> None:
        if not isinstance(row, list) or len(row) != len(headers):
            raise self._odd(doing, "a row has another width than the columns")
        for header, value in zip(headers, row, strict=True):
            if header in CHECKS and not CHECKS[header](value):
                raise self._odd(doing, f"a value of {header} is of another kind")

    # ------------------------------------------------------------------- errors

    def classify(self, response: requests.Response, doing: str) -> IntegrationError:
        status = response.status_code
        said = self.said(response, doing)
        is_json = "json" in response.headers.get("Content-Type", "")
        wait = retry_after(response.headers)
        if status == 401:
            return ReconnectError(**said)
        if status == 403:
            if not is_json or wait is not None or RATE_WORDS.search(said["excerpt"]):
                return RetryableError(**said, retry_after=wait)
            return ReconnectError(**said)
        if status == 409:
            return RetryableError(**said, retry_after=wait)
        if status in (400, 413, 414, 422):
            if is_json and CREDENTIAL_WORDS.search(said["excerpt"]):
                return ReconnectError(**said)
            return RangeRefused(**said)
        return super().classify(response, doing)

    def _refusal(self, response: requests.Response, *, doing: str) -> IntegrationError:
        """What an `error` in an answer with status 200 means."""
        said = self.said(response, doing)
        body = response.json()
        words = f"{body['error']} {body.get('messages', '')}"
        if CREDENTIAL_WORDS.search(words):
            return ReconnectError(**said)
        if "query error" in words.lower():
            return RangeRefused(**said)
        return RetryableError(**said)

    def too_large(self, doing: str) -> IntegrationError:
        return RangeRefused(provider=self.name, doing=doing, excerpt="the answer is too large")

    def _odd(self, doing: str, what: str) -> UnexpectedError:
        return UnexpectedError(provider=self.name, doing=doing, excerpt=what)


def _is_local_time(value: Any) -> bool:
    return isinstance(value, str) and LOCAL_TIME.fullmatch(value) is not None


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_productivity(value: Any) -> bool:
    return type(value) is int and -2 <= value <= 2


CHECKS = {
    DATE: _is_local_time,
    SECONDS: _is_count,
    "Number of People": _is_count,
    "Activity": _is_text,
    "Category": _is_text,
    "Productivity": _is_productivity,
}


def _reordered(rows: list[list[Any]], headers: Sequence[str]) -> list[list[Any]]:
    if tuple(headers) == HEADERS:
        return rows
    order = itemgetter(*(headers.index(header) for header in HEADERS))
    return [list(order(row)) for row in rows]


class Tokens(TokenEndpoint):
    name = "RescueTime"
    token_path = "/oauth/token"  # noqa: S105
    revoke_path = "/oauth/revoke"
    basic = False


def refresh(
    tokens: Mapping[str, Any], *, base_url: str, client_id: str, client_secret: str
) -> dict[str, Any]:
    """New tokens for old, should RescueTime ever hand out tokens that expire."""
    return _tokens(tokens, base_url, client_id, client_secret).renew()


def revoke(tokens: Mapping[str, Any], *, base_url: str, client_id: str, client_secret: str) -> None:
    """Undocumented, but the usual path of servers of this kind; a refusal does no harm."""
    _tokens(tokens, base_url, client_id, client_secret).revoke()


def _tokens(tokens: Mapping[str, Any], base_url: str, client_id: str, secret: str) -> Tokens:
    return Tokens(tokens, base_url=base_url, client_id=client_id, client_secret=secret)
