"""Requests, answers and routes as the stand-ins see them; no sockets and no state live here."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http.client import HTTPMessage
from http.cookies import SimpleCookie
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

Handler = Callable[[Any, "Request"], "Response"]
H = TypeVar("H", bound=Callable[..., Any])

# The colours are the system's own, so that light and dark both come out readable.
PAGE_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:80rem;margin:1.5rem auto;padding:0 1rem;"
    "color:CanvasText;background:Canvas}"
    ".banner{background:#5b2a00;color:#fff;padding:.5rem 1rem;border-radius:.3rem;display:flex;"
    "flex-wrap:wrap;gap:.2rem 1rem;justify-content:space-between}"
    ".banner a{color:#fff}"
    ".complaint{border:2px solid #c62828;border-radius:.3rem;padding:.5rem 1rem;font-weight:600}"
    "nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;padding:0}"
    "section{scroll-margin-top:1rem}#requests{scroll-margin-top:6rem}"
    "table{border-collapse:collapse;margin:.5rem 0 1rem}"
    "th,td{border:1px solid #767676;padding:.25rem .6rem;text-align:left;vertical-align:top}"
    "th{background:color-mix(in srgb,CanvasText 9%,Canvas)}"
    "td{overflow-wrap:break-word}caption{text-align:left;font-weight:600;padding:.25rem 0}"
    ".long{overflow-wrap:anywhere;min-width:8rem}"
    "summary{cursor:pointer;padding:.25rem 0}"
    "label{display:inline-block;margin:.2rem .8rem .2rem 0}"
    "button{font:inherit;padding:.3rem .9rem;cursor:pointer}button:disabled{cursor:default}"
    "input,select{font:inherit;padding:.15rem .3rem;max-width:100%;box-sizing:border-box}"
    "fieldset{border:1px solid #767676;margin:1rem 0;min-width:0}"
    ".fields{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,18rem),1fr));"
    "gap:.5rem 1rem;margin-bottom:.8rem}"
    ".fields label{display:flex;flex-direction:column;margin:0;min-width:0;"
    "justify-content:flex-end}"
    ".inline{display:inline-block}"
    ".unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}"
    # A narrow screen reads each row as a list of its own.
    "@media(max-width:66rem){table,caption,tbody,tr,td{display:block}"
    "thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}"
    "tr{border:1px solid #767676;border-radius:.3rem;margin:0 0 .6rem;padding:.3rem .6rem}"
    "td{border:0;padding:.1rem 0;overflow-wrap:anywhere}"
    "td:empty{display:none}"
    "td[data-label]:not([data-label=''])::before{content:attr(data-label) ': ';font-weight:600}}"
)


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: HTTPMessage
    body: bytes = b""
    base_url: str = ""
    query_string: str = ""
    args: dict[str, str] = field(default_factory=dict)
    chunked: bool = False

    @property
    def line(self) -> str:
        """What a fault's `match` is compared with: never holds a query, so never a token."""
        return f"{self.method} {self.path}"

    def header(self, name: str) -> str:
        return str(self.headers.get(name, ""))

    @property
    def is_json(self) -> bool:
        return self.header("Content-Type").split(";")[0].strip().lower() == "application/json"

    def fields(self) -> dict[str, str]:
        """The body's fields as text, from a form or from a flat JSON object."""
        if not self.is_json:
            text = self.body.decode(errors="replace")
            return dict(parse_qsl(text, keep_blank_values=True))
        data = self.json()
        if not isinstance(data, dict):
            return {}
        return {str(k): _as_text(v) for k, v in data.items() if v is not None}

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def bearer(self) -> str | None:
        kind, _, token = self.header("Authorization").partition(" ")
        return token.strip() if kind.lower() == "bearer" and token.strip() else None

    def basic(self) -> tuple[str, str] | None:
        kind, _, coded = self.header("Authorization").partition(" ")
        if kind.lower() != "basic":
            return None
        try:
            name, _, secret = base64.b64decode(coded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return name, secret

    def cookie(self, name: str) -> str | None:
        morsel = SimpleCookie(self.header("Cookie")).get(name)
        return morsel.value if morsel else None

    def with_args(self, args: Mapping[str, str]) -> "Request":
        return replace(self, args=dict(args))


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value)


@dataclass
class Response:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        return json.loads(self.body)


def json_answer(data: Any, *, status: int = 200, **headers: str) -> Response:
    """Header names are given with underscores: `Retry_After="7"`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(data).encode()
    return Response(status, body, {"Content-Type": "application/json; charset=utf-8", **named})


def html_answer(body: str, *, title: str, status: int = 200, **headers: str) -> Response:
    """`body` is HTML already; whatever comes from a request must have been escaped."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{PAGE_STYLE}</style></head>"
        f"<body>{body}</body></html>"
    )
    return Response(status, page.encode(), {"Content-Type": "text/html; charset=utf-8", **named})


def redirect(address: str, *, status: int = 302, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, b"", {"Location": address, **named})


def with_query(address: str, **parameters: str) -> str:
    separator = "&" if urlsplit(address).query else "?"
    return f"{address}{separator}{urlencode(parameters)}"


@dataclass(frozen=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    handler: str

    def answers(self, method: str) -> bool:
        return method == self.method or (method == "HEAD" and self.method == "GET")


def route(methods: str, path: str) -> Callable[[H], H]:
    """Mark a sandbox's method as the answer to a path: `{name}` is a part, `{name:path}` many."""
    parts = re.split(r"(\{\w+(?::path)?\})", path)
    pattern = re.compile("".join(_part(part) for part in parts) + r"\Z")

    def mark(function: H) -> H:
        known: list[Route] = getattr(function, "routes", [])
        added = [Route(m, pattern, function.__name__) for m in methods.split()]
        setattr(function, "routes", known + added)  # noqa: B010
        return function

    return mark


def _part(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    name, _, kind = part[1:-1].partition(":")
    return f"(?P<{name}>{'.+' if kind == 'path' else '[^/]+'})"
