"""The HTTP manners all clients share: time-outs, errors, paging, counting. No Django here."""

import ipaddress
import json
import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar, NoReturn, Protocol, TypeVar
from urllib.parse import quote, quote_plus, urljoin, urlsplit

import requests
from urllib3.exceptions import ReadTimeoutError

from integrations.errors import (
    IntegrationError,
    ReconnectError,
    RejectedError,
    RetryableError,
    UnexpectedError,
)

USER_AGENT = "Lockstep/1.0 (keeps planning tools in step)"
MEBIBYTE = 1024 * 1024
CHUNK = 64 * 1024
# No wait is longer, whatever a provider says: nobody means a year, and it would overflow a date.
LONGEST_WAIT = 24 * 3600.0
# What stands among credentials without being secret; everything else is kept out of errors.
NOT_SECRET = ("expires_at", "expires_in", "token_type", "scope", "created_at", "organization_id")

T = TypeVar("T")

# urllib3 writes whole addresses there, at several levels, and some hold a token. A filter rather
# than a level: setting up logging later would reset a level.
for _chatty in ("urllib3.connection", "urllib3.connectionpool"):
    logging.getLogger(_chatty).addFilter(lambda record: record.levelno >= logging.ERROR)


class Credentials(Protocol):
    """What a client signs its requests with; where it is kept is not the client's business."""

    def read(self) -> Mapping[str, Any]: ...

    def renew(self, stale: str) -> Mapping[str, Any]:
        """New credentials in place of the access token `stale`, or ReconnectError."""
        ...


class FixedCredentials:
    """Credentials that never change, such as an API key that was just typed in."""

    def __init__(self, values: Mapping[str, Any], *, provider: str) -> None:
        self.values = values
        self.provider = provider

    def read(self) -> Mapping[str, Any]:
        return self.values

    def renew(self, stale: str) -> Mapping[str, Any]:
        raise ReconnectError(provider=self.provider, doing="signing in", status=401)


class Gate(Protocol):
    """Stands before every request: counts it, and may stop the run or make it wait."""

    def before_request(self) -> None: ...

    def between_chunks(self) -> None:
        """In the middle of a long request: may stop the run, counts nothing."""
        ...

    def throttled(self, seconds: float) -> None:
        """The provider asked everybody with these credentials to pause."""
        ...

    def lane(self, name: str, *, rate: int) -> "Gate":
        """For one sort of request, where a provider counts each by itself: its own allowance of
        so many a minute, and its own pauses."""
        ...


class OpenGate:
    """Lets everything through."""

    def before_request(self) -> None:
        return

    def between_chunks(self) -> None:
        return

    def throttled(self, seconds: float) -> None:
        return

    def lane(self, name: str, *, rate: int) -> "OpenGate":
        return self


class Pulse:
    """Asks the gate again at every MiB of a long request, and every few seconds of a slow one."""

    seconds = 5.0

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self._rest()

    def _rest(self) -> None:
        self.left = MEBIBYTE
        self.due = time.monotonic() + self.seconds

    def moved(self, size: int) -> None:
        self.left -= size
        if self.left <= 0 or time.monotonic() > self.due:
            self.gate.between_chunks()
            self._rest()


