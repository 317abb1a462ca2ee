"""One stand-up asks whoever takes over, and nobody else; what is changed there is put right."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rota import duties
from rota.duties import Doing
from rota.models import Rota
from tests.rota.geekbot.desk import Desk
from tests.rota.rolling import Triage
from uploader.models import Run
from uploader.people import Person

pytestmark = pytest.mark.django_db

# Between the first handover, of Wed 2 December, and the second.
MONDAY = datetime(2026, 12, 7, 12, tzinfo=UTC)
TUESDAY = datetime(2026, 12, 8, 0, 1, tzinfo=UTC)


@pytest.fixture
def on_monday(desk: Desk) -> Desk:
    """Sarah has started, and Gwendolyn is next."""
    desk.turns(6)
    desk.turn_to(MONDAY)
    assert desk.run().status == Run.Status.FINISHED
    return desk


def test_it_is_made_as_it_is_to_be(on_monday: Desk) -> None:
    made = on_monday.standup
    assert made.channel == "support"
    assert (made.days, made.time, made.timezone) == (["Wed"], "10:00:00", "user_local")
    assert made.users == ["U0SARAH"]
    assert made.wait_minutes == 10
    assert not made.sync
    [(_, question)] = made.questions
    assert question.startswith("Sarah - it is your turn as Support Triager!")


def test_a_second_run_changes_nothing(on_monday: Desk) -> None:
    on_monday.forget_requests()
    run = on_monday.run()
    assert (run.status, run.counts["unchanged"], on_monday.writes()) == ("finished", 1, [])
    assert run.requests <= 3


def test_a_day_before_the_handover_it_is_the_next_persons(on_monday: Desk) -> None:
    on_monday.turn_to(TUESDAY)
    run = on_monday.run()
    assert run.counts["update"] == 1
    assert on_monday.standup.users == ["U0GWENDOLYN"]
    [(_, question)] = on_monday.standup.questions
    assert "Gwendolyn - it is your turn" in question
    assert "Sarah serves with you" in question


def test_it_follows_whoever_has_the_duty(on_monday: Desk) -> None:
    on_monday.turn_to(TUESDAY)
    on_monday.run()
    second = on_monday.rota.shifts.get(start="2026-12-09").duties.get()
    duties.override(second, on_monday.triage.members["Yara"], doing=Doing(now=on_monday.clock()))
    on_monday.run()
    assert on_monday.standup.users == ["U0YARA"]
    assert on_monday.fresh(second).asked_at == datetime(2026, 12, 9, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    "drift",
    [
        {"name": "Renamed"},
        {"channel": "team"},
        {"time": "07:00:00"},
        {"timezone": "Asia/Tokyo"},
        {"days": ["Mon", "Fri"]},
        {"users": ["U0SARAH", "U0YARA"]},
        {"users": []},
        {"questions": [(1, "Anything new?")]},
        {"wait_minutes": None},
        {"sync": True},
    ],
    ids=lambda drift: next(iter(drift)),
)
def test_whatever_somebody_changes_is_put_right(on_monday: Desk, drift: dict[str, Any]) -> None:
    desk = on_monday
    before = {name: getattr(desk.standup, name) for name in drift if name != "questions"}
    number, text = desk.standup.id, desk.standup.questions[0][1]
    desk.geekbot.change_standup(number, **drift)
    assert desk.run().counts["update"] == 1
    after = desk.geekbot.standups[number]
    assert {name: getattr(after, name) for name in before} == before
    assert [text for _, text in after.questions] == [text]
    assert len(desk.named()) == 1


def test_only_what_differs_is_sent(on_monday: Desk) -> None:
    """A question that is sent again may lose the answer that is being given to it."""
    questions = on_monday.standup.questions
    on_monday.geekbot.change_standup(on_monday.standup.id, time="07:00:00")
    on_monday.run()
    assert on_monday.standup.questions == questions


def test_what_geekbot_makes_of_everybodys_own_zone_is_no_change_for_ever(desk: Desk) -> None:
    desk.geekbot.switches["timezone_shown"] = "the owner's"
    desk.turns(6)
    desk.turn_to(MONDAY)
    desk.run()
    assert desk.run().counts["unchanged"] == 1
    assert desk.standup.timezone == "user_local"


@pytest.mark.parametrize("empty_users", ["accepted", "refused"])
def test_where_nobody_takes_over_nobody_is_asked(on_monday: Desk, empty_users: str) -> None:
    """Neither the one before, nor whoever owns the key."""
    desk = on_monday
    desk.geekbot.switches["empty_users"] = empty_users
    duty = desk.rota.shifts.get(start="2026-12-09").duties.get()
    duties.override(duty, None, doing=Doing(now=desk.clock()))
    desk.live(datetime(2026, 12, 14, tzinfo=UTC), every=timedelta(hours=6))
    assert desk.asked() == ["U0SARAH"], "who was missed, but nobody in the week after"
    run = desk.run()
    assert any("nobody is asked" in warning for warning in run.warnings)


def test_whoever_has_no_slack_id_is_not_asked_and_that_is_said(on_monday: Desk) -> None:
    Person.objects.filter(name="Gwendolyn").update(slack_id="")
    on_monday.turn_to(TUESDAY)
    run = on_monday.run()
    assert on_monday.standup.users == []
    assert "Gwendolyn has no Slack id" in run.warnings[0]


def test_nothing_is_made_for_nobody(desk: Desk) -> None:
    desk.turn_to(MONDAY)
    run = desk.run()
    assert (run.status, desk.named()) == ("finished", [])


def test_a_paired_rota_has_no_stand_up(desk: Desk) -> None:
    Rota.objects.filter(pk=desk.rota.pk).update(kind="paired", start_with="a", then="b")
    assert "no rolling rota" in desk.run().error


def test_without_overlap_the_words_are_for_one(db: None, world: Any) -> None:
    desk = Desk(world, Triage(lasts="1w"))
    desk.turns(6)
    desk.turn_to(TUESDAY)
    desk.run()
    [(_, question)] = desk.standup.questions
    assert question.startswith("Gwendolyn - it is your turn as Support Triager!")
    assert "serves with you" not in question
