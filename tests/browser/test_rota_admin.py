"""An admin sets a rota up, fills it, changes a duty, and repairs it around an absence."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from playwright.sync_api import Page, expect

from rota.models import Duty, Rota
from tests.browser.conftest import note
from tests.browser.person import Person
from tests.browser.test_every_page import let_in
from uploader.people import Person as Human

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SEVENS = ("Gustav", "Priya", "Wren")
OTHERS = ("Andy", "Lalitha", "Murdo", "Theo")


@pytest.fixture
def sam(page: Page, site: str) -> Iterator[Person]:
    troubles: list[str] = []
    page.on("console", lambda message: note(troubles, message))
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
    page.set_viewport_size({"width": 1280, "height": 900})
    for name in (*SEVENS, *OTHERS):
        Human.objects.create(name=name)
    let_in(page, site, get_user_model().objects.create_superuser("sam"))
    yield Person(page, site, name="sam")
    assert troubles == []


def test_from_an_empty_rota_to_a_repaired_one(sam: Person, worker: None) -> None:
    add_a_rota(sam)
    generate(sam)
    duty = give_a_duty_to_somebody_else(sam)
    enter_an_absence(sam, duty)
    approve_the_repair(sam, duty)


def add_a_rota(sam: Person) -> None:
    page = sam.page
    sam.open("/admin/rota/rota/add/")
    sam.follow("Paired")
    page.get_by_label("Name:").fill("support")
    page.get_by_label("Title:", exact=True).fill("Data engineering support")
    starts_on = timezone.now().date() + timedelta(days=3)
    page.get_by_label("Starts on:").fill(starts_on.isoformat())
    page.get_by_label("Timezone:").select_option("Europe/London")
    page.get_by_label("Holidays:").fill("England")
    page.get_by_label("First group:").fill("sevens")
    page.get_by_label("Second group:").fill("others")
    for number, name in enumerate((*SEVENS, *OTHERS)):
        add_a_member(page, number, name, "first group" if name in SEVENS else "second group")
    page.get_by_role("button", name="Save and continue editing").click()
    sam.reads("There are no public holidays “England”.")
    shot(page, "1-refused")

    page.get_by_label("Holidays:").fill("GB-ENG")
    page.get_by_role("button", name="Save and continue editing").click()
    sam.reads("was added successfully")
    sam.reads("support-duties")
    shot(page, "2-added")
    assert Rota.objects.get().members.count() == 7


def add_a_member(page: Page, number: int, name: str, group: str) -> None:
    page.get_by_text("Add another Member").click()
    row = page.locator(f"#members-{number}")
    row.get_by_role("combobox").first.click()
    page.locator(".select2-search__field").fill(name)
    page.get_by_role("option", name=name, exact=True).click()
    row.locator("select[name$=group]").select_option(label=group)


def generate(sam: Person) -> None:
    page = sam.page
    sam.follow("Generate…")
    sam.reads("Duties that were pinned, swapped or changed by hand stay")
    shot(page, "3-generate")
    sam.press("Generate")
    sam.reads("Begun: run")
    shot(page, "4-begun")
    page.locator(".messagelist").get_by_role("link").click()
    expect(page.locator("#progress")).to_have_count(0, timeout=30_000)
    sam.reads("Finished")
    shot(page, "5-run")
    assert not Duty.objects.filter(member=None).exists()


def give_a_duty_to_somebody_else(sam: Person) -> Duty:
    page = sam.page
    sam.open("/admin/rota/rota/")
    sam.follow("support")
    sam.follow("Its duties")
    shot(page, "6-duties")
    page.locator("#result_list tbody a").first.click()
    sam.follow("Give to somebody else…")
    page.get_by_label("Member:").select_option(index=1)
    shot(page, "7-give")
    sam.press("Give")
    sam.reads("by hand by sam")
    shot(page, "8-given")
    sam.press("Release")
    sam.reads("the next generation may give it to somebody else")
    return Duty.objects.select_related("shift", "member__person").get(
        pk=int(page.url.split("/")[-3])
    )


def enter_an_absence(sam: Person, duty: Duty) -> None:
    page, day = sam.page, duty.shift.start
    sam.open("/admin/rota/absence/add/")
    sam.reads("Half a day counts as away.")
    page.get_by_role("combobox").click()
    page.locator(".select2-search__field").fill(str(duty.member))
    page.get_by_role("option", name=str(duty.member), exact=True).click()
    page.get_by_label("First day:").fill(day.isoformat())
    page.get_by_label("Last day:").fill(day.isoformat())
    page.get_by_role("button", name="Save", exact=True).click()
    sam.reads("1 duty cannot stay")
    sam.reads("A proposal is being made: see its plan in run")
    sam.reads(f"lead on {day:%a %-d %b %Y}")
    shot(page, "9-conflict")


def approve_the_repair(sam: Person, duty: Duty) -> None:
    page, was = sam.page, duty.member
    page.locator(".messagelist").get_by_role("link", name="run").last.click()
    expect(page.locator("#progress")).to_have_count(0, timeout=30_000)
    sam.reads("Waits for approval")
    page.get_by_role("link", name="Look at the plan").click()
    sam.reads(f"lead on {duty.shift.start:%a} {duty.shift.start}")
    shot(page, "10-plan")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#progress")).to_have_count(0, timeout=30_000)
    sam.reads("Finished")
    duty.refresh_from_db()
    assert duty.member not in (None, was)
    sam.open(f"/admin/rota/duty/{duty.pk}/change/")
    sam.reads("generated, run")
    shot(page, "11-history")
    sam.open(f"/admin/rota/rota/{duty.shift.rota_id}/change/")
    sam.reads("Absence entered")
    shot(page, "12-rota")


def shot(page: Page, name: str) -> None:
    folder = os.environ.get("LOCKSTEP_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
