"""The sandbox's state page in a real browser: on a phone and at a desk, in light and dark."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.sandbox import Fault, World

pytestmark = pytest.mark.browser

OPEN_ALL = "document.querySelectorAll('details').forEach(fold => { fold.open = true })"
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
BACKGROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture
def busy(world: World) -> World:
    """Connected people, long metadata, faults to come."""
    for slug in ("open_humans", "rescuetime"):
        world[slug].grant("ada")
    name = f"{'long-' * 30}name.json"
    world.of(OpenHumansSandbox).add_file("ada", name, b"{}", {"description": "x" * 2000})
    world.faults.add(Fault("rescuetime", "429", match="GET /api/oauth/data", retry_after=5))
    return world


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1100, 1200])
def test_nothing_is_too_wide_or_unreadable(
    busy: World, page: Page, scheme: Literal["light", "dark"], width: int
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{busy.url}/state")

    for _ in range(2):
        assert not page.evaluate(TOO_WIDE)
        assert Axe().run(page).response["violations"] == []
        page.evaluate(OPEN_ALL)
    dark = page.evaluate(BACKGROUND) != "rgb(255, 255, 255)"
    assert dark == (scheme == "dark")


def test_setting_a_switch_comes_back_to_it_unfolded(busy: World, page: Page) -> None:
    page.goto(f"{busy.url}/state")
    page.get_by_text("RescueTime: 12 switches, none changed").click()
    plan = page.locator("#rescuetime-plan")
    plan.select_option("14_days")
    page.get_by_role("button", name="Set switches of RescueTime").click()

    assert page.get_by_text("RescueTime: 12 switches, 1 changed").is_visible()
    assert plan.is_visible()


def test_revoking_is_one_click(busy: World, page: Page) -> None:
    page.goto(f"{busy.url}/state")
    button = page.get_by_role("button", name="Revoke the access of ada at RescueTime")
    button.click()

    assert button.is_disabled()
    assert page.url == f"{busy.url}/state#people"
