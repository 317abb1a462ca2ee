"""Every page, in every state: readable for everybody, at a desk and on a phone."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from django.utils import timezone
from playwright.sync_api import Page

from integrations.models import Connection
from tests.pages.people import KIND, member, owner_of, signed_in
from uploader.models import Change, Run, Sync

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BEFORE_SIGNING_IN = (
    "/",
    "/about/",
    "/no/such/page/",
    "/complete/?code=made-up&state=made-up",
    "/accounts/open_humans/login/",
    "/accounts/rescuetime/login/",
    "/accounts/inactive/",
)
SLUGS = ("open_humans", "rescuetime")
SERIOUS = ("serious", "critical")


@dataclass(frozen=True)
class Eyes:
    """How somebody looks at a page."""

    scheme: Literal["light", "dark"]
    width: int

    def look_at(self, page: Page) -> None:
        # Without motion: a colour on its way to the other scheme is nobody's.
        page.emulate_media(color_scheme=self.scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": self.width, "height": 800})
        found = Axe().run(page).response["violations"]
        bad = [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in SERIOUS]
        assert bad == [], page.url
        too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(too_wide), (page.url, self.width)
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.get_by_role("main").count() == 1
        levels = page.eval_on_selector_all("h1,h2,h3,h4", "all => all.map(h => +h.tagName[1])")
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert page.title().endswith("Lockstep")


@pytest.fixture(params=[Eyes("light", 390), Eyes("dark", 1200)], ids=["phone", "dark desk"])
def eyes(request: Any) -> Eyes:
    eyes: Eyes = request.param
    return eyes


def let_in(page: Page, site: str, user: Any) -> None:
    session = signed_in(user).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": site}])


@pytest.mark.parametrize("path", BEFORE_SIGNING_IN)
def test_before_signing_in(path: str, eyes: Eyes, page: Page, site: str) -> None:
    page.goto(site + path)

    eyes.look_at(page)


def finished(sync: Sync) -> None:
    now = timezone.now()
    sync.runs.update(status="finished", started_at=now, ended_at=now, counts={"create": 2})
    run = sync.runs.get()
    Change.objects.create(run=run, n=1, action="create", key="a", what="a file", outcome="done")
    Change.objects.create(
        run=run, n=2, action="update", key="b", what="b", outcome="rejected", reason="too large"
    )
    Sync.objects.update(summary={"months": {"2024-05": 12034, "2026-11": 3}})


def running(sync: Sync) -> None:
    sync.runs.update(status="running", done=3, total=9, started_at=timezone.now())


def waiting(sync: Sync) -> None:
    soon = timezone.now() + timedelta(minutes=5)
    sync.runs.update(status="waiting", next_at=soon, error="RescueTime: busy.")


def failed(sync: Sync) -> None:
    sync.runs.update(status="failed", error="RescueTime: reading failed (401).")
    Connection.objects.filter(provider="rescuetime").update(state="needs_reconnect", reason="No.")


def asked(sync: Sync) -> None:
    sync.runs.update(status="finished")
    Connection.objects.filter(provider="rescuetime").update(state="unconfirmed")


def gone(sync: Sync) -> None:
    sync.runs.update(status="cancelled")
    Connection.objects.update(state="disconnected")


def queued(sync: Sync) -> None:
    assert sync.runs.get().status == Run.Status.QUEUED


@pytest.mark.parametrize("state", [queued, running, waiting, finished, failed, asked, gone])
def test_a_members_pages_in_every_state(state: Any, eyes: Eyes, page: Page, site: str) -> None:
    sync = member("ben-example", "04170022")
    let_in(page, site, owner_of(sync))
    state(sync)
    paths = ["/dashboard/", "/connections/", "/syncs/", f"/syncs/{sync.name}/"]
    paths.append(f"/runs/{sync.runs.get().pk}/")
    if state is not gone:
        paths += [f"/connections/{slug}-04170022/disconnect/" for slug in SLUGS]
    if state is asked:
        paths += ["/connections/rescuetime-04170022/confirm/", "/accounts/logout/"]

    for path in paths:
        page.goto(site + path)
        eyes.look_at(page)


def test_pages_for_staff(eyes: Eyes, page: Page, site: str) -> None:
    let_in(page, site, get_user_model().objects.create_superuser("sam"))
    shared = Connection.objects.create(name="shared", provider="open_humans", reason="A reason.")
    Sync.objects.create(name="team-sync", kind=KIND, target=shared)

    own = ("/dashboard/", "/connections/", "/syncs/", "/syncs/team-sync/", "/timesheets/new/")
    for path in own:
        page.goto(site + path)
        eyes.look_at(page)
