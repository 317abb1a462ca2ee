"""The few things that every test of Geekbot's client and of its stand-in does."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from integrations.client import FixedCredentials, Gate
from integrations.geekbot.client import GeekbotClient, StandupFields
from integrations.geekbot.sandbox import GeekbotSandbox
from integrations.geekbot.sandbox_seed import ADMIN_KEY, MEMBER_KEY
from integrations.sandbox import World
from tests.integrations.misbehaving import Misbehaving

__all__ = ["ADMIN_KEY", "MEMBER_KEY"]

# A Monday, noon.
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
SARAH, JONAS, ANTON = "U0SARAH", "U0JONAS", "U0ANTON"
HANDOVER = StandupFields(
    name="Support Triager hand-over",
    channel="support",
    time="10:00:00",
    timezone="Europe/Stockholm",
    days=("Wed",),
    users=(SARAH,),
    questions=("You take over on Wednesday. Reply ok to confirm.",),
    wait_minutes=10,
)
# One good row of each, as Geekbot writes them.
STANDUP_ROW: dict[str, Any] = {
    "id": 7001,
    "name": "Support role hand-over",
    "time": "10:00:00",
    "wait_time": 600,
    "timezone": "Europe/Stockholm",
    "days": ["Wed"],
    "channel": "#support",
    "channel_ready": True,
    "questions": [{"id": 9001, "text": "Reply ok", "color": None, "hasAnswers": False}],
    "users": [{"id": "U0EXAMPLE1", "role": "member", "realname": None}],
    "users_total": 1,
    "webhooks": [],
    "master": "U0EXAMPLE9",
    "sync_channel_members": False,
    "draft": False,
    "paused": False,
}
REPORT_ROW: dict[str, Any] = {
    "id": 8001,
    "slack_ts": 1700000000,
    "standup_id": 7001,
    "timestamp": 1700000000,
    "channel": "#support",
    "is_anonymous": False,
    "member": {"id": "U0EXAMPLE1", "username": "ada", "realname": "Ada Example"},
    "questions": [{"id": 8801, "question": "Reply ok", "question_id": 9001, "answer": "ok"}],
}


def fields(**changes: Any) -> StandupFields:
    return replace(HANDOVER, **changes)


def client_with(key: str, *, url: str, gate: Gate | None = None) -> GeekbotClient:
    keys = FixedCredentials({"api_key": key}, provider="Geekbot")
    return GeekbotClient(keys, base_url=url, gate=gate)


def of(world: World, *, key: str = ADMIN_KEY, gate: Gate | None = None) -> GeekbotClient:
    return client_with(key, url=world.url, gate=gate)


def at(misbehaving: Misbehaving, body: Any, status: str = "200 OK") -> GeekbotClient:
    """A client of a server that answers just this."""
    data = json.dumps(body).encode()
    length = b"Content-Length: %d" % len(data)
    misbehaving.answer = misbehaving.head(length, status=status.encode()) + data
    return client_with("made-up-key", url=misbehaving.url)


def stopped(world: World, moment: datetime = NOON) -> GeekbotSandbox:
    """The stand-in, its clock standing still until a test moves it."""
    sandbox = world.of(GeekbotSandbox)
    sandbox.now = lambda: moment
    sandbox.catch_up()
    return sandbox
