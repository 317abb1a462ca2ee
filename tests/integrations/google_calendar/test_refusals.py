"""What Google's refusals mean: by the status and the reason, never by the words."""

import json
from typing import Any

import pytest

from integrations.errors import (
    IntegrationError,
    ReconnectError,
    RejectedError,
    RetryableError,
    UnexpectedError,
)
from integrations.google_calendar.client import (
    ChangedMeanwhile,
    Exists,
    GoogleCalendarClient,
    NotOrganizer,
    NotShared,
    QuotaSpent,
    TooFast,
)
from integrations.google_calendar.refusals import SwitchedOff, TooFewRights
from integrations.google_calendar.sandbox import GoogleCalendarSandbox
from integrations.google_calendar.sandbox_seed import SUPPORT
from integrations.sandbox import World
from tests.integrations.conformance import CountingGate
from tests.integrations.conftest import client_of
from tests.integrations.google_calendar.calls import AN_ID, body, client_with
from tests.integrations.misbehaving import Misbehaving


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (b"400 Bad Request", "badRequest", RejectedError),
        (b"401 Unauthorized", "authError", ReconnectError),
        (b"403 Forbidden", "rateLimitExceeded", TooFast),
        (b"403 Forbidden", "userRateLimitExceeded", TooFast),
        (b"429 Too Many Requests", "rateLimitExceeded", TooFast),
        (b"403 Forbidden", "quotaExceeded", QuotaSpent),
        (b"403 Forbidden", "forbidden", NotShared),
        (b"403 Forbidden", "requiredAccessLevel", NotShared),
        (b"403 Forbidden", "insufficientPermissions", TooFewRights),
        (b"403 Forbidden", "forbiddenForNonOrganizer", NotOrganizer),
        (b"403 Forbidden", "forbiddenForServiceAccounts", RejectedError),
        (b"403 Forbidden", "accessNotConfigured", SwitchedOff),
        (b"403 Forbidden", "somethingNew", UnexpectedError),
        (b"404 Not Found", "notFound", NotShared),
        (b"409 Conflict", "duplicate", Exists),
        (b"409 Conflict", "conflict", RetryableError),
        (b"410 Gone", "fullSyncRequired", RetryableError),
        (b"412 Precondition Failed", "conditionNotMet", ChangedMeanwhile),
        (b"500 Internal Server Error", "backendError", RetryableError),
        (b"503 Service Unavailable", "backendError", RetryableError),
    ],
)
def test_a_refusal_is_known_by_its_status_and_reason(
    status: bytes, reason: str, kind: type[IntegrationError], misbehaving: Misbehaving
) -> None:
    told = {"domain": "global", "reason": reason, "message": "as it pleases"}
    error = {"code": int(status[:3]), "message": "as it pleases", "errors": [told]}

    assert type(refused(misbehaving, status, {"error": error})) is kind


@pytest.mark.parametrize(
    ("reason", "kind"),
    [("SERVICE_DISABLED", SwitchedOff), ("ACCESS_TOKEN_SCOPE_INSUFFICIENT", TooFewRights)],
)
def test_the_newer_details_are_understood_as_well(
    reason: str, kind: type[IntegrationError], misbehaving: Misbehaving
) -> None:
    detail = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}
    error = {"code": 403, "message": "as it pleases", "details": [detail]}

    assert type(refused(misbehaving, b"403 Forbidden", {"error": error})) is kind


@pytest.mark.parametrize(
    "odd", [None, [], "text", {"error": None}, {"error": {"errors": 7}}, {"error": {"errors": [7]}}]
)
def test_a_refusal_without_a_reason_stops_everything(odd: Any, misbehaving: Misbehaving) -> None:
    assert type(refused(misbehaving, b"403 Forbidden", odd)) is UnexpectedError


def refused(misbehaving: Misbehaving, status: bytes, told: Any) -> IntegrationError:
    sent = json.dumps(told).encode()
    misbehaving.answer = misbehaving.head(b"Content-Length: %d" % len(sent), status=status) + sent
    client = client_of("google_calendar", {"access_token": "made-up"}, url=misbehaving.url)
    with pytest.raises(IntegrationError) as caught:
        client.calendar(SUPPORT)
    return caught.value


# --------------------------------------------------------------- at the stand-in


@pytest.mark.parametrize("status", ["403", "429"])
def test_writing_too_fast_makes_everybody_with_the_account_pause(
    status: str, world: World, sandbox: GoogleCalendarSandbox
) -> None:
    gate = CountingGate()
    google = client_with(world, "rota", gate=gate)
    sandbox.switches["writes_per_second"] = 1
    sandbox.switches["too_fast"] = status
    google.insert(SUPPORT, AN_ID, body())

    with pytest.raises(TooFast) as caught:
        google.insert(SUPPORT, f"{AN_ID}0", body())

    assert caught.value.in_short == "Google Calendar asked us to slow down."
    assert gate.pauses == [0]


def test_asking_too_often_makes_everybody_with_the_account_pause(
    world: World, sandbox: GoogleCalendarSandbox
) -> None:
    gate = CountingGate()
    google = client_with(world, "rota", gate=gate)
    sandbox.switches["requests_per_minute"] = 1
    google.calendar(SUPPORT)

    with pytest.raises(TooFast):
        google.calendar(SUPPORT)
    assert gate.pauses == [0]


def test_a_spent_quota_waits_for_hours_and_reading_goes_on(
    world: World, sandbox: GoogleCalendarSandbox
) -> None:
    gate = CountingGate()
    google = client_with(world, "rota", gate=gate)
    sandbox.switches["quota"] = "spent"

    with pytest.raises(QuotaSpent, match="Calendar usage limits exceeded") as caught:
        google.insert(SUPPORT, AN_ID, body())

    assert (caught.value.retry_after or 0) >= 3600
    assert gate.pauses == []
    assert google.calendar(SUPPORT).is_writable


def test_an_api_that_is_off_says_what_to_switch_on(
    google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox
) -> None:
    sandbox.switches["api"] = "off"
    with pytest.raises(ReconnectError, match="switch on the Google Calendar API"):
        google.calendar(SUPPORT)


def test_a_right_that_was_not_ticked_says_what_to_tick(
    world: World, sandbox: GoogleCalendarSandbox
) -> None:
    sandbox.switches["granted_scopes"] = "none"
    with pytest.raises(ReconnectError, match="tick"):
        client_with(world, "rosa").calendar(SUPPORT)


def test_guests_of_a_service_account_are_refused(google: GoogleCalendarClient) -> None:
    guests = body(attendees=[{"email": "sam@example.com"}])
    with pytest.raises(RejectedError, match="Service accounts cannot invite"):
        google.insert(SUPPORT, AN_ID, guests)
