"""What a refusal of Slack means, by its code: nearly all come with status 200. No requests here."""

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


class MissingScope(RejectedError):
    """The application was not given a scope that this takes; `needed` names it."""

    def __init__(self, *, needed: str = "", **said: Any) -> None:
        super().__init__(**said)
        self.needed = needed

    @property
    def in_short(self) -> str:
        return f"{self.provider} did not grant us a right that this takes."


class NotPermitted(RejectedError):
    """The workspace lets only some people do this, and the token's owner is none of them."""


class NoSuchUsers(RejectedError):
    """Somebody named is not there, has left, or is a guest or bot where only members may be."""


class NoSuchUsergroup(RejectedError):
    """There is no such usergroup, or it is disabled."""


class NoSuchChannel(RejectedError):
    """There is no such channel that we can see: a private one stays unseen until we are invited."""


class NotInChannel(RejectedError):
    """The bot is not in this channel."""


BY_CODE: Mapping[str, type[IntegrationError]] = {
    **dict.fromkeys(
        ("not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired"),
        ReconnectError,
    ),
    **dict.fromkeys(("ratelimited", "rate_limited"), RetryableError),
    # Part of it may have been done, says Slack.
    **dict.fromkeys(
        ("fatal_error", "internal_error", "request_timeout", "service_unavailable"),
        RetryableError,
    ),
    "missing_scope": MissingScope,
    **dict.fromkeys(
        ("permission_denied", "no_permission", "not_allowed_token_type"),
        NotPermitted,
    ),
    **dict.fromkeys(
        (
            "failed_for_some_users",
            "invalid_user",
            "invalid_users",
            "single_channel_guests_cannot_be_added",
            "user_disabled",
            "user_not_found",
            "user_not_visible",
            "users_not_found",
        ),
        NoSuchUsers,
    ),
    "no_such_subteam": NoSuchUsergroup,
    "subteam_not_found": NoSuchUsergroup,
    "channel_not_found": NoSuchChannel,
    "not_in_channel": NotInChannel,
    # A list changed too much, or its address grew old: from the beginning, next time.
    "invalid_cursor": RetryableError,
}
TOO_FAST = ("ratelimited", "rate_limited")

ADVICE: Mapping[str, str] = {
    "account_inactive": "the app was removed, or whoever the token belongs to was deactivated",
    "channel_not_found": "there is no such channel, or it is private and the bot was not invited",
    "invalid_auth": "this is no token of an app that is installed there",
    "is_archived": "the channel is archived",
    "not_in_channel": "the bot is not in this channel: invite it there",
    "permission_denied": "only some people may manage usergroups in this workspace, and no bot is "
    "one of them: let everyone manage them, or add the user token of a person who may to the "
    "connection",
    "plan_upgrade_required": "usergroups are not part of this workspace's plan",
    "restricted_action": "only some people may post in this channel",
    "restricted_action_read_only_channel": "only some people may post in this channel",
    "restricted_action_thread_only_channel": "only replies may be posted in this channel",
    "no_such_subteam": "there is no such usergroup, or it is disabled",
    "token_expired": "the token is past its time",
    "token_revoked": "the token was revoked",
}
# Of these it matters whose token was refused; where it was a person's, some are put otherwise.
ABOUT_TOKENS = (ReconnectError, MissingScope, NotPermitted)
OF_A_PERSON: Mapping[type[IntegrationError], str] = {
    NotPermitted: "whoever it belongs to may not manage usergroups in this workspace",
}


def body_of(response: requests.Response) -> Mapping[str, Any]:
    """The answer's object; empty where it is none."""
    with suppress(ValueError, RecursionError):
        body = json.loads(response.content)
        if isinstance(body, Mapping):
            return body
    return {}


def code_of(response: requests.Response) -> str:
    """What Slack calls a refusal; "" where it gives no code."""
    body = body_of(response)
    code = body.get("error")
    return code if isinstance(code, str) and body.get("ok") is False else ""


def kind_of(response: requests.Response) -> type[IntegrationError] | None:
    """The error for it; a code that nobody knows is a refusal of this one call. None without."""
    code = code_of(response)
    if not code or (response.status_code != 200 and code not in BY_CODE):
        return None
    return BY_CODE.get(code, RejectedError)


def needed_in(body: Mapping[str, Any]) -> str:
    """The scopes that a call takes and the app lacks, as Slack writes them."""
    needed = body.get("needed")
    return needed if isinstance(needed, str) else ""


def words_of(body: Mapping[str, Any]) -> str:
    """What a person reads of a refusal."""
    code = body.get("error")
    if not isinstance(code, str):
        return ""
    told = ADVICE.get(code, code)
    if code == "missing_scope":
        needed = needed_in(body)
        which = f"the scope {needed}" if needed else "a scope that was not granted"
        told = f"it takes {which}: add it to the app and install that again"
    metadata = body.get("response_metadata")
    details = metadata.get("messages") if isinstance(metadata, Mapping) else None
    if isinstance(details, list):
        told = "; ".join([told, *(each for each in details if isinstance(each, str))])
    return told
