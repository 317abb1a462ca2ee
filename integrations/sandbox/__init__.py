"""The stand-ins for the providers: what one is, and the world that serves them all on one port.

A provider's own behaviour lives in integrations/<slug>/sandbox.py; sockets, pages and keeping
state live beside this file. Nothing here needs Django, and nothing leaves this machine.
"""

import importlib
import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPMessage
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self, TypeVar

from integrations.sandbox import keep as keeping
from integrations.sandbox import pages
from integrations.sandbox.faults import ANSWERED_AT_ONCE, Fault, Faults, Storm
from integrations.sandbox.http import (
    Request,
    Response,
    Route,
    html_answer,
    json_answer,
    redirect,
    route,
)
from integrations.sandbox.server import LoopbackServer, Outcome
from integrations.sandbox.switches import Switch, Switches

__all__ = [
    "Fault",
    "Request",
    "Response",
    "Sandbox",
    "Seen",
    "Storm",
    "Switch",
    "World",
    "html_answer",
    "json_answer",
    "redirect",
    "route",
]

logger = logging.getLogger(__name__)
REMEMBERED_REQUESTS = 20_000
REMEMBERED_BODY = 10_000


def utc_now() -> datetime:
    return datetime.now(UTC)


class Sandbox:
    """One provider's stand-in. Requests and tests' own calls take `lock`; `now` may be replaced.

    A subclass marks its answers with @route, and sets `dirty` when something changed that
    should outlive a restart.
    """

    slug: ClassVar[str]
    title: ClassVar[str]
    prefixes: ClassVar[tuple[str, ...]] = ()  # unknown paths below these are this provider's
    declared: ClassVar[dict[str, Switch]] = {}
    # What the state page can let happen to the seeded people: a name and words for each.
    happenings: ClassVar[dict[str, str]] = {}

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.now: Callable[[], datetime] = utc_now
        self.switches = Switches(self.declared)
        self.dirty = False
        # Where it is served; empty until it is.
        self.url = ""
        # When somebody last came from our own pages to sign in here, and from where.
        self.last_visit: tuple[datetime, str] | None = None
        self.routes = self._routes()
        self.seed()

    @classmethod
    def _routes(cls) -> list[Route]:
        members = (getattr(cls, name) for name in dir(cls))
        return [found for member in members for found in getattr(member, "routes", [])]

    def seed(self) -> None:
        """Put the seeded people and things in place, forgetting whatever was there."""
        raise NotImplementedError

    def reset(self) -> None:
        with self.lock:
            self.switches.reset()
            self.seed()
            self.dirty = True

    def state(self) -> dict[str, Any]:
        """What the state page shows: lists of rows and single values; no secrets, no contents."""
        raise NotImplementedError

    def snapshot(self) -> dict[str, Any]:
        """What outlives a restart, as JSON; the bytes of files are `blobs`."""
        raise NotImplementedError

    def blobs(self) -> dict[str, bytes]:
        return {}

    def restore(self, data: dict[str, Any], blobs: dict[str, bytes]) -> None:
        raise NotImplementedError

    def grant(self, person: str) -> dict[str, Any]:
        """The token answer as if this person had just allowed us; LookupError if unknown."""
        raise LookupError(f"{self.title} has no people to connect")

    def revoke(self, person: str) -> None:
        """The person's grants are gone for good; LookupError if unknown."""
        raise LookupError(f"{self.title} has no people to connect")

    def expire(self, person: str) -> None:
        """The person's access tokens are past their time; LookupError if unknown."""
        raise LookupError(f"{self.title} has no people to connect")

    def happen(self, name: str) -> None:
        """Let one of `happenings` happen; LookupError if it is unknown or cannot any more."""
        raise LookupError(f"nothing called {name!r} can happen at {self.title}")

    def not_found(self, request: Request) -> Response:
        return html_answer("<h1>Page not found</h1>", title="Not found", status=404)

    def method_not_allowed(self, request: Request) -> Response:
        return json_answer({"detail": f'Method "{request.method}" not allowed.'}, status=405)

    def fault_answer(self, fault: Fault) -> Response:
        """What a fault of an answering kind looks like here; RescueTime and Slack have others."""
        if fault.kind in ("500", "502", "html200"):
            return _html_fault(fault.kind)
        if fault.kind == "error200":
            return json_answer({"error": "something went wrong"})
        words = {
            "429": "Request was throttled.",
            "401": "Invalid token.",
            "403": "You do not have permission to perform this action.",
            "409": "Conflict.",
        }
        answer = json_answer({"detail": words[fault.kind]}, status=int(fault.kind))
        if fault.retry_after is not None:
            answer.headers["Retry-After"] = str(fault.retry_after)
        return answer

    def find(self, request: Request) -> tuple[Route | None, dict[str, str], bool]:
        """The route and its arguments; True if the path is known with another method."""
        known = False
        for candidate in self.routes:
            if match := candidate.pattern.match(request.path):
                if candidate.answers(request.method):
                    return candidate, match.groupdict(), True
                known = True
        return None, {}, known

    def respond(self, request: Request) -> Response:
        found, args, known = self.find(request)
        if found is None:
            return self.method_not_allowed(request) if known else self.not_found(request)
        with self.lock:
            answer: Response = getattr(self, found.handler)(request.with_args(args))
        return answer


