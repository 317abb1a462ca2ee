"""What tests of Slack share: clients, whole lists, and answers as a server may give them."""

import json
from collections.abc import Mapping
from typing import Any

from integrations.client import Gate
from integrations.sandbox import World
from integrations.slack.client import SlackClient, User
from integrations.slack.sandbox_seed import BOT_TOKEN
from tests.integrations.conftest import client_of
from tests.integrations.misbehaving import Misbehaving


def client_with(world: World, person: str = "rotabot", *, gate: Gate | None = None) -> SlackClient:
    made: SlackClient = client_of("slack", world["slack"].grant(person), url=world.url, gate=gate)
    return made


def everybody(client: SlackClient) -> list[User]:
    """All the pages of people together."""
    page = client.users()
    found = list(page.rows)
    while page.next is not None:
        page = client.users(page.next)
        found += page.rows
    return found


def at(
    misbehaving: Misbehaving, body: Any, *headers: str, status: str = "200 OK", **tokens: str
) -> SlackClient:
    """A client of a server that answers just this."""
    data = json.dumps(body).encode()
    lines = [f"Content-Length: {len(data)}", *headers]
    coded = [line.encode() for line in lines]
    misbehaving.answer = misbehaving.head(*coded, status=status.encode()) + data
    keys: Mapping[str, Any] = {"bot_token": BOT_TOKEN, **tokens}
    made: SlackClient = client_of("slack", keys, url=misbehaving.url)
    return made


def asked_for(world: World) -> list[str]:
    """The methods that were called, one after the other."""
    return [seen.path.removeprefix("/api/") for seen in world.requests]
