"""`rota adopt`: taking over what the tool before put on the calendar."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from integrations.errors import IntegrationError, RetryableError
from rota import adopting, arguments, setup, showing, tables, team_roles
from rota.adopting import Adoption
from rota.adoption import Told, titles
from rota.commands.part import Part, add_apply
from rota.duties import Doing
from rota.models import Rota
from rota.syncs.calendar.titles import squeezed
from rota.team_roles import Holder
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
            "--team-roles",
            metavar="FILE",
            help="of a rolling rota: the earlier tool's team-roles.json, which may know Slack ids",
        )
        parser.add_argument(
            "--take",
            metavar="NAME=MEMBER",
            action="append",
            default=[],
            help="whose name a name on the calendar is, where that is not clear; repeatable",
        )
        add_apply(parser)

    @classmethod
    def nothing(cls, rota: str) -> dict[str, Any]:
        return showing.of_change(showing.of_nothing(rota))

    def answer(self, rota: Rota, options: dict[str, Any], *, now: datetime) -> Answer:
        until = arguments.day(options["until"], option="until")
        file = _team_roles(rota, options["team_roles"])
        said = {**_by_slack_id(rota, file), **_taken(rota, options["take"], now=now)}
        sync = arguments.sync_of(rota, setup.CALENDAR)
        doing = Doing(now=now)
        try:
            told = self._read(sync, rota, until=until, doing=doing)
        except (IntegrationError, Incomplete, CannotRun) as error:
            waits = isinstance(error, RetryableError | Incomplete)
            return self.unfinished(rota, str(error), WAITING if waits else FAILED)
        told, warnings = adopting.with_file(rota, told, file, doing=doing)
        do = adopting.carried_out if options["apply"] else adopting.looked
        found = do(rota, sync, told, doing=doing, said=said)
        return self._adopted(found, warnings, apply=options["apply"], now=now)

    def _read(self, sync: Sync, rota: Rota, *, until: date | None, doing: Doing) -> list[Told]:
        with self.command.at_work(sync) as manner:
            look = DryRun(sync=sync, manner=manner)
            kind = building.build(sync, {}, manner, look, explicit=True)
            return adopting.told(kind, rota, until=until, doing=doing)

    def _adopted(
        self, found: Adoption, warnings: list[str], *, apply: bool, now: datetime
    ) -> Answer:
        rota = found.rota
        warnings = [*warnings, *found.warnings()]
        outcome = Change.Outcome.DONE if apply else Change.Outcome.PLANNED
        days = [finding.told.day for finding in found.taken]
        shown = showing.lines(
            rota,
            first=min([*days, rota.today(now)]),
            planned=[] if apply else found.planned(),
        )
        self._tell(found, warnings, apply=apply)
        return Answer(
            showing.of_change(
                showing.document(rota, shown),
                applied=apply,
                changes=[sync_report.of_line(change) for change in found.changes(outcome=outcome)],
                warnings=warnings,
            )
        )

    def _tell(self, found: Adoption, warnings: list[str], *, apply: bool) -> None:
        show = self.command.show
        for line in tables.of_names(found.findings):
            show(line)
        for change in found.changes(outcome=""):
            if change.action == "conflict":
                show(f"left     {change.what} ({change.reason})")
        for warning in warnings:
            self.command.warn(warning)
        for question in found.questions():
            show(question)
        if not found.taken:
            show("There is nothing to take over.")
        elif apply:
            show(f"{_shifts(found)} the rota's own from now on.")
        else:
            show(f"{_shifts(found)} to be taken over: --apply does it.")


def _shifts(found: Adoption) -> str:
    return "1 shift is" if len(found.taken) == 1 else f"{len(found.taken)} shifts are"


def _team_roles(rota: Rota, path: str | None) -> dict[str, Holder]:
    """Who has the role by the earlier tool's file; nobody without one."""
    if path is None:
        return {}
    if not rota.is_rolling:
        raise WrongUse(f"--team-roles: {rota} is a paired rota; the file is about rolling ones.")
    try:
        return team_roles.read(Path(path).read_text(), titles=titles(rota))
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"--team-roles: {path} cannot be read: {error}.") from error
    except team_roles.NotUsable as error:
        raise WrongUse(f"--team-roles: {path}: {error}") from error


def _by_slack_id(rota: Rota, file: dict[str, Holder]) -> dict[str, int]:
    """People by the names in the file, where it knows who that is at Slack."""
    people = {
        member.person.slack_id: member.person_id
        for member in rota.members.select_related("person")
        if member.person.slack_id
    }
    held = {holder.name: people.get(holder.slack_id) for holder in file.values()}
    return {name: person for name, person in held.items() if person is not None}


def _taken(rota: Rota, words: list[str], *, now: datetime) -> dict[str, int]:
    """People by the names that somebody says are theirs."""
    found = {}
    for word in words:
        name, sign, who = word.partition("=")
        if not (sign and name.strip() and who.strip()):
            raise WrongUse(f"--take: “{word}” is not NAME=MEMBER, such as Chris=U0CHRIS.")
        found[squeezed(name)] = arguments.member(
            rota, who.strip(), option="take", now=now
        ).person_id
    return found