def _html_fault(kind: str) -> Response:
    if kind == "html200":
        return html_answer("<h1>We will be back soon</h1>", title="Maintenance")
    words = {"500": "Server Error (500)", "502": "502 Bad Gateway"}[kind]
    return html_answer(f"<h1>{words}</h1>", title=words, status=int(kind))


S = TypeVar("S", bound=Sandbox)


@dataclass
class Seen:
    """One request, secrets included: for tests, never for pages.

    `status` is 0 until it was answered, and None if the connection was closed instead.
    `known` is False for a path no provider has.
    """

    provider: str
    method: str
    path: str
    query: dict[str, str]
    headers: HTTPMessage
    body: bytes = field(repr=False)
    known: bool = True
    status: int | None = 0
    fault: str | None = None
    at: datetime = field(default_factory=utc_now)


class World:
    """All stand-ins on one port of this machine. With `keep` their state survives a restart."""

    def __init__(
        self,
        *,
        seed: int = 0,
        keep: Path | None = None,
        sandboxes: Iterable[Sandbox] | None = None,
    ) -> None:
        chosen = find_sandboxes() if sandboxes is None else sandboxes
        self.sandboxes = {sandbox.slug: sandbox for sandbox in chosen}
        self.faults = Faults(seed=seed)
        self.requests: list[Seen] = []
        self.hook: Callable[[Seen], None] | None = None
        self.keep = keep
        self.url = ""
        self._lock = threading.Lock()
        self._server: LoopbackServer | None = None
        self._control = pages.Control(self)
        if keep is not None:
            for sandbox in self.sandboxes.values():
                keeping.load(keep, sandbox)

    def __getitem__(self, slug: str) -> Sandbox:
        return self.sandboxes[slug]

    def of(self, kind: type[S]) -> S:
        """The same by its class, for callers that want its own methods typed."""
        sandbox = self.sandboxes[kind.slug]
        if not isinstance(sandbox, kind):
            raise TypeError(f"{kind.slug} is played by {type(sandbox).__name__}")
        return sandbox

    def start(self, port: int = 0) -> Self:
        """Serve in threads; port 0 takes a free one. OSError if the port is taken."""
        self._server = LoopbackServer(port, self.answer)
        self.url = self._server.url
        for sandbox in self.sandboxes.values():
            sandbox.url = self.url
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for sandbox in self.sandboxes.values():
            self.save(sandbox)

    def __enter__(self) -> Self:
        return self if self._server else self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def unknown(self) -> list[Seen]:
        """Requests to paths that no provider has: a client's mistake, or a gap here."""
        return [seen for seen in self.requests if not seen.known]

    def reset(self) -> None:
        self.faults.clear()
        for sandbox in self.sandboxes.values():
            sandbox.reset()
            self.save(sandbox)

    def save(self, sandbox: Sandbox) -> None:
        with sandbox.lock:
            if self.keep is not None and sandbox.dirty:
                keeping.save(self.keep, sandbox)
            sandbox.dirty = False

    def answer(self, request: Request) -> Outcome:
        control = self._control.answer(request)
        if control is not None:
            return Outcome(control)
        sandbox, known = self._whose(request)
        seen = self._remember(request, provider=sandbox.slug if sandbox else "", known=known)
        if self.hook is not None:
            self.hook(seen)
        outcome = self._act(sandbox, request, seen)
        seen.status = outcome.response.status if outcome.response else None
        return outcome

    def _whose(self, request: Request) -> tuple[Sandbox | None, bool]:
        for sandbox in self.sandboxes.values():
            found, _, known = sandbox.find(request)
            if found is not None or known:
                return sandbox, True
        # Of two that begin alike the longer prefix says more.
        begun = [
            (len(prefix), sandbox)
            for sandbox in self.sandboxes.values()
            for prefix in sandbox.prefixes
            if request.path.startswith(prefix)
        ]
        return max(begun, key=lambda each: each[0], default=(0, None))[1], False

    def _remember(self, request: Request, *, provider: str, known: bool) -> Seen:
        seen = Seen(
            provider=provider,
            method=request.method,
            path=request.path,
            query=request.query,
            headers=request.headers,
            body=request.body[:REMEMBERED_BODY],
            known=known,
        )
        with self._lock:
            self.requests.append(seen)
            if len(self.requests) > REMEMBERED_REQUESTS:
                del self.requests[: REMEMBERED_REQUESTS // 2]
        return seen

    def _act(self, sandbox: Sandbox | None, request: Request, seen: Seen) -> Outcome:
        if sandbox is None:
            return Outcome(html_answer("<h1>Not found</h1>", title="Not found", status=404))
        fault = self.faults.pick(sandbox.slug, request.line)
        if fault is None:
            return Outcome(self._respond(sandbox, request))
        seen.fault = fault.kind
        if fault.kind == "before":
            return Outcome(None, delay=fault.delay)
        if fault.kind in ANSWERED_AT_ONCE:
            return Outcome(sandbox.fault_answer(fault), delay=fault.delay)
        answer = self._respond(sandbox, request)
        if fault.kind == "wrong_shape":
            answer = _reshaped(answer, fault.change)
        lost = fault.kind == "lost"
        return Outcome(None if lost else answer, cut=fault.kind == "cut", delay=fault.delay)

    def _respond(self, sandbox: Sandbox, request: Request) -> Response:
        try:
            answer = sandbox.respond(request)
        except Exception:
            logger.exception("the %s sandbox failed at %s", sandbox.slug, request.line)
            return Response(500, b"The sandbox itself failed; its log says why.")
        self.save(sandbox)
        return answer


def _reshaped(answer: Response, change: Any) -> Response:
    if not callable(change):
        return json_answer({"unexpected": []} if change is None else change, status=answer.status)
    return json_answer(change(answer.json()), status=answer.status)


def find_sandboxes() -> list[Sandbox]:
    """One of each provider that has a stand-in, found by folder."""
    here = Path(__file__).parent.parent
    slugs = sorted(path.parent.name for path in here.glob("*/sandbox.py"))
    return [_sandbox_of(slug) for slug in slugs]


def _sandbox_of(slug: str) -> Sandbox:
    module = importlib.import_module(f"integrations.{slug}.sandbox")
    for candidate in vars(module).values():
        is_sandbox = isinstance(candidate, type) and issubclass(candidate, Sandbox)
        if is_sandbox and getattr(candidate, "slug", None) == slug:
            found: Sandbox = candidate()
            return found
    raise LookupError(f"integrations/{slug}/sandbox.py has no Sandbox with slug {slug!r}")
