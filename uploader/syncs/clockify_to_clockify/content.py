"""A time entry as it is compared: what it is to be in the target workspace, and what it is."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import Any

from integrations.clockify.client import Entry, EntryValues, Project, Tag
from uploader.engine import Item
from uploader.syncs.clockify_to_clockify.places import folded
from uploader.syncs.clockify_to_clockify.tags import Tags

REGULAR, BREAK = "REGULAR", "BREAK"
# Days off are kept elsewhere, and cannot be written as entries.
DAYS_OFF = ("HOLIDAY", "TIME_OFF", "TIMEOFF")


class Contents:
    """Both sides' entries as items; times are shown to people in `zone`."""

    def __init__(
        self, *, tags: Tags, source_tags: Callable[[], Iterable[Tag]], zone: tzinfo
    ) -> None:
        self.tags = tags
        self.read_source_tags = source_tags
        self.zone = zone

    @cached_property
    def source_tags(self) -> dict[str, str]:
        """Names by id; where nobody uses tags, nothing is asked about them."""
        return {tag.id: tag.name for tag in self.read_source_tags()}

    def wanted(
        self, entry: Entry, project: Project, tasks: Mapping[str, str], *, sought: bool
    ) -> Item:
        """`tasks`: names of the source project's tasks, by id."""
        task = _task_named(project, tasks.get(entry.task_id or "", ""))
        names = [self.source_tags[each] for each in entry.tag_ids if each in self.source_tags]
        content = {
            "project": project.id,
            "task": task,
            "description": entry.description,
            "start": _text(entry.start),
            "end": _text(entry.end) if entry.end else None,
            "billable": entry.billable,
            "tags": self.tags.wanted(names),
            "type": _writable(entry.type),
        }
        return self._item(content, key=entry.id, subject=project.name, sought=sought)

    def found(self, entry: Entry, projects: Mapping[str, Project], **more: Any) -> Item:
        """`projects`: those of the target, by id."""
        content = {
            "project": entry.project_id,
            "task": entry.task_id,
            "description": entry.description,
            "start": _text(entry.start),
            "end": _text(entry.end) if entry.end else None,
            "billable": entry.billable,
            "tags": sorted(set(entry.tag_ids)),
            "type": _writable(entry.type),
        }
        project = projects.get(entry.project_id or "")
        subject = project.name if project else "No project"
        return self._item(content, ref=entry.id, subject=subject, load=entry, **more)

    def values(self, wanted: Item, before: Entry | None) -> EntryValues:
        """What is sent. Fields of their own that people have filled in at the target stay."""
        content = wanted.content
        return EntryValues(
            project_id=content["project"],
            task_id=content["task"],
            tag_ids=self.tags.ids_of(content["tags"]),
            description=content["description"],
            start=datetime.fromisoformat(content["start"]),
            end=datetime.fromisoformat(content["end"]),
            billable=content["billable"],
            type=content["type"],
            custom_fields=before.custom_fields if before else (),
        )

    def _item(self, content: dict[str, Any], *, key: str | None = None, **more: Any) -> Item:
        likeness = {name: content[name] for name in ("project", "start", "end")}
        return Item(
            key=key,
            content=content,
            # What an earlier tool copied had this much right, and what the target leaves alone.
            likeness={**likeness, "description": content["description"].strip()},
            what=self._in_words(content),
            **more,
        )

    def _in_words(self, content: dict[str, Any]) -> str:
        """“Tue 1 Dec 2026, 09:00 to 10:30 CET (1 h 30 min): Fix the login [web], billable”."""
        start = datetime.fromisoformat(content["start"])
        local = start.astimezone(self.zone)
        words = f"{local:%a} {local.day} {local:%b %Y}, {local:%H:%M}"
        if content["end"] is None:
            words += f" {local:%Z}, running"
        else:
            end = datetime.fromisoformat(content["end"])
            until = end.astimezone(self.zone)
            day = "" if until.date() == local.date() else f"{until:%a} {until.day} {until:%b} "
            words += f" to {day}{until:%H:%M %Z} ({_lasting((end - start).total_seconds())})"
        words += f": {content['description'] or 'no description'}"
        if content["tags"]:
            words += f" [{', '.join(self.tags.in_letters(content['tags']))}]"
        if content["type"] != REGULAR:
            words += f", {content['type'].lower()}"
        return f"{words}, billable" if content["billable"] else words


def is_work(entry: Entry) -> bool:
    return entry.type not in DAYS_OFF


def _writable(kind: str) -> str:
    """Whatever sorts of work there may be, two can be written."""
    return BREAK if kind == BREAK else REGULAR if kind not in DAYS_OFF else kind


def _task_named(project: Project, name: str) -> str | None:
    """One that is open before one that is done."""
    named = [task for task in project.tasks if name and folded(task.name) == folded(name)]
    return max(named, key=lambda task: task.active).id if named else None


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()


def _lasting(seconds: float) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours and minutes:
        return f"{hours} h {minutes} min"
    return f"{hours} h" if hours else f"{minutes} min"
