"""What somebody types, and what comes of it."""

import json
from io import StringIO
from typing import Any

from django.core.management import call_command

from rota.models import Duty

SHOW = ["rota", "kind", "timezone", "shifts", "gaps"]
CHANGE = [*SHOW, "applied", "changes", "level", "given_up", "warnings", "error"]
FIELDS = {
    "show": [*SHOW, "error"],
    "members": ["rota", "members", "error"],
    "handover": ["rota", "shift", "steps", "error"],
    "report": ["rota", "members", "from", "to", "config", "error"],
    "publish": [
        *("sync", "kind", "run", "status", "applied", "checksum", "retry_at"),
        *("counts", "requests", "changes", "warnings", "error"),
    ],
}


def rota(*arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit status and the one document; errors are told people too, on the other output."""
    code, out, err = _called(*arguments, "--json")
    document: dict[str, Any] = json.loads(out)
    assert list(document) == FIELDS.get(arguments[0], CHANGE)
    assert (document["error"] or "") in err
    return code, document


def words(*arguments: str) -> str:
    """What people read on standard output."""
    return _called(*arguments)[1]


def refused(*arguments: str) -> str:
    """The one sentence; checked: status 2."""
    code, document = rota(*arguments)
    assert code == 2
    return str(document["error"])


def _called(*arguments: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("rota", *arguments, stdout=out, stderr=err)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, out.getvalue(), err.getvalue()


# ----------------------------------------------------------------- adopting


def changes(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(each["action"], each["outcome"], each["what"]) for each in document["changes"]]


def left(document: dict[str, Any]) -> dict[str, str]:
    """Why what is left alone is, by its day."""
    conflicts = [each for each in document["changes"] if each["action"] == "conflict"]
    assert all(each["outcome"] == "skipped" for each in conflicts)
    return {each["what"][:10]: each["reason"] for each in conflicts}


def on_duty() -> dict[str, tuple[str, str]]:
    """Who leads and who assists, by day, as it is stored."""
    rows = Duty.objects.filter(shift__cancelled_at=None).select_related("shift", "member__person")
    held = {(f"{duty.shift.start}", duty.role): str(duty.member) for duty in rows}
    return {day: (held[day, "lead"], held[day, "assist"]) for day, _ in held}
