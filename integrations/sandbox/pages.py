"""The sandbox's own pages and controls: what is in it, and making it misbehave.

Forms are answered by the page (state_page.py), programs by JSON.

Changes are POSTs, and only from this machine's own pages or from programs: another site open in
the same browser must not be able to switch anything.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import asdict
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from integrations.sandbox.faults import Fault
from integrations.sandbox.http import Request, Response, html_answer, json_answer, redirect
from integrations.sandbox.state_page import label, state_page

if TYPE_CHECKING:
    from integrations.sandbox import Sandbox, World

SHOWN_REQUESTS = 50
# Shown with their values; everything else in a query may be a secret.
SAFE_PARAMETERS = (
    {"by", "perspective", "pv", "rs", "resolution_time", "interval", "i", "rb", "restrict_begin"}
    | {"re", "restrict_end", "rk", "restrict_kind", "format", "limit", "offset", "page"}
    | {"page-size", "page_size", "start", "end", "person"}
)


def fingerprint(secret: str) -> str:
    """Enough to tell two tokens apart on a page, and of no use to anybody."""
    return hashlib.sha256(secret.encode()).hexdigest()[:8]


class Control:
    def __init__(self, world: World) -> None:
        self.world = world
        self._reads = {"/": self._welcome, "/state": self._page, "/state.json": self._json}
        self._changes = {
            "/faults": self._add_fault,
            "/faults/remove": self._remove_fault,
            "/faults/clear": self._clear_faults,
            "/switches": self._switch,
            "/revoke": self._revoke,
            "/expire": self._expire,
            "/happen": self._happen,
            "/reset": self._reset,
            "/grant": self._grant,
        }

    def answer(self, request: Request) -> Response | None:
        """None for whatever is not ours."""
        if request.path == "/favicon.ico":
            return Response(204)
        if request.path in self._reads:
            if request.method not in ("GET", "HEAD"):
                return json_answer({"error": "use GET"}, status=405)
            return self._reads[request.path]()
        if request.path not in self._changes:
            return None
        if request.method != "POST":
            return json_answer({"error": "use POST"}, status=405)
        if not _from_here(request):
            return json_answer({"error": "only from this machine's own pages"}, status=403)
        try:
            return self._changes[request.path](request)
        except (ValueError, LookupError) as error:
            return self._refused(request, str(error.args[0]))

    def _refused(self, request: Request, words: str) -> Response:
        if request.is_json or request.path == "/grant":
            return json_answer({"error": words}, status=400)
        complaint = f"Nothing was changed: {words}."
        return html_answer(self._body(complaint), title="Error: Sandbox", status=400)

    def state(self) -> dict[str, Any]:
        return {
            "url": self.world.url,
            "providers": {slug: _provider(box) for slug, box in self.world.sandboxes.items()},
            "faults": [_plain_fault(fault) for fault in self.world.faults],
            "storms": [_plain_storm(storm) for storm in self.world.faults.storms],
            "requests": self._requests(),
        }

    def _requests(self) -> list[dict[str, Any]]:
        recent = self.world.requests[-SHOWN_REQUESTS:]
        return [
            {
                "at": f"{seen.at:%H:%M:%S}",
                "provider": seen.provider,
                "request": f"{seen.method} {seen.path}{_shown_query(seen.query)}",
                "status": "no answer" if seen.status is None else seen.status,
                "fault": seen.fault or "",
                "known": "" if seen.known else "unknown path",
            }
            for seen in reversed(recent)
        ]

    def _welcome(self) -> Response:
        names = ", ".join(escape(box.title) for box in self.world.sandboxes.values())
        return html_answer(
            '<main><p class="banner">Sandbox: nothing here is real.</p><h1>Sandbox</h1>'
            f"<p>This stands in for {names}, so that everything can be tried without an account "
            "and without sending anything anywhere. The people and their data are made up.</p>"
            '<p><a href="/state">What is in it, and how to make it misbehave</a></p></main>',
            title="Sandbox",
        )

    def _json(self) -> Response:
        return json_answer(self.state(), Cache_Control="no-store")

    def _page(self) -> Response:
        return html_answer(self._body(), title="Sandbox", Cache_Control="no-store")

    def _body(self, complaint: str = "") -> str:
        # Read at once: faults come and go while the page is made.
        numbered = self.world.faults.numbered()
        state = self.state() | {"faults": [_plain_fault(fault) for fault in numbered.values()]}
        return state_page(state, numbers=list(numbered), app=self._app(), complaint=complaint)

    def _app(self) -> str:
        """Where people came from when they last signed in; empty as long as nobody has."""
        visits = [box.last_visit for box in self.world.sandboxes.values() if box.last_visit]
        return max(visits)[1] if visits else ""

    def _add_fault(self, request: Request) -> Response:
        given = {name: text for name, text in request.fields().items() if text != ""}
        change = (request.json() or {}).get("change") if request.is_json else None
        fault = Fault(
            provider=self._known(given.get("provider", "*"), or_any=True),
            kind=given.get("kind", ""),
            match=given.get("match", ""),
            times=_times(request, given),
            skip=_whole(given, "skip", "0"),
            chance=_share(given, "chance", "1"),
            retry_after=given.get("retry_after"),
            delay=_number(given, "delay", "0"),
            change=change,
        )
        self.world.faults.add(fault)
        return self._done(request, "faults")

    def _remove_fault(self, request: Request) -> Response:
        given = request.fields()
        self.world.faults.remove(_whole(given, "fault", ""))
        return self._done(request, "faults")

    def _clear_faults(self, request: Request) -> Response:
        self.world.faults.clear()
        return self._done(request, "faults")

    def _switch(self, request: Request) -> Response:
        given = request.fields()
        sandbox = self.world[self._known(given.pop("provider", ""))]
        with sandbox.lock:
            sandbox.switches.change(given)
            sandbox.dirty = True
        self.world.save(sandbox)
        return self._done(request, f"switches-{sandbox.slug}")

    def _reset(self, request: Request) -> Response:
        self.world.reset()
        return self._done(request, "people")

    def _grant(self, request: Request) -> Response:
        sandbox, person = self._person(request)
        with sandbox.lock:
            token = sandbox.grant(person)
        self.world.save(sandbox)
        return json_answer(token, Cache_Control="no-store")

    def _happen(self, request: Request) -> Response:
        given = request.fields()
        sandbox = self.world[self._known(given.get("provider", ""))]
        with sandbox.lock:
            sandbox.happen(given.get("name", ""))
            sandbox.dirty = True
        self.world.save(sandbox)
        return self._done(request, "happenings")

    def _revoke(self, request: Request) -> Response:
        sandbox, person = self._person(request)
        sandbox.revoke(person)
        self.world.save(sandbox)
        return self._done(request, "people")

    def _expire(self, request: Request) -> Response:
        sandbox, person = self._person(request)
        sandbox.expire(person)
        self.world.save(sandbox)
        return self._done(request, "people")

    def _person(self, request: Request) -> tuple[Sandbox, str]:
        given = request.fields()
        return self.world[self._known(given.get("provider", ""))], given.get("person", "")

    def _known(self, slug: str, *, or_any: bool = False) -> str:
        if slug in self.world.sandboxes or (or_any and slug == "*"):
            return slug
        raise LookupError(f"there is no provider {slug!r}")

    def _done(self, request: Request, place: str) -> Response:
        """A form goes back to its place on the page, a program gets the new state."""
        return self._json() if request.is_json else redirect(f"/state#{place}", status=303)


def _from_here(request: Request) -> bool:
    name = urlsplit(f"//{request.header('Host')}").hostname
    origin = request.header("Origin")
    return name in ("127.0.0.1", "localhost") and origin in ("", request.base_url)


def _times(request: Request, given: dict[str, str]) -> int | None:
    """Once if a program leaves it out; for ever where a form's field is empty or JSON null."""
    if "times" in given:
        return _whole(given, "times", "1")
    return 1 if request.is_json and "times" not in (request.json() or {}) else None


