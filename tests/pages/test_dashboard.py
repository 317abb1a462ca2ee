"""The dashboard: what it says in every state, and what its buttons do."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations import connections
from integrations.errors import ReconnectError
from integrations.models import Connection
from integrations.rescuetime.sandbox import RescueTimeSandbox
from integrations.sandbox import Fault, World
from tests.pages.visitor import Visitor
from uploader.models import Run, Sync


def test_a_finished_import_is_told_in_words_with_a_picture_and_numbers(
    connected: Visitor,
) -> None:
    words = connected.read("/dashboard/")
    page = connected.get("/dashboard/").content.decode()

    months = connected.sync.summary["months"]
    assert f"Finished: {len(months)} files added." in words
    assert page.count('class="bar"') == len(months)
    for rows in months.values():
        assert f"{rows:,} rows</title>" in page
        assert f">{rows:,}</td>" in page
    assert f"{sum(months.values()):,} rows in {len(months)} months" in words


def test_it_says_what_is_connected_since_when_and_when_the_next_update_comes(
    connected: Visitor,
) -> None:
    words = connected.read("/dashboard/")

    since = connected.connection("rescuetime").connected_at
    assert since is not None
    assert f"RescueTime connected since today, {since:%H:%M} UTC" in words
    assert f"By itself tomorrow, {connected.sync.next_run_at:%H:%M} UTC" in words


def test_a_running_import_shows_how_far_it_is_and_loads_the_script_that_asks_again(
    visitor: Visitor,
) -> None:
    visitor.sign_in().connect()
    run = visitor.sync.runs.get()
    Run.objects.update(status="running", done=12, total=62, requests=70, started_at=timezone.now())

    page = visitor.get("/dashboard/").content.decode()
    assert '<progress value="12" max="62"' in page
    assert f'hx-get="/runs/{run.pk}/progress/' in page
    assert "htmx-2.min.js" in page
    assert "<noscript>" in page
    assert "12 of 62 months" in visitor.read("/dashboard/")


def test_without_a_running_import_no_script_is_needed(connected: Visitor) -> None:
    assert "htmx-2" not in connected.get("/dashboard/").content.decode()


def test_a_waiting_import_says_why_until_when_and_for_how_long(
    visitor: Visitor, world: World, carry_out: Any, time_machine: Any
) -> None:
    visitor.sign_in().connect()
    time_machine.move_to("2026-11-20 09:30:00+00:00", tick=False)
    world.faults.add(Fault("rescuetime", "429", retry_after=61, times=None))
    carry_out()

    words = visitor.read("/dashboard/")

    assert "Import: waiting to try again" in words
    assert "RescueTime" in words
    assert "Trying again at 09:31 UTC, in 1:01." in words


def test_a_revoked_token_is_said_and_a_button_offers_to_reconnect(
    connected: Visitor, rescuetime: RescueTimeSandbox, carry_out: Any
) -> None:
    rescuetime.revoke("ben")
    Run.objects.update(created_at=timezone.now() - timedelta(hours=2))
    connected.post(f"/dashboard/{connected.sync.name}/update/")
    carry_out()

    words = connected.read("/dashboard/")

    assert connected.sync.runs.latest("pk").status == "failed"
    assert "RescueTime needs to be connected again" in words
    assert "Connect RescueTime again" in words
    assert "Next update" not in words
    with pytest.raises(ReconnectError):
        connections.check(connected.connection("rescuetime"), now=timezone.now())


def test_somebody_without_a_record_yet_is_told_so(
    world: World, transactional_db: None, carry_out: Any
) -> None:
    cleo = Visitor("cleo").sign_in().connect()
    nothing = "RescueTime has recorded nothing yet; the first month appears here once it has."
    assert nothing not in cleo.read("/dashboard/")

    carry_out()

    words = cleo.read("/dashboard/")
    assert f"Your history {nothing}" in words
    assert "there was nothing to do" not in words
    cleo.post("/connections/rescuetime-04170033/disconnect/", {"files": "delete"})
    carry_out()
    assert "recorded nothing yet; the" not in cleo.read("/dashboard/")


def test_the_page_of_a_sync_offers_no_run_while_a_connection_does_not_work(
    connected: Visitor,
) -> None:
    path = f"/syncs/{connected.sync.name}/"
    assert "Next run tomorrow" in connected.read(path)
    connection = connected.connection("rescuetime")
    connections.needs_reconnect(connection, "RescueTime said no.", now=timezone.now())

    words = connected.read(path)
    assert "Next run once RescueTime is connected again" in words
    assert "Run now" not in words
    assert "Connect RescueTime again" in words
    assert "RescueTime to Open Humans" in connected.read("/syncs/")
    assert "Next run tomorrow" not in words
    assert "once RescueTime is connected again" in connected.read("/syncs/")

    Connection.objects.filter(pk=connection.pk).update(state="unconfirmed")
    words = connected.read(path)
    assert "Next run once you say whose RescueTime account it is" in words
    assert "Say whose account it is" in words
    assert "Run now" not in words


# --------------------------------------------------------------------- update now


def hours_ago(sync: Sync, hours: float) -> None:
    sync.runs.update(created_at=timezone.now() - timedelta(hours=hours))


def test_update_now_is_possible_once_an_hour_whatever_the_page_shows(connected: Visitor) -> None:
    path = f"/dashboard/{connected.sync.name}/update/"
    until = connected.sync.runs.get().created_at + timedelta(hours=1)

    words = connected.read("/dashboard/")
    assert f"Possible again today, {until:%H:%M} UTC" in words or "tomorrow" in words
    assert "disabled" in connected.get("/dashboard/").content.decode()
    connected.post(path)
    connected.post(f"/syncs/{connected.sync.name}/run/")
    assert connected.sync.runs.count() == 1
    assert "an update by hand is possible once an hour" in connected.read("/dashboard/")

    hours_ago(connected.sync, 1.01)
    assert "disabled" not in connected.get("/dashboard/").content.decode()
    connected.post(path)
    assert connected.sync.runs.count() == 2
    assert "The update has begun" in connected.read("/dashboard/")


def test_update_now_takes_a_form(connected: Visitor) -> None:
    hours_ago(connected.sync, 2)

    assert connected.get(f"/dashboard/{connected.sync.name}/update/").status_code == 405
    assert connected.sync.runs.count() == 1


def test_pressing_twice_starts_one_update(connected: Visitor) -> None:
    hours_ago(connected.sync, 2)

    for _ in range(2):
        connected.post(f"/dashboard/{connected.sync.name}/update/")

    assert connected.sync.runs.count() == 2


# ---------------------------------------------------------------------- disconnect


def test_disconnecting_keeps_the_files_when_asked_to(
    connected: Visitor, open_humans: Any, carry_out: Any
) -> None:
    files = len(open_humans.files("ben"))
    assert "What is to become of the files" in connected.read(
        "/connections/rescuetime-04170022/disconnect/"
    )

    connected.post("/connections/rescuetime-04170022/disconnect/", {"files": "keep"})
    carry_out()

    assert len(open_humans.files("ben")) == files
    assert connected.token("rescuetime") == ""
    assert "Your files stay" in connected.read("/dashboard/")
    assert "Connect RescueTime" in connected.read("/dashboard/")


def test_disconnecting_deletes_our_files_when_asked_to(
    connected: Visitor, open_humans: Any, carry_out: Any
) -> None:
    open_humans.add_file("ben", "mine.json", b"{}", {"description": "mine", "tags": []})

    connected.post("/connections/rescuetime-04170022/disconnect/", {"files": "delete"})
    assert "are being deleted now" in connected.read("/dashboard/")
    assert "Deleting files" in connected.read("/dashboard/")
    carry_out()

    assert [file.basename for file in open_humans.files("ben")] == ["mine.json"]
    assert 'class="bar"' not in connected.get("/dashboard/").content.decode()


def test_a_running_import_ends_when_its_person_disconnects(
    visitor: Visitor, open_humans: Any, carry_out: Any
) -> None:
    visitor.sign_in().connect()

    visitor.post("/connections/rescuetime-04170022/disconnect/", {"files": "keep"})
    carry_out()

    assert visitor.sync.runs.get().status == "cancelled"
    assert open_humans.files("ben") == []


@pytest.mark.parametrize("data", [{}, {"files": "burn"}])
def test_disconnecting_needs_an_answer(data: dict[str, str], connected: Visitor) -> None:
    connected.post("/connections/rescuetime-04170022/disconnect/", data)

    assert connected.connection("rescuetime").state == "connected"


def test_open_humans_can_be_disconnected_and_joined_again(connected: Visitor) -> None:
    connected.post("/connections/open_humans-04170022/disconnect/", {"files": "keep"})
    assert connected.token("open_humans") == ""
    assert not connected.sync.enabled
    assert "Connect Open Humans" in connected.read("/dashboard/")

    connected.there_and_back("/accounts/open_humans/login/?process=connect")

    assert Sync.objects.filter(enabled=True).exists()
    assert connected.connection("open_humans").state == "connected"


def test_connecting_again_after_deleting_the_files_asks_nothing(
    connected: Visitor, carry_out: Any
) -> None:
    connected.post("/connections/rescuetime-04170022/disconnect/", {"files": "delete"})
    carry_out()

    Connection.objects.filter(provider="rescuetime").update(facts={"searched": "2026-08-01"})
    connected.connect()

    # What was learnt of the account before, such as its first day, may not be true of this one.
    assert connected.connection("rescuetime").facts == {}
    assert connected.connection("rescuetime").state == "connected"


def test_connecting_again_after_keeping_the_files_asks_whose_account_it_is(
    connected: Visitor,
) -> None:
    connected.post("/connections/rescuetime-04170022/disconnect/", {"files": "keep"})

    connected.connect()

    assert connected.connection("rescuetime").state == "unconfirmed"


def test_a_disconnected_provider_is_shown_once_and_called_the_same_everywhere(
    connected: Visitor,
) -> None:
    connected.post("/connections/rescuetime-04170022/disconnect/", {"files": "keep"})
    connected.read("/dashboard/")

    page = connected.get("/connections/").content.decode()
    assert page.count("<h3>RescueTime</h3>") == 1
    assert page.count("<h3>Open Humans</h3>") == 1
    assert "Not connected RescueTime" in connected.read("/connections/")
    assert "RescueTime not connected" in connected.read("/dashboard/")
    for path in ("/dashboard/", "/connections/"):
        assert ">disconnected<" not in connected.get(path).content.decode()


def test_open_humans_page_of_leaving_names_what_to_disconnect_first(connected: Visitor) -> None:
    path = "/connections/open_humans-04170022/disconnect/"
    assert "disconnect RescueTime first and choose so there" in connected.read(path)

    connected.post("/connections/rescuetime-04170022/disconnect/", {"files": "keep"})

    assert "choose “Delete these files” on your dashboard first" in connected.read(path)


# --------------------------------------------------------------------- other states


def test_rescuetime_that_is_not_set_up_is_said(visitor: Visitor, settings: Any) -> None:
    visitor.sign_in()
    settings.PROVIDER_SETTINGS = {**settings.PROVIDER_SETTINGS, "rescuetime": {}}

    words = visitor.read("/dashboard/")
    assert "RescueTime is not set up at this installation" in words
    assert "RESCUETIME_CLIENT_ID" not in words
    settings.DEBUG = True
    assert "RESCUETIME_CLIENT_ID" in visitor.read("/dashboard/")


def test_a_paused_project_offers_no_connecting(visitor: Visitor, settings: Any) -> None:
    visitor.sign_in()
    settings.INACTIVE_PROJECT = True

    assert "Connecting is paused" in visitor.read("/dashboard/")
    assert visitor.client.post("/accounts/rescuetime/login/?process=connect").status_code == 503


def test_staff_who_are_no_members_are_told_where_to_go(admin_client: Any, world: World) -> None:
    page = admin_client.get("/dashboard/").content.decode()

    assert "You are signed in as staff" in page
    assert 'href="/syncs/"' in page


def test_the_sandbox_says_that_it_is_one_on_every_page(connected: Visitor) -> None:
    for path in ("/", "/about/", "/dashboard/", "/connections/", "/syncs/"):
        page = connected.client.get(path, follow=True).content.decode()
        assert "Breathe HR, Clockify, Geekbot, Google Calendar, Open Humans, Productive," in page
        assert "RescueTime and Slack are stand-ins" in page


def test_with_the_real_providers_there_is_no_banner(visitor: Visitor, settings: Any) -> None:
    settings.SANDBOX_URL = ""

    assert "Sandbox" not in visitor.read("/")
    policy = visitor.get("/")["Content-Security-Policy"]
    assert (
        "form-action 'self' https://accounts.google.com https://www.openhumans.org "
        "https://www.rescuetime.com" in policy
    )


def test_pages_lead_to_google_only_where_one_can_sign_in_there(
    visitor: Visitor, settings: Any
) -> None:
    settings.SANDBOX_URL = ""
    settings.PROVIDER_SETTINGS = {**settings.PROVIDER_SETTINGS, "google_calendar": {}}

    assert "google" not in visitor.get("/")["Content-Security-Policy"]


def test_no_page_allows_scripts_or_styles_within_itself(connected: Visitor) -> None:
    for path in ("/about/", "/dashboard/", "/connections/", "/syncs/"):
        response = connected.get(path)
        assert "unsafe" not in response["Content-Security-Policy"]
        page = response.content.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert "<script>" not in page
