"""An admin sets a rolling rota up, changes the order of turns, and appends shifts."""

from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Page, expect

from integrations.models import Connection
from rota.models import Rota
from tests.browser.conftest import note
from tests.browser.person import Person
from tests.browser.test_every_page import let_in
from tests.browser.test_rota_admin import shot
from uploader.people import Person as Human

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ("Sarah", "Gwendolyn", "Jonas")


@pytest.fixture
def sam(page: Page, site: str) -> Iterator[Person]:
    troubles: list[str] = []
    page.on("console", lambda message: note(troubles, message))
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
    page.set_viewport_size({"width": 1280, "height": 900})
    for name in NAMES:
        Human.objects.create(name=name)
    for provider in ("slack", "geekbot", "google_calendar"):
        Connection.objects.create(name=f"our-{provider}", provider=provider)
    let_in(page, site, get_user_model().objects.create_superuser("sam"))
    yield Person(page, site, name="sam")
    assert troubles == []


def test_from_choosing_its_kind_to_more_shifts(sam: Person, worker: None) -> None:
    page = sam.page
    sam.open("/admin/rota/rota/add/")
    shot(page, "rolling-1-kinds")
    sam.follow("Rolling")
    page.get_by_label("Name:").fill("triage")
    page.get_by_label("Title:", exact=True).fill("Support Triager")
    page.get_by_label("Somebody new starts every:").fill("1w")
    page.get_by_label("and serves for:").fill("2w")
    page.get_by_label("Handover on:").fill("wed")
    page.get_by_label("Starts on:").fill("2026-01-07")
    for number, name in enumerate(NAMES):
        add_a_member(page, number, name)
    page.get_by_role("button", name="Save and continue editing").click()
    sam.reads("was added successfully")
    shot(page, "rolling-2-added")

    page.locator("#id_members-2-place").fill("1")
    page.get_by_role("button", name="Save and continue editing").click()
    sam.reads("was changed successfully")
    rota = Rota.objects.get()
    assert [member.name for member in rota.members.all()] == ["Jonas", "Sarah", "Gwendolyn"]

    sam.follow("More shifts…")
    page.get_by_label("How many:").fill("4")
    shot(page, "rolling-3-more")
    sam.press("Do it")
    sam.reads("Begun: run")
    page.locator(".messagelist").get_by_role("link").click()
    expect(page.locator("#progress")).to_have_count(0, timeout=30_000)
    sam.reads("Finished")
    shot(page, "rolling-4-run")
    served = [shift.duties.get().member for shift in rota.shifts.order_by("start")]
    assert [str(member) for member in served] == ["Jonas", "Sarah", "Gwendolyn", "Jonas"]

    sam.open(f"/admin/rota/rota/{rota.pk}/change/")
    sam.follow("Plan anew…")
    shot(page, "rolling-5-anew")
    page.go_back()
    sam.follow("Who serves now…")
    shot(page, "rolling-6-roles")


def add_a_member(page: Page, number: int, name: str) -> None:
    page.get_by_text("Add another Member").click()
    page.locator(f"#members-{number}").get_by_role("combobox").first.click()
    page.locator(".select2-search__field").fill(name)
    page.get_by_role("option", name=name, exact=True).click()
