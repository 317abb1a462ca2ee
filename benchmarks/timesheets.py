"""What keeping two Clockify workspaces in step costs: requests, writes, seconds.

`python -m benchmarks.timesheets` prints the numbers beside their aims. Everything happens at the
sandbox, over real sockets, with 50 ms a request and at eight requests a second with one key.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from integrations.clockify.sandbox import ClockifySandbox
from integrations.sandbox import Fault, World

ROOT = Path(__file__).resolve().parent.parent
SECONDS_A_REQUEST = 0.05
# Beyond a slice of a worker's time, so that a run goes on in its next one.
SLICE_SECONDS = 45
HOUR = timedelta(hours=1)


class Studio:
    """Ours and the customer's workspace, with so many projects and entries."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.at = at = world.of(ClockifySandbox)
        at.empty()
        self.ada = at.add_user("ada@example.org", zone="Europe/Stockholm")
        self.guest = at.add_user("ada@customer.example", zone="America/New_York")
        self.ours = at.add_workspace("Ours", owner=self.ada)
        self.theirs = at.add_workspace("Theirs", owner=self.guest)
        self.client = at.add_client(self.ours.id, "Customer Ltd")

    def add_projects(self, number: int) -> None:
        for n in range(number):
            self.at.add_project(self.theirs.id, f"Project {n}")

    def track(self, number: int) -> None:
        """An hour each, backwards from an hour ago, over the projects in turn."""
        mirrored = [p for p in self.at.projects.values() if p.client_id == self.client.id]
        now = datetime.now(UTC).replace(microsecond=0)
        for n in range(number):
            start = now - (n + 2) * 30 * timedelta(minutes=1)
            project = mirrored[n % len(mirrored)]
            self.at.add_entry(
                self.ours.id, self.ada.id, start, start + HOUR / 2,
                project_id=project.id, description=f"Task {n}", billable=n % 2 == 0,
            )  # fmt: skip

    def arrived(self) -> Counter[str]:
        return Counter(e.description for e in self.at.entries_of(self.theirs.id, self.guest.id))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, World() as world:
        prepare(folder, world)
        print(f"Two Clockify workspaces, {SECONDS_A_REQUEST * 1000:.0f} ms a request")
        a_working_month(world)
        nothing_new(world)
        many_new(world)


def prepare(folder: str, world: World) -> None:
    os.environ.update(
        DEBUG="1",
        DJANGO_SETTINGS_MODULE="config.settings",
        LOCKSTEP_ENV_FILE=os.devnull,
        LOCKSTEP_VAR=folder,
        SANDBOX_URL=world.url,
        # As against the real service, where it is the default.
        CLOCKIFY_RATE="480",
    )
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, check=True)
    import django

    django.setup()


def connect(studio: Studio) -> Any:
    from django.utils import timezone

    from integrations import connections
    from uploader.models import Sync

    Sync.objects.all().delete()
    sides = {
        side: connections.connect(
            provider="clockify", owner=None, name=side, credentials={"api_key": user.key},
            by=None, now=timezone.now(),
        )
        for side, user in (("source", studio.ada), ("target", studio.guest))
    }  # fmt: skip
    options = {
        "source_workspace": "Ours",
        "source_client": "Customer Ltd",
        "target_workspace": "Theirs",
        "window_days": 60,
    }
    return Sync.objects.create(
        name="timesheets", kind="clockify_to_clockify", mode="automatic", options=options, **sides
    )


def run(sync: Any) -> tuple[Any, float]:
    """One run to its end, slice by slice as a worker makes it; and how many seconds it took."""
    from django.utils import timezone

    from uploader import hands, inline
    from uploader.models import Sync

    fresh = Sync.objects.select_related("source", "target").get(pk=sync.pk)
    began = time.monotonic()
    manner = hands.Manner(clock=timezone.now, slice_seconds=SLICE_SECONDS)
    done = inline.carry_out_now(fresh, params={"apply": True}, manner=manner)
    while done.status in ("queued", "waiting"):
        if done.error:
            raise SystemExit(f"The run waits: {done.error}")
        done = inline.carry_out(done, manner=manner)
    if done.status != "finished":
        raise SystemExit(f"The run is {done.status}: {done.error} {done.warnings}")
    return done, time.monotonic() - began


@contextmanager
def unpaced(world: World) -> Iterator[None]:
    """What is only prepared need not be waited for."""
    from django.conf import settings

    own = settings.PROVIDER_SETTINGS
    settings.PROVIDER_SETTINGS = {**own, "clockify": {**own.get("clockify", {}), "RATE": "0"}}
    world.faults.clear()
    yield
    settings.PROVIDER_SETTINGS = own
    world.faults.add(Fault("*", "slow", times=None, delay=SECONDS_A_REQUEST))


def counted(world: World) -> tuple[int, int]:
    """Reads and writes since the last look."""
    writes = sum(seen.method != "GET" for seen in world.requests)
    reads = len(world.requests) - writes
    world.requests.clear()
    return reads, writes


def show(what: str, found: str, aim: str, today: str) -> None:
    print(f"  {what:<62} {found:>12}   {aim:<26} {today}")


def a_working_month(world: World) -> None:
    studio = Studio(world)
    studio.add_projects(70)
    sync = connect(studio)
    with unpaced(world):
        run(sync)
    studio.track(260)
    run(sync)
    arrived = studio.arrived()
    once = sum(number == 1 for number in arrived.values())
    doubled = sum(number > 1 for number in arrived.values())
    show("entries that arrive once, of 260 on 70 projects", f"{once}", "260", "40 of 120")
    show("entries that arrive more than once", f"{doubled}", "0", "–")


def nothing_new(world: World) -> None:
    studio = Studio(world)
    studio.add_projects(300)
    sync = connect(studio)
    with unpaced(world):
        run(sync)
        studio.track(1000)
        run(sync)
    counted(world)
    done, seconds = run(sync)
    if done.counts["unchanged"] != 1300:
        raise SystemExit(f"Unchanged are {done.counts}.")
    reads, writes = counted(world)
    what = "nothing new, 1,000 entries a side, 300 projects"
    show(f"reads, {what}", str(reads), "at most 16", "3, and wrong")
    show(f"writes, {what}", str(writes), "0", "duplicates")
    show(f"seconds, {what}", f"{seconds:.1f}", "–", "–")


def many_new(world: World) -> None:
    studio = Studio(world)
    studio.add_projects(10)
    sync = connect(studio)
    with unpaced(world):
        run(sync)
    studio.track(1000)
    counted(world)
    _, seconds = run(sync)
    moments = sorted(seen.at for seen in world.requests if seen.method == "POST")
    busiest = max(
        sum(moment <= other < moment + timedelta(seconds=1) for other in moments[n : n + 40])
        for n, moment in enumerate(moments)
    )
    arrived = studio.arrived()
    if set(arrived.values()) != {1}:
        raise SystemExit(f"Not all arrived once: {arrived.most_common(3)}")
    show("creates for 1,000 new entries", str(len(moments)), "1,000", "aborts at a refusal")
    show("seconds for that", f"{seconds:.0f}", "125 and a little", "–")
    show("most of them in any second", str(busiest), "at most 8", "–")


if __name__ == "__main__":
    main()
