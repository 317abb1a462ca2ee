"""What importing a RescueTime history costs: questions, bytes and memory.

`python -m benchmarks.import_history` prints the numbers beside their aims. Everything happens at
the sandbox, over real sockets; the takeover's memory is that of a process of its own.
"""

import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from config.trial import SANDBOX_APPLICATIONS
from integrations.rescuetime.sandbox_history import ACTIVITIES, HEAVY, Days, History
from integrations.sandbox import World

ROOT = Path(__file__).resolve().parent.parent
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OLD_FILE_MEGABYTES = 200
DATA = "/api/oauth/data"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, World() as world:
        prepare(folder, world)
        first_import(world)
        daily_updates(world)
        takeover(world)


def prepare(folder: str, world: World) -> None:
    os.environ.update(
        SANDBOX_APPLICATIONS,
        DEBUG="1",
        DJANGO_SETTINGS_MODULE="config.settings",
        LOCKSTEP_ENV_FILE=os.devnull,
        LOCKSTEP_VAR=folder,
        SANDBOX_URL=world.url,
    )
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, check=True)
    import django

    django.setup()


# ---------------------------------------------------------------------- the runs


class Person:
    """A member at the sandbox, on a clock that the benchmark moves."""

    def __init__(self, world: World, name: str, *, now: datetime = NOON) -> None:
        self.world = world
        self.name = name
        self.now = now
        self.rescuetime: Any = world["rescuetime"]
        self.open_humans: Any = world["open_humans"]
        for sandbox in (self.rescuetime, self.open_humans):
            sandbox.now = lambda: self.now

    def connect(self) -> int:
        """Both sides, as on the pages; the id of the run that this begins."""
        from django.contrib.auth.models import User

        from integrations import connections
        from uploader.models import Run

        owner = User.objects.create_user(username=self.name)
        for provider in ("rescuetime", "open_humans"):
            grant = self.world[provider].grant(self.name)
            connections.connect(
                provider=provider,
                owner=owner,
                name=f"{provider}-{self.name}",
                credentials=grant,
                account=grant.get("project_member_id", ""),
                by=owner,
                now=self.now,
            )
        return Run.objects.get(sync__target__owner=owner).pk

    def carry_out(self, run_id: int) -> None:
        from uploader import inline, work
        from uploader.models import Run

        run = Run.objects.select_related("sync").get(pk=run_id)
        run = inline.carry_out(run, manner=work.Manner(clock=lambda: self.now))
        if run.status != "finished":
            raise SystemExit(f"The run is {run.status}: {run.error}")

    def update(self) -> None:
        from uploader import runs
        from uploader.models import Sync

        sync = Sync.objects.get(target__name=f"open_humans-{self.name}")
        run = runs.start(sync, trigger="schedule", now=self.now)
        if run is None:
            raise SystemExit("A run is open already.")
        self.carry_out(run.pk)

    def days(self) -> dict[str, str]:
        """A digest of each day's rows that Open Humans holds, however often it holds it."""
        rows: dict[str, list[Any]] = defaultdict(list)
        for file in self.files():
            for row in json.loads(file.content)["rows"]:
                rows[row[0][:10]].append(row)
        return {day: digest(found) for day, found in rows.items()}

    def files(self) -> list[Any]:
        own = self.open_humans.source
        return [f for f in self.open_humans.files(self.name) if f.completed and f.source == own]

    def held(self) -> int:
        return sum(len(file.content) for file in self.files())

    @contextmanager
    def counted(self) -> Iterator[dict[str, int]]:
        """Data requests and uploaded bytes of what happens within."""
        counts: dict[str, int] = {}
        before = {file.id for file in self.files()}
        self.world.requests.clear()
        yield counts
        counts["questions"] = sum(seen.path == DATA for seen in self.world.requests)
        counts["bytes"] = sum(len(f.content) for f in self.files() if f.id not in before)


def digest(rows: list[Any]) -> str:
    text = json.dumps(sorted(rows, key=repr))
    return hashlib.sha256(text.encode()).hexdigest()


def lived(person: Person) -> dict[str, str]:
    days = person.rescuetime.accounts[person.name].days
    return {
        str(day): digest([[f"{day}T{r[0]}", r[1], 1, *r[2:]] for r in days.rows(day)])
        for day in days.dates(date.min, date.max)
    }


def differences(one: dict[str, str], other: dict[str, str]) -> int:
    return sum(one.get(day) != other.get(day) for day in one.keys() | other.keys())


# --------------------------------------------------------------------- the tables


def show(what: str, found: str, aim: str) -> None:
    print(f"  {what:<58} {found:>12}   {aim}")


