"""Whatever fails at any call, wherever a worker is killed, and with two at work at once: exact in
the end, nothing doubled, and nobody who is away ever shown as available."""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import count

import pytest

from integrations.pace import PacedGate
from integrations.sandbox import Fault, Seen
from tests.uploader.killer import Killed, Killer, Once
from tests.uploader.leave.account import Account, Spot
from tests.uploader.leave.company import Colleague, Company, day
from tests.uploader.leave.test_year import Life
from uploader import hands, inline
from uploader.models import Run, Sync

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# `make soak` searches that many times longer.
TIMES = int(os.environ.get("LOCKSTEP_TEST_TIMES", "1"))
SCENARIOS = 30 * TIMES
SEED = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))
ANY_CALL = ["429", "500", "lost", "cut", "before", "401", "html200"]
PASSING = ["429", "500", "502", "html200", "error200", "401", "before", "cut", "lost"]


def replay(seed: int, scenario: Callable[[], None], *, which: str = "") -> None:
    try:
        scenario()
    except BaseException as error:
        error.add_note(f"replay with FAULT_SEED={seed}{which}")
        raise


@dataclass
class Watch:
    """Looks at Productive at every request: a day that was booked before and is wanted after it, or
    is history, is never without a booking, neither in its category nor, if that changes, in any."""

    account: Account
    in_category: set[Spot] = field(default_factory=set)
    away: set[tuple[str, date]] = field(default_factory=set)
    holes: list[str] = field(default_factory=list)
    writes: int = 0

    def begin(self) -> None:
        account = self.account
        account.begin()
        history = {spot for spot in account.before if spot.day < account.since}
        wanted = account.wanted_minutes().keys() | history
        self.in_category = account.before.keys() & wanted
        self.away = _days(account.before) & _days(wanted)
        self.writes = len(self.account.company.productive.writes)
        self.account.company.world.hook = self.look

    def look(self, seen: Seen) -> None:
        writes = len(self.account.company.productive.writes)
        if writes == self.writes:
            return
        self.writes = writes
        self.look_now(f"{seen.method} {seen.path}")

    def look_now(self, before: str) -> None:
        booked = self.account.booked_minutes().keys()
        missing = [*(self.in_category - booked), *(self.away - _days(booked))]
        self.holes += [f"{spot} before {before}" for spot in missing]

    def end(self) -> None:
        self.account.company.world.hook = None
        self.look_now("the end")
        assert self.holes == []


def _days(spots: Iterable[Spot]) -> set[tuple[str, date]]:
    return {(spot.person, spot.day) for spot in spots}


# ------------------------------------------------------- a day with a bit of everything


