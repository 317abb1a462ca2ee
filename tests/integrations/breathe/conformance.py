"""Breathe's answers to the questions that every provider is asked."""

from datetime import date
from typing import Any

from integrations.breathe.sandbox import BreatheSandbox
from integrations.sandbox import World
from tests.integrations.breathe.calls import ABSENCE, whole
from tests.integrations.conformance import Conformance


def fill(world: World) -> list[int]:
    sandbox = world.of(BreatheSandbox)
    for number in range(250):
        sandbox.add_absence(7001, date.fromordinal(700_000 + number))
    return list(sandbox.lists["absences"])


def with_row(row: Any) -> Any:
    return lambda answer: {**answer, "absences": [row]}


TABLE = Conformance(
    grant=lambda world: world["breathe"].grant("company"),
    bad={"api_key": "prod-never-issued"},
    secret="api_key",
    read=lambda client: client.absences(),
    reads="GET /v1/absences",
    wrong_shapes=(
        None,
        [],
        "text",
        lambda answer: {**answer, "absences": None},
        lambda answer: {**answer, "absences": {}},
        lambda answer: {"holidays": answer["absences"]},
        with_row(None),
        with_row("text"),
        with_row([]),
        with_row({}),
        with_row({**ABSENCE, "type": "Sabbatical"}),
        with_row({**ABSENCE, "id": "900001"}),
        with_row({**ABSENCE, "end_date": "06/11/2026"}),
    ),
    fill=fill,
    list_all=lambda client: [absence.id for absence in whole(client.absences)],
)
