"""The Clockify stand-in's answers about time entries: whose are told, and who may write them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from integrations.clockify import sandbox_rows as rows
from integrations.clockify.sandbox_access import IN_WORKSPACE, Access
from integrations.clockify.sandbox_asking import (
    Query,
    Refused,
    body_of,
    deny,
    instant_field,
    malformed,
    not_in,
    refusal,
    reject,
)
from integrations.clockify.sandbox_bodies import Writing
from integrations.clockify.sandbox_stored import StoredEntry, StoredUser, written
from integrations.sandbox import Request, Response, json_answer, route

OF_USER = f"{IN_WORKSPACE}/user/{{user}}/time-entries"
ENTRY = f"{IN_WORKSPACE}/time-entries/{{entry}}"
WEEK = timedelta(weeks=1)

T = TypeVar("T")


class Entries(Access):
    # ------------------------------------------------------------------- reading

    @route("GET", OF_USER)
    def entries_of_user(self, request: Request) -> Response:
        owner = self.member(request)
        self._require_sight(request, owner)
        query = Query.of(request)
        held = self.entries_of(self.workspace(request).id, owner.id)
        found = self._found(held, query, zone=self._zone(request, owner))
        hydrated = bool(query.flag("hydrated"))
        return self.listing(
            [rows.entry(each, self, hydrated=hydrated) for each in reversed(found)], request
        )

    def _require_sight(self, request: Request, owner: StoredUser) -> None:
        hidden = self.workspace(request).settings["onlyAdminsSeeAllTimeEntries"]
        if hidden and owner is not self.asker(request) and not self.runs(request):
            deny()

    def _zone(self, request: Request, owner: StoredUser) -> ZoneInfo | None:
        """Whose clock shifts what is asked for is not known; without settings it is UTC."""
        zones = {
            "owner": self.asker(request).zone,
            "user": owner.zone,
            "workspace": self.workspace(request).zone,
        }
        told = self.switches["filter_zone"]
        return None if told == "off" else ZoneInfo(zones[told] or "UTC")

    def _found(
        self, held: list[StoredEntry], query: Query, *, zone: ZoneInfo | None
    ) -> list[StoredEntry]:
        """Both bounds look at the start alone."""
        begin, end = query.moment("start", zone=zone), query.moment("end", zone=zone)
        if week_end := query.moment("get-week-before", zone=zone):
            begin, end = week_end - WEEK, week_end
        project, task, tags = query.text("project"), query.text("task"), query.all("tags")
        text = (query.text("description") or "").lower()
        needs_project, needs_task = query.flag("project-required"), query.flag("task-required")
        running = query.flag("in-progress")
        return [
            row
            for row in held
            if (begin is None or row.start >= begin)
            and (end is None or row.start < end)
            and project in (None, row.project_id)
            and task in (None, row.task_id)
            and (not tags or set(tags) & set(row.tag_ids))
            and text in row.description.lower()
            and not (needs_project and row.project_id is None)
            and not (needs_task and row.task_id is None)
            and not (running and row.end is not None)
        ]

    @route("GET", f"{IN_WORKSPACE}/time-entries/status/in-progress")
    def in_progress(self, request: Request) -> Response:
        """Those of everybody, as far as they may be seen."""
        workspace, asker = self.workspace(request), self.asker(request)
        all_seen = self.runs(request) or not workspace.settings["onlyAdminsSeeAllTimeEntries"]
        found = [
            row
            for row in self.entries.values()
            if row.workspace_id == workspace.id and row.end is None
            if all_seen or row.user_id == asker.id
        ]
        told = [rows.entry(row, self) for row in found]
        return self.listing(told, request, usual=10, refused_above=1000)

    @route("GET", ENTRY)
    def one_entry(self, request: Request) -> Response:
        held = self._entry(request, request.args["entry"])
        self._require_sight(request, self.users[held.user_id])
        hydrated = bool(Query.of(request).flag("hydrated"))
        return json_answer(rows.entry(held, self, hydrated=hydrated))

    def _entry(
        self, request: Request, entry_id: object, owner: StoredUser | None = None
    ) -> StoredEntry:
        held = self.entries.get(entry_id) if isinstance(entry_id, str) else None
        if held is None or held.workspace_id != self.workspace(request).id:
            not_in("Time entry")
        if owner is not None and held.user_id != owner.id:
            not_in("Time entry")
        return held

    # ------------------------------------------------------------------- writing

    def _writing(self, request: Request) -> Writing:
        return Writing(self, self.workspace(request), self.runs(request))

    def _require_own(self, request: Request, owner_id: str) -> None:
        """Others' entries are for who runs the workspace."""
        if owner_id != self.asker(request).id and not self.runs(request):
            deny()

    @route("POST", f"{IN_WORKSPACE}/time-entries")
    def create_own(self, request: Request) -> Response:
        return self._create(request, self.asker(request), body_of(request))

    @route("POST", OF_USER)
    def create_for(self, request: Request) -> Response:
        owner, asker = self.member(request), self.asker(request)
        for_another = owner is not asker
        allowed = self.runs(request) and self.switches["others"] == "allowed"
        if for_another and not allowed:
            return Response(403)
        copied = Query.of(request).text("from-entry")
        if copied is not None and copied not in self.entries:
            return Response(404)
        return self._create(request, owner, self._copied(copied) | body_of(request))

    def _copied(self, entry_id: str | None) -> dict[str, Any]:
        if entry_id is None:
            return {}
        held = self.entries[entry_id]
        told: rows.Row = {
            "projectId": held.project_id,
            "taskId": held.task_id,
            "tagIds": list(held.tag_ids),
        }
        told |= {"description": held.description, "billable": held.billable}
        return {name: value for name, value in told.items() if value is not None}

    def _create(self, request: Request, owner: StoredUser, body: dict[str, Any]) -> Response:
        workspace = self.workspace(request)
        fields = self._writing(request).created(body)
        before = self.running(workspace.id, owner.id)
        if fields["end"] is None and before is not None:
            self.change_entry(before.id, end=max(before.start, fields["start"]))
        made = self.add_entry(workspace.id, owner.id, **fields)
        self.wrote("POST", "entry", made.id)
        return json_answer(rows.entry(made, self), status=201)

    @route("PUT", ENTRY)
    def update_entry(self, request: Request) -> Response:
        held = self._entry(request, request.args["entry"])
        self._require_own(request, held.user_id)
        fields = self._writing(request).updated(body_of(request), held)
        changed = self.change_entry(held.id, **fields)
        self.wrote("PUT", "entry", held.id)
        hydrated = bool(Query.of(request).flag("hydrated"))
        return json_answer(rows.entry(changed, self, hydrated=hydrated))

    @route("DELETE", ENTRY)
    def delete_entry(self, request: Request) -> Response:
        held = self._entry(request, request.args["entry"])
        self._require_own(request, held.user_id)
        self._writing(request).require_free(held)
        self.remove_entry(held.id)
        self.wrote("DELETE", "entry", held.id)
        return Response(204)

    @route("PATCH", OF_USER)
    def stop(self, request: Request) -> Response:
        owner, writing = self.member(request), self._writing(request)
        self._require_own(request, owner.id)
        end = instant_field(body_of(request), "end")
        if end is None:
            reject("end must not be null")
        held = self.running(self.workspace(request).id, owner.id)
        if held is None:
            return refusal(404, 404, "Time entry in progress not found")
        if end < held.start:
            words = "Start datetime {} is greater than end datetime {}."
            reject(words.format(written(held.start), written(end)))
        writing.require_free(held)
        writing.require_forced(vars(held))
        stopped = self.change_entry(held.id, end=end)
        self.wrote("PATCH", "entry", held.id)
        return json_answer(rows.entry(stopped, self))

    # --------------------------------------------------------------- many at once

    @route("PUT", OF_USER)
    def update_many(self, request: Request) -> Response:
        owner, writing = self.member(request), self._writing(request)
        self._require_own(request, owner.id)
        bodies = request.json()
        if not isinstance(bodies, list) or not all(isinstance(each, dict) for each in bodies):
            malformed("body")

        def prepared(body: dict[str, Any]) -> StoredEntry:
            held = self._entry(request, body.get("id"), owner)
            if body.get("end") is None:
                reject("end must not be null")
            return replace(held, **writing.updated(body, held))

        ready, refused = self._prepared(bodies, prepared)
        for changed in ready:
            self.entries[changed.id] = changed
            self.wrote("PUT", "entry", changed.id)
        if refused is not None:
            raise refused
        hydrated = bool(Query.of(request).flag("hydrated"))
        return json_answer([rows.entry(each, self, hydrated=hydrated) for each in ready])

    @route("DELETE", OF_USER)
    def delete_many(self, request: Request) -> Response:
        owner, writing = self.member(request), self._writing(request)
        self._require_own(request, owner.id)
        asked = list(dict.fromkeys(Query.of(request).all("time-entry-ids")))
        if not asked:
            malformed("time-entry-ids")

        def prepared(entry_id: str) -> StoredEntry:
            held = self._entry(request, entry_id, owner)
            writing.require_free(held)
            return held

        ready, refused = self._prepared(asked, prepared)
        told = [rows.entry(each, self) for each in ready]
        for held in ready:
            self.remove_entry(held.id)
            self.wrote("DELETE", "entry", held.id)
        if refused is not None:
            raise refused
        return json_answer(told)

    def _prepared(
        self, asked: Sequence[T], prepare: Callable[[T], StoredEntry]
    ) -> tuple[list[StoredEntry], Refused | None]:
        """What may be done, and the first refusal; it is not known whether that stops the rest."""
        ready, first = [], None
        for each in asked:
            try:
                ready.append(prepare(each))
            except Refused as refused:
                first = first or refused
        if first is not None and self.switches["bulk"] == "all or nothing":
            raise first
        return ready, first
