"""`update_data` over 100,000 connected people: how long it takes, and how much memory.

On SQLite, or on a database of its own beside the one that DATABASE_URL names.
`python -m benchmarks.update_data` prints the numbers; the aim is 30 s and 150 MB, for 10,000 due.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

PEOPLE = 100_000
DUE = (1_000, 10_000)
ROOT = Path(__file__).resolve().parent.parent
BATCH = 2_000
DAY = timedelta(days=1)
# Runs a command and says what was the most memory it held, in kilobytes.
MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, database() as url:
        os.environ.update(
            {
                "DEBUG": "1",
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "LOCKSTEP_ENV_FILE": os.devnull,
                "LOCKSTEP_VAR": folder,
                **({"DATABASE_URL": url} if url else {}),
            }
        )
        os.environ.pop("REDIS_URL", None)
        where = "PostgreSQL" if url else "SQLite"
        began = time.monotonic()
        manage("migrate", "--verbosity", "0")
        populate()
        print(f"update_data on {where}: {PEOPLE:,} people in {time.monotonic() - began:.0f} s")
        for due in DUE:
            make_due(due)
            seconds, megabytes, queued = measured()
            print(f"  {queued:>6,} due: {seconds:5.1f} s, {megabytes:4.0f} MB at most")


@contextmanager
def database() -> Iterator[str]:
    """An empty database, gone afterwards; "" stands for SQLite in the temporary folder."""
    from tests import services

    server = os.environ.pop("DATABASE_URL", "")
    if not server.startswith(("postgres://", "postgresql://")):
        yield ""
        return
    name = f"lockstep_benchmark_{os.getpid()}"
    yield services.create_database(server, name)
    services.drop_database(server, name)


def manage(*arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, check=True)


def populate() -> None:
    """People who have connected both sides, none of them due."""
    import django

    django.setup()
    for first in range(0, PEOPLE, BATCH):
        _add_people(range(first, first + BATCH))


def _add_people(numbers: range) -> None:
    from django.contrib.auth.models import User
    from django.db import connection, transaction
    from django.utils import timezone

    from integrations.models import Connection
    from uploader.models import Sync

    with transaction.atomic():
        users = User.objects.bulk_create(
            User(username=f"person-{n}", password="!") for n in numbers
        )
        sides = {
            slug: Connection.objects.bulk_create(
                Connection(name=f"{slug}-{user.username}", provider=slug, owner=user)
                for user in users
            )
            for slug in ("rescuetime", "open_humans")
        }
        Sync.objects.bulk_create(
            Sync(
                name=f"rescuetime-{n}",
                kind="rescuetime_to_open_humans",
                source=source,
                target=target,
                mode="automatic",
                every=DAY,
                next_run_at=timezone.now() + DAY,
            )
            for n, source, target in zip(
                numbers, sides["rescuetime"], sides["open_humans"], strict=True
            )
        )
    connection.close()


def make_due(due: int) -> None:
    """So many of those without an open run, spread over the table."""
    from django.db import connection
    from django.utils import timezone

    from uploader.models import Sync

    idle = Sync.objects.filter(runs=None).order_by("pk").values_list("pk", flat=True)
    chosen = list(idle)[:: PEOPLE // due // 2][:due]
    past = timezone.now() - timedelta(hours=1)
    for first in range(0, due, BATCH):
        Sync.objects.filter(pk__in=chosen[first : first + BATCH]).update(next_run_at=past)
    connection.close()


def measured() -> tuple[float, float, int]:
    """Seconds, megabytes at most, and how many were queued."""
    began = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", MEASURE, sys.executable, "manage.py", "update_data", "--json"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    seconds = time.monotonic() - began
    kilobytes = int(ended.stderr.split()[-1])
    return seconds, kilobytes / 1024, len(json.loads(ended.stdout)["queued"])


if __name__ == "__main__":
    main()
