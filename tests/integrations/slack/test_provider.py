"""Slack as a provider: what is typed to connect it, what its tokens may do, what shares a pace."""

from collections.abc import Callable
from typing import Any

import pytest

from config.configuration.form_fields import is_secret
from integrations import provider as providers
from integrations.errors import ReconnectError, RetryableError
from integrations.models import Connection, Pace
from integrations.pace import PacedGate
from integrations.sandbox import World
from integrations.slack.client import SlackClient
from integrations.slack.sandbox import SlackSandbox
from integrations.slack.sandbox_access import LEFT_OUT
from tests.integrations.owners import connected
from tests.integrations.slack.calls import asked_for, client_with

SLACK = providers.get("slack")


def may(client: SlackClient) -> dict[str, bool]:
    return {ability.what: ability.may for ability in SLACK.abilities(client)}


def why(client: SlackClient, what: str) -> str:
    return next(each.why for each in SLACK.abilities(client) if each.what.startswith(what))


# --------------------------------------------------------------------- connecting


def test_tokens_are_typed_unseen_and_only_the_bots_has_to_be() -> None:
    form = SLACK.credentials_form({"bot_token": " xoxb-made-up\n"})

    assert form.is_valid()
    assert form.cleaned_data == {"bot_token": "xoxb-made-up", "user_token": ""}
    assert "xoxb-made-up" not in str(form)
    assert all(is_secret(field) for field in form.fields.values())
    assert not SLACK.credentials_form({"user_token": "xoxp-made-up"}).is_valid()


def test_checking_tells_the_workspace_and_who_the_bot_is(slack: SlackClient) -> None:
    assert SLACK.check(slack) == "Example Team, as rotabot"


def test_checking_looks_at_a_persons_token_too(
    grace: SlackClient, sandbox: SlackSandbox, world: World
) -> None:
    assert SLACK.check(grace) == "Example Team, as rotabot; usergroups are changed as grace"
    assert asked_for(world) == ["auth.test", "auth.test"]

    sandbox.revoke("grace")
    with pytest.raises(ReconnectError, match="the user token: the token was revoked"):
        SLACK.check(grace)


# ---------------------------------------------------------------------- abilities


def test_with_everything_granted_it_may_do_everything(slack: SlackClient, world: World) -> None:
    assert all(may(slack).values())
    assert asked_for(world) == ["auth.test"]


def test_managing_usergroups_as_a_bot_has_its_condition(slack: SlackClient) -> None:
    assert "only where everyone" in why(slack, "change who is in a usergroup")


def test_a_persons_token_has_scopes_of_its_own(grace: SlackClient, sandbox: SlackSandbox) -> None:
    what = "change who is in a usergroup, by the user token"
    assert may(grace)[what]
    assert why(grace, what) == ""
    sandbox.switches["scopes"] = "no changing of usergroups"
    assert not may(grace)["change who is in a usergroup"]


@pytest.mark.parametrize(
    ("left_out", "what"),
    [
        ("no history", "look for a lost message in public channels"),
        ("no history", "look for a lost message in private channels"),
        ("no history", "look for a lost message to a person"),
        ("no e-mail", "see people's e-mail addresses"),
        ("no people", "see people's names and time zones"),
        ("no changing of usergroups", "change who is in a usergroup"),
        ("no reading of usergroups", "read usergroups and who is in them"),
        ("no joining", "post in public channels nobody invited it to"),
        ("no posting", "post messages"),
    ],
)
def test_what_lacks_is_told_with_the_scope_that_helps(
    left_out: str, what: str, slack: SlackClient, sandbox: SlackSandbox
) -> None:
    sandbox.switches["scopes"] = left_out
    assert may(slack)[what] is False
    told = why(slack, what)
    assert told.startswith("Add the scope ")
    assert any(scope in told for scope in LEFT_OUT[left_out])


def test_what_slack_does_not_tell_is_not_guessed(slack: SlackClient, sandbox: SlackSandbox) -> None:
    sandbox.switches["scopes_header"] = "untold"
    assert SLACK.abilities(slack) == []
    assert slack.team().scopes is None


# -------------------------------------------------------------------------- pace


def test_connections_with_one_token_share_a_pace() -> None:
    key = SLACK.pace_key(7, {"bot_token": "xoxb-made-up"})
    assert key == SLACK.pace_key(8, {"bot_token": " xoxb-made-up\n", "user_token": "xoxp-other"})
    assert key != SLACK.pace_key(7, {"bot_token": "xoxb-another"})
    assert "made-up" not in key


@pytest.mark.parametrize("credentials", [{}, {"bot_token": ""}, {"bot_token": 7}])
def test_without_a_token_the_connection_has_its_own(credentials: dict[str, object]) -> None:
    assert SLACK.pace_key(7, credentials) == "slack:7"


@pytest.fixture
def connection(world: World, db: None) -> Connection:
    return connected(world, provider="slack", person="rotabot")


@pytest.fixture
def paced(world: World, connection: Connection) -> Callable[[], SlackClient]:
    """Each time another process's client of the same connection."""

    def one() -> SlackClient:
        gate = PacedGate.for_connection(connection, beat=lambda: None)
        return client_with(world, gate=gate)

    return one


def test_a_pause_of_one_method_holds_no_other(
    paced: Callable[[], SlackClient], sandbox: SlackSandbox, world: World
) -> None:
    sandbox.switches["requests_per_minute"] = 1
    paced().usergroups()
    with pytest.raises(RetryableError):
        paced().usergroups()
    with pytest.raises(RetryableError, match="it asked for a pause"):
        paced().usergroups()

    paced().post("support", "Sam is on support.", key="a-key")
    assert asked_for(world) == ["usergroups.list", "usergroups.list", "chat.postMessage"]


def test_each_method_has_its_documented_pace(
    paced: Callable[[], SlackClient], settings: Any
) -> None:
    settings.PROVIDER_SETTINGS = {"slack": {"RATE": "100"}}  # on this machine there is none
    slack = paced()
    for _ in range(20):
        slack.usergroups()
    with pytest.raises(RetryableError, match="our own pacing"):
        slack.usergroups()
    slack.user("U0000SAM01")
    assert sorted(Pace.objects.values_list("taken", flat=True)) == [1, 20]


def test_a_rate_of_our_own_choice_is_above_none_of_them(
    paced: Callable[[], SlackClient], settings: Any
) -> None:
    settings.PROVIDER_SETTINGS = {"slack": {"RATE": "3"}}
    slack = paced()
    for _ in range(3):
        slack.usergroups()
    with pytest.raises(RetryableError, match="our own pacing"):
        slack.usergroups()
