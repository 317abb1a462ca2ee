"""A stand-in for Slack: a workspace whose usergroups change, and messages that stay."""

from typing import Any

from integrations.sandbox import Fault, Request, Response, Switch, route
from integrations.sandbox.pages import fingerprint
from integrations.slack import sandbox_rows as rows
from integrations.slack.sandbox_access import LEFT_OUT, refusal
from integrations.slack.sandbox_happenings import HAPPENINGS, happen
from integrations.slack.sandbox_messages import Messages
from integrations.slack.sandbox_people import METHODS, ok
from integrations.slack.sandbox_records import TEAM, TEAM_ID
from integrations.slack.sandbox_seed import BOT_TOKEN, USER_TOKEN, seed
from integrations.slack.sandbox_stored import StoredToken

PEOPLE = {
    "rotabot": ({"bot_token": BOT_TOKEN}, "the app's bot token"),
    "grace": (
        {"bot_token": BOT_TOKEN, "user_token": USER_TOKEN},
        "the bot token, and Grace's: an admin, who may always manage usergroups",
    ),
}


class SlackSandbox(Messages):
    slug = "slack"
    title = "Slack"
    prefixes = ("/api/",)
    declared = {
        "scopes": Switch(tuple(LEFT_OUT), "what the app was granted"),
        "scopes_header": Switch(("told", "untold"), "whether answers tell what was granted"),
        "usergroups_managed_by": Switch(
            ("everyone", "admins"), "admins: no bot may, whatever its scopes"
        ),
        "plan": Switch(("paid", "free"), "free: no usergroups at all"),
        "empty_group": Switch(
            ("no_users_provided", "invalid_users"), "the refusal of nobody at all"
        ),
        "guests_and_bots": Switch(
            ("invalid_users", "invalid_user", "single_channel_guests_cannot_be_added"),
            "the refusal of a guest or a bot",
        ),
        "disabled_groups": Switch(
            ("accepted", "refused"), "setting who is in a usergroup that is disabled"
        ),
        "deactivated": Switch(
            ("stay in usergroups", "leave usergroups"), "people whose account is deactivated"
        ),
        "posting": Switch(("allowed", "restricted"), "whether the app may post in channels"),
        "outside_posting": Switch(
            ("refused", "allowed"), "posting in a public channel without being in it"
        ),
        "metadata": Switch(("told", "untold"), "whether the history tells what a message carries"),
        "no_limit": Switch(("everybody", "refused"), "people asked for without a size of page"),
        "largest_page": Switch((0,), "rows of a page, whatever is asked for; 0: any", free=True),
        "short_pages": Switch(("off", "on"), "pages with fewer rows than asked for, or none"),
        "cursors": Switch(("kept", "expired"), "whether the next page can still be asked for"),
        "tiers": Switch(("off", "on"), "whether each method has its documented allowance"),
        "requests_per_minute": Switch(
            (0,), "what may be asked of each method instead; 0: as above", free=True
        ),
        "too_many": Switch(("429", "200"), "the status of “ratelimited”"),
    }
    happenings = HAPPENINGS

    def happen(self, name: str) -> None:
        happen(self, name)

    def seed(self) -> None:
        self.empty()
        seed(self)
        self.dirty = True

    # --------------------------------------------------------------------- access

    def grant(self, person: str) -> dict[str, Any]:
        with self.lock:
            self.dirty = True
            for token in self._tokens(person):
                token.revoked = False
            return dict(PEOPLE[person][0])

    def revoke(self, person: str) -> None:
        """Grace's takes back her own token only."""
        with self.lock:
            self.dirty = True
            self._tokens(person)[-1].revoked = True

    def expire(self, person: str) -> None:
        raise LookupError("these tokens do not expire, they are only revoked")

    def _tokens(self, person: str) -> list[StoredToken]:
        if person not in PEOPLE:
            raise LookupError(f"there is no {person!r}; there are {', '.join(PEOPLE)}")
        return [self.tokens[secret] for secret in PEOPLE[person][0].values()]

    @route(METHODS, "/api/auth.test")
    def auth_test(self, request: Request) -> Response:
        user = self.asker(request)
        told = {
            "url": "https://example-team.slack.com/",
            "team": TEAM,
            "user": user.name,
            "team_id": TEAM_ID,
            "user_id": user.id,
            "is_enterprise_install": False,
        }
        return ok(**told, **({"bot_id": rows.BOT_ID} if user.role == "bot" else {}))

    # --------------------------------------------------------------------- errors

    def not_found(self, request: Request) -> Response:
        return refusal("unknown_method", req_method=request.path.removeprefix("/api/"))

    def method_not_allowed(self, request: Request) -> Response:
        return refusal("invalid_post_type")

    def fault_answer(self, fault: Fault) -> Response:
        if fault.kind == "429":
            answer = self.too_many()
        elif fault.kind in FAULTS:
            answer = refusal(FAULTS[fault.kind], needed="chat:write", provided="")
        else:
            return super().fault_answer(fault)
        if fault.retry_after is not None:
            answer.headers["Retry-After"] = str(fault.retry_after)
        return answer

    # ---------------------------------------------------------------------- state

    def state(self) -> dict[str, Any]:
        names = {user.id: user.shown for user in self.users.values()}
        channels = {
            each.id: names.get(each.name, each.name) if each.kind == "im" else f"#{each.name}"
            for each in self.channels.values()
        }
        return {
            "people": [{"person": name, "about": about} for name, (_, about) in PEOPLE.items()],
            "tokens": [
                {"person": name, "key": fingerprint(self._tokens(name)[-1].secret)}
                for name in PEOPLE
                if not self._tokens(name)[-1].revoked
            ],
            "usergroups": [
                {
                    "id": group.id,
                    "handle": f"@{group.handle}",
                    "people": ", ".join(names[each] for each in group.users),
                    "enabled": not group.deleted_at,
                }
                for group in self.groups.values()
            ],
            "members": [
                {
                    "id": user.id,
                    "name": user.shown,
                    "role": "left" if user.deleted else user.role,
                    "timezone": user.zone,
                }
                for user in self.users.values()
            ],
            "channels": [
                {
                    "id": each.id,
                    "name": channels[each.id],
                    "kind": "archived" if each.archived else each.kind,
                    "people": len(each.users),
                }
                for each in self.channels.values()
            ],
            "messages": [
                {
                    "where": channels[post.channel],
                    "id": post.ts,
                    "text": post.text,
                    "metadata": (post.metadata or {}).get("event_payload", ""),
                }
                for post in self.posts
            ],
            "calls": ", ".join(f"{name} {count}" for name, count in sorted(self.calls.items())),
        }


FAULTS = {
    "401": "invalid_auth",
    "403": "missing_scope",
    "409": "restricted_action",
    "error200": "internal_error",
}