def _whole(given: dict[str, str], name: str, usual: str) -> int:
    text = given.get(name, usual).strip()
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{label(name)} must be a whole number, and “{text}” is none")
    return int(text)


def _number(given: dict[str, str], name: str, usual: str) -> float:
    text = given.get(name, usual).strip()
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        raise ValueError(f"{label(name)} must be a number from 0 on, and “{text}” is none")
    return number


def _share(given: dict[str, str], name: str, usual: str) -> float:
    number = _number(given, name, usual)
    if number > 1:
        raise ValueError(f"{label(name)} must be from 0 to 1, and {number:g} is more")
    return number


def _provider(sandbox: Sandbox) -> dict[str, Any]:
    with sandbox.lock:
        return {
            "title": sandbox.title,
            **sandbox.state(),
            "happenings": sandbox.happenings,
            "switches": {
                name: {
                    "value": sandbox.switches[name],
                    "options": list(switch.options),
                    "free": switch.free,
                    "about": switch.about,
                }
                for name, switch in sandbox.declared.items()
            },
        }


def _plain_fault(fault: Fault) -> dict[str, Any]:
    shown = asdict(fault)
    shown["change"] = "yes" if fault.change is not None else ""
    shown["times"] = "for ever" if fault.times is None else fault.times
    return shown


def _plain_storm(storm: Any) -> dict[str, Any]:
    names = ("provider", "match", "chance", "seed", "delay", "retry_after")
    return {"kinds": ", ".join(storm.kinds), **{name: getattr(storm, name) for name in names}}


def _shown_query(query: dict[str, str]) -> str:
    shown = [f"{k}={v}" if k in SAFE_PARAMETERS else f"{k}=…" for k, v in query.items()]
    return f"?{'&'.join(shown)}" if shown else ""
