"""A rolling rota in a real browser: accepting a turn, a swap, what staff see; and how it looks."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from integrations import connections
from integrations.sandbox import World
from rota.models import Duty, Swap
from tests.browser.person import Person
from tests.browser.test_every_page import Eyes, let_in
from tests.integrations.owners import connected
from tests.rota.pages import midway
from tests.rota.rolling import Triage
from uploader import people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGE = "/rotas/triage/"


@pytest.fixture
def december(site: str) -> Iterator[Triage]:
    """Sarah is current, Gwendolyn incoming, Jonas is next."""
    with time_machine.travel(midway.NOW):
        yield midway.busy()


@pytest.fixture
def browsers(browser: Browser, site: str, december: Triage) -> Iterator[Any]:
    """A computer for everybody, signed in there."""
    contexts = []

    def of(name: str) -> Person:
        contexts.append(browser.new_context())
        page = contexts[-1].new_page()
        let_in(page, site, user_of(december, name))
        return Person(page, site, name=name)

    yield of
    for context in contexts:
        context.close()


def user_of(triage: Triage, name: str, **values: Any) -> Any:
    user = get_user_model().objects.create_user(f"rota-{name.lower()}", **values)
    found = people.Person.objects.filter(pk=triage.members[name].person_id)
    found.update(user=user)
    return user


def test_a_member_accepts_their_turn(december: Triage, browsers: Any) -> None:
    jonas = browsers("Jonas")
    jonas.open(PAGE)
    jonas.reads("Next, on Wednesday 16 December: Jonas starts.")
    row = jonas.page.get_by_role("row", name=re.compile("Wed 16 Dec"))
    expect(row).to_contain_text("no answer yet")

    jonas.page.get_by_role("button", name=re.compile("^Accept it")).click()

    jonas.reads("Accepted: Jonas serves from Wed 16 December to Tue 29 December 2026.")
    expect(row).to_contain_text("accepted")
    assert midway.duty_of(december, "Jonas").accepted_at is not None


def test_a_turn_goes_from_one_to_another(december: Triage, browsers: Any) -> None:
    jonas, chris = browsers("Jonas"), browsers("Chris")
    duty = midway.duty_of(december, "Jonas")

    jonas.open(PAGE)
    jonas.follow("Ask for a swap of 16 December to 29 December")
    jonas.reads("You serve in these days.")
    jonas.page.get_by_label("A word to the others").fill("Moving house")
    jonas.press("Ask the others")
    jonas.reads("You ask for somebody to take it. “Moving house”")

    chris.open(PAGE)
    taken = re.compile("^Take it ?: turn from 16 December to 29 December")
    chris.page.get_by_role("link", name=taken).click()
    chris.reads("Jonas asks for somebody to serve in these days.")
    chris.press("Take it")

    chris.reads("Done: Chris serves from Wed 16 December to Tue 29 December 2026.")
    row = chris.page.get_by_role("row", name=re.compile("Wed 16 Dec"))
    expect(row).to_contain_text("Jonas’s turn")
    expect(row).to_contain_text("swapped")
    assert december.holder(duty) == "Chris"
    assert Swap.objects.get(duty=duty).state == "taken"


def test_staff_see_how_the_handovers_went_and_follow_a_step_to_its_run(
    december: Triage, page: Page, site: str
) -> None:
    let_in(page, site, get_user_model().objects.create_superuser("sam"))
    sam = Person(page, site, name="sam")
    sam.open(PAGE)

    section = page.get_by_role("region", name="The last handovers")
    expect(section.get_by_role("heading", name="Wednesday 9 December: Gwendolyn")).to_be_visible()
    refused = section.get_by_role("row", name=re.compile("Slack usergroup")).first
    expect(refused).to_contain_text("refused")
    expect(refused).to_contain_text("permission_denied")
    section.get_by_role("link", name="its run").first.click()

    expect(page).to_have_url(re.compile(r"/runs/\d+/$"))


def test_a_member_sees_the_steps_and_no_run(december: Triage, browsers: Any) -> None:
    jonas = browsers("Jonas")
    jonas.open(PAGE)

    jonas.reads("The last handovers")
    expect(jonas.page.get_by_role("link", name="its run")).to_have_count(0)


# ------------------------------------------------------------------------- looks


@pytest.fixture(params=[Eyes("light", 390), Eyes("dark", 1200)], ids=["phone", "dark desk"])
def eyes(request: Any) -> Eyes:
    eyes: Eyes = request.param
    return eyes


def unfold(page: Page) -> None:
    for folded in page.locator("summary").all():
        folded.click()


def test_pages_of_a_rolling_rota_are_readable_for_everybody(
    eyes: Eyes, december: Triage, page: Page, site: str
) -> None:
    let_in(page, site, user_of(december, "Jonas", is_staff=True, is_superuser=True))
    swap = Swap.objects.get()
    paths = ["/rotas/", PAGE, f"{PAGE}?from=2027-03-03", f"{PAGE}swaps/{swap.pk}/take/"]
    paths += [f"{PAGE}duties/{midway.duty_of(december, 'Jonas').pk}/ask/"]

    for path in paths:
        page.goto(site + path)
        unfold(page)
        eyes.look_at(page)


@pytest.mark.parametrize("width", [320, 600, 800])
def test_nothing_hangs_over_the_edge(width: int, december: Triage, page: Page, site: str) -> None:
    said = "Unfortunately" * 20
    Duty.objects.filter(answered_at__isnull=False).update(answer=said)
    let_in(page, site, user_of(december, "Jonas", is_staff=True, is_superuser=True))
    page.set_viewport_size({"width": width, "height": 800})

    for path in ("/rotas/", PAGE):
        page.goto(site + path)
        unfold(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_connections_with_limits_are_readable_for_everybody(
    eyes: Eyes, world: World, page: Page, site: str
) -> None:
    connection = connected(world, provider="geekbot", person="member")
    connections.check(connection, now=timezone.now())
    let_in(page, site, get_user_model().objects.create_superuser("sam"))

    page.goto(f"{site}/connections/")
    unfold(page)

    expect(page.get_by_role("main")).to_contain_text("It may not change stand-ups")
    eyes.look_at(page)
