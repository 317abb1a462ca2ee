"""Connecting Google Calendar by signing in there: by staff alone, and for the team."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from integrations import connections, parting
from integrations.errors import ReconnectError
from integrations.google_calendar.client import GoogleCalendarClient
from integrations.google_calendar.sandbox import GoogleCalendarSandbox
from integrations.google_calendar.sandbox_seed import SUPPORT
from integrations.models import Connection
from integrations.sandbox import Fault, World
from tests.pages.people import member, owner_of, signed_in
from tests.pages.visitor import Visitor, query_of, words_of

LOGIN = "/accounts/google_calendar/login/"
CALLBACK = "/accounts/google_calendar/login/callback/"
CHOOSE = "/admin/integrations/connection/add/"
EVENTS = "https://www.googleapis.com/auth/calendar.events"


@pytest.fixture
def sandbox(world: World) -> GoogleCalendarSandbox:
    return world.of(GoogleCalendarSandbox)


def staff(*permissions: str, **more: Any) -> Any:
    user = get_user_model().objects.create_user("sam", is_staff=True, **more)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


@pytest.fixture
def rosa(world: World, db: None) -> Visitor:
    """Somebody of the staff who may add connections; at Google she is rosa@example.com."""
    user = staff("add_connection", "view_connection", "change_connection")
    return Visitor("rosa", client=signed_in(user))


def connect(visitor: Visitor) -> Connection:
    response: Any = visitor.there_and_back(LOGIN)
    assert response.status_code == 302, words_of(response)
    return Connection.objects.get(
        provider="google_calendar", account=f"{visitor.person}@example.com"
    )


# ---------------------------------------------------------------- what comes of it


def test_it_becomes_a_connection_of_the_team_with_a_readable_name(rosa: Visitor) -> None:
    connection = connect(rosa)

    assert connection.name == "google_calendar-rosa-example-com"
    assert (connection.owner, connection.account) == (None, "rosa@example.com")
    assert connection.is_usable
    assert connections.check(connection, now=timezone.now()) == "rosa@example.com"
    page = rosa.read(f"/admin/integrations/connection/{connection.pk}/change/")
    assert "Google Calendar is connected, as google_calendar-rosa-example-com" in page


def test_nobody_is_made_or_signed_in_by_it(rosa: Visitor) -> None:
    before = set(get_user_model().objects.values_list("pk", "last_login"))
    session = dict(rosa.client.session)

    connect(rosa)

    assert set(get_user_model().objects.values_list("pk", "last_login")) == before
    assert rosa.client.session["_auth_user_id"] == session["_auth_user_id"]
    assert not SocialAccount.objects.exists()


def test_calendars_of_the_one_who_signed_in_can_be_written(rosa: Visitor) -> None:
    client = connections.client(connect(rosa))

    assert isinstance(client, GoogleCalendarClient)
    assert client.calendar(SUPPORT).is_writable


def test_signing_in_again_gives_the_same_connection_new_tokens(rosa: Visitor) -> None:
    first = connect(rosa)
    connections.needs_reconnect(first, "made up", now=timezone.now())

    again = connect(rosa)

    assert again.pk == first.pk
    assert again.is_usable


def test_another_account_is_another_connection(rosa: Visitor) -> None:
    connect(rosa)
    rosa.person = "sam"

    connect(rosa)

    names = Connection.objects.values_list("name", flat=True)
    assert set(names) == {"google_calendar-rosa-example-com", "google_calendar-sam-example-com"}


def test_a_name_that_is_taken_is_left_to_whom_it_belongs(rosa: Visitor) -> None:
    name = "google_calendar-rosa-example-com"
    Connection.objects.create(name=name, provider="productive")

    assert connect(rosa).name == f"{name}-2"
    assert Connection.objects.get(name=name).provider == "productive"


# ------------------------------------------------------------------- what is asked


def test_google_is_asked_for_no_more_than_events_and_for_a_refresh_token(rosa: Visitor) -> None:
    asked = query_of(rosa.leave_for(f"{LOGIN}?scope=openid&access_type=online&next=//evil.example"))

    assert asked["scope"] == EVENTS
    assert asked["access_type"] == "offline"
    assert asked["prompt"] == "consent"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"].endswith(CALLBACK)
    assert len(asked["state"]) >= 32


def test_less_than_that_connects_nothing(rosa: Visitor, sandbox: GoogleCalendarSandbox) -> None:
    sandbox.switches["granted_scopes"] = "none"

    response = rosa.there_and_back(LOGIN)

    assert response.status_code == 403
    assert "Google Calendar granted less than is needed" in words_of(response)
    assert not Connection.objects.exists()


def test_saying_no_connects_nothing(rosa: Visitor) -> None:
    response = rosa.there_and_back(LOGIN, decision="refuse")

    assert "You said no at Google Calendar, so nothing was stored" in words_of(response)
    assert not Connection.objects.exists()


@pytest.mark.parametrize("changed", [{"state": "somebody-elses"}, {"state": ""}])
def test_an_answer_that_this_browser_did_not_ask_for_connects_nothing(
    changed: dict[str, str], rosa: Visitor, world: World
) -> None:
    response = rosa.there_and_back(LOGIN, **changed)

    assert response.status_code == 401
    assert not Connection.objects.exists()
    assert not any(seen.path.endswith("/token") for seen in world.requests)


def test_a_code_counts_once(rosa: Visitor) -> None:
    back = rosa.allow(rosa.leave_for(LOGIN))
    rosa.get(back)

    assert rosa.get(back).status_code == 401
    assert Connection.objects.count() == 1


def test_an_api_that_is_off_is_said_at_once(rosa: Visitor, sandbox: GoogleCalendarSandbox) -> None:
    sandbox.switches["api"] = "off"

    response = rosa.there_and_back(LOGIN)

    assert "switch on the Google Calendar API" in words_of(response)
    assert not Connection.objects.exists()


def test_google_being_busy_is_said(rosa: Visitor, world: World) -> None:
    back = rosa.allow(rosa.leave_for(LOGIN))
    world.faults.add(Fault("google_calendar", "500", "/token"))

    assert rosa.get(back).status_code == 503
    assert not Connection.objects.exists()


def test_without_an_application_it_is_not_set_up_and_says_what_is_missing(
    rosa: Visitor, settings: Any
) -> None:
    settings.PROVIDER_SETTINGS = {**settings.PROVIDER_SETTINGS, "google_calendar": {}}

    response: Any = rosa.client.post(LOGIN)

    assert response.status_code == 503
    for page in (words_of(response), rosa.read(CHOOSE)):
        assert "GOOGLE_CLIENT_ID" in page
        assert "GOOGLE_CLIENT_SECRET" in page


def test_staff_find_both_ways_where_connections_are_added(rosa: Visitor) -> None:
    page = rosa.client.get(CHOOSE).content.decode()

    assert 'href="?provider=google_calendar"' in page
    assert f'href="{LOGIN}"' in page
    assert "Continue to Google Calendar?" in rosa.read(LOGIN)


# ------------------------------------------------------------------------- for whom


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", [LOGIN, CALLBACK])
@pytest.mark.parametrize("who", ["stranger", "member", "staff without leave"])
def test_for_everybody_else_there_is_no_such_page(
    who: str, path: str, method: str, world: World, db: None
) -> None:
    clients: dict[str, Callable[[], Client]] = {
        "stranger": Client,
        "member": lambda: signed_in(owner_of(member("ben-example", "04170022"))),
        "staff without leave": lambda: signed_in(staff("view_connection", "change_connection")),
    }
    client: Any = clients[who]()
    if path == LOGIN or method == "get":
        response = getattr(client, method)(f"{path}?code=made-up&state=made-up")
        assert response.status_code == 404
    assert world.requests == []
    assert not Connection.objects.filter(provider="google_calendar").exists()


def test_somebody_with_the_permission_who_is_no_staff_cannot(world: World, db: None) -> None:
    user = staff("add_connection")
    user.is_staff = False
    user.save()

    response: Any = signed_in(user).post(LOGIN)

    assert response.status_code == 404


@pytest.mark.parametrize("lost", ["sign-in", "permission"])
def test_who_lost_the_leave_on_the_way_connects_nothing(
    lost: str, rosa: Visitor, world: World
) -> None:
    back = rosa.allow(rosa.leave_for(LOGIN))
    if lost == "sign-in":
        rosa.client.logout()
    else:
        get_user_model().objects.get().user_permissions.clear()

    assert rosa.get(back).status_code == 404
    assert not any(seen.path.endswith("/token") for seen in world.requests)
    assert not Connection.objects.exists()


def test_members_are_not_offered_it(world: World, db: None) -> None:
    ben = Visitor("ben").sign_in()

    assert "Google" not in ben.read("/dashboard/").replace("Google Calendar, Open Humans", "")
    assert ben.get(CHOOSE).status_code == 302


# ---------------------------------------------------------------------- afterwards


def test_an_hour_later_it_is_renewed_and_the_refresh_token_stays(
    rosa: Visitor, sandbox: GoogleCalendarSandbox
) -> None:
    connection = connect(rosa)
    before = connections.opened(connection)
    sandbox.expire("rosa")

    connections.check(connection, now=timezone.now() + timedelta(hours=2))

    connection.refresh_from_db()
    after = connections.opened(connection)
    assert after["access_token"] != before["access_token"]
    assert after["refresh_token"] == before["refresh_token"]


def test_a_grant_that_was_taken_back_needs_a_person(
    rosa: Visitor, sandbox: GoogleCalendarSandbox
) -> None:
    connection = connect(rosa)
    sandbox.revoke("rosa")

    with pytest.raises(ReconnectError):
        connections.check(connection, now=timezone.now())
    assert connection.state == "needs_reconnect"


def test_the_grant_is_given_back_on_disconnecting(
    rosa: Visitor,
    sandbox: GoogleCalendarSandbox,
    world: World,
    django_capture_on_commit_callbacks: Any,
) -> None:
    connection = connect(rosa)

    with django_capture_on_commit_callbacks(execute=True):
        connections.disconnect(connection, by=None, now=timezone.now())

    assert parting.wait()
    assert sandbox.tokens_of("rosa") == []
    assert sum(seen.path.endswith("/revoke") for seen in world.requests) == 1


def test_no_token_is_on_any_page_or_in_any_address(rosa: Visitor, world: World) -> None:
    connection = connect(rosa)
    tokens = connections.opened(connection)

    page = rosa.read(f"/admin/integrations/connection/{connection.pk}/change/")

    for name in ("access_token", "refresh_token"):
        assert tokens[name] not in page
        assert not any(tokens[name] in f"{seen.path} {seen.query}" for seen in world.requests)
