"""The page of a rota: who is on, when, and what is missing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from rota import duties
from rota.duties import Doing
from rota.models import Absence, Member, Rota
from tests.pages.people import signed_in
from tests.pages.visitor import words_of
from tests.rota.pages import many
from tests.rota.team import MONDAY, NOW, Team
from uploader.models import Sync

PAGE = "/rotas/support/"


@pytest.fixture
def priya(visits: Any) -> Client:
    client: Client = visits("Priya")
    return client


def read(client: Client, path: str = PAGE) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return words_of(response)


def test_before_it_begins_it_says_who_is_first(team: Team, priya: Client) -> None:
    team.week()

    words = read(priya)

    assert "Nobody is on duty today" in words
    assert "Next, on Monday 30 November : Gustav leads, Andy assists." in words.replace(
        "November:", "November :"
    )


def test_it_says_who_is_on_until_when_and_who_is_next(
    team: Team, priya: Client, clock: time_machine.Traveller
) -> None:
    team.week()
    clock.move_to(NOW + timedelta(days=4))

    for path in (PAGE, "/rotas/"):
        words = read(priya, path)
        assert "Leads today Gustav" in words
        assert "Assists today Andy" in words
        assert "Until midnight. Next, tomorrow: Priya leads, Lalitha assists." in words


def test_days_are_those_of_the_rotas_zone(
    team: Team, priya: Client, clock: time_machine.Traveller
) -> None:
    """Half past one in the night in Auckland is yesterday's noon in London."""
    team.week()
    Rota.objects.update(timezone="Pacific/Auckland")
    clock.move_to(NOW + timedelta(days=4, hours=3, minutes=30))

    assert "Leads today Priya" in read(priya)


def test_holidays_are_there_by_name_and_weekends_are_no_gap(
    team: Team, clock: time_machine.Traveller
) -> None:
    Rota.objects.update(holidays="GB-ENG")
    clock.move_to(datetime(2026, 12, 25, 10, tzinfo=UTC))
    priya = signed_in(team.login("Priya"))

    assert "Christmas Day" in read(priya, f"{PAGE}?from=2027-12-21")
    assert "Nobody is on duty today: Christmas Day." in read(priya)
    clock.move_to(datetime(2026, 12, 27, 10, tzinfo=UTC))
    assert "Nobody is on duty today: no working day." in read(priya)


def test_who_is_away_is_shown_and_why_is_not(team: Team, priya: Client) -> None:
    for name in ("Andy", "Theo", "Wren"):
        Absence.objects.create(
            person=team.members[name].person,
            first_day=MONDAY,
            last_day=MONDAY + timedelta(days=6),
            origin="leave",
        )

    words = read(priya)

    assert words.count("Away: Andy, Theo, Wren") == 5
    for word in ("leave system", "sick", "by hand"):
        assert word not in words


def test_who_is_not_in_the_rota_any_more_is_not_missed(team: Team, priya: Client) -> None:
    andy = team.members["Andy"]
    Absence.objects.create(person=andy.person, first_day=MONDAY, last_day=MONDAY)
    Member.objects.filter(pk=andy.pk).update(left_on=MONDAY - timedelta(days=1))

    assert "Away" not in read(priya)


def test_gaps_are_loud_and_say_why(team: Team, priya: Client) -> None:
    team.put(MONDAY, None, "Theo")
    team.put(MONDAY + timedelta(days=1), "Gustav", None)

    words = read(priya)

    assert "2 duties have nobody" in words
    assert "Mon 30 November: nobody leads. Everybody is away" in words
    assert "Tue 1 December: nobody assists." in words


def test_what_is_over_or_cancelled_is_no_gap(
    team: Team, priya: Client, clock: time_machine.Traveller
) -> None:
    team.put(MONDAY, None, "Theo")
    for duty in team.put(MONDAY + timedelta(days=2), "Gustav", "Andy"):
        duties.cancel(duty, doing=Doing(now=NOW))
    assert "1 duty has nobody" in read(priya)

    clock.move_to(NOW + timedelta(days=5))
    assert "nobody leads" not in read(priya)


