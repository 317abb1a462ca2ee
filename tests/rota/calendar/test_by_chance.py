"""Calendars by chance: nothing that is somebody else's is ever written, and the rota is shown."""

import os
import random
from datetime import timedelta

import pytest

from rota.models import Shift
from tests.rota.calendar.board import Board
from tests.rota.calendar.chance import People
from tests.rota.calendar.paper import DAY
from tests.rota.calendar.unplugged import Unplugged
from tests.rota.team import MONDAY, OTHERS, SEVENS
from uploader.models import Run, Sync

pytestmark = [pytest.mark.once, pytest.mark.randomized]

SEED = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))
TIMES = int(os.environ.get("LOCKSTEP_TEST_TIMES", "1"))
SCENARIOS, UNPLUGGED = 6 * TIMES, 50 * TIMES


def rota_changes(board: Board, draw: random.Random) -> None:
    open_ones = list(board.rota.shifts.filter(end__gt=board.today))
    shift: Shift = draw.choice(open_ones)
    if shift.cancelled_at is not None:
        board.team.put(shift.start, draw.choice(SEVENS), draw.choice(OTHERS))
    elif draw.random() < 0.4:
        board.cancel(shift)
    else:
        role, names = draw.choice((("lead", SEVENS), ("assist", OTHERS)))
        board.give(shift, role, draw.choice((*names, None)))


def live(board: Board, seed: int) -> None:
    draw = random.Random(seed)
    random.seed(seed)  # of it are the waits
    # Few shifts with much to change: too much for nobody to look at otherwise.
    Sync.objects.filter(pk=board.sync.pk).update(max_delete_share=1.0)
    people = People(draw, board, board.rota.uid.hex, MONDAY)
    people.set_switches()
    board.days(draw.randint(3, 8))
    for _ in range(3):
        for _ in range(draw.randint(0, 12)):
            people.write_something()
        for _ in range(draw.randint(0, 3)):
            people.touch_ours(since=board.today)
        for _ in range(draw.randint(0, 3)):
            rota_changes(board, draw)
        run = board.carry_through()
        assert run.status == Run.Status.FINISHED, run.error
        board.check()
        board.forget_requests()
        if draw.random() < 0.3:
            board.sync.links.all().delete()  # as in a database that was put back
        board.run()
        assert board.writes() == [], "all of it was right already"
        board.clock.now += (
            draw.choice((timedelta(hours=5), DAY)) if draw.random() < 0.5 else 0 * DAY
        )


@pytest.mark.django_db
@pytest.mark.parametrize("n", range(SCENARIOS))
def test_nothing_of_others_is_touched_and_the_calendar_equals_the_rota(
    board: Board, n: int
) -> None:
    try:
        live(board, SEED + n)
    except BaseException as error:
        error.add_note(f"replay with FAULT_SEED={SEED + n} and -k '[0]'")
        raise


def test_nor_in_many_more_calendars_within_one_process() -> None:
    for seed in range(SEED, SEED + UNPLUGGED):
        try:
            Unplugged(seed).live()
        except BaseException as error:
            error.add_note(f"replay with FAULT_SEED={seed}")
            raise
