"""The kind `clockify_to_clockify`: projects and time entries of two workspaces kept in step."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from integrations.clockify.client import ClockifyClient, Entry, Project, Tag, User, Workspace
from integrations.shapes import Page, Shape
from uploader.items import Link, fingerprint
from uploader.kinds import Batch, CannotRun, Context, Kind, register
from uploader.links import StoredLinks, by_part, put_there_by_others, twin_of
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
MIRRORS, ENTRIES = "source projects", "source entries"
COPIES, TAGS = "target entries", "target tags"
COPY = "target entry "
# The part under which is kept from when on all copies are known.
SEEN = "seen"
# A copy is written over only where it was looked at no longer ago than this.
JUST_NOW = timedelta(minutes=5)

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
    noun = "item"
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
        sides = [side.credentials.ciphertext for side in (sync.source, sync.target) if side]
        self.chosen = fingerprint([context.options, *sides])
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
        sync = self.context.sync
        found = places.find(
            self.context.options, source=source, target=target, reading=self.reading
        )
        self.places = found
        source.wrote = lambda path: self.reading.forget(MIRRORS)
        target.wrote = self._forget_what_is_written
        known = by_part(self.context.sync)
        parts = [found.part_of_projects, found.part_of_entries]
        others = put_there_by_others(self.context.sync, but=parts)
        self._refuse_a_twin(found)
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
            others={ref: each for ref, each in others.items() if each.sync != sync.name},
            options=self.context.options.get("project_options") or {},
            warn=self.context.warn,
        )
        yield projects
        zone = _zone(found.source_user.zone)
        since = self._since(zone)
        seen = f"{SEEN} {found.part_of_entries}"
        in_source = self._entries(ENTRIES, source, found.source, found.source_user, since)
        in_target = self._copies_now(found, since)
        yield Entries(
            found,
            projects,
            self._contents(found, zone),
            target=target,
            since=since,
            in_source=in_source,
            in_target=in_target,
            links=known,
            others=others,
            on_edit=self.on_edit,
            warn=self.context.warn,
            look_up=partial(self._look_up, found),
            list_copies=partial(self._copies_now, found, since),
            list_entries=partial(self._entries_now, found, since),
            make_sure_alone=partial(self._refuse_a_twin, found),
            seen_since=_seen_since(known.get(seen, [])),
            note_seen=partial(self._note_seen, seen),
        )

    def _refuse_a_twin(self, found: places.Places) -> None:
        """Two that copy the same time to one workspace, in whose name ever, would double it."""
        twin = twin_of(self.context.sync, begins=found.work)
        if twin is not None:
            raise CannotRun(
                f"The sync {twin} copies the same time to the same workspace. Switch one of the "
                "two off."
            )

    def _copies_now(self, found: places.Places, since: datetime) -> list[Entry]:
        self.reading.renew(COPIES, after=JUST_NOW)
        return self._entries(COPIES, self.context.target, found.target, found.target_user, since)

    def _entries_now(self, found: places.Places, since: datetime) -> list[Entry]:
        self.reading.renew(ENTRIES, after=JUST_NOW)
        return self._entries(ENTRIES, self.context.source, found.source, found.source_user, since)

    def _note_seen(self, part: str, since: datetime) -> None:
        StoredLinks(self.context.sync, part).save(Link(key=SEEN, wanted=since.isoformat()))

    def _listed(
        self, name: str, shape: type[S], fetch: Callable[..., Page[S]], **which: Any
    ) -> list[S]:
        return self.reading.whole(name, shape, partial(fetch, **which))

    def _entries(
        self, name: str, client: ClockifyClient, workspace: Workspace, user: User, since: datetime
    ) -> list[Entry]:
        which = {"workspace": workspace.id, "user": user.id, "start": since - WIDER}
        return self._listed(name, Entry, client.entries, **which)

    def _look_up(
        self, found: places.Places, side: str, entry_id: str, *, now: bool = False
    ) -> Entry | None:
        """One entry, kept over waits as lists are: there may be more of them than an allowance."""
        here = side == "source"
        client = self.context.source if here else self.context.target
        workspace = found.source.id if here else found.target.id

        def ask(_: str | None) -> Page[Entry]:
            entry = client.entry(workspace, entry_id)
            return Page(rows=[entry] if entry else [])

        name = f"{'source entry ' if here else COPY}{entry_id}"
        if now:
            self.reading.renew(name, after=JUST_NOW)
        rows = self.reading.whole(name, Entry, ask)
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

    def _contents(self, found: places.Places, zone: tzinfo) -> Contents:
        source, target = self.context.source, self.context.target

        def read(*, again: bool = False) -> list[Tag]:
            if again:
                self.reading.forget(TAGS)
            return self._listed(TAGS, Tag, target.tags, workspace=found.target.id)

        return Contents(
            tags=Tags(create=partial(target.create_tag, found.target.id), read=read),
            source_tags=partial(
                self._listed, "source tags", Tag, source.tags, workspace=found.source.id
            ),
            zone=zone,
        )


def _seen_since(links: Iterable[Link]) -> datetime | None:
    told = next((link.wanted for link in links), None)
    return datetime.fromisoformat(told) if told else None


def _zone(name: str | None) -> tzinfo:
    """UTC where an account has none, or one that this machine does not know."""
    try:
        return ZoneInfo(name or "UTC")
    except (ValueError, OSError, KeyError):
        return UTC
