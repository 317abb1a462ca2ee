"""The Slack sandbox as Slack's own client meets it: tokens, scopes, allowances and its state."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from slack_sdk.errors import SlackApiError
from slack_sdk.web import WebClient

from integrations.sandbox import Fault, World
from integrations.slack.sandbox import SlackSandbox
from integrations.slack.sandbox_seed import BOT_TOKEN, SUPPORT, TRIAGERS, USER_TOKEN
from tests.integrations.sandbox.slack import refusal, sdk

# ------------------------------------------------------------------------- tokens


def test_a_call_without_arguments_has_an_empty_body_and_is_answered(slack_sdk: WebClient) -> None:
    told = slack_sdk.auth_test()
    assert (told["team"], told["user"], told["bot_id"]) == ("Example Team", "rotabot", "B0EXAMPLE1")
    assert slack_sdk.usergroups_list()["ok"]


def test_a_person_has_no_bot_id(world: World) -> None:
    assert sdk(world, USER_TOKEN).auth_test()["bot_id"] is None


@pytest.mark.parametrize(("token", "code"), [("", "not_authed"), ("xoxb-wrong", "invalid_auth")])
def test_refusals_come_with_status_200(world: World, token: str, code: str) -> None:
    with pytest.raises(SlackApiError) as caught:
        sdk(world, token).auth_test()
    assert (caught.value.response.status_code, caught.value.response["error"]) == (200, code)


def test_a_token_may_be_a_field_and_never_part_of_an_address(world: World) -> None:
    address = f"{world.url}/api/auth.test"
    field = requests.post(address, data={"token": BOT_TOKEN}, timeout=5).json()
    query = requests.post(address, params={"token": BOT_TOKEN}, timeout=5).json()
    assert (field["ok"], query) == (True, {"ok": False, "error": "not_authed"})


def test_a_revoked_token_is_told_from_an_unknown_one(
    world: World, slack: SlackSandbox, slack_sdk: WebClient
) -> None:
    slack.revoke("rotabot")
    assert refusal(slack_sdk.auth_test) == "token_revoked"
    slack.grant("rotabot")
    assert slack_sdk.auth_test()["ok"]


def test_who_is_deactivated_has_no_token_either(world: World, slack: SlackSandbox) -> None:
    slack.change_user("U0000GRACE", deleted=True)
    assert refusal(sdk(world, USER_TOKEN).auth_test) == "account_inactive"


def test_other_methods_are_unknown(world: World, slack_sdk: WebClient) -> None:
    assert refusal(lambda: slack_sdk.api_call("usergroups.delete")) == "unknown_method"
    assert [seen.path for seen in world.unknown] == ["/api/usergroups.delete"]


# ------------------------------------------------------------------------- scopes


def test_granted_scopes_stand_in_a_header(slack_sdk: WebClient) -> None:
    granted = slack_sdk.auth_test().headers["X-OAuth-Scopes"].split(",")
    assert {"usergroups:write", "chat:write", "channels:history"} <= set(granted)


def test_what_was_not_granted_is_refused_with_what_is_needed(
    slack: SlackSandbox, slack_sdk: WebClient
) -> None:
    slack.switches["scopes"] = "no posting"
    with pytest.raises(SlackApiError) as caught:
        slack_sdk.chat_postMessage(channel=SUPPORT, text="hello")
    told = caught.value.response
    assert (told["error"], told["needed"]) == ("missing_scope", "chat:write")
    assert "chat:write" not in told["provided"].split(",")


# ------------------------------------------------------------------------- limits


def test_every_method_counts_by_itself(slack: SlackSandbox, slack_sdk: WebClient) -> None:
    slack.switches["tiers"] = "on"
    for _ in range(20):
        slack_sdk.usergroups_list()
    with pytest.raises(SlackApiError) as caught:
        slack_sdk.usergroups_list()
    told = caught.value.response
    assert (told.status_code, told["error"]) == (429, "ratelimited")
    assert 0 < int(told.headers["Retry-After"]) <= 60
    assert slack_sdk.users_info(user=TRIAGERS[0])["ok"]


def test_the_allowance_is_back_after_the_time_it_named(
    slack: SlackSandbox, slack_sdk: WebClient
) -> None:
    moment = datetime(2026, 3, 4, 9, tzinfo=UTC)
    slack.now = lambda: moment
    slack.switches["requests_per_minute"] = 1
    slack_sdk.auth_test()
    assert refusal(slack_sdk.auth_test) == "ratelimited"
    moment += timedelta(seconds=60)
    assert slack_sdk.auth_test()["ok"]


def test_posts_count_by_channel_and_are_refused_in_another_spelling(
    slack: SlackSandbox, slack_sdk: WebClient
) -> None:
    slack.switches["requests_per_minute"] = 1
    slack_sdk.chat_postMessage(channel=SUPPORT, text="one")
    slack_sdk.chat_postMessage(channel="general", text="one")
    code = refusal(lambda: slack_sdk.chat_postMessage(channel=SUPPORT, text="two"))
    assert code == "rate_limited"
    assert [post.text for post in slack.posts] == ["one", "one"]


@pytest.mark.parametrize(
    ("kind", "code"),
    [("401", "invalid_auth"), ("403", "missing_scope"), ("error200", "internal_error")],
)
def test_faults_speak_as_slack_does(
    world: World, slack_sdk: WebClient, kind: str, code: str
) -> None:
    world.faults.add(Fault("slack", kind))
    assert refusal(slack_sdk.auth_test) == code


# -------------------------------------------------------------------------- state


def test_the_state_page_shows_groups_people_and_messages_and_no_token(
    world: World, slack_sdk: WebClient
) -> None:
    payload = {"key": "triage/2026-03-04"}
    slack_sdk.chat_postMessage(
        channel=SUPPORT,
        text="Sarah is on support.",
        metadata={"event_type": "lockstep", "event_payload": payload},
    )
    page = requests.get(f"{world.url}/state", timeout=5).text
    plain = requests.get(f"{world.url}/state.json", timeout=5).json()["providers"]["slack"]

    for words in ("@support-triagers", "Samantha", "#support", "Sarah is on support."):
        assert words in page
    assert plain["messages"][0]["metadata"] == payload
    assert plain["calls"] == "chat.postMessage 1"
    assert BOT_TOKEN not in page
    assert USER_TOKEN not in page


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    with World(keep=tmp_path) as before:
        slack = before.of(SlackSandbox)
        slack.switches["plan"] = "free"
        sdk(before).chat_postMessage(channel="U0000SAM01", text="hello")
        slack.happen("joins")
        slack.revoke("grace")
        held = slack.snapshot()
    with World(keep=tmp_path) as after:
        slack = after.of(SlackSandbox)
        assert slack.snapshot() == held
        assert slack.switches["plan"] == "free"
        assert refusal(sdk(after, USER_TOKEN).auth_test) == "token_revoked"
        assert slack.add_user("Noor Haddad") not in held["users"]


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("joins", lambda slack: "U00000ZOE1" in slack.group("support-triagers").users),
        ("steps_back", lambda slack: "U0000SAM01" not in slack.group("support-triagers").users),
        ("leaves", lambda slack: slack.users["W00000WIM1"].deleted),
        ("renames", lambda slack: slack.users["U00000ADA1"].display_name == "Countess"),
        ("meddles", lambda slack: slack.group("support-on-duty").users == ["U0000GRACE"]),
    ],
)
def test_things_can_be_let_happen(world: World, slack: SlackSandbox, name: str, look: Any) -> None:
    assert not look(slack)
    given = {"provider": "slack", "name": name}
    requests.post(f"{world.url}/happen", json=given, timeout=5).raise_for_status()
    assert look(slack)


def test_what_cannot_happen_twice_says_why(slack: SlackSandbox) -> None:
    for name, why in (("joins", "already"), ("steps_back", "none of"), ("leaves", "has left")):
        slack.happen(name)
        with pytest.raises(LookupError, match=why):
            slack.happen(name)
    with pytest.raises(LookupError, match="nothing called"):
        slack.happen("flies")
