"""Over months, everybody is asked once for each of their turns, on its first day, wherever they and
the rota are; docs/adr/0011-asked-once.md says how."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from integrations.sandbox import Fault, World
from rota import duties, swaps
from rota.duties import Doing
from rota.models import Rota
from tests.rota.geekbot.desk import Desk
from tests.rota.rolling import Triage
from tests.uploader.clock import Clock
from uploader.models import Notice

pytestmark = pytest.mark.django_db

# Often enough for every zone: a day has two moments at which anything of ours runs.
TWICE_A_DAY = timedelta(hours=12)


def at(day: str, hour: int = 0) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


@pytest.mark.long
@pytest.mark.parametrize(
    ("timezone", "hour", "answers"),
    [
        ("Etc/UTC", 0, "ok"),
        ("Pacific/Auckland", 9, "by hand"),
        ("America/Los_Angeles", 18, "something else"),
    ],
)
def test_a_weekly_rota_through_both_changes_of_the_clocks(
    db: None, world: World, timezone: str, hour: int, answers: str
) -> None:
    """By the stand-up's own schedule: nothing else asks."""
    desk = Desk(world, Triage(timezone=timezone, at=time(hour)), clock=Clock(at("2027-02-18", 9)))
    desk.geekbot.switches["answers"] = answers
    turns = desk.turns(7, first=date(2027, 2, 24))
    desk.live(at("2027-04-10"), every=TWICE_A_DAY)
    desk.check_each_was_asked_once(turns)
    assert {asking.by for asking in desk.askings()} == {"schedule"}
    assert len(desk.named()) == 1
    accepted = [duty for duty in turns if desk.fresh(duty).accepted_at]
    assert accepted == (turns if answers == "ok" else [])


@pytest.mark.long
@pytest.mark.parametrize(
    ("every", "lasts", "handover_on", "number", "answers", "empty_users"),
    [
        ("2w", "4w", "wed", 4, "ok", "accepted"),
        ("1mo", "1mo", "2", 3, "by hand", "refused"),
        ("10d", "10d", "", 5, "ok", "refused"),
    ],
)
def test_any_other_rhythm_is_asked_on_the_day_itself(
    db: None,
    world: World,
    every: str,
    lasts: str,
    handover_on: str,
    number: int,
    answers: str,
    empty_users: str,
) -> None:
    """The schedule, which knows but weeks, never asks."""
    desk = Desk(world, Triage(every=every, lasts=lasts, handover_on=handover_on))
    desk.geekbot.switches["answers"] = answers
    desk.geekbot.switches["empty_users"] = empty_users
    turns = desk.turns(number)
    desk.live(desk.rota.begins(turns[-1].shift.start) + timedelta(days=8), every=TWICE_A_DAY)
    desk.check_each_was_asked_once(turns)
    assert {asking.by for asking in desk.askings()} == {"start"}
    if answers == "ok":
        assert all(desk.fresh(duty).accepted_at for duty in turns)


@pytest.mark.parametrize(("every", "hours"), [("1w", 6), ("1w", 24), ("2w", 30)])
def test_after_an_outage_around_the_change_everybody_is_still_asked_once(
    db: None, world: World, every: str, hours: int
) -> None:
    """Nothing of ours runs from just before the stand-up would be the next person's on."""
    desk = Desk(world, Triage(every=every))
    turns = desk.turns(3)
    second = desk.rota.begins(turns[1].shift.start) - timedelta(days=1)
    desk.live(second - timedelta(minutes=5), every=TWICE_A_DAY)
    desk.turn_to(second + timedelta(hours=hours))
    desk.office.tick()
    desk.live(desk.rota.begins(turns[2].shift.start) + timedelta(days=2), every=TWICE_A_DAY)
    desk.check_each_was_asked_once(turns)


def test_whoever_was_missed_is_asked_as_soon_as_that_can_be(desk: Desk) -> None:
    """Two days of outage: the one of before was asked once more by then, which nobody can help."""
    turns = desk.turns(2)
    desk.live(at("2026-12-07", 23), every=TWICE_A_DAY)
    desk.turn_to(at("2026-12-09", 22))
    desk.office.tick()
    desk.live(at("2026-12-10"), every=timedelta(minutes=30))
    assert [asking.by for asking in desk.askings() if asking.user == "U0GWENDOLYN"] == ["start"]
    assert desk.fresh(turns[1]).asked_at is not None


