"""Time is copied with real workers that are killed: once in the end, and nothing of it twice."""

import json
import os
import random
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.clockify.sandbox import ClockifySandbox
from integrations.clockify.sandbox_seed import ADA, ADA_THERE, CUSTOMER
from integrations.clockify.sandbox_stored import StoredEntry
from integrations.sandbox import World
from tests.workers.demo import configure_demo
from tests.workers.installation import Installation

NAME = "timesheets"
HOUR = timedelta(hours=1)


@pytest.fixture
def timesheets(install: Installation, world: World, tmp_path: Path) -> str:
    """The two workspaces of `make run`, with much to be copied, without asking."""
    for n in range(60):
        track(world, n)
    configure_demo(install, tmp_path)
    # The rest is tried elsewhere.
    install.shell(f"from uploader.models import Sync; Sync.objects.exclude(name='{NAME}').delete()")
    return NAME


def track(world: World, n: int) -> None:
    at = world.of(ClockifySandbox)
    last = max(hers(world), key=lambda entry: entry.start)
    start = (at.now() - (n + 2) * HOUR).replace(microsecond=0)
    at.add_entry(
        last.workspace_id,
        last.user_id,
        start,
        start + HOUR,
        project_id=last.project_id,
        tag_ids=last.tag_ids,
        description=f"more work {n // 3}",
        billable=bool(n % 2),
    )


def hers(world: World) -> list[StoredEntry]:
    """What Ada has tracked on the client's projects."""
    at = world.of(ClockifySandbox)
    clients = {row.id for row in at.clients.values() if row.name == CUSTOMER}
    projects = {row.id for row in at.projects.values() if row.client_id in clients}
    [ada] = [row.id for row in at.users.values() if row.email == ADA]
    return [row for row in at.entries.values() if row.user_id == ada and row.project_id in projects]


def copies(world: World) -> list[StoredEntry]:
    at = world.of(ClockifySandbox)
    [ada] = [row.id for row in at.users.values() if row.email == ADA_THERE]
    return [row for row in at.entries.values() if row.user_id == ada]


def assert_exact(install: Installation, world: World) -> None:
    """The same on both sides, by names; and nothing is left to do."""
    at = world.of(ClockifySandbox)

    def told(row: StoredEntry) -> Any:
        project = at.projects[row.project_id or ""].name
        tags = frozenset(at.tags[tag].name for tag in row.tag_ids)
        return project, row.start, row.end, row.description, row.billable, tags

    ended = [row for row in hers(world) if row.end is not None]
    assert Counter(map(told, copies(world))) == Counter(map(told, ended))
    shown = json.loads(install.manage("sync", NAME, "--json").stdout)
    counts = shown["counts"]
    assert (counts["create"], counts["update"], counts["delete"], counts["conflict"]) == (0,) * 4


def change_many(world: World) -> None:
    at = world.of(ClockifySandbox)
    more = [row for row in hers(world) if row.description.startswith("more work")]
    for row in more[:15]:
        at.remove_entry(row.id)
    for row in more[15:40]:
        at.change_entry(row.id, description=f"{row.description}, corrected", tag_ids=())
    for n in range(60, 90):
        track(world, n)


def kill_some(install: Installation, world: World, chance: random.Random) -> None:
    """Each worker dies in the middle of what it does."""
    for _ in range(2):
        install.start_worker()
        deadly = len(world.requests) + chance.randrange(4, 40)
        end = time.monotonic() + 20
        while len(world.requests) < deadly and time.monotonic() < end:
            time.sleep(0.002)
        install.kill_workers()


def test_killed_workers_neither_lose_nor_double_an_entry(
    install: Installation, world: World, timesheets: str
) -> None:
    seed = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))
    print(f"FAULT_SEED={seed}")  # noqa: T201
    chance, at = random.Random(seed), world.of(ClockifySandbox)
    kill_some(install, world, chance)
    with install.worker():
        run = install.wait_until_finished(timesheets)
    assert (run["status"], run["error"]) == ("finished", "")
    assert_exact(install, world)
    posted = [write for write in at.writes if (write.method, write.what) == ("POST", "entry")]
    assert len(posted) == len(copies(world)) > 60, "none was made a second time, not even for once"

    change_many(world)
    install.shell(
        "from django.utils import timezone\nfrom uploader.models import Sync\n"
        "Sync.objects.update(next_run_at=timezone.now())"
    )
    kill_some(install, world, chance)
    with install.worker():
        install.wait_until_finished(timesheets)
    assert_exact(install, world)
    posted = [write for write in at.writes if (write.method, write.what) == ("POST", "entry")]
    assert len(posted) == len(copies(world)) + 15
