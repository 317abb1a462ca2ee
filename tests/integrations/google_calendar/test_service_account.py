"""A service account: its key, the tokens it gets for it, and what each of these may do."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from integrations.errors import IntegrationError, ReconnectError
from integrations.google_calendar.client import GoogleCalendarClient
from integrations.google_calendar.sandbox import GoogleCalendarSandbox
from integrations.google_calendar.sandbox_seed import SUPPORT, TEAM_ROLES
from integrations.google_calendar.service_account import WrongKey, read_key, signer_of
from integrations.sandbox import Fault, World
from tests.integrations.conftest import client_of
from tests.integrations.google_calendar.calls import client_with

SCOPES = "https://www.googleapis.com/auth/"


def key_of(world: World) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(world["google_calendar"].grant("rota")["service_account"])
    return told


def client_of_key(world: World, **changed: Any) -> GoogleCalendarClient:
    text = json.dumps(key_of(world) | changed)
    made: GoogleCalendarClient = client_of(
        "google_calendar", {"service_account": text}, url=world.url
    )
    return made


def exchanges(world: World) -> int:
    return sum(seen.path.endswith("/token") for seen in world.requests)


def scopes_of(sandbox: GoogleCalendarSandbox) -> list[str]:
    return [token.scope.removeprefix(SCOPES) for token in sandbox.tokens]


def test_one_token_is_enough_for_an_hour(google: GoogleCalendarClient, world: World) -> None:
    for _ in range(3):
        google.calendar(SUPPORT)
    assert exchanges(world) == 1


def test_it_says_whose_account_it_is(
    google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox
) -> None:
    assert google.whose() == sandbox.account.email


def test_a_new_token_is_fetched_before_the_old_one_ends(
    google: GoogleCalendarClient, world: World, sandbox: GoogleCalendarSandbox
) -> None:
    google.calendar(SUPPORT)
    account = google.account
    assert account is not None

    account.clock = lambda: time.time() + 3300
    google.calendar(SUPPORT)
    assert exchanges(world) == 1
    account.clock = lambda: time.time() + 3400
    sandbox.now = lambda: datetime.now(UTC) + timedelta(seconds=3400)
    google.calendar(SUPPORT)
    assert exchanges(world) == 2


def test_a_token_that_is_refused_is_fetched_anew_once(
    google: GoogleCalendarClient, world: World, sandbox: GoogleCalendarSandbox
) -> None:
    google.calendar(SUPPORT)
    sandbox.expire("rota")

    google.calendar(SUPPORT)

    assert exchanges(world) == 2
    world.faults.add(Fault("google_calendar", "401", "GET /calendar", times=None))
    with pytest.raises(ReconnectError, match="Invalid Credentials"):
        google.calendar(SUPPORT)
    assert exchanges(world) == 3


def test_who_shares_nothing_never_holds_the_right_to(
    google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox
) -> None:
    google.calendar(SUPPORT)
    assert scopes_of(sandbox) == ["calendar.events"]

    google.rules(TEAM_ROLES)
    assert scopes_of(sandbox) == ["calendar.events", "calendar.acls"]


def test_a_deleted_key_says_what_may_be_wrong(world: World, sandbox: GoogleCalendarSandbox) -> None:
    google = client_with(world, "rota")
    sandbox.revoke("rota")

    with pytest.raises(ReconnectError, match="the key was deleted, or the clock"):
        google.calendar(SUPPORT)


def test_the_key_of_another_account_or_an_older_one_lets_nobody_in(
    world: World, sandbox: GoogleCalendarSandbox
) -> None:
    for changed in (
        {"client_email": "other@sandbox-project.iam.gserviceaccount.com"},
        {"private_key_id": "0" * 40},
    ):
        with pytest.raises(ReconnectError, match="Invalid JWT Signature"):
            client_of_key(world, **changed).calendar(SUPPORT)


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_wrong_clock_says_so(hours: int, world: World) -> None:
    google = client_with(world, "rota")
    assert google.account is not None
    google.account.clock = lambda: time.time() + hours * 3600

    with pytest.raises(ReconnectError, match="the clock of this machine is wrong"):
        google.calendar(SUPPORT)


def test_the_key_is_never_sent(google: GoogleCalendarClient, world: World) -> None:
    secret = key_of(world)["private_key"].splitlines()[1]
    google.calendar(SUPPORT)

    assert not any(secret.encode() in seen.body for seen in world.requests)
    assert not any("token" in name for seen in world.requests for name in seen.query)


def test_a_token_that_google_quotes_is_not_quoted(
    google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox, world: World
) -> None:
    google.calendar(SUPPORT)
    (token,) = [held.access for held in sandbox.tokens]
    told = {"error": {"message": f"{token} is no good", "errors": []}}
    world.faults.add(
        Fault("google_calendar", "wrong_shape", "GET /calendar", change=lambda _: told)
    )
    sandbox.switches["api"] = "off"

    with pytest.raises(IntegrationError) as caught:
        google.calendar(SUPPORT)

    assert "is no good" in str(caught.value)
    assert token not in str(caught.value)


def test_an_assertion_that_is_quoted_is_not_quoted(world: World) -> None:
    google = client_with(world, "rota")
    sent: list[str] = []

    def quoting(_: Any) -> Any:
        sent.append(parse_qs(world.requests[-1].body.decode())["assertion"][0])
        return {"error": "invalid_grant", "error_description": sent[0]}

    world["google_calendar"].revoke("rota")
    world.faults.add(Fault("google_calendar", "wrong_shape", "/token", change=quoting))

    with pytest.raises(ReconnectError) as caught:
        google.calendar(SUPPORT)

    assert sent
    assert sent[0][:40] not in str(caught.value)


def without(name: str) -> Callable[[dict[str, Any]], str]:
    return lambda key: json.dumps({each: value for each, value in key.items() if each != name})


def having(**changed: Any) -> Callable[[dict[str, Any]], str]:
    return lambda key: json.dumps(key | changed)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (lambda key: "", "it is not JSON"),
        (lambda key: "AIzaMadeUp", "it is not JSON"),
        (lambda key: "[" * 200_000, "it is not JSON"),
        (lambda key: "[]", "JSON of another kind"),
        (without("private_key"), "it lacks private_key"),
        (without("client_email"), "it lacks client_email"),
        (having(type="authorized_user"), "authorized_user"),
        (having(private_key="-----BEGIN PRIVATE KEY-----\nx\n"), "private_key cannot be read"),
        (having(token_uri="http://oauth2.example.org/token"), "https"),
        (having(token_uri="ftp://127.0.0.1/token"), "https"),
    ],
)
def test_what_is_no_key_file_says_why_and_quotes_nothing(
    text: Callable[[dict[str, Any]], str], complaint: str, world: World
) -> None:
    key = key_of(world)
    with pytest.raises(WrongKey, match=complaint) as caught:
        signer_of(read_key(text(key)))
    assert key["private_key"][40:80] not in str(caught.value)


def test_a_broken_key_asks_for_another_one(world: World) -> None:
    with pytest.raises(ReconnectError, match="not the JSON key file"):
        client_of("google_calendar", {"service_account": "{}"}, url=world.url)
    with pytest.raises(ReconnectError, match="private_key cannot be read"):
        client_of_key(world, private_key="cut off").calendar(SUPPORT)
    assert world.requests == []
