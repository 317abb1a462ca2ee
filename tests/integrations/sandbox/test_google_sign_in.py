"""The Google Calendar sandbox's tokens, asked for by hand and by Google's own libraries."""

import json
from datetime import timedelta
from typing import Any

import google_auth_httplib2
import pytest
import requests
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2 import service_account
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from integrations.google_calendar.sandbox import GoogleCalendarSandbox
from integrations.google_calendar.sandbox_seed import SUPPORT, UNSHARED
from integrations.sandbox import World
from tests.integrations.google_calendar.calls import AN_ID, FRIDAY, Caller, body, reason
from tests.integrations.sandbox.calls import Visitor, sent_back

SIGN_IN = "/accounts.google.com/o/oauth2/v2/auth"
EVENTS = "https://www.googleapis.com/auth/calendar.events"
HERE = "http://127.0.0.1:8000/accounts/google_calendar/login/callback/"
ASKED = {
    "client_id": "lockstep-google",
    "redirect_uri": HERE,
    "response_type": "code",
    "scope": EVENTS,
    "state": "s",
}
OFFLINE = {"access_type": "offline", "prompt": "consent"}


@pytest.fixture
def google(world: World) -> GoogleCalendarSandbox:
    return world.of(GoogleCalendarSandbox)


def token_call(world: World, path: str = "/token", **fields: str) -> requests.Response:
    address = f"{world.url}/oauth2.googleapis.com{path}"
    return requests.post(address, data=fields, timeout=5)


APPLICATION = {"client_id": "lockstep-google", "client_secret": "sandbox-secret"}


def exchange(world: World, visitor: Visitor, person: str = "rosa", **more: str) -> dict[str, Any]:
    asked = ASKED | more
    back = sent_back(visitor.decide(SIGN_IN, person, "allow", **asked))
    fields = {"grant_type": "authorization_code", "redirect_uri": HERE, "code": back["code"]}
    answer = token_call(world, **APPLICATION, **fields)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def refresh(world: World, token: str) -> requests.Response:
    return token_call(world, **APPLICATION, grant_type="refresh_token", refresh_token=token)


# ---------------------------------------------------------------------- people


def test_a_refresh_token_comes_to_who_asks_for_it(world: World, visitor: Visitor) -> None:
    assert "refresh_token" not in exchange(world, visitor)
    assert "refresh_token" in exchange(world, visitor, access_type="offline")
    # Once it was consented to, only a consent made anew gives another one.
    assert "refresh_token" not in exchange(world, visitor, access_type="offline")
    assert "refresh_token" in exchange(world, visitor, **OFFLINE)


def test_a_token_says_for_how_long_and_for_what_it_is_good(world: World, visitor: Visitor) -> None:
    told = exchange(world, visitor)
    assert (told["expires_in"], told["scope"], told["token_type"]) == (3599, EVENTS, "Bearer")


def test_people_may_tick_less(
    world: World, visitor: Visitor, google: GoogleCalendarSandbox
) -> None:
    google.switches["granted_scopes"] = "none"
    told = exchange(world, visitor)
    assert told["scope"] == ""
    answer = Caller(world, told["access_token"], SUPPORT).ask("GET", "/events")
    assert reason(answer) == (403, "insufficientPermissions")


def test_refreshing_keeps_the_refresh_token_and_tells_it_only_on_request(
    world: World, visitor: Visitor, google: GoogleCalendarSandbox
) -> None:
    first = exchange(world, visitor, **OFFLINE)

    second = refresh(world, first["refresh_token"]).json()
    assert "refresh_token" not in second
    assert second["access_token"] != first["access_token"]

    google.switches["refresh_answer"] = "with it"
    third = refresh(world, first["refresh_token"]).json()
    assert third["refresh_token"] == first["refresh_token"]


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_either_token_gives_the_whole_grant_back(
    which: str, world: World, visitor: Visitor
) -> None:
    told = exchange(world, visitor, **OFFLINE)

    assert token_call(world, "/revoke", token=told[which]).status_code == 200
    assert token_call(world, "/revoke", token=told[which]).status_code == 400

    refused = refresh(world, told["refresh_token"])
    assert refused.status_code == 400
    assert refused.json() == {
        "error": "invalid_grant",
        "error_description": "Token has been expired or revoked.",
    }


def test_an_hour_later_the_token_is_no_longer_good(
    world: World, google: GoogleCalendarSandbox
) -> None:
    caller = Caller.of(world)
    caller.calendar_id = SUPPORT
    assert caller.ask("GET", "/events").status_code == 200
    later = google.now() + timedelta(seconds=3600)
    google.now = lambda: later
    assert reason(caller.ask("GET", "/events")) == (401, "authError")


# --------------------------------------------------------- Google's own libraries


def key_of(world: World) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(world["google_calendar"].grant("rota")["service_account"])
    return told


def credentials_of(world: World, scope: str = EVENTS, **more: Any) -> Any:
    return service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
        key_of(world), scopes=[scope], **more
    )


def test_googles_own_library_signs_in_with_the_key(world: World) -> None:
    credentials = credentials_of(world)

    credentials.refresh(Request())

    caller = Caller(world, credentials.token, SUPPORT)
    assert caller.ask("GET", "/events").status_code == 200


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"subject": "rosa@example.com"}, "unauthorized_client"),
        ({"scope": "https://www.googleapis.com/auth/drive"}, "invalid_scope"),
    ],
)
def test_googles_own_library_is_refused_what_was_not_granted(
    more: dict[str, Any], code: str, world: World
) -> None:
    with pytest.raises(RefreshError, match=code):
        credentials_of(world, **more).refresh(Request())


def test_googles_own_client_writes_reads_and_is_refused(world: World) -> None:
    """What it takes for granted of the real service holds here as well."""
    http = google_auth_httplib2.AuthorizedHttp(credentials_of(world))
    address = {"api_endpoint": f"{world.url}/calendar/v3/"}
    events = build("calendar", "v3", http=http, client_options=address).events()

    made = events.insert(calendarId=SUPPORT, body=body(id=AN_ID)).execute()
    assert made["id"] == AN_ID
    with pytest.raises(HttpError, match="already exists") as caught:
        events.insert(calendarId=SUPPORT, body=body(id=AN_ID)).execute()
    assert caught.value.status_code == 409

    changed = events.update(calendarId=SUPPORT, eventId=AN_ID, body=body(FRIDAY))
    changed.headers["If-Match"] = made["etag"]
    assert changed.execute()["start"] == {"date": "2026-03-06"}
    with pytest.raises(HttpError) as caught:
        changed.execute()
    assert caught.value.status_code == 412

    found, request = [], events.list(calendarId=SUPPORT, maxResults=3)
    while request is not None:
        answer = request.execute()
        found += answer["items"]
        request = events.list_next(request, answer)
    assert AN_ID in [event["id"] for event in found]

    assert events.delete(calendarId=SUPPORT, eventId=AN_ID).execute() == ""
    long = "x" * 3000  # too long for an address: it is sent as a form
    assert events.list(calendarId=SUPPORT, q=long).execute()["items"] != found
    with pytest.raises(HttpError) as caught:
        events.list(calendarId=UNSHARED).execute()
    assert caught.value.status_code == 404
