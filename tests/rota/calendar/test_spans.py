"""Turns that last for days, and overlap, on a calendar: each its own event, all of its days."""

from datetime import date, time, timedelta

import pytest

from rota import duties
from rota.models import Rota, Shift
from tests.rota.calendar.board import Board
from tests.rota.calendar.paper import DAY
from tests.rota.rolling import WEDNESDAY, Triage
from uploader.models import Run

pytestmark = [pytest.mark.django_db, pytest.mark.once]

WEEK = timedelta(weeks=1)


@pytest.fixture
def rolling(board: Board, triage: Triage) -> Board:
    board.sync = board.published(triage)
    return board


def shown(board: Board) -> list[tuple[str, str, str]]:
    return [(row["summary"], row["start"]["date"], row["end"]["date"]) for row in board.ours()]


def test_each_turn_is_an_event_of_all_its_days_and_they_overlap(
    rolling: Board, triage: Triage
) -> None:
    triage.fortnights(3)

    assert rolling.run().status == Run.Status.FINISHED

    assert shown(rolling) == [
        ("Support Triager: Sarah", "2026-12-02", "2026-12-16"),
        ("Support Triager: Gwendolyn", "2026-12-09", "2026-12-23"),
        ("Support Triager: Jonas", "2026-12-16", "2026-12-30"),
    ]
    rolling.forget_requests()
    rolling.run()
    assert rolling.writes() == []


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Europe/London", "America/Los_Angeles"])
def test_whole_days_know_no_clock_changes(rolling: Board, triage: Triage, zone: str) -> None:
    """Also where shifts change in the middle of a day."""
    Rota.objects.filter(pk=triage.rota.pk).update(timezone=zone, at=time(9))
    firsts = (date(2027, 3, 24), date(2027, 4, 1), date(2027, 9, 22), date(2027, 10, 27))
    for first in firsts:
        triage.put(first, "Sarah")

    rolling.run()

    days = [(start, end) for _, start, end in shown(rolling)]
    assert days == [(f"{first}", f"{first + 2 * WEEK}") for first in firsts]
    rolling.forget_requests()
    rolling.run()
    assert rolling.writes() == []


def test_a_turn_that_is_under_way_is_still_put_right_and_one_that_is_over_stays(
    rolling: Board, triage: Triage
) -> None:
    over, under_way = triage.fortnights(2)
    rolling.run()
    rolling.clock.now = triage.rota.begins(over.shift.end)
    for duty in (over, under_way):
        rolling.edit(rolling.of(duty.shift), summary="mine")

    rolling.run()

    assert [title for title, _, _ in shown(rolling)] == ["mine", "Support Triager: Gwendolyn"]


def test_somebody_else_who_serves_is_on_the_event(rolling: Board, triage: Triage) -> None:
    duty, _ = triage.fortnights(2)
    rolling.run()
    rolling.forget_requests()

    duties.override(duty, triage.members["Chris"], doing=rolling.doing)
    rolling.run()

    assert shown(rolling)[0] == ("Support Triager: Chris", "2026-12-02", "2026-12-16")
    assert len(rolling.writes()) == 1


def test_a_turn_of_another_length_has_its_event_changed(rolling: Board, triage: Triage) -> None:
    duty, _ = triage.fortnights(2)
    rolling.run()
    Shift.objects.filter(pk=duty.shift_id).update(end=duty.shift.start + WEEK)

    rolling.run()

    assert shown(rolling)[0] == ("Support Triager: Sarah", "2026-12-02", "2026-12-09")


def test_a_plan_says_from_when_to_when(rolling: Board, triage: Triage) -> None:
    triage.fortnights(1)

    [change] = rolling.plan().changes

    assert change.what == "2026-12-02 to 2026-12-15: Support Triager: Sarah"


def test_an_event_under_way_of_a_turn_that_nobody_knows_any_more_goes(
    rolling: Board, triage: Triage
) -> None:
    """As after a database was put back: it is marked as ours, and its days are not over."""
    lost, _ = triage.fortnights(2)
    rolling.run()
    rolling.clock.now = triage.rota.begins(WEDNESDAY + 3 * DAY)
    Shift.objects.filter(pk=lost.shift_id).delete()

    rolling.run()

    assert [title for title, _, _ in shown(rolling)] == ["Support Triager: Gwendolyn"]


def test_what_others_call_alike_is_told_and_left_alone(rolling: Board, triage: Triage) -> None:
    triage.fortnights(1)
    rolling.put("Support Triager: Signe", WEDNESDAY + DAY)

    run = rolling.run()

    assert "“Support Triager: Signe” on 2026-12-03 looks like this rota's" in run.warnings[0]
    rolling.check_foreign()
