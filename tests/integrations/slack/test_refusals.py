"""What Slack's refusals mean: by their code, as nearly all come with status 200."""

from typing import Any

import pytest

from integrations.errors import (
    IntegrationError,
    ReconnectError,
    RejectedError,
    RetryableError,
    UnexpectedError,
)
from integrations.sandbox import Fault, World
from integrations.slack.client import (
    MissingScope,
    NoSuchChannel,
    NoSuchUsergroup,
    NoSuchUsers,
    NotInChannel,
    NotPermitted,
    SlackClient,
)
from integrations.slack.sandbox import SlackSandbox
from integrations.slack.sandbox_seed import ON_DUTY, SAM, SUPPORT
from tests.integrations.conformance import CountingGate
from tests.integrations.misbehaving import Misbehaving
from tests.integrations.slack.calls import at, client_with


def refused(
    misbehaving: Misbehaving, body: Any, *headers: str, status: str = "200 OK"
) -> IntegrationError:
    with pytest.raises(IntegrationError) as caught:
        at(misbehaving, body, *headers, status=status).usergroups()
    return caught.value


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("not_authed", ReconnectError),
        ("invalid_auth", ReconnectError),
        ("account_inactive", ReconnectError),
        ("token_revoked", ReconnectError),
        ("token_expired", ReconnectError),
        ("missing_scope", MissingScope),
        ("permission_denied", NotPermitted),
        ("no_permission", NotPermitted),
        ("not_allowed_token_type", NotPermitted),
        ("restricted_action", RejectedError),
        ("channel_not_found", NoSuchChannel),
        ("not_in_channel", NotInChannel),
        ("is_archived", RejectedError),
        ("user_not_found", NoSuchUsers),
        ("users_not_found", NoSuchUsers),
        ("invalid_user", NoSuchUsers),
        ("invalid_users", NoSuchUsers),
        ("failed_for_some_users", NoSuchUsers),
        ("no_such_subteam", NoSuchUsergroup),
        ("ratelimited", RetryableError),
        ("rate_limited", RetryableError),
        ("fatal_error", RetryableError),
        ("internal_error", RetryableError),
        ("request_timeout", RetryableError),
        ("service_unavailable", RetryableError),
        ("unknown_method", RejectedError),
        ("a_code_of_next_year", RejectedError),
    ],
)
def test_a_refusal_is_known_by_its_code(
    code: str, kind: type[IntegrationError], misbehaving: Misbehaving
) -> None:
    error = refused(misbehaving, {"ok": False, "error": code})
    assert type(error) is kind
    assert "(200)" not in str(error)


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"ok": False}, "200 OK", UnexpectedError),
        ({"ok": False, "error": ["odd"]}, "200 OK", UnexpectedError),
        ({"ok": "yes"}, "200 OK", UnexpectedError),
        ([], "200 OK", UnexpectedError),
        ({"ok": False, "error": "invalid_auth"}, "401 Unauthorized", ReconnectError),
        ({"ok": False, "error": "internal_error"}, "500 Internal", RetryableError),
        ({"ok": False, "error": "something_new"}, "503 Unavailable", RetryableError),
        ({"ok": True}, "503 Unavailable", RetryableError),
        ({}, "404 Not Found", RejectedError),
    ],
)
def test_without_a_code_the_status_decides(
    body: Any, status: str, kind: type[IntegrationError], misbehaving: Misbehaving
) -> None:
    assert type(refused(misbehaving, body, status=status)) is kind


@pytest.mark.parametrize("code", ["ratelimited", "rate_limited"])
@pytest.mark.parametrize("status", ["200 OK", "429 Too Many Requests"])
def test_too_many_is_429_however_slack_says_it(
    code: str, status: str, misbehaving: Misbehaving
) -> None:
    told = {"ok": False, "error": code}
    error = refused(misbehaving, told, "Retry-After: 30", status=status)
    assert isinstance(error, RetryableError)
    assert (error.status, error.retry_after) == (429, 30)
    assert error.in_short == "Slack asked us to slow down."


def test_too_many_with_status_200_makes_others_pause_as_well(
    world: World, sandbox: SlackSandbox
) -> None:
    gate = CountingGate()
    slack = client_with(world, gate=gate)
    sandbox.switches["too_many"] = "200"
    sandbox.switches["requests_per_minute"] = 1
    slack.team()
    with pytest.raises(RetryableError):
        slack.team()
    assert len(gate.pauses) == 1
    assert 0 < gate.pauses[0] <= 60


def test_what_went_wrong_with_an_argument_is_passed_on(misbehaving: Misbehaving) -> None:
    details = {"messages": ["[ERROR] missing required field: channel"]}
    told = {"ok": False, "error": "missing_argument", "response_metadata": details}
    assert "missing required field: channel" in str(refused(misbehaving, told))


@pytest.mark.parametrize("needed", [None, 7, []])
def test_a_scope_that_is_not_named_is_still_a_scope(needed: Any, misbehaving: Misbehaving) -> None:
    error = refused(misbehaving, {"ok": False, "error": "missing_scope", "needed": needed})
    assert isinstance(error, MissingScope)
    assert error.needed == ""
    assert "it takes a scope that was not granted" in str(error)


def test_a_persons_token_that_was_revoked_is_told_from_the_bots(
    grace: SlackClient, sandbox: SlackSandbox
) -> None:
    sandbox.revoke("grace")
    assert grace.usergroups()
    with pytest.raises(ReconnectError, match="the user token: the token was revoked"):
        grace.set_members(ON_DUTY, [SAM])


def test_a_scope_that_a_persons_token_lacks_is_told_from_the_bots(
    grace: SlackClient, sandbox: SlackSandbox
) -> None:
    sandbox.switches["scopes"] = "no changing of usergroups"
    with pytest.raises(MissingScope, match="the user token: it takes the scope usergroups:write"):
        grace.set_members(ON_DUTY, [SAM])


def test_what_has_nothing_to_do_with_tokens_names_none(grace: SlackClient) -> None:
    with pytest.raises(NoSuchUsergroup, match=r"failed: there is no such usergroup"):
        grace.set_members("S0NEVER001", [SAM])


def test_no_token_is_in_an_error_of_either(grace: SlackClient, world: World) -> None:
    world.faults.add(Fault("slack", "401", times=None))
    for act in (grace.usergroups, lambda: grace.set_members(ON_DUTY, [SAM])):
        with pytest.raises(ReconnectError) as caught:
            act()
        told = f"{caught.value} {caught.value!r} {vars(caught.value)}"
        assert "sandbox-slack" not in told


def test_every_refusal_is_one_sentence_about_what_was_done(
    slack: SlackClient, sandbox: SlackSandbox
) -> None:
    sandbox.switches["posting"] = "restricted"
    with pytest.raises(RejectedError) as caught:
        slack.post(SUPPORT, "Sam is on support.", key="a-key")
    assert str(caught.value) == (
        f"Slack: posting to {SUPPORT} failed: only some people may post in this channel"
    )
