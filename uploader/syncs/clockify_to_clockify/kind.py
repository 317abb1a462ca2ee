"""The kind `clockify_to_clockify`: projects and time entries of two workspaces kept in step."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from integrations.clockify.client import ClockifyClient, Entry, Project, Tag, User, Workspace
from integrations.shapes import Page, Shape
from uploader.items import fingerprint
from uploader.kinds import Batch, Context, Kind, register
from uploader.links import by_part, put_there_by_others
from uploader.reading import Reading
from uploader.syncs.clockify_to_clockify import places
from uploader.syncs.clockify_to_clockify.content import Contents
from uploader.syncs.clockify_to_clockify.entries import Entries
from uploader.syncs.clockify_to_clockify.options import (
    OVERWRITE,
    WINDOW_DAYS,
    Options,
    in_words,
)
from uploader.syncs.clockify_to_clockify.projects import Projects
from uploader.syncs.clockify_to_clockify.tags import Tags

# Lists are cut by a wall clock in a zone that is not known: up to 14 hours east or 12 west of UTC.
WIDER = timedelta(hours=26)
# A plan that allows thirty requests an hour takes hours: what was read is good for so long.
FRESH = timedelta(hours=3)
MIRRORS, COPIES, TAGS = "source projects", "target entries", "target tags"
COPY = "target entry "

S = TypeVar("S", bound=Shape)


@register
class ClockifyToClockify(Kind):
    slug = "clockify_to_clockify"
    name = "Clockify to Clockify"
    words = (
        "Keeps a client's own workspace in step with ours: their projects stand under the client "
        "in ours, and the time that is tracked on them is booked in theirs. What people enter "
        "there themselves is never touched."
    )
    noun = "entry"
    subjects = ("project", "projects")
    counts = "change"
    source = target = "clockify"
    options_form = Options
    takes = ("since",)
    mend = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.places: places.Places | None = None
        # What was read before a wait is of no use where something else was chosen meanwhile.
        sync = context.sync
        self.chosen = fingerprint([context.options, sync.source_id, sync.target_id])
        kept = context.kept if context.kept.get("chosen") == self.chosen else {}
        self.reading = Reading(kept.get("lists", {}), now=context.clock, counted=False, fresh=FRESH)
        if context.options.get("on_target_edit") != OVERWRITE:
            self.on_edit = "conflict"

    @classmethod
    def details(cls, options: dict[str, Any], summary: dict[str, Any]) -> list[tuple[str, str]]:
        return in_words(options, names=summary.get("names", {}))

    def summary(self) -> dict[str, Any] | None:
        """What the ids of the options are called, for whoever reads them."""
        return None if self.places is None else {"names": self.places.names()}

    def keep(self) -> dict[str, Any]:
        return {"chosen": self.chosen, "lists": self.reading.to_keep()}

    def batches(self) -> Iterator[Batch]:
        source, target = self.context.source, self.context.target
        found = places.find(
            self.context.options, source=source, target=target, reading=self.reading
        )
        self.places = found
        source.wrote = lambda path: self.reading.forget(MIRRORS)
        target.wrote = self._forget_what_is_written
        known = by_part(self.context.sync)
        projects = Projects(
            found,
            source=source,
            in_source=self._listed(
                MIRRORS,
                Project,
                source.projects,
                workspace=found.source.id,
                client=found.client.id,
            ),
            in_target=self._listed(
                "target projects", Project, target.projects, workspace=found.target.id
            ),
            links=known,
            options=self.context.options.get("project_options") or {},
            warn=self.context.warn,
        )
        yield projects
        zone = _zone(found.source_user.zone)
        since = self._since(zone)
        in_source = self._entries("source entries", source, found.source, found.source_user, since)
        in_target = self._entries(COPIES, target, found.target, found.target_user, since)
        yield Entries(
            found,
            projects,
            self._contents(found, [*in_source, *in_target], zone),
            target=target,
            since=since,
            in_source=in_source,
            in_target=in_target,
            links=known,
            others=put_there_by_others(self.context.sync),
            on_edit=self.on_edit,
            warn=self.context.warn,
            look_up=partial(self._look_up, found),
        )

    def _listed(
        self, name: str, shape: type[S], fetch: Callable[..., Page[S]], **which: Any
    ) -> list[S]:
        return self.reading.whole(name, shape, partial(fetch, **which))

    def _entries(
        self, name: str, client: ClockifyClient, workspace: Workspace, user: User, since: datetime
    ) -> list[Entry]:
        which = {"workspace": workspace.id, "user": user.id, "start": since - WIDER}
        return self._listed(name, Entry, client.entries, **which)

    def _look_up(self, found: places.Places, side: str, entry_id: str) -> Entry | None:
        """One entry, kept over waits as lists are: there may be more of them than an allowance."""
        here = side == "source"
        client = self.context.source if here else self.context.target
        workspace = found.source.id if here else found.target.id

        def ask(_: str | None) -> Page[Entry]:
            entry = client.entry(workspace, entry_id)
            return Page(rows=[entry] if entry else [])

        rows = self.reading.whole(f"{'source entry ' if here else COPY}{entry_id}", Entry, ask)
        return rows[0] if rows else None

    def _forget_what_is_written(self, path: str) -> None:
        self.reading.forget(TAGS if path.endswith("/tags") else COPIES)
        for name in self.reading.names():
            if name.startswith(COPY):
                self.reading.forget(name)

    def _since(self, zone: tzinfo) -> datetime:
        given = self.context.params.get("since")
        if given:
            return datetime.combine(date.fromisoformat(given), time(), zone).astimezone(UTC)
        days = self.context.options.get("window_days") or WINDOW_DAYS
        return self.context.now.astimezone(UTC) - timedelta(days=days)

    def _contents(self, found: places.Places, entries: list[Entry], zone: tzinfo) -> Contents:
        source, target = self.context.source, self.context.target
        read = partial(self._listed, TAGS, Tag, target.tags, workspace=found.target.id)

        def read_again() -> list[Tag]:
            self.reading.forget(TAGS)
            return read()

        # Where nobody uses tags, nothing is asked about them.
        tagged = any(entry.tag_ids for entry in entries)
        in_source = (
            self._listed("source tags", Tag, source.tags, workspace=found.source.id)
            if tagged
            else []
        )
        tags = Tags(
            read() if tagged else [],
            create=partial(target.create_tag, found.target.id),
            read=read_again,
        )
        return Contents(tags=tags, source_tags={tag.id: tag.name for tag in in_source}, zone=zone)


def _zone(name: str | None) -> tzinfo:
    """UTC where an account has none, or one that this machine does not know."""
    try:
        return ZoneInfo(name or "UTC")
    except (ValueError, OSError, KeyError):
        return UTC
