"""`list_event_types CONNECTION`: the absence categories at Productive, with their ids."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from integrations import connections
from integrations.errors import IntegrationError, RetryableError
from integrations.models import Connection
from integrations.productive.client import Event, ProductiveClient
from uploader.command import FAILED, WAITING, Answer, JsonCommand, WrongUse
from uploader.items import Incomplete
from uploader.reading import Reading

PROVIDER = "productive"


class Command(JsonCommand):
    help = (
        "List the absence categories of a Productive connection, for the options of a leave sync."
    )
    nothing = {"connection": "", "event_types": [], "error": None}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="CONNECTION", help="the connection's name")

    def answer(self, options: dict[str, Any]) -> Answer:
        self.nothing = {**self.nothing, "connection": options["name"]}
        connection = _connection(options["name"])
        try:
            client = connections.client(connection)
            if not isinstance(client, ProductiveClient):
                raise TypeError(f"{connection.provider} was checked to be {PROVIDER}")
            reading = Reading({}, now=timezone.now)
            found = reading.whole("absence categories", Event, client.events)
        except (IntegrationError, Incomplete) as error:
            waits = isinstance(error, RetryableError | Incomplete)
            return self._unfinished(str(error), WAITING if waits else FAILED)
        for event in sorted(found, key=lambda event: event.name.casefold()):
            self.show(f"{event.id:>8}  {event.name}{_remarks(event)}")
        return Answer({**self.nothing, "event_types": [_as_json(event) for event in found]})


def _connection(name: str) -> Connection:
    team = Connection.objects.filter(provider=PROVIDER, owner=None)
    connection = team.filter(name=name).first()
    if connection is None:
        names = ", ".join(team.values_list("name", flat=True)) or "none"
        raise WrongUse(f"There is no connection to Productive called “{name}”. There are: {names}.")
    if not connection.enabled:
        raise WrongUse(f"The connection “{name}” is switched off.")
    return connection


def _remarks(event: Event) -> str:
    remarks = [
        words
        for words, is_so in (
            ("archived", event.is_archived),
            ("no absence: people are working", event.absence_type != "time_off"),
            ("needs an entitlement", event.is_limited),
            ("no half days", not event.half_days),
        )
        if is_so
    ]
    return f" ({', '.join(remarks)})" if remarks else ""


def _as_json(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "name": event.name,
        "absence": event.absence_type == "time_off",
        "half_days": event.half_days,
        "limited": event.is_limited,
        "archived": event.is_archived,
    }
