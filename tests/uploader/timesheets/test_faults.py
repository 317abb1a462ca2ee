"""Whatever fails at any call, wherever a worker is killed, and with two at work at once: exact in
the end, nothing doubled, and nothing that somebody typed at the customer's is touched."""

import os
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count

import pytest

from integrations.models import Pace
from integrations.pace import PacedGate
from integrations.sandbox import Fault, Seen, World
from tests.uploader.killer import Killed, Killer, Once
from tests.uploader.timesheets.account import Account, Content
from tests.uploader.timesheets.life import Life
from tests.uploader.timesheets.studio import HOUR, START, Studio
from uploader import hands, inline
from uploader.models import Link as Linked
from uploader.models import Run, Sync

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# `make soak` searches that many times longer.
TIMES = int(os.environ.get("LOCKSTEP_TEST_TIMES", "1"))
SCENARIOS = 50 * TIMES
SEED = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))
ANY_CALL = ["before", "cut", "lost", "429", "500", "502", "html200", "401", "slow"]
PASSING = ["429", "500", "502", "html200", "401", "before", "cut", "lost"]


def replay(seed: int, scenario: Callable[[], None], *, which: str = "") -> None:
    random.seed(seed)  # of it are the waits
    try:
        scenario()
    except BaseException as error:
        error.add_note(f"replay with FAULT_SEED={seed}{which}")
        raise


# ------------------------------------------------------ a day with a bit of everything


@dataclass
class Turns:
    """Each `turn` has a bit of everything: entries to be made, to be changed (one alone, and many
    at once), to be deleted (one, and many), three equal ones, a new tag, a new project, a rename;
    and what somebody types at the customer's, equal to what is copied.
    """

    studio: Studio
    number: int = 0

    def __post_init__(self) -> None:
        studio = self.studio
        Sync.objects.filter(pk=studio.sync.pk).update(max_delete_share=1.0)
        self.at = studio.clockify
        self.mirror, self.theirs = studio.project("Website")
        self.other, _ = studio.project("Shop")
        self.task = self.at.add_task(self.mirror.id, "Design")
        self.at.add_task(self.theirs.id, "design")
        self.account = Account(studio, studio.sync)
        self.kept = [studio.track(self.mirror, START - n * HOUR, text=f"kept {n}") for n in (2, 3)]
        self.old = [studio.track(self.mirror, START - 5 * HOUR, text="old") for _ in range(3)]
        self.account.begin()
        studio.carry_through()
        self.account.check()

    def turn(self) -> None:
        self.number += 1
        n, at, studio = self.number, self.at, self.studio
        for entry in self.old:
            at.remove_entry(entry.id)
        tag = at.add_tag(studio.ours.id, f"tag {n}")
        when = START - n * HOUR / 60
        self.old = [studio.track(self.mirror, when, text="the same") for _ in range(2)]
        self.old.append(studio.track(self.mirror, when, text="tagged", tag_ids=[tag.id]))
        studio.type_in(self.theirs, when, text="the same")
        first, second = self.kept
        project = self.mirror if n % 2 else self.other
        at.change_entry(first.id, project_id=project.id, billable=bool(n % 2))
        at.change_entry(second.id, description=f"kept, turn {n}")
        at.change_entry(second.id, tag_ids=(tag.id,), task_id=self.task.id if n % 2 else None)
        at.change_entry(self.account.copies[second.id].ref, custom_fields={"64a0f0": "kept"})
        at.add_project(studio.theirs.id, f"Project {n}")
        at.change_project(self.theirs.id, name=f"Website {n}")

    def by_hand(self) -> list[Content]:
        """What stands at the customer's without being a copy."""
        linked = set(Linked.objects.values_list("ref", flat=True))
        self.account.read_tags()
        return [self.account.content(row) for row in self.studio.copies() if row.id not in linked]

    def survives(self, trouble: Callable[[], None], *, what: str) -> None:
        """A turn, with whatever `trouble` sets going, ends exact and with nothing needless."""
        self.turn()
        self.account.begin()
        try:
            trouble()
            run = self.studio.carry_through()
            assert run.status == Run.Status.FINISHED, [each.reason for each in run.changes.all()]
            self.account.check()
        except AssertionError as error:
            error.add_note(f"{what}, in turn {self.number}")
            raise


