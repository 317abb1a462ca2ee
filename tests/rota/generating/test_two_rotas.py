"""People who are in two rotas have one duty a day, as far as anybody else is there."""

from datetime import timedelta

from rota import duties
from rota.duties import Doing
from rota.models import Duty
from tests.rota.generating.generated import NOW, Generated
from tests.rota.rolling import WEDNESDAY, Triage
from tests.rota.team import OTHERS, SEVENS, Team
from uploader.people import Person

DAY = timedelta(days=1)


def on_duty_twice() -> list[tuple[str, str]]:
    found: dict[tuple[str, str], int] = {}
    for duty in Duty.objects.exclude(member=None).select_related("shift", "member__person"):
        key = str(duty.shift.start), str(duty.member)
        found[key] = found.get(key, 0) + 1
    return [key for key, times in found.items() if times > 1]


def second(**groups: tuple[str, ...]) -> Generated:
    return Generated(Team(name="triage", **groups))


def test_nobody_is_on_duty_twice_on_one_day(rota: Generated) -> None:
    rota.generate(cycles=3)
    triage = second(sevens=SEVENS, others=OTHERS)
    triage.generate(cycles=3)
    assert None not in triage.duties().values()
    assert on_duty_twice() == []
    before = rota.duties(), triage.duties()
    for each in (rota, triage):
        each.run()
    assert (rota.duties(), triage.duties()) == before


def test_two_duties_are_better_than_a_gap(rota: Generated) -> None:
    rota.generate(cycles=1)
    triage = second(sevens=("Gustav",), others=("Andy",))
    triage.generate(cycles=2)
    assert set(triage.duties().values()) == {"Gustav", "Andy"}


def test_what_a_person_decided_stays_in_both(rota: Generated) -> None:
    rota.generate(cycles=1)
    triage = second(sevens=SEVENS, others=OTHERS)
    triage.generate(cycles=1)
    day = rota.days()[0]
    taken = rota.duties()[day, "lead"]
    assert taken is not None
    duties.override(triage.duty(day, "lead"), triage.team.members[taken], doing=Doing(now=NOW))
    triage.run()
    assert on_duty_twice() == [(str(day), taken)]
    rota.run()
    assert on_duty_twice() == []
    assert triage.duties()[day, "lead"] == taken


def test_who_serves_for_a_week_is_spared_on_each_day_of_it(rota: Generated) -> None:
    Person.objects.filter(name="Gustav").update(slack_id="U0GUSTAV")
    triage = Triage(names=["Gustav"], lasts="1w")
    triage.put(WEDNESDAY, "Gustav")
    rota.generate(cycles=2)
    week = [WEDNESDAY + n * DAY for n in range(7)]
    on_duty = {day for (day, _), who in rota.duties().items() if who == "Gustav"}
    assert on_duty
    assert on_duty.isdisjoint(week)
