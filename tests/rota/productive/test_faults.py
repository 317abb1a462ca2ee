"""Whatever fails at any call and wherever a worker is killed: each duty is booked once in the end,
and nothing of anybody else's is touched."""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from integrations.productive.sandbox_stored import StoredBooking
from integrations.sandbox import Fault, Seen
from rota import duties
from rota.duties import Doing
from rota.models import Duty
from tests.rota.productive.crew import DAY, THURSDAY, TUESDAY, Crew
from tests.rota.team import MONDAY, OTHERS, SEVENS
from tests.uploader.killer import Killer, Once
from uploader.models import Link as LinkRow
from uploader.models import Sync

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TIMES = int(os.environ.get("LOCKSTEP_TEST_TIMES", "1"))
SCENARIOS = 12 * TIMES
SEED = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))
ANY_CALL = ["429", "500", "lost", "cut", "before", "401", "html200"]


@dataclass
class Foreign:
    """Bookings of others, and of the team's own making, none of which a rota may touch."""

    crew: Crew
    held: list[StoredBooking] = field(default_factory=list)

    def book(self, *args: Any, **more: Any) -> None:
        self.held.append(self.crew.book(*args, **more))

    def check(self) -> None:
        bookings = self.crew.productive.bookings
        assert [bookings.get(each.id) for each in self.held] == self.held
        own = {each.id for each in self.held}
        rest = {number: held for number, held in bookings.items() if number not in own}
        self.crew.productive.bookings = rest
        booked = self.crew.booked()
        self.crew.productive.bookings = bookings
        assert booked == self.crew.wanted()


@dataclass
class Turns:
    """From one state to another and back: each turn has creates, an update, deletes, and somebody
    who is not on the project."""

    crew: Crew
    is_first: bool = True

    def __post_init__(self) -> None:
        # Few bookings with much to change: too much for nobody to look at otherwise.
        Sync.objects.update(max_delete_share=1.0)
        crew = self.crew
        [(self.lead, _), *_] = crew.team.week()
        self.foreign = Foreign(crew)
        self.foreign.book("Gustav", MONDAY, minutes=60)
        self.foreign.book("Priya", THURSDAY, minutes=420)
        self.foreign.book("Sam", TUESDAY)
        crew.bring_in_step()

    def turn(self) -> None:
        self.is_first = not self.is_first
        crew = self.crew
        crew.pass_on(self.lead, "Gustav" if self.is_first else "Wren")
        [edited] = [
            each.id
            for each in crew.productive.bookings.values()
            if (each.person_id, each.start) == (crew.people["Priya"], TUESDAY)
        ]
        crew.productive.change_booking(edited, time=90)
        newcomer = "Gustav" if self.is_first else "Wren"
        for held in list(crew.productive.assignments.values()):
            if held.person_id == crew.people[newcomer]:
                crew.productive.remove_assignment(held.id)

    def survives(self, trouble: Callable[[], None], *, what: str) -> None:
        self.turn()
        try:
            trouble()
            self.crew.carry_through()
            self.foreign.check()
        except AssertionError as error:
            error.add_note(what)
            raise


@pytest.mark.long
@pytest.mark.parametrize("kind", ANY_CALL)
def test_a_fault_at_any_call_books_nothing_twice(crew: Crew, kind: str) -> None:
    turns, faults = Turns(crew), crew.world.faults
    for n in count():
        fault = Fault("*", kind, "* *", skip=n)

        def fail(fault: Fault = fault) -> None:
            faults.add(fault)

        turns.survives(fail, what=f"{kind} at call {n}")
        if not fault.fired:
            break  # there are no more calls
        faults.clear()
    assert n > 9


@pytest.mark.usefixtures("deadly_notes")
def test_a_worker_may_be_killed_at_any_boundary_once_it_writes(crew: Crew, killer: Killer) -> None:
    turns = Turns(crew)
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
    killer.when = asked = Once(0)
    times: list[int] = []

    def look(seen: Seen) -> None:
        if seen.method != "GET":
            times.append(asked.passed)

    turns.crew.world.hook = look
    turns.survives(lambda: None, what="undisturbed")
    turns.crew.world.hook = killer.when = None
    return times[0]


# ---------------------------------------------------------------------------- by chance


@dataclass
class Life:
    """Swaps, gaps, days that are not needed any more, hands at Productive, a lost database."""

    crew: Crew
    draw: random.Random

    def __post_init__(self) -> None:
        Sync.objects.update(max_delete_share=1.0)
        self.foreign = Foreign(self.crew)
        for n in range(self.draw.randint(1, 8)):
            day = MONDAY + n * DAY
            if day.weekday() < 5:
                self.crew.team.put(day, self.draw.choice(SEVENS), self.draw.choice(OTHERS))

    def something(self) -> None:
        self.draw.choice([self.swap, self.swap, self.cancel, self.by_hand, self.edit, self.own])()

    def _duty(self) -> Duty:
        return self.draw.choice(list(Duty.objects.select_related("member", "shift__rota")))

    def swap(self) -> None:
        duty = self._duty()
        if duty.shift.cancelled_at is None:
            group = SEVENS if duty.role == "lead" else OTHERS
            self.crew.pass_on(duty, self.draw.choice([*group, None]))

    def cancel(self) -> None:
        duties.cancel(self._duty(), doing=Doing(now=self.crew.clock()))

    def own(self) -> None:
        """Never just as long as a duty: such a one would be taken over."""
        name = self.draw.choice([*SEVENS, *OTHERS, "Sam"])
        day = MONDAY + self.draw.randint(-3, 10) * DAY
        self.foreign.book(name, day, minutes=self.draw.choice([30, 60, 210]))

    def _of_ours(self) -> list[str]:
        own = {each.id for each in self.foreign.held}
        bookings = self.crew.productive.bookings.values()
        ours = [each for each in bookings if each.service_id == self.crew.service]
        return [each.id for each in ours if each.id not in own]

    def edit(self) -> None:
        for number in self.draw.sample(self._of_ours(), k=min(1, len(self._of_ours()))):
            self.crew.productive.change_booking(number, time=self.draw.choice([15, 45]))

    def by_hand(self) -> None:
        for number in self.draw.sample(self._of_ours(), k=min(1, len(self._of_ours()))):
            self.crew.productive.remove_booking(number)

    def loses_its_database(self) -> None:
        """Of what nobody has edited since: an edited one could not be told from a foreign one."""
        LinkRow.objects.all().delete()


def live(crew: Crew, killer: Killer, seed: int) -> None:
    draw = random.Random(seed)
    life = Life(crew, draw)
    for _ in range(3):
        chance = draw.choice([0.0, 0.05, 0.15])
        crew.world.faults.randomly(chance, ANY_CALL, draw.randrange(10**6))
        killer.when = lambda chance=chance: draw.random() < chance / 5
        crew.carry_through()
        killer.when = None
        crew.world.faults.clear()
        life.foreign.check()
        if draw.random() < 0.2:
            life.loses_its_database()
            continue
        for _ in range(draw.randint(0, 6)):
            life.something()


@pytest.mark.randomized
@pytest.mark.usefixtures("deadly_notes")
@pytest.mark.parametrize("n", range(SCENARIOS))
def test_random_lives_with_random_faults_end_exact(crew: Crew, killer: Killer, n: int) -> None:
    try:
        live(crew, killer, SEED + n)
    except BaseException as error:
        error.add_note(f"replay with FAULT_SEED={SEED + n} and -k '[0]'")
        raise
