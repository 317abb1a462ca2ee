"""`rota show` and `rota report`: who is on when, and how evenly that fell."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from rota import arguments, report, showing, tables
from rota.commands.part import Part
from rota.models import Rota
from uploader.command import Answer
from uploader.showing import RunCommand


class Show(Part):
    name = "show"
    words = "who is on when"

    @classmethod
    def add_arguments(cls, parser: CommandParser) -> None:
        parser.add_argument("--from", metavar="DATE", help="the first day; without it, today")
        parser.add_argument("--until", metavar="DATE", help="the last day, itself included")

    @classmethod
    def nothing(cls, rota: str) -> dict[str, Any]:
        return showing.of_nothing(rota)

    def answer(self, rota: Rota, options: dict[str, Any], *, now: datetime) -> Answer:
        first, until = arguments.span(options)
        shown = showing.lines(rota, first=first or rota.today(now), until=until)
        tell_rota(self.command, rota, shown, now=now)
        return Answer(showing.document(rota, shown) | {"error": None})


def tell_rota(
    command: RunCommand, rota: Rota, shown: Sequence[showing.Line], *, now: datetime
) -> None:
    """The rota as a table."""
    if not shown:
        command.show(f"{rota}: there are no duties in that time.")
        return
    for line in tables.of_rota(shown, today=rota.today(now)):
        command.show(line)


class Report(Part):
    name = "report"
    words = "how evenly the duties fell, and how it is set up"

    @classmethod
    def nothing(cls, rota: str) -> dict[str, Any]:
        return {"rota": rota, "members": [], "from": None, "to": None, "config": {}}

    def answer(self, rota: Rota, options: dict[str, Any], *, now: datetime) -> Answer:
        document = report.document(rota, now=now)
        if document["members"] and document["from"]:
            self.command.show(f"{rota}, {document['from']} to {document['to']}")
            for line in tables.of_report(document):
                self.command.show(line)
        else:
            self.command.show(f"{rota}: nobody has served yet.")
        return Answer(document | {"error": None})
