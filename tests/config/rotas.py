"""A file with a rota in it, and what `configure` makes of it."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from rota.models import Duty, Rota, Shift

Write = Callable[[str], Path]

HEAD = """
[rotas.support]
kind = "paired"
title = "Support"
timezone = "Europe/London"
holidays = "GB-ENG"
starts_on = 2026-12-01
start_with = "seniors"
"""
GROUPS = """
[rotas.support.groups]
seniors = ["David", {name = "Priya", email = "priya@example.org"}]
others = ["Andy",
  {name = "Murdo", slack_id = "U7", weekdays = ["mon", "tue"], weight = 0.6, until = 2027-03-31}]
"""
CALENDAR = """
[rotas.support.google_calendar]
connection = "calendar"
calendar_id = "c_support@group.calendar.google.com"
"""
ROTA = HEAD + GROUPS


def run(file: Path, *flags: str) -> tuple[int, dict[str, Any], str]:
    """Status, the JSON document, and what people read."""
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("configure", str(file), "--json", *flags, stdout=out, stderr=err)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, json.loads(out.getvalue()), err.getvalue()


def lines(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(change["action"], change["what"]) for change in document["changes"]]


def applied(file: Path) -> list[tuple[str, str]]:
    """What was changed; checked: it went well, and again there is nothing to change."""
    code, document, _ = run(file, "--apply")
    assert (code, document["error"]) == (0, None)
    assert run(file, "--apply")[1]["changes"] == []
    return lines(document)


def today() -> date:
    return timezone.now().astimezone(Rota(timezone="Europe/London").zone).date()


def served(rota: Rota, name: str) -> Duty:
    """A day a week ago on which somebody led."""
    day = today() - timedelta(days=7)
    shift = Shift.objects.create(
        rota=rota,
        start=day,
        end=day + timedelta(days=1),
        leads="seniors",
        changed_at=timezone.now(),
    )
    return Duty.objects.create(shift=shift, role="lead", member=rota.members.get(person__name=name))