@pytest.fixture
def turns(studio: Studio) -> Turns:
    return Turns(studio)


@pytest.mark.parametrize(("kind", "told"), [("429", 40), *((kind, None) for kind in ANY_CALL)])
def test_a_fault_at_any_call_leaves_nothing_undone_and_nothing_twice(
    turns: Turns, kind: str, told: int | None
) -> None:
    """Each turn has two: one while both sides are read, and one while they are written."""
    faults = turns.studio.world.faults
    for n in count():
        both = [
            Fault("clockify", kind, match, skip=n, retry_after=told, delay=0.01)
            for match in ("GET *", "[PD]*")
        ]

        def fail(both: list[Fault] = both) -> None:
            Pace.objects.all().delete()  # nothing is learnt of earlier turns
            for fault in both:
                faults.add(fault)

        turns.survives(fail, what=f"{kind} at read and write {n}")
        if not any(fault.fired for fault in both):
            break  # there are no more calls
        faults.clear()
    assert n > 8


def test_what_is_forbidden_once_is_done_a_day_later_and_the_rest_at_once(turns: Turns) -> None:
    studio = turns.studio
    for n in count():
        turns.turn()
        turns.account.begin()
        fault = studio.world.faults.add(Fault("clockify", "403", "[PD]*", skip=n))
        run = studio.carry_through()
        refused = [line for line in run.changes.all() if line.outcome == "rejected"]
        if fault.fired:
            # A tag that may not be made is asked for once, and missed by both that have it.
            tag = any("creating a tag" in line.reason for line in refused)
            assert len(refused) <= (2 if tag else 1)
            studio.clock.forward(days=1, seconds=1)
            assert studio.carry_through().status == Run.Status.FINISHED
        turns.account.check()
        studio.world.faults.clear()
        if not fault.fired:
            break
    assert n > 7


def test_a_tag_that_was_made_before_a_wait_is_known_after_it(studio: Studio) -> None:
    """What is copied with it is not taken for changed by somebody when it is next to be changed."""
    mirror, _ = studio.project("Website")
    tag = studio.clockify.add_tag(studio.ours.id, "New")
    entry = studio.track(mirror, "12-01 09:00", tag_ids=[tag.id])
    studio.world.faults.add(Fault("clockify", "lost", match="POST *time-entries"))
    assert studio.run_to_the_end(apply=True).status == Run.Status.FINISHED
    studio.clockify.change_entry(entry.id, description="another text")
    run = studio.run(apply=True)
    assert (run.counts["update"], run.counts["conflict"]) == (1, 0)
    assert [row[3] for row in studio.booked()] == ["another text"]


# ------------------------------------------------------------------------------ deaths


@pytest.mark.usefixtures("deadly_notes")
def test_a_worker_may_be_killed_at_any_boundary_once_it_writes(
    turns: Turns, killer: Killer
) -> None:
    first = boundaries_before_writing(turns, killer)
    for n in count(first):
        moment = Once(n)
        killer.when = moment
        turns.survives(lambda: None, what=f"killed at boundary {n}")
        killer.when = None
        if moment.passed < n:
            break
    assert n > first + 20


def boundaries_before_writing(turns: Turns, killer: Killer) -> int:
    """How often a run is asked whether it may go on while it only reads."""
    asked = Once(0)
    killer.when = asked
    times: list[int] = []

    def is_writing(seen: Seen) -> None:
        if seen.method != "GET":
            times.append(asked.passed)

    turns.studio.world.hook = is_writing
    turns.survives(lambda: None, what="undisturbed")
    turns.studio.world.hook = killer.when = None
    return times[0]


@pytest.mark.usefixtures("deadly_notes")
def test_workers_may_be_killed_one_after_the_other_each_one_step_further(
    turns: Turns, killer: Killer
) -> None:
    studio = turns.studio
    kills = 0

    def attempts() -> None:
        nonlocal kills
        for n in count(1):
            killer.when = Once(n)
            if studio.run_once_more(apply=True) is not None:
                break
            kills += 1
            studio.sync.runs.update(crashes=0)  # five deaths in a row without progress end a run
        killer.when = None

    turns.survives(attempts, what="killed again and again")
    assert kills > 20


# ------------------------------------------------------------------- two at work at once