def test_what_could_not_be_kept_to_is_said(team: Team, priya: Client) -> None:
    sentence = "Everybody leads once: given up, for Priya is away."
    Sync.objects.update(summary={"level": 1, "proven": True, "given_up": [sentence], "gaps": []})
    assert f"Not everything could be kept to when this was planned: {sentence}" in read(priya)

    for odd in ({}, {"given_up": None}, {"given_up": "x"}, {"given_up": [1, {}]}):
        Sync.objects.update(summary=odd)
        assert "Not everything" not in read(priya)


@pytest.mark.parametrize(
    "asked", ["", "nonsense", "2026-99-99", "0001-01-01", "9999-12-31", "2026-12-21", "<script>"]
)
def test_any_week_may_be_asked_for(asked: str, team: Team, priya: Client) -> None:
    team.week()
    response = priya.get(PAGE, {"from": asked})

    assert response.status_code == 200
    assert response.content.decode().count("<time datetime=") >= 42


def test_own_duties_come_first_with_a_way_to_ask(team: Team, priya: Client) -> None:
    team.week()

    words = read(priya)

    assert "Your next duties Tuesday 1 December : you lead Ask for a swap" in words
    assert words.count("Ask for a swap") == 1


def test_what_people_decided_is_marked(team: Team, priya: Client) -> None:
    lead, assist = team.put(MONDAY, "Gustav", "Theo")
    duties.override(lead, team.members["Wren"], doing=Doing(now=NOW))
    duties.pin(assist, doing=Doing(now=NOW))

    words = read(priya)

    assert "Wren by hand" in words
    assert "Theo kept" in words


def test_evenness_is_there_in_a_picture_and_in_numbers(team: Team, priya: Client) -> None:
    team.week()

    page = priya.get(PAGE).content.decode()
    words = read(priya)

    assert "sevens: 3 leads and 0 assists of 3 people; furthest from a fair share is" in page
    assert "Priya 1 of 1.0 0 of 0.0 – 0.0" in words
    assert "Murdo 0 of 0.0 1 of 0.8 – +0.2" in words


def test_markup_in_names_is_text(team: Team, priya: Client) -> None:
    person = team.members["Gustav"].person
    person.name = "<b onclick=x>Gus</b>"
    person.save()
    team.week()

    assert "<b onclick" not in priya.get(PAGE).content.decode()


def test_staff_find_what_is_behind_it(team: Team, staff: Any) -> None:
    sam = staff("view_rota", "view_sync")
    assert "support-duties" in read(sam)
    assert "Change the rota" not in read(sam)


def test_members_see_nothing_of_syncs(team: Team, priya: Client) -> None:
    assert "support-duties" not in read(priya)
    assert "Change the rota" not in read(priya)


def test_the_menu_leads_to_rotas_those_who_have_one(team: Team, priya: Client, staff: Any) -> None:
    assert "Rotas" in read(priya, "/about/")
    assert "Dashboard" not in read(priya, "/about/")
    assert priya.get("/")["Location"] == "/rotas/"
    sam = staff()
    assert "Rotas" not in read(sam, "/about/")
    assert "Dashboard" in read(sam, "/about/")
    assert sam.get("/")["Location"] == "/dashboard/"


def test_a_large_rota_asks_the_database_no_more_often(
    db: None, clock: time_machine.Traveller, django_assert_max_num_queries: Any
) -> None:
    clock.move_to(many.NOW)
    team = many.busy(days_planned=40)
    many.ask(team, "Karim")
    many.ask(team, "Jan")
    jan = signed_in(team.login("Jan"))

    with django_assert_max_num_queries(45):
        assert jan.get(PAGE).status_code == 200
