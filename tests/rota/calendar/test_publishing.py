"""What is put on the calendar, what it costs, and when nothing is written."""

import json
from datetime import date, timedelta

import pytest

from rota.models import Rota
from rota.syncs.calendar.options import Options
from tests.rota.calendar.board import Board
from tests.rota.calendar.paper import CALENDAR, DAY
from tests.rota.team import MONDAY, Team
from uploader.models import Run, Sync

pytestmark = pytest.mark.django_db


def test_every_shift_becomes_a_whole_day_that_tells_who_is_on(board: Board) -> None:
    board.days(3)

    run = board.run()

    assert run.status == Run.Status.FINISHED, run.error
    assert board.titles() == [
        "Gustav is on support today with Andy assisting",
        "Priya is on support today with Lalitha assisting",
        "Wren is on support today with Murdo assisting",
    ]
    first = board.ours()[0]
    assert (first["start"], first["end"]) == ({"date": "2026-11-30"}, {"date": "2026-12-01"})
    assert "/rotas/support/" in first["description"]
    board.check()


def test_nobody_gets_mail_and_nothing_is_sent_in_batches(board: Board) -> None:
    board.days(2)
    board.run()
    assert {seen.query["sendUpdates"] for seen in board.writes()} == {"none"}
    assert board.google.mails == []


def test_a_hundred_unchanged_shifts_published_again_are_no_write_and_hardly_a_read(
    board: Board,
) -> None:
    board.days(100)
    assert board.run().counts["create"] == 100
    board.check()
    board.forget_requests()

    run = board.run()

    assert run.counts["unchanged"] == 100
    assert board.writes() == []
    assert len(board.reads()) == 1


def test_sharing_with_the_members_costs_one_read_more(board: Board) -> None:
    board.google.share(CALENDAR, "rota", "owner")
    board.set_options(share_with_members=True)
    board.days(5)
    board.run()
    board.forget_requests()

    board.run()

    assert (len(board.reads()), board.writes()) == (2, [])


def test_a_dry_run_shows_all_of_it_and_writes_nothing(board: Board) -> None:
    board.days(3)
    planned = board.plan()
    assert [change.action for change in planned.changes] == ["create"] * 3
    assert planned.changes[0].what == ("2026-11-30: Gustav is on support today with Andy assisting")
    assert (board.writes(), board.ours()) == ([], [])


def test_a_duty_that_changes_is_one_write(board: Board) -> None:
    shifts = board.days(5)
    board.run()
    board.forget_requests()

    board.give(shifts[1], "lead", "Wren")
    board.run()

    assert [seen.method for seen in board.writes()] == ["PUT"]
    assert board.of(shifts[1])["summary"] == "Wren is on support today with Lalitha assisting"
    board.check()


def test_a_gap_is_shown_and_a_day_without_anybody_is_no_event(board: Board) -> None:
    half, empty = board.days(2)
    board.give(half, "assist", None)
    board.give(empty, "lead", None)
    board.give(empty, "assist", None)

    board.run()

    assert board.titles() == ["Gustav is on support today with nobody assisting"]
    board.check()


def test_a_cancelled_shift_goes_and_comes_back_as_the_same_event(board: Board) -> None:
    shifts = board.days(4)
    board.run()
    before = board.of(shifts[2])["id"]

    board.cancel(shifts[2])
    assert board.run().counts["delete"] == 1
    board.check()
    board.team.put(shifts[2].start, "Wren", "Theo")
    board.run()

    assert board.of(shifts[2])["id"] == before
    board.check()


def test_new_events_come_before_old_ones_go(board: Board) -> None:
    shifts = board.days(4)
    board.run()
    board.forget_requests()

    board.cancel(shifts[0])
    board.give(shifts[1], "lead", "Wren")
    board.days(1, first=date(2026, 12, 14))
    board.run()

    assert [seen.method for seen in board.writes()] == ["POST", "PUT", "DELETE"]


def test_what_is_over_stays_as_it_is_whatever_becomes_of_it(board: Board) -> None:
    shifts = board.days(3)
    board.run()
    board.clock.forward(days=5)  # the Tuesday of the rota's first week
    rows = {row["id"]: row for row in board.ours()}
    board.edit(board.of(shifts[0]), summary="how it really was")
    board.rota.shifts.filter(pk=shifts[0].pk).update(cancelled_at=board.clock())
    board.give(shifts[1], "lead", "Wren")  # today's can still be taken by somebody else
    board.forget_requests()

    board.run()

    assert [seen.method for seen in board.writes()] == ["PUT"]
    assert board.titles() == [
        "how it really was",
        "Wren is on support today with Lalitha assisting",
        "Wren is on support today with Murdo assisting",
    ]
    assert set(rows) == {row["id"] for row in board.ours()}


def test_an_event_of_a_shift_that_is_over_stays_wherever_somebody_puts_it(board: Board) -> None:
    shifts = board.days(3)
    board.run()
    board.clock.forward(days=5)
    row = board.of(shifts[0])
    board.edit(row, start={"date": "2026-12-09"}, end={"date": "2026-12-10"})
    board.forget_requests()
    board.run()
    assert board.writes() == []


def test_what_is_over_is_forgotten_by_nobody(board: Board) -> None:
    shifts = board.days(2)
    board.run()
    board.clock.forward(days=30)
    board.run()
    assert board.link(shifts[0]).ref == board.of(shifts[0])["id"]
    assert len(board.ours()) == 2


