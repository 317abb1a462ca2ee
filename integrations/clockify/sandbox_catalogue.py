"""The Clockify stand-in's answers about clients, projects, tasks and tags."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from integrations.clockify import sandbox_rows as rows
from integrations.clockify.sandbox_access import IN_WORKSPACE, Access
from integrations.clockify.sandbox_asking import (
    Query,
    body_of,
    deny,
    field,
    not_in,
    reject,
    text_field,
    without_brackets,
)
from integrations.clockify.sandbox_stored import (
    BLUE,
    StoredClient,
    StoredProject,
    StoredTag,
    StoredTask,
)
from integrations.sandbox import Request, Response, json_answer, route

CLIENTS = f"{IN_WORKSPACE}/clients"
PROJECTS = f"{IN_WORKSPACE}/projects"
TASKS = f"{PROJECTS}/{{project}}/tasks"
TAGS = f"{IN_WORKSPACE}/tags"
COLOUR = re.compile("#[0-9a-fA-F]{6}")

Owned = TypeVar("Owned", StoredClient, StoredProject, StoredTag)
Named = TypeVar("Named", StoredClient, StoredProject, StoredTag, StoredTask)


class Catalogue(Access):
    def _of(self, request: Request, held: dict[str, Owned]) -> list[Owned]:
        """Those of the workspace that was asked for."""
        workspace_id = self.workspace(request).id
        return [row for row in held.values() if row.workspace_id == workspace_id]

    def _one(self, request: Request, held: dict[str, Owned], record_id: str, what: str) -> Owned:
        found = held.get(record_id)
        if found is None or found.workspace_id != self.workspace(request).id:
            not_in(what)
        return found

    def _require_right(self, request: Request, setting: str) -> None:
        if self.workspace(request).settings[setting] and not self.runs(request):
            deny()

    def _is_taken(self, name: str, held: Sequence[Named], *, but: Named | None) -> bool:
        """An archived one keeps its name, too."""
        fold: Callable[[str], str] = str.lower if self.switches["names"] == "any case" else str
        return any(fold(row.name) == fold(name) for row in held if row is not but)

    # -------------------------------------------------------------------- clients

    @route("GET", CLIENTS)
    def list_clients(self, request: Request) -> Response:
        query = Query.of(request)
        found = _chosen(self._of(request, self.clients), query)
        ordered = query.ordered(found, {"NAME": _by_name, "ID": _by_id})
        return self.listing([rows.client(each) for each in ordered], request)

    def _client(self, request: Request) -> StoredClient:
        return self._one(request, self.clients, request.args["client"], "Client")

    @route("POST", CLIENTS)
    def create_client(self, request: Request) -> Response:
        self._require_right(request, "onlyAdminsCreateProject")
        body = body_of(request)
        fields = self._client_fields(request, body, held=None)
        made = replace(self.add_client(self.workspace(request).id, fields["name"]), **fields)
        self.clients[made.id] = made
        self.wrote("POST", "client", made.id)
        return json_answer(rows.client(made), status=201)

    @route("GET", f"{CLIENTS}/{{client}}")
    def one_client(self, request: Request) -> Response:
        return json_answer(rows.client(self._client(request)))

    @route("PUT", f"{CLIENTS}/{{client}}")
    def update_client(self, request: Request) -> Response:
        """Replaces; whoever archives one may have its projects archived along."""
        self._require_right(request, "onlyAdminsCreateProject")
        held, body = self._client(request), body_of(request)
        fields = self._client_fields(request, body, held=held)
        addresses = field(body, "ccEmails", list, []) or None
        archived = field(body, "archived", bool, held.archived)
        changed = replace(held, **fields, cc_emails=addresses, archived=archived)
        self.clients[held.id] = changed
        if archived and Query.of(request).flag("archive-projects"):
            for project in [row for row in self.projects.values() if row.client_id == held.id]:
                self.change_project(project.id, archived=True)
        self.wrote("PUT", "client", held.id)
        return json_answer(rows.client(changed))

    def _client_fields(
        self, request: Request, body: dict[str, Any], held: StoredClient | None
    ) -> dict[str, Any]:
        name = _name(body, longest=100, usual=held.name if held else None)
        if self._is_taken(name, self._of(request, self.clients), but=held):
            reject(f"Client with name '{name}' already exists")
        return {
            "name": name,
            "email": text_field(body, "email", longest=254),
            "address": text_field(body, "address", longest=3000),
            "note": text_field(body, "note", longest=3000),
        }

    @route("DELETE", f"{CLIENTS}/{{client}}")
    def delete_client(self, request: Request) -> Response:
        self._require_right(request, "onlyAdminsCreateProject")
        held = self._client(request)
        if not held.archived:
            reject("Cannot delete an active client")
        self.remove_client(held.id)
        self.wrote("DELETE", "client", held.id)
        return json_answer(rows.client(held))

    # ------------------------------------------------------------------- projects

    @route("GET", PROJECTS)
    def list_projects(self, request: Request) -> Response:
        query = Query.of(request)
        found = _chosen(self._of(request, self.projects), query)
        clients, inside = query.all("clients"), query.flag("contains-client")
        flags = {"billable": "billable", "is-template": "template"}
        wanted = {attribute: query.flag(name) for name, attribute in flags.items()}
        access = query.text("access")
        found = [
            row
            for row in found
            if (not clients or (row.client_id in clients) == (inside is not False))
            and all(flag in (None, getattr(row, name)) for name, flag in wanted.items())
            and access in (None, "PUBLIC" if row.public else "PRIVATE")
        ]
        keys: dict[str, Callable[[StoredProject], Any]] = {
            "NAME": _by_name,
            "ID": _by_id,
            "CLIENT_NAME": self._by_client,
        }
        hydrated = bool(query.flag("hydrated"))
        told = [rows.project(row, self, hydrated=hydrated) for row in query.ordered(found, keys)]
        return self.listing(told, request)

    def _by_client(self, project: StoredProject) -> str:
        held = self.clients.get(project.client_id or "")
        return held.name.lower() if held else ""

    def _project(self, request: Request) -> StoredProject:
        return self._one(request, self.projects, request.args["project"], "Project")

    @route("POST", PROJECTS)
    def create_project(self, request: Request) -> Response:
        self._require_right(request, "onlyAdminsCreateProject")
        body, settings = body_of(request), self.workspace(request).settings
        fields = self._project_fields(request, body, held=None)
        made = self.add_project(
            self.workspace(request).id,
            **fields,
            billable=field(body, "billable", bool, settings["defaultBillableProjects"]),
            public=field(body, "isPublic", bool, settings["isProjectPublicByDefault"]),
            made_by=self.asker(request).id,
        )
        self.wrote("POST", "project", made.id)
        return json_answer(rows.new_project(made, self), status=201)

    @route("GET", f"{PROJECTS}/{{project}}")
    def one_project(self, request: Request) -> Response:
        hydrated = bool(Query.of(request).flag("hydrated"))
        return json_answer(rows.project(self._project(request), self, hydrated=hydrated))

    @route("PUT", f"{PROJECTS}/{{project}}")
    def update_project(self, request: Request) -> Response:
        """What is left out stays, but for two: it is neither billable nor public then."""
        held, body = self._project(request), body_of(request)
        self._require_manager(request, held)
        changed = replace(
            held,
            **self._project_fields(request, body, held=held),
            archived=field(body, "archived", bool, held.archived),
            billable=field(body, "billable", bool, False),  # noqa: FBT003
            public=field(body, "isPublic", bool, False),  # noqa: FBT003
        )
        self.projects[held.id] = changed
        self.wrote("PUT", "project", held.id)
        return json_answer(rows.new_project(changed, self))

    def _project_fields(
        self, request: Request, body: dict[str, Any], held: StoredProject | None
    ) -> dict[str, Any]:
        name = _name(body, shortest=2, longest=250, usual=held.name if held else None)
        client_id = field(body, "clientId", str, (held and held.client_id) or "") or None
        client = self._one(request, self.clients, client_id, "Client") if client_id else None
        siblings = [row for row in self._of(request, self.projects) if row.client_id == client_id]
        if self._is_taken(name, siblings, but=held):
            whose = f"{name} project for client {client.name if client else ''} already exists."
            reject(whose if client else "Project with this name already exists")
        colour = field(body, "color", str, held.color if held else BLUE)
        if not COLOUR.fullmatch(colour):
            reject(f"Color {colour} is not valid")
        note = text_field(body, "note", held.note if held else "", longest=16384) or ""
        return {"name": name, "client_id": client_id, "color": colour, "note": note}

    @route("DELETE", f"{PROJECTS}/{{project}}")
    def delete_project(self, request: Request) -> Response:
        held = self._project(request)
        self._require_manager(request, held)
        if not held.archived:
            reject("Cannot delete an active project")
        told = rows.project(held, self)
        self.remove_project(held.id)
        self.wrote("DELETE", "project", held.id)
        return json_answer(told)

    def _require_manager(self, request: Request, held: StoredProject) -> None:
        """Who made a project manages it; all the others are for who runs the workspace."""
        if held.made_by != self.asker(request).id and not self.runs(request):
            deny()

    # ---------------------------------------------------------------------- tasks

    def _tasks(self, request: Request) -> list[StoredTask]:
        project_id = self._project(request).id
        return [row for row in self.tasks.values() if row.project_id == project_id]

    def _task(self, request: Request) -> StoredTask:
        held = self.tasks.get(request.args["task"])
        if held is None or held.project_id != self._project(request).id:
            not_in("Task", "Project")
        return held

    @route("GET", TASKS)
    def list_tasks(self, request: Request) -> Response:
        query = Query.of(request)
        fits, active = query.named(_name_of), query.flag("is-active")
        found = [
            row for row in self._tasks(request) if fits(row) and active in (None, not row.done)
        ]
        ordered = query.ordered(found, {"NAME": _by_name, "ID": _by_id})
        return self.listing([rows.task(each) for each in ordered], request)

    @route("POST", TASKS)
    def create_task(self, request: Request) -> Response:
        self._require_right(request, "onlyAdminsCreateTask")
        fields = self._task_fields(request, held=None)
        made = self.add_task(self._project(request).id, **fields)
        self.wrote("POST", "task", made.id)
        return json_answer(rows.task(made), status=201)

    @route("GET", f"{TASKS}/{{task}}")
    def one_task(self, request: Request) -> Response:
        return json_answer(rows.task(self._task(request)))

    @route("PUT", f"{TASKS}/{{task}}")
    def update_task(self, request: Request) -> Response:
        self._require_right(request, "onlyAdminsCreateTask")
        held = self._task(request)
        changed = replace(held, **self._task_fields(request, held=held))
        self.tasks[held.id] = changed
        self.wrote("PUT", "task", held.id)
        return json_answer(rows.task(changed))

    def _task_fields(self, request: Request, held: StoredTask | None) -> dict[str, Any]:
        body = body_of(request)
        name = field(body, "name", str, held.name if held else "").strip()
        if not 1 <= len(name) <= 1000:
            reject("Task name has to be between 1 and 1000 characters long")
        if self._is_taken(without_brackets(name), self._tasks(request), but=held):
            reject(f"Task with name '{name}' already exists")
        status = field(body, "status", str, "DONE" if held and held.done else "ACTIVE")
        if status not in ("ACTIVE", "DONE"):
            reject(f"Task status {status} is not supported")
        return {"name": name, "done": status == "DONE"}

    @route("DELETE", f"{TASKS}/{{task}}")
    def delete_task(self, request: Request) -> Response:
        self._require_right(request, "onlyAdminsCreateTask")
        held = self._task(request)
        if not held.done:
            reject("Cannot delete an active task")
        self.remove_task(held.id)
        self.wrote("DELETE", "task", held.id)
        return json_answer(rows.task(held))

    # ----------------------------------------------------------------------- tags

    def _tag(self, request: Request) -> StoredTag:
        return self._one(request, self.tags, request.args["tag"], "Tag")

    @route("GET", TAGS)
    def list_tags(self, request: Request) -> Response:
        query = Query.of(request)
        without = query.all("excluded-ids")
        found = [
            row for row in _chosen(self._of(request, self.tags), query) if row.id not in without
        ]
        ordered = query.ordered(found, {"NAME": _by_name, "ID": _by_id})
        return self.listing([rows.tag(each) for each in ordered], request)

    @route("POST", TAGS)
    def create_tag(self, request: Request) -> Response:
        self._require_right(request, "onlyAdminsCreateTag")
        name = self._tag_name(request, held=None)
        made = self.add_tag(self.workspace(request).id, name)
        self.wrote("POST", "tag", made.id)
        return json_answer(rows.tag(made), status=201)

    @route("GET", f"{TAGS}/{{tag}}")
    def one_tag(self, request: Request) -> Response:
        return json_answer(rows.tag(self._tag(request)))

    @route("PUT", f"{TAGS}/{{tag}}")
    def update_tag(self, request: Request) -> Response:
        """Replaces: whoever leaves `archived` out brings an archived one back."""
        self._require_right(request, "onlyAdminsCreateTag")
        held = self._tag(request)
        archived = field(body_of(request), "archived", bool, False)  # noqa: FBT003
        changed = replace(held, name=self._tag_name(request, held=held), archived=archived)
        self.tags[held.id] = changed
        self.wrote("PUT", "tag", held.id)
        return json_answer(rows.tag(changed))

    def _tag_name(self, request: Request, held: StoredTag | None) -> str:
        name = _name(body_of(request), longest=100, usual=held.name if held else None)
        if self._is_taken(name, self._of(request, self.tags), but=held):
            reject(f"Tag with name {name} already exists")
        return name

    @route("DELETE", f"{TAGS}/{{tag}}")
    def delete_tag(self, request: Request) -> Response:
        """Unlike projects, active ones may go."""
        self._require_right(request, "onlyAdminsCreateTag")
        held = self._tag(request)
        self.remove_tag(held.id)
        self.wrote("DELETE", "tag", held.id)
        return json_answer(rows.tag(held))


def _name(body: dict[str, Any], *, shortest: int = 1, longest: int, usual: str | None) -> str:
    name = field(body, "name", str, usual or "").strip()
    if not shortest <= len(name) <= longest:
        reject(f"name has to be between {shortest} and {longest} characters long")
    return without_brackets(name)


def _chosen(held: Sequence[Owned], query: Query) -> list[Owned]:
    """By name and, if that is asked for, archived or not; else both are told."""
    fits, archived = query.named(_name_of), query.flag("archived")
    return [row for row in held if fits(row) and archived in (None, row.archived)]


def _name_of(row: Named) -> str:
    return row.name


def _by_name(row: Named) -> tuple[str, str]:
    return row.name.lower(), row.id


def _by_id(row: Named) -> str:
    return row.id
