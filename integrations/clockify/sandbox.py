"""A stand-in for Clockify: people and their workspaces, and what may be switched there."""

from typing import Any

from integrations.clockify import sandbox_rows as rows
from integrations.clockify.sandbox_access import API, IN_WORKSPACE, UNKNOWN_KEY, WORKSPACES
from integrations.clockify.sandbox_asking import Query, refusal
from integrations.clockify.sandbox_catalogue import Catalogue
from integrations.clockify.sandbox_entries import Entries
from integrations.clockify.sandbox_happenings import HAPPENINGS, happen
from integrations.clockify.sandbox_seed import ADA, ADA_THERE, CUSTOMERS, OURS, seed
from integrations.clockify.sandbox_stored import (
    OWNER,
    StoredEntry,
    StoredKey,
    StoredUser,
    written,
)
from integrations.sandbox import Fault, Request, Response, Switch, json_answer, route
from integrations.sandbox.pages import fingerprint

PEOPLE = {
    "ours": (ADA, f"Ada's key: owns “{OURS}”"),
    "customer": (ADA_THERE, f"Ada's key at the customer: an admin of “{CUSTOMERS}”"),
}


class ClockifySandbox(Catalogue, Entries):
    slug = "clockify"
    title = "Clockify"
    prefixes = (f"{API}/",)
    declared = {
        "filter_zone": Switch(
            ("owner", "user", "workspace", "off"),
            "whose clock start and end of a list of entries are read by: the key's owner's, that "
            "of whose entries they are, the workspace's; off: they are instants",
        ),
        "largest_page": Switch(("5000", "200"), "rows of a page, whatever is asked for"),
        "last_page": Switch(("told", "untold"), "whether a list says that it is the last page"),
        "omitted": Switch(("cleared", "kept"), "what is left out when an entry is replaced"),
        "nulls": Switch(("refused", "accepted"), "a null in the body of an entry"),
        "approved": Switch(("403", "400"), "status when an approved entry is touched"),
        "locked_create": Switch(
            ("refused", "accepted"), "an entry by a member in a period that is locked"
        ),
        "no_tags": Switch(("null", "empty"), "how an entry without tags tells them"),
        "no_client": Switch(("empty", "null"), "how a project without a client tells it"),
        "bulk": Switch(
            ("all or nothing", "the rest is done"), "many entries at once, one of them refused"
        ),
        "archived_project": Switch(("accepted", "refused"), "an entry on an archived project"),
        "others": Switch(("allowed", "forbidden"), "whether admins may add others' time"),
        "descriptions": Switch(("kept", "trimmed"), "blanks around a description"),
        "angle_brackets": Switch(("refused", "in names only"), "where < and > are refused"),
        "billable": Switch(("as sent", "by project"), "who decides whether an entry is billable"),
        "names": Switch(("exact", "any case"), "when two names are the same"),
        "requests_per_second": Switch((0,), "what one key may ask; 0: no limit", free=True),
        "requests_per_hour": Switch(
            (0,), "what may be asked of one workspace; 0: no limit", free=True
        ),
        "limit_header": Switch(("none", "retry-after"), "whether a 429 tells how long to wait"),
        "limit_body": Switch(("message", "empty"), "what a 429 says"),
    }
    happenings = HAPPENINGS

    def happen(self, name: str) -> None:
        happen(self, name)

    def seed(self) -> None:
        self.empty()
        seed(self)

    # --------------------------------------------------------------------- access

    def grant(self, person: str) -> dict[str, Any]:
        with self.lock:
            user = self._person(person)
            self.dirty = True
            self.keys[user.key] = StoredKey(user.key, user.id)
            return {"api_key": user.key}

    def revoke(self, person: str) -> None:
        with self.lock:
            self.forget_key(self._person(person))

    def expire(self, person: str) -> None:
        """Keys have no end, but whoever makes a new one loses the old one."""
        self.revoke(person)

    def _person(self, person: str) -> StoredUser:
        address = PEOPLE.get(person, ("", ""))[0]
        found = [user for user in self.users.values() if user.email == address]
        if not found:
            raise LookupError(f"there is no {person!r}; there are {', '.join(PEOPLE)}")
        return found[0]

    # ----------------------------------------------------------------- who and where

    @route("GET", f"{API}/user")
    def current_user(self, request: Request) -> Response:
        memberships = bool(Query.of(request).flag("include-memberships"))
        return json_answer(self._user(self.asker(request), memberships=memberships))

    def _user(self, held: StoredUser, *, memberships: bool = False) -> rows.Row:
        own = [each for each in self.workspaces.values() if held.id in each.roles]
        return rows.user(held, workspaces=own, memberships=memberships)

    @route("GET", WORKSPACES)
    def list_workspaces(self, request: Request) -> Response:
        roles, user = Query.of(request).all("roles"), self.asker(request)
        names = {"WORKSPACE_ADMIN": ("owner", "admin"), "OWNER": ("owner",)}
        wanted = {each for role in roles for each in names.get(role, ())}
        own = self.own_workspaces(request)
        found = [held for held in own if not roles or held.roles[user.id] in wanted]
        return json_answer([rows.workspace(held) for held in found])

    @route("GET", IN_WORKSPACE)
    def one_workspace(self, request: Request) -> Response:
        return json_answer(rows.workspace(self.workspace(request)))

    @route("GET", f"{IN_WORKSPACE}/users")
    def list_users(self, request: Request) -> Response:
        """Everybody here is active, so other states find nobody."""
        query = Query.of(request)
        email, name = (query.text("email") or "").lower(), (query.text("name") or "").lower()
        held = [self.users[each] for each in self.workspace(request).roles]
        found = [
            user
            for user in held
            if email in user.email.lower()
            and name in user.name.lower()
            and query.text("status") in (None, "ACTIVE", "ALL")
        ]
        keys = {
            "EMAIL": lambda user: user.email.lower(),
            "NAME": lambda user: user.name,
            "NAME_LOWERCASE": lambda user: user.name.lower(),
            "ID": lambda user: user.id,
        }
        told = [self._user(user) for user in query.ordered(found, keys)]
        return self.listing(told, request)

    # --------------------------------------------------------------------- errors

    def not_found(self, request: Request) -> Response:
        path = request.path.removeprefix("/api/")
        return refusal(404, 3000, f"No static resource {path}.")

    def method_not_allowed(self, request: Request) -> Response:
        allowed = {each.method for each in self.routes if each.pattern.match(request.path)}
        words = f"Request method '{request.method}' is not supported"
        return refusal(405, 3000, words, Allow=", ".join(sorted(allowed)))

    def fault_answer(self, fault: Fault) -> Response:
        if fault.kind == "429":
            answer = self.too_many()
        elif fault.kind in FAULTS:
            status, code, words = FAULTS[fault.kind]
            answer = refusal(status, code, words)
        else:
            return super().fault_answer(fault)
        if fault.retry_after is not None:
            answer.headers["Retry-After"] = str(fault.retry_after)
        return answer

    # ---------------------------------------------------------------------- state

    def state(self) -> dict[str, Any]:
        people = {self._person(name).id: name for name in PEOPLE if self._is_here(name)}
        return {
            "people": [{"person": name, "about": PEOPLE[name][1]} for name in people.values()],
            "tokens": [
                {"person": people[key.user_id], "key": fingerprint(key.secret)}
                for key in self.keys.values()
                if key.user_id in people
            ],
            "workspaces": [
                {
                    "id": row.id,
                    "name": row.name,
                    "owner": self._names(row.roles, role=OWNER),
                    "people": len(row.roles),
                }
                for row in self.workspaces.values()
            ],
            "projects": [
                {
                    "person": self.workspaces[row.workspace_id].name,
                    "id": row.id,
                    "name": row.name,
                    "client": self._client_name(row.client_id),
                    "archived": row.archived,
                    "template": row.template,
                }
                for row in self.projects.values()
            ],
            "entries": [
                self._told(entry)
                for entry in sorted(self.entries.values(), key=lambda row: row.start)
            ],
            "writes": len(self.writes),
        }

    def _is_here(self, person: str) -> bool:
        return any(user.email == PEOPLE[person][0] for user in self.users.values())

    def _names(self, roles: dict[str, str], *, role: str) -> str:
        return ", ".join(self.users[each].name for each, held in roles.items() if held == role)

    def _client_name(self, client_id: str | None) -> str:
        return self.clients[client_id].name if client_id else ""

    def _told(self, entry: StoredEntry) -> dict[str, Any]:
        user, project = self.users[entry.user_id], self.projects.get(entry.project_id or "")
        return {
            "person": f"{user.name} in {self.workspaces[entry.workspace_id].name}",
            "id": entry.id,
            "start": written(entry.start),
            "end": written(entry.end) if entry.end else "running",
            "project": project.name if project else "",
            "text": entry.description,
            "approved": entry.approval is not None,
        }

    def snapshot(self) -> dict[str, Any]:
        return self.snapshot_records()

    def restore(self, data: dict[str, Any], blobs: dict[str, bytes]) -> None:
        self.restore_records(data)


FAULTS = {
    "401": (401, 4003, UNKNOWN_KEY.json()["message"]),
    "403": (403, 501, "Access Denied"),
    "409": (409, 409, "Conflict"),
    "error200": (200, 500, "Something went wrong"),
}
