"""The authorization-code flow as a stand-in plays it: a page to choose a person, codes, tokens.

What a token may do, and what its answer looks like, is each provider's own.
"""

import base64
import hashlib
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Any, ClassVar
from urllib.parse import urlsplit

from integrations.sandbox import Sandbox
from integrations.sandbox.http import (
    Request,
    Response,
    html_answer,
    json_answer,
    redirect,
    with_query,
)
from integrations.sandbox.pages import fingerprint

# "testserver" is how Django's own test client calls the site.
OWN_HOSTS = ("127.0.0.1", "localhost", "::1", "testserver")


@dataclass
class Code:
    code: str
    person: str
    redirect_uri: str
    scope: str
    challenge: str
    method: str
    good_until: datetime


@dataclass
class Token:
    """One grant; `access` is empty once only the refresh token is left."""

    person: str
    access: str
    refresh: str
    scope: str
    issued_at: datetime
    expires_at: datetime | None

    def expired(self, now: datetime) -> bool:
        return self.expires_at is not None and now >= self.expires_at


class OAuthSandbox(Sandbox):
    """`redirect_paths` on any of `redirect_hosts` count as registered; tests may change both."""

    default_client_id: ClassVar[str]
    default_redirect_paths: ClassVar[tuple[str, ...]]
    code_lifetime: ClassVar[timedelta]
    pkce: ClassVar[bool] = True
    cookie_path: ClassVar[str] = "/"

    def __init__(self) -> None:
        self.client_id = self.default_client_id
        self.client_secret = "sandbox-secret"
        self.redirect_paths = self.default_redirect_paths
        self.redirect_hosts: tuple[str, ...] = OWN_HOSTS
        self.tokens: list[Token] = []
        self.codes: list[Code] = []
        super().__init__()

    # What a provider answers for itself

    def people(self) -> dict[str, str]:
        """Who can be chosen on the page, with a few words each."""
        raise NotImplementedError

    def issue(self, person: str, scope: str) -> Token:
        raise NotImplementedError

    def token_reply(self, token: Token) -> dict[str, Any]:
        raise NotImplementedError

    def client_is_known(self, request: Request, fields: dict[str, str]) -> bool:
        raise NotImplementedError

    def closed_to(self, person: str | None) -> Response | None:
        """An answer in place of the consent page, such as for a paused project."""
        return None

    def skips_consent(self, person: str, request: Request) -> bool:
        return False

    def callback(self, redirect_uri: str, state: str | None, **parameters: str) -> str:
        return with_query(redirect_uri, **parameters, **({"state": state} if state else {}))

    # For tests

    def grant(self, person: str) -> dict[str, Any]:
        self._require(person)
        with self.lock:
            return self.token_reply(self.issue(person, self.default_scope()))

    def expire(self, person: str) -> None:
        """The person's access tokens are past their time; refreshing helps."""
        self._require(person)
        with self.lock:
            self.dirty = True
            for token in self.tokens_of(person):
                token.expires_at = self.now() - timedelta(seconds=1)

    def revoke(self, person: str) -> None:
        """The person's grants are gone for good; only signing in again helps."""
        self._require(person)
        with self.lock:
            self.dirty = True
            self.tokens = [token for token in self.tokens if token.person != person]

    def _require(self, person: str) -> None:
        if person not in self.people():
            raise LookupError(f"there is no {person!r}; there are {', '.join(self.people())}")

    def tokens_of(self, person: str) -> list[Token]:
        return [token for token in self.tokens if token.person == person]

    # The flow

    def default_scope(self) -> str:
        return ""

    def authorize(self, request: Request) -> Response:
        query = request.query
        uri = query.get("redirect_uri", "")
        if query.get("client_id") != self.client_id:
            return self._refuse("There is no application with this client id.", status=404)
        if not self.is_registered(uri):
            return self._refuse("This redirect address is not registered.", status=400)
        parts = urlsplit(uri)
        self.last_visit = (self.now(), f"{parts.scheme}://{parts.netloc}/")
        if query.get("response_type") != "code":
            back = self.callback(uri, query.get("state"), error="unsupported_response_type")
            return redirect(back)
        if request.method == "POST":
            return self._decide(request)
        person = query.get("person") or request.cookie(self.cookie)
        person = person if person in self.people() else None
        if person and self.skips_consent(person, request):
            return self.closed_to(person) or self._allow(request, person)
        return self.closed_to(person) or self._ask(request, person)

    @property
    def cookie(self) -> str:
        return f"sandbox_{self.slug}_person"

    def is_registered(self, uri: str) -> bool:
        parts = urlsplit(uri)
        return (
            parts.scheme in ("http", "https")
            and parts.hostname in self.redirect_hosts
            and parts.path in self.redirect_paths
            and not parts.fragment
        )

    def sign_out(self) -> Response:
        gone = f"{self.cookie}=; Path={self.cookie_path}; Max-Age=0"
        return html_answer(
            f"<h1>You are signed out of {escape(self.title)}</h1>", title="Bye", Set_Cookie=gone
        )

    def _decide(self, request: Request) -> Response:
        fields = request.fields()
        person = fields.get("person", "")
        if fields.get("decision") == "refuse":
            query = request.query
            return redirect(
                self.callback(
                    query["redirect_uri"],
                    query.get("state"),
                    error="access_denied",
                    error_description="The resource owner denied the request.",
                )
            )
        if person not in self.people():
            return self._ask(request, None, status=400)
        return self.closed_to(person) or self._allow(request, person)

    def _allow(self, request: Request, person: str) -> Response:
        query = request.query
        code = Code(
            code=secrets.token_urlsafe(24),
            person=person,
            redirect_uri=query["redirect_uri"],
            scope=query.get("scope", self.default_scope()),
            challenge=query.get("code_challenge", ""),
            method=query.get("code_challenge_method", "plain"),
            good_until=self.now() + self.code_lifetime,
        )
        self.codes = [c for c in self.codes if c.good_until > self.now()] + [code]
        self.dirty = True
        back = self.callback(query["redirect_uri"], query.get("state"), code=code.code)
        return redirect(back, Set_Cookie=f"{self.cookie}={person}; Path={self.cookie_path}")

    def _ask(self, request: Request, person: str | None, *, status: int = 200) -> Response:
        chosen = person or next(iter(self.people()), "")
        choices = "".join(
            f'<label><input type="radio" name="person" value="{escape(name)}"'
            f"{' checked' * (name == chosen)}> {escape(name)}: {escape(words)}</label><br>"
            for name, words in self.people().items()
        )
        title = escape(self.title)
        return html_answer(
            f'<main><p class="banner">Sandbox: this is not {title}, and nothing here is real.</p>'
            f"<h1>Sign in to {title} (sandbox)</h1><p>Lockstep asks to use your account.</p>"
            f'<form method="post" action="?{escape(request.query_string)}">'
            f"<fieldset><legend>Who are you?</legend>{choices}</fieldset>"
            '<button name="decision" value="allow">Allow</button> '
            '<button name="decision" value="refuse">Refuse</button></form></main>',
            title=f"{title} (sandbox)",
            status=status,
        )

    def _refuse(self, words: str, *, status: int) -> Response:
        return html_answer(f"<h1>Error</h1><p>{escape(words)}</p>", title="Error", status=status)

    def exchange(self, request: Request) -> Response:
        """The token endpoint."""
        fields = request.fields()
        if not self.client_is_known(request, fields):
            return json_answer({"error": "invalid_client"}, status=401)
        kind = fields.get("grant_type")
        if kind == "authorization_code":
            return self._exchange_code(fields)
        if kind == "refresh_token":
            return self._exchange_refresh(fields)
        return json_answer({"error": "unsupported_grant_type"}, status=400)

    def _exchange_code(self, fields: dict[str, str]) -> Response:
        for name in ("code", "redirect_uri"):
            if not fields.get(name):
                return _missing(name)
        code = next((c for c in self.codes if c.code == fields["code"]), None)
        good = (
            code is not None
            and self.now() < code.good_until
            and fields["redirect_uri"] == code.redirect_uri
            and self._proven(code, fields.get("code_verifier", ""))
        )
        if code is None or not good:
            return self.invalid_grant()
        self.codes.remove(code)
        self.dirty = True
        return self._reply(self.issue(code.person, code.scope))

    def _exchange_refresh(self, fields: dict[str, str]) -> Response:
        refresh = fields.get("refresh_token")
        if not refresh:
            return _missing("refresh_token")
        old = next((token for token in self.tokens if token.refresh == refresh), None)
        if old is None:
            return self.invalid_grant()
        self.tokens.remove(old)
        self.dirty = True
        return self._reply(self.issue(old.person, old.scope))

    def _reply(self, token: Token) -> Response:
        return json_answer(self.token_reply(token), Cache_Control="no-store", Pragma="no-cache")

    def invalid_grant(self) -> Response:
        return json_answer({"error": "invalid_grant"}, status=self.switches["invalid_grant"])

    def _proven(self, code: Code, verifier: str) -> bool:
        if not self.pkce or not code.challenge:
            return True
        if code.method == "plain":
            return secrets.compare_digest(verifier.encode(), code.challenge.encode())
        digest = hashlib.sha256(verifier.encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=")
        return secrets.compare_digest(proof, code.challenge.encode())

    def keep_token(
        self, person: str, scope: str, *, lasts: timedelta | None, refreshable: bool
    ) -> Token:
        now = self.now()
        token = Token(
            person=person,
            access=secrets.token_urlsafe(24),
            refresh=secrets.token_urlsafe(24) if refreshable else "",
            scope=scope,
            issued_at=now,
            expires_at=now + lasts if lasts else None,
        )
        self.tokens.append(token)
        self.dirty = True
        return token

    def token_for(self, access: str) -> Token | None:
        if not access:
            return None
        return next((token for token in self.tokens if token.access == access), None)

    # State

    def token_rows(self) -> list[dict[str, Any]]:
        return [
            {
                "person": token.person,
                "access": fingerprint(token.access) if token.access else "",
                "refresh": fingerprint(token.refresh) if token.refresh else "",
                "issued": f"{token.issued_at:%Y-%m-%d %H:%M:%S}",
                "expires": f"{token.expires_at:%Y-%m-%d %H:%M:%S}" if token.expires_at else "never",
            }
            for token in self.tokens
        ]

    def oauth_snapshot(self) -> dict[str, Any]:
        return {
            "tokens": [_plain(token) for token in self.tokens],
            "codes": [_plain(code) for code in self.codes],
        }

    def oauth_restore(self, data: dict[str, Any]) -> None:
        self.tokens = [Token(**_dated(row)) for row in data["tokens"]]
        self.codes = [Code(**_dated(row)) for row in data["codes"]]

    def oauth_seed(self) -> None:
        self.tokens = []
        self.codes = []


def _missing(name: str) -> Response:
    words = f"Missing {name} parameter."
    return json_answer({"error": "invalid_request", "error_description": words}, status=400)


def _plain(record: Token | Code) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(record).items()}


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    moments = ("issued_at", "expires_at", "good_until")
    return {
        k: datetime.fromisoformat(v) if k in moments and v is not None else v
        for k, v in row.items()
    }
