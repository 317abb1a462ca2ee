"""The review journey: an admin has a sync planned, looks at the plan, approves it, and watches."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from playwright.sync_api import Page, expect

from config import demo
from integrations.productive.sandbox import ProductiveSandbox
from integrations.sandbox import Fault, World
from tests.browser.person import Person
from tests.browser.test_every_page import Eyes
from uploader import inline, work
from uploader.models import Run, Sync

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def leave(world: World, site: str) -> Sync:
    """The company of the sandbox, set up by the file of the trial; nothing has run yet."""
    demo.set_up_team(now=timezone.now())
    demo.latest_runs(["leave"], now=timezone.now())
    Run.objects.all().delete()
    return Sync.objects.get(name="leave")


@pytest.fixture
def sam(page: Page, site: str) -> Person:
    get_user_model().objects.create_superuser("sam", password="made up")
    page.goto(f"{site}/")
    page.get_by_role("link", name="Staff").click()
    page.get_by_label("Username").fill("sam")
    page.get_by_label("Password").fill("made up")
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{site}/syncs/")
    return Person(page, site, name="sam")


def test_from_the_list_of_syncs_to_the_last_booking(
    sam: Person, leave: Sync, world: World, worker: None
) -> None:
    page = sam.page
    productive = world.of(ProductiveSandbox)
    sam.open("/syncs/")
    sam.follow("leave")
    sam.reads("Keeps bookings of absences at Productive as Breathe HR has the leave")
    sam.reads("ask before writing")
    sam.reads("holiday (501), sickness (502), other leave (503)")

    sam.press("Run now")
    expect(page.locator("#progress")).to_have_count(0, timeout=30_000)
    sam.reads("Waits for approval")
    assert productive.writes == []
    sam.follow("Look at the plan, person by person")

    sam.reads("What leave would do")
    sam.reads("nobody@example.org: no match at Productive")
    page.get_by_label("Person", exact=True).fill("ben")
    page.get_by_label("What", exact=True).select_option("to change")
    sam.press("Show")
    expect(page.locator(".person")).to_have_count(1)
    sam.reads("instead of holiday")
    sam.follow("Show all")
    expect(page.locator(".person").nth(5)).to_be_visible()

    world.faults.add(Fault("productive", "slow", match="POST", times=None, delay=0.4))
    sam.press("Approve")
    sam.reads("Approved. It is being carried out.")
    bar = page.locator("progress[value]")
    expect(bar).to_be_visible(timeout=15_000)
    first = bar.get_attribute("value")
    expect(bar).not_to_have_attribute("value", str(first), timeout=15_000)
    expect(page.locator("#progress")).to_have_count(0, timeout=60_000)

    sam.reads("bookings added")
    sam.reads("after approval (you)")
    sam.reads("ntitlement")  # Dan's holiday was refused, in Productive's words
    assert {write.method for write in productive.writes} == {"POST", "PATCH", "DELETE"}
    sam.follow("leave")
    expect(page.get_by_text("A plan waits for approval")).to_have_count(0)
    sam.reads("Approved by sam: run")


def test_a_plan_that_is_discarded_writes_nothing(
    sam: Person, leave: Sync, world: World, worker: None
) -> None:
    sam.open("/syncs/leave/")
    sam.press("Run now")
    expect(sam.page.locator("#progress")).to_have_count(0, timeout=30_000)
    sam.follow("Look at the plan, person by person")

    sam.press("Discard")

    sam.reads("Discarded. The next run makes a new plan.")
    sam.reads("Discarded by sam.")
    assert world.of(ProductiveSandbox).writes == []


@pytest.mark.parametrize("eyes", [Eyes("light", 390), Eyes("dark", 1200)], ids=["phone", "desk"])
def test_the_pages_of_a_review_are_readable_for_everybody(
    eyes: Eyes, sam: Person, leave: Sync
) -> None:
    manner = work.Manner(clock=timezone.now)
    plan = inline.carry_out_now(leave, params={}, manner=manner)
    paths = ["/syncs/", "/syncs/leave/", f"/runs/{plan.pk}/"]
    paths += [f"/runs/{plan.pk}/plan/{query}" for query in ("", "?show=kept", "?who=nobody-here")]

    for path in paths:
        sam.open(path)
        eyes.look_at(sam.page)


def test_on_paper_there_is_the_plan_and_nothing_to_press(
    sam: Person, leave: Sync, tmp_path: Path
) -> None:
    plan: Any = inline.carry_out_now(leave, params={}, manner=work.Manner(clock=timezone.now))
    sam.open(f"/runs/{plan.pk}/plan/")

    sam.page.emulate_media(media="print")

    expect(sam.page.get_by_text("ada@example.org").first).to_be_visible()
    for name in ("Approve", "Discard", "Show"):
        expect(sam.page.get_by_role("button", name=name, exact=True)).to_be_hidden()
    assert len(sam.page.pdf(path=tmp_path / "plan.pdf")) > 10_000
