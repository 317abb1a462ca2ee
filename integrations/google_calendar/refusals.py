"""What a refusal of Google Calendar means, by its status and the reason it gives. No requests here.

A 403 alone may ask to slow down, to wait for hours, or for a person; a 404 may be a calendar that
is not shared with us. The words of a message decide nothing.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import requests

from integrations.errors import (
    IntegrationError,
    ReconnectError,
    RejectedError,
    RetryableError,
)


class Exists(RejectedError):
    """There is an event with this id already; a deleted one keeps its id as well."""


class ChangedMeanwhile(RejectedError):
    """The event is no longer as the etag says; nothing was done."""


class Gone(RejectedError):
    """There is no event with this id any more, not even a deleted one that could be revived."""


class NotOrganizer(RejectedError):
    """The event belongs to another calendar, so it can neither be changed nor revived here."""


class NotShared(RejectedError):
    """This one calendar is out of reach, or may only be read; never "it has no events"."""

    @property
    def in_short(self) -> str:
        return f"A calendar is not shared with us as it has to be, says {self.provider}."


class TooFast(RetryableError):
    """Too many requests, or writes to one calendar, in too short a time."""

    @property
    def in_short(self) -> str:
        return f"{self.provider} asked us to slow down."


class QuotaSpent(RetryableError):
    """What may be written in a day was used up; all else can still be read."""

    @property
    def in_short(self) -> str:
        return f"{self.provider} lets us write nothing for some hours: too much was written."


class SwitchedOff(ReconnectError):
    """The API is not switched on in the project that the account or application belongs to."""


class TooFewRights(ReconnectError):
    """Less was granted than was asked for."""


ADVICE: Mapping[type[IntegrationError], str] = {
    SwitchedOff: "switch on the Google Calendar API in the Google Cloud project of this account",
    TooFewRights: "sign in again and tick the right to see and change events on your calendars",
}
# Seconds, where Google says nothing: it lets go of whoever used too much after hours.
PAUSES: Mapping[type[IntegrationError], float] = {QuotaSpent: 4 * 3600.0}

BY_REASON: Mapping[tuple[int, str], type[IntegrationError]] = {
    (403, "rateLimitExceeded"): TooFast,
    (403, "userRateLimitExceeded"): TooFast,
    (429, "rateLimitExceeded"): TooFast,
    (429, "userRateLimitExceeded"): TooFast,
    (403, "quotaExceeded"): QuotaSpent,
    (429, "quotaExceeded"): QuotaSpent,
    (403, "accessNotConfigured"): SwitchedOff,
    (403, "SERVICE_DISABLED"): SwitchedOff,
    (403, "insufficientPermissions"): TooFewRights,
    (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"): TooFewRights,
    (403, "forbiddenForNonOrganizer"): NotOrganizer,
    (403, "forbiddenForServiceAccounts"): RejectedError,
    (403, "forbidden"): NotShared,
    (403, "requiredAccessLevel"): NotShared,
    (404, "notFound"): NotShared,
    (409, "duplicate"): Exists,
    (409, "conflict"): RetryableError,
    (410, "fullSyncRequired"): RetryableError,
    (410, "updatedMinTooLongAgo"): RetryableError,
    (412, "conditionNotMet"): ChangedMeanwhile,
}


def kind_of(response: requests.Response) -> type[IntegrationError] | None:
    """The error for it; None where the status says all, or nothing that is known."""
    reasons = _reasons(response)
    kinds = (BY_REASON.get((response.status_code, reason)) for reason in reasons)
    return next(filter(None, kinds), None)


def _reasons(response: requests.Response) -> list[str]:
    """What Google calls a refusal, in the older list of errors and in the newer details."""
    body: Any = None
    with suppress(ValueError, RecursionError):
        body = json.loads(response.content)
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return []
    told = [error.get(name) for name in ("errors", "details")]
    rows = [row for rows in told if isinstance(rows, list) for row in rows]
    return [str(row["reason"]) for row in rows if isinstance(row, Mapping) and row.get("reason")]
