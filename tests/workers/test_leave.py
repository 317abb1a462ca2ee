"""Leave becomes bookings with real workers that are killed; nothing private is left behind."""

import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations.breathe.sandbox import BreatheSandbox
from integrations.productive.sandbox import ProductiveSandbox
from integrations.sandbox import Fault, World
from tests.workers.demo import KEYS, configure_demo
from tests.workers.installation import Installation

pytestmark = pytest.mark.long


@pytest.fixture
def leave(install: Installation, tmp_path: Path) -> str:
    """The company of `make run`, whose leave is written without asking."""
    configure_demo(install, tmp_path, until="[syncs.timesheets]")
    return "leave"


def live(world: World) -> Counter[Any]:
    bookings = world.of(ProductiveSandbox).bookings.values()
    return Counter(
        (b.person_id, b.event_id, b.start, b.end, b.time)
        for b in bookings
        if b.method == 1 and b.time and not (b.canceled or b.rejected or b.draft)
    )


def assert_exact(install: Installation, world: World, sync: str) -> None:
    """Nothing is left to do, and nothing is there twice."""
    shown = json.loads(install.manage("sync", sync, "--json").stdout)
    counts = shown["counts"]
    assert (counts["create"], counts["update"], counts["delete"]) == (0, 0, 0), shown
    assert counts["unchanged"] > 20
    managed = {key: n for key, n in live(world).items() if key[1] in ("501", "502", "503")}
    assert max(managed.values()) == 1, managed


def test_killed_workers_neither_lose_nor_double_a_booking(
    install: Installation, world: World, leave: str
) -> None:
    seed = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))
    print(f"FAULT_SEED={seed}")  # noqa: T201
    chance = random.Random(seed)
    for _ in range(3):
        install.start_worker()
        deadly = len(world.requests) + chance.randrange(4, 30)
        end = time.monotonic() + 6
        while len(world.requests) < deadly and time.monotonic() < end:
            time.sleep(0.005)
        install.kill_workers()
    with install.worker():
        run = install.wait_until_finished(leave)
    assert run["status"] == "finished_with_problems", run["error"]  # Dan lacks an entitlement
    assert_exact(install, world, leave)


def test_nothing_private_and_no_key_is_in_any_log_or_table(
    install: Installation, world: World, leave: str
) -> None:
    world.faults.add(Fault("breathe", "429", match="sicknesses", retry_after=1))
    world.faults.add(Fault("productive", "429", match="POST", skip=3, retry_after=1))
    with install.worker():
        install.wait_until_finished(leave)
    install.manage("dump_leave", leave, "--out", str(install.folder / "dump"))
    files = [file.read_text() for file in (install.folder / "dump").glob("*.json")]
    kept = install.logs() + install.manage("dumpdata").stdout + "".join(files)
    assert len(files) > 5
    assert "ada@example.org" in kept
    for secret in (*KEYS.values(), *private(world)):
        assert secret not in kept, secret


def private(world: World) -> set[str]:
    """Every text of the stand-in's rows that nobody here has to know: it says so of itself."""
    lists = world.of(BreatheSandbox).lists
    texts = {
        text
        for row in (*lists["employees"].values(), *lists["sicknesses"].values())
        for text in texts_in(row)
        if any(word in text.lower() for word in ("made-up", "fake", "private"))
    }
    assert len(texts) > 30
    return texts


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_in(inner)
