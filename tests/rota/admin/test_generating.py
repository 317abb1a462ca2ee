"""Preview, generate, publish, invite: each begins runs, for whoever may; nothing is computed."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from integrations.models import Connection
from rota.models import Absence, Duty, Rota
from tests.pages.visitor import words_of
from tests.rota.admin.staff import (
    ABSENCES,
    DUTIES,
    ROTAS,
    SWAPS,
    errors_of,
    page_of,
    said,
    signed_in,
)
from tests.rota.team import Team
from uploader import runs
from uploader.models import Notice, Run, Sync

pytestmark = pytest.mark.django_db


def act(client: Client, team: Team, slug: str, **values: Any) -> Any:
    return client.post(f"{ROTAS}{team.rota.pk}/{slug}/", values, follow=True)


def calendar(rota: Rota) -> Sync:
    target = Connection.objects.create(name="calendar", provider="google_calendar")
    options = {"rota": rota.name, "calendar_id": "c_support@group.calendar.google.com"}
    return Sync.objects.create(
        name=f"{rota}-calendar", kind="rota_calendar", target=target, options=options
    )


def test_a_preview_is_a_run_that_waits_for_approval(team: Team, root: Client) -> None:
    response = act(root, team, "preview")

    run = Run.objects.get()
    assert (run.sync, run.status, run.params) == (team.sync, "queued", {"propose": True})
    assert run.by is not None
    assert f'<a href="{run.get_absolute_url()}">' in response.content.decode()
    told = LogEntry.objects.get().get_change_message()
    assert told.startswith("A plan is being made")
    assert "<a" not in told


def test_generating_asks_from_when_how_far_and_with_which_seed(
    team: Team, root: Client, monday: date
) -> None:
    until = monday + timedelta(days=30)
    asked = words_of(root.get(f"{ROTAS}{team.rota.pk}/generate/"))
    assert "Duties that were pinned, swapped or changed by hand stay" in asked
    assert not Run.objects.exists()

    act(
        root,
        team,
        "generate",
        how="apply",
        first=monday.isoformat(),
        until=until.isoformat(),
        seed="7",
    )

    assert Run.objects.get().params == {
        "from": monday.isoformat(),
        "until": until.isoformat(),
        "seed": 7,
        "apply": True,
    }


def test_generating_may_begin_with_a_plan_alone(team: Team, root: Client) -> None:
    act(root, team, "generate", how="propose", cycles="2")

    assert Run.objects.get().params == {"cycles": 2, "propose": True}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"first": "2020-01-01"}, "This day has passed"),
        ({"first": "2090-02-01", "until": "2090-01-01"}, "lies before the first one"),
        ({"cycles": "2", "until": "2090-01-01"}, "not both"),
        ({"cycles": "0"}, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_generated_is_said_at_the_field(
    values: dict[str, str], sentence: str, team: Team, root: Client
) -> None:
    assert sentence in errors_of(act(root, team, "generate", how="apply", **values))
    assert not Run.objects.exists()


@pytest.mark.parametrize("slug", ["preview", "generate"])
def test_a_run_that_is_open_is_not_doubled(slug: str, team: Team, root: Client) -> None:
    runs.start(team.sync, trigger="schedule", now=timezone.now())

    response = act(root, team, slug, how="apply")

    shown = said(response) + errors_of(response)
    assert "A run of support-duties is open already: let it end, or stop it." in shown
    assert Run.objects.count() == 1


def test_publishing_is_offered_where_it_is_shown_and_runs_what_shows_it(
    team: Team, root: Client
) -> None:
    assert "Publish" not in words_of(root.get(page_of(team.rota)))
    sync = calendar(team.rota)

    assert "Publish" in words_of(root.get(page_of(team.rota)))
    assert "support-calendar (calendar)" in words_of(root.get(f"{ROTAS}{team.rota.pk}/publish/"))
    act(root, team, "publish", how="apply")
    run = Run.objects.get()
    assert (run.sync, run.params) == (sync, {"apply": True})


def test_what_is_open_and_what_waits_is_on_the_page_of_the_rota(team: Team, root: Client) -> None:
    now = timezone.now()
    run = team.sync.runs.create(trigger="by hand", status="needs_review", created_at=now)

    response = root.get(page_of(team.rota))

    assert f"the plan of run {run.pk} of support-duties" in words_of(response)
    assert f'<a href="/runs/{run.pk}/plan/">' in response.content.decode()


def test_members_who_never_signed_in_are_invited_once(team: Team, root: Client) -> None:
    team.login("Priya")
    address = f"{ROTAS}{team.rota.pk}/invite/"
    asked = root.get(address)
    assert "Priya (has signed in)" in words_of(asked)
    chosen = asked.context["form"]["members"].initial
    assert team.members["Priya"].pk not in chosen
    assert team.members["Theo"].pk in chosen

    both = [team.members["Theo"].pk, team.members["Wren"].pk]
    assert "Invited: Theo, Wren." in said(root.post(address, {"members": both}, follow=True))
    mails = Notice.objects.values_list("recipient", flat=True)
    assert set(mails) == {"theo@example.org", "wren@example.org"}
    again = root.post(address, {"members": both}, follow=True)
    assert "Theo was invited today already." in errors_of(again)


# -------------------------------------------------------------------- who may what

NEEDED = {
    "preview": "generate_rota",
    "generate": "generate_rota",
    "publish": "generate_rota",
    "invite": "change_rota",
}


@pytest.mark.parametrize("slug", NEEDED)
def test_a_button_is_for_whoever_has_the_permission(slug: str, team: Team) -> None:
    calendar(team.rota)
    address = f"{ROTAS}{team.rota.pk}/{slug}/"
    others = {"view_rota", "change_rota", "generate_rota", "act_for_members"} - {NEEDED[slug]}
    sam = signed_in(*others)

    assert f'"{address}"' not in sam.get(page_of(team.rota)).content.decode()
    for answer in (sam.get(address), sam.post(address)):
        assert answer.status_code == 403
    assert not Run.objects.exists()


@pytest.mark.parametrize("slug", NEEDED)
def test_with_just_that_permission_the_button_is_there(slug: str, team: Team) -> None:
    calendar(team.rota)
    sam = signed_in("view_rota", *{NEEDED[slug]})

    address = f"{ROTAS}{team.rota.pk}/{slug}/"
    assert f'"{address}"' in sam.get(page_of(team.rota)).content.decode()


@pytest.mark.parametrize("slug", ["give", "exchange", "ask", "pin"])
def test_duties_are_changed_by_those_who_may_act_for_members(
    slug: str, team: Team, monday: date
) -> None:
    lead, _ = team.put(monday, "Priya", "Theo")
    sam = signed_in("view_rota", "change_rota", "generate_rota", "view_duty")
    address = f"{DUTIES}{lead.pk}/{slug}/"

    assert f'"{address}"' not in sam.get(f"{DUTIES}{lead.pk}/change/").content.decode()
    data = {"member": team.members["Wren"].pk, "shown": lead.member_id}
    assert sam.post(address, data).status_code == 403
    assert Duty.objects.get(pk=lead.pk).origin == Duty.Origin.GENERATED


@pytest.mark.parametrize("is_staff", [False, True])
def test_strangers_see_nothing(is_staff: bool, team: Team, monday: date) -> None:
    lead, _ = team.put(monday, "Priya", "Theo")
    away = Absence.objects.create(
        person=team.members["Priya"].person, first_day=monday, last_day=monday
    )
    stranger = signed_in(is_staff=is_staff)

    for path in (
        ROTAS,
        page_of(team.rota),
        f"{ROTAS}{team.rota.pk}/generate/",
        f"{DUTIES}{lead.pk}/give/",
        DUTIES,
        SWAPS,
        f"{ABSENCES}{away.pk}/change/",
        "/admin/rota/move/",
    ):
        for answer in (stranger.get(path), stranger.post(path), Client().post(path)):
            assert answer.status_code in (302, 403), path
            assert "Priya" not in answer.content.decode()
    assert not Run.objects.exists()
