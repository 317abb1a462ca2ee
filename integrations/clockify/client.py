"""Clockify: who worked on what and when, and booking the same elsewhere. No Django here."""

import json
import re
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import quote

import requests

from integrations.client import Client, retry_after
from integrations.clockify.rows import (
    Customer,
    CustomerRow,
    CustomField,
    Entry,
    EntryRow,
    EntryValues,
    IdRow,
    Project,
    ProjectRow,
    Tag,
    TagRow,
    Task,
    User,
    UserRow,
    Workspace,
    WorkspaceRow,
    instant,
)
from integrations.errors import (
    IntegrationError,
    ReconnectError,
    RejectedError,
    RetryableError,
    UnexpectedError,
)
from integrations.shapes import Page, shaped

__all__ = [
    "ClockifyClient",
    "CustomField",
    "Customer",
    "Entry",
    "EntryValues",
    "Project",
    "Tag",
    "Task",
    "User",
    "Workspace",
]

R = TypeVar("R")
S = TypeVar("S", bound=IdRow)

PAGE_SIZE = 1000
# So many ids fit into an address.
DELETED_AT_ONCE = 100
# Codes in bodies, which say more than the status.
DOMAIN, BANNED, UNKNOWN_KEY = 501, 406, 4003
# Of an entry: a workspace or a user that is gone is no proof that the entry is.
GONE = re.compile(r"entry.*(belong|not exist|n't exist|not found)", re.IGNORECASE)
OWN_KEY = "a workspace on its own subdomain or in a region needs a key made there"
FORBIDDEN = "forbidden: no permission, or the plan does not have this"
# A window of requests is over sooner; what says otherwise counts something else.
LONGEST_RESET = 3600.0
OPTIONS = {"color": "color", "billable": "billable", "is_public": "isPublic", "note": "note"}


