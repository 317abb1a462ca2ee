"""Swaps on the pages: asked for, taken, taken back, and by staff for others."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from rota import swaps
from rota.duties import Doing
from rota.models import Absence, Duty, Swap
from tests.pages.people import signed_in
from tests.pages.visitor import words_of
from tests.rota.team import MONDAY, NOW, Team

PAGE = "/rotas/support/"
DOING = Doing(now=NOW)


@pytest.fixture
def week(team: Team) -> list[tuple[Duty, Duty]]:
    """Gustav, Priya and Wren lead from Monday to Wednesday."""
    return team.week()


def read(client: Client) -> str:
    return words_of(client.get(PAGE))


def choices(client: Client, path: str) -> str:
    page = client.get(path).content.decode()
    return page[page.index('<form method="post">') : page.index("</main>")]


def test_one_asks_and_another_takes(team: Team, week: Any, visits: Any) -> None:
    monday = week[0][0]
    gustav, wren = visits("Gustav"), visits("Wren")

    page = gustav.post(f"{PAGE}duties/{monday.pk}/ask/", {"note": "Moving house"}, follow=True)
    assert "The others see now that this duty is to be taken." in words_of(page)
    assert "You ask for somebody to take it. “Moving house”" in words_of(page)
    assert "Gustav asks for somebody to take it. “Moving house” Take it" in read(wren)

    swap = Swap.objects.get()
    page = wren.post(
        f"{PAGE}swaps/{swap.pk}/take/", {"member": team.members["Wren"].pk}, follow=True
    )
    assert "Done: Wren leads on Mon 30 November 2026." in words_of(page)
    monday.refresh_from_db()
    assert (team.holder(monday), monday.origin) == ("Wren", "swapped")
    assert monday.by == team.members["Wren"].person.user


def test_one_of_theirs_goes_back(team: Team, week: Any, visits: Any) -> None:
    monday, wednesday = week[0][0], week[2][0]
    swap = swaps.ask(monday, doing=DOING)
    wren = visits("Wren")

    offered = choices(wren, f"{PAGE}swaps/{swap.pk}/take/")
    assert "Wren leads on Wed 2 December 2026" in offered
    assert "Priya" not in offered
    given = {"member": team.members["Wren"].pk, "with_duty": wednesday.pk}
    wren.post(f"{PAGE}swaps/{swap.pk}/take/", given)

    assert (team.holder(monday), team.holder(wednesday)) == ("Wren", "Gustav")


def test_a_certain_duty_may_be_asked_for_in_return(team: Team, week: Any, visits: Any) -> None:
    monday, tuesday = week[0][0], week[1][0]
    gustav, priya, wren = (visits(name) for name in ("Gustav", "Priya", "Wren"))
    path = f"{PAGE}duties/{monday.pk}/ask/"
    assert "Priya leads on Tue 1 December 2026" in choices(gustav, path)

    gustav.post(path, {"with_duty": tuesday.pk})

    swap = Swap.objects.get()
    assert "in return for Priya’s lead on Tuesday 1 December" in read(priya)
    assert "Take it" not in read(wren)
    assert wren.get(f"{PAGE}swaps/{swap.pk}/take/").status_code == 404
    priya.post(f"{PAGE}swaps/{swap.pk}/take/", {"member": team.members["Priya"].pk})
    assert (team.holder(monday), team.holder(tuesday)) == ("Priya", "Gustav")


def test_only_what_both_could_do_is_offered(team: Team, week: Any, visits: Any) -> None:
    """Priya is away on Gustav's day, and nobody of the other group leads."""
    monday = week[0][0]
    Absence.objects.create(person=team.members["Priya"].person, first_day=MONDAY, last_day=MONDAY)

    offered = choices(visits("Gustav"), f"{PAGE}duties/{monday.pk}/ask/")

    assert "Wren leads" in offered
    assert "Priya" not in offered
    assert "assists" not in offered


def test_what_was_not_offered_is_not_taken(team: Team, week: Any, visits: Any) -> None:
    monday, tuesday = week[0][0], week[1][0]
    swap = swaps.ask(monday, doing=DOING)
    given = {"member": team.members["Wren"].pk, "with_duty": tuesday.pk}

    page = visits("Wren").post(f"{PAGE}swaps/{swap.pk}/take/", given)

    assert "Select a valid choice" in words_of(page)
    assert team.holder(monday) == "Gustav"


