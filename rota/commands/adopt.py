"""`rota adopt`: taking over what the tool before put on the calendar."""

from datetime import date, datetime
from typing import Any

from django.core.management.base import CommandParser

from integrations.errors import IntegrationError, RetryableError
from rota import adopting, arguments, setup, showing, tables
from rota.adopting import Adoption
from rota.adoption import Told
from rota.commands.part import Part, add_apply
from rota.duties import Doing
from rota.models import Rota
from uploader import building
from uploader import report as sync_report
from uploader.command import FAILED, WAITING, Answer, WrongUse
from uploader.engine import Incomplete
from uploader.inline import DryRun
from uploader.kinds import CannotRun
from uploader.models import Change, Sync


class Adopt(Part):
    name = "adopt"
    words = "take over what the tool before put on the calendar"

    @classmethod
    def add_arguments(cls, parser: CommandParser) -> None:
        parser.add_argument("--until", metavar="DATE", help="the last day, itself included")
        parser.add_argument(
            "--team-roles", metavar="FILE", help="for rolling rotas, which a later release brings"
        )
        add_apply(parser)

    @classmethod
    def nothing(cls, rota: str) -> dict[str, Any]:
        return showing.of_change(showing.of_nothing(rota))

    def answer(self, rota: Rota, options: dict[str, Any], *, now: datetime) -> Answer:
        if options["team_roles"] is not None:
            raise WrongUse("--team-roles is for rolling rotas, which a later release brings.")
        until = arguments.day(options["until"], option="until")
        sync = arguments.sync_of(rota, setup.CALENDAR)
        doing = Doing(now=now)
        try:
            said = self._read(sync, rota, until=until, doing=doing)
        except (IntegrationError, Incomplete, CannotRun) as error:
            waits = isinstance(error, RetryableError | Incomplete)
            return self.unfinished(rota, str(error), WAITING if waits else FAILED)
        do = adopting.carried_out if options["apply"] else adopting.looked
        return self._adopted(do(rota, sync, said, doing=doing), apply=options["apply"], now=now)

    def _read(self, sync: Sync, rota: Rota, *, until: date | None, doing: Doing) -> list[Told]:
        with self.command.at_work(sync) as manner:
            look = DryRun(sync=sync, manner=manner)
            kind = building.build(sync, {}, manner, look, explicit=True)
            return adopting.told(kind, rota, until=until, doing=doing)

    def _adopted(self, found: Adoption, *, apply: bool, now: datetime) -> Answer:
        rota = found.rota
        outcome = Change.Outcome.DONE if apply else Change.Outcome.PLANNED
        days = [finding.told.day for finding in found.taken]
        shown = showing.lines(
            rota,
            first=min([*days, rota.today(now)]),
            planned=[] if apply else found.planned(),
        )
        self._tell(found, apply=apply)
        return Answer(
            showing.of_change(
                showing.document(rota, shown),
                applied=apply,
                changes=[sync_report.of_line(change) for change in found.changes(outcome=outcome)],
                warnings=found.warnings(),
            )
        )

    def _tell(self, found: Adoption, *, apply: bool) -> None:
        show = self.command.show
        for line in tables.of_names(found.findings):
            show(line)
        for change in found.changes(outcome=""):
            if change.action == "conflict":
                show(f"left     {change.what} ({change.reason})")
        for warning in found.warnings():
            self.command.warn(warning)
        if not found.taken:
            show("There is nothing to take over.")
        elif apply:
            show(f"{len(found.taken)} events are the rota's own from now on.")
        else:
            show(f"{len(found.taken)} events would be taken over: --apply does it.")
