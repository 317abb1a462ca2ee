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


class Refused(Exception):
    """Carries the answer."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


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
                return refused.answer

    def _admit(self, request: Request) -> None:
        key = self.asker(request).key
        allowed, now = self.switches["requests_per_minute"], self.now()
        recent = [at for at in self._moments[key] if at > now - MINUTE]
        self._moments[key] = [*recent, now]
        if 0 < allowed <= len(recent):
            self._moments[key] = recent
            raise Refused(self.too_many(recent[-allowed] + MINUTE - now))

    def too_many(self, wait: timedelta | None = None) -> Response:
        refusal = self.refusal(429, "Too many requests")
        if wait is not None and self.switches["retry_after"] == "seconds":
            refusal.headers["Retry-After"] = str(max(1, math.ceil(wait.total_seconds())))
        return refusal

    def refusal(self, status: int, words: str) -> Response:
        """An object, or the bare text, as some of its places do; 401 is always an object."""
        bare = self.switches["error_body"] == "text" and status != 401
        return answer(words if bare else {"error": words}, status=status)

    def refuse(self, status: int, words: str) -> NoReturn:
        raise Refused(self.refusal(status, words))

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
        if held is None or not self._is_shown(user, held, reading=reading):
            self.refuse(404, words)
        return held

    def _is_shown(self, user: StoredUser, held: StoredStandup, *, reading: bool) -> bool:
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
