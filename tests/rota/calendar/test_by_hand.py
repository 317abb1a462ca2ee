"""What people do on the calendar: with our events, which is put right; with theirs, which stays."""

from collections.abc import Callable

import pytest

from integrations.sandbox import Seen
from rota.syncs.calendar import content
from tests.rota.calendar.board import Board
from tests.rota.calendar.paper import CALENDAR, DAY, Row
from tests.rota.team import MONDAY
from uploader.models import Run

pytestmark = pytest.mark.django_db

LEGACY = "X is on support today with Y assisting"


def on(day: str, days: int = 1) -> Row:
    """Start and end as Google tells them."""
    first = MONDAY.fromisoformat(day)
    return {"start": {"date": day}, "end": {"date": f"{first + days * DAY}"}}


# -------------------------------------------------------------- what was ours


@pytest.mark.parametrize(
    "fields",
    [
        {"summary": "Wren, I think"},
        {"description": ""},
        {"transparency": "opaque"},
        {"reminders": {"useDefault": True}},
        {"extendedProperties": {}},
        {"recurrence": ["RRULE:FREQ=WEEKLY"]},
        on("2026-12-02", 3),
        on("2026-11-02"),
        on("2027-12-24"),
        {
            "start": {"dateTime": "2026-11-30T09:00:00Z"},
            "end": {"dateTime": "2026-11-30T10:00:00Z"},
        },
    ],
    ids=lambda fields: "+".join(fields) + str(fields.get("start", "")),
)
def test_whatever_is_changed_on_our_event_is_put_right(board: Board, fields: Row) -> None:
    board.days(3)
    board.run()
    id = board.ours()[0]["id"]
    board.edit(board.ours()[0], **fields)
    board.forget_requests()

    run = board.run()

    assert (run.status, run.counts["update"]) == (Run.Status.FINISHED, 1)
    assert [seen.method for seen in board.writes()] == ["PUT"]
    assert board.ours()[0]["id"] == id
    board.check()


def test_what_we_do_not_manage_is_nobodys_reason_to_write(board: Board) -> None:
    board.days(1)
    board.run()
    board.edit(board.ours()[0], colorId="4", location="the usual room")
    board.forget_requests()
    board.run()
    assert board.writes() == []


def test_what_is_deleted_is_there_again_under_its_id(board: Board) -> None:
    board.days(3)
    board.run()
    ids = [row["id"] for row in board.ours()]
    board.delete(board.ours()[1])

    run = board.run()

    assert run.counts["create"] == 1
    assert [row["id"] for row in board.ours()] == ids
    board.check()
    board.forget_requests()
    board.run()
    assert (len(board.reads()), board.writes()) == (1, [])


@pytest.mark.parametrize("revival", ["forbidden", "not found", "deleted"])
def test_what_cannot_be_revived_is_made_under_another_id_which_is_remembered(
    board: Board, revival: str
) -> None:
    shifts = board.days(2)
    board.run()
    board.google.switches["revival"] = revival
    for generation in (1, 2):
        board.delete(board.of(shifts[0]))
        assert board.run().status == Run.Status.FINISHED
        assert board.of(shifts[0])["id"] == content.event_id(shifts[0].uid.hex, generation)
        assert board.link(shifts[0]).ref == board.of(shifts[0])["id"]
        board.check()
    board.forget_requests()
    board.run()
    assert (len(board.reads()), board.writes()) == (1, [])


def test_what_keeps_no_tombstone_is_simply_made_again(board: Board) -> None:
    board.days(2)
    board.run()
    board.google.switches["tombstones"] = "expired"
    board.delete(board.ours()[0])
    board.run()
    board.check()


def test_most_of_it_deleted_by_hand_waits_for_a_person(board: Board) -> None:
    board.days(12)
    board.run()
    for row in board.ours()[:8]:
        board.delete(row)

    run = board.run()

    assert run.status == Run.Status.NEEDS_REVIEW
    assert run.warnings[0].startswith("8 of the 12 that we put at the target are not shown there")
    board.approve(run)
    board.run_to_the_end()
    board.check()


def test_an_event_of_ours_that_is_not_wanted_any_more_goes_wherever_it_was_moved(
    board: Board,
) -> None:
    shifts = board.days(4)
    board.run()
    board.edit(board.of(shifts[3]), **on("2028-02-29"))
    board.cancel(shifts[3])

    assert board.run().counts["delete"] == 1
    assert len(board.ours()) == 3
    board.check()


# --------------------------------------------------------------- what is theirs


def test_a_copy_of_ours_with_all_its_marks_stays_and_is_told_of(board: Board) -> None:
    board.days(2)
    board.run()
    board.copy(board.ours()[0], **on("2026-12-01"))

    run = board.run()

    assert run.counts["unchanged"] == 2
    [warning] = run.warnings
    assert warning == (
        "“Gustav is on support today with Andy assisting” on 2026-12-01 looks like this rota's, "
        "and is not: `rota adopt support` shows what can be taken over."
    )
    board.check()


def test_a_copy_outlives_the_shift_that_it_was_copied_from(board: Board) -> None:
    shifts = board.days(3)
    board.run()
    board.copy(board.of(shifts[1]), **on("2026-12-03"))
    board.cancel(shifts[1])
    board.run()
    board.check()


