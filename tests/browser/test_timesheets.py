"""Two Clockify workspaces brought in step in a browser: from two keys to time that is booked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Browser, Page, expect

from integrations.clockify.sandbox import ClockifySandbox
from integrations.clockify.sandbox_seed import KEYS
from integrations.sandbox import Fault, World
from tests.browser.person import Person
from tests.browser.test_every_page import Eyes, let_in
from uploader.models import Sync

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LINK = "Keep two Clockify workspaces in step"
SEEN = Callable[[str], Any]


@pytest.fixture
def sam(person: Person) -> Person:
    let_in(person.page, person.site, get_user_model().objects.create_superuser("sam"))
    return person


@pytest.fixture
def clockify(world: World) -> ClockifySandbox:
    return world.of(ClockifySandbox)


def side(page: Page, title: str) -> Any:
    return page.get_by_role("group", name=title, exact=True)


def up_to_the_preview(sam: Person, look: SEEN = lambda name: None) -> None:
    page = sam.page
    sam.open("/syncs/")
    look("syncs")
    sam.follow(LINK)
    look("keys")
    side(page, "From").get_by_label("API key").fill(KEYS["ours"])
    side(page, "To").get_by_label("API key").fill("mistyped")
    sam.press("Go on")
    sam.reads("The key works, and is kept as the connection clockify-our-workspace.")
    sam.reads("Clockify does not accept this key.")
    expect(side(page, "From").get_by_label("Key", exact=True)).to_have_value(
        "clockify-our-workspace"
    )
    look("keys-wrong")
    side(page, "To").get_by_label("API key").fill(KEYS["customer"])
    sam.press("Go on")
    sam.reads("Which two workspaces?")
    look("workspaces")
    sam.press("Go on")
    sam.reads("Which client?")
    look("client")
    page.get_by_label("Client").select_option("Customer Ltd")
    sam.press("Go on")
    sam.reads("How it is done")
    page.get_by_label("Color").fill("#00FFFF")
    page.get_by_label("Billable").select_option("yes")
    look("options")
    sam.press("Go on")
    sam.reads("Is this right?")
    sam.reads("color #00FFFF, billable")
    look("preview")


def walked_to_the_end(sam: Person, clockify: ClockifySandbox) -> None:
    up_to_the_preview(sam)
    assert clockify.writes == []
    sam.press("Save and make a plan")
    sam.reads("timesheets-customer-ltd is set up.")


def test_from_the_list_of_syncs_to_time_that_is_booked(
    sam: Person, clockify: ClockifySandbox, worker: None
) -> None:
    page = sam.page
    walked_to_the_end(sam, clockify)

    expect(page.locator("#progress")).to_have_count(0, timeout=30_000)
    sam.reads("Waits for approval")
    assert clockify.writes == []
    page.get_by_role("link", name="Look at the plan").click()
    sam.reads("What timesheets-customer-ltd would do")
    sam.press("Approve")
    expect(page.locator("#progress")).to_have_count(0, timeout=60_000)
    sam.reads("Finished")

    assert clockify.writes
    assert {write.method for write in clockify.writes} <= {"POST", "PUT"}
    assert Sync.objects.get().mode == "review"


def test_back_shows_what_was_chosen(sam: Person, clockify: ClockifySandbox) -> None:
    page = sam.page
    up_to_the_preview(sam)

    sam.follow("Back")
    expect(page.get_by_label("Color")).to_have_value("#00FFFF")
    expect(page.get_by_label("Billable")).to_have_value("yes")
    sam.follow("Back")
    expect(page.get_by_label("Client")).not_to_have_value("")
    sam.follow("Back")
    expect(page.get_by_label("Copied to")).not_to_have_value("")
    sam.follow("Back")
    expect(side(page, "To").get_by_label("Key", exact=True)).not_to_have_value("")
    sam.follow("Look over")
    sam.reads("Is this right?")


def test_a_clockify_that_does_not_answer_is_asked_again(
    sam: Person, clockify: ClockifySandbox, world: World
) -> None:
    up_to_the_preview(sam)
    world.faults.add(Fault("clockify", "502", times=1))

    sam.follow("Client")
    sam.reads("Clockify is busy or has a fault.")
    sam.follow("Try again")
    sam.reads("Which client?")
    expect(sam.page.get_by_label("Client")).not_to_have_value("")


def test_without_javascript_the_way_is_the_same(
    browser: Browser, site: str, clockify: ClockifySandbox
) -> None:
    context = browser.new_context(java_script_enabled=False)
    sam = Person(context.new_page(), site, name="sam")
    let_in(sam.page, site, get_user_model().objects.create_superuser("sam"))

    walked_to_the_end(sam, clockify)
    context.close()


@pytest.mark.parametrize("eyes", [Eyes("light", 390), Eyes("dark", 1200)], ids=["phone", "desk"])
def test_every_step_is_readable_for_everybody(
    eyes: Eyes, sam: Person, clockify: ClockifySandbox, tmp_path: Path
) -> None:
    def look(name: str) -> None:
        eyes.look_at(sam.page)
        sam.page.screenshot(path=tmp_path / f"{name}.png", full_page=True)

    up_to_the_preview(sam, look)
