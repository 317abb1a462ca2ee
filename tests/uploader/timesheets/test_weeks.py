"""Weeks of a studio, several runs a day: whatever happens on either side, the customer's workspace
holds what a second opinion says, nobody's own entry is touched, and no write was needless."""

import os
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.sandbox import World
from tests.uploader.clock import Clock
from tests.uploader.killer import Killer
from tests.uploader.timesheets.account import Account
from tests.uploader.timesheets.life import Life
from tests.uploader.timesheets.studio import Studio
from uploader.models import Link, Run, Sync

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# `make soak` lives through that many times as many lives.
TIMES = int(os.environ.get("LOCKSTEP_TEST_TIMES", "1"))
SEED = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))
AUCKLAND, LOS_ANGELES = "Pacific/Auckland", "America/Los_Angeles"
# Los Angeles, then Auckland, change their clocks: in March and April, in September and November.
CHANGES = [
    datetime(2026, 3, 8, 10, tzinfo=UTC),
    datetime(2026, 4, 4, 14, tzinfo=UTC),
    datetime(2026, 9, 26, 14, tzinfo=UTC),
    datetime(2026, 11, 1, 9, tzinfo=UTC),
]
PASSING = ["429", "500", "502", "html200", "401", "before", "cut", "lost"]


@dataclass
class Weeks:
    """Some weeks of one life: `stormy` ones with faults and deaths, `forgetful` ones in which the
    database is lost now and then."""

    life: Life
    killer: Killer
    stormy: bool = False
    forgetful: bool = False

    @property
    def studio(self) -> Studio:
        return self.life.studio

    def pass_by(self, days: int) -> None:
        life, draw, studio = self.life, self.life.draw, self.life.studio
        self.carried_out()
        life.a_few_things(at_most=15)
        for _ in range(days):
            for _ in range(draw.choice([1, 1, 2, 3])):
                studio.clock.forward(hours=draw.choice([1, 3, 7]), seconds=draw.randrange(100))
                life.a_few_things(at_most=5)
                self.carried_out()
            studio.clock.now = studio.clock.now.replace(hour=12) + timedelta(days=1)
            if self.forgetful and draw.random() < 0.2:
                self.the_database_is_lost()
        self.a_quiet_day()

    def the_database_is_lost(self) -> None:
        Link.objects.all().delete()
        for account in self.life.accounts:
            account.forget_all()

    def carried_out(self) -> None:
        for account in self.life.accounts:
            self.carried_out_by(account)

    def carried_out_by(self, account: Account) -> None:
        studio, draw = self.studio, self.life.draw
        studio.sync = account.sync
        account.begin()
        if self.stormy and draw.random() < 0.7:
            chance = draw.choice([0.03, 0.1, 0.2])
            told = draw.choice([None, 2, 700])
            studio.world.faults.randomly(
                chance, PASSING, draw.randrange(10**6), provider="clockify", retry_after=told
            )
            self.killer.when = lambda: draw.random() < chance / 10
        run = studio.carry_through()
        self.killer.when = None
        studio.world.faults.clear()
        assert run.status == Run.Status.FINISHED, [row.reason for row in run.changes.all()]
        try:
            account.check()
        except AssertionError as error:
            error.add_note(what_it_did(studio, run))
            raise

    def a_quiet_day(self) -> None:
        """What one sync lets go the other may take up."""
        self.stormy = False
        self.carried_out()
        self.carried_out()
        for account in self.life.accounts:
            self.studio.sync = account.sync
            self.studio.clockify.writes.clear()
            self.studio.forget_requests()
            # What refusals of a storm have taught may make it wait.
            assert self.studio.run_to_the_end(apply=True).status == Run.Status.FINISHED
            assert self.studio.writes() == []


def what_it_did(studio: Studio, run: Run) -> str:
    """The latest requests that were no plain readings, and the lines of the run."""
    odd = [seen for seen in studio.world.requests if seen.method != "GET" or seen.fault]
    asked = [f"{s.method} {s.path[-52:]} {s.status} {s.fault} {s.body[:400]!r}" for s in odd[-40:]]
    lines = run.changes.values_list("action", "key", "what", "was", "outcome", "reason")
    return "\n".join([*asked, *map(str, lines), str(run.warnings)])


def weeks_of(world: World, killer: Killer, seed: str, **how: Any) -> None:
    random.seed(seed)  # of it are the waits
    draw = random.Random(seed)
    zones = draw.choice([(AUCKLAND, LOS_ANGELES), (LOS_ANGELES, AUCKLAND), (AUCKLAND, "UTC")])
    begin = draw.choice(CHANGES) - timedelta(days=draw.randint(1, 7))
    studio = Studio(world, clock=Clock(begin), zone=zones[0], customers_zone=zones[1])
    studio.clockify.switches["filter_zone"] = draw.choice(["owner", "user", "workspace"])
    studio.set_options(on_target_edit=how.pop("on_target_edit", "keep"))
    doubled = how.pop("doubled", False)
    studio.sync = studio.fresh_sync()
    life = Life(studio, draw)
    if doubled:
        studio.clockify.add_client(studio.ours.id, "Second Ltd")
        options = {"on_target_edit": studio.sync.options["on_target_edit"]}
        life.begin_account(studio.connect("second", source_client="Second Ltd", **options))
    # A few entries with much to change: too much for nobody to look at otherwise.
    Sync.objects.update(max_delete_share=draw.choice([0.3, 1.0]))
    Weeks(life, killer, **how).pass_by(days=6)


LIVES: dict[str, dict[str, Any]] = {
    "calm": {},
    "put right": {"on_target_edit": "overwrite"},
    "stormy": {"stormy": True},
    "stormy, put right": {"stormy": True, "on_target_edit": "overwrite"},
    "two syncs": {"doubled": True},
    "two syncs, stormy, put right": {
        "doubled": True,
        "stormy": True,
        "on_target_edit": "overwrite",
    },
    "forgetful": {"forgetful": True},
    "forgetful, put right": {"forgetful": True, "on_target_edit": "overwrite"},
    "forgetful, stormy, two syncs": {"forgetful": True, "stormy": True, "doubled": True},
}


@pytest.mark.randomized
@pytest.mark.parametrize("n", range(TIMES))
@pytest.mark.parametrize("how", LIVES)
def test_after_each_run_of_some_weeks_the_copies_are_what_a_second_opinion_says(
    db: None, world: World, killer: Killer, how: str, n: int
) -> None:
    seed = SEED + n
    try:
        weeks_of(world, killer, f"{seed} {how}", **LIVES[how])
    except BaseException as error:
        error.add_note(f"replay with FAULT_SEED={seed} and -k '[{how}-0]'")
        raise


def test_what_comes_into_the_window_and_leaves_the_client_at_once_takes_its_copy_along(
    studio: Studio,
) -> None:
    """The copy is not listed any more; it is looked up rather than left behind."""
    mirror, _ = studio.project("Website")
    entries = [studio.track(mirror, f"12-01 {n:02}:00") for n in (8, 9)]
    assert studio.run(apply=True).counts["create"] == 2
    studio.clock.forward(days=45)
    start = studio.clock.now - timedelta(days=1)
    elsewhere = {"project_id": None, "start": start, "end": start + timedelta(hours=1)}
    studio.clockify.change_entry(entries[0].id, **elsewhere)
    # Nothing is wanted in the window any more, so a person looks first.
    assert studio.carry_through().counts["delete"] == 1
    assert studio.booked() == [("Website", "12-01 09:00", 1, "work")]
