"""Whole days stay the days they are: in every zone, over clock changes, holidays and years."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from rota.days import holidays_of, numbers, working_days
from rota.models import Rota, Shift
from tests.rota.calendar.board import Board
from tests.rota.calendar.paper import CALENDAR, DAY
from tests.rota.team import OTHERS, SEVENS
from uploader.models import Run

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ZONES = (
    "Pacific/Auckland",
    "Pacific/Kiritimati",
    "Asia/Kolkata",
    "Europe/London",
    "America/St_Johns",
    "America/Los_Angeles",
)
# When clocks are changed, north and south, and other days that are easily lost.
DAYS = [
    date(2027, 3, 14),
    date(2027, 3, 28),
    date(2027, 4, 4),
    date(2027, 9, 26),
    date(2027, 10, 31),
    date(2027, 11, 7),
    date(2027, 12, 31),
    date(2028, 1, 1),
    date(2028, 2, 29),
]


def live_in(board: Board, zone: str, *, calendar: str) -> None:
    Rota.objects.update(timezone=zone)
    board.rota.refresh_from_db()
    board.google.calendars[CALENDAR].time_zone = calendar


def put(board: Board, days: list[date]) -> list[Shift]:
    names = list(zip(SEVENS, OTHERS, strict=False))
    return [board.team.put(day, *names[n % len(names)])[0].shift for n, day in enumerate(days)]


@pytest.mark.parametrize("days_begin", ["calendar", "UTC"])
@pytest.mark.parametrize("zone", ZONES)
def test_a_day_is_the_same_day_wherever_it_is_looked_at_from(
    board: Board, zone: str, days_begin: str
) -> None:
    """The calendar is in a zone at the other end of the world from the rota's."""
    live_in(board, zone, calendar=ZONES[-1 - ZONES.index(zone)])
    board.google.switches["days_begin"] = days_begin
    put(board, DAYS)

    assert board.run().status == Run.Status.FINISHED

    board.check()
    shown = [(row["start"], row["end"]) for row in board.ours()]
    assert shown == [({"date": f"{day}"}, {"date": f"{day + DAY}"}) for day in DAYS]
    board.forget_requests()
    board.run()
    assert board.writes() == []


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_is_over_at_its_midnight_in_the_rotas_zone_and_not_before(
    board: Board, zone: str
) -> None:
    """Just before, what somebody changed is put right; just after, it is history."""
    live_in(board, zone, calendar="UTC")
    shifts = put(board, [date(2027, 3, 28), date(2027, 10, 31)])
    board.run()
    for shift in shifts:
        midnight = datetime.combine(shift.end, time(), ZoneInfo(zone)).astimezone(UTC)
        board.clock.now = midnight - timedelta(minutes=1)
        board.edit(board.of(shift), summary="mine")
        board.run()
        assert board.of(shift)["summary"] != "mine"
        board.clock.now = midnight
        board.edit(board.of(shift), summary="how it really was")
        board.forget_requests()
        board.run()
        assert (board.of(shift)["summary"], board.writes()) == ("how it really was", [])


def test_working_days_around_holidays_and_clock_changes_over_ten_years(board: Board) -> None:
    free = holidays_of("GB-ENG", range(2027, 2038))
    days = [
        day
        for year in range(2027, 2038, 2)
        for first in (date(year, 3, 26), date(year, 10, 29), date(year, 12, 23))
        for day in islice(working_days(first, workdays=numbers(Rota().workdays), holidays=free), 3)
    ]
    put(board, days)

    assert board.run().status == Run.Status.FINISHED

    assert [row["start"]["date"] for row in board.ours()] == [f"{day}" for day in days]
    assert free.keys().isdisjoint(days)
    board.check()
    board.forget_requests()
    board.run()
    assert board.writes() == []
