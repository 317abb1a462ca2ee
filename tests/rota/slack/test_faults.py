"""Whatever fails at any request, and wherever a worker is killed: everybody is in the rota once, in
their place, and the usergroup is whoever is on duty."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import count

import pytest

from integrations.sandbox import Fault, Seen
from integrations.slack.sandbox_seed import ADA, GRACE, JO_K, ON_DUTY, SAM, TRIAGERS, ZOE
from rota.models import SlackAccount
from tests.rota.rolling import WEDNESDAY
from tests.rota.slack.workspace import Workspace
from tests.uploader.killer import Killed, Killer, Once
from uploader import hands, inline
from uploader.models import Run, Sync
from uploader.people import Person

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ANY_CALL = ["500", "html200", "401", "cut", "lost", "429"]


class Turns(ABC):
    """A rota that goes from one state to another and back, with as much to do as can be."""

    def __init__(self, space: Workspace) -> None:
        self.space = space
        self.is_first = True
        self.state()
        assert space.carry_through().status == Run.Status.FINISHED

    @abstractmethod
    def state(self) -> None:
        """What somebody does at Slack, or here."""

    @abstractmethod
    def check(self) -> None:
        """Everything is as it has to be in this state."""

    def survives(self, trouble: Callable[[], object], *, what: str) -> None:
        self.is_first = not self.is_first
        self.state()
        try:
            trouble()
            run = self.space.carry_through()
            assert run.status == Run.Status.FINISHED, run.error
            self.check()
        except AssertionError as error:
            error.add_note(f"{what}, in the turn to the {'first' if self.is_first else 'second'}")
            raise


class Comings(Turns):
    """One joins and another steps back, a third has another name."""

    def state(self) -> None:
        here, gone = (SAM, ZOE) if self.is_first else (ZOE, SAM)
        self.space.set_triagers(*(each for each in TRIAGERS if each not in (here, gone)), here)
        self.space.slack.change_user(ADA, display_name="" if self.is_first else "Countess")
        SlackAccount.objects.filter(slack_id__in=(ADA, here)).delete()

    def check(self) -> None:
        space = self.space
        here, gone = (SAM, ZOE) if self.is_first else (ZOE, SAM)
        assert sorted(space.order()) == sorted({*TRIAGERS, here} - {gone})
        assert space.order()[0] == ADA, "who stays keeps their place"
        # Only before anybody had come back Sam came between others.
        assert space.order()[-1] == here
        assert space.names()[0] == ("Ada Okafor" if self.is_first else "Countess")
        for slack_id in (*TRIAGERS, ZOE):
            assert Person.objects.filter(slack_id=slack_id).count() <= 1
        members = space.team.rota.members.all()
        assert members.filter(left_on=None).count() == len({m.position for m in space.members()})
        assert space.run_to_the_end().counts["unchanged"] == 7


class Duties(Turns):
    """Somebody else serves, somebody has meddled with the group, and disabled it."""

    def state(self) -> None:
        space = self.space
        duty = space.team.rota.shifts.get(start=WEDNESDAY).duties.get()
        by_id = {member.person.slack_id: member for member in space.members()}
        space.pass_on(duty, by_id[ADA if self.is_first else SAM])
        space.slack.set_members(ON_DUTY, [GRACE])
        space.slack.set_enabled(ON_DUTY, enabled=False)
        SlackAccount.objects.all().delete()

    def check(self) -> None:
        assert self.space.on_duty == {ADA if self.is_first else SAM}
        assert not self.space.slack.groups[ON_DUTY].deleted_at
        assert self.space.run_to_the_end().counts["unchanged"] == 1


@pytest.fixture
def comings(space: Workspace) -> Comings:
    """Sam has gone and come back before, so that he is last."""
    space.run()
    comings = Comings(space)
    comings.survives(lambda: None, what="to begin with")
    comings.survives(lambda: None, what="and back")
    return comings


@pytest.fixture
def duties(duty: Workspace) -> Duties:
    duty.serve(JO_K)
    duty.clock.now = duty.team.rota.begins(WEDNESDAY + timedelta(days=1))
    return Duties(duty)


@pytest.fixture(params=["comings", "duties"])
def turns(request: pytest.FixtureRequest) -> Turns:
    found: Turns = request.getfixturevalue(request.param)
    return found


@pytest.mark.long
@pytest.mark.parametrize("kind", ANY_CALL)
def test_a_fault_at_any_request_changes_nothing_in_the_end(turns: Turns, kind: str) -> None:
    faults = turns.space.world.faults
    for n in count():
        fault = Fault("slack", kind, skip=n)
        turns.survives(partial(faults.add, fault), what=f"{kind} at request {n}")
        if not fault.fired:
            break
        faults.clear()
    assert n >= 3


@pytest.mark.usefixtures("deadly_notes")
def test_a_worker_may_be_killed_at_any_boundary(turns: Turns, killer: Killer) -> None:
    for n in count(1):
        moment = Once(n)

        def kill(moment: Once = moment) -> None:
            killer.when = moment

        turns.survives(kill, what=f"killed at boundary {n}")
        killer.when = None
        if moment.passed < n:
            break
    assert n > 8


def test_a_run_that_is_taken_over_in_the_middle_makes_nobody_twice(
    comings: Comings, killer: Killer
) -> None:
    """The first worker was only slow, and goes on after the other one has done it all."""
    space = comings.space
    comings.is_first = not comings.is_first
    comings.state()
    begun: list[Run] = []

    def other_worker() -> None:
        run = space.sync.runs.open().get()
        begun.append(run)
        space.clock.forward(minutes=5)
        with suppress(Killed):
            inline.carry_out(run, manner=hands.Manner(clock=space.clock))

    def once() -> bool:
        killer.when = None
        other_worker()
        return False

    def when_people_are_asked_about(seen: Seen) -> None:
        if seen.path == "/api/users.info":
            space.world.hook = None
            # The next request is not sent any more.
            killer.when = once

    space.world.hook = when_people_are_asked_about
    space.run(apply=True)
    space.carry_through()
    assert begun
    comings.check()


def test_a_lost_answer_is_found_by_looking_again(duties: Duties) -> None:
    space = duties.space
    duties.is_first = not duties.is_first
    duties.state()
    space.world.faults.add(Fault("slack", "lost", match="* */usergroups.users.update"))
    space.forget_requests()

    assert space.run(apply=True).status == Run.Status.WAITING
    assert space.on_duty == {SAM}
    assert space.run_to_the_end().status == Run.Status.FINISHED

    assert space.sets() == 1
    duties.check()


def test_a_throttled_method_is_waited_for_as_long_as_slack_says(duties: Duties) -> None:
    space = duties.space
    space.world.faults.add(Fault("slack", "429", retry_after=30))
    run = space.run()
    assert run.status == Run.Status.WAITING
    assert run.next_at is not None
    assert run.next_at >= space.clock.now + timedelta(seconds=30)
    assert Sync.objects.filter(runs=run).exists()
    assert space.run_to_the_end().status == Run.Status.FINISHED
