"""Entering an absence shows at once whose duties it concerns, and has a repair proposed."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from rota import duties
from rota.duties import Doing
from rota.models import Absence, Member, Rota
from tests.pages.visitor import words_of
from tests.rota.admin.staff import ABSENCES, errors_of, page_of, said, signed_in, typed
from tests.rota.team import Team
from uploader import runs
from uploader.models import Run

pytestmark = pytest.mark.django_db
PROPOSED = {"propose": True}


def enter(client: Client, team: Team, who: str, first: date, last: date) -> Any:
    days = {"first_day": first.isoformat(), "last_day": last.isoformat()}
    data = {"person": team.members[who].person_id, **days}
    return client.post(f"{ABSENCES}add/", data, follow=True)


@pytest.fixture
def away(team: Team, monday: date) -> Absence:
    """Priya leads on the Monday, and is away from then on."""
    team.put(monday, "Priya", "Theo")
    person = team.members["Priya"].person
    return Absence.objects.create(person=person, first_day=monday, last_day=monday)


def test_the_duties_in_it_are_named_and_their_repair_is_being_made(
    team: Team, root: Client, monday: date
) -> None:
    team.put(monday, "Priya", "Theo")
    team.put(monday + timedelta(days=7), "Priya", "Theo")

    response = enter(root, team, "Priya", monday, monday + timedelta(days=4))

    shown = said(response)
    assert "Data engineering support: 1 duty cannot stay" in shown
    assert f"{monday:%a %-d %b %Y} lead: Priya" in shown
    run = Run.objects.get()
    assert (run.sync, run.params, run.by and run.by.get_username()) == (
        team.sync,
        PROPOSED,
        "sam",
    )
    assert f'see its plan in <a href="{run.get_absolute_url()}">' in response.content.decode()
    assert response.request["PATH_INFO"].endswith(f"{Absence.objects.get().pk}/change/")
    assert f"On duty in these days Duty Rota How it came about lead on {monday:%a}" in words_of(
        response
    )


def test_the_list_shows_which_have_to_be_seen_to(
    away: Absence, team: Team, root: Client, monday: date
) -> None:
    wren = team.members["Wren"].person
    Absence.objects.create(person=wren, first_day=monday, last_day=monday)

    found = root.get(ABSENCES).context["cl"].queryset

    assert {absence.person.name: absence.on_duty for absence in found} == {
        "Priya": True,
        "Wren": False,
    }


def test_who_is_not_on_duty_then_is_away_without_more_ado(
    team: Team, root: Client, monday: date
) -> None:
    team.put(monday, "Priya", "Theo")

    response = enter(root, team, "Wren", monday, monday)

    assert response.request["PATH_INFO"] == ABSENCES
    assert not Run.objects.exists()


def test_what_no_generation_would_change_is_said_to_be_for_a_person(
    team: Team, root: Client, monday: date
) -> None:
    today = timezone.now().date()
    pinned, _ = team.put(monday, "Priya", "Theo")
    duties.pin(pinned, doing=Doing(now=timezone.now()))
    Rota.objects.update(timezone="UTC")
    team.put(today, "Priya", "Andy")

    words = words_of(enter(root, team, "Priya", today, monday))

    assert f"{today:%a %-d %b %Y} support generated: it has begun" in words
    assert f"{monday:%a %-d %b %Y} support pinned: it stays unless it is released" in words


def test_in_every_rota_that_it_concerns(team: Team, root: Client, monday: date) -> None:
    other = Team(name="triage", starts_on=monday, sevens=["Priya"], others=["Kit"])
    team.put(monday, "Priya", "Theo")
    other.put(monday + timedelta(days=1), "Priya", "Kit")

    enter(root, team, "Priya", monday, monday + timedelta(days=1))

    assert {run.sync for run in Run.objects.all()} == {team.sync, other.sync}


def test_what_is_over_is_no_conflict(team: Team, root: Client) -> None:
    past = timezone.now().date() - timedelta(days=3)
    team.put(past, "Priya", "Theo")

    enter(root, team, "Priya", past, past)

    assert not Run.objects.exists()


def test_a_run_that_is_open_already_is_told_of(team: Team, root: Client, monday: date) -> None:
    team.put(monday, "Priya", "Theo")
    run = runs.start(team.sync, trigger="schedule", now=timezone.now())

    shown = said(enter(root, team, "Priya", monday, monday))

    assert f"{run} is open already (about to start) and may not know of this" in shown
    assert Run.objects.get() == run


def test_where_generating_is_switched_off_nothing_is_promised(
    team: Team, root: Client, monday: date
) -> None:
    team.put(monday, "Priya", "Theo")
    team.sync.enabled = False
    team.sync.save()

    shown = said(enter(root, team, "Priya", monday, monday))

    assert "No repair is proposed: generating support is switched off." in shown
    assert not Run.objects.exists()


def test_an_absence_ends_after_it_begins_and_half_a_day_counts(
    team: Team, root: Client, monday: date
) -> None:
    assert "lies before the first one" in errors_of(
        enter(root, team, "Priya", monday, monday - timedelta(days=1))
    )
    assert "Half a day counts as away." in words_of(root.get(f"{ABSENCES}add/"))


def test_one_that_is_changed_or_deleted_is_repaired_as_well(
    away: Absence, team: Team, root: Client, monday: date
) -> None:
    page = f"{ABSENCES}{away.pk}/change/"
    later = (monday + timedelta(days=30)).isoformat()

    root.post(page, typed(root, page))
    assert not Run.objects.filter(sync=team.sync).exclude(params=PROPOSED).exists()
    Run.objects.all().delete()
    root.post(page, typed(root, page, first_day=later, last_day=later))
    assert Run.objects.get().params == PROPOSED

    Run.objects.all().delete()
    away.refresh_from_db()
    Absence.objects.update(first_day=monday, last_day=monday)
    shown = said(root.post(f"{ABSENCES}{away.pk}/delete/", {"post": "yes"}, follow=True))
    assert not Absence.objects.exists()
    assert Run.objects.get().params == PROPOSED
    assert "A proposal is being made" in shown


def test_who_entered_and_deleted_it_is_in_the_history_of_the_rota(
    away: Absence, team: Team, root: Client, monday: date
) -> None:
    root.post(f"{ABSENCES}{away.pk}/delete/", {"post": "yes"})

    told = LogEntry.objects.filter(object_id=team.rota.pk, content_type__model="rota").get()
    assert f"Absence deleted: Priya away {monday} to {monday}" in told.get_change_message()
    assert "Absence deleted: Priya away" in words_of(root.get(page_of(team.rota)))


def test_leave_is_changed_where_it_comes_from(away: Absence, root: Client) -> None:
    Absence.objects.update(origin=Absence.Origin.LEAVE)

    assert 'name="_save"' not in root.get(f"{ABSENCES}{away.pk}/change/").content.decode()
    assert root.post(f"{ABSENCES}{away.pk}/change/", {}).status_code == 403
    assert root.post(f"{ABSENCES}{away.pk}/delete/", {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": [away.pk], "post": "yes"}
    root.post(ABSENCES, data)
    assert Absence.objects.filter(pk=away.pk).exists()


def test_without_the_right_to_generate_one_is_told_who_has_to_be_asked(
    team: Team, monday: date
) -> None:
    team.put(monday, "Priya", "Theo")
    sam = signed_in("add_absence", "view_absence", "change_absence", "view_person")

    shown = said(enter(sam, team, "Priya", monday, monday))

    assert "1 duty cannot stay" in shown
    assert "Somebody who may generate support has to have this repaired." in shown
    assert not Run.objects.exists()


# ------------------------------------------------- members whose terms are changed


@pytest.mark.parametrize(
    ("changed", "is_concerned"),
    [
        ({"left_on": "2026-01-01"}, True),
        ({"joined_on": "2090-01-01"}, True),
        ({"weekdays": ["tue"]}, True),
        ({"group": "others"}, True),
        ({"weekdays": ["mon", "tue"]}, False),
        ({"weight": "0.5"}, False),
    ],
)
def test_a_member_whose_duties_cannot_stay_is_named_and_a_repair_is_made(
    changed: dict[str, Any], is_concerned: bool, team: Team, root: Client, monday: date
) -> None:
    team.put(monday, "Priya", "Theo")
    page = page_of(team.rota)
    rows = typed(root, page)
    number = next(n for n in range(7) if rows[f"members-{n}-id"] == team.members["Priya"].pk)
    data = rows | {f"members-{number}-{name}": value for name, value in changed.items()}

    response = root.post(page, data, follow=True)

    assert errors_of(response) == ""
    assert Run.objects.filter(params=PROPOSED).exists() == is_concerned
    assert ("lead: Priya" in said(response)) == is_concerned


def test_who_leaves_is_repaired_without_being_deleted(
    team: Team, root: Client, monday: date
) -> None:
    team.put(monday, "Priya", "Theo")
    page = page_of(team.rota)
    rows = typed(root, page)
    number = next(n for n in range(7) if rows[f"members-{n}-id"] == team.members["Priya"].pk)

    root.post(page, {**rows, f"members-{number}-DELETE": "on"})

    assert Member.objects.get(pk=team.members["Priya"].pk).left_on == timezone.now().date()
    assert Run.objects.get().params == PROPOSED
