"""JSON:API as Productive speaks it: signed requests, lists by the page, and what a refusal means.

What is asked for is the client's own file. No Django here.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urljoin

import requests

from integrations.client import Client, retry_after
from integrations.errors import (
    IntegrationError,
    ReconnectError,
    RejectedError,
    RetryableError,
)
from integrations.productive.rows import Envelope
from integrations.shapes import Page, Shape, rows_in, shaped

R = TypeVar("R")
S = TypeVar("S", bound=Shape)

MEDIA_TYPE = "application/vnd.api+json"
FIRST_PAGE = {"page[number]": 1, "page[size]": 200}  # the most there is
BUDGET = "Server time limit exceeded"


class BudgetSpent(RetryableError):
    """The organisation's allowance of processing time; up to a day may pass until the next."""

    @property
    def in_short(self) -> str:
        return f"{self.provider}'s allowance of computing time for this organisation is used up."


class JsonApi(Client):
    """Lists come by the page: `page` is the `next` of the one before, and None for the first."""

    name = "Productive"

    # ----------------------------------------------------------------- requests

    def _call(
        self,
        method: str,
        path: str,
        *,
        doing: str,
        body: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> requests.Response:
        headers = {
            "X-Auth-Token": self.key("token"),
            "X-Organization-Id": self.key("organization_id"),
            "Accept": MEDIA_TYPE,
        }
        if body is not None:
            headers["Content-Type"] = MEDIA_TYPE
            options["data"] = json.dumps(body)
        return self.request(method, path, doing=doing, headers=headers, **options)

    def _get(self, address: str, query: Mapping[str, Any] | None, *, doing: str) -> Any:
        response = self._call("GET", address, doing=doing, params=query)
        return self.json(response, doing=doing)

    def _perhaps(self, address: str, query: Mapping[str, Any], *, doing: str) -> Any:
        """One record's document; None where there is no such record."""
        response = self._call("GET", address, doing=doing, params=query, accept=(200, 404))
        return None if response.status_code == 404 else self.json(response, doing=doing)

    def _list(
        self,
        address: str,
        query: Mapping[str, Any] | None,
        *,
        shape: type[S],
        keep: Callable[[S], R],
        doing: str,
    ) -> Page[R]:
        body = self._get(address, query, doing=doing)
        rows = rows_in(body, "data", provider=self.name, doing=doing)
        around = self._shaped(Envelope, body, doing=doing)
        following = around.links.next
        return Page(
            rows=[keep(self._shaped(shape, row, doing=doing)) for row in rows],
            # Refused here already where it leads to another host.
            next=self.url(urljoin(self.base_url, following)) if following else None,
            total=around.meta.total_count,
        )

    def _shaped(self, shape: type[S], row: Any, *, doing: str) -> S:
        return shaped(shape, row, provider=self.name, doing=doing)

    # ------------------------------------------------------------------- errors

    def classify(self, response: requests.Response, doing: str) -> IntegrationError:
        """By the HTTP status: the one inside of the errors is decoration."""
        status = response.status_code
        said = self.said(response, doing)
        errors = _errors_in(response)
        if status == 403:
            # Without a person the token is of no use here; otherwise one list may be closed to it
            # while all else works.
            is_nobody = any(error.get("code") == "no_person" for error in errors)
            return ReconnectError(**said) if is_nobody else RejectedError(**said)
        if status == 429:
            spent = any(error.get("title") == BUDGET for error in errors)
            kind = BudgetSpent if spent else RetryableError
            return kind(**said, retry_after=_wait(response.headers))
        return super().classify(response, doing)

    def words_of(self, body: Any) -> str:
        errors = _errors_of(body)
        if errors:
            return "; ".join(filter(None, map(_words, errors)))
        if isinstance(body, Mapping) and "data" in body:
            return ""  # a refusal it is not, and rows are not to be quoted
        return super().words_of(body)


def _errors_in(response: requests.Response) -> list[Mapping[str, Any]]:
    try:
        return _errors_of(json.loads(response.content))
    except (ValueError, RecursionError):
        return []


def _errors_of(body: Any) -> list[Mapping[str, Any]]:
    errors = body.get("errors") if isinstance(body, Mapping) else None
    if not isinstance(errors, list):
        return []
    return [error for error in errors if isinstance(error, Mapping)]


def _words(error: Mapping[str, Any]) -> str:
    """Title and detail, and in brackets what they are about."""
    told = [error[name] for name in ("title", "detail") if isinstance(error.get(name), str)]
    words = ": ".join(dict.fromkeys(filter(None, told)))
    about = _about(error.get("source"))
    return f"{words} ({about})".strip() if about else words


def _about(source: Any) -> str:
    if not isinstance(source, Mapping):
        return ""
    pointer, parameter = source.get("pointer"), source.get("parameter")
    if isinstance(pointer, str):
        return pointer.rsplit("/", 1)[-1]
    return parameter if isinstance(parameter, str) else ""


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds until the window opens, in Productive's own header or in the usual one."""
    own = retry_after({"Retry-After": headers.get("X-RateLimit-Reset", "")})
    return retry_after(headers) if own is None else own