def first_import(world: World) -> None:
    person = Person(world, "ada")
    run = person.connect()
    began = time.monotonic()
    with person.counted() as counts:
        person.carry_out(run)
    seconds = time.monotonic() - began
    expected = lived(person)
    first, last = date.fromisoformat(min(expected)), date.fromisoformat(max(expected))
    months = {day[:7] for day in expected}
    empty = [
        day
        for n in range((last - first).days + 1)
        if (day := first + n * DAY).isoformat()[:7] not in months
    ]
    days = (last - first).days + 1 - len(empty)
    most = 1.25 * days / 14 + 8
    print(f"First import: six years with a year's pause, {person.held() / 1e6:.0f} MB")
    show("data requests", str(counts["questions"]), f"at most {most:.0f}")
    show("days that differ from the account", str(differences(person.days(), expected)), "0")
    show("seconds (the sandbox's included)", f"{seconds:.0f}", "")


def daily_updates(world: World) -> None:
    """Every day of two months, for somebody who began a year before."""
    person = Person(world, "cleo")
    history = History("cleo", HEAVY, reach=365, today=lambda: person.now.date())
    person.rescuetime.accounts["cleo"].days = Days({}, history)
    person.carry_out(person.connect())
    questions, shares = [], []
    for _ in range(60):
        person.now += DAY
        held = person.held()
        with person.counted() as counts:
            person.update()
        questions.append(counts["questions"])
        shares.append(counts["bytes"] / held)
    print("Daily updates after a year, on each of 60 days")
    show("data requests, at most", str(max(questions)), "at most 5")
    show("bytes uploaded, of what is held, at most", f"{max(shares):.1%}", "at most 10%")
    show("bytes uploaded, of what is held, on average", f"{sum(shares) / 60:.1%}", "")
    show("days that differ from the account", str(differences(person.days(), lived(person))), "0")


def takeover(world: World) -> None:
    """A plan has lapsed, so that every day but the last ones is in the single file only."""
    person = Person(world, "ben")
    expected = leave_single_file(person) | lived(person)
    run = person.connect()
    began = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.import_history", str(run), person.now.isoformat()],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    seconds = time.monotonic() - began
    print(f"Taking over a single file of {OLD_FILE_MEGABYTES} MB with doubled days")
    show("peak memory of the process, MB", f"{float(ended.stdout):.0f}", "under 150")
    show("days lost, doubled or changed", str(differences(person.days(), expected)), "0")
    show("seconds (the sandbox's included)", f"{seconds:.0f}", "")


def leave_single_file(person: Person) -> dict[str, str]:
    """As the earlier tool left it; the digests of its days that RescueTime no longer shows."""
    draw = random.Random(7)
    end = date.fromisoformat(min(lived(person)))
    total = OLD_FILE_MEGABYTES * 1_000_000
    size = 0
    days: dict[str, str] = {}
    lines: list[str] = []
    day = end - 2191 * DAY
    rows_a_day = total // 75 // 2191
    while day < end:
        rows = _rows(day, rows_a_day, draw)
        days[day.isoformat()] = digest(rows)
        if draw.random() < 0.1:
            lines += map(json.dumps, rows[:-1])
        lines += map(json.dumps, rows)
        day += DAY
    headers = '["Date", "Time Spent (seconds)", "Number of People", "Activity", "Category", '
    content = f'{{"notes": "", "row_headers": {headers}"Productivity"], "rows": [\n'
    body = (content + ",\n".join(lines) + "]}").encode()
    size = len(body)
    if size < total * 0.9:
        raise SystemExit(f"The single file has only {size / 1e6:.0f} MB.")
    metadata = {"description": "RescueTime data", "tags": ["Rescuetime"]}
    person.open_humans.add_file(person.name, "rescuetime.json", body, metadata)
    return days


def _rows(day: date, count: int, draw: random.Random) -> list[list[Any]]:
    """Ascending five-minute buckets, a few activities each."""
    rows: list[list[Any]] = []
    for bucket in range(-(-count // 12)):
        minutes = 5 * (bucket % 288)
        label = f"{day}T{minutes // 60:02}:{minutes % 60:02}:00"
        whats = draw.sample(ACTIVITIES, 12)
        seconds = sorted((draw.randint(1, 60) for _ in whats), reverse=True)
        rows += [[label, s, 1, *what] for s, what in zip(seconds, whats, strict=True)]
    return rows[:count]


def one_run(run_id: int, now: str) -> None:
    """In a process of its own: carry out this run, and print the megabytes it took at most."""
    import django

    django.setup()
    from uploader import work

    clock = datetime.fromisoformat(now)
    following: work.Next | None = work.Next(run_id, 0, 0)
    while following is not None:
        manner = work.Manner(clock=lambda: clock)
        following = work.carry_out(following.run_id, following.claim, manner)
    status = Path("/proc/self/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    print(int(peak.split()[1]) / 1000)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        one_run(int(sys.argv[1]), sys.argv[2])
    else:
        main()
