"""What happens at a studio and at its customer's, by chance: people track, correct and tidy up."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from integrations.clockify.sandbox_stored import StoredEntry, StoredProject, StoredTag
from tests.uploader.timesheets.account import Account, folded
from tests.uploader.timesheets.studio import DAY, HOUR, Studio
from uploader.models import Sync

MINUTE = timedelta(minutes=1)
TEXTS = ["Fix the login", "Fix the  login ", "Call", "", "Überstunden – “Ψ”", "Review\nand more"]
NAMES = ["Website", "Shop", "App", "Data & more", "Support", "Ünïcode"]
TAGS = ["Remote", "On site", "Überstunden", "URGENT", "remote work"]
TASKS = ["Development", "Meetings", "Design"]
# Of them, days off are no work, and what nobody has heard of yet is.
TYPES = ["REGULAR"] * 6 + ["BREAK", "HOLIDAY", "TIME_OFF", "TIMEOFF", "OVERTIME", "FROM_2030"]
CREATING = [None, None, None, "Acme", "Globex"]


@dataclass
class Life:
    studio: Studio
    draw: random.Random
    # Of each sync one; of several clients' syncs, each knows of the others.
    accounts: list[Account] = field(default_factory=list)

    def __post_init__(self) -> None:
        studio, at = self.studio, self.studio.clockify
        self.at = at
        self.internal = at.add_client(studio.ours.id, "Internal")
        # What the customer's projects are sorted by there.
        self.theirs = {name: at.add_client(studio.theirs.id, name) for name in ("Acme", "Globex")}
        self.meetings = at.add_project(studio.ours.id, "Meetings", self.internal.id)
        self.begin_account(studio.sync)
        for name in NAMES[:3]:
            at.add_project(studio.theirs.id, name)
        for name in TAGS[:3]:
            at.add_tag(studio.ours.id, name)
        for name in ("remote", "ÜBERSTUNDEN"):
            at.add_tag(studio.theirs.id, name)

    def begin_account(self, sync: Sync) -> Account:
        account = Account(self.studio, sync, others=list(self.accounts))
        for each in self.accounts:
            each.others.append(account)
        self.accounts.append(account)
        return account

    @property
    def now(self) -> datetime:
        """To the second, as Clockify keeps it."""
        return self.studio.clock().replace(microsecond=0)

    @property
    def since(self) -> datetime:
        return self.accounts[0].since(self.now)

    def a_few_things(self, at_most: int) -> None:
        moves = self.moves()
        number = self.draw.randint(1, at_most)
        for move in self.draw.choices(list(moves), weights=list(moves.values()), k=number):
            move()

    def moves(self) -> dict[Callable[[], None], int]:
        return {
            self.she_tracks: 20,
            self.she_tracks_the_same_three_times: 2,
            self.she_starts_a_timer: 4,
            self.she_stops_the_timer: 5,
            self.she_goes_on_with_an_entry: 2,
            self.she_edits: 16,
            self.she_moves_it_to_another_project: 6,
            self.she_moves_it_over_the_edge: 6,
            self.she_deletes: 6,
            self.she_sorts_out_tags_and_tasks: 3,
            self.she_makes_a_project_or_renames_one: 1,
            self.somebody_types_there: 6,
            self.somebody_types_the_same_there: 4,
            self.somebody_edits_there: 5,
            self.somebody_deletes_there: 3,
            self.a_project_is_opened_there: 2,
            self.a_project_is_changed_there: 3,
            self.tags_and_tasks_change_there: 3,
        }

    # ------------------------------------------------------------------ choosing

    def some(self, rows: list[Any]) -> Any:
        return self.draw.choice(rows) if rows else None

    def own(self) -> list[StoredEntry]:
        return self.at.entries_of(self.studio.ours.id, self.studio.ada.id)

    def hers(self) -> StoredEntry | None:
        """One of hers; rather a late one."""
        own = self.own()
        late = [row for row in own if row.start >= self.since - 3 * DAY]
        found: StoredEntry | None = self.some(late or own)
        return found

    def under(self, client_id: str) -> list[StoredProject]:
        rows = self.at.projects.values()
        return [row for row in rows if row.client_id == client_id]

    def at_customer(self) -> list[StoredProject]:
        rows = self.at.projects.values()
        return [row for row in rows if row.workspace_id == self.studio.theirs.id]

    def tags_of(self, workspace_id: str) -> list[StoredTag]:
        return [row for row in self.at.tags.values() if row.workspace_id == workspace_id]

    def a_project(self) -> str | None:
        clients = [account.client for account in self.accounts]
        mirrors = [row.id for client in clients for row in self.under(client)]
        other = self.draw.choice([None, self.meetings.id])
        return self.some(mirrors * 4 + [other]) if mirrors else other

    def a_start(self) -> datetime:
        """Mostly the last days; now and then long ago, at the edge of the window, or to come."""
        ago = self.draw.choice(
            [
                self.draw.random() * 3 * DAY,
                self.draw.random() * 20 * DAY,
                self.draw.random() * 20 * DAY,
                30 * DAY + self.draw.randint(-2, 2) * HOUR,
                40 * DAY,
                -2 * DAY,
            ]
        )
        return (self.now - ago).replace(second=self.draw.choice([0, 0, 59]), microsecond=0)

    def a_length(self) -> timedelta:
        """Some go on past midnight, wherever that is; some took no time at all."""
        return self.draw.choice([0, 1, 15, 60, 90, 90, 480, 1500]) * MINUTE

    def details(self, project_id: str | None, workspace_id: str) -> dict[str, Any]:
        tags = [row.id for row in self.tags_of(workspace_id)]
        tasks = [row.id for row in self.at.tasks.values() if row.project_id == project_id]
        chosen = self.draw.sample(tags, min(len(tags), self.draw.choice([0, 0, 1, 2])))
        return {
            "project_id": project_id,
            "task_id": self.some(tasks) if tasks and self.draw.random() < 0.4 else None,
            "tag_ids": tuple(chosen),
            "description": self.draw.choice(TEXTS),
            "billable": self.draw.random() < 0.5,
        }

    # ------------------------------------------------------------------ at ours

    def _track(self, start: datetime, end: datetime | None, **more: Any) -> StoredEntry:
        studio = self.studio
        details = self.details(self.a_project(), studio.ours.id) | more
        return self.at.add_entry(studio.ours.id, studio.ada.id, start, end, **details)

    def she_tracks(self) -> None:
        start = self.a_start()
        self._track(start, start + self.a_length(), type=self.draw.choice(TYPES))

    def she_tracks_the_same_three_times(self) -> None:
        start = self.a_start()
        one = self._track(start, start + HOUR)
        for _ in range(2):
            self._again(one)

    def _again(self, one: StoredEntry) -> None:
        same = {name: getattr(one, name) for name in DETAILS}
        self.at.add_entry(one.workspace_id, one.user_id, one.start, one.end, **same)

    def she_starts_a_timer(self) -> None:
        self.she_stops_the_timer()
        self._track(self.now - self.draw.randrange(90) * MINUTE, None)

    def she_stops_the_timer(self) -> None:
        running = self.at.running(self.studio.ours.id, self.studio.ada.id)
        if running is not None:
            self.at.change_entry(running.id, end=max(self.now, running.start))

    def she_goes_on_with_an_entry(self) -> None:
        self.she_stops_the_timer()
        if one := self.hers():
            self.at.change_entry(one.id, end=None)

    def she_edits(self) -> None:
        one = self.hers()
        if one is not None:
            self.at.change_entry(one.id, **self.an_edit(one))

    def an_edit(self, one: StoredEntry) -> dict[str, Any]:
        others = self.details(one.project_id, one.workspace_id)
        later = self.draw.randint(-90, 90) * MINUTE
        name = self.draw.choice(["start", "end", "type", "description", "billable", *others])
        if name == "start" or (name == "end" and one.end is None):
            return {"start": one.start + later, "end": one.end and one.end + later}
        if name == "end":
            return {"end": one.start + self.a_length()}
        if name == "type":
            own = one.workspace_id == self.studio.ours.id
            return {"type": self.draw.choice(TYPES if own else ["REGULAR", "BREAK"])}
        return {name: others[name]}

    def she_moves_it_to_another_project(self) -> None:
        one = self.hers()
        if one is not None:
            project = self.a_project()
            details = self.details(project, one.workspace_id)
            self.at.change_entry(one.id, project_id=project, task_id=details["task_id"])

    def she_moves_it_over_the_edge(self) -> None:
        one = self.some(self.own())
        if one is not None:
            start = self.since + self.draw.choice([-50, -25, -1, 0, 1, 25]) * HOUR
            start += self.draw.choice([0, 0, -1, 1]) * timedelta(seconds=1)
            self.at.change_entry(one.id, start=start, end=one.end and start + HOUR)

    def she_deletes(self) -> None:
        if one := self.hers():
            self.at.remove_entry(one.id)

    def she_sorts_out_tags_and_tasks(self) -> None:
        ours = self.studio.ours.id
        self._add_tag(ours, self.draw.choice(TAGS))
        if mirror := self.some(self.under(self.accounts[0].client)):
            self._add_task(mirror.id)

    def _add_tag(self, workspace_id: str, name: str) -> None:
        if folded(name) not in {folded(row.name) for row in self.tags_of(workspace_id)}:
            self.at.add_tag(workspace_id, name)

    def _add_task(self, project_id: str) -> None:
        name = self.draw.choice(TASKS)
        known = {row.name for row in self.at.tasks.values() if row.project_id == project_id}
        if name not in known:
            self.at.add_task(project_id, self.draw.choice([str.upper, str])(name))

    def she_makes_a_project_or_renames_one(self) -> None:
        """One of her own, or one that the customer is about to make as well."""
        client, studio = self.accounts[0].client, self.studio
        known = {folded(row.name) for row in self.under(client)}
        known |= {folded(name) for name in self.accounts[0].names().values()}
        name = self.draw.choice([*NAMES, f"Ours {len(known)}"])
        mirror = self.some(self.under(client))
        if mirror is not None and self.draw.random() < 0.5:
            self.at.change_project(mirror.id, name=f"{mirror.name} by Ada")
        elif folded(name) not in known and (name not in NAMES or self._is_free(name, None)):
            self.at.add_project(studio.ours.id, name, client)
            if name in NAMES:
                self.at.add_project(studio.theirs.id, name)

    # ----------------------------------------------------------- at the customer's

    def somebody_types_there(self) -> None:
        studio, start = self.studio, self.a_start()
        who = self.draw.choice([studio.guest, studio.guest, studio.cora])
        project = self.some([row.id for row in self.at_customer()] + [None])
        details = self.details(project, studio.theirs.id)
        self.at.add_entry(studio.theirs.id, who.id, start, start + self.a_length(), **details)

    def somebody_types_the_same_there(self) -> None:
        """As what was copied; or as what is still to be copied, as far as anybody can."""
        if one := self.some(self.studio.copies()):
            self._again(one)

    def somebody_edits_there(self) -> None:
        if one := self.some(self.studio.copies()[-30:]):
            fields = {f"64a0f{self.draw.randrange(3):019}": "ABC-1"}
            choices = [{"custom_fields": fields}, *[self.an_edit(one)] * 4]
            self.at.change_entry(one.id, **self.draw.choice(choices))

    def somebody_deletes_there(self) -> None:
        if one := self.some(self.studio.copies()[-30:]):
            self.at.remove_entry(one.id)

    def a_project_is_opened_there(self) -> None:
        client = self.draw.choice(CREATING)
        name = self.draw.choice(NAMES)
        if self._is_free(name, client and self.theirs[client].id):
            client_id = self.theirs[client].id if client else None
            template = self.draw.random() < 0.1
            self.at.add_project(self.studio.theirs.id, name, client_id, template=template)

    def _is_free(self, name: str, client_id: str | None) -> bool:
        siblings = [row for row in self.at_customer() if row.client_id == client_id]
        return folded(name) not in {folded(row.name) for row in siblings}

    def a_project_is_changed_there(self) -> None:
        if one := self.some(self.at_customer()):
            name = self.draw.choice([*NAMES, f"{one.name} II"])
            if self.draw.random() < 0.5:
                self.at.change_project(one.id, archived=not one.archived)
            elif self._is_free(name, one.client_id):
                self.at.change_project(one.id, name=name)

    def tags_and_tasks_change_there(self) -> None:
        there = self.studio.theirs.id
        turn = self.draw.randrange(4)
        tag, project = self.some(self.tags_of(there)), self.some(self.at_customer())
        if turn == 0:
            self._add_tag(there, self.draw.choice(TAGS).upper())
        elif turn == 1 and tag:
            tag.archived = not tag.archived
        elif turn == 2 and tag:
            tag.name = self.draw.choice([tag.name.upper(), tag.name.lower()])
        elif project:
            self._add_task(project.id)


DETAILS = ("project_id", "task_id", "tag_ids", "description", "billable", "type")