def test_two_rotas_on_one_calendar_do_not_touch_each_other(board: Board) -> None:
    other = Team(name="triage", sevens=["Ada"], others=["Ben"])
    second = board.published(other)
    first = board.sync
    board.days(3)
    for n in range(3):
        other.put(MONDAY + n * DAY, "Ada", "Ben")

    for sync in (first, second, first, second):
        board.sync = sync
        assert board.run().status == Run.Status.FINISHED
    board.forget_requests()
    for sync in (first, second):
        board.sync = sync
        run = board.run()
        assert (run.counts["unchanged"], run.counts["conflict"]) == (3, 0)

    assert board.writes() == []
    assert len(board.ours()) == 6
    assert board.plan().warnings == [], "the other's events look alike and are the other's"


def test_a_mass_of_cancelled_shifts_waits_for_a_person(board: Board) -> None:
    shifts = board.days(20)
    board.run()
    for shift in shifts[:10]:
        board.cancel(shift)

    run = board.run()

    assert run.status == Run.Status.NEEDS_REVIEW
    assert run.warnings[0] == "10 of 20 would be deleted, more than 30%."
    assert len(board.ours()) == 20
    board.approve(run)
    assert board.run_to_the_end().status == Run.Status.FINISHED
    board.check()


def test_names_with_braces_are_names(board: Board) -> None:
    person = board.team.members["Gustav"].person
    person.name = "Gus {title} tav"
    person.save()
    board.days(1)
    board.run()
    assert board.titles() == ["Gus {title} tav is on support today with Andy assisting"]
    board.forget_requests()
    board.run()
    assert board.writes() == []


def test_a_title_of_ones_own_is_filled_in(board: Board) -> None:
    Rota.objects.update(event_title="{title}: {lead} / {assist}")
    board.days(1)
    board.run()
    assert board.titles() == ["Data engineering support: Gustav / Andy"]


# ---------------------------------------------------------------- out of reach


def test_a_calendar_that_is_not_shared_with_us_is_never_an_empty_one(board: Board) -> None:
    board.days(3)
    board.run()
    board.google.share(CALENDAR, "rota", "none")
    board.forget_requests()

    run = board.run()

    assert run.status == Run.Status.FAILED
    assert f"share the calendar with {board.google.account.email}" in run.error
    assert board.writes() == []
    board.google.share(CALENDAR, "rota", "writer")
    board.forget_requests()
    assert board.run().status == Run.Status.FINISHED
    assert board.writes() == []


def test_a_calendar_that_may_only_be_read_is_said_to_be_so_before_anything_is_tried(
    board: Board,
) -> None:
    board.google.share(CALENDAR, "rota", "reader")
    board.days(3)

    run = board.run()

    assert run.status == Run.Status.FAILED
    assert "may only be read" in run.error
    assert board.writes() == []


def test_a_right_that_is_taken_away_in_the_middle_holds_nothing_back_afterwards(
    board: Board,
) -> None:
    board.days(5)

    def take_away(seen: object) -> None:
        if len(board.ours()) == 2:
            board.google.share(CALENDAR, "rota", "reader")

    board.world.hook = take_away
    run = board.run()
    assert run.status == Run.Status.FAILED
    board.world.hook = None
    board.google.share(CALENDAR, "rota", "writer")

    run = board.run()

    assert run.status == Run.Status.FINISHED, "none of them counts as refused by itself"
    board.check()


def test_another_calendar_begins_anew_and_leaves_the_first_as_it_is(board: Board) -> None:
    board.days(3)
    board.run()
    other = "c_other@group.calendar.google.com"
    board.google.add_calendar(other, "Other", rosa="owner", rota="writer")
    board.set_options(calendar_id=other)

    assert board.run().counts["create"] == 3
    assert (len(board.ours()), len(board.ours(other))) == (3, 3)
    board.set_options(calendar_id=CALENDAR)
    board.forget_requests()
    board.run()
    assert board.writes() == []


def test_a_rota_that_is_switched_off_or_gone_says_so(board: Board) -> None:
    Rota.objects.update(enabled=False)
    assert "is switched off" in board.run().error
    board.set_options(rota="another")
    assert "There is no rota “another”." in board.run().error


# -------------------------------------------------------------------- options


def test_options_want_a_calendar_that_others_can_see(board: Board) -> None:
    given = {"rota": "support", "calendar_id": CALENDAR}
    [complaint] = Options({**given, "calendar_id": "primary"}).errors["calendar_id"]
    assert str(complaint).startswith("“primary” is the calendar of whoever signs in")
    assert Options({**given, "rota": "nothing"}).errors == {"rota": ["There is no rota “nothing”."]}
    form = Options(given)
    assert form.is_valid()
    assert form.cleaned_data == {**given, "share_with_members": False}


def test_what_changes_duties_makes_the_calendar_due(board: Board) -> None:
    [shift] = board.days(1)
    Sync.objects.update(next_run_at=board.clock() + timedelta(days=1))
    board.give(shift, "lead", "Wren")
    assert Sync.objects.get(pk=board.sync.pk).next_run_at == board.clock()


def test_no_name_is_needed_to_tell_our_events(board: Board) -> None:
    board.days(1)
    board.run()
    [row] = board.ours()
    assert "support" not in json.dumps(row["extendedProperties"])
