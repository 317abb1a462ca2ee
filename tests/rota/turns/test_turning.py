"""A rolling rota is filled in the order of turns, one starting after the other."""

from datetime import timedelta

from rota.models import Rota
from tests.rota.rolling import TRIAGERS
from tests.rota.turns.rotating import DAY, WEDNESDAY, WEEK, Rotating

ORDER = " ".join(TRIAGERS)


def test_so_many_shifts_are_appended_in_the_order_of_turns(rotating: Rotating) -> None:
    rotating.generate(append=8)
    assert rotating.names() == f"{ORDER} Sarah"
    found = rotating.duties()
    assert list(found) == [WEDNESDAY + week * WEEK for week in range(8)]
    assert {duty.shift.end - day for day, duty in found.items()} == {2 * WEEK}
    assert rotating.turns() == rotating.serving()


def test_more_go_on_where_the_last_one_ended(rotating: Rotating) -> None:
    for _ in range(9):
        rotating.generate(append=1)
    assert rotating.names() == f"{ORDER} Sarah Gwendolyn"


def test_the_horizon_is_kept_filled(rotating: Rotating) -> None:
    Rota.objects.update(horizon=timedelta(weeks=4))
    rotating.generate()
    assert rotating.names() == "Sarah Gwendolyn Jonas Anton"
    rotating.clock.forward(days=6)
    assert rotating.generate().counts["create"] == 1
    assert rotating.generate().counts["unchanged"] == 5 - 1
    assert rotating.names() == "Sarah Gwendolyn Jonas Anton Signe"


def test_a_plan_says_the_dates(rotating: Rotating) -> None:
    look = rotating.plan(append=1)
    assert [(c.subject, c.what) for c in look.changes] == [
        ("Sarah", "2026-12-02 to 2026-12-15: Sarah")
    ]
    assert rotating.duties() == {}


def test_a_service_that_is_under_way_and_nobodys_is_filled(rotating: Rotating) -> None:
    rotating.clock.forward(days=20)  # Wednesday the 16th
    rotating.generate(append=3)
    assert list(rotating.duties()) == [WEDNESDAY + week * WEEK for week in (1, 2, 3)]
    assert DAY
