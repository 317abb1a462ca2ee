"""Who may ask the Slack stand-in, for what, and how often; how it answers and refuses."""

import math
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, NoReturn

from integrations.sandbox import Request, Response, json_answer
from integrations.slack.sandbox_records import Records
from integrations.slack.sandbox_stored import StoredToken, StoredUser

MINUTE = timedelta(minutes=1)
BOT_SCOPES = (
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "usergroups:read",
    "usergroups:write",
    "users:read",
    "users:read.email",
)
USER_SCOPES = ("usergroups:read", "usergroups:write")
# What a method asks for, and how often a minute it may be asked; () is for everybody.
METHODS: dict[str, tuple[tuple[str, ...], int]] = {
    "auth.test": ((), 600),
    "usergroups.list": (("usergroups:read",), 20),
    "usergroups.users.list": (("usergroups:read",), 20),
    "usergroups.users.update": (("usergroups:write",), 20),
    "usergroups.enable": (("usergroups:write",), 20),
    "usergroups.disable": (("usergroups:write",), 20),
    "users.info": (("users:read",), 100),
    "users.list": (("users:read",), 20),
    "users.lookupByEmail": (("users:read.email",), 50),
    "chat.postMessage": (("chat:write",), 60),
    "conversations.list": (("channels:read",), 20),
    "conversations.join": (("channels:join",), 50),
    "conversations.open": (("im:write",), 50),
    "conversations.history": ((), 50),
}
# Of these a minute's allowance counts by conversation.
BY_CHANNEL = ("chat.postMessage",)
LEFT_OUT = {
    "all": (),
    "no history": ("channels:history", "groups:history", "im:history"),
    "no e-mail": ("users:read.email",),
    "no people": ("users:read", "users:read.email"),
    "no changing of usergroups": ("usergroups:write",),
    "no reading of usergroups": ("usergroups:read",),
    "no joining": ("channels:join",),
    "no posting": ("chat:write",),
}


class Refused(Exception):
    """What to answer in place of what was asked for."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


def refusal(code: str, *, status: int = 200, headers: Any = None, **more: Any) -> Response:
    answer = json_answer({"ok": False, "error": code, **more}, status=status)
    answer.headers.update(headers or {})
    return answer


def refuse(code: str, **more: Any) -> NoReturn:
    raise Refused(refusal(code, **more))


def missing(name: str) -> NoReturn:
    said = {"messages": [f"[ERROR] missing required field: {name}"]}
    refuse("missing_argument", response_metadata=said)


class Access(Records):
    _asked: dict[str, list[datetime]]

    def empty(self) -> None:
        super().empty()
        self._asked = defaultdict(list)

    def respond(self, request: Request) -> Response:
        with self.lock:
            try:
                self._admit(request)
                answer = super().respond(request)
            except Refused as refused:
                answer = refused.answer
            return self._with_scopes(request, answer)

    # -------------------------------------------------------------------- who asks

    def token(self, request: Request) -> StoredToken:
        """From the header or a field of the body; in the query it is refused."""
        secret = request.bearer() or self.fields(request).get("token", "")
        if not secret:
            refuse("not_authed")
        token = self.tokens.get(secret)
        if token is None:
            refuse("invalid_auth")
        if token.revoked:
            refuse("token_revoked")
        if self.users[token.user_id].deleted:
            refuse("account_inactive")
        return token

    def asker(self, request: Request) -> StoredUser:
        return self.users[self.token(request).user_id]

    def fields(self, request: Request) -> dict[str, str]:
        """From the body, whatever its type, and for what is only read also from the query."""
        return {**{k: v for k, v in request.query.items() if k != "token"}, **request.fields()}

    def required(self, request: Request, name: str) -> str:
        value = self.fields(request).get(name, "")
        return value or missing(name)

    def flag(self, request: Request, name: str) -> bool:
        return self.fields(request).get(name, "").lower() in ("1", "true")

    # --------------------------------------------------------------------- scopes

    def scopes_of(self, token: StoredToken) -> list[str]:
        left_out = LEFT_OUT[self.switches["scopes"]]
        return [scope for scope in token.scopes if scope not in left_out]

    def need(self, request: Request, scope: str) -> None:
        granted = self.scopes_of(self.token(request))
        if scope not in granted:
            refuse("missing_scope", needed=scope, provided=",".join(granted))

    def _with_scopes(self, request: Request, answer: Response) -> Response:
        token = self.tokens.get(request.bearer() or "")
        if token is not None and self.switches["scopes_header"] == "told":
            answer.headers["X-OAuth-Scopes"] = ",".join(self.scopes_of(token))
        return answer

    # ----------------------------------------------------------------- how often

    def _admit(self, request: Request) -> None:
        method = request.path.rpartition("/")[2]
        if method not in METHODS:
            return
        self.calls[method] = self.calls.get(method, 0) + 1
        token = self.token(request)
        scopes, tier = METHODS[method]
        for scope in scopes:
            self.need(request, scope)
        own = self.switches["requests_per_minute"]
        allowed = own if own > 0 else tier
        if own == 0 and self.switches["tiers"] == "off":
            return
        lane = f"{method} {token.secret}"
        if method in BY_CHANNEL:
            lane += f" {self.fields(request).get('channel', '')}"
        now = self.now()
        recent = [at for at in self._asked[lane] if at > now - MINUTE]
        if len(recent) >= allowed:
            raise Refused(self.too_many(recent[-allowed] + MINUTE - now, method=method))
        self._asked[lane] = [*recent, now]

    def too_many(self, wait: timedelta | None = None, *, method: str = "") -> Response:
        code = "rate_limited" if method.startswith("chat.") else "ratelimited"
        status = 200 if self.switches["too_many"] == "200" else 429
        seconds = max(1, math.ceil(wait.total_seconds())) if wait is not None else None
        headers = {"Retry-After": str(seconds)} if seconds is not None else {}
        return refusal(code, status=status, headers=headers)
