"""Time entries: which of the source are to stand in the target, and which of those there are ours.

What is compared is a window of time. What moved into or out of it is looked up one by one, so that
it is neither made twice nor taken for deleted.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from integrations.clockify.client import ClockifyClient, Entry, EntryValues, Project
from integrations.errors import RejectedError
from uploader.engine import Change, Item, Link, OnEdit
from uploader.items import is_same
from uploader.kinds import Batch
from uploader.links import Other
from uploader.syncs.clockify_to_clockify.content import Contents, is_work
from uploader.syncs.clockify_to_clockify.places import Places
from uploader.syncs.clockify_to_clockify.projects import Projects

# So many entries are looked up one by one before a plan is made; of more than that, those that are
# to be deleted are looked up just before.
MOST_LOOKUPS = 50


class LookUp(Protocol):
    def __call__(self, side: str, entry_id: str, *, now: bool = False) -> Entry | None:
        """By the side it is on, "source" or "target"; None where it is gone. `now`: what was known
        some minutes ago is not good enough."""
        ...


class Entries(Batch):
    group = "entries"
    rechecks = ("update", "delete")
    # Clockify's own limit is not known; a refused hundred is a hundred single tries.
    most_together = 50

    def __init__(
        self,
        places: Places,
        projects: Projects,
        contents: Contents,
        *,
        target: ClockifyClient,
        since: datetime,
        in_source: Iterable[Entry],
        in_target: Iterable[Entry],
        links: Mapping[str, Iterable[Link]],
        others: Mapping[str, Other],
        on_edit: OnEdit,
        warn: Callable[[str], None],
        look_up: LookUp,
        list_copies: Callable[[], Iterable[Entry]],
        list_entries: Callable[[], Iterable[Entry]],
        make_sure_alone: Callable[[], None],
        seen_since: datetime | None,
        note_seen: Callable[[datetime], None],
    ) -> None:
        """`others`: what other syncs put at the target. `look_up` asks for a single entry,
        `list_copies` and `list_entries` for the lists that `in_target` and `in_source` were.
        `make_sure_alone` raises where another sync has begun to copy the same time. `seen_since`:
        from when on an earlier run has known every copy there was; `note_seen` keeps that for the
        next one."""
        self.target = target
        self.warn = warn
        self.look_up = look_up
        self.list_copies = list_copies
        self.list_entries = list_entries
        self.make_sure_alone = make_sure_alone
        self.is_alone = False
        # Whether the source was listed again for what is about to be deleted.
        self.listed_again = False
        self.note_seen = note_seen
        # Copies as they were just before they are written.
        self.current: dict[str, Entry] = {}
        self.places = places
        self.part = places.part_of_entries
        self.projects = projects
        self.contents = contents
        self.since = since
        # The oldest first, as people read them.
        ordered = sorted(in_source, key=lambda each: (each.start, each.id))
        self.in_source = {each.id: each for each in ordered}
        self.in_target = {each.id: each for each in in_target}
        self.links = {link.key: link for link in links.get(self.part, ())}
        self.others = others
        # What moves to this client from that of another sync is let go there first.
        self.held_by = {
            other.key: other.sync
            for ref, other in others.items()
            if other.enabled and ref in self.in_target
        }
        self.seen_since = seen_since
        self.on_edit = on_edit
        self.looked_up: set[str] = set()
        self.source_projects = projects.in_source
        self.tasks = {
            each.id: {task.id: task.name for task in each.tasks}
            for each in self.source_projects.values()
        }
        self._wanted: dict[str, Item] = {}
        self._existing: dict[str, Item] = {}
        self._aside: set[str] = set()
        # How many entries are not copied, by project or sync, for the warnings.
        self.left, self.stranded, self.held = Counter[str](), Counter[str](), Counter[str]()
        self.unseen: list[str] = []
        self._compare()

    def desired(self) -> Iterable[Item]:
        return self._wanted.values()

    def existing(self) -> Iterable[Item]:
        return self._existing.values()

    def aside(self) -> Collection[str]:
        return self._aside

    # ---------------------------------------------------------------- comparing

    def _compare(self) -> None:
        for entry in self.in_target.values():
            if self._is_in_window(entry) and entry.end is not None:
                self._show(entry)
        for entry in self.in_source.values():
            new = entry.id not in self.links and self._is_in_window(entry)
            if new and self._is_to_be_copied(entry):
                self._compare_new(entry)
        for key, link in self.links.items():
            try:
                self._compare_linked(key, link)
            except RejectedError as refusal:
                # What may not be looked at is left as it is; the rest goes on.
                self._leave_out(key, link.ref)
                self.unseen.append(str(refusal))
        self._tell_what_is_left()

    def _compare_new(self, entry: Entry) -> None:
        project = self._counterpart(entry)
        if project is None:
            self.left[self._source_name(entry)] += 1
        elif entry.id in self.held_by:
            self.held[self.held_by[entry.id]] += 1
        else:
            self._want(entry, project)

    def _compare_linked(self, key: str, link: Link) -> None:
        """What an earlier run copied: both sides are known, or are looked up."""
        entry, copy = self.in_source.get(key), self.in_target.get(link.ref or "")
        in_view = [each for each in (entry, copy) if each and self._is_in_window(each)]
        if not in_view and (link.ref is not None or self._may_have_arrived(key, link)):
            self._aside.add(key)
            return
        if copy is not None:
            self._show(copy)
        if entry is None and copy is not None:
            entry = self._look_up_source(key)
        if entry is None or not self._is_to_be_copied(entry, running=True):
            if copy is None and link.ref is not None:
                self._show_if_there(self._look_up_target(link, None))
            return
        if link.ref is None and not in_view:
            return
        project = self._counterpart(entry)
        if project is None or entry.end is None:
            self._leave_as_it_is(entry, copy)
            return
        wanted = self._want(entry, project)
        if copy is None and link.ref is not None:
            self._show_if_there(self._look_up_target(link, wanted))

    def _want(self, entry: Entry, project: Project) -> Item:
        tasks = self.tasks.get(entry.project_id or "", {})
        # Where no run has looked before, copies may stand that nothing is remembered of.
        sought = self.seen_since is None or entry.start < self.seen_since
        item = self.contents.wanted(entry, project, tasks, sought=sought)
        self._wanted[entry.id] = item
        return item

    def _show_if_there(self, entry: Entry | None) -> None:
        if entry is not None:
            self._show(entry)

    def _show(self, entry: Entry) -> None:
        other = self.others.get(entry.id)
        # What a sync has left behind that did the same may be taken over.
        theirs = other is not None and (other.enabled or other.part != self.part)
        ours = False if theirs else None
        self._existing[entry.id] = self.contents.found(entry, self.projects.in_target, ours=ours)

    def _leave_as_it_is(self, entry: Entry, copy: Entry | None) -> None:
        """A timer that runs again, or a project that stands for none any more, is no reason to
        delete what was copied."""
        self._leave_out(entry.id, copy.id if copy else None)
        if entry.end is not None:
            self.stranded[self._source_name(entry)] += 1

    def _leave_out(self, key: str, ref: str | None) -> None:
        self._aside.add(key)
        self._wanted.pop(key, None)
        self._existing.pop(ref or "", None)

    def _may_have_arrived(self, key: str, link: Link) -> bool:
        """A create that was never answered, of something that is out of the window by now."""
        return link.sent_at is not None and self._look_up_source(key) is not None

    def _is_in_window(self, entry: Entry) -> bool:
        return entry.start >= self.since

    def _is_to_be_copied(self, entry: Entry, *, running: bool = False) -> bool:
        return (
            entry.project_id in self.source_projects
            and entry.user_id == self.places.source_user.id
            and is_work(entry)
            and (running or entry.end is not None)
            # What another sync has put here is no work of its own.
            and entry.id not in self.others
        )

    def _counterpart(self, entry: Entry) -> Project | None:
        return self.projects.target_of.get(entry.project_id or "")

    def _source_name(self, entry: Entry) -> str:
        return self.source_projects[entry.project_id or ""].name

    def _tell_what_is_left(self) -> None:
        there = f"“{self.places.target.name}”"
        for name, number in sorted(self.left.items()):
            self.warn(f"{_entries(number)} on “{name}” not copied: {there} has no such project.")
        for name, number in sorted(self.stranded.items()):
            self.warn(
                f"{_entries(number)} on “{name}” left as copied before: {there} no longer has such "
                "a project."
            )
        for name, number in sorted(self.held.items()):
            self.warn(f"{_entries(number)} not copied yet: the sync {name} still has them there.")
        if self.unseen:
            left = _entries(len(self.unseen))
            self.warn(f"{left} left as copied before, as Clockify refuses: {self.unseen[0]}")

    # --------------------------------------------------------------- looking up

    def _look_up_source(self, key: str) -> Entry | None:
        """It is not in the list: gone, or moved out of it."""
        if len(self.looked_up) >= MOST_LOOKUPS:
            return None
        self.looked_up.add(key)
        return self.look_up("source", key)

    def _look_up_target(self, link: Link, wanted: Item | None) -> Entry | None:
        # Where it is left to people, whether they moved or deleted it makes no difference.
        if self.on_edit == "conflict" and wanted and is_same(link.wanted, wanted):
            return None
        if len(self.looked_up) >= MOST_LOOKUPS:
            # It is the next run's: taken for deleted, it would be made a second time.
            self._leave_out(link.key, None)
            return None
        self.looked_up.add(f"copy of {link.key}")
        found = self.look_up("target", link.ref or "")
        return found if found and found.user_id == self.places.target_user.id else None

    # ---------------------------------------------------------- just before a write

    def look_again(self, changes: Sequence[Change]) -> None:
        self.current = {each.id: each for each in self.list_copies()}
        if changes[0].action == "delete":
            self.in_source |= {each.id: each for each in self.list_entries()}
            self.listed_again = True

    def recheck(self, change: Change) -> bool:
        """Whether the copy is as it was when this was planned, and, where it is to go, whether its
        entry is gone or no longer to be copied."""
        try:
            if not self._is_as_planned(change):
                return False
            return change.action != "delete" or self._is_unwanted(change.key)
        except RejectedError:
            return False

    def _is_as_planned(self, change: Change) -> bool:
        ref = _ref(change)
        copy = self.current.get(ref) or self.look_up("target", ref, now=True)
        if copy is None:
            return change.action == "delete"
        self.current[ref] = copy
        found = change.found
        return found is not None and self._shown(copy).content == found.content

    def _is_unwanted(self, key: str) -> bool:
        if key not in self.links:
            return True
        entry = self.in_source.get(key)
        if entry is None:
            entry = self.look_up("source", key, now=not self.listed_again)
        return entry is None or not self._is_to_be_copied(entry, running=True)

    def carried_out(self) -> None:
        if self.seen_since is None or self.since < self.seen_since:
            self.note_seen(self.since)

    # ------------------------------------------------------------------ writing

    def _begin(self) -> None:
        if not self.is_alone:
            self.make_sure_alone()
            self.is_alone = True

    def apply(self, change: Change) -> Item | None:
        self._begin()
        workspace = self.places.target.id
        if change.wanted is None:
            self.target.delete_entry(workspace, _ref(change))
            return None
        if change.action == "update":
            ref, values = _ref(change), self._values(change)
            self.current.pop(ref, None)
            return self._shown(self.target.update_entry(workspace, ref, values))
        user = self.places.target_user.id if self.places.books_for_others else None
        values = self.contents.values(change.wanted, None)
        return self._shown(self.target.create_entry(workspace, values, user=user))

    def apply_together(self, changes: Sequence[Change]) -> list[Item | None]:
        self._begin()
        self.listed_again = False
        workspace, user = self.places.target.id, self.places.target_user.id
        refs = [_ref(change) for change in changes]
        if changes[0].wanted is None:
            deleted = self.target.delete_entries(workspace, user, refs)
            for ref in refs:
                if ref not in deleted:
                    self.target.delete_entry(workspace, ref)
            return [None for _ in refs]
        values = {_ref(change): self._values(change) for change in changes}
        shown = self.target.update_entries(workspace, user, values)
        self.current = {}
        return [self._shown(self._whole(ref, shown.get(ref), values[ref])) for ref in refs]

    def _values(self, change: Change) -> EntryValues:
        if change.wanted is None:
            raise ValueError(f"The {change.action} of {change.key} is about nothing.")
        before = change.found.load if change.found else None
        return self.contents.values(change.wanted, self.current.get(_ref(change), before))

    def _whole(self, ref: str, shown: Entry | None, values: EntryValues) -> Entry:
        """What the answer does not tell, and where a task still shows that was to go, needs a
        request of its own."""
        if shown is not None and (shown.task_id is None or values.task_id is not None):
            return shown
        return self.target.update_entry(self.places.target.id, ref, values)

    def _shown(self, entry: Entry) -> Item:
        return self.contents.found(entry, self.projects.in_target)


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number} entries"


def _ref(change: Change) -> str:
    if change.found is None or change.found.ref is None:
        raise ValueError(f"The {change.action} of {change.key} is about no entry.")
    return change.found.ref
