"""The Slack sandbox as Slack's own client meets it: channels, conversations and messages."""

import pytest
import requests
from slack_sdk.web import WebClient

from integrations.sandbox import Fault, World
from integrations.slack.sandbox import SlackSandbox
from integrations.slack.sandbox_seed import BOT_TOKEN, GENERAL, LEADS, RANDOM, SAM, SUPPORT
from tests.integrations.sandbox.slack import refusal

METADATA = {"event_type": "lockstep", "event_payload": {"key": "a-key"}}


# ----------------------------------------------------------------------- channels


def test_private_channels_are_unseen_until_the_bot_is_invited(
    slack: SlackSandbox, slack_sdk: WebClient
) -> None:
    def seen() -> list[str]:
        told = slack_sdk.conversations_list(types="public_channel,private_channel")
        return [row["name"] for row in told["channels"]]

    assert seen() == ["general", "support", "random", "archive"]
    assert refusal(lambda: slack_sdk.chat_postMessage(channel=LEADS, text="x")) == (
        "channel_not_found"
    )
    slack.channels[LEADS].users.append("U0000ROTAB")
    assert "leads" in seen()
    slack_sdk.chat_postMessage(channel=LEADS, text="x")


def test_archived_ones_are_left_out_where_asked_for_and_closed(slack_sdk: WebClient) -> None:
    told = slack_sdk.conversations_list(exclude_archived=True)["channels"]
    assert "archive" not in [row["name"] for row in told]
    for call in (
        lambda: slack_sdk.chat_postMessage(channel="archive", text="x"),
        lambda: slack_sdk.conversations_join(channel="C0ARCHIVE1"),
    ):
        assert refusal(call) == "is_archived"


def test_public_channels_are_joined_before_anything_is_posted(slack_sdk: WebClient) -> None:
    code = refusal(lambda: slack_sdk.chat_postMessage(channel=RANDOM, text="x"))
    assert code == "not_in_channel"
    assert slack_sdk.conversations_join(channel=RANDOM)["channel"]["is_member"]
    assert slack_sdk.conversations_join(channel=RANDOM)["warning"] == "already_in_channel"
    slack_sdk.chat_postMessage(channel=RANDOM, text="x")


def test_private_ones_cannot_be_joined(slack: SlackSandbox, slack_sdk: WebClient) -> None:
    slack.channels[LEADS].users.append("U0000ROTAB")
    code = refusal(lambda: slack_sdk.conversations_join(channel=LEADS))
    assert code == "method_not_supported_for_channel_type"


# ----------------------------------------------------------------------- messages


def test_a_message_is_named_by_its_channel_and_its_moment(slack_sdk: WebClient) -> None:
    one = slack_sdk.chat_postMessage(channel="#support", text="one", metadata=METADATA)
    two = slack_sdk.chat_postMessage(channel=SUPPORT, text="two")
    assert one["channel"] == two["channel"] == SUPPORT
    assert isinstance(one["ts"], str)
    assert len(one["ts"].partition(".")[2]) == 6
    assert one["ts"] != two["ts"]


def test_a_message_to_a_person_opens_a_conversation_once(
    slack: SlackSandbox, slack_sdk: WebClient
) -> None:
    first = slack_sdk.chat_postMessage(channel=SAM, text="one")["channel"]
    assert first == slack_sdk.conversations_open(users=SAM)["channel"]["id"]
    assert first == slack_sdk.chat_postMessage(channel=first, text="two")["channel"]
    assert [post.text for post in slack.posts_in(SAM)] == ["one", "two"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"channel": "nowhere", "text": "x"}, "channel_not_found"),
        ({"channel": SUPPORT}, "no_text"),
        ({"channel": SUPPORT, "text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x"}, "missing_argument"),
    ],
)
def test_what_cannot_be_posted_is_refused(
    world: World, slack: SlackSandbox, fields: dict[str, str], code: str
) -> None:
    """Whether as a form or as JSON."""
    address = f"{world.url}/api/chat.postMessage"
    headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
    for body in ({"data": fields}, {"json": fields}):
        told = requests.post(address, headers=headers, timeout=5, **body).json()  # type: ignore[arg-type]
        assert told["error"] == code
    assert slack.posts == []


def test_the_history_tells_the_newest_first_and_metadata_where_asked_for(
    slack_sdk: WebClient,
) -> None:
    slack_sdk.chat_postMessage(channel=SUPPORT, text="one", metadata=METADATA)
    slack_sdk.chat_postMessage(channel=SUPPORT, text="two")
    slack_sdk.chat_postMessage(channel=GENERAL, text="elsewhere")

    plain = slack_sdk.conversations_history(channel=SUPPORT)["messages"]
    assert [row["text"] for row in plain] == ["two", "one"]
    assert "metadata" not in plain[1]
    whole = slack_sdk.conversations_history(channel=SUPPORT, include_all_metadata=True)["messages"]
    assert whole[1]["metadata"] == METADATA
    newer = slack_sdk.conversations_history(channel=SUPPORT, oldest=plain[1]["ts"])["messages"]
    assert [row["text"] for row in newer] == ["two"]


def test_the_history_has_scopes_of_its_own(slack: SlackSandbox, slack_sdk: WebClient) -> None:
    slack.switches["scopes"] = "no history"
    assert refusal(lambda: slack_sdk.conversations_history(channel=SUPPORT)) == "missing_scope"


def test_a_post_is_kept_although_its_answer_is_lost(
    world: World, slack: SlackSandbox, slack_sdk: WebClient
) -> None:
    world.faults.add(Fault("slack", "lost", "chat.postMessage"))
    with pytest.raises(OSError, match="closed connection"):
        slack_sdk.chat_postMessage(channel=SUPPORT, text="one")
    assert [post.text for post in slack.posts] == ["one"]