def test_what_looks_like_the_rotas_is_told_of_and_not_touched(board: Board) -> None:
    for n in range(7):
        board.put(LEGACY, MONDAY + n * DAY)
    board.put("Sam's birthday", MONDAY, eventType="birthday")
    board.put("Priya is on support today", MONDAY)
    board.days(7)

    run = board.run()

    [warning] = run.warnings
    assert warning.count(LEGACY) == 5
    assert warning.endswith(
        "2026-12-04 and 2 more look like this rota's, and are not: "
        "`rota adopt support` shows what can be taken over."
    )
    board.check()


def test_what_lies_before_today_or_after_the_last_shift_is_no_matter(board: Board) -> None:
    board.put(LEGACY, MONDAY - 20 * DAY)
    board.put(LEGACY, MONDAY + 60 * DAY)
    board.days(2)
    assert board.run().warnings == []


def test_a_series_and_its_exceptions_stay_whatever_they_are_called(board: Board) -> None:
    series = board.put(LEGACY, MONDAY, recurrence=["RRULE:FREQ=WEEKLY"])
    board.put(LEGACY, MONDAY + 7 * DAY, id=f"{series['id']}1", recurringEventId=series["id"])
    board.put(
        LEGACY,
        MONDAY + 14 * DAY,
        id=f"{series['id']}2",
        recurringEventId=series["id"],
        status="cancelled",
    )
    board.days(15)
    assert board.run().status == Run.Status.FINISHED
    board.check()


def test_an_event_that_sits_where_ours_would_be_is_left_there_and_said_so(board: Board) -> None:
    [shift, _] = board.days(2)
    board.put("mine", MONDAY, id=content.event_id(shift.uid.hex))

    run = board.run()

    assert run.status == Run.Status.FINISHED_WITH_PROBLEMS
    assert run.counts["rejected"] == 1
    [change] = run.changes.filter(outcome="rejected")
    assert "“mine” is in its place and is not this rota's" in change.reason
    board.check_foreign()


# ----------------------------------------------------- at the very same moment


def meanwhile(board: Board, method: str, act: Callable[[], object]) -> None:
    """Let it happen after we have looked, and before our write arrives."""

    def hook(seen: Seen) -> None:
        if seen.method == method and seen.path.startswith("/calendar/v3/"):
            board.world.hook = None
            act()

    board.world.hook = hook


def test_what_is_changed_between_our_look_and_our_write_is_looked_at_again(board: Board) -> None:
    shifts = board.days(2)
    board.run()
    board.give(shifts[0], "lead", "Wren")
    meanwhile(board, "PUT", lambda: board.edit(board.of(shifts[0]), summary="mine now"))
    board.forget_requests()

    assert board.run().status == Run.Status.FINISHED

    assert [seen.method for seen in board.writes()] == ["PUT", "PUT"]
    board.check()


def test_what_is_deleted_just_then_is_revived(board: Board) -> None:
    shifts = board.days(2)
    board.run()
    board.give(shifts[0], "lead", "Wren")
    meanwhile(board, "PUT", lambda: board.delete(board.of(shifts[0])))
    assert board.run().status == Run.Status.FINISHED
    board.check()


@pytest.mark.parametrize("act", ["edit", "delete"])
def test_what_is_to_go_goes_however_it_was_touched_just_then(board: Board, act: str) -> None:
    shifts = board.days(4)
    board.run()
    board.cancel(shifts[0])
    row = board.of(shifts[0])
    acts: dict[str, Callable[[], object]] = {
        "edit": lambda: board.edit(row, summary="mine"),
        "delete": lambda: board.delete(row),
    }
    meanwhile(board, "DELETE", acts[act])
    assert board.run().status == Run.Status.FINISHED
    board.check()


def test_an_event_that_somebody_goes_on_changing_is_waited_for(board: Board) -> None:
    shifts = board.days(1)
    board.run()
    board.give(shifts[0], "lead", "Wren")
    edits = 0

    def edit(seen: Seen) -> None:
        nonlocal edits
        if seen.method == "PUT" and edits < 5:
            edits += 1
            board.edit(board.of(shifts[0]), summary=f"mine {edits}")

    board.world.hook = edit
    run = board.run()
    assert (run.status, "somebody goes on changing it" in run.error) == (Run.Status.WAITING, True)
    assert board.run_to_the_end().status == Run.Status.FINISHED
    board.check()


# ----------------------------------------------------------- a database of old


def test_with_nothing_remembered_our_events_are_still_known_to_be_ours(board: Board) -> None:
    board.days(3)
    board.run()
    board.sync.links.all().delete()
    board.forget_requests()

    assert board.run().counts["unchanged"] == 3
    assert board.writes() == []
    assert board.sync.links.count() == 3


def test_events_of_shifts_that_an_older_database_does_not_know_go_and_leave_no_doubles(
    board: Board,
) -> None:
    board.days(4)
    board.run()
    board.sync.links.all().delete()
    last = board.rota.shifts.last()
    last.duties.all().delete()
    last.delete()

    run = board.run()

    assert run.counts["delete"] == 1
    board.check()


def test_a_calendar_of_a_thousand_others_is_read_to_its_end(board: Board) -> None:
    for n in range(60):
        board.put("busy", MONDAY + (n % 5) * DAY)
    board.google.switches["largest_page"] = 25
    board.google.switches["empty_pages"] = "between"
    board.days(5)
    board.run()
    board.check()
    board.forget_requests()
    assert board.run().counts["unchanged"] == 5
    assert board.writes() == []
    assert CALENDAR in board.reads()[0].path.replace("%40", "@")