class ClockifyClient(Client):
    """Lists come by the page: `page` is the `next` of the one before, and None for the first.

    How many rows there are in all is never said.
    """

    name = "Clockify"

    # Told the path of every writing request just before it is sent, and of none that has to wait:
    # from there on, what was listed may not be what is there.
    wrote: Callable[[str], None] = staticmethod(lambda path: None)
    # The page that was read last: its list, its number and the ids on it.
    _before: tuple[str, int, list[str]] | None = None

    # ------------------------------------------------------------------ reading

    def user(self) -> User:
        """Whose key it is; whatever is booked is booked as this person, unless another is named."""
        doing = "asking whose key this is"
        return self._one(UserRow, self._call("GET", "/user", doing=doing), doing=doing).kept()

    def workspaces(self) -> list[Workspace]:
        """All at once."""
        doing = "listing workspaces"
        response = self._call("GET", "/workspaces", doing=doing)
        return [row.kept() for row in self._rows(WorkspaceRow, response, doing=doing)]

    def users(self, page: str | None = None, *, workspace: str, email: str = "") -> Page[User]:
        """`email` narrows down to addresses that contain it: compare what is found."""
        path = self._path("workspaces", workspace, "users")
        query = {"email": email} if email else {}
        return self._list(
            path, page, query, shape=UserRow, keep=UserRow.kept, doing="listing users"
        )

    def customers(self, page: str | None = None, *, workspace: str) -> Page[Customer]:
        """Clients, archived ones included."""
        path = self._path("workspaces", workspace, "clients")
        return self._list(
            path, page, {}, shape=CustomerRow, keep=CustomerRow.kept, doing="listing clients"
        )

    def projects(
        self, page: str | None = None, *, workspace: str, client: str = ""
    ) -> Page[Project]:
        """With their tasks: of one client or all; archived ones and templates included."""
        path = self._path("workspaces", workspace, "projects")
        query = {"hydrated": "true"} | ({"clients": client} if client else {})
        return self._list(
            path, page, query, shape=ProjectRow, keep=ProjectRow.kept, doing="listing projects"
        )

    def tags(self, page: str | None = None, *, workspace: str) -> Page[Tag]:
        """Archived ones included."""
        path = self._path("workspaces", workspace, "tags")
        return self._list(path, page, {}, shape=TagRow, keep=TagRow.kept, doing="listing tags")

    def entries(
        self, page: str | None = None, *, workspace: str, user: str, start: datetime
    ) -> Page[Entry]:
        """Those that begin at `start` or later, running ones included.

        Clockify reads `start` as a wall clock of somebody's zone: ask for 26 hours more, and look
        at what is found. What began before and reaches past it is not there.
        """
        path = self._entries_of(workspace, user)
        query = {"start": instant(start)}
        return self._list(
            path, page, query, shape=EntryRow, keep=EntryRow.kept, doing="listing time entries"
        )

    def entry(self, workspace: str, entry_id: str) -> Entry | None:
        """As it is now; None where it is gone."""
        doing = "reading a time entry"
        response = self._unless_gone("GET", self._entry(workspace, entry_id), doing=doing)
        return None if response is None else self._one(EntryRow, response, doing=doing).kept()

    # ------------------------------------------------------- projects and tags

    def create_project(
        self, workspace: str, *, name: str, client_id: str | None, options: Mapping[str, Any]
    ) -> Project:
        """`options`: color, billable, is_public and note; what is left out is the workspace's."""
        chosen = {OPTIONS[option]: value for option, value in options.items()}
        body = {"name": name, "clientId": client_id} | chosen
        path = self._path("workspaces", workspace, "projects")
        doing = "creating a project"
        return self._one(ProjectRow, self._create(path, body, doing=doing), doing=doing).kept()

    def rename_project(self, workspace: str, project: Project, name: str) -> Project:
        """All else is sent back as it was read: what is left out may be reset."""
        body = {
            "name": name,
            "clientId": project.client_id,
            "color": project.color or None,
            "note": project.note,
            "billable": project.billable,
            "isPublic": project.public,
            "archived": project.archived,
        }
        path = self._path("workspaces", workspace, "projects", project.id)
        doing = "renaming a project"
        response = self._call("PUT", path, doing=doing, json=_told(body))
        renamed = self._one(ProjectRow, response, doing=doing).kept()
        return renamed.model_copy(update={"tasks": project.tasks})  # not told after a write

    def create_tag(self, workspace: str, name: str) -> Tag:
        path = self._path("workspaces", workspace, "tags")
        doing = "creating a tag"
        response = self._create(path, {"name": name}, doing=doing)
        return self._one(TagRow, response, doing=doing).kept()

    # ------------------------------------------------------------- time entries

    def create_entry(
        self, workspace: str, values: EntryValues, *, user: str | None = None
    ) -> Entry:
        """For the key's owner, or for another user where the plan and the role allow it.

        Made twice it is there twice: after any error list again before repeating.
        """
        own = self._path("workspaces", workspace, "time-entries")
        path = own if user is None else self._entries_of(workspace, user)
        doing = "creating a time entry"
        response = self._create(path, values.body(), doing=doing)
        return self._one(EntryRow, response, doing=doing).kept()

    def update_entry(self, workspace: str, entry_id: str, values: EntryValues) -> Entry:
        """The entry becomes `values`, whole.

        Whether a task or project that is left out goes, stays or is refused is not known, and
        neither is whether a null is understood: first they are left out, and only where that did
        not do, they are sent as nulls.
        """
        body, nulls = values.body(), values.nulls()
        try:
            shown = self._update(workspace, entry_id, body)
        except RejectedError as refusal:
            if nulls and refusal.status == 400:
                with suppress(RejectedError):
                    return self._update(workspace, entry_id, body | nulls)
            raise
        if _left_over(shown, nulls):
            with suppress(RejectedError):
                return self._update(workspace, entry_id, body | nulls)
        return shown

    def _update(self, workspace: str, entry_id: str, body: Mapping[str, Any]) -> Entry:
        doing = "changing a time entry"
        response = self._call("PUT", self._entry(workspace, entry_id), doing=doing, json=body)
        return self._one(EntryRow, response, doing=doing).kept()

    def update_entries(
        self, workspace: str, user: str, values: Mapping[str, EntryValues]
    ) -> dict[str, Entry]:
        """Many of one user in one request, by id: those that the answer tells. What it does not
        tell, and a task that still shows, needs `update_entry`."""
        doing = "changing time entries"
        body = [{"id": entry_id, **wanted.body()} for entry_id, wanted in values.items()]
        path = self._entries_of(workspace, user)
        response = self._call("PUT", path, doing=doing, json=body)
        shown = {row.id: row.kept() for row in self._rows(EntryRow, response, doing=doing)}
        return {entry_id: shown[entry_id] for entry_id in values if entry_id in shown}

    def delete_entry(self, workspace: str, entry_id: str) -> None:
        """Gone afterwards, also if it was before."""
        path = self._entry(workspace, entry_id)
        self._unless_gone("DELETE", path, doing="deleting a time entry", accept=(200, 204))

    def delete_entries(self, workspace: str, user: str, ids: Collection[str]) -> set[str]:
        """Many of one user, a hundred a request; those that Clockify says it deleted.

        Whether one that is gone already spoils it for the others is not known: where this is
        refused, delete one by one.
        """
        path = self._entries_of(workspace, user)
        doing = "deleting time entries"
        deleted: set[str] = set()
        left = iter(ids)
        while some := list(islice(left, DELETED_AT_ONCE)):
            query = {"time-entry-ids": some}
            response = self._call("DELETE", path, doing=doing, params=query)
            deleted |= {row.id for row in self._rows(IdRow, response, doing=doing)}
        return deleted

    # ----------------------------------------------------------------- requests

    def _path(self, *parts: str) -> str:
        return "".join(f"/{quote(part, safe='')}" for part in parts)

    def _entry(self, workspace: str, entry_id: str) -> str:
        return self._path("workspaces", workspace, "time-entries", entry_id)

    def _entries_of(self, workspace: str, user: str) -> str:
        return self._path("workspaces", workspace, "user", user, "time-entries")

    def _call(self, method: str, path: str, *, doing: str, **options: Any) -> requests.Response:
        headers = {"X-Api-Key": self.key("api_key"), "Accept": "application/json"}
        return self.request(method, path, doing=doing, headers=headers, **options)

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        if method != "GET":
            self.wrote(path)
        return super()._send(method, path, **options)

    def _create(self, path: str, body: Mapping[str, Any], *, doing: str) -> requests.Response:
        return self._call("POST", path, doing=doing, accept=(200, 201), json=_told(body))

    def _unless_gone(
        self, method: str, path: str, *, doing: str, accept: tuple[int, ...] = (200,)
    ) -> requests.Response | None:
        """None where Clockify says that it knows no such entry: with 400, never with 404."""
        response = self._call(method, path, doing=doing, accept=(*accept, 400))
        if response.status_code != 400:
            return response
        code, message = _complaint(response)
        if code == DOMAIN and GONE.search(message):
            return None
        raise self.classify(response, doing)

    def _list(
        self,
        path: str,
        page: str | None,
        query: Mapping[str, str],
        *,
        shape: type[S],
        keep: Callable[[S], R],
        doing: str,
    ) -> Page[R]:
        number = int(page) if page else 1
        asked = {**query, "page": str(number), "page-size": str(PAGE_SIZE)}
        response = self._call("GET", path, doing=doing, params=asked)
        rows = self._rows(shape, response, doing=doing)
        ids = [row.id for row in rows]
        if ids and self._before == (path, number - 1, ids):
            raise self._odd(doing, "its pages do not come to an end")
        self._before = (path, number, ids)
        # A short page is not the last one: how large pages may be is not known.
        is_last = not rows or response.headers.get("Last-Page", "").strip().lower() == "true"
        return Page(rows=[keep(row) for row in rows], next=None if is_last else str(number + 1))

    def _rows(self, shape: type[S], response: requests.Response, *, doing: str) -> list[S]:
        body = self.json(response, doing=doing)
        if not isinstance(body, list):
            raise self._odd(doing, "the answer is no list")
        return [shaped(shape, row, provider=self.name, doing=doing) for row in body]

    def _one(self, shape: type[S], response: requests.Response, *, doing: str) -> S:
        return shaped(shape, self.json(response, doing=doing), provider=self.name, doing=doing)

    # ------------------------------------------------------------------- errors

    def classify(self, response: requests.Response, doing: str) -> IntegrationError:
        status = response.status_code
        said = self.said(response, doing)
        code, message = _complaint(response)
        if code == UNKNOWN_KEY:
            said["excerpt"] = f"{said['excerpt'][:100]} ({OWN_KEY})"
        if status == 401 or BANNED in (code, status):
            return ReconnectError(**said)
        if status == 403:
            return RejectedError(**said | ({} if message else {"excerpt": FORBIDDEN}))
        if status == 404:
            return UnexpectedError(**said)  # no such path; what is missing is told with 400
        if status == 429:
            return RetryableError(**said, retry_after=_wait(response.headers))
        return super().classify(response, doing)

    def words_of(self, body: Any) -> str:
        """The message and nothing else; it may quote what was sent."""
        message = body.get("message") if isinstance(body, Mapping) else None
        return message if isinstance(message, str) else ""

    def _odd(self, doing: str, what: str) -> UnexpectedError:
        return UnexpectedError(provider=self.name, doing=doing, excerpt=what)


