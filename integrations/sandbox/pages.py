"""The sandbox's own pages and controls: what is in it, and making it misbehave.

Changes are POSTs, and only from this machine's own pages or from programs: another site open in
the same browser must not be able to switch anything.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from integrations.sandbox.faults import ABOUT, Fault
from integrations.sandbox.http import Request, Response, html_answer, json_answer, redirect

if TYPE_CHECKING:
    from integrations.sandbox import Sandbox, World

SHOWN_REQUESTS = 50
SHOWN_ROWS = 200
# Shown with their values; everything else in a query may be a secret.
SAFE_PARAMETERS = (
    {"by", "perspective", "pv", "rs", "resolution_time", "interval", "i", "rb", "restrict_begin"}
    | {"re", "restrict_end", "rk", "restrict_kind", "format", "limit", "offset", "page"}
    | {"page-size", "page_size", "start", "end", "person"}
)
FAULT_FIELDS = (
    ("match", "", "Path holds"),
    ("times", "1", "Times (empty: for ever)"),
    ("skip", "0", "After so many"),
    ("chance", "1", "Chance"),
    ("retry_after", "", "Retry-After"),
    ("delay", "0", "Delay in seconds"),
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
            "/faults/clear": self._clear_faults,
            "/switches": self._switch,
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
            return json_answer({"error": str(error.args[0])}, status=400)

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
        return html_answer(_state_page(self.state()), title="Sandbox", Cache_Control="no-store")

    def _add_fault(self, request: Request) -> Response:
        given = {name: text for name, text in request.fields().items() if text != ""}
        times = given.get("times", "")
        change = (request.json() or {}).get("change") if request.is_json else None
        fault = Fault(
            provider=self._known(given.get("provider", "*"), or_any=True),
            kind=given.get("kind", ""),
            match=given.get("match", ""),
            times=_times(request, times),
            skip=int(given.get("skip", "0")),
            chance=float(given.get("chance", "1")),
            retry_after=given.get("retry_after"),
            delay=float(given.get("delay", "0")),
            change=change,
        )
        self.world.faults.add(fault)
        return self._done(request)

    def _clear_faults(self, request: Request) -> Response:
        self.world.faults.clear()
        return self._done(request)

    def _switch(self, request: Request) -> Response:
        given = request.fields()
        sandbox = self.world[self._known(given.pop("provider", ""))]
        with sandbox.lock:
            for name, text in given.items():
                declared = sandbox.switches.declared.get(name)
                sandbox.switches[name] = declared.parse(text) if declared else text
            sandbox.dirty = True
        self.world.save(sandbox)
        return self._done(request)

    def _reset(self, request: Request) -> Response:
        self.world.reset()
        return self._done(request)

    def _grant(self, request: Request) -> Response:
        given = request.fields()
        sandbox = self.world[self._known(given.get("provider", ""))]
        with sandbox.lock:
            token = sandbox.grant(given.get("person", ""))
        self.world.save(sandbox)
        return json_answer(token, Cache_Control="no-store")

    def _known(self, slug: str, *, or_any: bool = False) -> str:
        if slug in self.world.sandboxes or (or_any and slug == "*"):
            return slug
        raise LookupError(f"there is no provider {slug!r}")

    def _done(self, request: Request) -> Response:
        """A form goes back to the page, a program gets the new state."""
        return self._json() if request.is_json else redirect("/state", status=303)


def _from_here(request: Request) -> bool:
    name = urlsplit(f"//{request.header('Host')}").hostname
    origin = request.header("Origin")
    return name in ("127.0.0.1", "localhost") and origin in ("", request.base_url)


def _times(request: Request, text: str) -> int | None:
    """Once if a program leaves it out; for ever where a form's field is empty or JSON null."""
    if text:
        return int(text)
    return 1 if request.is_json and "times" not in (request.json() or {}) else None


