"""What keeping a company's leave in step costs: requests, writes, seconds and memory.

`python -m benchmarks.leave` prints the numbers beside their aims. Everything happens at the
sandboxes, over real sockets, with 50 ms a request and at the pace of the real services.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from integrations.breathe.sandbox import BreatheSandbox
from integrations.productive.sandbox import TOKENS, ProductiveSandbox
from integrations.sandbox import Fault, World

ROOT = Path(__file__).resolve().parent.parent
PEOPLE, ABSENCES_EACH, BOOKED_EACH = 500, 6, 5
SECONDS_A_REQUEST = 0.05
AT_BREATHE_A_MINUTE = 60
CHANGED = 40
DAY = timedelta(days=1)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, World() as world:
        prepare(folder, world)
        categories = fill(world)
        connect(world, categories)
        world.faults.add(Fault("*", "slow", times=None, delay=SECONDS_A_REQUEST))
        world.of(BreatheSandbox).switches["requests_per_minute"] = AT_BREATHE_A_MINUTE
        print(
            f"Leave of {PEOPLE} people, {PEOPLE * ABSENCES_EACH:,} absences, "
            f"{PEOPLE * BOOKED_EACH:,} bookings, {SECONDS_A_REQUEST * 1000:.0f} ms a request"
        )
        nothing_new(world)
        planned(world)
        rest(world)
        some_changes(world)


def prepare(folder: str, world: World) -> None:
    os.environ.update(
        DEBUG="1",
        DJANGO_SETTINGS_MODULE="config.settings",
        LOCKSTEP_ENV_FILE=os.devnull,
        LOCKSTEP_VAR=folder,
        SANDBOX_URL=world.url,
        # As against the real services, where they are the default.
        BREATHE_RATE="55",
        PRODUCTIVE_RATE="100",
    )
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, check=True)
    import django

    django.setup()


def fill(world: World) -> dict[str, str]:
    """The same leave at both services, as an earlier tool left it; the categories by kind."""
    breathe, productive = world.of(BreatheSandbox), world.of(ProductiveSandbox)
    pat = productive.people[TOKENS["admin"].person_id]
    breathe.forget_rows()
    productive.empty()
    productive.people[pat.id] = pat
    names = {"holiday": "Holiday", "sickness": "Sickness", "other_leave": "Other leave"}
    categories = {kind: productive.add_event(name).id for kind, name in names.items()}
    monday = date.today() - date.today().weekday() * DAY  # noqa: DTZ011
    for n in range(PEOPLE):
        email = f"p{n}@example.org"
        employee = breathe.add_employee(email, f"P{n}", "Example")
        person = productive.add_person(email).id
        productive.add_salary(person, (7, 7, 7, 7, 7, 0, 0))
        for k in range(ABSENCES_EACH):
            start = monday + (k - 2) * 14 * DAY
            end = start + (n + k) % 5 * DAY
            breathe.add_absence(employee, start, end, cancelled=k >= BOOKED_EACH)
            if k < BOOKED_EACH:
                productive.add_booking(person, categories["holiday"], start, end)
    return categories


def connect(world: World, categories: dict[str, str]) -> None:
    from django.utils import timezone

    from integrations import connections
    from uploader.models import Sync

    sides = {
        side: connections.connect(
            provider=slug,
            owner=None,
            name=slug,
            credentials=world[slug].grant(who),
            by=None,
            now=timezone.now(),
        )
        for side, slug, who in (("source", "breathe", "company"), ("target", "productive", "admin"))
    }
    options = {"events": categories, "since_days": 90}
    Sync.objects.create(
        name="leave", kind="breathe_to_productive", mode="automatic", options=options, **sides
    )


def run() -> tuple[Any, float]:
    """One run to its end, as the command makes it; and how many seconds it took."""
    from django.utils import timezone

    from uploader import inline, work
    from uploader.models import Sync

    sync = Sync.objects.select_related("source", "target").get()
    began = time.monotonic()
    manner = work.Manner(clock=timezone.now, patience=61)
    done = inline.carry_out_now(sync, params={"apply": True}, manner=manner)
    seconds = time.monotonic() - began
    if done.status != "finished":
        raise SystemExit(f"The run is {done.status}: {done.error} {done.warnings}")
    return done, seconds


def rest(world: World) -> None:
    """Breathe's minute passes, so that what was asked before does not count."""
    from integrations.models import Pace

    Pace.objects.all().delete()
    world.of(BreatheSandbox).allowance = type(world.of(BreatheSandbox).allowance)()
    world.requests.clear()


