"""A stand-in for RescueTime: connecting an account, and the one question the product asks it."""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from integrations.rescuetime.sandbox_history import HEAVY, LIGHT, Account, Days, History, Row
from integrations.rescuetime.sandbox_report import Query, QueryError, headers, read_query, rows
from integrations.sandbox import Fault, Request, Response, Switch, html_answer, json_answer, route
from integrations.sandbox.oauth import OAuthSandbox, Token

NOTES = "data is an array of arrays (rows), column names for rows in row_headers"
LONG_SPAN_DAYS = 366
REFRESHABLE_FOR = timedelta(hours=2)
SIX_YEARS, THREE_MONTHS = 2191, 92
PAUSE = (900, 1265)
WINDOW = timedelta(minutes=1)


class RescueTimeSandbox(OAuthSandbox):
    slug = "rescuetime"
    title = "RescueTime"
    prefixes = ("/oauth/", "/api/oauth/", "/anapi/")
    default_client_id = "lockstep-rescuetime"
    default_redirect_paths = ("/accounts/rescuetime/login/callback/", "/rescuetime/complete/")
    code_lifetime = timedelta(minutes=10)
    pkce = False
    cookie_path = "/oauth/"
    declared = {
        "revoked_token": Switch(("401", "200", "403"), "how a dead token is answered"),
        "long_minutes": Switch(
            ("query_error", "empty", "cut", "500"), "a minute question over too many days"
        ),
        "minute_limit_days": Switch((31,), "days, both ends included, it may cover", free=True),
        "throttling": Switch(("429", "502", "409"), "how too many requests are answered"),
        "requests_per_minute": Switch((0,), "what one account may ask; 0: no limit", free=True),
        "long_span": Switch(
            ("allowed", "refused", "empty"), "a coarser question over more than 366 days"
        ),
        "token_reply": Switch(("plain", "with_refresh"), "with expires_in and refresh_token"),
        "plan": Switch(("full", "14_days", "365_days"), "how far back the plan shows anything"),
        "state": Switch(("echoed", "dropped"), "what becomes of `state` on the way back"),
        "row_order": Switch(("ordered", "shuffled"), "the order of rows"),
        "column_order": Switch(("usual", "changed"), "the order of columns"),
        "invalid_grant": Switch((400, 401), "status of a spent code or refresh token"),
    }

    def seed(self) -> None:
        self.oauth_seed()
        self.accounts: dict[str, Account] = {}
        self._asked: dict[str, list[datetime]] = {}
        ada = History("ada", HEAVY, reach=SIX_YEARS, pause=PAUSE, today=lambda: self._today("ada"))
        ben = History("ben", LIGHT, reach=THREE_MONTHS, today=lambda: self._today("ben"))
        self._add("ada", "heavy user, six years with a year's pause", Days({}, ada))
        self._add("ben", "light user, three months", Days({}, ben))
        self._add("cleo", "new, no data yet", Days({}))

    def _add(self, person: str, words: str, days: Days) -> Account:
        self.accounts[person] = Account(person, words, days)
        return self.accounts[person]

    def _today(self, person: str) -> date:
        offset = timedelta(hours=self.accounts[person].utc_offset)
        return (self.now() + offset).date()

    # For tests

    def add_account(
        self,
        person: str,
        days: dict[str, list[Row]] | None = None,
        *,
        words: str = "added",
        utc_offset: float = 0,
    ) -> Account:
        """A new account, or this one in the place of a seeded one."""
        with self.lock:
            account = self._add(person, words, Days(days or {}))
            account.utc_offset = utc_offset
            self.dirty = True
            return account

    # Connecting

    def people(self) -> dict[str, str]:
        return {person: account.words for person, account in self.accounts.items()}

    def default_scope(self) -> str:
        return "time_data"

    def issue(self, person: str, scope: str) -> Token:
        refreshable = self.switches["token_reply"] == "with_refresh"
        lasts = REFRESHABLE_FOR if refreshable else None
        return self.keep_token(person, scope, lasts=lasts, refreshable=refreshable)

    def token_reply(self, token: Token) -> dict[str, Any]:
        reply: dict[str, Any] = {
            "access_token": token.access,
            "token_type": "bearer",
            "scope": token.scope,
            "created_at": int(token.issued_at.timestamp()),
        }
        if token.refresh:
            reply["expires_in"] = int(REFRESHABLE_FOR.total_seconds())
            reply["refresh_token"] = token.refresh
        return reply

    def client_is_known(self, request: Request, fields: dict[str, str]) -> bool:
        given = (fields.get("client_id"), fields.get("client_secret"))
        return given == (self.client_id, self.client_secret)

    def callback(self, redirect_uri: str, state: str | None, **parameters: str) -> str:
        kept = state if self.switches["state"] == "echoed" else None
        return super().callback(redirect_uri, kept, **parameters)

    @route("GET POST", "/oauth/authorize")
    def authorize_page(self, request: Request) -> Response:
        return self.authorize(request)

    @route("POST", "/oauth/token")
    @route("POST", "/oauth/token/")
    def token(self, request: Request) -> Response:
        return self.exchange(request)

    # The data

    @route("GET", "/api/oauth/data")
    def data(self, request: Request) -> Response:
        access = request.query.get("access_token") or request.bearer() or ""
        token = self.token_for(access)
        if token is None or token.expired(self.now()):
            return self._dead_token()
        if "time_data" not in token.scope.replace(",", " ").split():
            return _error("insufficient_scope", "The token lacks time_data", status=403)
        if self._is_too_fast(token.person):
            return self._throttled()
        try:
            query = read_query(request.query, today=self._today(token.person))
            return self._report(self.accounts[token.person], query)
        except QueryError:
            return _query_error()

    def _dead_token(self) -> Response:
        if self.switches["revoked_token"] == "200":
            return json_answer({"error": "# key not found", "messages": "key not found"})
        status = int(self.switches["revoked_token"])
        answer = _error("invalid_token", "The access token was revoked", status=status)
        if status == 401:
            answer.headers["WWW-Authenticate"] = 'Bearer realm="Doorkeeper"'
        return answer

    def _is_too_fast(self, person: str) -> bool:
        allowed = self.switches["requests_per_minute"]
        now = self.now()
        recent = [at for at in self._asked.get(person, []) if at > now - WINDOW]
        self._asked[person] = [*recent, now] if not allowed or len(recent) < allowed else recent
        return bool(allowed) and len(recent) >= allowed

    def _throttled(self) -> Response:
        return self.fault_answer(Fault(self.slug, self.switches["throttling"], retry_after=60))

    def _report(self, account: Account, query: Query) -> Response:
        fine = query.perspective == "interval" and query.resolution == "minute"
        if fine and query.days > self.switches["minute_limit_days"]:
            return self._too_many_minutes(account, query)
        if not fine and query.days > LONG_SPAN_DAYS and self.switches["long_span"] != "allowed":
            refused = self.switches["long_span"] == "refused"
            return _query_error() if refused else self._table(query, [])
        return self._table(query, rows(account, self._shown_by_plan(query, account.person)))

    def _too_many_minutes(self, account: Account, query: Query) -> Response:
        how = self.switches["long_minutes"]
        if how == "500":
            return html_answer("<h1>500</h1>", title="Server Error", status=500)
        if how == "cut":
            last = query.begin + timedelta(days=self.switches["minute_limit_days"] - 1)
            cut = self._shown_by_plan(replace(query, end=last), account.person)
            return self._table(query, rows(account, cut))
        return self._table(query, []) if how == "empty" else _query_error()

    def _shown_by_plan(self, query: Query, person: str) -> Query:
        """The free plan answers for its last days only, and as if there had been no others."""
        plan = self.switches["plan"]
        if plan == "full":
            return query
        first = self._today(person) - timedelta(days=int(plan.removesuffix("_days")) - 1)
        return replace(query, begin=max(query.begin, first))

    def _table(self, query: Query, found: list[list[Any]]) -> Response:
        columns = headers(query)
        if self.switches["row_order"] == "shuffled":
            random.Random(f"{query}").shuffle(found)
        if self.switches["column_order"] == "changed":
            columns = columns[::-1]
            found = [row[::-1] for row in found]
        return json_answer({"notes": NOTES, "row_headers": columns, "rows": found})

    def fault_answer(self, fault: Fault) -> Response:
        if fault.kind == "error200":
            return _query_error()
        answer = super().fault_answer(fault)
        if fault.kind in ("401", "403", "409", "429"):
            words = answer.json()["detail"]
            answer.body = _error(words.lower().rstrip("."), words, status=answer.status).body
        return answer

    # State

    def state(self) -> dict[str, Any]:
        return {
            "people": [self._shown(account) for account in self.accounts.values()],
            "tokens": self.token_rows(),
        }

    def _shown(self, account: Account) -> dict[str, Any]:
        days = account.days.dates(date.min, date.max)
        return {
            "person": account.person,
            "about": account.words,
            "days with data": len(days),
            "first": days[0].isoformat() if days else "none",
            "last": days[-1].isoformat() if days else "none",
            "hours": round(sum(sum(account.days.totals(d).values()) for d in days) / 3600),
            "utc_offset": account.utc_offset,
        }

    def snapshot(self) -> dict[str, Any]:
        accounts = {person: account.snapshot() for person, account in self.accounts.items()}
        return {**self.oauth_snapshot(), "accounts": accounts}

    def restore(self, data: dict[str, Any], blobs: dict[str, bytes]) -> None:
        self.oauth_restore(data)
        for person, kept in data["accounts"].items():
            account = self.accounts.get(person) or self._add(person, kept["words"], Days({}))
            account.restore(kept)


def _error(code: str, words: str, *, status: int) -> Response:
    return json_answer({"error": code, "error_description": words}, status=status)


def _query_error() -> Response:
    words = "Error: Likely a badly formatted or missing parameter"
    return json_answer({"error": "# query error", "messages": words})