@dataclass
class Turns:
    """Two people whose leave goes from one state to another and back: each `turn` has creates,
    updates and deletes, a leave that is split or joined, one that begins on another day, one that
    becomes another kind; and at Productive a copy, and something made by hand.
    """

    company: Company
    is_first: bool = True

    def __post_init__(self) -> None:
        company = self.company
        # A few people with much to change: too much for nobody to look at otherwise.
        Sync.objects.filter(pk=company.sync.pk).update(max_delete_share=1.0)
        self.account = Account(company)
        self.ada = company.hire("ada")
        self.ben = company.hire("ben", hours=(7.5, 7.5, 0, 7.5, 3.75, 0, 0))
        self.reason = company.breathe.add_reason("Study")
        self.split = self._leave(self.ada, "2026-12-07", "2026-12-11")
        self.other_half = self._leave(self.ada, "2026-12-10", "2026-12-11")
        self.moved = self._leave(self.ada, "2027-01-11", "2027-01-14")
        self.kind = self._leave(self.ben, "2026-12-07", "2026-12-11")
        self._leave(self.ben, "2027-02-01", "2027-02-02")
        company.breathe.add_sickness(self.ben.at_breathe, day("2026-11-27"))
        self._state()
        assert company.carry_through().status == Run.Status.FINISHED

    def _leave(self, who: Colleague, start: str, end: str) -> int:
        return self.company.breathe.add_absence(who.at_breathe, day(start), day(end))

    def turn(self) -> None:
        self.is_first = not self.is_first
        self._state()
        company = self.company
        company.book(self.ben.at_productive, "2027-02-01", "2027-02-02", minutes=450)
        company.book(self.ada.at_productive, "2027-02-08", "2027-02-09", event_id=company.other)

    def _state(self) -> None:
        first, breathe = self.is_first, self.company.breathe
        breathe.change("absences", self.split, end_date=day(f"2026-12-{11 if first else 8:02}"))
        breathe.change("absences", self.other_half, cancelled=first)
        breathe.change("absences", self.moved, start_date=day(f"2027-01-{11 if first else 12}"))
        breathe.change(
            "absences",
            self.kind,
            type="Holiday" if first else "OtherLeave",
            leave_reason=None if first else {"id": self.reason},
        )

    def survives(self, trouble: Callable[[], None], *, what: str) -> None:
        """A turn, with whatever `trouble` sets going, ends exact and without a hole."""
        self.turn()
        watch = Watch(self.account)
        watch.begin()
        try:
            trouble()
            run = self.company.carry_through()
            watch.end()
            assert run.status == Run.Status.FINISHED, run.error
            self.account.check()
        except AssertionError as error:
            error.add_note(f"{what}, in the turn to the {'first' if self.is_first else 'second'}")
            raise


@pytest.mark.long
@pytest.mark.parametrize("kind", ANY_CALL)
def test_a_fault_at_any_call_leaves_neither_a_hole_nor_anything_twice(
    company: Company, kind: str
) -> None:
    """Each turn has two: one while both sides are read, and one while Productive is written."""
    turns, faults = Turns(company), company.world.faults
    for n in count():
        reads, writes = (Fault("*", kind, match, skip=n) for match in ("GET *", "[PD]*"))

        def fail(both: tuple[Fault, Fault] = (reads, writes)) -> None:
            for fault in both:
                faults.add(fault)

        turns.survives(fail, what=f"{kind} at read and write {n}")
        if not reads.fired and not writes.fired:
            break  # there are no more calls
        faults.clear()
    assert n > 6


@pytest.mark.usefixtures("deadly_notes")
def test_a_worker_may_be_killed_at_any_boundary_once_it_writes(
    company: Company, killer: Killer
) -> None:
    turns = Turns(company)
    first = boundaries_before_writing(turns, killer)
    for n in count(first):
        moment = Once(n)
        killer.when = moment
        turns.survives(lambda: None, what=f"killed at boundary {n}")
        killer.when = None
        if moment.passed < n:
            break
    assert n > first + 12


def boundaries_before_writing(turns: Turns, killer: Killer) -> int:
    """How often a run is asked whether it may go on while it only reads."""
    asked = Once(0)
    killer.when = asked
    times: list[int] = []

    def is_writing(seen: Seen) -> None:
        if seen.method != "GET":
            times.append(asked.passed)

    turns.turn()
    turns.company.world.hook = is_writing
    turns.company.carry_through()
    turns.company.world.hook = killer.when = None
    return times[0]


@pytest.mark.usefixtures("deadly_notes")
def test_workers_may_be_killed_one_after_the_other_each_one_step_further(
    company: Company, killer: Killer
) -> None:
    turns = Turns(company)
    kills = 0

    def attempts() -> None:
        nonlocal kills
        for n in count(1):
            killer.when = Once(n)
            if company.run_once_more(apply=True) is not None:
                break
            kills += 1
            company.sync.runs.update(crashes=0)  # five deaths in a row without progress end a run
        killer.when = None

    turns.survives(attempts, what="killed again and again")
    assert kills > 12


# ------------------------------------------------------------------- two at work at once