def show(what: str, found: str, aim: str, today: str) -> None:
    print(f"  {what:<58} {found:>10}   {aim:<26} {today}")


def answers(world: World) -> Counter[int | None]:
    return Counter(seen.status for seen in world.requests)


def nothing_new(world: World) -> None:
    first, first_seconds = run()
    rest(world)
    done, seconds = run()
    writes = sum(seen.method != "GET" for seen in world.requests)
    reads = len(world.requests) - writes
    pages = sum(
        -(-rows // size)
        for rows, size in (
            (PEOPLE, 100),
            (PEOPLE * ABSENCES_EACH, 100),
            (PEOPLE, 200),
            (PEOPLE, 200),
            (PEOPLE * BOOKED_EACH, 200),
        )
    )
    counts = (first.counts["unchanged"], done.counts["unchanged"])
    if counts != (PEOPLE * BOOKED_EACH,) * 2:
        raise SystemExit(f"Unchanged are {counts}.")
    show("writes of a run with nothing new", str(writes), "0", "5,000 (two per booking)")
    show("reads", str(reads), f"at most {pages + 12}", "3,000 and more (six per person)")
    show("seconds of the very first run", f"{first_seconds:.1f}", "under 15", "over 1,800")
    show("seconds of a later run", f"{seconds:.1f}", "under 15", "over 1,800")
    show("answers “too many requests”", str(answers(world)[429]), "0", "–")


def planned(world: World) -> None:
    """In a process of its own, which reads the lists first and then says what planning took."""
    rest(world)
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.leave", "plan"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    seconds, megabytes = ended.stdout.split()
    show("seconds of computing a plan of that size", seconds, "under 1", "–")
    show("peak memory of that process, MB", megabytes, "under 200", "–")


def plan() -> None:
    import django

    django.setup()
    from django.utils import timezone

    from uploader import inline, work
    from uploader.models import Sync
    from uploader.reading import Reading

    reading = 0.0
    whole = Reading.whole

    def timed(self: Any, *arguments: Any) -> Any:
        nonlocal reading
        began = time.process_time(), time.monotonic()
        try:
            return whole(self, *arguments)
        finally:
            reading += time.monotonic() - began[1]

    Reading.whole = timed  # type: ignore[assignment]
    sync = Sync.objects.select_related("source", "target").get()
    began = time.monotonic()
    report = inline.dry_run(sync, params={}, manner=work.Manner(clock=timezone.now, patience=61))
    seconds = time.monotonic() - began - reading
    if report.error or report.counts["unchanged"] != PEOPLE * BOOKED_EACH:
        raise SystemExit(f"The plan went wrong: {report.error} {report.counts}")
    status = Path("/proc/self/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    print(f"{seconds:.2f} {int(peak.split()[1]) / 1000:.0f}")


def some_changes(world: World) -> None:
    """A tenth of one kind each: longer, later, split by a day at work, cancelled."""
    breathe = world.of(BreatheSandbox)
    live = [number for number, row in breathe.lists["absences"].items() if not row["cancelled"]]
    longer, later, cancelled, new = (live[n : n + CHANGED // 4] for n in range(0, CHANGED, 10))
    for number in longer:
        end = date.fromisoformat(breathe.row("absences", number)["end_date"])
        breathe.change("absences", number, end_date=end + DAY)
    for number in later:
        start = date.fromisoformat(breathe.row("absences", number)["start_date"])
        breathe.change("absences", number, start_date=start + 7 * DAY, end_date=start + 8 * DAY)
    for number in cancelled:
        breathe.change("absences", number, cancelled=True)
    for number in new:
        employee = breathe.row("absences", number)["employee"]["id"]
        breathe.add_absence(employee, date.today() + 200 * DAY)  # noqa: DTZ011
    run()
    writes = sum(seen.method != "GET" for seen in world.requests)
    today = f"{2 * PEOPLE * BOOKED_EACH:,} (all, whatever changed)"
    show(f"writes for {CHANGED} changed absences", str(writes), f"at most {2 * CHANGED}", today)


if __name__ == "__main__":
    if sys.argv[1:] == ["plan"]:
        plan()
    else:
        main()
