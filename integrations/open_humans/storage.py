"""The bytes of files at Open Humans: the storage host that its API hands out links to.

Links carry their own right, so nothing here is ever signed with a person's token.
"""

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO
from urllib.parse import urljoin, urlsplit

import requests

from integrations.client import (
    CHUNK,
    MEBIBYTE,
    Client,
    FixedCredentials,
    Gate,
    Pulse,
    is_safe_base_url,
)
from integrations.errors import IntegrationError, RetryableError, UnexpectedError

REDIRECTS = (301, 302, 303, 307, 308)


class Storage(Client):
    """Puts and gets by link. Everything that fails here is cured by asking for a new link."""

    name = "Open Humans"
    read_timeout = 60
    largest_download = 4096 * MEBIBYTE

    def __init__(self, *, base_url: str, gate: Gate) -> None:
        nobody = FixedCredentials({}, provider=self.name)
        super().__init__(nobody, base_url=base_url, gate=gate)

    def url(self, path: str) -> str:
        """Any host over https; on this machine only if Open Humans itself is there."""
        here = urlsplit(self.base_url).scheme == "http"
        if urlsplit(path).scheme != "https" and not (here and is_safe_base_url(path)):
            raise UnexpectedError(
                provider=self.name,
                doing="following a link to the storage",
                excerpt="it is not an https address",
            )
        return path

    def classify(self, response: requests.Response, doing: str) -> IntegrationError:
        said = self.said(response, doing)
        if response.status_code in (403, 404, 410):
            said["excerpt"] = "the link has expired"
        return RetryableError(**said)

    # ------------------------------------------------------------------- upload

    def put(self, link: str, content: BinaryIO, *, size: int, md5: str) -> None:
        """Send exactly `size` bytes; what arrived is known by its digest, where one is told."""
        doing = "sending a file"
        body = Outgoing(content, size=size, moved=Pulse(self.gate).moved)
        response = self.request("PUT", link, doing=doing, data=body if size else b"", again=False)
        sent = body.digest.hexdigest()
        arrived = response.headers.get("ETag", "").strip('"').lower()
        if sent != md5.lower():
            raise RetryableError(
                provider=self.name,
                doing=doing,
                excerpt="the file changed while it was sent",
            )
        if len(arrived) == 32 and arrived != sent:
            raise RetryableError(
                provider=self.name,
                doing=doing,
                excerpt="something else arrived than was sent",
            )

    # ----------------------------------------------------------------- download

    @contextmanager
    def get(self, link: str) -> Iterator[BinaryIO]:
        """The file as a stream; one redirect is followed, the storage's own.

        Reading raises RetryableError where the file is cut short.
        """
        doing = "fetching a file"
        response = self._open(link, doing=doing)
        if response.status_code in REDIRECTS:
            target = urljoin(link, response.headers.get("Location", ""))
            response.close()
            response = self._open(target, doing=doing)
        with response:
            if response.status_code != 200:
                raise UnexpectedError(
                    provider=self.name,
                    doing=doing,
                    excerpt="one redirect leads to another",
                )
            if "html" in response.headers.get("Content-Type", ""):
                raise RetryableError(
                    provider=self.name,
                    doing=doing,
                    excerpt="a page came in place of the file",
                )
            incoming = Incoming(self, response, doing=doing)
            yield io.BufferedReader(incoming, CHUNK)

    def _open(self, link: str, *, doing: str) -> requests.Response:
        return self.request("GET", link, doing=doing, accept=(200, *REDIRECTS), streamed=True)


class Outgoing:
    """A body of known length: requests sends Content-Length for it, and no Content-Type."""

    def __init__(self, content: BinaryIO, *, size: int, moved: Callable[[int], None]) -> None:
        self.content = content
        self.size = size
        self.left = size
        self.moved = moved
        self.digest = hashlib.md5(usedforsecurity=False)

    def __len__(self) -> int:
        return self.size

    def read(self, size: int = -1) -> bytes:
        wanted = self.left if size < 0 else min(size, self.left)
        chunk = self.content.read(wanted) if wanted else b""
        if wanted and not chunk:
            raise UnexpectedError(
                provider="Open Humans",
                doing="sending a file",
                excerpt="it is shorter than was said",
            )
        self.left -= len(chunk)
        self.digest.update(chunk)
        self.moved(len(chunk))
        return chunk


class Incoming(io.RawIOBase):
    """An answer's body as a readable stream, whose failures are ours."""

    def __init__(self, storage: Storage, response: requests.Response, *, doing: str) -> None:
        self.storage = storage
        self.doing = doing
        self.chunks = response.iter_content(CHUNK)
        self.rest = b""
        self.pulse = Pulse(storage.gate)
        self.total = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self.rest:
            self.rest = self._next()
        size = min(len(buffer), len(self.rest))
        buffer[:size] = self.rest[:size]
        self.rest = self.rest[size:]
        return size

    def _next(self) -> bytes:
        failure: Exception | None = None
        try:
            chunk: bytes = next(self.chunks, b"")
        except requests.exceptions.RequestException as error:
            failure = error
        if failure is not None:
            raise self.storage.failed(failure, self.doing)
        self.total += len(chunk)
        if self.total > self.storage.largest_download:
            raise self.storage.too_large(self.doing)
        self.pulse.moved(len(chunk))
        return chunk
