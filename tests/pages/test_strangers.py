"""Nobody sees what is somebody else's: every address, every verb, every sort of stranger."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from integrations.models import Connection
from tests.pages.people import KIND, member, owner_of, signed_in
from tests.pages.visitor import words_of
from uploader.models import Sync

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
# Anybody may use these, as far as their verbs go; each has tests of its own.
PUBLIC = {
    "",
    "about/",
    "favicon.ico",
    "healthz",
    "webhooks/open_humans/",
    "complete/",
    "rescuetime/complete/",
}
NOT_OURS = ("admin/", "accounts/")
# Rotas have people of their own: tests/rota/pages/test_strangers.py.
OF_ROTAS = "rotas/"


def addresses(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    for each in (resolver or get_resolver()).url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from addresses(each, route)
        elif isinstance(each, URLPattern):
            yield route


# Plans wait for staff alone; tests/pages/test_plan.py says who may decide on them.
FOR_STAFF = {"runs/<int:pk>/approve/", "runs/<int:pk>/discard/"}
# Likewise the ways to set something up; tests/pages/test_timesheets_wizard.py says for whom.
SET_UP = "timesheets/"
GUARDED = [
    route
    for route in addresses()
    if route not in PUBLIC and not route.startswith((*NOT_OURS, OF_ROTAS))
]


def test_the_guarded_pages_are_those_we_know() -> None:
    assert {route.split("/")[0] for route in GUARDED} == {
        "connections",
        "dashboard",
        "runs",
        "syncs",
        "timesheets",
    }


@pytest.fixture
def bens(db: None) -> Sync:
    return member("ben-example", "04170022")


@pytest.fixture
def ada(db: None) -> Client:
    return signed_in(owner_of(member("ada-example", "04170011")))


def filled(route: str, bens: Sync) -> str:
    part = str(bens.runs.earliest("pk").pk) if route.startswith("runs/") else bens.name
    return "/" + route.replace("<slug:name>", part).replace("<int:pk>", part)


@pytest.mark.parametrize("route", GUARDED)
def test_without_signing_in_there_is_nothing_to_see_or_to_do(
    route: str, bens: Sync, client: Client
) -> None:
    before = snapshot()

    for verb in VERBS:
        response = client.generic(verb, filled(route, bens))
        if verb in ("GET", "HEAD"):
            assert (response.status_code, response["Location"]) == (302, "/")
        else:
            assert response.status_code == 404
    assert snapshot() == before


@pytest.mark.parametrize("route", [route for route in GUARDED if "<" in route])
def test_other_members_get_404_for_what_is_not_theirs(route: str, bens: Sync, ada: Client) -> None:
    before = snapshot()

    for verb in VERBS:
        response = ada.generic(verb, filled(route, bens))
        assert response.status_code in (404, 405)
        assert "04170022" not in response.content.decode()
    assert ada.get(filled(route, bens)).status_code in (404, 405)
    assert snapshot() == before


def test_what_is_404_for_others_is_there_for_its_owner(ada: Client) -> None:
    """Without this, the tests above would pass on addresses that do not exist."""
    own = Sync.objects.get()

    for_all = [each for each in GUARDED if each not in FOR_STAFF and not each.startswith(SET_UP)]
    for route in for_all:
        found = {ada.generic(verb, filled(route, own)).status_code for verb in ("GET", "POST")}
        assert found & {200, 302}, (route, found)


@pytest.mark.parametrize("route", [route for route in GUARDED if "<" not in route])
def test_other_members_lists_hold_nothing_of_it(route: str, bens: Sync, ada: Client) -> None:
    words = words_of(ada.get(f"/{route}"))

    assert "04170022" not in words
    assert "ben-example" not in words


def test_staff_see_nothing_of_a_members_either(bens: Sync, admin_client: Client) -> None:
    for route in GUARDED:
        if "<" in route:
            assert admin_client.get(filled(route, bens)).status_code in (404, 405)
    assert "04170022" not in words_of(admin_client.get("/syncs/"))
    assert "04170022" not in words_of(admin_client.get("/connections/"))


@pytest.mark.parametrize("page", ["syncs", "connections"])
def test_staff_are_told_that_the_team_has_none_and_where_members_own_are(
    page: str, bens: Sync, admin_client: Client
) -> None:
    response = admin_client.get(f"/{page}/")

    assert "The team has none yet." in words_of(response)
    assert f"Members’ own {page} are in the admin ." in words_of(response)
    listed = {"syncs": "uploader/sync", "connections": "integrations/connection"}[page]
    assert f'href="/admin/{listed}/"' in response.content.decode()
    assert "04170022" in words_of(admin_client.get(f"/admin/{listed}/"))
    assert "in the admin" not in words_of(signed_in(owner_of(bens)).get(f"/{page}/"))


def snapshot() -> list[Any]:
    """What a stranger could have changed."""
    return [
        [(c.pk, c.state, bool(c.credentials), c.facts) for c in Connection.objects.all()],
        list(Sync.objects.values("pk", "enabled", "next_run_at", "runs__pk", "runs__status")),
    ]


# ------------------------------------------------------------- staff, by permission


@pytest.fixture
def team(db: None) -> Sync:
    shared = Connection.objects.create(name="shared", provider="open_humans")
    sync = Sync.objects.create(name="team-sync", kind=KIND, target=shared)
    sync.runs.create(trigger="schedule", created_at=timezone.now())
    return sync


def staff(*permissions: str) -> Client:
    user = get_user_model().objects.create_user("sam", is_staff=True)
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return signed_in(user)


def test_staff_without_permission_see_no_syncs_or_connections_of_the_team(team: Sync) -> None:
    sam = staff()

    assert "team-sync" not in words_of(sam.get("/syncs/"))
    assert "shared" not in words_of(sam.get("/connections/"))
    assert sam.get("/syncs/team-sync/").status_code == 404
    assert sam.get(f"/runs/{team.runs.get().pk}/").status_code == 404


def test_staff_who_may_look_can_neither_run_nor_stop(team: Sync) -> None:
    sam = staff("uploader.view_sync", "integrations.view_connection")
    run = team.runs.get()

    assert "team-sync" in words_of(sam.get("/syncs/"))
    assert "shared" in words_of(sam.get("/connections/"))
    assert "Run now" not in words_of(sam.get("/syncs/team-sync/"))
    assert sam.post("/syncs/team-sync/run/").status_code == 404
    assert sam.post(f"/runs/{run.pk}/cancel/").status_code == 404
    assert team.runs.get().status == "queued"


def test_staff_who_may_run_can_stop_and_start(team: Sync) -> None:
    sam = staff("uploader.view_sync", "uploader.run_sync")

    sam.post(f"/runs/{team.runs.get().pk}/cancel/")
    assert "Stopped by sam" in words_of(sam.get(f"/runs/{team.runs.get().pk}/"))

    sam.post("/syncs/team-sync/run/")
    assert team.runs.count() == 2
    assert "A run is open already" in words_of(sam.post("/syncs/team-sync/run/", follow=True))


def test_a_permission_without_being_staff_is_no_use(team: Sync) -> None:
    sam = staff("uploader.view_sync")
    get_user_model().objects.update(is_staff=False)

    assert sam.get("/syncs/team-sync/").status_code == 404
