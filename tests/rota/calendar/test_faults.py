"""Whatever fails at any request, and wherever a worker is killed: exact in the end, nothing twice,
and nothing that is somebody else's is touched."""

import os
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import count

import pytest

from integrations.sandbox import Fault, Seen, World
from tests.rota.calendar.board import Board
from tests.rota.calendar.paper import CALENDAR, DAY
from tests.rota.team import Team
from tests.uploader.killer import Killed, Killer, Once
from uploader import hands, inline
from uploader.models import Run, Sync

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# `make soak` searches that many times longer.
TIMES = int(os.environ.get("LOCKSTEP_TEST_TIMES", "1"))
SEED = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))
ANY_CALL = ["500", "html200", "401", "cut", "lost"]
PASSING = [*ANY_CALL, "429", "409", "before"]
# Far off: what is waited for in these tests makes no day a past one.
FIRST = date(2027, 2, 1)


@pytest.fixture
def board(team: Team, world: World) -> Board:
    """By a person's sign-in: no time goes into signing with keys."""
    return Board(world, team, who="rosa")


@pytest.fixture
def shared(team: Team, world: World) -> Board:
    """By a service account that owns the calendar and keeps it shared."""
    board = Board(world, team)
    board.google.share(CALENDAR, "rota", "owner")
    board.set_options(share_with_members=True)
    return board


@dataclass
class Turns:
    """A rota that goes from one state to another and back: each `turn` has an event to be made, to
    be changed, to be revived and to be deleted; one that somebody has moved far away, one that
    somebody has deleted, a copy; a member who comes or goes.
    """

    board: Board
    is_first: bool = True

    def __post_init__(self) -> None:
        board = self.board
        # A few shifts with much to change: too much for nobody to look at otherwise.
        Sync.objects.filter(pk=board.sync.pk).update(max_delete_share=1.0)
        board.put("Team away day", FIRST)
        board.team.join("Nell", "sevens")
        self.shifts = board.days(6, first=FIRST)
        self._state()
        assert board.carry_through().status == Run.Status.FINISHED

    def turn(self) -> None:
        board = self.board
        self.is_first = not self.is_first
        self._state()
        moved = {
            name: {"date": day} for name, day in (("start", "2029-05-01"), ("end", "2029-05-02"))
        }
        board.edit(board.of(self.shifts[3]), **moved)
        board.delete(board.of(self.shifts[4]))
        board.copy(
            board.of(self.shifts[5]), start={"date": "2027-02-03"}, end={"date": "2027-02-04"}
        )

    def _state(self) -> None:
        board, first = self.board, self.is_first
        here, gone = (self.shifts[1], self.shifts[2])[:: 1 if first else -1]
        board.give(self.shifts[0], "lead", "Gustav" if first else "Wren")
        if not here.duties.filter(member__isnull=False).exists():
            board.team.put(here.start, "Priya", "Theo")
        board.cancel(gone)
        nell = board.team.members["Nell"]
        nell.left_on = board.clock().date() - DAY if first else None
        nell.save()

    def survives(self, trouble: Callable[[], None], *, what: str) -> None:
        """A turn, with whatever `trouble` sets going, ends exact."""
        self.turn()
        try:
            trouble()
            run = self.board.carry_through()
            assert run.status == Run.Status.FINISHED, run.error
            self.board.check()
            self.check_sharing()
        except AssertionError as error:
            error.add_note(f"{what}, in the turn to the {'first' if self.is_first else 'second'}")
            raise

    def check_sharing(self) -> None:
        if not self.board.fresh_sync().options["share_with_members"]:
            return
        rules = self.board.google.calendars[CALENDAR].rules
        readers = {email for email, role in rules.items() if role == "reader"}
        members = {f"{name.lower()}@example.org" for name in self.board.team.members}
        assert readers == members - ({"nell@example.org"} if self.is_first else set())


