"""`rota next`, `bulk` and `set-roles`: more shifts of a rolling rota, and where it stands."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from rota import arguments
from rota.commands.changing import Changing
from rota.commands.part import add_apply
from rota.models import Rota


class Next(Changing):
    name = "next"
    words = "one more shift of a rolling rota"

    @classmethod
    def add_arguments(cls, parser: CommandParser) -> None:
        add_apply(parser)

    def params(self, rota: Rota, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        return arguments.more(rota, options, now=now)


class Bulk(Changing):
    name = "bulk"
    words = "many more shifts of a rolling rota, or all of them anew from a day on"

    @classmethod
    def add_arguments(cls, parser: CommandParser) -> None:
        parser.add_argument("-n", "--number", metavar="N", help="how many; without it, a year's")
        parser.add_argument(
            "-d",
            "--date",
            metavar="DATE",
            help="from the first handover on that day or later, in place of what is there; "
            "without it, after what is there",
        )
        parser.add_argument(
            "-m",
            "--member",
            metavar="MEMBER",
            help="who has the role on that day, by name, e-mail or Slack id: the one after them "
            "begins",
        )
        add_apply(parser)

    def params(self, rota: Rota, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        return arguments.more(rota, options, now=now)


class SetRoles(Changing):
    name = "set-roles"
    words = "say who is on duty in a rolling rota now; their successors are who comes after them"

    @classmethod
    def add_arguments(cls, parser: CommandParser) -> None:
        parser.add_argument(
            "--current",
            metavar="MEMBER",
            required=True,
            help="who serves, by name, e-mail or Slack id",
        )
        parser.add_argument(
            "--incoming",
            metavar="MEMBER",
            help="who started last and serves beside them, where two serve at a time",
        )
        add_apply(parser)

    def params(self, rota: Rota, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        return arguments.roles(rota, options, now=now)
