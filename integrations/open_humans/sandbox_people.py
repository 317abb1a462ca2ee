"""The people of the Open Humans stand-in: signing in, joining and leaving its project."""

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from integrations.sandbox import Request, Response, html_answer, json_answer, redirect, route
from integrations.sandbox.oauth import OAuthSandbox, Token

MEMBER_LIMIT = 20
SCOPE = "american-gut read wildlife open-humans write pgp go-viral"
WEBHOOK_TIMEOUT = 10


@dataclass
class Member:
    member_id: str
    username: str
    words: str
    joined_at: datetime | None = None


class Membership(OAuthSandbox):
    cookie_path = "/direct-sharing/"
    members: dict[str, Member]

    def leave(self, person: str) -> None:
        """The person leaves the project: every token dies, the files stay."""
        with self.lock:
            self.revoke(person)
            self.members[person].joined_at = None

    def send_webhook(
        self, person: str, url: str, *, erasure: bool = False, secret: str | None = None
    ) -> list[int]:
        """Tell `url` that the person left, as the service does; the statuses of one or two POSTs.

        The second, only after a failed first, is encoded twice and unsigned.
        """
        told = {
            "project_member_id": self.members[person].member_id,
            "erasure_requested": erasure,
            "timestamp": self.now().isoformat(),
        }
        body = json.dumps(told).encode()
        headers = {"Content-Type": "application/json"}
        if secret:
            digest = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
            signed = headers | {"X-OpenHumans-Webhooks-Signature": f"sha1={digest}"}
        first = _post(url, body, signed if secret else headers)
        if 200 <= first < 300:
            return [first]
        return [first, _post(url, json.dumps(json.dumps(told)).encode(), headers)]

    def people(self) -> dict[str, str]:
        return {name: member.words for name, member in self.members.items()}

    def default_scope(self) -> str:
        return SCOPE

    def issue(self, person: str, scope: str) -> Token:
        member = self.members[person]
        member.joined_at = member.joined_at or self.now()
        lasts = timedelta(seconds=self.switches["access_token_seconds"])
        return self.keep_token(person, SCOPE, lasts=lasts, refreshable=True)

    def token_reply(self, token: Token) -> dict[str, Any]:
        return {
            "access_token": token.access,
            "expires_in": self.switches["access_token_seconds"],
            "token_type": "Bearer",
            "scope": token.scope,
            "refresh_token": token.refresh,
        }

    def grant(self, person: str) -> dict[str, Any]:
        reply = super().grant(person)
        return reply | {"project_member_id": self.members[person].member_id}

    def client_is_known(self, request: Request, fields: dict[str, str]) -> bool:
        given = request.basic() or (fields.get("client_id"), fields.get("client_secret"))
        return given == (self.client_id, self.client_secret)

    def skips_consent(self, person: str, request: Request) -> bool:
        wanted = self.switches["consent"] == "always" or request.query.get("approval_prompt")
        alive = (t for t in self.tokens_of(person) if t.access and not t.expired(self.now()))
        return wanted in (False, None, "auto") and any(alive)

    def closed_to(self, person: str | None) -> Response | None:
        if self.switches["project"] == "inactive":
            return redirect("/direct-sharing/authorize-inactive/")
        joined = sum(member.joined_at is not None for member in self.members.values())
        is_member = person is not None and self.members[person].joined_at is not None
        full = joined + self.switches["other_members"] >= MEMBER_LIMIT
        if self.switches["project"] == "unapproved" and full and not is_member:
            words = f"This project is not approved yet and has its {MEMBER_LIMIT} members already."
            return html_answer(f"<h1>Cannot join</h1><p>{words}</p>", title="Project is full")
        return None

    def callback(self, redirect_uri: str, state: str | None, **parameters: str) -> str:
        extra = {"origin": "external"} if "code" in parameters else {}
        return super().callback(redirect_uri, state, **parameters, **extra)

    @route("GET POST", "/direct-sharing/projects/oauth2/authorize/")
    def authorize_page(self, request: Request) -> Response:
        return self.authorize(request)

    @route("GET", "/direct-sharing/authorize-inactive/")
    def inactive_page(self, request: Request) -> Response:
        return html_answer("<h1>This project is not active</h1>", title="Inactive project")

    @route("GET", "/account/logout/")
    def logout_page(self, request: Request) -> Response:
        return self.sign_out()

    @route("POST", "/oauth2/token/")
    def token(self, request: Request) -> Response:
        return self.exchange(request)

    @route("POST", "/oauth2/revoke_token/")
    def revoke_token(self, request: Request) -> Response:
        fields = request.fields()
        if not self.client_is_known(request, fields):
            return json_answer({"error": "invalid_client"}, status=401)
        given = fields.get("token") or "none"
        for token in list(self.tokens):
            if token.refresh == given:
                self.tokens.remove(token)
            elif token.access == given:
                token.access = ""
        self.dirty = True
        return Response(200)


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=WEBHOOK_TIMEOUT) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
