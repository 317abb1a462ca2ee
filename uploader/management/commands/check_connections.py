"""`check_connections [NAME …]`: one cheap call at each provider; heals what works again."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from integrations import connections
from integrations.errors import IntegrationError
from integrations.models import Connection
from uploader.command import DONE, FAILED, Answer, JsonCommand, WrongUse


class Command(JsonCommand):
    help = "Make the cheapest call at each provider; what works again is marked as connected."
    nothing = {"connections": []}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "names", nargs="*", metavar="NAME", help="only these; else all that are in use"
        )

    def answer(self, options: dict[str, Any]) -> Answer:
        checked = []
        broken = []
        for connection in _chosen(options["names"]):
            works, detail = _checked(connection)
            self.say(f"{connection.name}: {connection.get_state_display()}. {detail}")
            checked.append(
                {
                    "name": connection.name,
                    "provider": connection.provider,
                    "state": connection.state,
                    "detail": detail,
                }
            )
            if not works:
                broken.append(connection.name)
        error = f"Not working: {', '.join(broken)}." if broken else None
        return Answer({"connections": checked, "error": error}, FAILED if broken else DONE)


def _chosen(names: list[str]) -> Iterable[Connection]:
    if not names:
        in_use = Connection.objects.filter(enabled=True)
        return in_use.exclude(state=Connection.State.DISCONNECTED).iterator()
    found = {row.name: row for row in Connection.objects.filter(name__in=names)}
    for name in names:
        if name not in found:
            raise WrongUse(f"There is no connection “{name}”.")
        if not found[name].enabled:
            raise WrongUse(f"The connection “{name}” is switched off.")
    return [found[name] for name in dict.fromkeys(names)]


def _checked(connection: Connection) -> tuple[bool, str]:
    if connection.state == Connection.State.DISCONNECTED:
        return False, "It was disconnected."
    try:
        return True, connections.check(connection, now=timezone.now())
    except IntegrationError as error:
        return False, str(error)
