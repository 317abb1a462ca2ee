"""A person with both accounts at the sandbox, their sync carried out as in earnest, and what a
naive second opinion says should have come of it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from integrations.models import Connection
from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.open_humans.sandbox_files import StoredFile
from integrations.rescuetime.sandbox import RescueTimeSandbox
from integrations.rescuetime.sandbox_history import Account, Row
from integrations.sandbox import Seen, World
from tests.uploader.clock import Clock
from tests.uploader.rescuetime.accounts import connect, sign_in
from tests.uploader.running import Running
from uploader import hands, inline
from uploader.models import Run, Sync

START = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
COLUMNS = [
    "Date",
    "Time Spent (seconds)",
    "Number of People",
    "Activity",
    "Category",
    "Productivity",
]


@dataclass
class Journey(Running):
    world: World
    person: str = "cleo"
    clock: Clock = field(default_factory=lambda: Clock(START))

    def __post_init__(self) -> None:
        for sandbox in (self.rescuetime, self.open_humans):
            sandbox.now = self.clock
        self.sync = connect(self.world, self.person, now=self.clock())

    @property
    def rescuetime(self) -> RescueTimeSandbox:
        return cast(RescueTimeSandbox, self.world["rescuetime"])

    @property
    def open_humans(self) -> OpenHumansSandbox:
        return cast(OpenHumansSandbox, self.world["open_humans"])

    @property
    def account(self) -> Account:
        return self.rescuetime.accounts[self.person]

    def lives(self, days: dict[str, list[Row]], *, utc_offset: float = 0) -> None:
        self.rescuetime.add_account(self.person, days, utc_offset=utc_offset)

    # -------------------------------------------------------------------- runs

    def run(self, **params: Any) -> Run:
        """One attempt, as the worker or a command makes it."""
        if params.pop("erase", False):
            Sync.objects.filter(pk=self.sync.pk).update(erasing=True)
        manner = hands.Manner(clock=self.clock)
        return inline.carry_out_now(self.fresh_sync(), params=params, manner=manner)

    def preview(self) -> inline.DryRun:
        manner = hands.Manner(clock=self.clock)
        return inline.dry_run(self.fresh_sync(), params={}, manner=manner)

    def connection(self, provider: str) -> Connection:
        return Connection.objects.get(provider=provider, name=f"{provider}-{self.person}")

    def reconnect_what_needs_it(self) -> None:
        """The person signs in again, as a button on the page asks them to."""
        for provider in ("rescuetime", "open_humans"):
            connection = self.connection(provider)
            if connection.state == Connection.State.NEEDS_RECONNECT:
                owner = connection.owner
                sign_in(self.world, self.person, provider, owner=owner, now=self.clock())

    # ------------------------------------------------------------------- sides

    def files(self) -> list[StoredFile]:
        """Ours as a person would see them at Open Humans: completed ones of our project."""
        return [
            file
            for file in self.open_humans.files(self.person)
            if file.completed and file.source == self.open_humans.source
        ]

    def file(self, month: str) -> StoredFile:
        found = [f for f in self.files() if f.basename == f"rescuetime-{month}.json"]
        assert len(found) == 1, f"{len(found)} files of {month}"
        return found[0]

    def table(self, month: str) -> dict[str, Any]:
        return cast(dict[str, Any], json.loads(self.file(month).content))

    def names(self) -> list[str]:
        return sorted(file.basename for file in self.files())

    def data_requests(self) -> list[Seen]:
        return [seen for seen in self.world.requests if seen.path == "/api/oauth/data"]

    def uploads(self) -> list[Seen]:
        return [seen for seen in self.world.requests if seen.method == "PUT"]

    def forget_requests(self) -> None:
        self.world.requests.clear()

    # ------------------------------------------------------- the second opinion

    def held(self) -> list[list[Any]]:
        """Every row that Open Humans holds for this person, in order; shapes checked on the way."""
        rows: list[list[Any]] = []
        for file in self.files():
            table = json.loads(file.content)
            assert list(table) == ["notes", "row_headers", "rows"]
            assert table["row_headers"] == COLUMNS
            month = file.basename.removeprefix("rescuetime-").removesuffix(".json")
            assert {row[0][:7] for row in table["rows"]} == {month}
            assert [row[0] for row in table["rows"]] == sorted(row[0] for row in table["rows"])
            marked = file.metadata["lockstep"]
            counted: dict[str, int] = {}
            for row in table["rows"]:
                counted[row[0][:10]] = counted.get(row[0][:10], 0) + 1
            assert marked["rows"] == counted
            digest = hashlib.md5(file.content, usedforsecurity=False).hexdigest()
            assert file.metadata["md5"] == digest
            rows += table["rows"]
        return sorted(rows, key=repr)

    def lived(self) -> list[list[Any]]:
        """Every row that the account at RescueTime holds, straight from its days."""
        return rows_of(self.account, self.account.days)


def rows_of(account: Account, days: Iterable[str]) -> list[list[Any]]:
    sums: dict[tuple[Any, ...], int] = {}
    for day in days:
        for time, seconds, activity, category, productivity in account.days[day]:
            key = (f"{day}T{time}", *account.what((activity, category, productivity)))
            sums[key] = sums.get(key, 0) + seconds
    rows = [[k[0], seconds, 1, *k[1:]] for k, seconds in sums.items()]
    return sorted(rows, key=repr)


def some_day(number: int = 0, *, rows: int = 6) -> list[Row]:
    """A day's rows, which differ from number to number."""
    activities = [
        ("editor.example", "Editing & IDEs", 2),
        ("mail.example", "Email", 0),
        ("video.example", "Video", -2),
    ]
    return [
        (
            f"{9 + n // 8:02}:{5 * (n // 2 % 12):02}:00",
            40 + (number * 7 + n * 13) % 100,
            *activities[(n + number) % 3],
        )
        for n in range(rows)
    ]


def some_days(begin: date | str, end: date | str, *, every: int = 1) -> dict[str, list[Row]]:
    first, last = date.fromisoformat(str(begin)), date.fromisoformat(str(end))
    return {
        (first + timedelta(days=n)).isoformat(): some_day(n)
        for n in range(0, (last - first).days + 1, every)
    }