@dataclass
class Thief:
    """Another worker, to whom the run is given at the nth time of asking, as its lease is over:
    the first one was only slow, and goes on afterwards. The other one dies at `dies_at`, if at all.
    """

    company: Company
    killer: Killer
    at: int
    dies_at: int
    passed: int = 0

    def comes(self) -> bool:
        self.passed += 1
        run = self.company.sync.runs.open().first()
        if self.passed == self.at and run is not None:
            self.company.clock.forward(minutes=5)
            before, self.killer.when = self.killer.when, Once(self.dies_at)
            with suppress(Killed):
                inline.carry_out(run, manner=hands.Manner(clock=self.company.clock))
            self.killer.when = before
        return False


def boundaries(company: Company, killer: Killer, turns: Turns) -> int:
    """How often a run is asked whether it may go on."""
    never = Once(0)
    killer.when = never
    turns.survives(lambda: None, what="undisturbed")
    killer.when = None
    return never.passed


@pytest.mark.randomized
def test_a_run_that_is_taken_over_in_the_middle_books_nothing_twice(
    company: Company, killer: Killer
) -> None:
    turns, draw = Turns(company), random.Random(SEED)
    most = boundaries(company, killer, turns)
    for _ in range(10 * TIMES):
        thief = Thief(company, killer, draw.randint(1, most), dies_at=draw.randint(1, 2 * most))
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
def test_a_run_taken_over_while_a_request_is_on_its_way_is_put_right_by_the_next(
    company: Company, killer: Killer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That one request arrives, and no other: at most one booking is there twice, for one run."""
    turns, draw, slow = Turns(company), random.Random(SEED), Slow()
    slow.patch(monkeypatch)
    for _ in range(10 * TIMES):
        turns.turn()
        turns.account.begin()
        slow.thieves = [Thief(company, killer, draw.randint(1, 25), dies_at=0)]
        company.carry_through()
        slow.thieves = []
        replay(SEED, lambda: at_most_one_is_doubled(turns.account))
        company.carry_through()
        replay(SEED, turns.account.check)


def at_most_one_is_doubled(account: Account) -> None:
    assert (Counter(account.there()) - Counter(account.wanted())).total() <= 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_lost_its_run_meanwhile_ends_in_silence(
    company: Company,
    killer: Killer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It neither adds to the history of a run that is not its own, nor stumbles over it."""
    ada = company.hire("ada")
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"))
    calm = company.plan()
    # Its one write is the last request of all.
    slow = Slow([Thief(company, killer, calm.requests + 1, dies_at=0)])
    slow.patch(monkeypatch)
    run = company.run(apply=True)
    assert run.status == Run.Status.FINISHED
    assert run.changes.count() == 1
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


# ---------------------------------------------------------------------------- by chance


def live(company: Company, killer: Killer, seed: int) -> None:
    draw = random.Random(seed)
    life = Life(company, draw)
    for name in draw.sample(["ada", "ben", "cleo"], draw.randint(1, 2)):
        life.hire(name, hours=draw.choice([(7, 7, 7, 7, 7, 0, 0), (7.5, 0, 7.5, 7, 3.5, 0, 0)]))
    life.has_a_past(10, 80)
    life.a_few_things(at_most=8)
    faults = company.world.faults
    for _ in range(2):
        watch = Watch(life.account)
        watch.begin()
        chance = draw.choice([0.03, 0.1, 0.2])
        faults.randomly(chance, PASSING, draw.randrange(10**6))
        killer.when = lambda chance=chance: draw.random() < chance / 10
        run = company.carry_through()
        killer.when = None
        faults.clear()
        watch.end()
        assert run.status == Run.Status.FINISHED, run.error
        life.account.check()
        assert life.what_was_touched() == []
        company.clock.forward(days=draw.choice([1, 1, 1, 5, 30]))
        life.a_few_things(at_most=8)


@pytest.mark.randomized
@pytest.mark.usefixtures("deadly_notes")
@pytest.mark.parametrize("n", range(SCENARIOS))
def test_random_lives_with_random_faults_end_exact(
    company: Company, killer: Killer, n: int
) -> None:
    replay(SEED + n, lambda: live(company, killer, SEED + n), which=" and -k '[0]'")
