"""`rota publish`: the calendar brought in step, the same as the sync of it."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from rota import arguments, setup
from rota.commands.part import Part, add_apply
from rota.models import Rota
from uploader import report as sync_report
from uploader.command import Answer


class Publish(Part):
    name = "publish"
    words = "bring the calendar in step, as `sync NAME-calendar` does"

    @classmethod
    def add_arguments(cls, parser: CommandParser) -> None:
        how = parser.add_mutually_exclusive_group()
        add_apply(how)
        how.add_argument(
            "--approve",
            metavar="CHECKSUM",
            help="do what was shown under this checksum, and nothing beyond it",
        )

    @classmethod
    def nothing(cls, rota: str) -> dict[str, Any]:
        return sync_report.of_nothing(setup.name_of(rota, setup.CALENDAR), setup.CALENDAR)

    def answer(self, rota: Rota, options: dict[str, Any], *, now: datetime) -> Answer:
        sync = arguments.sync_of(rota, setup.CALENDAR)
        document = self.command.done(sync, {}, apply=options["apply"], approve=options["approve"])
        self.command.tell(document)
        return self.command.answer_of(document)
