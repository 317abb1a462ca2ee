"""Who may ask the Geekbot stand-in, how often, and how it refuses."""

import json
import math
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, NoReturn

from integrations.geekbot.sandbox_asking import Asks
from integrations.geekbot.sandbox_stored import StoredStandup, StoredUser
from integrations.sandbox import Request, Response

MINUTE = timedelta(minutes=1)
CODES = {401: "unauthorized", 404: "not_found", 409: "conflict", 429: "rate_limited"}


class Refused(Exception):
    """With a status and Geekbot's words for it."""

    def __init__(self, status: int, words: str, **headers: str) -> None:
        super().__init__(status, words)
        self.status = status
        self.words = words
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def answer(data: Any, *, status: int = 200) -> Response:
    """Laid out, and with slashes as they are."""
    body = json.dumps(data, indent=4, ensure_ascii=False).encode()
    return Response(status, body, {"Content-Type": "application/json"})


class Access(Asks):
    _moments: dict[str, list[datetime]]

    def empty(self) -> None:
        super().empty()
        self._moments = defaultdict(list)

    def respond(self, request: Request) -> Response:
        with self.lock:
            self.catch_up()
            try:
                if self.find(request)[0] is not None:
                    self._admit(request)
                return super().respond(request)
            except Refused as refused:
                return self.refusal(refused, request.path)

    def _admit(self, request: Request) -> None:
        key = self.asker(request).key
        allowed, now = self.switches["requests_per_minute"], self.now()
        recent = [at for at in self._moments[key] if at > now - MINUTE]
        self._moments[key] = recent
        if 0 < allowed <= len(recent):
            wait = max(1, math.ceil((recent[-allowed] + MINUTE - now).total_seconds()))
            told = {"Retry_After": str(wait)} if self.switches["retry_after"] == "seconds" else {}
            raise Refused(429, "Too many requests", **told)
        recent.append(now)

    def refusal(self, refused: Refused, path: str = "") -> Response:
        """The newer set of calls tells a code as well. Of the older one some places tell the bare
        text, but never with 401."""
        status, words = refused.status, refused.words
        body: Any = {"error": words}
        if path.startswith("/v2/"):
            body = {"error": {"code": CODES.get(status, "bad_request"), "message": words}}
        elif self.switches["error_body"] == "text" and status != 401:
            body = words
        told = answer(body, status=status)
        told.headers |= refused.headers
        return told

    def refuse(self, status: int, words: str) -> NoReturn:
        raise Refused(status, words)

    # -------------------------------------------------------------------- whose

    def asker(self, request: Request) -> StoredUser:
        """The key alone: whoever puts "Bearer" before it has another key."""
        key = request.header("Authorization")
        found = [user for user in self.users.values() if user.key and user.key == key]
        return found[0] if found else self.refuse(401, "Unauthorized")

    def standup_in(
        self, request: Request, *, words: str = "Standup not found", reading: bool = False
    ) -> StoredStandup:
        """One that is not there and one that may not be seen look the same."""
        user, number = self.asker(request), request.args["standup"]
        held = self.standups.get(int(number)) if number.isdigit() else None
        if held is None or not self.is_shown(user, held, reading=reading):
            self.refuse(404, words)
        return held

    def is_shown(self, user: StoredUser, held: StoredStandup, *, reading: bool) -> bool:
        if user.id == held.master or (user.is_admin and not reading):
            return True
        if held.draft or held.confidential:
            return False
        by_id = user.is_admin and self.switches["admin_by_id"] == "any stand-up"
        return user.id in held.users or by_id

    def editable(self, request: Request, *, words: str = "Standup not found") -> StoredStandup:
        """Seeing it is one thing; its owner and admins may change it."""
        held, user = self.standup_in(request, words=words), self.asker(request)
        if not (user.is_admin or user.id == held.master):
            self.refuse(401, "Unauthorized")
        return held
