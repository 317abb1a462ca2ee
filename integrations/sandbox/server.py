"""The sockets under the sandbox, on loopback only; what is answered is decided elsewhere."""

import logging
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from integrations.sandbox.http import Request, Response

logger = logging.getLogger(__name__)
LOOPBACK = "127.0.0.1"


@dataclass
class Outcome:
    """`response=None` closes the connection without a word; `cut` sends only half of the body."""

    response: Response | None
    cut: bool = False
    delay: float = 0.0


class LoopbackServer(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int, answer: Callable[[Request], Outcome]) -> None:
        self.answer = answer
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        super().__init__((LOOPBACK, port), Exchange)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.server_address[1]}"

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def close(self) -> None:
        """Also ends kept-alive connections: a closed server must not go on answering."""
        self.closing.set()
        with suppress(OSError):
            # Wakes the thread that waits for the next caller; not every system does.
            self.socket.shutdown(socket.SHUT_RDWR)
        self.shutdown()
        self.server_close()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                logger.debug("connection was closed already")

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that gave up is everyday business here: that is what slow answers are for.
        if not isinstance(sys.exception(), OSError):
            logger.exception("the sandbox's server failed")


class Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    server: LoopbackServer

    def handle_any(self) -> None:
        outcome = self.server.answer(self._request())
        if outcome.delay:
            self.server.closing.wait(outcome.delay)
        if outcome.response is None:
            self.close_connection = True
            return
        self._send(outcome.response, cut=outcome.cut)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_any

    def _request(self) -> Request:
        chunked = "chunked" in self.headers.get("Transfer-Encoding", "").lower()
        body = self._read_chunks() if chunked else self._read_length()
        parts = urlsplit(self.path)
        return Request(
            method=self.command,
            path=unquote(parts.path),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers=self.headers,  # type: ignore[arg-type]
            body=body,
            base_url=self._base_url(),
            query_string=parts.query,
            chunked=chunked,
        )

    def _base_url(self) -> str:
        """As the client named us, so that absolute links stay on the host it knows."""
        name = self.headers.get("Host", "").rpartition(":")[0]
        port = self.server.server_address[1]
        return f"http://{name}:{port}" if name in (LOOPBACK, "localhost") else self.server.url

    def _read_length(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        return self.rfile.read(int(length)) if length.isdigit() else b""

    def _read_chunks(self) -> bytes:
        body = bytearray()
        while size := int(self.rfile.readline().split(b";")[0].strip() or b"0", 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # trailers
        return bytes(body)

    def _send(self, response: Response, *, cut: bool) -> None:
        body = response.body
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(body) or int(cut)))
        if cut:
            self.close_connection = True
            body = body[: len(body) // 2]
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: paths may hold tokens, and what was asked is on the state page."""
