"""Whatever fails at any call, and wherever the worker is killed: exact in the end, whole at every
moment."""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from integrations.open_humans.sandbox_files import StoredFile
from integrations.sandbox import Fault, Seen
from tests.uploader.killer import Killer
from tests.uploader.rescuetime.journey import Journey, rows_of, some_day, some_days
from tests.uploader.rescuetime.test_takeover import as_the_tool_left_it, in_time, old_file, table

# `make soak` searches that many times longer.
SCENARIOS = 8 * int(os.environ.get("LOCKSTEP_TEST_TIMES", "1"))
SEED = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))
PASSING = ["429", "500", "502", "html200", "error200", "before", "cut", "lost", "slow"]


@dataclass
class Watch:
    """Looks at Open Humans at every request: a day that was once there must not be missing."""

    journey: Journey
    days: dict[str, set[str]] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    def look(self, seen: Seen) -> None:
        for month in {file.basename for file in self.journey.files()} | self.days.keys():
            copies = [f for f in self.journey.files() if f.basename == month]
            held = [set(f.metadata.get("lockstep", {}).get("rows", ())) for f in copies]
            before = self.days.get(month, set())
            if month != "rescuetime.json" and not any(before <= days for days in held):
                self.lost.append(f"{month} before {seen.method} {seen.path}")
            self.days[month] = max(held, key=len, default=set())


def replay(seed: int, scenario: Callable[[], None]) -> None:
    try:
        scenario()
    except BaseException as error:
        error.add_note(f"replay with FAULT_SEED={seed} and -k '[0]'")
        raise


# ----------------------------------------------------------------- exhaustively


def day_to_update(journey: Journey) -> None:
    """A day on which a month is new, one grew, one lost a day, and one is there twice."""
    journey.lives(some_days("2026-01-05", "2026-02-25", every=2))
    journey.run()
    twice = journey.file("2026-01")
    journey.open_humans.add_file("cleo", twice.basename, twice.content, twice.metadata)
    journey.account.days["2026-02-26"] = some_day(5)
    journey.account.days["2026-03-02"] = some_day(6)
    journey.forget_requests()


@pytest.mark.once
@pytest.mark.parametrize("kind", ["429", "lost", "cut", "error200"])
def test_a_fault_at_any_call_of_an_update_does_no_harm(journey: Journey, kind: str) -> None:
    day_to_update(journey)
    done: list[int] = []
    n = 0
    while not done:
        before = len(journey.world.requests)
        journey.world.faults.add(Fault("*", kind, skip=n))
        watch = Watch(journey)
        journey.world.hook = watch.look
        for _ in range(5):
            run = journey.run_to_the_end()
            if run.status == "finished":
                break
            journey.reconnect_what_needs_it()
        journey.world.hook = None
        assert journey.held() == journey.lived(), f"{kind} at call {n}"
        assert watch.lost == []
        if len(journey.world.faults):
            done.append(len(journey.world.requests) - before)
        journey.world.faults.clear()
        n += 1
        journey.account.days["2026-02-27"] = some_day(n)
        journey.account.days["2026-03-03"] = some_day(n)
    assert n > 10


def test_a_worker_may_be_killed_at_any_moment_of_an_import(
    journey: Journey, killer: Killer
) -> None:
    """Each attempt gets one step further than the one before, and is killed there."""
    journey.lives(some_days("2026-02-10", "2026-03-19", every=3))
    watch = Watch(journey)
    journey.world.hook = watch.look
    strikes = 0
    kills = 0
    passed = 0

    def now() -> bool:
        nonlocal passed
        passed += 1
        return passed > strikes

    killer.when = now
    while True:
        passed = 0
        strikes += 1
        run = journey.run_once_more()
        if run is not None and not run.is_open:
            break
        kills += 1
        journey.sync.runs.update(crashes=0)  # five deaths in a row without progress end a run
    assert run.status == "finished", run.error
    assert kills > 10
    assert watch.lost == []
    assert journey.held() == journey.lived()


# --------------------------------------------------------------------- by chance


