"""Many shifts at once, on every day of the year, and where the worker dies in the middle of it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rota.models import Duty, Move, Rota, Shift
from rota.syncs.duties.layout import Asked
from rota.syncs.duties.turns import Turns
from tests.rota.rolling import TRIAGERS, Triage
from tests.rota.turns.rotating import DAY, WEDNESDAY, WEEK, Rotating
from tests.uploader.killer import Killer, Once

NAMES = list(TRIAGERS)
EVERY_DAY = [
    date(year, 1, 1) + n * DAY for year in (2024, 2026) for n in range(366 if year == 2024 else 365)
]
RHYTHMS = [
    ("1w", "2w", "wed"),
    ("1mo", "2mo", "31"),
]


@pytest.mark.parametrize(("every", "lasts", "on"), RHYTHMS)
def test_bulk_works_on_every_day_of_the_year(
    triage: Triage, every: str, lasts: str, on: str
) -> None:
    Rota.objects.update(every=every, lasts=lasts, handover_on=on, starts_on=date(2024, 1, 1))
    rota = Rota.objects.get()
    jonas = triage.members["Jonas"]
    for day in EVERY_DAY:
        now = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        asked = Asked.of({"from": str(day), "after": jonas.pk, "append": 14})
        decided = Turns(rota, asked, now=now).decided({}, beat=lambda: None)
        starts = sorted(start for start, _ in decided.duties)
        assert len(starts) == 14
        assert day <= starts[0] < day + timedelta(days=32)
        who = [decided.duties[start, "member"].member for start in starts]
        order = [triage.members[NAMES[(3 + n) % 7]].pk for n in range(14)]
        assert who == order, (day, decided.warnings)


@pytest.mark.parametrize("number", [0, 17, 51, 85])
def test_replaced_from_any_day_on_it_is_written_so(rotating: Rotating, number: int) -> None:
    rotating.generate(append=20)
    day = WEDNESDAY + number * DAY
    anton = rotating.team.members["Anton"].pk
    run = rotating.generate(first=day, after=anton, append=4)
    assert run.status == "finished", run.warnings
    later = [name for start, name in rotating.serving().items() if start >= day]
    assert later == ["Signe", "Yara", "Chris", "Sarah"]
    assert rotating.generate(first=day, after=anton, append=4).counts["unchanged"] == 4


def test_history_stays_whatever_is_replaced(rotating: Rotating) -> None:
    rotating.generate(append=6)
    rotating.clock.forward(days=20)  # Wednesday the 16th
    today = rotating.clock().date()
    before = {day: who for day, who in rotating.serving().items() if day <= today}
    rotating.generate(first=today, after=rotating.team.members["Chris"].pk, append=2)
    assert {day: who for day, who in rotating.serving().items() if day <= today} == before
    assert rotating.names() == "Sarah Gwendolyn Jonas Sarah Gwendolyn"
    assert "what was, stays as it was" in rotating.refused(
        **{"from": str(today - DAY), "after": rotating.team.members["Chris"].pk, "append": 2}
    )


@pytest.mark.usefixtures("deadly_notes")
@pytest.mark.parametrize("at", range(1, 16, 4))
def test_killed_anywhere_there_are_as_many_as_were_asked_for(
    rotating: Rotating, killer: Killer, at: int
) -> None:
    killer.when = Once(at)
    rotating.generate(append=5)
    killer.when = None
    assert rotating.names() == " ".join(NAMES[:5])
    assert Move.objects.count() == 5


@pytest.mark.usefixtures("deadly_notes")
@pytest.mark.parametrize("at", range(1, 12, 3))
def test_killed_within_a_swap_both_halves_of_it_are_done(
    rotating: Rotating, killer: Killer, at: int
) -> None:
    rotating.generate(append=8)
    rotating.away("Jonas", WEDNESDAY + 2 * WEEK, 10)
    rotating.away("Yara", WEDNESDAY + 5 * WEEK, 10)
    killer.when = Once(at)
    rotating.generate()
    killer.when = None
    assert rotating.names() == "Sarah Gwendolyn Anton Jonas Signe Chris Yara Sarah"


@pytest.mark.usefixtures("deadly_notes")
@pytest.mark.parametrize("at", range(1, 16, 4))
def test_killed_while_it_is_planned_anew_it_ends_as_if_nothing_had_happened(
    rotating: Rotating, killer: Killer, at: int
) -> None:
    rotating.generate(append=8)
    killer.when = Once(at)
    anton = rotating.team.members["Anton"].pk
    rotating.generate(first=WEDNESDAY + WEEK, after=anton, append=3)
    killer.when = None
    assert rotating.names() == "Sarah Signe Yara Chris"
    assert not Duty.objects.exclude(member=None).exclude(shift__cancelled_at=None).exists()
    assert Shift.objects.count() == 8


def test_clearing_and_filling_again_is_the_same(rotating: Rotating) -> None:
    Rota.objects.update(horizon=timedelta(weeks=8))
    rotating.generate()
    before, uids = rotating.serving(), set(Shift.objects.values_list("uid", flat=True))
    rotating.generate(clear=str(rotating.clock().date()))
    assert rotating.serving() == {}
    rotating.generate()
    assert rotating.serving() == before
    assert set(Shift.objects.values_list("uid", flat=True)) == uids
