"""Swaps: asked for by whoever has a duty, taken by one who can have it, and only once."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Permission

from rota import duties, swaps
from rota.duties import Doing, NotPossible
from rota.models import Absence, Duty, Swap
from tests.rota.team import MONDAY, NOW, Team

DOING = Doing(now=NOW)


def test_whoever_takes_a_duty_has_it(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    swap = swaps.ask(lead, doing=DOING, note="dentist")
    swaps.take(swap, team.members["Wren"], doing=DOING)
    lead.refresh_from_db()
    assert (lead.member, lead.origin) == (team.members["Wren"], Duty.Origin.SWAPPED)
    assert lead.instead_of == team.members["Priya"]
    assert (swap.state, swap.taken_by) == (Swap.State.TAKEN, team.members["Wren"])


def test_a_duty_in_return_goes_back(team: Team) -> None:
    (monday, _), (tuesday, _), _ = team.week()
    swap = swaps.ask(monday, doing=DOING)
    swaps.take(swap, team.members["Priya"], doing=DOING, with_duty=tuesday)
    assert (team.holder(monday), team.holder(tuesday)) == ("Priya", "Gustav")


def test_a_swap_for_a_certain_duty_is_taken_with_that_one(team: Team) -> None:
    (monday, _), (tuesday, _), _ = team.week()
    swap = swaps.ask(monday, doing=DOING, with_duty=tuesday)
    with pytest.raises(NotPossible, match="not Wren's"):
        swaps.take(swap, team.members["Wren"], doing=DOING)
    swaps.take(swap, team.members["Priya"], doing=DOING)
    assert (team.holder(monday), team.holder(tuesday)) == ("Priya", "Gustav")


def test_a_swap_is_taken_once(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    swap = swaps.ask(lead, doing=DOING)
    swaps.take(swap, team.members["Wren"], doing=DOING)
    with pytest.raises(NotPossible, match="not open"):
        swaps.take(swap, team.members["Gustav"], doing=DOING)
    assert team.holder(lead) == "Wren"


def test_a_duty_is_asked_for_once(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    swaps.ask(lead, doing=DOING)
    with pytest.raises(NotPossible, match="already"):
        swaps.ask(lead, doing=DOING)


def test_a_swap_of_a_duty_that_went_elsewhere_is_over(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    swap = swaps.ask(lead, doing=DOING)
    duties.override(lead, team.members["Gustav"], doing=DOING)
    with pytest.raises(NotPossible, match="not open"):
        swaps.take(swap, team.members["Wren"], doing=DOING)
    assert team.holder(lead) == "Gustav"


def test_nobody_takes_what_they_cannot_do(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    swap = swaps.ask(lead, doing=DOING)
    Absence.objects.create(
        person=team.members["Wren"].person, first_day=MONDAY, last_day=MONDAY + timedelta(days=2)
    )
    for name, because in (("Wren", "away"), ("Theo", "is in others"), ("Priya", "already")):
        with pytest.raises(NotPossible, match=because):
            swaps.take(swap, team.members[name], doing=DOING)
    assert team.holder(lead) == "Priya"


def test_nothing_is_given_in_return_that_is_somebody_elses(team: Team) -> None:
    (monday, _), (tuesday, _), _ = team.week()
    swap = swaps.ask(monday, doing=DOING)
    with pytest.raises(NotPossible, match="not Wren's"):
        swaps.take(swap, team.members["Wren"], doing=DOING, with_duty=tuesday)
    assert (team.holder(monday), team.holder(tuesday)) == ("Gustav", "Priya")


def _staff(*permissions: str) -> Any:
    user = get_user_model().objects.create_user(f"staff-{len(permissions)}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def test_who_may_act_for_a_member(team: Team) -> None:
    priya = team.members["Priya"]
    own = team.login("Priya")
    priya.refresh_from_db()
    assert swaps.may_act_for(own, priya)
    assert not swaps.may_act_for(own, team.members["Wren"])
    assert not swaps.may_act_for(own, None)
    assert not swaps.may_act_for(AnonymousUser(), priya)
    assert swaps.may_act_for(_staff("act_for_members"), priya)
    assert not swaps.may_act_for(_staff(), priya)


def test_nobody_gets_a_duty_in_return_on_a_weekday_that_is_not_theirs(team: Team) -> None:
    """Whoever asked is not there to say no."""
    (monday, _), (tuesday, _), _ = team.week()
    gustav = team.members["Gustav"]
    gustav.weekdays = ["mon", "wed"]
    gustav.save()
    swap = swaps.ask(monday, doing=DOING)
    with pytest.raises(NotPossible, match="Gustav does not work on Tuesdays"):
        swaps.take(swap, team.members["Priya"], doing=DOING, with_duty=tuesday)
    swaps.take(swap, team.members["Priya"], doing=DOING)
    assert (team.holder(monday), team.holder(tuesday)) == ("Priya", "Priya")