def is_safe_base_url(url: str) -> bool:
    """Whether tokens may be sent there: https, or this machine itself."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (it is read in order to be checked)
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(parts.hostname)
    if parts.scheme != "http" or not parts.hostname:
        return False
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from a Retry-After header, given in seconds or as a date; None without one."""
    value = headers.get("Retry-After", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return min(max(0.0, seconds), LONGEST_WAIT) if math.isfinite(seconds) else None


class TooLarge(Exception):
    """An answer above `largest_answer`; it never leaves the client."""


def is_cut(failure: Exception) -> bool:
    """Whether the connection broke; requests says the same of a time-out within a body."""
    cause = failure.args[0] if failure.args else None
    slow = isinstance(failure, requests.exceptions.Timeout) or isinstance(cause, ReadTimeoutError)
    return isinstance(failure, requests.exceptions.RequestException) and not slow


def secrets_in(value: Any, *, name: str = "") -> Iterator[str]:
    """Every text among credentials that must not be seen, however deep it lies."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from secrets_in(inner, name=str(key))
    elif isinstance(value, str) and len(value) > 3 and name not in NOT_SECRET:
        yield value


class Client:
    """One provider's API on behalf of one connection.

    Every method raises one of the four errors of integrations/errors.py and nothing else.
    Addresses never appear in errors: some providers take their token in the query.
    """

    name: ClassVar[str]
    connect_timeout: ClassVar[float] = 5
    read_timeout: ClassVar[float] = 30
    total_timeout: ClassVar[float] = 120
    largest_answer: ClassVar[int] = 50 * MEBIBYTE
    most_pages: ClassVar[int] = 1000

    def __init__(self, credentials: Credentials, *, base_url: str, gate: Gate | None = None):
        if not is_safe_base_url(base_url):
            raise UnexpectedError(
                provider=self.name,
                doing="choosing the address",
                excerpt="it must start with https, or be on this machine",
            )
        self.credentials = credentials
        self.base_url = base_url.rstrip("/")
        self.gate = gate or OpenGate()
        self.session = requests.Session()
        self.session.trust_env = False  # a .netrc or proxy of the machine must not sign for us
        self.session.headers.update({"User-Agent": USER_AGENT})

    # ------------------------------------------------------------------ requests

    def request(
        self,
        method: str,
        path: str,
        *,
        doing: str,
        accept: tuple[int, ...] = (200,),
        again: bool | None = None,
        **options: Any,
    ) -> requests.Response:
        """Send one request; the answer has a status in `accept`, or one of the four is raised.

        `doing` completes "<provider>: … failed". A reading request that was cut off is repeated
        once at once (`again` says otherwise); a writing one may have acted, so it is not.
        `streamed` leaves the body of an accepted answer to the caller, who must close it.
        """
        tries = 2 if (method == "GET" if again is None else again) else 1
        gate = self.gate_of(path)
        for remaining in reversed(range(tries)):
            gate.before_request()
            failure: Exception | None = None
            try:
                response = self._send(method, path, accept=accept, **options)
            except (requests.exceptions.RequestException, TooLarge, UnicodeError) as error:
                failure = error
            # Raised outside of the block above: what went wrong quotes addresses and headers,
            # so it must not even be the context of our error.
            if failure is not None:
                if remaining and is_cut(failure):
                    continue
                raise self.failed(failure, doing)
            if response.status_code in accept:
                return response
            self.refuse(response, doing, gate=gate)
        raise AssertionError("unreachable")

    def gate_of(self, path: str) -> Gate:
        """What a request passes; another one where a provider counts sorts of requests apart."""
        return self.gate

    def _send(
        self, method: str, path: str, *, accept: tuple[int, ...], **options: Any
    ) -> requests.Response:
        streamed = options.pop("streamed", False)
        session = options.pop("session", self.session)
        options.setdefault("timeout", (self.connect_timeout, self.read_timeout))
        response: requests.Response = session.request(
            method, self.url(path), allow_redirects=False, stream=True, **options
        )
        if not (streamed and response.status_code in accept):
            self._read_whole(response)
        return response

    def _read_whole(self, response: requests.Response) -> None:
        """Read the body under a cap of bytes and of time, and notice one that was cut."""
        deadline = time.monotonic() + self.total_timeout
        pulse = Pulse(self.gate)
        body = bytearray()
        with response:
            for chunk in response.iter_content(CHUNK):
                pulse.moved(len(chunk))
                body += chunk
                if len(body) > self.largest_answer:
                    raise TooLarge
                if time.monotonic() > deadline:
                    raise requests.exceptions.ReadTimeout("the answer took too long")
        response._content = bytes(body)

    def too_large(self, doing: str) -> IntegrationError:
        """The error for an answer above the cap; a provider may know a better one."""
        return UnexpectedError(
            provider=self.name,
            doing=doing,
            excerpt=f"the answer is larger than {self.largest_answer // MEBIBYTE} MiB",
        )

    def key(self, name: str) -> str:
        """One of the credentials. A pasted one often ends with a line break."""
        key = self.credentials.read().get(name)
        if not isinstance(key, str) or not key.strip():
            raise ReconnectError(
                provider=self.name, doing="signing in", excerpt="it is not connected"
            )
        return key.strip()

    def access_token(self) -> str:
        return self.key("access_token")

    def with_renewal(self, send: Callable[[str], T]) -> T:
        """`send` with the access token; where that is refused, once more with a renewed one."""
        token = self.access_token()
        try:
            return send(token)
        except ReconnectError:
            if not self.credentials.read().get("refresh_token"):
                raise
        self.credentials.renew(token)
        return send(self.access_token())

    def url(self, path: str) -> str:
        """An address at this provider; an absolute one must be on the same host."""
        url = path if "://" in path else f"{self.base_url}{path}"
        if urlsplit(url)[:2] != urlsplit(self.base_url)[:2]:
            raise UnexpectedError(
                provider=self.name,
                doing="following a link",
                excerpt="it leads to another host",
            )
        return url

    def json(self, response: requests.Response, *, doing: str) -> Any:
        """The answer as JSON. Rubbish with a good status is a passing fault more often than not."""
        with suppress(ValueError, RecursionError):
            return response.json()
        raise RetryableError(
            provider=self.name,
            doing=doing,
            status=response.status_code,
            excerpt="the answer is not JSON",
        )

    # -------------------------------------------------------------------- errors

    def failed(self, failure: Exception, doing: str) -> IntegrationError:
        """The error for a request without a whole answer."""
        if isinstance(failure, TooLarge):
            return self.too_large(doing)
        if isinstance(failure, requests.exceptions.InvalidHeader | UnicodeError):
            return ReconnectError(
                provider=self.name, doing=doing, excerpt="the key holds characters no key has"
            )
        excerpt = "the connection was cut" if is_cut(failure) else "no answer in time"
        return RetryableError(provider=self.name, doing=doing, excerpt=excerpt)

    def refuse(self, response: requests.Response, doing: str, *, gate: Gate) -> NoReturn:
        """Raise what this answer means; where it asks for a pause, everybody at `gate` pauses."""
        error = self.classify(response, doing)
        if isinstance(error, RetryableError) and self.asks_to_slow_down(response):
            gate.throttled(error.retry_after or 0)
        raise error

    def asks_to_slow_down(self, response: requests.Response) -> bool:
        """Whether a refusal is meant for everybody with these credentials."""
        return response.status_code == 429

    def said(self, response: requests.Response, doing: str) -> dict[str, Any]:
        """What every error about an answer tells."""
        return {
            "provider": self.name,
            "doing": doing,
            "status": response.status_code,
            "excerpt": self.excerpt(response),
        }

    def classify(self, response: requests.Response, doing: str) -> IntegrationError:
        """Which of the four a refusal is; providers override what differs in their own terms."""
        status = response.status_code
        said = self.said(response, doing)
        if status == 401:
            return ReconnectError(**said)
        if status == 429 or status >= 500 or status == 408:
            return RetryableError(**said, retry_after=retry_after(response.headers))
        if status in (400, 404, 409, 410, 412, 422):
            return RejectedError(**said)
        if 300 <= status < 400:
            said["excerpt"] = "it sends us to another address"
        return UnexpectedError(**said)

    def excerpt(self, response: requests.Response) -> str:
        """What a person may read of a refusal: the provider's words, never a page of HTML."""
        if "json" not in response.headers.get("Content-Type", ""):
            return response.reason or ""
        try:
            body = json.loads(response.content)
        except (ValueError, RecursionError):
            return response.reason or ""
        return self._without_secrets(self.words_of(body))

    def words_of(self, body: Any) -> str:
        """The readable part of an error body."""
        if isinstance(body, dict):
            for name in ("detail", "error_description", "messages", "message", "error"):
                if isinstance(body.get(name), str):
                    return str(body[name])
        return json.dumps(body)

    def _without_secrets(self, text: str) -> str:
        for secret in sorted(secrets_in(self.credentials.read()), key=len, reverse=True):
            for form in (secret, quote(secret, safe=""), quote_plus(secret)):
                text = text.replace(form, "…")
        return text

    # -------------------------------------------------------------------- paging

    def pages(
        self, first: str, *, fetch: Callable[[str], tuple[T, str | None]], doing: str
    ) -> Iterator[T]:
        """Pages from `first` on; `fetch` returns one and the address of the next.

        The same address twice, or pages without end, is an error rather than a loop.
        """
        seen: set[str] = set()
        address: str | None = first
        while address is not None:
            if address in seen or len(seen) >= self.most_pages:
                raise UnexpectedError(
                    provider=self.name, doing=doing, excerpt="its pages do not come to an end"
                )
            seen.add(address)
            page, address = fetch(address)
            if address is not None:
                address = urljoin(self.base_url, address)
            yield page
