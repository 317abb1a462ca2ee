"""What publishing a rota on Google Calendar costs, and whether it ever touches what is others'.

`python -m benchmarks.rota_calendar` prints the numbers beside their aims. A hundred shifts are
published over real sockets, with 50 ms a request. The random calendars, 10,000 unless another
number is given, are published within one process, without sockets and a database: otherwise they
would take hours. What compares and writes is the real thing there as well.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from integrations.google_calendar.sandbox import GoogleCalendarSandbox
from integrations.sandbox import Fault, World

ROOT = Path(__file__).resolve().parent.parent
CALENDAR = "c_duty@group.calendar.google.com"
SHIFTS, CALENDARS = 100, 10_000
SECONDS_A_REQUEST = 0.05
AT_ONCE = 25
DAY = timedelta(days=1)


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else CALENDARS
    with tempfile.TemporaryDirectory() as folder, World() as world:
        prepare(folder, world)
        sync = rota_on_a_calendar(world)
        world.faults.add(Fault("*", "slow", times=None, delay=SECONDS_A_REQUEST))
        print(
            f"A rota of {SHIFTS} shifts on Google Calendar, {SECONDS_A_REQUEST * 1000:.0f} ms each"
        )
        published(world, sync, what="published first", aim="")
        published(world, sync, what="published again, unchanged", aim="0 writes, at most 3 reads")
        by_chance(number)


def prepare(folder: str, world: World) -> None:
    os.environ.update(
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


def rota_on_a_calendar(world: World) -> Any:
    from django.utils import timezone

    from integrations import connections
    from rota.models import Duty, Member, Rota, Shift
    from uploader.models import Sync
    from uploader.people import Person

    now = timezone.now()
    first = now.date() + 7 * DAY
    rota = Rota.objects.create(
        name="support", title="Support", starts_on=first, start_with="one", then="other"
    )
    members = [
        Member.objects.create(
            rota=rota, person=Person.objects.create(name=f"Person {n}"), group="one"
        )
        for n in range(10)
    ]
    for n in range(SHIFTS):
        day: date = first + n * DAY
        shift = Shift.objects.create(rota=rota, start=day, end=day + DAY, changed_at=now)
        for role, member in (("lead", members[n % 10]), ("assist", members[(n + 1) % 10])):
            Duty.objects.create(shift=shift, role=role, member=member)
    google = world.of(GoogleCalendarSandbox)
    google.add_calendar(CALENDAR, "On duty", rosa="owner", rota="writer")
    connection = connections.connect(
        provider="google_calendar",
        owner=None,
        name="calendar",
        credentials=google.grant("rota"),
        by=None,
        now=now,
    )
    return Sync.objects.create(
        name="support-calendar",
        kind="rota_calendar",
        mode="automatic",
        target=connection,
        options={"rota": "support", "calendar_id": CALENDAR, "share_with_members": False},
    )


def published(world: World, sync: Any, *, what: str, aim: str) -> None:
    from django.utils import timezone

    from uploader import inline, work

    world.requests.clear()
    began = time.monotonic()
    manner = work.Manner(clock=timezone.now, patience=61)
    done = inline.carry_out_now(sync, params={"apply": True}, manner=manner)
    seconds = time.monotonic() - began
    if done.status != "finished":
        raise SystemExit(f"The run is {done.status}: {done.error} {done.warnings}")
    asked = Counter(
        "reads" if seen.method == "GET" else "writes"
        for seen in world.requests
        if seen.path.startswith("/calendar/")
    )
    found = f"{asked['writes']} writes, {asked['reads']} reads, {seconds:.1f} s"
    print(f"  {what:<44} {found:<34} {aim}")


def by_chance(number: int) -> None:
    began = time.monotonic()
    with multiprocessing.get_context("fork").Pool() as pool:
        seeds = [range(n, min(n + AT_ONCE, number)) for n in range(0, number, AT_ONCE)]
        found = sum(pool.imap_unordered(lived, seeds), Counter[str]())
    seconds = time.monotonic() - began
    print(
        f"  {found['calendars']:,} calendars by chance, published {found['publishings']:,} times, "
        f"{found['requests']:,} requests, {seconds:.0f} s"
    )
    print(
        f"  {'others’ events there, and of these written or deleted':<56} "
        f"{found['foreign']:,}, {found['touched']}    0"
    )
    print(f"  {'calendars that did not equal their rota':<56} {found['unequal']}    0")


def lived(seeds: range) -> Counter[str]:
    from tests.rota.calendar.unplugged import Unplugged

    found: Counter[str] = Counter()
    for seed in seeds:
        each = Unplugged(seed)
        try:
            each.live()
        except AssertionError as error:
            print(f"  seed {seed}: {error}")
            found["unequal"] += 1
        found["touched"] += len(each.paper.touched())
        found["foreign"] += len(each.paper.foreign)
        found["calendars"] += 1
        found["publishings"] += each.publishings
        found["requests"] += len(each.wire.lines)
    return found


if __name__ == "__main__":
    main()
