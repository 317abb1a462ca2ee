"""What only eyes see: that things are far enough apart, dark enough, and within the page."""

from typing import Literal

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from playwright.sync_api import Locator, Page

from integrations.models import Connection
from tests.browser.test_every_page import let_in
from tests.pages.people import member, owner_of
from uploader.models import Sync

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def bens(page: Page, site: str) -> Sync:
    """Ben is signed in, at his desk, with six years behind him."""
    sync = member("ben-example", "04170022")
    sync.runs.update(status="finished", started_at=timezone.now(), ended_at=timezone.now())
    months = [f"{year}-{month:02}" for year in range(2021, 2027) for month in range(1, 13)]
    Sync.objects.update(
        summary={"months": dict.fromkeys(months, 12034)},
        next_run_at=timezone.now(),
    )
    let_in(page, site, owner_of(sync))
    page.set_viewport_size({"width": 1200, "height": 800})
    return sync


def edges(thing: Locator) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    box = thing.bounding_box()
    assert box is not None
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


CONTRAST = """
    ring => {
        const light = colour => {
            const [r, g, b] = colour.match(/[0-9.]+/g).slice(0, 3).map(part => {
                const c = part / 255;
                return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const ground = getComputedStyle(document.documentElement).backgroundColor;
        const both = [light(getComputedStyle(ring).borderTopColor), light(ground)].sort();
        return (both[1] + 0.05) / (both[0] + 0.05);
    }
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_ring_of_every_choice_can_be_seen(
    scheme: Literal["light", "dark"], bens: Sync, page: Page, site: str
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{site}/connections/rescuetime-04170022/disconnect/")

    for choice in page.get_by_role("radio").all():
        assert choice.evaluate(CONTRAST) >= 3


def test_six_years_of_months_fit_on_one_screen(bens: Sync, page: Page, site: str) -> None:
    page.goto(f"{site}/dashboard/")
    page.get_by_text("Rows in each month").click()

    _, top, _, bottom = edges(page.locator(".years"))
    assert page.locator(".years tbody tr").count() == 72
    assert bottom - top < 600


def test_a_phone_shows_when_a_sync_is_next(bens: Sync, page: Page, site: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{site}/syncs/")

    _, _, right, _ = edges(page.locator("[data-label=Next]"))
    assert right <= 390


def test_buttons_and_links_below_them_do_not_touch(bens: Sync, page: Page, site: str) -> None:
    for state in ("needs_reconnect", "unconfirmed"):
        Connection.objects.filter(provider="rescuetime").update(state=state)
        page.goto(f"{site}/dashboard/")
        side = page.locator("article.side").first
        above = side.locator("button, a.button")
        below = side.get_by_role("link", name="Disconnect")
        assert edges(below)[1] - edges(above)[3] >= 8


def test_the_admins_list_of_connections_fits_a_desk(bens: Sync, page: Page, site: str) -> None:
    let_in(page, site, get_user_model().objects.create_superuser("sam"))
    Connection.objects.update(state="needs_reconnect", checked_at=timezone.now())
    page.goto(f"{site}/admin/integrations/connection/")

    _, _, right, _ = edges(page.locator("#result_list"))
    assert right <= 1200
    left = edges(page.locator("#changelist-filter"))[0]
    assert right <= left
