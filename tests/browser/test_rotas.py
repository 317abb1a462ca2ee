"""A rota in a real browser: signing in by a mailed link, asking, taking; and how its pages look."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from rota.models import Duty, Swap
from tests.browser.person import Person
from tests.browser.test_every_page import Eyes, let_in
from tests.rota.pages import many
from tests.rota.team import Team
from uploader import notices
from uploader.models import Sync

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def newest_link(email: str) -> str:
    notices.send_due(now=timezone.now())
    bodies = [str(message.body) for message in mail.outbox if message.to == [email]]
    found = re.search(r"http\S+/rotas/sign-in/link/\S+", bodies[-1])
    assert found
    return found[0]


def sign_in(person: Person) -> None:
    """As somebody does who has nothing but their mailbox."""
    person.open("/rotas/support/")
    person.reads("That page needs a sign-in.")
    email = f"{person.name.lower()}@example.org"
    person.page.get_by_label("Your e-mail address").fill(email)
    person.press("Send me a link")
    person.reads("a link is on its way to it")
    person.page.goto(newest_link(email))
    expect(person.page).to_have_url(f"{person.site}/rotas/sign-in/link/")
    person.press(f"Sign in as {person.name}")
    expect(person.page).to_have_url(f"{person.site}/rotas/support/")


@pytest.fixture
def browsers(browser: Browser, site: str) -> Iterator[Any]:
    """A computer for everybody."""
    contexts = []

    def of(name: str) -> Person:
        contexts.append(browser.new_context())
        return Person(contexts[-1].new_page(), site, name=name)

    yield of
    for context in contexts:
        context.close()


@pytest.fixture
def team(site: str) -> Team:
    """Gustav leads tomorrow, Priya and Wren on the days after it."""
    team = Team(workdays=["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
    tomorrow = team.rota.today(timezone.now()) + timedelta(days=1)
    for number, (lead, assist) in enumerate(
        (("Gustav", "Andy"), ("Priya", "Theo"), ("Wren", "Murdo"))
    ):
        team.put(tomorrow + timedelta(days=number), lead, assist)
    return team


def lead_of(number: int) -> Duty:
    return list(Duty.objects.filter(role="lead").order_by("shift__start"))[number]


def test_a_swap_from_the_mailbox_to_the_calendar(team: Team, browsers: Any) -> None:
    gustav, wren = browsers("Gustav"), browsers("Wren")

    sign_in(gustav)
    gustav.page.get_by_role("link", name=re.compile("^Ask for a swap of")).click()
    gustav.page.get_by_label("A word to the others").fill("Moving house")
    gustav.press("Ask the others")
    gustav.reads("You ask for somebody to take it. “Moving house”")

    sign_in(wren)
    wren.page.get_by_role("link", name="Take it").click()
    wren.reads("Gustav asks for somebody to lead that day.")
    wren.page.get_by_label("In return").select_option(index=1)
    wren.press("Take it")
    wren.reads("Done: Wren leads on")

    assert (team.holder(lead_of(0)), team.holder(lead_of(2))) == ("Wren", "Gustav")
    gustav.open("/rotas/support/")
    gustav.reads("Wren swapped")
    expect(gustav.page.get_by_text("Who could take these?")).to_have_count(0)


def test_who_asks_may_take_it_back(team: Team, browsers: Any) -> None:
    priya = browsers("Priya")
    sign_in(priya)
    priya.open(f"/rotas/support/duties/{lead_of(1).pk}/ask/")
    priya.press("Ask the others")

    priya.page.get_by_role("button", name="Ask no more").click()

    priya.reads("Nobody is asked any more: Priya leads on")
    assert Swap.objects.get().state == "withdrawn"


def test_staff_swap_for_two_who_called(team: Team, page: Page, site: str) -> None:
    let_in(page, site, get_user_model().objects.create_superuser("sam"))
    sam = Person(page, site, name="sam")
    sam.open("/rotas/support/")
    page.get_by_role("link", name=re.compile("^Gustav.*ask for a swap of")).click()
    sam.press("Ask the others")
    page.get_by_role("link", name="Take it").click()
    page.get_by_label("Who takes it").select_option("Priya")
    sam.press("Take it")

    sam.reads("Done: Priya leads on")
    assert team.holder(lead_of(0)) == "Priya"


def test_a_link_works_once_and_says_so(team: Team, browsers: Any) -> None:
    first, second = browsers("Priya"), browsers("Priya")
    sign_in(first)
    second.page.goto(newest_link("priya@example.org"))

    second.reads("This link does not sign anybody in")
    second.follow("Get a new link")
    expect(second.page.get_by_label("Your e-mail address")).to_be_visible()


# ------------------------------------------------------------------------- looks


@pytest.fixture
def december(site: str) -> Iterator[Team]:
    """Many people, long names, Christmas, leave, a gap, two open swaps."""
    with time_machine.travel(many.NOW):
        team = many.busy(days_planned=30)
        many.ask(team, "Karim", note="At a wedding; would anybody? " * 4)
        many.ask(team, "Jan")
        Sync.objects.update(summary={"given_up": ["Pairs meet twice: Priya is away until May."]})
        yield team


@pytest.fixture(params=[Eyes("light", 390), Eyes("dark", 1200)], ids=["phone", "dark desk"])
def eyes(request: Any) -> Eyes:
    eyes: Eyes = request.param
    return eyes


def test_pages_of_a_rota_are_readable_for_everybody(
    eyes: Eyes, december: Team, page: Page, site: str
) -> None:
    let_in(page, site, december.login("Jan", is_staff=True, is_superuser=True))
    swap = Swap.objects.get(asked_by__person__name="Karim")
    paths = ["/rotas/", "/rotas/support/", "/rotas/support/?from=2026-12-21"]
    paths += [f"/rotas/support/duties/{many.first_own(december.rota, 'David').pk}/ask/"]
    paths += [f"/rotas/support/swaps/{swap.pk}/take/"]

    for path in paths:
        page.goto(site + path)
        for folded in page.locator("summary").all():
            folded.click()
        eyes.look_at(page)


def test_ways_in_are_readable_for_everybody(
    eyes: Eyes, december: Team, page: Page, site: str
) -> None:
    for path in ("/rotas/sign-in/", "/rotas/sign-in/link/?token=made-up"):
        page.goto(site + path)
        eyes.look_at(page)


@pytest.mark.parametrize("width", [320, 600, 800])
def test_nothing_hangs_over_the_edge(width: int, december: Team, page: Page, site: str) -> None:
    let_in(page, site, december.login("Jan", is_staff=True, is_superuser=True))
    page.set_viewport_size({"width": width, "height": 800})

    for path in ("/rotas/", "/rotas/support/"):
        page.goto(site + path)
        for folded in page.locator("summary").all():
            folded.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_phone_shows_today_without_scrolling_and_days_below_one_another(
    december: Team, page: Page, site: str
) -> None:
    let_in(page, site, december.login("Jan"))
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{site}/rotas/support/")

    today = page.locator(".on-duty").bounding_box()
    assert today is not None
    assert today["y"] + today["height"] < 800
    days = [each.bounding_box() for each in page.locator(".weeks td:visible").all()]
    assert len({box["x"] for box in days if box}) == 1
    assert len(days) < 42


def test_every_picture_has_the_same_in_numbers(december: Team, page: Page, site: str) -> None:
    let_in(page, site, december.login("Jan"))
    page.goto(f"{site}/rotas/support/")

    for figure in page.locator(".evenness figure").all():
        figure.get_by_text("In numbers").click()
        rows = figure.get_by_role("table").first.locator("tbody tr")
        assert rows.count() == figure.locator("svg g").count()
