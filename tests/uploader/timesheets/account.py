"""A second opinion on the sync of times: what the customer's workspace must hold after a run.

Written from the contract alone, out of what the stand-in holds before and after: nothing of the
sync is used here. Which copy is whose is read from the links, and believed only as far as it fits:
what a link leads to was made by this run, or looks right, or was in the account before.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from integrations.clockify.sandbox_stored import StoredEntry, StoredProject
from tests.uploader.timesheets.studio import Studio
from uploader.models import Link, Sync

DAYS_OFF = {"HOLIDAY", "TIME_OFF", "TIMEOFF"}


class Content(NamedTuple):
    """What of an entry is copied; tags are names in small letters."""

    project: str | None
    task: str | None
    text: str
    start: datetime
    end: datetime | None
    billable: bool
    tags: frozenset[str]
    type: str

    @property
    def looks(self) -> tuple[object, ...]:
        """By so much it is known again where nothing is remembered."""
        return self.project, self.text.strip(), self.start, self.end


@dataclass
class Copy:
    """Where an entry's copy is, and what it was like when it was last right."""

    ref: str
    seen: Content


class Outcome(NamedTuple):
    """What has to become of one entry's copy: stays, create, update, delete, or forget."""

    what: str
    wanted: Content | None = None


@dataclass
class Account:
    """Of one sync. `others` are the accounts of further ones that write to the same workspace."""

    studio: Studio
    sync: Sync
    others: list["Account"] = field(default_factory=list)
    # By the ids of what stands in ours: entries, and projects by the customer's.
    copies: dict[str, Copy] = field(default_factory=dict)
    mirrors: dict[str, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    # Whether one change may take several requests.
    more_tries: bool = False

    def __post_init__(self) -> None:
        self.at = self.studio.clockify
        named = self.sync.options["source_client"]
        [self.client] = [row.id for row in self.at.clients.values() if row.name == named]

    @property
    def keeps(self) -> bool:
        """Whether what people change at the customer's is left to them."""
        return bool(self.sync.options["on_target_edit"] == "keep")

    def since(self, now: datetime) -> datetime:
        return now - timedelta(days=self.sync.options["window_days"])

    def forget_all(self) -> None:
        """The database is a new one."""
        self.copies.clear()
        self.mirrors.clear()

    # ----------------------------------------------------------------- projects

    def under_client(self) -> dict[str, StoredProject]:
        return {
            row.id: row
            for row in self.at.projects.values()
            if row.workspace_id == self.studio.ours.id and row.client_id == self.client
        }

    def at_customer(self) -> dict[str, StoredProject]:
        there = self.studio.theirs.id
        return {row.id: row for row in self.at.projects.values() if row.workspace_id == there}

    def names(self) -> dict[str, str]:
        """What active projects of the customer's are to be called in ours."""
        active = [row for row in self.at_customer().values() if not (row.archived or row.template)]
        resting = {
            folded(self.under_client()[mirror].name)
            for key, mirror in self.mirrors.items()
            if key not in {row.id for row in active}
        }
        times = Counter(folded(row.name) for row in active)
        return {
            row.id: row.name
            if times[folded(row.name)] == 1 and folded(row.name) not in resting
            else f"{row.name} ({self._client_name(row)})"
            for row in active
        }

    def _client_name(self, project: StoredProject) -> str:
        return self.at.clients[project.client_id].name if project.client_id else "no client"

    def _find_mirrors(self) -> None:
        """Those that stand there already, by link or by name."""
        ours, theirs = self.under_client(), self.at_customer()
        self.mirrors = {k: m for k, m in self.mirrors.items() if k in theirs and m in ours}
        free = {folded(row.name): row.id for row in ours.values()}
        for mirror in self.mirrors.values():
            free.pop(folded(ours[mirror].name), None)
        for key, name in self.names().items():
            if key not in self.mirrors and folded(name) in free:
                self.mirrors[key] = free.pop(folded(name))
        for in_full in (True, False):
            resting = {
                key: f"{row.name} ({self._client_name(row)})" if in_full else row.name
                for key, row in theirs.items()
                if row.archived and not row.template and key not in self.mirrors
            }
            times = Counter(map(folded, resting.values()))
            for key, name in resting.items():
                if folded(name) in free and times[folded(name)] == 1:
                    self.mirrors[key] = free.pop(folded(name))

    def _check_projects(self) -> None:
        ours = self.under_client()
        made = ours.keys() - self.ours_before.keys()
        for key, name in self.names().items():
            if key not in self.mirrors:
                found = [row for row in made if folded(ours[row].name) == folded(name)]
                if len(found) != 1:
                    self._complain(f"“{name}” was made {len(found)} times")
                    continue
                made.discard(found[0])
                self.mirrors[key] = found[0]
            if ours[self.mirrors[key]].name != name:
                self._complain(f"“{ours[self.mirrors[key]].name}” should be called “{name}”")
        for row in made:
            self._complain(f"“{ours[row].name}” stands for nothing")
        named = {mirror for key, mirror in self.mirrors.items() if key in self.names()}
        for row, before in self.ours_before.items():
            if row not in named and ours.get(row) != before:
                self._complain(f"“{before.name}” was touched")
        renamed = [
            ("PUT", row)
            for row, before in self.ours_before.items()
            if row in ours and ours[row].name != before.name
        ]
        posted = [("POST", row) for row in ours.keys() - self.ours_before.keys()]
        self._check_writes("project", Counter(renamed + posted))

    # ------------------------------------------------------------------ entries

    def source_entries(self) -> dict[str, StoredEntry]:
        entries = self.at.entries_of(self.studio.ours.id, self.studio.ada.id)
        return {row.id: row for row in entries}

    def _is_work_for_them(self, entry: StoredEntry) -> bool:
        return entry.project_id in self.ours_before and entry.type not in DAYS_OFF

    def wanted(self, entry: StoredEntry) -> Content | None:
        """Its copy; None as long as the timer runs, or the project stands for none there."""
        stands_for = {mirror: key for key, mirror in self.mirrors.items()}
        project = stands_for.get(entry.project_id or "")
        if project is None or entry.end is None:
            return None
        names = {folded(self.at.tags[tag].name) for tag in entry.tag_ids}
        return Content(
            project=project,
            task=self._task(entry, project),
            text=entry.description,
            start=entry.start,
            end=entry.end,
            billable=entry.billable,
            tags=frozenset(names),
            type="BREAK" if entry.type == "BREAK" else "REGULAR",
        )

    def _task(self, entry: StoredEntry, project: str) -> str | None:
        if entry.task_id is None:
            return None
        name = folded(self.at.tasks[entry.task_id].name)
        named = [
            task
            for task in self.at.tasks.values()
            if task.project_id == project and folded(task.name) == name
        ]
        return min(named, key=lambda task: task.done).id if named else None

    def content(self, entry: StoredEntry) -> Content:
        names = frozenset(folded(self.tag_names[tag]) for tag in entry.tag_ids)
        times = entry.start, entry.end, entry.billable
        return Content(
            entry.project_id, entry.task_id, entry.description, *times, names, entry.type
        )

    def _outcome(self, key: str, since: datetime) -> Outcome:
        """What has to become of the copy of one entry, known or not, gone or not."""
        entry, copy = self.source.get(key), self.copies.get(key)
        there = self.before.get(copy.ref) if copy else None
        in_view = [row for row in (entry, there) if row and row.start >= since]
        if not in_view:
            return Outcome("stays")
        if entry is None or not self._is_work_for_them(entry):
            return self._unwanted(copy, there)
        wanted = self.wanted(entry)
        if wanted is None:
            return Outcome("stays")
        if copy is None:
            elsewhere = any(
                key in each.copies and each.copies[key].ref in self.before for each in self.others
            )
            return Outcome("stays") if elsewhere else Outcome("create", wanted)
        if there is None:
            return Outcome("stays") if self.keeps else Outcome("create", wanted)
        if self.content(there) == wanted:
            return Outcome("stays", wanted)
        if self.keeps and self.content(there) != copy.seen:
            return Outcome("stays")
        return Outcome("update", wanted)

    def _unwanted(self, copy: Copy | None, there: StoredEntry | None) -> Outcome:
        if copy is None or there is None:
            return Outcome("forget")
        if self.keeps and self.content(there) != copy.seen:
            return Outcome("stays")
        return Outcome("delete")

    # ------------------------------------------------------------------- judging

    def begin(self) -> None:
        """A run is to come; `check` judges it when it has ended well."""
        self.complaints = []
        self.began = self.studio.clock()
        self.before = self._there()
        self.ours_before = self.under_client()
        self._find_mirrors()
        self.read_tags()
        self.tags_before = {row.id for row in self._tags_there()}
        self.at.writes.clear()

    def read_tags(self) -> None:
        self.tag_names = {tag.id: tag.name for tag in self.at.tags.values()}

    def _there(self) -> dict[str, StoredEntry]:
        """Everybody's entries at the customer's, and ours of everybody: none of them is written."""
        return dict(self.at.entries)

    def _tags_there(self) -> list[Any]:
        return [tag for tag in self.at.tags.values() if tag.workspace_id == self.studio.theirs.id]

    def check(self) -> None:
        """The run has changed what it should, and nothing else."""
        self.source = self.source_entries()
        self.after = self._there()
        self.read_tags()
        links = Link.objects.filter(sync=self.sync, part__startswith="entries")
        refs = dict(links.values_list("key", "ref"))
        self.linked = {key: ref for key, ref in refs.items() if ref}
        self.unheard = refs.keys() - self.linked.keys()
        searching = not self.copies
        expected = Counter[tuple[str, str]]()
        # Of everything that is at the customer's: whatever is left over here was to stay as it is.
        self.untold = dict(self.before)
        if searching:
            self._take_up()
        for key in sorted(self.source.keys() | self.copies.keys()):
            expected += Counter(self._judge(key))
        for number, row in self.untold.items():
            if self.after.get(number) != row:
                self._complain(f"touched: {row} became {self.after.get(number)}")
        for number in self.after.keys() - self.before.keys():
            if ("POST", number) not in expected:
                self._complain(f"made for nothing: {self.after[number]}")
        self._check_writes("entry", expected)
        self._check_projects()
        self._check_tags()
        found_wrong = "\n".join(self.complaints[:20])
        assert not self.complaints, f"{len(self.complaints)} things are wrong:\n{found_wrong}"

    def _take_up(self) -> None:
        """Nothing is remembered: what is equal, or at least looks alike, is taken for the copy,
        one to one, before anything is made."""
        since = self.since(self.began)
        theirs = {each.ref for account in self.others for each in account.copies.values()}
        free = {
            row.id: self.content(row)
            for row in self.before.values()
            if (row.workspace_id, row.user_id) == (self.studio.theirs.id, self.studio.guest.id)
            and row.start >= since
            and row.end is not None
            and row.id not in theirs
        }
        wanted = {
            key: outcome.wanted
            for key in self.source
            if (outcome := self._outcome(key, since)).what == "create" and outcome.wanted
        }
        for key, ref in self.linked.items():
            if key in wanted and ref in free:
                content = free.pop(ref)
                if content.looks != wanted[key].looks:
                    self._complain(f"taken for the copy of {wanted[key]}: {content}")
                self.copies[key] = Copy(ref, content)
        for key, content in wanted.items():
            mine = self.copies.get(key)
            if mine and mine.seen != content and content in free.values():
                self._complain(f"there was one equal to {content}")
            if not mine and content.looks in {each.looks for each in free.values()}:
                later = self.since(self.studio.clock())
                if content.start >= later:
                    self._complain(f"made though it is there: {content}")

    def _judge(self, key: str) -> Iterator[tuple[str, str]]:
        """Complain where the copy is not as it should be; the writes that this took."""
        options = [self._outcome(key, self.since(now)) for now in (self.began, self.studio.clock())]
        # What slides out of the window while a run waits may or may not have been seen in it.
        fitting = [outcome for outcome in options if self._fits(key, outcome)]
        if not fitting:
            self._complain(self._in_words(key, options[0]))
            return
        what, wanted = fitting[0]
        copy = self.copies.get(key)
        if copy is not None:
            self.untold.pop(copy.ref, None)
        if what == "create" and wanted is not None:
            self.copies[key] = Copy(self.linked[key], wanted)
            yield "POST", self.linked[key]
        elif copy is not None:
            if wanted is not None:
                copy.seen = wanted
            if what in ("delete", "forget"):
                del self.copies[key]
            if what in ("update", "delete"):
                yield {"update": "PUT", "delete": "DELETE"}[what], copy.ref

    def _made(self, key: str, wanted: Content | None) -> str:
        """What was made for it. That nobody heard of before it slid out of the window is looked
        for no more, and there all the same."""
        since = self.since(self.studio.clock())
        if key in self.unheard and self.source[key].start < since:
            new = self.after.keys() - self.before.keys() - set(self.linked.values())
            alike = [number for number in sorted(new) if self.content(self.after[number]) == wanted]
            self.linked |= {key: alike[0]} if alike else {}
        return self.linked.get(key, "")

    def _fits(self, key: str, outcome: Outcome) -> bool:
        copy, what = self.copies.get(key), outcome.what
        ref = copy.ref if copy else None
        before, after = self.before.get(ref or ""), self.after.get(ref or "")
        if what == "create":
            made = self._made(key, outcome.wanted)
            is_new = made in self.after and made not in self.before
            return is_new and self.content(self.after[made]) == outcome.wanted
        if what == "update":
            assert before is not None
            is_right = after is not None and self.content(after) == outcome.wanted
            return is_right and after is not None and after.custom_fields == before.custom_fields
        if what == "delete":
            return after is None
        return before == after and (ref is not None or key not in self.linked)

    def _in_words(self, key: str, outcome: Outcome) -> str:
        copy = self.copies.get(key)
        ref = (copy.ref if copy else None) or self.linked.get(key, "")
        return (
            f"{outcome.what} was due for {self.source.get(key, key)}: {outcome.wanted}; "
            f"its copy {self.before.get(ref)} became {self.after.get(ref)}"
        )

    def _check_tags(self) -> None:
        """Made where an entry needed them, once for all letters."""
        tags = self._tags_there()
        made = [tag for tag in tags if tag.id not in self.tags_before]
        known = Counter(folded(tag.name) for tag in tags)
        used = {tag for row in self.after.values() for tag in row.tag_ids}
        for tag in made:
            if known[folded(tag.name)] > 1 or tag.id not in used:
                self._complain(f"the tag {tag.name} was made for nothing")
        self._check_writes("tag", Counter(("POST", tag.id) for tag in made))

    def _check_writes(self, what: str, expected: Counter[tuple[str, str]]) -> None:
        done = Counter((row.method, row.id) for row in self.at.writes if row.what == what)
        if self.more_tries:
            done &= expected + Counter(dict.fromkeys(done.keys() - expected.keys(), 1))
        if done != expected:
            self._complain(
                f"writes about {what}: not needed {done - expected}, missing {expected - done}"
            )

    def _complain(self, what: str) -> None:
        self.complaints.append(what)


def folded(name: str) -> str:
    return " ".join(name.lower().split())
