"""The admin as staff meet it: what it offers, what it explains, and where it leads."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.models import Connection, Pace
from tests.pages.people import KIND, member
from tests.pages.visitor import words_of
from uploader.models import Run, Sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def bens() -> Sync:
    return member("ben-example", "04170022")


@pytest.fixture
def team() -> Sync:
    shared = Connection.objects.create(name="shared", provider="open_humans")
    sync = Sync.objects.create(name="team-sync", kind=KIND, target=shared)
    sync.runs.create(trigger="schedule", created_at=timezone.now())
    return sync


def change_pages(sync: Sync) -> list[str]:
    run = sync.runs.get()
    return [f"/admin/uploader/sync/{sync.pk}/change/", f"/admin/uploader/run/{run.pk}/change/"]


def test_a_members_sync_has_no_button_to_a_page_that_staff_cannot_see(
    bens: Sync, admin_client: Client
) -> None:
    for path in change_pages(bens):
        assert "View on site" not in words_of(admin_client.get(path))


def test_the_teams_syncs_and_runs_lead_to_their_pages(team: Sync, admin_client: Client) -> None:
    pages = (team.get_absolute_url(), team.runs.get().get_absolute_url())
    for path, page in zip(change_pages(team), pages, strict=True):
        response = admin_client.get(path)
        assert "View on site" in words_of(response)
        assert f'href="{page}"' in response.content.decode()
        assert admin_client.get(page).status_code == 200


def test_a_members_run_that_staff_begin_leads_where_staff_may_look(
    bens: Sync, admin_client: Client
) -> None:
    bens.runs.update(status="finished")
    data: dict[str, Any] = {"action": "run_now", "_selected_action": [bens.pk], "how": "apply"}

    page = admin_client.post("/admin/uploader/sync/", data, follow=True).content.decode()

    run = Run.objects.latest("pk")
    assert run.status == "queued"
    assert f'Begun: <a href="/admin/uploader/run/{run.pk}/change/">' in page
    assert admin_client.get(f"/admin/uploader/run/{run.pk}/change/").status_code == 200


def test_what_is_not_used_here_is_not_offered(admin_client: Client) -> None:
    page = admin_client.get("/admin/").content.decode()

    assert "/admin/uploader/sync/" in page
    assert "/admin/socialaccount/socialaccount/" in page
    for unused in ("socialaccount/socialapp", "socialaccount/socialtoken", "account/emailaddress"):
        assert unused not in page
        assert admin_client.get(f"/admin/{unused}/").status_code == 404


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("integrations/pace", "so that no provider is asked faster than it allows"),
        ("uploader/link", "so that the next run knows its own work"),
        ("uploader/notice", "so that nobody is told the same thing twice"),
    ],
)
def test_a_list_whose_name_says_little_is_explained(
    page: str, sentence: str, admin_client: Client
) -> None:
    assert sentence in words_of(admin_client.get(f"/admin/{page}/"))


def test_what_can_be_added_by_hand_is_offered_and_what_makes_itself_is_named(
    admin_client: Client,
) -> None:
    connection = words_of(admin_client.get("/admin/integrations/connection/add/"))
    sync = words_of(admin_client.get("/admin/uploader/sync/add/"))

    assert "Breathe HR : " in connection
    assert "Productive : " in connection
    assert "each person for themselves: Open Humans, RescueTime." in connection
    assert "Breathe HR to Productive : Keeps bookings of absences" in sync
    assert "RescueTime to Open Humans: Keeps a person's" in sync


def test_moments_have_24_hours_and_their_zone(admin_client: Client) -> None:
    Pace.objects.create(key="a key", free_at=datetime(2026, 3, 2, 19, 5, tzinfo=UTC))

    assert "2 March 2026, 19:05 UTC" in words_of(admin_client.get("/admin/integrations/pace/"))


def test_a_connection_is_listed_with_its_person(bens: Sync, admin_client: Client) -> None:
    Connection.objects.create(name="shared", provider="open_humans", enabled=False)

    words = words_of(admin_client.get("/admin/integrations/connection/"))

    assert "rescuetime-04170022 ben-example connected" in words
    assert "shared the team connected; switched off" in words
