"""Leave from Breathe HR makes people unavailable, and is nobody's business beyond that."""

from datetime import date, timedelta
from typing import Any

import pytest

from integrations import connections
from integrations.breathe.sandbox import BreatheSandbox
from integrations.sandbox import Fault, World
from rota.models import Absence, Duty
from tests.rota.generating.generated import MONDAY, Generated
from uploader.models import Change, Run, Sync
from uploader.people import Address, Person

DAY = timedelta(days=1)


class Leaving:
    """A team whose people are all employees at Breathe HR."""

    def __init__(self, rota: Generated, world: World) -> None:
        self.rota = rota
        self.world = world
        self.breathe = world.of(BreatheSandbox)
        self.breathe.now = rota.clock
        self.breathe.keys = {"sandbox-breathe-key"}
        self.breathe.forget_rows()
        self.numbers = {
            name: self.breathe.add_employee(f"{name.lower()}@example.org", name, "Example")
            for name in rota.team.members
        }
        connection = connections.connect(
            provider="breathe",
            owner=None,
            name="breathe",
            credentials=self.breathe.grant("company"),
            by=None,
            now=rota.clock(),
        )
        self.connection = connection
        Sync.objects.filter(pk=rota.sync.pk).update(source=connection)
        rota.team.sync.refresh_from_db()

    def away(self, name: str, first: date, last: date, **more: Any) -> int:
        return self.breathe.add_absence(self.numbers[name], first, last, **more)

    def kept(self) -> set[tuple[str, date, date]]:
        rows = Absence.objects.filter(origin=Absence.Origin.LEAVE).select_related("person")
        return {(row.person.name, row.first_day, row.last_day) for row in rows}

    def served(self, name: str) -> set[date]:
        return {day for (day, _), who in self.rota.duties().items() if who == name}


@pytest.fixture
def leaving(rota: Generated, world: World) -> Leaving:
    return Leaving(rota, world)


def test_nobody_serves_on_leave(leaving: Leaving) -> None:
    leaving.away("Wren", MONDAY, MONDAY + 2 * DAY)
    leaving.away("Theo", MONDAY, MONDAY, half_start=True)
    run = leaving.rota.generate(cycles=2)
    assert run.status == Run.Status.FINISHED, run.error
    assert leaving.served("Wren")
    assert min(leaving.served("Wren")) > MONDAY + 2 * DAY
    assert MONDAY not in leaving.served("Theo")
    assert leaving.kept() == {
        ("Wren", MONDAY, MONDAY + 2 * DAY),
        ("Theo", MONDAY, MONDAY),
    }


def test_of_what_kind_it_is_is_written_nowhere(leaving: Leaving) -> None:
    leaving.breathe.add_sickness(leaving.numbers["Wren"], MONDAY, MONDAY)
    run = leaving.rota.generate(cycles=1)
    words = " ".join(
        f"{line.key} {line.what} {line.reason} {line.before} {line.after}"
        for line in Change.objects.all()
    )
    assert "away" in words
    for text in (words, str(run.warnings), str(Duty.objects.values_list("reason"))):
        assert "sick" not in text.lower()


def test_leave_that_comes_later_moves_as_little_as_it_can(leaving: Leaving) -> None:
    leaving.rota.generate(cycles=2)
    before = leaving.rota.duties()
    day = min(leaving.served("Wren"))
    leaving.away("Wren", day, day)
    leaving.rota.run()
    assert 1 <= len(leaving.rota.moved(before)) <= 2
    assert day not in leaving.served("Wren")


def test_leave_that_is_withdrawn_is_forgotten(leaving: Leaving) -> None:
    withdrawn = leaving.away("Wren", MONDAY, MONDAY)
    leaving.away("Theo", MONDAY, MONDAY)
    leaving.rota.generate(cycles=1)
    leaving.breathe.change("absences", withdrawn, cancelled=True)
    leaving.rota.run()
    assert leaving.kept() == {("Theo", MONDAY, MONDAY)}


def test_an_answer_without_anybody_changes_nothing(leaving: Leaving) -> None:
    leaving.away("Wren", MONDAY, MONDAY)
    leaving.rota.generate(cycles=1)
    before, kept = leaving.rota.duties(), leaving.kept()
    leaving.breathe.forget_rows()
    run = leaving.rota.run()
    assert run.status == Run.Status.FAILED
    assert (leaving.rota.duties(), leaving.kept()) == (before, kept)


def test_leave_of_somebody_who_is_not_listed_any_more_stays(leaving: Leaving) -> None:
    leaving.away("Wren", MONDAY, MONDAY)
    leaving.rota.generate(cycles=1)
    Address.objects.filter(email="wren@example.org").update(enabled=False)
    run = leaving.rota.run()
    assert leaving.kept() == {("Wren", MONDAY, MONDAY)}
    assert any(warning.startswith("Wren: nobody at Breathe HR") for warning in run.warnings)


def test_what_was_entered_by_hand_is_left_alone(leaving: Leaving) -> None:
    wren = leaving.rota.team.members["Wren"].person
    by_hand = Absence.objects.create(person=wren, first_day=MONDAY, last_day=MONDAY + DAY)
    entered = leaving.away("Wren", MONDAY, MONDAY + 4 * DAY)
    leaving.rota.generate(cycles=1)
    leaving.breathe.remove("absences", entered)
    leaving.away("Theo", MONDAY, MONDAY)
    leaving.rota.run()
    assert Absence.objects.filter(pk=by_hand.pk).exists()
    assert leaving.kept() == {("Theo", MONDAY, MONDAY)}


def test_leave_of_others_is_not_read_into_the_rota(leaving: Leaving) -> None:
    stranger = leaving.breathe.add_employee("zoe@example.org", "Zoe", "Example")
    leaving.breathe.add_absence(stranger, MONDAY, MONDAY)
    zoe = Person.objects.create(name="Zoe")
    Address.objects.create(person=zoe, email="zoe@example.org")
    leaving.rota.generate(cycles=1)
    assert leaving.kept() == set()


def test_a_reason_that_is_no_leave_there_is_none_here(leaving: Leaving) -> None:
    Sync.objects.create(
        name="leave",
        kind="breathe_to_productive",
        source=leaving.connection,
        options={"ignored_reasons": ["Working from home"]},
    )
    reason = leaving.breathe.add_reason("Working from home")
    leaving.away("Wren", MONDAY, MONDAY, reason_id=reason)
    leaving.rota.generate(cycles=1)
    assert leaving.kept() == set()


def test_while_breathe_is_down_the_run_waits(leaving: Leaving) -> None:
    leaving.world.faults.add(Fault("breathe", "502", times=2))
    run = leaving.rota.run(apply=True, cycles=1)
    assert run.status == Run.Status.WAITING
    assert leaving.rota.generate().status == Run.Status.FINISHED
