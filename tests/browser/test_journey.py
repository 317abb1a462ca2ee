"""The first journey, as somebody goes through it in a browser."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.sandbox import Fault, World
from tests.browser.person import Person
from uploader.models import Run

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_signing_in_to_years_of_history_to_leaving(
    person: Person, world: World, worker: None
) -> None:
    """The import is slowed down, so that its bar can be seen to move by itself."""
    world.faults.add(Fault("rescuetime", "slow", "data", times=None, delay=0.8))
    page = person.page

    person.sign_in()
    person.reads("Hello ben-example")
    person.connect()
    bar = page.locator("progress[value]")
    expect(bar).to_be_visible(timeout=15_000)
    first = bar.get_attribute("value")
    expect(bar).not_to_have_attribute("value", str(first), timeout=15_000)

    expect(page.locator(".months .bar").first).to_be_visible(timeout=60_000)
    expect(bar).to_be_visible()  # the picture grows while the import is under way
    expect(page.locator("#progress")).to_have_count(0, timeout=60_000)
    person.reads("files added")
    expect(page.get_by_role("button", name="Update now")).to_be_disabled()

    page.get_by_role("link", name="Disconnect RescueTime").click()
    person.press("Disconnect RescueTime")
    person.reads("Your files stay.")
    assert world.of(OpenHumansSandbox).files("ben")

    person.connect()
    person.follow("Say whose account it is")
    assert page.url.endswith("/confirm/")
    page.get_by_label("the same as before.").check()
    person.press("Go on")
    person.reads("your history goes on")

    page.get_by_role("link", name="Disconnect RescueTime").click()
    page.get_by_label("Delete them.").check()
    person.press("Disconnect RescueTime")
    expect(page.locator("#progress")).to_have_count(0, timeout=60_000)
    assert world.of(OpenHumansSandbox).files("ben") == []


def test_the_countdown_of_a_waiting_import_counts_down_by_itself(person: Person) -> None:
    person.sign_in()
    person.connect()
    Run.objects.update(
        status="waiting",
        error="RescueTime: reading failed (429): slow down.",
        next_at=timezone.now() + timedelta(seconds=61),
    )
    person.open("/dashboard/")

    left = person.page.locator("#progress strong", has_text="Trying again")
    expect(left).to_have_text(re.compile(r"Trying again at \d\d:\d\d UTC, in 1:0[01]\."))
    expect(left).to_have_text(re.compile(r"in 0:5\d\."), timeout=10_000)


def test_a_screen_reader_is_told_of_progress_by_a_region_that_stays(person: Person) -> None:
    person.sign_in()
    person.connect()
    Run.objects.update(status="running", done=0, total=10)
    person.open("/dashboard/")
    region = person.page.get_by_role("status")
    expect(region).to_contain_text("0 of 10 months done", timeout=10_000)
    person.page.evaluate("document.getElementById('spoken').dataset.mark = 'the same one'")

    Run.objects.update(done=5)

    expect(region).to_contain_text("5 of 10 months done", timeout=10_000)
    assert region.get_attribute("data-mark") == "the same one"


def test_without_javascript_the_journey_is_the_same_with_a_link_to_look_again(
    browser: Browser, site: str, worker: None
) -> None:
    context = browser.new_context(java_script_enabled=False)
    person = Person(context.new_page(), site, name="ben")

    person.sign_in()
    person.connect()
    for _ in range(60):
        if not person.page.get_by_role("link", name="Load the page again").count():
            break
        person.page.wait_for_timeout(250)
        person.page.reload()
    person.reads("files added")

    person.page.get_by_role("link", name="Disconnect RescueTime").click()
    person.press("Disconnect RescueTime")
    person.reads("Your files stay.")
    context.close()


def test_the_keyboard_is_enough(person: Person) -> None:
    """Tab reaches everything in the order of the page, and what has the focus is marked."""
    page = person.page
    person.open("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    button = page.get_by_role("button", name="Sign in with Open Humans")
    expect(button).to_be_focused()
    style = button.evaluate(
        "e => getComputedStyle(e).outlineStyle + getComputedStyle(e).outlineWidth"
    )
    assert style == "solid3px"
    page.keyboard.press("Enter")
    person.allow()
    expect(page).to_have_url(f"{person.site}/dashboard/")
