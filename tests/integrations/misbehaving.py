"""A server that answers anything with fixed bytes, for what no provider's stand-in would say."""

import re
import socket
import threading
from types import TracebackType
from typing import Self

CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)


class Misbehaving:
    """`answer` is sent to each request as it stands; `again` is sent on and on after it."""

    def __init__(self) -> None:
        self.answer = b""
        self.again = b""
        self.pause = 0.0
        self.seen: list[bytes] = []
        self._closing = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def json(self, body: bytes) -> None:
        """Answer with status 200 and this body, said to be JSON."""
        self.answer = self.head(b"Content-Length: %d" % len(body)) + body

    @staticmethod
    def head(*headers: bytes, status: bytes = b"200 OK") -> bytes:
        lines = (b"HTTP/1.1 " + status, b"Content-Type: application/json", *headers)
        return b"\r\n".join((*lines, b"Connection: close", b"", b""))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        # Wakes the thread up: closing alone would leave it waiting for a visitor.
        with socket.create_connection(self._server.getsockname()):
            self._server.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while not self._closing.is_set():
            visitor, _ = self._server.accept()
            with visitor:
                if self._closing.is_set():
                    return
                try:
                    self._answer(visitor)
                except OSError:
                    continue  # the client gave up, as it should

    def _answer(self, visitor: socket.socket) -> None:
        self.seen.append(_request(visitor))
        visitor.sendall(self.answer)
        while self.again and not self._closing.wait(self.pause):
            visitor.sendall(self.again)


def _request(visitor: socket.socket) -> bytes:
    """All of it: closing on something unread might throw the answer away."""
    data = visitor.recv(65536)
    while data and not _is_whole(data):
        more = visitor.recv(65536)
        if not more:
            break
        data += more
    return data


def _is_whole(data: bytes) -> bool:
    head, end, body = data.partition(b"\r\n\r\n")
    length = CONTENT_LENGTH.search(head)
    return bool(end) and len(body) >= (int(length[1]) if length else 0)
