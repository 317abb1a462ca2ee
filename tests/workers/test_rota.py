"""A rota is generated and published by real workers that are killed: exact in the end, and nothing
of other people is touched."""

import json
import os
import random
import time
from pathlib import Path
from typing import Any

import pytest

from integrations.google_calendar.sandbox import GoogleCalendarSandbox
from integrations.google_calendar.sandbox_seed import SUPPORT
from integrations.sandbox import World
from tests.workers.demo import configure_demo
from tests.workers.installation import Installation

pytestmark = pytest.mark.long

DUTIES, CALENDAR, BOOKINGS = "support-duties", "support-calendar", "support-productive"


@pytest.fixture
def support(install: Installation, tmp_path: Path) -> str:
    configure_demo(install, tmp_path)
    kept = "Sync.objects.exclude(name__startswith='support-').delete()"
    install.shell(f"from uploader.models import Sync; {kept}")
    return "support"


def events(world: World) -> dict[str, Any]:
    held = world.of(GoogleCalendarSandbox).calendars[SUPPORT].events
    return {key: dict(row) for key, row in held.items()}


def shown(install: Installation) -> set[tuple[str, str, str]]:
    """What the rota says of the days to come."""
    document = json.loads(install.manage("rota", "show", "support", "--json").stdout)
    return {
        (
            shift["start"],
            shift["end"],
            "{lead} is on support today with {assist} assisting".format(
                **{duty["role"]: duty["member"] for duty in shift["duties"]}
            ),
        )
        for shift in document["shifts"]
        if all(duty["member"] for duty in shift["duties"])
    }


def kill_some(install: Installation, chance: random.Random) -> None:
    for _ in range(3):
        install.start_worker()
        time.sleep(chance.uniform(0.8, 4))
        install.kill_workers()


def wait_until_nothing_is_due(install: Installation, sync: str) -> None:
    """One that began before the duties were there is followed by another."""
    due = f"Sync.objects.filter(name={sync!r}, next_run_at__isnull=False).exists()"
    open_run = f"Run.objects.filter(sync__name={sync!r}).open().exists()"
    end = time.monotonic() + 60
    while install.ask(f"{due} or {open_run}"):
        assert time.monotonic() < end, f"{sync} does not come to rest"
        time.sleep(0.3)


def assert_in_step(install: Installation, sync: str) -> None:
    counts = json.loads(install.manage("sync", sync, "--json").stdout)["counts"]
    assert (counts["create"], counts["update"], counts["delete"]) == (0, 0, 0), (sync, counts)


def test_killed_workers_leave_a_whole_rota_and_each_event_once(
    install: Installation, world: World, support: str
) -> None:
    seed = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))
    print(f"FAULT_SEED={seed}")  # noqa: T201
    foreign = events(world)
    kill_some(install, random.Random(seed))
    with install.worker():
        for sync in (DUTIES, CALENDAR):
            run = install.wait_until_finished(sync)
            assert (run["status"], run["error"]) == ("finished", ""), run
        for sync in (CALENDAR, BOOKINGS):
            wait_until_nothing_is_due(install, sync)
    there = events(world)
    ours = {
        (row["start"]["date"], row["end"]["date"], row["summary"])
        for key, row in there.items()
        if key not in foreign and row["status"] == "confirmed"
    }
    expected = {line for line in shown(install) if line[0] > min(day for day, _, _ in ours)}
    assert len(ours) > 30
    assert expected <= ours
    assert len([key for key in there if key not in foreign]) == len(ours), "none was made twice"
    assert {key: there[key] for key in foreign} == foreign
    for sync in (DUTIES, CALENDAR, BOOKINGS):
        assert_in_step(install, sync)
