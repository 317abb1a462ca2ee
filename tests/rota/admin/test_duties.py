"""Duties in the admin: found by what one knows of them, and changed by the verbs alone."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from rota.duties import Doing
from rota.models import Absence, Duty, Move, Rota, Swap
from rota.swaps import ask
from tests.pages.visitor import words_of
from tests.rota.admin.staff import DUTIES, SWAPS, errors_of, said, signed_in
from tests.rota.team import Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> Client:
    return signed_in("act_for_members", "view_rota")


@pytest.fixture
def lead(team: Team, monday: date) -> Duty:
    return team.put(monday, "Priya", "Theo")[0]


def act(client: Client, duty: Duty, slug: str, **values: Any) -> Any:
    return client.post(f"{DUTIES}{duty.pk}/{slug}/", values, follow=True)


def given(client: Client, duty: Duty, team: Team, who: str | None, **values: Any) -> Any:
    member = team.members[who].pk if who else ""
    return act(client, duty, "give", **{"member": member, "shown": duty.member_id or "", **values})


def page(client: Client, duty: Duty) -> str:
    return words_of(client.get(f"{DUTIES}{duty.pk}/change/"))


def test_a_duty_given_to_somebody_else_stays_theirs_and_says_by_whom(
    team: Team, lead: Duty, sam: Client
) -> None:
    response = given(sam, lead, team, "Wren")

    assert "Priya → Wren" in said(response)
    lead.refresh_from_db()
    assert (lead.origin, team.holder(lead)) == (Duty.Origin.OVERRIDE, "Wren")
    move = Move.objects.latest("pk")
    assert move.by is not None
    assert (str(move.was), str(move.now), move.by.get_username()) == ("Priya", "Wren", "sam")
    assert "Priya Wren by hand sam" in page(sam, lead)


def test_nobody_can_be_chosen_so_that_the_gap_is_seen(team: Team, lead: Duty, sam: Client) -> None:
    given(sam, lead, team, None)

    assert "nobody" in words_of(sam.get(f"{DUTIES}?gap=yes"))
    assert team.holder(lead) is None


def test_only_those_who_can_have_it_are_offered_and_who_is_away_is_said(
    team: Team, lead: Duty, sam: Client, monday: date
) -> None:
    Absence.objects.create(person=team.members["Wren"].person, first_day=monday, last_day=monday)
    team.join("Amal", "sevens", left_on=monday - timedelta(days=1))

    offered = words_of(sam.get(f"{DUTIES}{lead.pk}/give/"))

    assert "Wren (away)" in offered
    assert "Gustav" in offered
    assert "Andy" not in offered
    assert "Amal" not in offered
    assert "Select a valid choice" in errors_of(given(sam, lead, team, "Andy"))
    assert team.holder(lead) == "Priya"


def test_what_changed_while_the_page_was_open_is_looked_at_again(
    team: Team, lead: Duty, sam: Client
) -> None:
    shown = lead.member_id
    given(sam, lead, team, "Wren")
    lead.refresh_from_db()

    response = given(sam, lead, team, "Gustav", shown=shown)

    assert "Wren has it now" in errors_of(response)
    assert team.holder(lead) == "Wren"


def test_a_duty_that_is_over_stays_as_it_was(team: Team, sam: Client) -> None:
    yesterday = timezone.now().date() - timedelta(days=2)
    Rota.objects.update(starts_on=yesterday)
    old, _ = team.put(yesterday, "Priya", "Theo")

    shown = page(sam, old)
    assert "Give to" not in shown
    assert "Pin" not in shown
    assert "is over: what was, stays as it was." in errors_of(given(sam, old, team, "Wren"))
    assert "is over: what was, stays as it was." in said(act(sam, old, "pin"))
    assert team.holder(old) == "Priya"


def test_pinned_it_stays_and_released_it_may_be_generated_anew(
    team: Team, lead: Duty, sam: Client
) -> None:
    assert "Release" not in page(sam, lead)
    act(sam, lead, "pin")
    lead.refresh_from_db()
    assert lead.origin == Duty.Origin.PINNED

    assert "Release" in page(sam, lead)
    act(sam, lead, "release")
    lead.refresh_from_db()
    assert lead.origin == Duty.Origin.GENERATED


def test_a_look_at_the_address_of_a_button_changes_nothing(
    team: Team, lead: Duty, sam: Client
) -> None:
    sam.get(f"{DUTIES}{lead.pk}/pin/")

    lead.refresh_from_db()
    assert lead.origin == Duty.Origin.GENERATED


def test_two_exchange_their_duties(team: Team, lead: Duty, sam: Client, monday: date) -> None:
    other, assist = team.put(monday + timedelta(days=1), "Wren", "Andy")

    offered = words_of(sam.get(f"{DUTIES}{lead.pk}/exchange/"))
    assert "Wren" in offered
    assert "Andy" not in offered
    act(sam, lead, "exchange", other=other.pk)

    assert (team.holder(lead), team.holder(other)) == ("Wren", "Priya")
    lead.refresh_from_db()
    assert lead.origin == Duty.Origin.SWAPPED
    assert Swap.objects.get().state == Swap.State.TAKEN
    assert "Select a valid choice" in errors_of(act(sam, lead, "exchange", other=assist.pk))


def test_an_exchange_that_cannot_be_leaves_everything_as_it_was(
    team: Team, lead: Duty, sam: Client, monday: date
) -> None:
    day = monday + timedelta(days=1)
    other, _ = team.put(day, "Wren", "Andy")
    Absence.objects.create(person=team.members["Priya"].person, first_day=day, last_day=day)

    assert f"Priya is away on {day:%a %-d %b %Y}" in errors_of(
        act(sam, lead, "exchange", other=other.pk)
    )
    assert (team.holder(lead), team.holder(other)) == ("Priya", "Wren")
    assert not Swap.objects.exists()


# ------------------------------------------------------------------------- swaps


def test_staff_ask_for_a_member_and_take_for_another(team: Team, lead: Duty, sam: Client) -> None:
    act(sam, lead, "ask", note="a funeral")
    swap = Swap.objects.get()
    assert f'<a href="{SWAPS}{swap.pk}/change/">Priya asks</a>' in sam.get(DUTIES).content.decode()
    assert "Ask for a swap" not in page(sam, lead)
    shown = words_of(sam.get(f"{SWAPS}{swap.pk}/change/"))
    assert "a funeral" in shown
    assert "Take for somebody" in shown

    wren = team.members["Wren"]
    response = sam.post(f"{SWAPS}{swap.pk}/take/", {"member": wren.pk}, follow=True)

    assert "Priya → Wren" in said(response)
    assert team.holder(lead) == "Wren"
    assert "Take for somebody" not in words_of(response)


def test_who_is_away_cannot_take_it(team: Team, lead: Duty, sam: Client, monday: date) -> None:
    wren = team.members["Wren"]
    Absence.objects.create(person=wren.person, first_day=monday, last_day=monday)
    swap = ask(lead, doing=Doing(now=timezone.now()))

    response = sam.post(f"{SWAPS}{swap.pk}/take/", {"member": wren.pk}, follow=True)

    assert f"Wren is away on {monday:%a %-d %b %Y}" in errors_of(response)
    assert team.holder(lead) == "Priya"


def test_a_swap_is_withdrawn_once(team: Team, lead: Duty, sam: Client) -> None:
    swap = ask(lead, doing=Doing(now=timezone.now()))

    sam.post(f"{SWAPS}{swap.pk}/withdraw/")

    swap.refresh_from_db()
    assert swap.state == Swap.State.WITHDRAWN
    assert "Withdraw" not in words_of(sam.get(f"{SWAPS}{swap.pk}/change/")).replace("Withdrawn", "")


# ------------------------------------------------------------------------- lists


def test_duties_are_found_by_when_by_whom_by_rota_and_by_gap(
    team: Team, lead: Duty, sam: Client, monday: date
) -> None:
    other = Team(name="triage", starts_on=monday, sevens=["Noor"], others=["Kit"])
    other.put(monday, "Noor", None)
    past = timezone.now().date() - timedelta(days=3)
    team.put(past, "Gustav", "Andy")

    def listed(query: str) -> set[str]:
        found = sam.get(f"{DUTIES}?{query}").context["cl"].queryset
        return {str(duty.member) for duty in found}

    assert listed("") == {"Priya", "Theo", "Noor", "None"}
    assert listed("when=past") == {"Gustav", "Andy"}
    assert listed("q=priya") == {"Priya"}
    assert listed(f"shift__rota__id__exact={other.rota.pk}") == {"Noor", "None"}
    assert listed("gap=yes") == {"None"}
    assert listed("role__exact=assist") == {"Theo", "None"}
    assert listed(f"shift__start__year={monday.year}&q=kit") == set()


@pytest.mark.parametrize("path", [DUTIES, SWAPS, "/admin/rota/move/", "/admin/rota/absence/"])
def test_every_list_opens_with_few_questions_to_the_database(
    path: str, root: Client, team: Team, monday: date, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        day = monday + timedelta(days=number)
        lead, assist = team.put(day, "Priya", "Theo")
        ask(lead, with_duty=None, doing=Doing(now=timezone.now()))
        ask(assist, with_duty=None, doing=Doing(now=timezone.now()))
        Absence.objects.create(person=team.members["Priya"].person, first_day=day, last_day=day)

    with django_assert_max_num_queries(14):
        response = root.get(path)

    assert "Priya" in words_of(response)


def test_nobody_writes_past_the_verbs(team: Team, lead: Duty, root: Client) -> None:
    swap = ask(lead, doing=Doing(now=timezone.now()))
    move = Move.objects.latest("pk")
    for path in (f"{DUTIES}{lead.pk}", f"{SWAPS}{swap.pk}", f"/admin/rota/move/{move.pk}"):
        assert root.get(f"{path}/change/").status_code == 200
        assert root.post(f"{path}/change/", {"origin": "pinned"}).status_code == 403
        assert root.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
    for path in (DUTIES, SWAPS, "/admin/rota/move/"):
        assert root.get(f"{path}add/").status_code == 403
