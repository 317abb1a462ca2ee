"""The admin's page of a rota: what is typed in is kept, and what cannot be is told in words."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from rota.models import Member, Rota
from tests.pages.visitor import words_of
from tests.rota.admin.staff import ROTAS, another_member, errors_of, page_of, said, signed_in, typed
from tests.rota.team import Team
from uploader.models import Run, Sync
from uploader.people import Person

pytestmark = pytest.mark.django_db


NEW = f"{ROTAS}add/?kind=paired"


def new_rota(client: Client, **changed: Any) -> Any:
    values = {
        "name": "support",
        "title": "Data engineering support",
        "starts_on": "2026-12-01",
        "timezone": "Europe/London",
        "holidays": "GB-ENG",
        "start_with": "sevens",
        "then": "others",
        "horizon": "26w",
        **changed,
    }
    return client.post(NEW, typed(client, NEW, **values), follow=True)


def test_a_new_rota_has_its_members_and_the_sync_of_its_duties(root: Client) -> None:
    ada = Person.objects.create(name="Ada")
    row = another_member(0, person=ada.pk, group="second group", weekdays=["tue", "mon"])

    response = new_rota(root, **row)

    assert errors_of(response) == ""
    rota = Rota.objects.get()
    assert (rota.horizon, rota.workdays) == (
        timedelta(weeks=26),
        ["mon", "tue", "wed", "thu", "fri"],
    )
    member = rota.members.get()
    assert (member.person, member.group, member.weekdays) == (ada, "others", ["mon", "tue"])
    sync = Sync.objects.get()
    assert (sync.name, sync.kind, sync.options) == (
        "support-duties",
        "rota_duties",
        {"rota": "support"},
    )
    assert sync.next_run_at is not None
    assert sync.next_run_at > timezone.now() + timedelta(hours=23)
    assert "Preview shows its first ones" in said(response)
    assert 'value="26w"' in root.get(page_of(rota)).content.decode()
    assert "26w" in words_of(root.get(ROTAS))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("holidays", "England", "There are no public holidays “England”."),
        ("horizon", "long", "a number and a unit, such as 30m, 1h, 1d or 2w"),
        ("then", "sevens", "The two groups need two names."),
        ("event_title", "{who}", "Only {lead}, {assist}, {title} can be filled in"),
        ("name", "Support Rota", "Small letters, digits, hyphens and underscores only."),
        ("workdays", [], "This field is required."),
    ],
)
def test_what_a_rota_cannot_be_is_said_at_the_field(
    field: str, value: Any, sentence: str, root: Client
) -> None:
    assert sentence in errors_of(new_rota(root, **{field: value}))
    assert not Rota.objects.exists()


def test_a_sync_that_has_its_name_already_is_not_taken(root: Client) -> None:
    Sync.objects.create(name="support-duties", kind="breathe_to_productive")

    assert "support-duties is a sync of kind" in errors_of(new_rota(root))
    assert not Rota.objects.exists()


def test_the_next_holidays_show_whether_the_code_is_the_right_one(team: Team, root: Client) -> None:
    Rota.objects.update(holidays="GB-ENG")

    assert "Christmas Day" in words_of(root.get(page_of(team.rota)))


def test_other_working_days_are_followed_by_a_proposal_where_there_are_duties(
    team: Team, root: Client, monday: date
) -> None:
    page = page_of(team.rota)
    root.post(page, typed(root, page, workdays=["mon", "tue"]))
    assert not Run.objects.exists()

    team.put(monday, "Priya", "Theo")
    root.post(page, typed(root, page, workdays=["tue", "wed"]))
    assert Run.objects.get().params == {"propose": True}


def test_who_may_only_look_sees_it_all_and_no_way_to_change_it(team: Team, monday: date) -> None:
    page = page_of(team.rota)
    sam = signed_in("view_rota")

    shown = sam.get(page)

    assert "Priya" in words_of(shown)
    assert 'name="_save"' not in shown.content.decode()
    assert sam.post(page, {"title": "Mine"}).status_code == 403


# ----------------------------------------------------------------------- members


def test_groups_can_be_renamed_and_members_stay_in_theirs(
    team: Team, root: Client, monday: date
) -> None:
    lead, _ = team.put(monday, "Priya", "Theo")

    root.post(page_of(team.rota), typed(root, page_of(team.rota), start_with="grade sevens"))

    team.members["Priya"].refresh_from_db()
    lead.shift.refresh_from_db()
    assert (team.members["Priya"].group, lead.shift.leads) == ("grade sevens", "grade sevens")
    team.members["Theo"].refresh_from_db()
    assert team.members["Theo"].group == "others"


def test_the_other_group_can_begin_and_nobody_changes_group(team: Team, root: Client) -> None:
    page = page_of(team.rota)

    root.post(page, typed(root, page, start_with="others", then="sevens"))

    team.rota.refresh_from_db()
    team.members["Priya"].refresh_from_db()
    assert (team.rota.groups, team.members["Priya"].group) == (("others", "sevens"), "sevens")


def test_whoever_comes_into_a_rota_that_is_under_way_is_in_it_from_today(
    team: Team, root: Client, monday: date
) -> None:
    page = page_of(team.rota)
    ada, bea = (Person.objects.create(name=name) for name in ("Ada", "Bea"))
    root.post(page, typed(root, page, **another_member(7, person=ada.pk, group="sevens")))
    assert Member.objects.get(person=ada).joined_on is None

    team.put(monday, "Priya", "Theo")
    root.post(page, typed(root, page, **another_member(8, person=bea.pk, group="sevens")))
    assert Member.objects.get(person=bea).joined_on == team.rota.today(timezone.now())


@pytest.mark.parametrize("joins", ["", "2030-01-01"])
def test_nobody_is_in_a_rota_twice_at_a_time(joins: str, team: Team, root: Client) -> None:
    page = page_of(team.rota)
    row = another_member(7, person=team.members["Theo"].person_id, group="others", joined_on=joins)

    response = root.post(page, typed(root, page, **row))

    assert "Theo is here twice at a time." in errors_of(response)


def test_who_comes_back_is_a_member_anew(team: Team, root: Client) -> None:
    page = page_of(team.rota)
    theo = team.members["Theo"]
    Member.objects.filter(pk=theo.pk).update(left_on=date(2026, 1, 1))
    row = another_member(7, person=theo.person_id, group="others", joined_on="2026-05-01")

    response = root.post(page, typed(root, page, **row), follow=True)

    assert errors_of(response) == ""
    assert Member.objects.filter(person=theo.person).count() == 2


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"weight": "0"}, "A share is above 0"),
        ({"joined_on": "2027-01-02", "left_on": "2027-01-01"}, "lies before the first one"),
    ],
)
def test_what_a_member_cannot_be_is_said_at_the_row(
    changed: dict[str, str], sentence: str, team: Team, root: Client
) -> None:
    page = page_of(team.rota)
    rows = {f"members-0-{name}": value for name, value in changed.items()}

    assert sentence in errors_of(root.post(page, typed(root, page, **rows)))


def test_a_member_who_was_ever_on_duty_gets_an_end_date_instead_of_being_deleted(
    team: Team, root: Client, monday: date
) -> None:
    team.put(monday, "Gustav", "Andy")
    page = page_of(team.rota)
    rows = typed(root, page)
    numbers = {rows[f"members-{n}-id"]: n for n in range(7)}
    gustav, wren = team.members["Gustav"], team.members["Wren"]
    gone = {f"members-{numbers[member.pk]}-DELETE": "on" for member in (gustav, wren)}

    response = root.post(page, {**rows, **gone}, follow=True)

    gustav.refresh_from_db()
    assert gustav.left_on is not None
    words = f"Gustav has had duties, and so leaves on {gustav.left_on}"
    assert words in said(response)
    assert words in words_of(root.get(f"{ROTAS}{team.rota.pk}/history/"))
    assert not Member.objects.filter(pk=wren.pk).exists()


# ---------------------------------------------------------------------- deleting


def test_a_rota_that_has_had_duties_is_switched_off_rather_than_deleted(
    team: Team, root: Client, monday: date
) -> None:
    team.put(monday, "Gustav", "Andy")
    page = page_of(team.rota)

    assert "A rota that has had duties is switched off" in words_of(root.get(page))
    assert root.post(f"{ROTAS}{team.rota.pk}/delete/", {"post": "yes"}).status_code == 403

    root.post(page, typed(root, page, enabled=None))
    team.rota.refresh_from_db()
    team.sync.refresh_from_db()
    assert (team.rota.enabled, team.sync.enabled) == (False, False)
    root.post(page, typed(root, page, enabled="on"))
    team.sync.refresh_from_db()
    assert team.sync.enabled


def test_a_person_who_is_in_a_rota_is_not_deleted_under_it(team: Team, root: Client) -> None:
    person = team.members["Priya"].person

    response = root.post(f"/admin/uploader/person/{person.pk}/delete/", {"post": "yes"})

    assert response.status_code == 200
    assert "would require deleting the following protected" in words_of(response)
    assert Person.objects.filter(pk=person.pk).exists()


def test_a_rota_without_duties_goes_with_its_syncs(team: Team, root: Client) -> None:
    root.post(f"{ROTAS}{team.rota.pk}/delete/", {"post": "yes"})

    assert not Rota.objects.exists()
    assert not Sync.objects.exists()


# ----------------------------------------------------------------------- history


def test_the_history_says_from_what_to_what(team: Team, root: Client) -> None:
    page = page_of(team.rota)
    data = typed(root, page, title="Support", **{"members-0-weekdays": ["mon"]})

    root.post(page, data)

    told = LogEntry.objects.get().get_change_message()
    assert "title (Data engineering support → Support)" in told
    assert "weekdays (none → mon)" in told
    for path in (page, f"{ROTAS}{team.rota.pk}/history/"):
        assert "title (Data engineering support → Support)" in words_of(root.get(path))


def test_a_rota_is_found_by_who_is_in_it(team: Team, root: Client) -> None:
    Team(name="triage", sevens=["Noor"], others=["Kit"])

    found = root.get(f"{ROTAS}?q=priya").context["cl"].queryset

    assert [(rota.name, rota.in_it_now) for rota in found] == [("support", 7)]


def test_a_long_rota_opens_with_few_questions_to_the_database(
    root: Client, monday: date, django_assert_max_num_queries: Any
) -> None:
    team = Team(
        starts_on=monday,
        sevens=[f"Seven {n}" for n in range(15)],
        others=[f"Other {n}" for n in range(25)],
    )
    for number in range(20):
        team.put(monday + timedelta(days=number), f"Seven {number % 15}", f"Other {number}")

    with django_assert_max_num_queries(25):
        assert root.get(page_of(team.rota)).status_code == 200
    with django_assert_max_num_queries(12):
        assert "40" in words_of(root.get(ROTAS))