@pytest.mark.long
@pytest.mark.parametrize("kind", ANY_CALL)
def test_a_fault_at_any_request_leaves_nothing_twice_and_nothing_out(
    board: Board, kind: str
) -> None:
    """Each turn has two: one while both sides are read, and one while the calendar is written."""
    turns, faults = Turns(board), board.world.faults
    for n in count():
        reads, writes = (Fault("*", kind, match, skip=n) for match in ("GET *", "[PD]*"))

        def fail(both: tuple[Fault, Fault] = (reads, writes)) -> None:
            for fault in both:
                faults.add(fault)

        turns.survives(fail, what=f"{kind} at read and write {n}")
        if not reads.fired and not writes.fired:
            break  # there are no more requests
        faults.clear()
    assert n > 5


@pytest.mark.usefixtures("deadly_notes")
def test_a_worker_may_be_killed_at_any_boundary_of_requests_and_notes(
    board: Board, killer: Killer
) -> None:
    """From the first boundary at which it may have written on."""
    turns = Turns(board)
    first = boundaries_before_writing(turns, killer)
    for n in count(first):
        moment = Once(n)
        killer.when = moment
        turns.survives(lambda: None, what=f"killed at boundary {n}")
        killer.when = None
        if moment.passed < n:
            break
    assert n > first + 15


def boundaries_before_writing(turns: Turns, killer: Killer) -> int:
    """How often a run is asked whether it may go on while it only reads."""
    asked = Once(0)
    killer.when = asked
    times: list[int] = []

    def is_writing(seen: Seen) -> None:
        if seen.method != "GET":
            times.append(asked.passed)

    turns.turn()
    turns.board.world.hook = is_writing
    turns.board.carry_through()
    turns.board.world.hook = killer.when = None
    return times[0]


@pytest.mark.usefixtures("deadly_notes")
def test_workers_may_be_killed_one_after_the_other_each_one_step_further(
    shared: Board, killer: Killer
) -> None:
    board, turns = shared, Turns(shared)
    kills = 0

    def attempts() -> None:
        nonlocal kills
        for n in count(1):
            killer.when = Once(n)
            if board.run_once_more(apply=True) is not None:
                break
            kills += 1
            board.sync.runs.update(crashes=0)  # five deaths in a row without progress end a run
        killer.when = None

    turns.survives(attempts, what="killed again and again")
    assert kills > 12


def test_a_new_event_whose_answer_was_lost_is_there_once_and_known(board: Board) -> None:
    shifts = board.days(2)
    board.world.faults.add(Fault("google_calendar", "lost", match="POST */events"))

    assert board.run().status == Run.Status.WAITING
    assert len(board.ours()) == 1
    assert board.run_to_the_end().status == Run.Status.FINISHED

    assert board.link(shifts[0]).ref == board.of(shifts[0])["id"]
    board.check()


def test_a_run_that_is_taken_over_in_the_middle_writes_nothing_twice(
    board: Board, killer: Killer
) -> None:
    """The first worker was only slow, and goes on after the other one has done it all."""
    board.days(4)

    def other_worker() -> None:
        run = board.sync.runs.open().first()
        assert run is not None
        board.clock.forward(minutes=5)
        with suppress(Killed):
            inline.carry_out(run, manner=hands.Manner(clock=board.clock))

    def when_two_are_there(seen: Seen) -> None:
        if len(board.ours()) == 2:
            board.world.hook = None
            # The request that asks is under way already; the next one is not sent any more.
            killer.when = once

    def once() -> bool:
        killer.when = None
        other_worker()
        return False

    board.world.hook = when_two_are_there
    board.run()
    board.carry_through()
    board.check()


@pytest.mark.randomized
@pytest.mark.usefixtures("deadly_notes")
def test_turns_in_a_storm_of_faults_and_deaths_end_exact(board: Board, killer: Killer) -> None:
    draw = random.Random(SEED)
    random.seed(SEED)  # of it are the waits
    turns = Turns(board)
    for _ in range(6 * TIMES):

        def storm() -> None:
            board.world.faults.randomly(0.15, PASSING, draw.randrange(10**6))
            killer.when = lambda: draw.random() < 0.02

        try:
            turns.turn()
            storm()
            board.carry_through()
            board.world.faults.clear()
            killer.when = None
            turns.survives(lambda: None, what="after the storm")
        except AssertionError as error:
            error.add_note(f"replay with FAULT_SEED={SEED}")
            raise
