"""A stand-in for Geekbot: stand-ups that ask as its clock moves on, and what is answered."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.geekbot import sandbox_bodies as bodies
from integrations.geekbot import sandbox_rows as rows
from integrations.geekbot.sandbox_access import Refused, answer
from integrations.geekbot.sandbox_happenings import HAPPENINGS, happen
from integrations.geekbot.sandbox_second import Second
from integrations.geekbot.sandbox_seed import ADMIN, ADMIN_KEY, COLLEAGUE, MEMBER_KEY, seed
from integrations.geekbot.sandbox_stored import USER_LOCAL, Asking, StoredStandup
from integrations.sandbox import Fault, Request, Response, Switch, redirect, route
from integrations.sandbox.pages import fingerprint

PEOPLE = {
    "admin": (ADMIN, ADMIN_KEY, "Grace's key: an admin, who takes part in no rota"),
    "member": (COLLEAGUE, MEMBER_KEY, "Hedy's key: sees only what she takes part in"),
}
METHODS = "GET POST PUT PATCH DELETE"
ONE = "/v1/standups/{standup}"


class GeekbotSandbox(Second):
    slug = "geekbot"
    title = "Geekbot"
    prefixes = ("/v1/me", "/v1/teams", "/v1/standups", "/v1/reports", "/v1/polls", "/v2/")
    declared = {
        "answers": Switch(
            ("by hand", "ok", "something else"), "what people answer a minute later by themselves"
        ),
        "empty_users": Switch(("accepted", "refused"), "a change to no participants at all"),
        "unknown_users": Switch(
            ("met", "refused", "left out"),
            "participants it does not know: whoever has an id of Slack's is met there; the others, "
            "and null, are refused unless they are left out",
        ),
        "unknown_fields": Switch(("ignored", "refused"), "fields it does not know when written"),
        "question_ids": Switch(("new", "kept"), "of questions that are sent again unchanged"),
        "answers_under_way": Switch(
            ("kept", "dropped"), "questions still open when the stand-up's questions change"
        ),
        "timezone_shown": Switch(
            ("user_local", "the owner's"), "how a stand-up in everybody's own zone tells its zone"
        ),
        "started_twice": Switch(
            ("asks again", "asks once"), "somebody who is asked again before having answered"
        ),
        "paused_started": Switch(("asks", "refused"), "asking by a stand-up that is paused"),
        "admin_by_id": Switch(
            ("own only", "any stand-up"), "what admins are shown by its id, besides in the list"
        ),
        "before": Switch(("exclusive", "inclusive"), "of which reports `before` is the end"),
        "anonymous_by_user": Switch(
            ("left out", "shown"), "anonymous reports where those of one user are asked for"
        ),
        "slack_ts": Switch(("number", "text", "null"), "how a report tells its message"),
        "error_body": Switch(("object", "text"), "what refusals other than 401 look like"),
        "requests_per_minute": Switch((0,), "what one key may ask; 0: no limit", free=True),
        "retry_after": Switch(("none", "seconds"), "whether 429 says how long to wait"),
    }
    happenings = HAPPENINGS

    def happen(self, name: str) -> None:
        happen(self, name)

    def seed(self) -> None:
        self.empty()
        self.asked_until = self.now().astimezone(UTC)
        seed(self)

    # --------------------------------------------------------------------- access

    def grant(self, person: str) -> dict[str, Any]:
        user_id, key = self._person(person)
        with self.lock:
            self.users[user_id].key = key
            self.dirty = True
        return {"api_key": key}

    def revoke(self, person: str) -> None:
        user_id, _ = self._person(person)
        with self.lock:
            self.users[user_id].key = ""
            self.dirty = True

    def expire(self, person: str) -> None:
        self._person(person)
        raise LookupError("keys of Geekbot do not expire, they are only revoked")

    def _person(self, person: str) -> tuple[str, str]:
        if person not in PEOPLE:
            raise LookupError(f"there is no {person!r}; there are {', '.join(PEOPLE)}")
        return PEOPLE[person][:2]

    # ----------------------------------------------------------------------- people

    @route("GET", "/v1/me")
    def me(self, request: Request) -> Response:
        return answer({"user": rows.owner(self.asker(request)), "team": rows.TEAM})

    @route("GET", "/v1/teams")
    def teams(self, request: Request) -> Response:
        """One team in spite of its name; of its people those one has stand-ups with."""
        own = [*self._own(request)]
        seen = dict.fromkeys([self.asker(request).id, *(u for held in own for u in held.users)])
        return answer({**rows.TEAM, "users": [rows.person(self.users[user]) for user in seen]})

    # -------------------------------------------------------------------- stand-ups

    @route("GET", "/v1/standups")
    def list_standups(self, request: Request) -> Response:
        all_of_them = request.query.get("admin") == "true" and self.asker(request).is_admin
        shown = list(self.standups.values()) if all_of_them else self._own(request)
        return answer([self.row(held) for held in shown])

    @route("GET", "/v1/me/standups")
    def my_standups(self, request: Request) -> Response:
        return answer([self.row(held) for held in self._own(request)])

    def _own(self, request: Request) -> list[StoredStandup]:
        """Those one takes part in; having made one is not enough."""
        user = self.asker(request).id
        return [held for held in self.standups.values() if user in held.users]

    @route("POST", "/v1/standups")
    def create_standup(self, request: Request) -> Response:
        try:
            body = bodies.body_of(request.body)
            bodies.check_new(body)
            fields = self._fields(body)
        except bodies.Invalid as invalid:
            self.refuse(400, str(invalid))
        user = self.asker(request)
        questions = fields.pop("questions")
        held = self.add_standup(
            fields.pop("name"), *questions, **{"timezone": user.timezone, **fields}, master=user.id
        )
        self.wrote("created", held.id)
        return answer(self.row(held))

    @route("GET", ONE)
    def one_standup(self, request: Request) -> Response:
        return answer(self.row(self.standup_in(request, reading=True)))

    @route("PATCH PUT", ONE)
    def change(self, request: Request) -> Response:
        held = self.editable(request)
        try:
            body = bodies.body_of(request.body)
            if request.method == "PUT":
                bodies.check_new(body)
            accepts = self.switches["empty_users"] == "accepted"
            bodies.check_change(body, empty_users=accepts)
            fields = self._fields(body)
        except bodies.Invalid as invalid:
            self.refuse(400, str(invalid))
        if "questions" in fields:
            fields["questions"] = self._renewed(held, fields["questions"])
        self.change_standup(held.id, **fields)
        self.wrote("changed", held.id)
        return answer(self.row(held))

    def _fields(self, body: Mapping[str, Any]) -> dict[str, Any]:
        fields = bodies.read(
            body,
            users=self.users,
            unknown=self.switches["unknown_fields"],
            unknown_users=self.switches["unknown_users"],
        )
        self.meet(fields.get("users", []))
        if "channel" in fields:
            fields["channel"] = self.channel_name(fields["channel"])
        if fields.get("sync"):
            fields["users"] = self._members(fields.get("channel", ""))
        return fields

    def _members(self, channel: str) -> list[str]:
        found = [user for each in self.named(channel) for user in each.members]
        if not found:
            raise bodies.Invalid(f"Could not find members in channel{channel}")
        return found

    def _renewed(self, held: StoredStandup, texts: list[str]) -> list[tuple[int, str]]:
        before = [text for _, text in held.questions]
        if texts == before and self.switches["question_ids"] == "kept":
            return held.questions
        if texts != before:
            self.drop_questions(held)
        return self.asked(texts)

    @route("DELETE", ONE)
    def delete(self, request: Request) -> Response:
        held = self.editable(request, words="Not found")
        shown = self.row(held)
        self.delete_standup(held.id)
        self.wrote("deleted", held.id)
        return answer(shown)

    @route("POST", f"{ONE}/start")
    def start_now(self, request: Request) -> Response:
        held = self.standup_in(request)
        try:
            body = bodies.body_of(request.body)
        except bodies.Invalid as invalid:
            self.refuse(400, str(invalid))
        if held.paused and self.switches["paused_started"] == "refused":
            self.refuse(400, "Standup is paused")
        emails = {user.email: user.id for user in self.users.values()}
        named = [emails.get(email, "") for email in body.get("emails") or []]
        asked = body.get("users") or named or held.users
        if not set(asked) <= set(held.users):
            self.refuse(404, "User is not member of the standup")
        for user in asked:
            self.start(held, user)
        self.wrote("started", held.id)
        return answer("ok")

    def row(self, held: StoredStandup) -> rows.Row:
        zone, owner = held.timezone, self.users.get(held.master)
        if zone == USER_LOCAL and self.switches["timezone_shown"] != USER_LOCAL and owner:
            zone = owner.timezone
        ready = any(each.ready for each in self.named(held.channel))
        return rows.standup(held, users=self.users, ready=ready, timezone=zone)

    # ----------------------------------------------------------------------- refusals

    @route(METHODS, "/v1/{rest:path}/")
    def with_a_slash(self, request: Request) -> Response:
        return redirect(f"/v1/{request.args['rest']}", status=301)

    def not_found(self, request: Request) -> Response:
        return self.refusal(Refused(404, "Not found"), request.path)

    def method_not_allowed(self, request: Request) -> Response:
        return self.refusal(Refused(405, "Method not allowed"), request.path)

    def fault_answer(self, fault: Fault) -> Response:
        if fault.kind not in FAULTS:
            return super().fault_answer(fault)
        refusal = self.refusal(Refused(int(fault.kind), FAULTS[fault.kind]))
        if fault.retry_after is not None:
            refusal.headers["Retry-After"] = str(fault.retry_after)
        return refusal

    # -------------------------------------------------------------------------- state

    def state(self) -> dict[str, Any]:
        with self.lock:
            self.catch_up()
        keys = {name: self.users[user_id].key for name, (user_id, *_) in PEOPLE.items()}
        return {
            "people": [{"person": name, "about": each[2]} for name, each in PEOPLE.items()],
            "tokens": [
                {"person": name, "key": fingerprint(key)} for name, key in keys.items() if key
            ],
            "standups": [self._standup_shown(held) for held in self.standups.values()],
            "askings": [self._asking_shown(each) for each in reversed(self.askings)],
            "writes": len(self.writes),
        }

    def _standup_shown(self, held: StoredStandup) -> rows.Row:
        marks = ("paused", "draft", "anonymous", "confidential")
        return {
            "id": held.id,
            "name": held.name,
            "channel": f"#{held.channel}",
            "days": " ".join(held.days),
            "time": f"{held.time} {held.timezone}",
            "asks": ", ".join(self._called(user) for user in held.users),
            "text": " / ".join(text for _, text in held.questions),
            "state": ", ".join(name for name in marks if getattr(held, name)),
        }

    def _asking_shown(self, asking: Asking) -> rows.Row:
        report = self.reports.get(asking.answered or 0)
        return {
            "standup": asking.standup,
            "asked": self._called(asking.user),
            "at": f"{asking.at:%Y-%m-%d %H:%M:%S}",
            "by": asking.by,
            "text": asking.text,
            "answer": " / ".join(text or "" for text in report.answers) if report else "",
        }

    def _called(self, user: str) -> str:
        return self.users[user].realname if user in self.users else user

    def snapshot(self) -> dict[str, Any]:
        return {**self.records_snapshot(), "asked_until": self.asked_until.isoformat()}

    def restore(self, data: dict[str, Any], blobs: dict[str, bytes]) -> None:
        self.records_restore(data)
        self.asked_until = datetime.fromisoformat(data["asked_until"])


FAULTS = {
    "401": "Unauthorized",
    "403": "This feature is not available for your team",
    "409": "Conflict",
    "429": "Too many requests",
}
