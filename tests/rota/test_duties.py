"""Who has a duty changes in one way: recorded, told on, and never against what is so by now."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from rota import duties
from rota.duties import Doing, NotPossible, Stale
from rota.models import Duty, Move, Shift
from tests.rota.team import MONDAY, NOW, Team
from uploader.models import Sync

DOING = Doing(now=NOW)


@pytest.fixture
def calendar(team: Team) -> Sync:
    return Sync.objects.create(
        name="support-calendar", kind="rota_calendar", options={"rota": "support"}
    )


def test_an_override_says_who_did_it_and_instead_of_whom(team: Team) -> None:
    admin = get_user_model().objects.create_user("an-admin")
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    duties.override(lead, team.members["Wren"], doing=Doing(now=NOW, by=admin))
    lead.refresh_from_db()
    assert (lead.member, lead.instead_of, lead.by) == (
        team.members["Wren"],
        team.members["Priya"],
        admin,
    )
    move = Move.objects.filter(duty=lead).first()
    assert move is not None
    assert (move.was, move.now, move.by) == (team.members["Priya"], team.members["Wren"], admin)


def test_what_follows_from_a_duty_is_due_with_it(team: Team, calendar: Sync) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    calendar.next_run_at = None
    calendar.save()
    duties.override(lead, team.members["Wren"], doing=DOING)
    calendar.refresh_from_db()
    assert calendar.next_run_at == NOW


def test_a_sync_that_is_due_earlier_stays_so(team: Team, calendar: Sync) -> None:
    earlier = NOW - timedelta(hours=1)
    Sync.objects.filter(pk=calendar.pk).update(next_run_at=earlier)
    team.put(MONDAY, "Priya", "Theo")
    calendar.refresh_from_db()
    assert calendar.next_run_at == earlier


def test_a_shift_raises_its_number_with_each_change(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    before = Shift.objects.get().sequence
    duties.override(lead, team.members["Wren"], doing=DOING)
    assert Shift.objects.get().sequence == before + 1
    duties.pin(lead, doing=DOING)
    assert Shift.objects.get().sequence == before + 1


def test_a_slot_that_was_cancelled_is_the_same_one_when_it_is_needed_again(team: Team) -> None:
    pair = team.put(MONDAY, "Priya", "Theo")
    uid = Shift.objects.get().uid
    for duty in pair:
        duties.cancel(duty, doing=DOING)
    assert Shift.objects.get().cancelled_at == NOW
    team.put(MONDAY, "Wren", "Andy")
    shift = Shift.objects.get()
    assert (shift.uid, shift.cancelled_at) == (uid, None)
    assert {duty.role: team.holder(duty) for duty in Duty.objects.all()} == {
        "lead": "Wren",
        "assist": "Andy",
    }


def test_nobody_gets_a_duty_that_has_gone_elsewhere_meanwhile(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    duties.override(lead, team.members["Wren"], doing=DOING)
    with pytest.raises(Stale):
        duties.give(
            lead,
            team.members["Gustav"],
            origin=Duty.Origin.GENERATED,
            doing=DOING,
            expected=team.members["Priya"],
        )
    assert team.holder(lead) == "Wren"


@pytest.mark.parametrize(
    ("name", "because"),
    [("Theo", "is in others"), ("Nobody", "is not in the rota support"), ("Late", "not in the")],
)
def test_a_duty_is_only_for_those_whose_it_can_be(team: Team, name: str, because: str) -> None:
    team.join("Late", "sevens", joined_on=MONDAY + timedelta(days=1))
    team.members["Nobody"] = Team(name="other", sevens=["Zoe"], others=["Yan"]).members["Zoe"]
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    with pytest.raises(NotPossible, match=because):
        duties.override(lead, team.members[name], doing=DOING)
    assert team.holder(lead) == "Priya"


def test_what_was_stays_as_it_was(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    afterwards = Doing(now=NOW + timedelta(days=5))
    for verb in (duties.pin, duties.release):
        with pytest.raises(NotPossible, match="over"):
            verb(lead, doing=afterwards)
    with pytest.raises(NotPossible, match="over"):
        duties.override(lead, None, doing=afterwards)


def test_somebody_may_step_in_on_the_day_itself(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    duties.override(lead, team.members["Wren"], doing=Doing(now=NOW + timedelta(days=4)))
    assert team.holder(lead) == "Wren"
