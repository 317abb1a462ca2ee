"""Who may ask the Clockify stand-in, for what, and how often."""

import math
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from integrations.clockify.sandbox_asking import Query, Refused, deny, not_in, page_of, refusal
from integrations.clockify.sandbox_records import Records
from integrations.clockify.sandbox_stored import StoredKey, StoredUser, StoredWorkspace, Write
from integrations.sandbox import Request, Response, json_answer

API = "/api/v1"
WORKSPACES = f"{API}/workspaces"
IN_WORKSPACE = f"{WORKSPACES}/{{workspace}}"
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


class Access(Records):
    _asked: dict[str, list[datetime]]

    def empty(self) -> None:
        super().empty()
        self._asked = defaultdict(list)

    def respond(self, request: Request) -> Response:
        with self.lock:
            try:
                self._admit(request)
                return super().respond(request)
            except Refused as refused:
                return refused.answer

    def _admit(self, request: Request) -> None:
        key = self._key(request)
        workspace_id = request.path.removeprefix(f"{WORKSPACES}/").partition("/")[0]
        limits = [(key.secret, self.switches["requests_per_second"], SECOND)]
        if request.path.startswith(f"{WORKSPACES}/"):
            limits.append((workspace_id, self.switches["requests_per_hour"], HOUR))
        now = self.now()
        for name, allowed, period in limits:
            recent = [at for at in self._asked[name] if at > now - period]
            if 0 < allowed <= len(recent):
                raise Refused(self.too_many(recent[-allowed] + period - now))
            self._asked[name] = recent
        for name, _, _ in limits:
            self._asked[name].append(now)

    def too_many(self, wait: timedelta | None = None) -> Response:
        words = self.switches["limit_body"] == "message"
        answer = refusal(429, 429, "Too many requests") if words else Response(429)
        if wait is not None and self.switches["limit_header"] == "retry-after":
            answer.headers["Retry-After"] = str(max(1, math.ceil(wait.total_seconds())))
        return answer

    def _key(self, request: Request) -> StoredKey:
        """Bearer tokens are not looked at, so whoever sends one alone has sent nothing."""
        secret, token = request.header("X-Api-Key"), request.header("X-Addon-Token")
        if bool(secret) == bool(token):
            raise Refused(refusal(401, 1000, "Multiple or none auth tokens present"))
        if token:
            raise Refused(refusal(401, 4017, "Token is not valid"))
        if secret not in self.keys:
            raise Refused(UNKNOWN_KEY)
        return self.keys[secret]

    # -------------------------------------------------------------------- whose

    def asker(self, request: Request) -> StoredUser:
        return self.users[self._key(request).user_id]

    def own_workspaces(self, request: Request) -> list[StoredWorkspace]:
        """A key that was made for one workspace sees that one alone."""
        key = self._key(request)
        return [
            held
            for held in self.workspaces.values()
            if key.user_id in held.roles and key.workspace_id in (None, held.id)
        ]

    def workspace(self, request: Request) -> StoredWorkspace:
        """A foreign one and one that never was look the same."""
        own = {held.id: held for held in self.own_workspaces(request)}
        found = own.get(request.args["workspace"])
        if found is None:
            deny()
        if found.subdomain and self._key(request).workspace_id != found.id:
            raise Refused(UNKNOWN_KEY)
        return found

    def runs(self, request: Request) -> bool:
        """Whether the asker is an admin or the owner there."""
        return self.workspace(request).is_run_by(self.asker(request))

    def member(self, request: Request) -> StoredUser:
        """The user in the path."""
        user_id = request.args["user"]
        if user_id not in self.workspace(request).roles:
            not_in("User")
        return self.users[user_id]

    # ------------------------------------------------------------------ answers

    def listing(self, rows: list[Any], request: Request, **sizes: int) -> Response:
        largest = int(self.switches["largest_page"])
        shown, is_last = page_of(rows, Query.of(request), largest=largest, **sizes)
        answer = json_answer(shown)
        if self.switches["last_page"] == "told":
            answer.headers["Last-Page"] = str(is_last).lower()
        return answer

    def wrote(self, method: str, what: str, record_id: str) -> None:
        self.dirty = True
        self.writes.append(Write(method, what, record_id))


UNKNOWN_KEY = refusal(401, 4003, "Api key does not exist")
