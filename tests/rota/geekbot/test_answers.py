"""What people answer is read back: a yes accepts, all else is shown; silence is followed up."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.sandbox import Fault, World
from rota import duties
from rota.duties import Doing
from rota.models import Duty, Rota
from tests.rota.geekbot.desk import Desk
from tests.rota.rolling import Triage
from uploader.models import Notice
from uploader.people import Address, Person

pytestmark = pytest.mark.django_db

# Gwendolyn lives in Bucharest: she is asked at 08:00 in UTC.
TUESDAY = datetime(2026, 12, 8, 1, tzinfo=UTC)
ASKED = datetime(2026, 12, 9, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Asked:
    """Gwendolyn has been asked just now."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        owner = Person.objects.create(name="Olive")
        Address.objects.create(person=owner, email="olive@example.org")
        Rota.objects.update(owner=owner)
        self.duty = desk.turns(4)[1]
        desk.turn_to(TUESDAY)
        desk.office.tick()
        self.go(ASKED + timedelta(minutes=1))

    def go(self, moment: datetime) -> None:
        self.desk.turn_to(moment)
        self.desk.office.tick()
        self.desk.office.gather()

    def says(self, text: str | None, *, at: datetime) -> int:
        self.desk.turn_to(at)
        return self.desk.geekbot.answer("U0GWENDOLYN", text).id

    def now(self) -> Duty:
        return self.desk.fresh(self.duty)

    def told(self, prefix: str = "") -> list[tuple[str, str]]:
        keys = ("unanswered/", "silent/", "answer/")
        return [
            (notice.channel, notice.recipient)
            for notice in Notice.objects.order_by("pk")
            if notice.key.startswith(prefix or keys)
        ]


@pytest.fixture
def asked(desk: Desk) -> Asked:
    return Asked(desk)


def test_a_yes_is_an_acceptance(asked: Asked) -> None:
    asked.says("OK!", at=ASKED + timedelta(minutes=30))
    asked.go(ASKED + 2 * HOUR)
    duty = asked.now()
    assert (duty.answer, duty.accepted_at) == ("OK!", ASKED + timedelta(minutes=30))
    asked.go(ASKED + 100 * HOUR)
    assert asked.told() == [], "nobody is told of anything"


def test_anything_else_is_shown_and_its_owner_told_at_once(asked: Asked) -> None:
    number = asked.says("ok, but Bob covers Friday", at=ASKED + timedelta(minutes=30))
    asked.go(ASKED + 2 * HOUR)
    duty = asked.now()
    assert (duty.answer, duty.accepted_at) == ("ok, but Bob covers Friday", None)
    assert asked.told() == [("mail", "olive@example.org")]
    asked.go(ASKED + 60 * HOUR)
    assert asked.told() == [("mail", "olive@example.org")], "once, and nobody is reminded"
    asked.desk.geekbot.edit_answer(number, "ok")
    asked.go(ASKED + 62 * HOUR)
    assert asked.now().accepted_at is not None


def test_who_says_nothing_is_reminded_and_then_the_owner_is_told(asked: Asked) -> None:
    for hours in range(1, 24, 11):
        asked.go(ASKED + hours * HOUR)
    assert asked.told() == []
    asked.go(ASKED + 26 * HOUR)
    assert asked.told() == [("mail", "gwendolyn@example.org")], "by mail: it is not in Slack"
    asked.go(ASKED + 47 * HOUR)
    assert len(asked.told()) == 1
    asked.go(ASKED + 50 * HOUR)
    assert asked.told("silent/") == [("mail", "olive@example.org")]
    asked.go(ASKED + 80 * HOUR)
    assert len(asked.told()) == 2, "each once"


def test_a_reminder_goes_by_slack_where_the_rota_is_told_there(asked: Asked) -> None:
    asked.desk.office.in_slack()
    asked.go(ASKED + 26 * HOUR)
    [(channel, recipient)] = asked.told()
    assert (channel, recipient) == ("slack", "U0GWENDOLYN")


def test_nobody_is_reminded_while_what_they_said_cannot_be_read(asked: Asked) -> None:
    asked.says("ok", at=ASKED + timedelta(minutes=30))
    asked.desk.world.faults.add(Fault("geekbot", "500", match="GET *", times=None))
    asked.go(ASKED + 26 * HOUR)
    asked.go(ASKED + 50 * HOUR)
    assert asked.told() == []
    asked.desk.world.faults.clear()
    asked.go(ASKED + 80 * HOUR)
    assert asked.now().accepted_at == ASKED + timedelta(minutes=30)
    assert asked.told() == []


def test_an_ok_of_an_earlier_turn_does_not_count(db: None, world: World) -> None:
    desk = Desk(world, Triage(names=["Gwendolyn", "Chris"]))
    desk.geekbot.switches["answers"] = "ok"
    turns = desk.turns(3)
    desk.live(turns[2].shift.rota.begins(turns[1].shift.start), every=timedelta(hours=12))
    assert desk.fresh(turns[0]).accepted_at is not None
    desk.geekbot.switches["answers"] = "by hand"
    desk.live(datetime(2026, 12, 18, tzinfo=UTC), every=timedelta(hours=12))
    assert desk.asked()[-1] == "U0GWENDOLYN"
    assert desk.fresh(turns[2]).accepted_at is None


def test_an_answer_goes_with_whoever_gave_it(asked: Asked) -> None:
    asked.says("ok", at=ASKED + timedelta(minutes=30))
    asked.go(ASKED + 2 * HOUR)
    duties.override(
        asked.now(), asked.desk.triage.members["Yara"], doing=Doing(now=asked.desk.clock())
    )
    duty = asked.now()
    assert (duty.answer, duty.accepted_at, duty.asked_at) == ("", None, None)
    asked.go(ASKED + 4 * HOUR)
    assert asked.now().accepted_at is None


def test_anonymous_answers_are_nobodys(asked: Asked) -> None:
    asked.desk.geekbot.switches["anonymous_by_user"] = "shown"
    asked.desk.geekbot.change_standup(asked.desk.standup.id, anonymous=True)
    asked.says("ok", at=ASKED + timedelta(minutes=30))
    asked.go(ASKED + 2 * HOUR)
    assert asked.now().accepted_at is None


def test_answers_are_read_every_hour_while_one_is_waited_for_and_daily_then(asked: Asked) -> None:
    runs = asked.desk.sync.runs
    before = runs.latest("pk").pk
    asked.go(ASKED + 2 * HOUR)
    assert runs.latest("pk").pk > before
    asked.says("ok", at=ASKED + 2.5 * HOUR)
    asked.go(ASKED + 4 * HOUR)
    before = runs.latest("pk").pk
    asked.go(ASKED + 8 * HOUR)
    assert runs.latest("pk").pk == before, "all is said"
    asked.go(ASKED + 30 * HOUR)
    assert runs.latest("pk").pk > before
