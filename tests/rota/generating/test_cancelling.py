"""Days on which nobody is needed any more go as a whole, and whoever had them is told the truth."""

from datetime import date, timedelta

import pytest
from django.core import mail

from rota import duties
from rota.duties import Doing, Stale
from rota.models import Duty, Rota
from tests.rota.generating.generated import MONDAY, NOW, Generated
from tests.uploader.killer import Killer, Once
from uploader import notices

DAY = timedelta(days=1)
CHRISTMAS = date(2026, 12, 25)


def told(rota: Generated) -> dict[str, str]:
    mail.outbox = []
    now = rota.clock() + timedelta(minutes=10)
    notices.gather(now=now)
    notices.send_due(now=now)
    return {message.to[0]: str(message.body) for message in mail.outbox}


def half_cancelled() -> list[Duty]:
    """What somebody still has of a shift that is shown nowhere."""
    return list(Duty.objects.exclude(member=None).exclude(shift__cancelled_at=None))


def test_a_new_holiday_takes_what_people_decided_as_well(rota: Generated) -> None:
    rota.generate(until="2027-01-08")
    pinned = rota.duty(CHRISTMAS, "assist")
    assert pinned.member is not None
    duties.pin(pinned, doing=Doing(now=NOW))
    Rota.objects.update(holidays="GB-ENG")
    run = rota.run()
    assert {change.outcome for change in run.changes.all()} == {"done"}
    assert rota.shift(CHRISTMAS).cancelled_at is not None
    assert half_cancelled() == []
    gone = "Fri 25 Dec 2026: you no longer assist; nobody does."
    assert gone in told(rota)[f"{pinned.member.name.lower()}@example.org"]


def test_clearing_takes_pinned_duties_and_they_can_be_generated_again(rota: Generated) -> None:
    rota.generate(cycles=1)
    duties.pin(rota.duty(MONDAY + DAY, "assist"), doing=Doing(now=NOW))
    run = rota.generate(clear=str(NOW.date()))
    assert run.status == "finished"
    assert rota.duties() == {}
    run = rota.generate(cycles=1)
    assert run.status == "finished"
    assert None not in rota.duties().values()


@pytest.mark.usefixtures("deadly_notes")
@pytest.mark.parametrize("at", range(1, 20, 2))
def test_killed_between_two_duties_of_a_day_no_half_of_it_is_left(
    rota: Generated, killer: Killer, at: int
) -> None:
    rota.generate(cycles=1)
    killer.when = Once(at)
    rota.generate(clear=str(MONDAY))
    killer.when = None
    rota.generate(clear=str(MONDAY))
    assert rota.days() == [MONDAY]
    assert half_cancelled() == []
    assert "Tue 1 Dec 2026: you no longer" in " ".join(told(rota).values())


def test_whoever_gets_back_what_was_cleared_is_not_told_that_they_lost_it(rota: Generated) -> None:
    rota.generate(cycles=1)
    before = rota.duties()
    rota.generate(clear=str(NOW.date()))
    rota.generate(cycles=1)
    assert rota.duties() == before
    assert told(rota) == {}


def test_whoever_was_told_that_they_lost_it_is_told_that_it_is_back(rota: Generated) -> None:
    rota.generate(cycles=1)
    rota.generate(clear=str(NOW.date()))
    assert len(told(rota)) == 7
    rota.clock.forward(hours=1)
    rota.generate(cycles=1)
    assert len(told(rota)) == 7


def test_what_was_pinned_since_it_was_read_is_not_given_away(rota: Generated) -> None:
    rota.generate(cycles=1)
    read = rota.duty(MONDAY, "lead")
    duties.pin(rota.duty(MONDAY, "lead"), doing=Doing(now=NOW))
    with pytest.raises(Stale):
        duties.give(
            read,
            None,
            origin=Duty.Origin.GENERATED,
            doing=Doing(now=NOW),
            expected=read.member,
        )
    assert rota.duty(MONDAY, "lead").member == read.member
