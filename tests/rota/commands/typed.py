"""What somebody types, and what comes of it."""

import json
from io import StringIO
from typing import Any

from django.core.management import call_command

SHOW = ["rota", "kind", "timezone", "shifts", "gaps"]
CHANGE = [*SHOW, "applied", "changes", "level", "given_up", "warnings", "error"]
FIELDS = {
    "show": [*SHOW, "error"],
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
