"""Geekbot's answers to the questions that every provider is asked."""

from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.geekbot.client import GeekbotClient
from integrations.geekbot.rows import Report
from integrations.geekbot.sandbox import GeekbotSandbox
from integrations.geekbot.sandbox_stored import StoredReport
from integrations.sandbox import World
from tests.integrations.conformance import Conformance
from tests.integrations.geekbot.calls import HANDOVER, REPORT_ROW

# The stand-up of the seeded ones that Yara takes part in.
STANDUP, YARA = 7002, "U0YARA"
BEGIN = datetime(2026, 11, 2, 9, tzinfo=UTC)


def read(client: GeekbotClient) -> list[Report]:
    return client.reports(STANDUP, user_id=YARA, after=BEGIN)


def fill(world: World) -> list[int]:
    """Every third of them comes in the same second as the one before."""
    sandbox = world.of(GeekbotSandbox)
    for number in range(250):
        at = BEGIN + timedelta(seconds=number - (number % 3 == 2))
        held = StoredReport(8001 + number, STANDUP, YARA, at, [(9001, "Done?")], ["ok"])
        sandbox.reports[held.id] = held
    return [8250 - number for number in range(250)]


def with_row(row: Any) -> Any:
    return lambda answer: [row]


def with_field(name: str, value: Any) -> Any:
    return with_row({**REPORT_ROW, name: value})


TABLE = Conformance(
    grant=lambda world: world["geekbot"].grant("admin"),
    bad={"api_key": "never-issued-key"},
    secret="api_key",
    read=read,
    reads="GET /v1/reports",
    write=lambda client: client.create(HANDOVER),
    writes="POST /v1/standups",
    wrong_shapes=(
        None,
        {},
        "text",
        7,
        lambda answer: {"reports": answer},
        with_row(None),
        with_row("text"),
        with_row([]),
        with_row({}),
        with_field("id", "8001"),
        with_field("timestamp", None),
        with_field("timestamp", "yesterday"),
        with_field("timestamp", 10**15),
        with_field("standup_id", None),
        with_field("member", "U0EXAMPLE1"),
        with_field("questions", None),
        with_field("questions", [{"answer": 7}]),
    ),
    fill=fill,
    list_all=lambda client: [report.id for report in read(client)],
)
