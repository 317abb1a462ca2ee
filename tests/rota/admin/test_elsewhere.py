"""Where a rota is shown, set up on the rota's own page: its calendar, its bookings."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from integrations.models import Connection
from rota import setup
from tests.pages.visitor import words_of
from tests.rota.admin.staff import errors_of, page_of, typed
from tests.rota.team import Team
from uploader.models import Sync

pytestmark = pytest.mark.django_db

CALENDAR = "c_support@group.calendar.google.com"


@pytest.fixture
def google(db: None) -> Connection:
    return Connection.objects.create(name="google", provider="google_calendar")


def saved(client: Client, team: Team, **changed: Any) -> Any:
    page = page_of(team.rota)
    return client.post(page, typed(client, page, **changed), follow=True)


def the_calendar() -> Sync:
    return Sync.objects.get(name="support-calendar")


def test_a_calendar_is_chosen_with_all_that_belongs_to_it(
    team: Team, google: Connection, root: Client
) -> None:
    response = saved(
        root,
        team,
        calendar_connection=google.pk,
        calendar_calendar_id=CALENDAR,
        calendar_share_with_members="on",
        calendar_mode="review",
    )

    assert errors_of(response) == ""
    sync = the_calendar()
    assert (sync.kind, sync.target, sync.mode, sync.enabled) == (
        setup.CALENDAR,
        google,
        "review",
        True,
    )
    assert sync.options == {
        "rota": "support",
        "calendar_id": CALENDAR,
        "share_with_members": True,
    }
    assert sync.next_run_at is not None
    shown = root.get(page_of(team.rota)).context["adminform"].form
    assert shown["calendar_calendar_id"].value() == CALENDAR


def test_saving_the_rota_again_leaves_its_syncs_as_they_are(
    team: Team, google: Connection, root: Client
) -> None:
    saved(root, team, calendar_connection=google.pk, calendar_calendar_id=CALENDAR)
    Sync.objects.update(next_run_at=None, max_delete_share=0.9)
    before = list(Sync.objects.order_by("pk").values())

    saved(root, team, title="Another title")

    assert list(Sync.objects.order_by("pk").values()) == before


def test_without_an_id_there_is_no_calendar(team: Team, google: Connection, root: Client) -> None:
    response = saved(root, team, calendar_connection=google.pk)

    assert "This field is required." in errors_of(response)
    assert not Sync.objects.filter(kind=setup.CALENDAR).exists()


def test_an_id_without_a_connection_is_not_dropped_silently(team: Team, root: Client) -> None:
    response = saved(root, team, calendar_calendar_id=CALENDAR)

    assert "Choose the connection as well." in errors_of(response)


def test_what_the_kind_refuses_is_said_at_the_field(
    team: Team, google: Connection, root: Client
) -> None:
    response = saved(root, team, calendar_connection=google.pk, calendar_calendar_id="primary")

    assert "“primary” is the calendar of whoever signs in" in errors_of(response)


def test_only_the_teams_connections_to_that_provider_are_offered(
    team: Team, google: Connection, root: Client
) -> None:
    ada = get_user_model().objects.create_user("ada")
    adas = Connection.objects.create(name="adas", provider="google_calendar", owner=ada)
    other = Connection.objects.create(name="other", provider="breathe")

    for wrong in (adas, other):
        response = saved(root, team, calendar_connection=wrong.pk, calendar_calendar_id=CALENDAR)
        assert "Select a valid choice" in errors_of(response)
    assert not Sync.objects.filter(kind=setup.CALENDAR).exists()


def test_a_calendar_that_is_not_chosen_any_more_is_switched_off_and_kept(
    team: Team, google: Connection, root: Client
) -> None:
    saved(root, team, calendar_connection=google.pk, calendar_calendar_id=CALENDAR)

    saved(root, team, calendar_connection="")

    sync = the_calendar()
    assert (sync.enabled, sync.next_run_at, sync.options["calendar_id"]) == (
        False,
        None,
        CALENDAR,
    )
    assert "support-calendar (switched off)" in words_of(root.get(page_of(team.rota)))


def test_a_rota_that_is_switched_on_again_is_shown_where_it_was(
    team: Team, google: Connection, root: Client
) -> None:
    saved(root, team, calendar_connection=google.pk, calendar_calendar_id=CALENDAR)

    saved(root, team, enabled=None)
    assert not Sync.objects.filter(enabled=True).exists()
    saved(root, team, enabled="on")

    assert the_calendar().enabled


def test_bookings_are_set_up_beside_it(team: Team, root: Client) -> None:
    productive = Connection.objects.create(name="productive", provider="productive")

    saved(root, team, productive_connection=productive.pk, productive_service_id="5551")

    sync = Sync.objects.get(kind=setup.PRODUCTIVE)
    assert (sync.target, sync.options) == (
        productive,
        {"rota": "support", "service_id": "5551", "minutes": 420},
    )
