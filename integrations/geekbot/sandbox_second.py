"""The newer set of Geekbot's calls at its stand-in: its envelope, its cursors, safe repetition.

Stand-ups only: nothing else is known well enough.
"""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from integrations.geekbot.sandbox_access import answer
from integrations.geekbot.sandbox_bodies import NO_USERS, Invalid, body_of, read
from integrations.geekbot.sandbox_reports import Reports
from integrations.geekbot.sandbox_stored import USER_LOCAL, StoredStandup, StoredUser
from integrations.sandbox import Request, Response, route

KEPT = timedelta(hours=24)


@dataclass(frozen=True)
class Done:
    """What came of a request with a key of its own; forgotten when the stand-in restarts."""

    at: datetime
    body: str
    answer: Response


class Second(Reports):
    _done: dict[tuple[str, str], Done]

    def empty(self) -> None:
        super().empty()
        self._done = {}

    @route("GET", "/v2/standups")
    def second_list(self, request: Request) -> Response:
        """The cursor is the place of the next row."""
        user, query = self.asker(request), request.query
        states = query.get("state", "active,paused").split(",")
        found = [
            held
            for held in self.standups.values()
            if self.is_shown(user, held, reading=True) and _state(held) in states
        ]
        limit, begin = _number(query, "limit", 25), _number(query, "cursor", 0)
        if limit is None or begin is None or not 1 <= limit <= 100:
            self.refuse(400, "limit must be from 1 to 100, and the cursor one that was given")
        more = begin + limit < len(found)
        return answer(
            {
                "data": [self._row(held) for held in found[begin : begin + limit]],
                "next_cursor": str(begin + limit) if more else None,
                "has_more": more,
            }
        )

    @route("GET", "/v2/standups/{standup}")
    def second_one(self, request: Request) -> Response:
        return answer({"data": self._row(self.standup_in(request, reading=True))})

    @route("POST", "/v2/standups")
    def second_create(self, request: Request) -> Response:
        user, key = self.asker(request), request.header("Idempotency-Key")
        if not _is_uuid(key):
            self.refuse(400, "Idempotency-Key must be a UUID")
        before = self._done.get((user.id, key))
        body = hashlib.sha256(request.body).hexdigest()
        if before is not None and self.now() - before.at < KEPT:
            if before.body != body:
                self.refuse(409, "This idempotency key was used for another request")
            return before.answer
        done = self._created(user, request)
        self._done[user.id, key] = Done(self.now(), body, done)
        return done

    def _created(self, user: StoredUser, request: Request) -> Response:
        try:
            fields = self._read(body_of(request.body))
        except Invalid as invalid:
            self.refuse(400, str(invalid))
        questions = fields.pop("questions")
        name = fields.pop("name", f"Stand-up in #{fields['channel']}")
        held = self.add_standup(
            name, *questions, **{"timezone": USER_LOCAL, **fields}, master=user.id
        )
        self.wrote("created", held.id)
        return answer({"data": self._row(held)}, status=201)

    def _read(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Its own names for the channel and the texts; whom it asks may be left open."""
        if body.get("users") and body.get("sync_channel"):
            raise Invalid(NO_USERS)
        texts = body.get("questions")
        told = {name: body[name] for name in ("name", "time", "days", "timezone") if name in body}
        told |= {"channel": body.get("broadcast_channel"), "users": body.get("users", [])}
        told["questions"] = (
            [{"question": each.get("text")} for each in texts if isinstance(each, dict)]
            if isinstance(texts, list)
            else texts
        )
        fields = read(
            told, users=self.users, unknown="refused", unknown_users=self.switches["unknown_users"]
        )
        self.meet(fields["users"])
        fields["channel"] = self.channel_name(fields["channel"])
        return fields

    def _row(self, held: StoredStandup) -> dict[str, Any]:
        """The wait is in minutes here."""
        channel = next(iter(self.named(held.channel)), None)
        return {
            "id": held.id,
            "name": held.name,
            "state": _state(held),
            "time": held.time,
            "wait_time": held.wait_minutes,
            "timezone": held.timezone,
            "days": held.days,
            "broadcast_channel": {"id": channel.id, "name": channel.name} if channel else None,
            "is_anonymous": held.anonymous,
            "is_confidential": held.confidential,
            "owner": held.master,
            "created": held.created,
            "updated": held.created,
            "members": [{"id": user} for user in held.users],
            "questions": [
                {"id": number, "text": text, "position": place, "answer_type": "text"}
                | {"choices": []}
                for place, (number, text) in enumerate(held.questions, start=1)
            ],
        }


def _state(held: StoredStandup) -> str:
    return "paused" if held.paused else "active"


def _number(query: Mapping[str, str], name: str, usual: int) -> int | None:
    text = query.get(name, str(usual))
    return int(text) if text.isascii() and text.isdigit() else None


def _is_uuid(text: str) -> bool:
    try:
        return uuid.UUID(text).version == 4
    except ValueError:
        return False