@pytest.mark.parametrize("day", ["Mon", "Tue", "Thu"])
def test_the_day_of_asking_may_be_another_than_that_of_the_handover(
    db: None, world: World, day: str
) -> None:
    """Ahead of it, or after it: once in each case, and the same one on that day everywhere."""
    desk = Desk(world, Triage(names=["Anton", "Yara", "Chris"]), {"days": [day]})
    turns = desk.turns(3)
    desk.live(at("2026-12-20"), every=TWICE_A_DAY)
    assert desk.asked() == [desk.slack_id(duty) for duty in turns]
    for duty, asking in zip(turns, desk.askings(), strict=True):
        zone = desk.standup.zone_for(desk.geekbot.users[asking.user])
        away = asking.at.astimezone(zone).date() - duty.shift.start
        assert away.days == {"Mon": -2, "Tue": -1, "Thu": 1}[day]


def test_who_takes_a_turn_before_the_question_is_asked_instead(desk: Desk) -> None:
    turns = desk.turns(3)
    desk.live(at("2026-12-08", 6), every=TWICE_A_DAY)
    gwendolyn, yara = (desk.triage.members[name] for name in ("Gwendolyn", "Yara"))
    doing = Doing(now=desk.clock())
    swaps.take(swaps.ask(turns[1], doing=doing), yara, doing=doing)
    assert desk.fresh(turns[1]).accepted_at is not None, "taking it is accepting it"
    desk.live(at("2026-12-18"), every=TWICE_A_DAY)
    assert desk.asked() == ["U0SARAH", "U0YARA", "U0JONAS"]
    assert gwendolyn.person.slack_id not in desk.asked()


def test_who_takes_a_turn_after_the_question_is_not_asked_any_more(desk: Desk) -> None:
    turns = desk.turns(3)
    desk.live(at("2026-12-10"), every=TWICE_A_DAY)
    doing = Doing(now=desk.clock())
    swaps.take(
        swaps.ask(desk.fresh(turns[1]), doing=doing), desk.triage.members["Yara"], doing=doing
    )
    desk.live(at("2026-12-18"), every=TWICE_A_DAY)
    assert desk.asked() == ["U0SARAH", "U0GWENDOLYN", "U0JONAS"]


def test_who_is_given_a_turn_after_the_question_is_asked_as_well(desk: Desk) -> None:
    """Nobody has heard whether they accept."""
    turns = desk.turns(3)
    desk.live(at("2026-12-10"), every=TWICE_A_DAY)
    yara = desk.triage.members["Yara"]
    duties.override(desk.fresh(turns[1]), yara, doing=Doing(now=desk.clock()))
    desk.live(at("2026-12-18"), every=TWICE_A_DAY)
    assert desk.asked() == ["U0SARAH", "U0GWENDOLYN", "U0YARA", "U0JONAS"]


def test_a_rota_that_is_set_up_in_the_middle_of_a_turn_asks_from_the_next_one_on(
    desk: Desk,
) -> None:
    turns = desk.turns(3)
    desk.turn_to(at("2026-12-05"))
    Rota.objects.update(handovers_since=None)
    desk.live(at("2026-12-18"), every=TWICE_A_DAY)
    assert desk.asked() == [desk.slack_id(duty) for duty in turns[1:]]


@pytest.mark.parametrize("fault", ["500", "lost", "cut"])
def test_while_geekbot_does_not_answer_nobody_is_asked_twice(desk: Desk, fault: str) -> None:
    """From before the stand-up would be the next person's until after she would be asked."""
    turns = desk.turns(3)
    desk.live(at("2026-12-07", 22), every=TWICE_A_DAY)
    desk.world.faults.add(Fault("geekbot", fault, match="PATCH *", times=None))
    desk.live(at("2026-12-09", 12), every=timedelta(hours=2))
    desk.world.faults.clear()
    desk.live(at("2026-12-18"), every=TWICE_A_DAY)
    counted = {user: desk.asked().count(user) for user in desk.asked()}
    # What was changed without an answer was changed all the same.
    kept = {"U0SARAH": 2} if fault == "500" else {"U0SARAH": 1}
    assert counted == {**kept, "U0GWENDOLYN": 1, "U0JONAS": 1}
    assert not Notice.objects.filter(key__startswith="question/", outcome="unknown").exists()
    assert turns


def test_a_paused_stand_up_asks_on_demand(desk: Desk) -> None:
    desk.turns(2)
    desk.live(at("2026-12-05"), every=TWICE_A_DAY)
    desk.geekbot.change_standup(desk.standup.id, paused=True)
    desk.live(at("2026-12-11"), every=TWICE_A_DAY)
    assert [(each.user, each.by) for each in desk.askings()] == [
        ("U0SARAH", "schedule"),
        ("U0GWENDOLYN", "start"),
    ]
