"""Clockify's answers to the questions that every provider is asked."""

from datetime import timedelta
from typing import Any

from integrations.clockify.client import ClockifyClient, Entry
from integrations.clockify.sandbox import ClockifySandbox
from integrations.sandbox import World
from integrations.shapes import Page
from tests.integrations.clockify.rows import ABSENT, ENTRY_ROW, NINE, changed, every, values
from tests.integrations.conformance import Conformance

# The first of each that the stand-in has: our workspace, and Ada, who owns it.
OURS, ADA = (f"64a0{digit}{1:019x}" for digit in "ba")
IN_WORKSPACE = f"/api/v1/workspaces/{OURS}"


def read(client: ClockifyClient, page: str | None = None) -> Page[Entry]:
    return client.entries(page, workspace=OURS, user=ADA, start=NINE - timedelta(days=365))


def fill(world: World) -> list[str]:
    sandbox = world.of(ClockifySandbox)
    for number in range(2100):
        start = NINE + timedelta(hours=number)
        sandbox.add_entry(OURS, ADA, start, start + timedelta(minutes=50))
    return [entry.id for entry in reversed(sandbox.entries_of(OURS, ADA))]


def with_row(row: Any) -> Any:
    return lambda answer: [row]


def with_field(path: str, value: Any) -> Any:
    return with_row(changed(ENTRY_ROW, path, value))


TABLE = Conformance(
    grant=lambda world: world["clockify"].grant("ours"),
    bad={"api_key": "never-issued-key"},
    secret="api_key",
    read=read,
    reads=f"GET {IN_WORKSPACE}/user/{ADA}/time-entries",
    write=lambda client: client.create_entry(OURS, values()),
    writes=f"POST {IN_WORKSPACE}/time-entries",
    wrong_shapes=(
        None,
        {},
        "text",
        7,
        lambda answer: {"timeentries": answer},
        with_row(None),
        with_row("text"),
        with_row([]),
        with_row({}),
        with_row({"id": "64a0e1"}),
        with_field("timeInterval", None),
        with_field("timeInterval.start", "2026-03-02T09:00:00"),
        with_field("timeInterval.end", ABSENT),
        with_field("userId", None),
        with_field("tagIds", "64a021"),
        with_field("billable", "true"),
    ),
    fill=fill,
    list_all=lambda client: [entry.id for entry in every(lambda page: read(client, page))],
)
