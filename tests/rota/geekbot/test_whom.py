"""Only whoever takes over is asked, by the stand-up that is theirs: however late that changes, and
whatever they have said already."""

from datetime import UTC, date, datetime, timedelta

import pytest

from integrations.models import Connection
from integrations.sandbox import World
from rota import duties
from rota.duties import Doing
from rota.models import Duty, Rota, Step
from tests.rota.geekbot.desk import NAME, Desk
from tests.rota.handover.office import Office
from tests.rota.rolling import WEDNESDAY, Triage
from uploader.models import Notice, Run, Sync
from uploader.people import Person

pytestmark = pytest.mark.django_db
FIRST = date(2026, 12, 1)


def december(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def monthly(db: None, world: World) -> Desk:
    """Sarah takes over on the first of December; everybody lives by UTC."""
    desk = Desk(world, Triage(every="1mo", lasts="1mo", handover_on="1", starts_on=FIRST))
    Person.objects.update(timezone="UTC")
    desk.turns(4, first=FIRST)
    desk.turn_to(datetime(2026, 11, 29, 12, tzinfo=UTC))
    return desk


@pytest.fixture
def weekly(desk: Desk) -> Desk:
    """Sarah takes over on Wednesday, and it is Tuesday."""
    Person.objects.update(timezone="UTC")
    desk.turns(6)
    desk.turn_to(december(1, 12))
    return desk


def pass_on(desk: Desk, duty: Duty, name: str, run: Run | None = None) -> None:
    fresh, member = desk.fresh(duty), desk.triage.members[name]
    doing = Doing(now=desk.clock(), run=run)
    duties.give(fresh, member, origin="generated", doing=doing, expected=fresh.member)


def first(desk: Desk) -> Duty:
    return Duty.objects.filter(shift__rota=desk.rota).earliest("shift__start")


def test_whoever_gets_it_just_before_is_asked_once_the_stand_up_is_theirs(monthly: Desk) -> None:
    monthly.live(december(1, 9, 50))
    monthly.turn_to(december(1, 9, 59))
    generating = Sync.objects.get(kind="rota_duties")
    run = Run.objects.create(sync=generating, status="finished", created_at=monthly.clock())
    # What a run changes rests for a minute before others follow.
    pass_on(monthly, first(monthly), "Yara", run)
    monthly.live(december(1, 14))
    assert monthly.asked() == ["U0YARA"]


def test_who_is_asked_first_is_asked_though_it_began_within_the_day_before(monthly: Desk) -> None:
    Rota.objects.update(handovers_since=None)
    monthly.turn_to(datetime(2026, 11, 30, 12, tzinfo=UTC))
    monthly.live(december(1, 14))
    assert monthly.asked() == ["U0SARAH"]


def test_who_has_accepted_already_is_not_asked(monthly: Desk) -> None:
    monthly.live(december(1, 9))
    duty = monthly.fresh(first(monthly))
    assert duty.member is not None
    duties.accepted(duty, duty.member, at=monthly.clock())
    monthly.live(december(2, 9))
    assert monthly.asked() == []
    step = Step.objects.get(shift=duty.shift, name="geekbot_question")
    assert (step.outcome, step.reason) == ("skipped", "Sarah has accepted already.")


def test_who_was_asked_by_the_schedule_is_not_asked_again_in_another_rhythm(weekly: Desk) -> None:
    weekly.live(december(2, 11))
    assert weekly.asked() == ["U0SARAH"]
    Rota.objects.update(every="2w")
    weekly.rota.refresh_from_db()
    weekly.live(december(4, 11), every=timedelta(hours=3))
    assert weekly.asked() == ["U0SARAH"]


def test_who_could_not_be_asked_is_not_pressed_for_an_answer(monthly: Desk) -> None:
    monthly.geekbot.switches["paused_started"] = "refused"
    monthly.live(datetime(2026, 11, 30, 12, tzinfo=UTC))
    monthly.geekbot.change_standup(monthly.standup.id, paused=True)
    monthly.live(december(3, 9), every=timedelta(hours=3))
    assert monthly.fresh(first(monthly)).asked_at is None
    assert monthly.office.notices("unanswered/") == []


def test_what_somebody_said_before_it_was_theirs_is_no_answer(weekly: Desk) -> None:
    """Sarah answers late for her own turn, and then the next one is given to her as well."""
    weekly.live(december(9, 9), every=timedelta(hours=6))
    weekly.geekbot.answer("U0SARAH", "ok")
    weekly.live(december(9, 10, 30))
    second = Duty.objects.get(shift__start=WEDNESDAY + timedelta(weeks=1))
    pass_on(weekly, second, "Sarah")
    weekly.live(december(9, 14))
    assert weekly.asked() == ["U0SARAH", "U0GWENDOLYN", "U0SARAH"]
    assert weekly.fresh(second).accepted_at is None
    weekly.geekbot.answer("U0SARAH", "ok")
    weekly.live(december(9, 16))
    assert weekly.fresh(second).accepted_at is not None


@pytest.mark.parametrize("every", ["1d", "2d", "3d"])
def test_turns_of_a_day_or_two_are_asked_about_as_well(db: None, world: World, every: str) -> None:
    desk = Desk(world, Triage(every=every, lasts=every, handover_on=""))
    turns = desk.turns(4)
    desk.turn_to(december(1, 12))
    last = turns[-1].shift.start
    desk.live(datetime(2026, 12, last.day + 1, 12, tzinfo=UTC), every=timedelta(hours=2))
    assert desk.asked() == [desk.slack_id(duty) for duty in turns]


# --------------------------------------------------------- what has not gone yet


def unreachable(provider: str, state: str = "needs_reconnect") -> None:
    Connection.objects.filter(provider=provider).update(state=state)


def test_nobody_is_reminded_of_what_is_somebody_elses_by_the_time_it_goes(weekly: Desk) -> None:
    weekly.office.in_slack(channel="")
    weekly.live(december(3, 9))
    unreachable("slack")
    weekly.live(december(3, 12))
    [waiting] = weekly.office.notices("unanswered/")
    pass_on(weekly, first(weekly), "Yara")
    weekly.office.gather()
    waiting.refresh_from_db()
    assert (waiting.outcome, waiting.text, waiting.sent_at) == ("given up", "", None)


def test_nor_of_what_they_have_accepted_meanwhile(weekly: Desk) -> None:
    weekly.office.in_slack(channel="")
    weekly.live(december(3, 9))
    unreachable("slack")
    weekly.live(december(3, 12))
    duty = weekly.fresh(first(weekly))
    assert duty.member is not None
    duties.accepted(duty, duty.member, at=weekly.clock())
    weekly.office.gather()
    [notice] = weekly.office.notices("unanswered/")
    assert notice.outcome == "given up"


def test_nor_is_anybody_asked_about_it(weekly: Desk) -> None:
    """Yara got it after the hour of the schedule, and passed it on before he could be asked."""
    weekly.turn_to(december(2, 12))
    pass_on(weekly, first(weekly), "Yara")
    weekly.run()
    unreachable("geekbot")
    pass_on(weekly, first(weekly), "Anton")
    weekly.office.gather()
    unreachable("geekbot", "connected")
    weekly.live(december(2, 15))
    assert weekly.asked() == ["U0ANTON"]
    outcomes = Notice.objects.filter(key__startswith="question/").order_by("pk")
    assert list(outcomes.values_list("outcome", flat=True)) == ["given up", "sent"]


# ------------------------------------------------------------- two rotas, one name


def test_a_stand_up_is_one_rotas_alone(weekly: Desk) -> None:
    weekly.live(december(2, 1))
    other = Triage(name="other", names=["Yara", "Chris", "Signe"])
    other.put(WEDNESDAY, "Yara")
    sync = Office(other.rota, weekly.clock).in_geekbot(standup=NAME, channel="#support")
    weekly.live(december(2, 4))
    assert weekly.standup.users == ["U0SARAH"]
    run = Run.objects.filter(sync=sync).latest("pk")
    assert run.status == Run.Status.FAILED
    assert "asks the people of the rota triage. Name another one" in run.error
