"""Slack's answers to the questions that every provider is asked."""

from typing import Any

from integrations.sandbox import World
from integrations.slack.client import SlackClient
from integrations.slack.sandbox import SlackSandbox
from integrations.slack.sandbox_seed import SUPPORT
from tests.integrations.conformance import Conformance
from tests.integrations.slack.calls import everybody


def read(client: SlackClient) -> object:
    return client.users()


def write(client: SlackClient) -> object:
    return client.post(SUPPORT, "Sarah is on support this week.", key="a-key")


def fill(world: World) -> list[str]:
    sandbox = world.of(SlackSandbox)
    for number in range(450):
        sandbox.add_user(f"Person {number}")
    return list(sandbox.users)


def with_member(row: Any) -> Any:
    return lambda answer: {**answer, "members": [row]}


TABLE = Conformance(
    grant=lambda world: world["slack"].grant("rotabot"),
    bad={"bot_token": "xoxb-never-issued-token"},
    secret="bot_token",
    read=read,
    reads="POST /api/users.list",
    write=write,
    writes="POST /api/chat.postMessage",
    wrong_shapes=(
        None,
        [],
        "text",
        {"ok": "true"},
        {"ok": False},
        {"ok": False, "error": 7},
        lambda answer: {**answer, "members": None},
        lambda answer: {**answer, "members": {}},
        lambda answer: {**answer, "response_metadata": {"next_cursor": 7}},
        lambda answer: {**answer, "has_more": True, "response_metadata": {"next_cursor": ""}},
        with_member(None),
        with_member("text"),
        with_member({"id": "U0EXAMPLE1"}),
        with_member({"id": "", "profile": {}}),
        with_member({"id": "U0EXAMPLE1", "profile": {"display_name": 7}}),
        with_member({"id": "U0EXAMPLE1", "profile": {}, "deleted": "yes"}),
    ),
    fill=fill,
    list_all=lambda client: [user.id for user in everybody(client)],
)