def _told(body: Mapping[str, Any]) -> dict[str, Any]:
    """Without nulls, which have been refused."""
    return {name: value for name, value in body.items() if value is not None}


def _left_over(shown: Entry, nulls: Mapping[str, None]) -> bool:
    """Whether the entry still has what was to go."""
    has = {"projectId": shown.project_id, "taskId": shown.task_id}
    return any(has[name] is not None for name in nulls)


def _complaint(response: requests.Response) -> tuple[int | None, str]:
    """The code and message of a refusal, which may have neither, nor be JSON."""
    body: Any = None
    with suppress(ValueError, RecursionError):
        body = json.loads(response.content)
    if not isinstance(body, Mapping):
        return None, ""
    code, message = body.get("code"), body.get("message")
    number = code if isinstance(code, int) else None
    return number, message.strip() if isinstance(message, str) else ""


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, where that is said: in the usual header, or in the other one as seconds or
    as a moment."""
    usual = retry_after(headers)
    if usual is not None:
        return usual
    own = retry_after({"Retry-After": headers.get("X-RateLimit-Reset", "")})
    if own is None or own <= LONGEST_RESET:
        return own
    with suppress(ValueError):
        left = float(headers["X-RateLimit-Reset"]) - time.time()
        return left if 0 <= left <= LONGEST_RESET else None
    return None
