"""The whole journey with real workers, brokers and databases: killed, emptied, doubled."""

import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from integrations.sandbox import Fault, World
from tests.workers.installation import Installation

pytestmark = pytest.mark.long


def at_rescuetime(world: World, person: str) -> list[list[Any]]:
    """Every row there is, straight from the sandbox's own memory."""
    days = world["rescuetime"].accounts[person].days  # type: ignore[attr-defined]
    return sorted(
        [f"{day}T{at}", seconds, 1, *what] for day in days for at, seconds, *what in days[day]
    )


def at_open_humans(world: World, person: str) -> list[list[Any]]:
    files = [json.loads(file.content) for file in visible(world, person)]
    return sorted(row for file in files for row in file["rows"])


def visible(world: World, person: str) -> list[Any]:
    return [f for f in world["open_humans"].files(person) if f.completed]  # type: ignore[attr-defined]


def assert_exact(world: World, person: str) -> None:
    assert at_open_humans(world, person) == at_rescuetime(world, person)
    names = Counter(file.basename for file in visible(world, person))
    assert names, "nothing arrived"
    assert max(names.values()) == 1, f"a month is there twice: {names}"


def test_a_connected_persons_history_arrives_by_itself(install: Installation, world: World) -> None:
    sync = install.connect("ben")
    with install.worker():
        run = install.wait_until_finished(sync)
    assert (run["status"], run["warnings"]) == ("finished", [])
    assert_exact(world, "ben")


def test_when_a_call_fails_the_run_waits_with_a_countdown_and_goes_on(
    install: Installation, world: World
) -> None:
    world.faults.add(Fault("rescuetime", "429", match="/api/oauth/data", skip=2, retry_after=4))
    sync = install.connect("ben")
    with install.worker():
        waiting = install.wait_for(sync, lambda run: run["status"] == "waiting")
        assert waiting["error"].startswith("RescueTime asked us to slow down.")
        assert "(429)" in waiting["error"]
        run = install.wait_until_finished(sync)
    assert run["status"] == "finished"
    assert_exact(world, "ben")
    assert "Retry in 4" in install.logs()


def test_killed_workers_lose_and_double_nothing(install: Installation, world: World) -> None:
    seed = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))
    print(f"FAULT_SEED={seed}")  # noqa: T201
    chance = random.Random(seed)
    sync = install.connect("ben")
    for _ in range(4):
        install.start_worker()
        deadly = len(world.requests) + chance.randrange(1, 14)
        end = time.monotonic() + 20
        while len(world.requests) < deadly and time.monotonic() < end:
            time.sleep(0.005)
        install.kill_workers()
    with install.worker():
        run = install.wait_until_finished(sync)
    assert run["status"] == "finished"
    assert_exact(world, "ben")


def test_an_emptied_broker_loses_no_run(
    install: Installation, world: World, empty_broker: Callable[[Installation], None]
) -> None:
    syncs = [install.connect(person) for person in ("ben", "cleo")]
    world.faults.add(Fault("rescuetime", "429", times=2, retry_after=3))
    with install.worker():
        install.wait_for(syncs[0], lambda run: run["status"] in ("waiting", "running"))
        empty_broker(install)
        for sync in syncs:
            assert install.wait_until_finished(sync)["status"] == "finished"
    assert_exact(world, "ben")


def test_two_workers_and_doubled_messages_do_everything_once(
    install: Installation, world: World
) -> None:
    sync = install.connect("ben")
    run_id = install.run(sync)["id"]
    install.shell(
        "from uploader import tasks\n"
        f"for _ in range(20): tasks.work.delay({run_id}, 0); tasks.tick.delay()"
    )
    install.start_worker()
    with install.worker():
        run = install.wait_until_finished(sync)
    assert run["status"] == "finished"
    assert_exact(world, "ben")
    completed = [seen for seen in world.requests if seen.path.endswith("/upload/complete/")]
    assert len(completed) == len(visible(world, "ben"))


def test_a_frozen_worker_that_wakes_up_late_does_no_harm(
    install: Installation, world: World
) -> None:
    sync = install.connect("ben")
    frozen = install.start_worker()
    while not any(seen.path.endswith("/upload/direct/") for seen in world.requests):
        time.sleep(0.005)
    os.killpg(frozen.pid, signal.SIGSTOP)
    try:
        with install.worker():
            install.wait_until_finished(sync)
            os.killpg(frozen.pid, signal.SIGCONT)
            time.sleep(2)
    finally:
        os.killpg(frozen.pid, signal.SIGCONT) if frozen.poll() is None else None
        install.kill_workers()
    assert_surplus_is_healed(install, world, sync)


def assert_surplus_is_healed(install: Installation, world: World, sync: str) -> None:
    """A stray request may have left a second copy; the next update takes it away."""
    install.manage("sync", sync, "--apply")
    assert_exact(world, "ben")


def test_after_disconnecting_nothing_is_uploaded_any_more(
    install: Installation, world: World
) -> None:
    sync = install.connect("ben")
    gone = threading.Event()
    late: list[str] = []

    def watch(seen: Any) -> None:
        if gone.is_set() and "/upload/" in seen.path:
            late.append(seen.path)

    world.hook = watch
    with install.worker():
        install.wait_for(sync, lambda run: run["done"] >= 1)
        install.shell(
            "from django.utils import timezone\nfrom integrations import connections\n"
            "from integrations.models import Connection\n"
            "c = Connection.objects.get(provider='rescuetime')\n"
            "connections.disconnect(c, by=c.owner, now=timezone.now(), erase=True)"
        )
        time.sleep(0.5)  # a request that was under way when it happened
        gone.set()
        erased = install.wait_for(sync, lambda run: run["status"] == "finished")
    assert erased["counts"]["delete"] >= 1
    assert visible(world, "ben") == []
    assert late == []


def test_no_token_in_any_log_or_message(install: Installation, world: World) -> None:
    world.faults.add(Fault("rescuetime", "500", skip=1))
    world.faults.add(Fault("open_humans", "cut", skip=3))
    sync = install.connect("ben")
    with install.worker():
        install.wait_until_finished(sync)
    secrets = {
        seen.query["access_token"] for seen in world.requests if "access_token" in seen.query
    }
    secrets |= {
        seen.headers["Authorization"].split()[-1]
        for seen in world.requests
        if seen.headers.get("Authorization")
    }
    assert secrets
    kept = install.logs() + install.manage("dumpdata").stdout
    for secret in secrets:
        assert secret not in kept