@dataclass
class Thief:
    """Another worker, to whom the run is given at the nth time of asking, as its lease is over:
    the first one was only slow, and goes on afterwards. The other one dies at `dies_at`, if at all.
    """

    studio: Studio
    killer: Killer
    at: int
    dies_at: int
    passed: int = 0

    def comes(self) -> bool:
        self.passed += 1
        run = self.studio.sync.runs.open().first()
        if self.passed == self.at and run is not None:
            self.studio.clock.forward(minutes=5)
            before, self.killer.when = self.killer.when, Once(self.dies_at)
            with suppress(Killed):
                inline.carry_out(run, manner=hands.Manner(clock=self.studio.clock))
            self.killer.when = before
        return False


def boundaries(turns: Turns, killer: Killer) -> int:
    """How often a run is asked whether it may go on."""
    never = Once(0)
    killer.when = never
    turns.survives(lambda: None, what="undisturbed")
    killer.when = None
    return never.passed


@pytest.mark.randomized
def test_a_run_that_is_taken_over_in_the_middle_writes_nothing_twice(
    turns: Turns, killer: Killer
) -> None:
    draw = random.Random(SEED)
    most = boundaries(turns, killer)
    for _ in range(12 * TIMES):
        thief = Thief(
            turns.studio, killer, draw.randint(1, most), dies_at=draw.randint(1, 2 * most)
        )
        killer.when = thief.comes
        replay(SEED, partial(turns.survives, lambda: None, what=f"{thief}"))
        killer.when = None


@dataclass
class Slow:
    """A worker whose request arrives late: it had just made sure that the run was its own."""

    thieves: list[Thief] = field(default_factory=list)

    def patch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before_request = PacedGate.before_request

        def slow(gate: PacedGate) -> None:
            before_request(gate)
            for thief in self.thieves:
                thief.comes()

        monkeypatch.setattr(PacedGate, "before_request", slow)


@pytest.mark.django_db(transaction=True)
@pytest.mark.randomized
def test_of_a_run_taken_over_while_a_request_is_on_its_way_only_that_request_arrives(
    turns: Turns, killer: Killer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clockify has no keys by which it knows a request again: one may be done twice, no more."""
    draw, slow, studio = random.Random(SEED), Slow(), turns.studio
    slow.patch(monkeypatch)
    for _ in range(8 * TIMES):
        turns.turn()
        turns.account.begin()
        typed = turns.by_hand()
        slow.thieves = [Thief(studio, killer, draw.randint(1, 40), dies_at=0)]
        studio.carry_through()
        slow.thieves = []
        studio.carry_through()
        replay(SEED, partial(at_most_one_is_doubled, turns.account, typed))


def at_most_one_is_doubled(account: Account, typed: list[Content]) -> None:
    sources = account.source_entries().values()
    wanted = Counter([content for row in sources if (content := account.wanted(row))] + typed)
    account.read_tags()
    there = Counter(map(account.content, account.studio.copies()))
    assert not wanted - there
    assert (there - wanted).total() <= 1


# ---------------------------------------------------------------------------- by chance


def live(world: World, killer: Killer, seed: int) -> None:
    """Some things happen, and one run after the other has bad luck."""
    draw = random.Random(seed)
    studio = Studio(world)
    studio.set_options(on_target_edit=draw.choice(["keep", "overwrite"]))
    Sync.objects.update(max_delete_share=1.0)
    life = Life(studio, draw)
    [account] = life.accounts
    life.a_few_things(at_most=20)
    for _ in range(2):
        account.begin()
        chance = draw.choice([0.05, 0.1, 0.2])
        world.faults.randomly(chance, PASSING, draw.randrange(10**6), provider="clockify")
        killer.when = lambda chance=chance: draw.random() < chance / 10
        run = studio.carry_through()
        killer.when = None
        world.faults.clear()
        assert run.status == Run.Status.FINISHED, [row.reason for row in run.changes.all()]
        account.check()
        studio.clock.forward(days=draw.choice([0, 1, 5, 30]), hours=3)
        life.a_few_things(at_most=10)


@pytest.mark.randomized
@pytest.mark.usefixtures("deadly_notes")
@pytest.mark.parametrize("n", range(SCENARIOS))
def test_random_lives_with_random_faults_end_exact(
    db: None, world: World, killer: Killer, n: int
) -> None:
    replay(SEED + n, lambda: live(world, killer, SEED + n), which=" and -k '[0]'")
