"""Events that others made, and that are made a rota's own: by their id, and no others with them."""

import pytest

from rota.syncs.calendar import foreign
from tests.rota.calendar.board import Board
from tests.rota.calendar.paper import DAY
from tests.rota.team import MONDAY

pytestmark = pytest.mark.django_db

LEGACY = "X is on support today with Y assisting"


def test_an_event_that_is_taken_over_is_put_right_in_its_place(board: Board) -> None:
    shifts = board.days(2)
    row = board.put(LEGACY, MONDAY)
    foreign.own(board.sync, shifts[0], row["id"])
    del board.foreign[row["id"]]

    run = board.run()

    assert (run.counts["update"], run.counts["create"]) == (1, 1)
    assert board.of(shifts[0])["id"] == row["id"]
    board.check()
    board.forget_requests()
    assert board.run().counts["unchanged"] == 2
    assert board.writes() == []


def test_what_was_taken_over_and_moved_or_deleted_comes_back(board: Board) -> None:
    shifts = board.days(4)
    row = board.put(LEGACY, MONDAY)
    foreign.own(board.sync, shifts[0], row["id"])
    del board.foreign[row["id"]]
    board.edit(
        row, start={"date": "2025-03-01"}, end={"date": "2025-03-02"}
    )  # before we have ever marked it
    board.run()
    assert board.of(shifts[0])["id"] == row["id"]
    board.delete(row)
    board.run()
    board.check()


def test_what_was_taken_over_goes_with_its_shift(board: Board) -> None:
    shifts = board.days(4)
    row = board.put(LEGACY, MONDAY)
    foreign.own(board.sync, shifts[0], row["id"])
    del board.foreign[row["id"]]
    board.run()
    board.cancel(shifts[0])
    board.run()
    assert row["id"] not in {each["id"] for each in board.ours()}
    board.check()


def test_a_copy_of_what_was_taken_over_is_nobodys_but_its_makers(board: Board) -> None:
    shifts = board.days(2)
    row = board.put(LEGACY, MONDAY)
    foreign.own(board.sync, shifts[0], row["id"])
    del board.foreign[row["id"]]
    board.run()
    board.copy(board.of(shifts[0]))
    board.run()
    board.check_foreign()


def test_what_is_there_to_be_taken_over_can_be_listed(board: Board) -> None:
    legacy = board.put(LEGACY, MONDAY + DAY)
    other = board.put("Away day", MONDAY)
    board.put(LEGACY, MONDAY + 30 * DAY)
    board.days(2)
    board.run()

    found = foreign.foreign(
        board.sync,
        board.client(),
        start=MONDAY,
        end=MONDAY + 7 * DAY,
        now=board.clock(),
    )

    assert [event.id for event in found] == [other["id"], legacy["id"]]
    assert [event.id for event in foreign.alike(board.rota, found)] == [legacy["id"]]