def test_who_is_away_or_of_the_other_group_is_not_asked(team: Team, week: Any, visits: Any) -> None:
    swaps.ask(week[0][0], doing=DOING)
    Absence.objects.create(person=team.members["Wren"].person, first_day=MONDAY, last_day=MONDAY)

    assert "Take it" not in read(visits("Wren"))
    assert "Take it" not in read(visits("Theo"))
    assert "Take it" in read(visits("Priya"))


def test_who_asks_may_take_it_back(team: Team, week: Any, visits: Any) -> None:
    swap = swaps.ask(week[0][0], doing=DOING)
    gustav = visits("Gustav")

    page = gustav.post(f"{PAGE}swaps/{swap.pk}/withdraw/", follow=True)

    assert "Nobody is asked any more: Gustav leads on Mon 30 November 2026." in words_of(page)
    assert "Who could take these?" not in read(gustav)
    assert gustav.post(f"{PAGE}swaps/{swap.pk}/withdraw/").status_code == 404


def test_of_two_who_take_it_one_has_it(team: Team, week: Any, visits: Any) -> None:
    swap = swaps.ask(week[0][0], doing=DOING)
    priya, wren = visits("Priya"), visits("Wren")
    path = f"{PAGE}swaps/{swap.pk}/take/"
    wren.get(path)

    assert priya.post(path, {"member": team.members["Priya"].pk}).status_code == 302
    assert wren.post(path, {"member": team.members["Wren"].pk}).status_code == 404
    assert team.holder(week[0][0]) == "Priya"


def test_nothing_is_asked_twice_or_of_what_is_over(
    team: Team, week: Any, visits: Any, clock: Any
) -> None:
    gustav = visits("Gustav")
    path = f"{PAGE}duties/{week[0][0].pk}/ask/"
    gustav.post(path)
    assert "is asked for already" in words_of(gustav.post(path, follow=True))

    clock.move_to(NOW + timedelta(days=5))
    again = signed_in(team.members["Gustav"].person.user)
    assert "is over: what was, stays as it was" in words_of(again.post(path, follow=True))
    assert "Who could take these?" not in read(again)


def test_staff_act_for_others_and_it_is_known_who_did(team: Team, week: Any, staff: Any) -> None:
    monday = week[0][0]
    sam = staff("view_rota", "act_for_members")

    sam.post(f"{PAGE}duties/{monday.pk}/ask/", {"note": "Gustav is ill"})
    swap = Swap.objects.get()
    assert swap.asked_by == team.members["Gustav"]
    offered = choices(sam, f"{PAGE}swaps/{swap.pk}/take/")
    assert "Priya" in offered
    assert "Theo" not in offered
    assert "Select a valid choice" in words_of(
        sam.post(f"{PAGE}swaps/{swap.pk}/take/", {"member": team.members["Theo"].pk})
    )

    sam.post(f"{PAGE}swaps/{swap.pk}/take/", {"member": team.members["Priya"].pk})

    monday.refresh_from_db()
    assert team.holder(monday) == "Priya"
    assert monday.by is not None
    assert monday.by.get_username() == "sam"
    assert monday.moves.latest("pk").by == monday.by


def test_swaps_of_another_rota_are_not_reached_through_ones_own(team: Team, visits: Any) -> None:
    other = Team(name="other", sevens=["Zoe", "Yan"], others=["Xia"])
    lead, _ = other.put(MONDAY, "Zoe", "Xia")
    swap = swaps.ask(lead, doing=DOING)
    zoe = signed_in(other.login("Zoe"))
    priya = visits("Priya")

    for client in (zoe, priya):
        assert client.get(f"{PAGE}swaps/{swap.pk}/take/").status_code == 404
        assert client.post(f"{PAGE}swaps/{swap.pk}/withdraw/").status_code == 404
        assert client.post(f"{PAGE}duties/{lead.pk}/ask/").status_code == 404
    assert Swap.objects.get().state == "asked"
