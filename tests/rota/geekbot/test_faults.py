"""Whatever fails at any request, and wherever a worker is killed: one stand-up, as it is to be, and
what was said is known."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from integrations.sandbox import Fault, World
from tests.rota.geekbot.desk import Desk
from tests.rota.rolling import Triage
from tests.uploader.killer import Killer, Once
from uploader.models import Run

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TUESDAY = datetime(2026, 12, 8, 1, tzinfo=UTC)
EVENING = datetime(2026, 12, 9, 20, tzinfo=UTC)


class Weeks:
    """Each `turn` is one handover later: another person takes part, whoever was asked last week has
    answered since, and somebody has moved the stand-up."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.duties = desk.turns(30)
        self.number = 0
        desk.turn_to(TUESDAY - timedelta(weeks=1))

    def turn(self) -> None:
        desk = self.desk
        desk.turn_to(TUESDAY + timedelta(weeks=self.number))
        self.number += 1
        if self.number == 1:
            return
        desk.turn_to(EVENING + timedelta(weeks=self.number - 2))
        desk.geekbot.answer(self.whom(self.number - 1), "ok", standup=desk.standup.id)
        desk.turn_to(TUESDAY + timedelta(weeks=self.number - 1))
        desk.geekbot.change_standup(desk.standup.id, time="06:00:00")

    def whom(self, number: int) -> str:
        return self.desk.slack_id(self.duties[number])

    def check(self, run: Run) -> None:
        desk = self.desk
        assert run.status == Run.Status.FINISHED, run.error
        assert desk.standup.users == [self.whom(self.number)]
        assert (desk.standup.days, desk.standup.time) == (["Wed"], "10:00:00")
        if self.number > 1:
            assert desk.fresh(self.duties[self.number - 1]).accepted_at is not None
        asked_at = desk.fresh(self.duties[self.number]).asked_at
        assert asked_at is not None
        assert asked_at > desk.clock()


@pytest.fixture
def weeks(db: None, world: World) -> Weeks:
    return Weeks(Desk(world, Triage()))


@pytest.mark.long
@pytest.mark.parametrize("kind", ["500", "lost", "html200", "cut"])
def test_a_fault_at_any_request(weeks: Weeks, kind: str) -> None:
    """From the first one on, at which the stand-up is made."""
    faults = weeks.desk.world.faults
    for n in count():
        weeks.turn()
        fault = Fault("geekbot", kind, skip=n)
        faults.add(fault)
        weeks.check(weeks.desk.carry_through())
        faults.clear()
        if not fault.fired:
            break
    assert n > 2


@pytest.mark.long
@pytest.mark.usefixtures("deadly_notes")
def test_a_worker_killed_at_any_boundary(weeks: Weeks, killer: Killer) -> None:
    for n in count(1):
        weeks.turn()
        moment = Once(n)
        killer.when = moment
        run = weeks.desk.carry_through()
        killer.when = None
        weeks.check(run)
        if moment.passed < n:
            break
    assert n > 8
