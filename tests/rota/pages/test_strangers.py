"""Nobody sees or changes a rota that is not theirs: every address, every verb, every stranger."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from rota import swaps
from rota.duties import Doing
from rota.models import LATELY, Duty, Member, Rota, Swap
from tests.pages.people import signed_in
from tests.pages.test_strangers import VERBS, addresses
from tests.pages.visitor import words_of
from tests.rota.team import NOW, Team
from uploader.people import Person

# Anybody may use these; test_sign_in.py and test_feed.py say what they tell to whom.
PUBLIC = {"rotas/sign-in/", "rotas/sign-in/link/", "rotas/<slug:name>.ics"}
GUARDED = [each for each in addresses() if each.startswith("rotas/") and each not in PUBLIC]
OF_ONE = [route for route in GUARDED if "<" in route]


@pytest.fixture
def asked(team: Team) -> Swap:
    """Priya asks that her Monday be taken."""
    team.put(NOW.date().replace(day=30), "Priya", "Theo")
    lead = Duty.objects.get(role="lead")
    return swaps.ask(lead, doing=Doing(now=NOW))


def filled(route: str, swap: Swap) -> str:
    numbers = {"duties": swap.duty_id, "swaps": swap.pk, "feed": swap.asked_by_id}
    part = route.split("/")[2] if route.count("/") > 2 else ""
    filled = route.replace("<slug:name>", swap.duty.shift.rota.name)
    return "/" + filled.replace("<int:pk>", str(numbers.get(part, "")))


def snapshot() -> list[Any]:
    return [
        list(Rota.objects.values()),
        list(Member.objects.values()),
        list(Duty.objects.values()),
        list(Swap.objects.values()),
    ]


def test_there_are_pages_to_guard() -> None:
    assert len(OF_ONE) >= 8


@pytest.mark.parametrize("route", GUARDED)
def test_without_signing_in_there_is_only_the_way_to_sign_in(
    route: str, asked: Swap, client: Client
) -> None:
    before = snapshot()

    for verb in VERBS:
        response = client.generic(verb, filled(route, asked))
        if verb in ("GET", "HEAD"):
            assert (response.status_code, response["Location"]) == (302, "/rotas/sign-in/")
        else:
            assert response.status_code == 404
    assert snapshot() == before


def outsiders() -> dict[str, Callable[[Team], Any]]:
    def nobodys(_team: Team) -> Any:
        return get_user_model().objects.create_user("ada")

    def of_another_rota(_team: Team) -> Any:
        other = Team(name="other", title="Another team", sevens=["Zoe"], others=["Yan"])
        return other.login("Zoe")

    def staff_without_permission(_team: Team) -> Any:
        return get_user_model().objects.create_user("sam", is_staff=True)

    def namesake(team: Team) -> Any:
        """Somebody called the same is somebody else."""
        person = Person.objects.create(name="Priya")
        user = get_user_model().objects.create_user("priya", first_name="Priya")
        Person.objects.filter(pk=person.pk).update(user=user)
        return user

    all_of_them = (nobodys, of_another_rota, staff_without_permission, namesake)
    return {each.__name__: each for each in all_of_them}


@pytest.mark.parametrize("who", outsiders())
def test_for_strangers_there_is_no_such_rota(who: str, team: Team, asked: Swap) -> None:
    stranger = signed_in(outsiders()[who](team))
    before = snapshot()

    for route in OF_ONE:
        for verb in VERBS:
            response = stranger.generic(verb, filled(route, asked))
            assert response.status_code in (404, 405), (route, verb)
        posted = stranger.post(filled(route, asked), {"member": team.members["Wren"].pk})
        assert posted.status_code in (404, 405), route
    assert snapshot() == before
    assert "Data engineering" not in words_of(stranger.get("/rotas/"))


def test_what_is_404_for_strangers_is_there_for_members_and_staff(team: Team, asked: Swap) -> None:
    """Without this, the tests above would pass on addresses that do not exist."""
    sam = signed_in(get_user_model().objects.create_superuser("sam"))

    for route in GUARDED:
        found = {sam.generic(verb, filled(route, asked)).status_code for verb in ("GET", "POST")}
        assert found & {200, 302}, (route, found)


def test_a_member_acts_for_nobody_else(team: Team, asked: Swap, visits: Any) -> None:
    """Theo assists; what is for those who lead is not his, whatever he sends."""
    theo = visits("Theo")
    before = snapshot()
    posts = {
        f"/rotas/support/swaps/{asked.pk}/take/": {"member": team.members["Wren"].pk},
        f"/rotas/support/swaps/{asked.pk}/withdraw/": {},
        f"/rotas/support/duties/{asked.duty_id}/ask/": {},
        f"/rotas/support/feed/{asked.asked_by_id}/": {},
        "/rotas/support/feed/": {},
    }

    for path, data in posts.items():
        assert theo.post(path, data).status_code == 404, path
    assert snapshot() == before


def test_who_could_take_a_duty_cannot_have_another_take_it(
    team: Team, asked: Swap, visits: Any
) -> None:
    wren = visits("Wren")
    path = f"/rotas/support/swaps/{asked.pk}/take/"

    page = wren.post(path, {"member": team.members["Gustav"].pk})

    assert page.status_code == 200
    assert team.holder(asked.duty) == "Priya"
    wren.post(path, {"member": team.members["Wren"].pk})
    assert team.holder(asked.duty) == "Wren"


def test_staff_who_may_only_look_change_nothing(team: Team, asked: Swap, staff: Any) -> None:
    sam = staff("view_rota")
    before = snapshot()

    assert "Ask no more" not in words_of(sam.get("/rotas/support/"))
    assert sam.post(f"/rotas/support/swaps/{asked.pk}/withdraw/").status_code == 404
    assert sam.post(f"/rotas/support/duties/{asked.duty_id}/ask/").status_code == 404
    assert sam.post("/rotas/support/feed/").status_code == 404
    assert snapshot() == before


def test_feed_addresses_are_shown_to_whom_they_belong(team: Team, visits: Any) -> None:
    page = visits("Priya").get("/rotas/support/").content.decode()

    shown = {name for name, member in team.members.items() if member.feed_token in page}
    assert shown == {"Priya"}
    assert team.rota.feed_token in page


def test_a_rota_that_is_switched_off_is_there_for_staff_alone(
    team: Team, visits: Any, staff: Any
) -> None:
    Rota.objects.update(enabled=False)

    assert visits("Priya").get("/rotas/support/").status_code == 404
    assert staff("view_rota").get("/rotas/support/").status_code == 200


def test_who_has_left_sees_it_for_a_while(team: Team, visits: Any) -> None:
    priya = visits("Priya")
    Member.objects.filter(person__name="Priya").update(left_on=NOW.date() - LATELY)
    assert priya.get("/rotas/support/").status_code == 200

    Member.objects.filter(person__name="Priya").update(
        left_on=NOW.date() - LATELY - timedelta(days=1)
    )
    assert priya.get("/rotas/support/").status_code == 404


def test_who_is_to_leave_keeps_their_feed_until_then(team: Team, visits: Any) -> None:
    priya, token = visits("Priya"), team.members["Priya"].feed_token
    Member.objects.filter(person__name="Priya").update(left_on=NOW.date())
    assert token in priya.get("/rotas/support/").content.decode()

    Member.objects.filter(person__name="Priya").update(left_on=NOW.date() - timedelta(days=1))
    assert token not in priya.get("/rotas/support/").content.decode()


def test_who_has_left_is_shown_no_address_that_outlasts_what_they_may_see(
    team: Team, visits: Any
) -> None:
    priya = visits("Priya")
    assert team.rota.feed_token in priya.get("/rotas/support/").content.decode()
    Member.objects.filter(person__name="Priya").update(left_on=NOW.date() - timedelta(days=1))
    page = priya.get("/rotas/support/")
    assert page.status_code == 200
    assert "token=" not in page.content.decode()
