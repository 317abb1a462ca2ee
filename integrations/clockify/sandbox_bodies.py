"""What the Clockify stand-in makes of the body of a time entry, and what it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.clockify.sandbox_asking import (
    REJECTED,
    Refused,
    field,
    instant_field,
    malformed,
    not_in,
    refusal,
    reject,
    text_field,
    without_brackets,
)
from integrations.clockify.sandbox_records import Records
from integrations.clockify.sandbox_stored import StoredEntry, StoredWorkspace, written

WRITABLE_TYPES = ("REGULAR", "BREAK")
MISSING = "Can't save, required fields are missing or archived."
LONGEST_DESCRIPTION = 3000


@dataclass(frozen=True)
class Writing:
    """Where somebody writes, and whether this person runs the workspace."""

    records: Records
    workspace: StoredWorkspace
    runs_it: bool

    def switched(self, name: str) -> str:
        return str(self.records.switches[name])

    # ----------------------------------------------------------------- permission

    def require_free(self, held: StoredEntry) -> None:
        """Approved ones are closed to everybody, locked ones to members."""
        if held.approval is not None:
            status = int(self.records.switches["approved"])
            raise Refused(refusal(status, REJECTED, "Time entry is part of an approval request"))
        if self.workspace.locks(held.start) and not self.runs_it:
            raise Refused(LOCKED)

    def require_open(self, start: datetime) -> None:
        is_closed = self.workspace.locks(start) and not self.runs_it
        if is_closed and self.switched("locked_create") == "refused":
            raise Refused(LOCKED)

    def require_stopwatch(self) -> None:
        if self.workspace.settings["timeTrackingMode"] == "STOPWATCH_ONLY":
            words = f"Manual time tracking disabled on {self.workspace.name}"
            raise Refused(refusal(403, 4030, words))

    # --------------------------------------------------------------------- fields

    def created(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a new entry; a null end is as good as none here."""
        given = {name: value for name, value in body.items() if (name, value) != ("end", None)}
        fields = self.fields(given, usual={})
        if fields["end"] is not None:
            self.require_stopwatch()
        self.require_open(fields["start"])
        return fields

    def updated(self, body: Mapping[str, Any], held: StoredEntry) -> dict[str, Any]:
        """All of them: what is left out is cleared, but for the type."""
        self.require_free(held)
        kept = vars(held) if self.switched("omitted") == "kept" else {"type": held.type}
        fields = self.fields(body, usual=kept)
        if (fields["start"], fields["end"]) != (held.start, held.end):
            self.require_stopwatch()
        self.require_open(fields["start"])
        return fields

    def fields(self, body: Mapping[str, Any], *, usual: Mapping[str, Any]) -> dict[str, Any]:
        nulls = [name for name in KNOWN if name in body and body[name] is None]
        if nulls and self.switched("nulls") == "refused":
            reject(f"{nulls[0]} must not be null")
        given = dict(body)
        start = instant_field(given, "start")
        if start is None:
            reject("start must not be null")
        end = instant_field(given, "end") if "end" in given else usual.get("end")
        if end is not None and end < start:
            words = "Start datetime {} is greater than end datetime {}."
            reject(words.format(written(start), written(end)))
        project_id = self._project(given, usual)
        fields = {
            "start": start,
            "end": end,
            "project_id": project_id,
            "task_id": self._task(given, usual, project_id),
            "tag_ids": self._tags(given, usual),
            "description": self._description(given, usual),
            "billable": self._billable(given, usual, project_id),
            "type": self._type(given, usual),
            "custom_fields": self._custom_fields(given, usual),
        }
        if end is not None:
            self.require_forced(fields)
        return fields

    def require_forced(self, fields: Mapping[str, Any]) -> None:
        """A timer may run without them, but not be stopped."""
        forced = {
            "forceProjects": "project_id",
            "forceTasks": "task_id",
            "forceTags": "tag_ids",
            "forceDescription": "description",
        }
        settings = self.workspace.settings
        if any(settings[setting] and not fields[name] for setting, name in forced.items()):
            reject(MISSING)

    def _project(self, given: dict[str, Any], usual: Mapping[str, Any]) -> str | None:
        if "projectId" not in given:
            kept: str | None = usual.get("project_id")
            return kept
        project_id = field(given, "projectId", str, "")
        if not project_id:
            return None
        held = self.records.projects.get(project_id)
        if held is None or held.workspace_id != self.workspace.id:
            not_in("Project")
        if held.archived and self.switched("archived_project") == "refused":
            reject(MISSING)
        return project_id

    def _task(
        self, given: dict[str, Any], usual: Mapping[str, Any], project_id: str | None
    ) -> str | None:
        task_id = field(given, "taskId", str, "") if "taskId" in given else usual.get("task_id")
        if not task_id:
            return None
        held = self.records.tasks.get(task_id)
        if held is None or held.project_id != project_id:
            not_in("Task", "Project")
        return held.id

    def _tags(self, given: dict[str, Any], usual: Mapping[str, Any]) -> tuple[str, ...]:
        if "tagIds" not in given:
            return tuple(usual.get("tag_ids", ()))
        asked = field(given, "tagIds", list, [])
        for tag_id in asked:
            held = self.records.tags.get(tag_id) if isinstance(tag_id, str) else None
            if held is None or held.workspace_id != self.workspace.id:
                not_in("Tag")
        return tuple(dict.fromkeys(asked))

    def _description(self, given: dict[str, Any], usual: Mapping[str, Any]) -> str:
        if "description" not in given:
            return str(usual.get("description", ""))
        text = text_field(given, "description", longest=LONGEST_DESCRIPTION) or ""
        if self.switched("angle_brackets") == "refused":
            without_brackets(text)
        return text.strip() if self.switched("descriptions") == "trimmed" else text

    def _billable(
        self, given: dict[str, Any], usual: Mapping[str, Any], project_id: str | None
    ) -> bool:
        admins_only = self.workspace.settings["onlyAdminsCanChangeBillableStatus"]
        if self.switched("billable") == "by project" or (admins_only and not self.runs_it):
            return project_id is not None and self.records.projects[project_id].billable
        return field(given, "billable", bool, bool(usual.get("billable", False)))

    def _type(self, given: dict[str, Any], usual: Mapping[str, Any]) -> str:
        if given.get("type") is None:
            return str(usual.get("type", "REGULAR"))
        kind = field(given, "type", str, "")
        if kind not in WRITABLE_TYPES:
            reject(f"Time entry type {kind} is not supported")
        return kind

    def _custom_fields(self, given: dict[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
        """Only by the name for writing: `customFieldValues` is dropped without a word."""
        if "customFields" not in given:
            return dict(usual.get("custom_fields", {}))
        asked = field(given, "customFields", list, [])
        if not all(isinstance(each, dict) and each.get("customFieldId") for each in asked):
            malformed("customFields")
        return {str(each["customFieldId"]): each.get("value") for each in asked}


KNOWN = (
    *("start", "end", "projectId", "taskId", "tagIds", "description", "billable"),
    *("type", "customFields"),
)
LOCKED = refusal(403, 1003, "Cannot edit a locked time entry")