@dataclass
class Life:
    """Somebody's account over weeks, with what Open Humans must hold in the end."""

    journey: Journey
    draw: random.Random
    should_be: dict[str, list[Any]] = field(default_factory=dict)

    def begin(self) -> None:
        journey = self.journey
        journey.clock.now += timedelta(days=self.draw.randrange(40))
        today = journey.clock.now.date()
        begin = today - timedelta(days=self.draw.randrange(20, 130))
        journey.lives(some_days(begin, today, every=self.draw.choice([1, 2, 5])))
        if self.draw.random() < 0.4:
            self.leave_an_old_file()
        self.note()

    def leave_an_old_file(self) -> None:
        journey = self.journey
        before = some_days(date(2025, 10, 3), date(2025, 11, 20), every=3)
        now = dict(journey.account.days)
        journey.lives(before | now)
        rows = in_time(journey.lived())
        ends = self.draw.sample(sorted(before), 3)
        old_file(journey, table(as_the_tool_left_it(rows, updates_ended=sorted(ends))))
        self.should_be |= {day: rows_of(journey.account, [day]) for day in before}
        journey.lives(now)

    def note(self) -> None:
        account = self.journey.account
        self.should_be |= {day: rows_of(account, [day]) for day in account.days}

    def a_day_passes(self) -> None:
        journey, draw = self.journey, self.draw
        journey.clock.forward(days=draw.choice([1, 1, 1, 3, 20]))
        days = journey.account.days
        today = journey.clock.now.date()
        days[today.isoformat()] = some_day(draw.randrange(99))
        known = sorted(days)
        if draw.random() < 0.5:
            late = ("23:00:00", draw.randrange(1, 300), f"{draw.random()}.example", "Email", 0)
            days[draw.choice(known)].append(late)
        if draw.random() < 0.3:
            day = today - timedelta(days=draw.randrange(60))
            days[day.isoformat()] = some_day(draw.randrange(99))
        if draw.random() < 0.3:
            del days[draw.choice(known[:-1])]
        self.note()

    def rows(self) -> list[list[Any]]:
        return sorted((row for rows in self.should_be.values() for row in rows), key=repr)


def live(journey: Journey, killer: Killer, seed: int) -> None:
    draw = random.Random(seed)
    foreign: list[StoredFile] = [
        journey.open_humans.add_file(
            "cleo", "rescuetime-2026-03.json", b"{}", {}, source="direct-sharing-7"
        )
    ]
    life = Life(journey, draw)
    life.begin()
    watch = Watch(journey)
    journey.world.hook = watch.look
    for turn in range(4):
        chance = draw.choice([0.02, 0.1, 0.3])
        journey.world.faults.randomly(chance, PASSING, draw.randrange(10**6), delay=0.0)
        killer.when = lambda chance=chance: draw.random() < chance / 5
        for _ in range(40):
            run = journey.run_to_the_end()
            if run.status == "finished":
                break
            # An answer lost while the sign-in is renewed ends it: only the person can help.
            journey.reconnect_what_needs_it()
            if draw.random() < 0.3:
                journey.world.faults.clear()
        killer.when = None
        journey.world.faults.clear()
        # What shrank in the earliest month is looked into in the second half of a month.
        journey.clock.forward(days=max(0, 16 - journey.clock.now.day))
        for _ in range(2):
            run = journey.run_to_the_end()
        assert run.status == "finished", f"turn {turn}: {run.error}"
        assert journey.held() == life.rows(), f"turn {turn}"
        assert watch.lost == []
        assert all(file in journey.open_humans.files("cleo") for file in foreign)
        life.a_day_passes()
    journey.run_to_the_end()
    journey.forget_requests()
    journey.run_to_the_end()
    assert journey.uploads() == []


@pytest.mark.randomized
@pytest.mark.parametrize("n", range(SCENARIOS))
def test_random_lives_with_random_faults_end_exact(
    journey: Journey, killer: Killer, n: int
) -> None:
    replay(SEED + n, lambda: live(journey, killer, SEED + n))
