"""What the Clockify stand-in holds, and how tests put things there; the API is sandbox.py's."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from integrations.clockify.sandbox_stored import (
    BLUE,
    MEMBER,
    OWNER,
    ROLES,
    USUAL_SETTINGS,
    StoredClient,
    StoredEntry,
    StoredKey,
    StoredProject,
    StoredTag,
    StoredTask,
    StoredUser,
    StoredWorkspace,
    Write,
    to_second,
    written,
)
from integrations.sandbox import Sandbox

KEPT: dict[str, TypeAdapter[Any]] = {
    "users": TypeAdapter(dict[str, StoredUser]),
    "keys": TypeAdapter(dict[str, StoredKey]),
    "workspaces": TypeAdapter(dict[str, StoredWorkspace]),
    "clients": TypeAdapter(dict[str, StoredClient]),
    "projects": TypeAdapter(dict[str, StoredProject]),
    "tasks": TypeAdapter(dict[str, StoredTask]),
    "tags": TypeAdapter(dict[str, StoredTag]),
    "entries": TypeAdapter(dict[str, StoredEntry]),
}
# The digit by which one sees what an id belongs to.
DIGITS = {"user": "a", "workspace": "b", "client": "d", "project": "1", "task": "3", "tag": "2"}
DIGITS |= {"entry": "e"}


class Records(Sandbox):
    """Everything by its id. `writes` tells what came over the API since the start."""

    users: dict[str, StoredUser]
    keys: dict[str, StoredKey]
    workspaces: dict[str, StoredWorkspace]
    clients: dict[str, StoredClient]
    projects: dict[str, StoredProject]
    tasks: dict[str, StoredTask]
    tags: dict[str, StoredTag]
    entries: dict[str, StoredEntry]
    writes: list[Write]

    def __init__(self) -> None:
        # Not emptied with the rest: an id is never given out twice.
        self._last = dict.fromkeys([*DIGITS, "key"], 0)
        super().__init__()

    def empty(self) -> None:
        """Forget everybody and everything."""
        with self.lock:
            self.dirty = True
            for name in KEPT:
                setattr(self, name, {})
            self.writes = []

    def _count(self, kind: str) -> int:
        self.dirty = True
        self._last[kind] += 1
        return self._last[kind]

    def _next(self, kind: str) -> str:
        return f"64a0{DIGITS[kind]}{self._count(kind):019x}"

    # ------------------------------------------------------------ people, for tests

    def add_user(
        self, email: str, *, name: str = "", zone: str | None = "UTC", key: str = ""
    ) -> StoredUser:
        with self.lock:
            secret = key or f"sandbox-clockify-key-{self._count('key')}"
            user = StoredUser(self._next("user"), email, name, zone, secret)
            self.users[user.id] = user
            self.keys[secret] = StoredKey(secret, user.id)
            return user

    def forget_key(self, user: StoredUser) -> None:
        """As if it had been made anew elsewhere: none of the person's keys works any more."""
        with self.lock:
            self.dirty = True
            self.keys = {k: held for k, held in self.keys.items() if held.user_id != user.id}

    def key_for(self, user: StoredUser, workspace: StoredWorkspace) -> str:
        """One made for this workspace, as one with a subdomain needs."""
        with self.lock:
            secret = f"sandbox-clockify-key-{self._count('key')}"
            self.keys[secret] = StoredKey(secret, user.id, workspace.id)
            return secret

    def add_workspace(
        self,
        name: str,
        *,
        owner: StoredUser,
        zone: str = "UTC",
        subdomain: str | None = None,
        **settings: Any,
    ) -> StoredWorkspace:
        """Settings by their names in the API; a moment may be a datetime."""
        with self.lock:
            chosen = USUAL_SETTINGS | {"lockTimeZone": zone} | _told(settings)
            workspace = StoredWorkspace(self._next("workspace"), name, chosen, zone, subdomain)
            self.workspaces[workspace.id] = workspace
            workspace.roles[owner.id] = OWNER
            return workspace

    def change_settings(self, workspace_id: str, **settings: Any) -> None:
        with self.lock:
            self.dirty = True
            self.workspaces[workspace_id].settings |= _told(settings)

    def join(self, workspace: StoredWorkspace, user: StoredUser, role: str = MEMBER) -> None:
        if role not in ROLES:
            raise ValueError(f"there is no role {role!r}; there are {', '.join(ROLES)}")
        with self.lock:
            self.dirty = True
            self.workspaces[workspace.id].roles[user.id] = role

    def leave(self, workspace: StoredWorkspace, user: StoredUser) -> None:
        with self.lock:
            self.dirty = True
            del self.workspaces[workspace.id].roles[user.id]

    # ------------------------------------------------------------ things, for tests

    def add_client(self, workspace_id: str, name: str, archived: bool = False) -> StoredClient:
        with self.lock:
            client = StoredClient(self._next("client"), workspace_id, name, archived)
            self.clients[client.id] = client
            return client

    def add_project(
        self,
        workspace_id: str,
        name: str,
        client_id: str | None = None,
        *,
        archived: bool = False,
        template: bool = False,
        billable: bool = True,
        public: bool = True,
        color: str = BLUE,
        note: str = "",
        made_by: str | None = None,
    ) -> StoredProject:
        with self.lock:
            project = StoredProject(
                id=self._next("project"),
                workspace_id=workspace_id,
                name=name,
                client_id=client_id,
                archived=archived,
                template=template,
                billable=billable,
                public=public,
                color=color,
                note=note,
                made_by=made_by,
            )
            self.projects[project.id] = project
            return project

    def add_task(self, project_id: str, name: str, done: bool = False) -> StoredTask:
        with self.lock:
            task = StoredTask(self._next("task"), project_id, name, done)
            self.tasks[task.id] = task
            return task

    def add_tag(self, workspace_id: str, name: str, archived: bool = False) -> StoredTag:
        with self.lock:
            tag = StoredTag(self._next("tag"), workspace_id, name, archived)
            self.tags[tag.id] = tag
            return tag

    def add_entry(
        self,
        workspace_id: str,
        user_id: str,
        start: datetime,
        end: datetime | None,
        *,
        project_id: str | None = None,
        task_id: str | None = None,
        tag_ids: Iterable[str] = (),
        description: str = "",
        billable: bool = False,
        type: str = "REGULAR",  # noqa: A002
        custom_fields: dict[str, Any] | None = None,
        approval: str | None = None,
    ) -> StoredEntry:
        """Whatever is said, likely or not; still running without `end`."""
        with self.lock:
            entry = StoredEntry(
                id=self._next("entry"),
                workspace_id=workspace_id,
                user_id=user_id,
                start=to_second(start),
                end=to_second(end) if end else None,
                project_id=project_id,
                task_id=task_id,
                tag_ids=tuple(tag_ids),
                description=description,
                billable=billable,
                type=type,
                custom_fields=dict(custom_fields or {}),
                approval=approval,
            )
            self.entries[entry.id] = entry
            return entry

    def change_entry(self, entry_id: str, **fields: Any) -> StoredEntry:
        """As somebody would by hand; names as in `StoredEntry`."""
        with self.lock:
            self.dirty = True
            self.entries[entry_id] = replace(self.entries[entry_id], **fields)
            return self.entries[entry_id]

    def change_project(self, project_id: str, **fields: Any) -> StoredProject:
        with self.lock:
            self.dirty = True
            self.projects[project_id] = replace(self.projects[project_id], **fields)
            return self.projects[project_id]

    def remove_entry(self, entry_id: str) -> None:
        with self.lock:
            self.dirty = True
            del self.entries[entry_id]

    def remove_project(self, project_id: str) -> None:
        """Its entries stay, without a project."""
        with self.lock:
            self.dirty = True
            del self.projects[project_id]
            self.tasks = {k: row for k, row in self.tasks.items() if row.project_id != project_id}
            for entry in self._entries_where(project_id=project_id):
                self.change_entry(entry.id, project_id=None, task_id=None)

    def remove_task(self, task_id: str) -> None:
        with self.lock:
            self.dirty = True
            del self.tasks[task_id]
            for entry in self._entries_where(task_id=task_id):
                self.change_entry(entry.id, task_id=None)

    def remove_tag(self, tag_id: str) -> None:
        with self.lock:
            self.dirty = True
            del self.tags[tag_id]
            for entry in [row for row in self.entries.values() if tag_id in row.tag_ids]:
                left = tuple(each for each in entry.tag_ids if each != tag_id)
                self.change_entry(entry.id, tag_ids=left)

    def remove_client(self, client_id: str) -> None:
        with self.lock:
            self.dirty = True
            del self.clients[client_id]
            for project in [row for row in self.projects.values() if row.client_id == client_id]:
                self.change_project(project.id, client_id=None)

    def _entries_where(self, **wanted: str) -> list[StoredEntry]:
        [(name, value)] = wanted.items()
        return [row for row in self.entries.values() if getattr(row, name) == value]

    # ------------------------------------------------------------------- looking

    def entries_of(self, workspace_id: str, user_id: str) -> list[StoredEntry]:
        """The earliest first."""
        own = [
            row
            for row in self.entries.values()
            if (row.workspace_id, row.user_id) == (workspace_id, user_id)
        ]
        return sorted(own, key=lambda row: (row.start, row.id))

    def running(self, workspace_id: str, user_id: str) -> StoredEntry | None:
        held = self.entries_of(workspace_id, user_id)
        return next((row for row in held if row.end is None), None)

    # -------------------------------------------------------------------- keeping

    def snapshot_records(self) -> dict[str, Any]:
        kept = {
            name: kind.dump_python(getattr(self, name), mode="json") for name, kind in KEPT.items()
        }
        return {**kept, "last": self._last}

    def restore_records(self, data: dict[str, Any]) -> None:
        for name, kind in KEPT.items():
            setattr(self, name, kind.validate_python(data[name]))
        self._last = data["last"]
        self.writes = []


def _told(settings: dict[str, Any]) -> dict[str, Any]:
    """ValueError for those that are none: a misspelt one would do nothing."""
    if unknown := settings.keys() - USUAL_SETTINGS.keys():
        raise ValueError(f"there are no settings {', '.join(sorted(unknown))}")
    return {
        name: written(value) if isinstance(value, datetime) else value
        for name, value in settings.items()
    }