def _provider(sandbox: Sandbox) -> dict[str, Any]:
    with sandbox.lock:
        return {
            "title": sandbox.title,
            **sandbox.state(),
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


def _state_page(state: dict[str, Any]) -> str:
    providers = state["providers"]
    sections = "".join(_provider_section(slug, shown) for slug, shown in providers.items())
    return (
        '<header><p class="banner">Sandbox: nothing here is real.</p><h1>Sandbox</h1></header>'
        f"<main>{sections}{_faults_section(state, list(providers))}"
        f"<section><h2>Requests</h2>{_table('The last requests, newest first', state['requests'])}"
        "</section><section><h2>Start again</h2>"
        '<form method="post" action="/reset"><button>Reset everything to the seeded state</button>'
        "</form></section></main>"
    )


def _provider_section(slug: str, shown: dict[str, Any]) -> str:
    rest = {k: v for k, v in shown.items() if k not in ("title", "switches")}
    tables = "".join(_table(name, rows) for name, rows in rest.items() if isinstance(rows, list))
    singles = "".join(
        f"<li>{_words(name)}: {escape(str(value))}</li>"
        for name, value in rest.items()
        if not isinstance(value, list)
    )
    heading = f"<h2>{escape(shown['title'])}</h2>"
    switches = _switches_form(slug, shown["switches"])
    return f"<section>{heading}<ul>{singles}</ul>{tables}{switches}</section>"


def _switches_form(slug: str, switches: dict[str, Any]) -> str:
    if not switches:
        return ""
    rows = "".join(_switch_row(slug, name, switch) for name, switch in switches.items())
    return (
        f'<form method="post" action="/switches"><input type="hidden" name="provider" '
        f'value="{slug}"><table><caption>Switches: where the real behaviour is not known or may '
        "vary</caption><tr><th scope='col'>Switch</th><th scope='col'>Value</th>"
        f"<th scope='col'>Meaning</th></tr>{rows}</table><button>Set switches</button></form>"
    )


def _switch_row(slug: str, name: str, switch: dict[str, Any]) -> str:
    key = f"{slug}-{name}"
    value = escape(str(switch["value"]))
    field = (
        f'<input id="{key}" name="{name}" value="{value}" size="8">'
        if switch["free"]
        else _select(key, name, [str(option) for option in switch["options"]], str(switch["value"]))
    )
    return (
        f'<tr><th scope="row"><label for="{key}">{_words(name)}</label></th>'
        f"<td>{field}</td><td>{escape(switch['about'])}</td></tr>"
    )


def _select(key: str, name: str, options: list[str], chosen: str) -> str:
    items = "".join(
        f'<option value="{escape(option)}"{" selected" * (option == chosen)}>{escape(option)}'
        "</option>"
        for option in options
    )
    return f'<select id="{key}" name="{name}">{items}</select>'


def _faults_section(state: dict[str, Any], slugs: list[str]) -> str:
    kinds = "".join(
        f'<option value="{kind}">{kind}: {escape(about)}</option>' for kind, about in ABOUT.items()
    )
    inputs = "".join(
        f'<label>{label} <input name="{name}" value="{value}" size="8"></label>'
        for name, value, label in FAULT_FIELDS
    )
    storms = _table("Random faults", state["storms"]) if state["storms"] else ""
    provider = _select("fault-provider", "provider", ["*", *slugs], "*")
    return (
        f"<section><h2>Faults</h2>{_table('Still to come', state['faults'])}{storms}"
        '<form method="post" action="/faults"><fieldset><legend>Let something go wrong</legend>'
        f'<label for="fault-provider">Provider</label>{provider} '
        '<label for="fault-kind">Kind</label>'
        f'<select id="fault-kind" name="kind">{kinds}</select><br>'
        f"{inputs}<button>Add fault</button></fieldset></form>"
        '<form method="post" action="/faults/clear"><button>Clear all faults</button></form>'
        "</section>"
    )


def _table(caption: str, rows: list[dict[str, Any]]) -> str:
    caption = _words(caption)
    if not rows:
        return f"<p>{caption}: none</p>"
    head = "".join(f'<th scope="col">{_words(name)}</th>' for name in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_cell(value))}</td>" for value in row.values()) + "</tr>"
        for row in rows[:SHOWN_ROWS]
    )
    more = f"<p>and {len(rows) - SHOWN_ROWS} more</p>" if len(rows) > SHOWN_ROWS else ""
    return f"<table><caption>{caption}</caption><tr>{head}</tr>{body}</table>{more}"


def _words(name: str) -> str:
    words = escape(name.replace("_", " "))
    return words[:1].upper() + words[1:]


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
