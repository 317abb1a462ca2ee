"""People and usergroups at the Slack stand-in."""

from collections.abc import Sequence
from typing import Any, TypeVar

from integrations.sandbox import Request, Response, json_answer, route
from integrations.slack import sandbox_rows as rows
from integrations.slack.sandbox_access import Access, refuse
from integrations.slack.sandbox_stored import StoredGroup, StoredUser

T = TypeVar("T")

METHODS = "GET POST"


def ok(**fields: Any) -> Response:
    return json_answer({"ok": True, **fields})


class People(Access):
    # ---------------------------------------------------------------------- pages

    def page(
        self, found: Sequence[T], request: Request, *, usual: int, most: int
    ) -> tuple[Sequence[T], dict[str, str]]:
        """A cursor counts what came before; one page may be short, and that is not the end."""
        fields = self.fields(request)
        limit = fields.get("limit", "")
        size = min(int(limit) if limit.isdigit() and int(limit) else usual, most)
        largest = self.switches["largest_page"]
        size = min(size, largest) if largest else size
        begin = self._begin(fields.get("cursor", ""))
        if self.switches["short_pages"] == "on":
            size = 0 if begin == 0 and not fields.get("cursor") else max(1, size - 1)
        end = begin + size
        following = f"next-{end}" if end < len(found) else ""
        return found[begin:end], {"next_cursor": following}

    def _begin(self, cursor: str) -> int:
        if not cursor:
            return 0
        number = cursor.removeprefix("next-")
        if self.switches["cursors"] == "expired" or not number.isdigit():
            refuse("invalid_cursor")
        return int(number)

    # --------------------------------------------------------------------- people

    @route(METHODS, "/api/users.info")
    def users_info(self, request: Request) -> Response:
        user = self.users.get(self.required(request, "user"))
        if user is None:
            refuse("user_not_found")
        return ok(user=self._told(user, request))

    @route(METHODS, "/api/users.list")
    def users_list(self, request: Request) -> Response:
        """Without a limit it tries to tell everybody, which larger workspaces refuse."""
        if not self.fields(request).get("limit") and self.switches["no_limit"] == "refused":
            refuse("limit_required")
        found, following = self.page(list(self.users.values()), request, usual=1000, most=1000)
        told = [self._told(user, request) for user in found]
        return ok(members=told, cache_ts=self.seconds(), response_metadata=following)

    @route(METHODS, "/api/users.lookupByEmail")
    def users_lookup(self, request: Request) -> Response:
        email = self.required(request, "email").lower()
        people = (user for user in self.users.values() if not user.deleted)
        found = next((user for user in people if user.email.lower() == email), None)
        if found is None:
            refuse("users_not_found")
        return ok(user=self._told(found, request))

    def _told(self, user: StoredUser, request: Request) -> rows.Row:
        scopes = self.scopes_of(self.token(request))
        return rows.user(user, with_email="users:read.email" in scopes)

    # ----------------------------------------------------------------- usergroups

    @route(METHODS, "/api/usergroups.list")
    def usergroups_list(self, request: Request) -> Response:
        self._paid()
        with_users = self.flag(request, "include_users")
        all_of_them = self.flag(request, "include_disabled")
        counts = self.flag(request, "include_count")
        found = [each for each in self.groups.values() if all_of_them or not each.deleted_at]
        told = [
            # As a text here, and a number where a usergroup is changed.
            rows.group(each, with_users=with_users, count=str(len(each.users)) if counts else None)
            for each in reversed(found)
        ]
        return ok(usergroups=told)

    @route(METHODS, "/api/usergroups.users.list")
    def usergroups_users_list(self, request: Request) -> Response:
        self._paid()
        group = self._group(request)
        if group.deleted_at and not self.flag(request, "include_disabled"):
            refuse("no_such_subteam")
        return ok(users=list(group.users))

    @route("POST", "/api/usergroups.users.update")
    def usergroups_users_update(self, request: Request) -> Response:
        """All of them at once: there is no adding and no removing."""
        self._managing(request)
        group = self._group(request)
        if group.deleted_at and self.switches["disabled_groups"] == "refused":
            refuse("no_such_subteam")
        users = self._named(request)
        if not users:
            refuse(self.switches["empty_group"])
        for user_id in users:
            self._may_join(user_id)
        self.set_members(group.id, dict.fromkeys(users), by=self.asker(request).id)
        return ok(usergroup=rows.group(group, with_users=True, count=len(group.users)))

    @route("POST", "/api/usergroups.enable")
    def usergroups_enable(self, request: Request) -> Response:
        return self._switched(request, enabled=True)

    @route("POST", "/api/usergroups.disable")
    def usergroups_disable(self, request: Request) -> Response:
        return self._switched(request, enabled=False)

    def _switched(self, request: Request, *, enabled: bool) -> Response:
        self._managing(request)
        group = self._group(request)
        self.set_enabled(group.id, enabled=enabled)
        return ok(usergroup=rows.group(group, with_users=True))

    def _group(self, request: Request) -> StoredGroup:
        found = self.groups.get(self.required(request, "usergroup"))
        if found is None:
            refuse("no_such_subteam")
        return found

    def _named(self, request: Request) -> list[str]:
        """A list in JSON, a text with commas in a form."""
        told = (request.json() or {}).get("users") if request.is_json else None
        if isinstance(told, list):
            return [str(each) for each in told]
        return [each for each in self.fields(request).get("users", "").split(",") if each]

    def _may_join(self, user_id: str) -> None:
        user = self.users.get(user_id)
        if user is None or user.deleted:
            refuse("invalid_users")
        if not user.may_be_grouped:
            refuse(self.switches["guests_and_bots"])

    def _paid(self) -> None:
        if self.switches["plan"] == "free":
            refuse("plan_upgrade_required")

    def _managing(self, request: Request) -> None:
        """The scope alone is not enough where only some people may manage usergroups."""
        self._paid()
        who = self.asker(request)
        if self.switches["usergroups_managed_by"] == "admins" and who.role != "admin":
            refuse("permission_denied")
