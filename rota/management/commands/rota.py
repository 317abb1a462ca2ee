"""`rota PART NAME`: which parts there are; what each takes and does is in rota/commands/."""

import argparse
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from rota import arguments, showing
from rota.commands.adopt import Adopt
from rota.commands.changing import Clear, Generate
from rota.commands.handover import HandOver
from rota.commands.looking import Report, Show
from rota.commands.members import Members
from rota.commands.part import Part
from rota.commands.publish import Publish
from rota.commands.rolling import Bulk, Next, SetRoles
from uploader.command import Answer
from uploader.showing import RunCommand

PARTS: dict[str, type[Part]] = {
    part.name: part
    for part in (
        Generate,
        Next,
        Bulk,
        SetRoles,
        Show,
        Report,
        Members,
        Publish,
        Clear,
        Adopt,
        HandOver,
    )
}


class Command(RunCommand):
    help = "Rotas: who is on duty when, decided fairly, shown, and put on the calendar."
    nothing = showing.of_nothing() | {"error": None}

    def add_arguments(self, parser: CommandParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True, metavar="PART")
        for name, part in PARTS.items():
            part.add_arguments(self._parser(parts, name, part.words))

    def _parser(self, parts: Any, name: str, words: str) -> CommandParser:
        made: CommandParser = parts.add_parser(
            name, help=words, description=words, allow_abbrev=False
        )
        # Argparse would end the process by itself, without the one document we owe.
        made.called_from_command_line = False
        made.add_argument("name", metavar="NAME", help="the rota's name")
        made.add_argument(
            "--json",
            action="store_true",
            default=argparse.SUPPRESS,
            help="standard output is exactly one JSON document, whatever happens",
        )
        return made

    def _end_without_work(self, argv: list[str], sentence: str) -> None:
        named = next((word for word in argv[2:] if word in PARTS), Show.name)
        self.nothing = PARTS[named].nothing("") | {"error": None}
        super()._end_without_work(argv, sentence)

    def answer(self, options: dict[str, Any]) -> Answer:
        part = PARTS[options["part"]](self)
        self.nothing = part.nothing(options["name"])
        return part.answer(arguments.rota(options["name"]), options, now=timezone.now())

    def tell_of_a_look(self, document: dict[str, Any]) -> None:
        """Of duties, a checksum is of no use: they are planned anew from the same words."""
        if "planned" not in document:
            super().tell_of_a_look(document)
        elif document["planned"]:
            self.show("Nothing was written: the same with --apply does it.")
        else:
            self.show("It is as it should be: nothing to change.")
