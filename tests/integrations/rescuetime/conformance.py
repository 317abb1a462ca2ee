"""RescueTime's answers to the questions that every provider is asked."""

from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.rescuetime.client import RescueTimeClient, Table
from tests.integrations.conformance import Conformance


def read(client: RescueTimeClient) -> Table:
    today = datetime.now(UTC).date()
    return client.rows(today - timedelta(days=13), today)


def with_row(row: Any) -> Any:
    return lambda answer: {**answer, "rows": [row]}


TABLE = Conformance(
    grant=lambda world: world["rescuetime"].grant("ben"),
    bad={"access_token": "never-issued-token", "scope": "time_data"},
    read=read,
    reads="GET /api/oauth/data",
    wrong_shapes=(
        None,
        [],
        "text",
        lambda answer: {**answer, "rows": None},
        lambda answer: {**answer, "row_headers": {}},
        lambda answer: {**answer, "row_headers": [*answer["row_headers"][:-1], "Mood"]},
        lambda answer: {**answer, "row_headers": answer["row_headers"][:-1]},
        with_row("text"),
        with_row([]),
        with_row(["2026-03-02", 12, 1, "editor.example", "Editing", 2]),
        with_row(["2026-13-02T00:00:00", 12, 1, "editor.example", "Editing", 2]),
        with_row(["1999-01-01T00:00:00", 12, 1, "editor.example", "Editing", 2]),
    ),
    token_in_address=True,
)
