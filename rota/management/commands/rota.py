"""`rota PART NAME`: generate, show, report, publish, clear, adopt; what each does is elsewhere."""

import argparse
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from integrations.errors import IntegrationError, RetryableError
from rota import adopting, arguments, report, setup, showing, tables
from rota.adopting import Adoption
from rota.adoption import Told
from rota.duties import Doing
from rota.models import Rota
from uploader import building
from uploader import report as sync_report
from uploader.command import FAILED, WAITING, Answer, WrongUse
from uploader.engine import Incomplete
from uploader.inline import DryRun
from uploader.kinds import CannotRun
from uploader.models import Change, Run, Sync
from uploader.showing import CODES, RunCommand

PARTS = ("generate", "show", "report", "publish", "clear", "adopt")


class Command(RunCommand):
    help = "Rotas: who is on duty when, decided fairly, shown, and put on the calendar."
    nothing = showing.of_nothing() | {"error": None}

    # ---------------------------------------------------------------- what is typed

    def add_arguments(self, parser: CommandParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True, metavar="PART")

        def part(name: str, words: str) -> CommandParser:
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

        _add_generate(part("generate", "(re)generate it from a day on, moving as little as can be"))
        _add_show(part("show", "who is on when"))
        part("report", "how evenly the duties fell, and how it is set up")
        _add_publish(part("publish", "bring the calendar in step, as `sync NAME-calendar` does"))
        _add_clear(part("clear", "remove the shifts that are to come"))
        _add_adopt(part("adopt", "take over what the tool before put on the calendar"))

    def _end_without_work(self, argv: list[str], sentence: str) -> None:
        named = next((word for word in argv[2:] if word in PARTS), "show")
        self.nothing = nothing_of(named, "") | {"error": None}
        super()._end_without_work(argv, sentence)

    def answer(self, options: dict[str, Any]) -> Answer:
        self.nothing = nothing_of(options["part"], options["name"])
        rota = arguments.rota(options["name"])
        parts: dict[str, Callable[[Rota, dict[str, Any], datetime], Answer]] = {
            "generate": self._generate,
            "show": self._show,
            "report": self._report,
            "publish": self._publish,
            "clear": self._clear,
            "adopt": self._adopt,
        }
        return parts[options["part"]](rota, options, timezone.now())

    # ---------------------------------------------------------------- what is shown

    def _show(self, rota: Rota, options: dict[str, Any], now: datetime) -> Answer:
        first, until = arguments.span(options)
        shown = showing.lines(rota, first=first or rota.today(now), until=until)
        self._tell_rota(rota, shown, now=now)
        return Answer(showing.document(rota, shown) | {"error": None})

    def _tell_rota(self, rota: Rota, shown: list[showing.Line], *, now: datetime) -> None:
        if not shown:
            self.show(f"{rota}: there are no duties in that time.")
            return
        for line in tables.of_rota(shown, today=rota.today(now)):
            self.show(line)

    def _report(self, rota: Rota, options: dict[str, Any], now: datetime) -> Answer:
        document = report.document(rota, now=now)
        if document["members"] and document["from"]:
            self.show(f"{rota}, {document['from']} to {document['to']}")
            for line in tables.of_report(document):
                self.show(line)
        else:
            self.show(f"{rota}: nobody has served yet.")
        return Answer(document | {"error": None})

    # ------------------------------------------------------------------ what is done

    def _generate(self, rota: Rota, options: dict[str, Any], now: datetime) -> Answer:
        sync = arguments.sync_of(rota, setup.DUTIES)
        params = arguments.generation(rota, options, now=now)
        return self._changed(rota, sync, params, apply=options["apply"], now=now)

    def _clear(self, rota: Rota, options: dict[str, Any], now: datetime) -> Answer:
        sync = arguments.sync_of(rota, setup.DUTIES)
        after = arguments.day(options["after"], option="after") or rota.today(now)
        if after < rota.today(now):
            raise WrongUse(f"--after: {after} is over, and what was stays as it is.")
        params = {"clear": after.isoformat()}
        return self._changed(rota, sync, params, apply=options["apply"], now=now)

    def _changed(
        self, rota: Rota, sync: Sync, params: dict[str, Any], *, apply: bool, now: datetime
    ) -> Answer:
        """The rota as it is afterwards, or would be, and what that took or would take."""
        planned: list[Change] = []
        if apply:
            document = self.carry_out(sync, params)
            sync.refresh_from_db()
            summary = sync.summary if document["applied"] and "clear" not in params else {}
        else:
            look: DryRun = self.looked(sync, params)
            document, planned, summary = sync_report.of_dry_run(look), look.changes, look.summary
        first = arguments.day(params.get("from"), option="from") or rota.today(now)
        shown = showing.lines(rota, first=first, planned=planned)
        self._tell_change(rota, document, shown, now=now)
        return Answer(
            showing.of_change(
                showing.document(rota, shown),
                applied=document["applied"],
                changes=document["changes"],
                level=summary.get("level"),
                given_up=summary.get("given_up", []),
                warnings=[*document["warnings"], *_how_to_approve(document)],
                error=document["error"],
            ),
            CODES[Run.Status(document["status"])],
        )

    def _tell_change(
        self,
        rota: Rota,
        document: dict[str, Any],
        shown: list[showing.Line],
        *,
        now: datetime,
    ) -> None:
        """The table tells what is new; lines of their own tell what moves, and what goes."""
        self._tell_rota(rota, shown, now=now)
        moved = [change for change in document["changes"] if change["action"] != "create"]
        self.tell(document | {"changes": moved, "planned": bool(document["changes"])})

    def tell_of_a_look(self, document: dict[str, Any]) -> None:
        if "planned" not in document:
            super().tell_of_a_look(document)
        elif document["planned"]:
            self.show("Nothing was written: the same with --apply does it.")
        else:
            self.show("It is as it should be: nothing to change.")

    def _publish(self, rota: Rota, options: dict[str, Any], now: datetime) -> Answer:
        sync = arguments.sync_of(rota, setup.CALENDAR)
        self.nothing = sync_report.of_nothing(sync.name, sync.kind)
        document = self.done(sync, {}, apply=options["apply"], approve=options["approve"])
        self.tell(document)
        return self.answer_of(document)

    # ------------------------------------------------------------------- taken over

    def _adopt(self, rota: Rota, options: dict[str, Any], now: datetime) -> Answer:
        if options["team_roles"] is not None:
            raise WrongUse("--team-roles is for rolling rotas, which a later release brings.")
        until = arguments.day(options["until"], option="until")
        sync = arguments.sync_of(rota, setup.CALENDAR)
        doing = Doing(now=now)
        try:
            said = self._read(sync, rota, until=until, doing=doing)
        except (IntegrationError, Incomplete, CannotRun) as error:
            waits = isinstance(error, RetryableError | Incomplete)
            return self._unfinished(str(error), WAITING if waits else FAILED)
        do = adopting.carried_out if options["apply"] else adopting.looked
        return self._adopted(do(rota, sync, said, doing=doing), apply=options["apply"], now=now)

    def _read(self, sync: Sync, rota: Rota, *, until: date | None, doing: Doing) -> list[Told]:
        with self.at_work(sync) as manner:
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
        self._tell_adoption(found, apply=apply)
        return Answer(
            showing.of_change(
                showing.document(rota, shown),
                applied=apply,
                changes=[sync_report.of_line(change) for change in found.changes(outcome=outcome)],
                warnings=found.warnings(),
            )
        )

    def _tell_adoption(self, found: Adoption, *, apply: bool) -> None:
        for line in tables.of_names(found.findings):
            self.show(line)
        for change in found.changes(outcome=""):
            if change.action == "conflict":
                self.show(f"left     {change.what} ({change.reason})")
        for warning in found.warnings():
            self.warn(warning)
        if not found.taken:
            self.show("There is nothing to take over.")
        elif apply:
            self.show(f"{len(found.taken)} events are the rota's own from now on.")
        else:
            self.show(f"{len(found.taken)} events would be taken over: --apply does it.")


def nothing_of(part: str, name: str) -> dict[str, Any]:
    """The document of a part that could not begin."""
    if part == "publish":
        return sync_report.of_nothing(setup.name_of(name, setup.CALENDAR), setup.CALENDAR)
    if part == "report":
        return {"rota": name, "members": [], "from": None, "to": None, "config": {}}
    shown = showing.of_nothing(name)
    return shown if part == "show" else showing.of_change(shown)


def _how_to_approve(document: dict[str, Any]) -> list[str]:
    if document["status"] != Run.Status.NEEDS_REVIEW:
        return []
    sync, checksum = document["sync"], document["checksum"]
    return [f"Nothing was written: `sync {sync} --approve {checksum}` does this plan."]


def _add_generate(parser: CommandParser) -> None:
    parser.add_argument(
        "--from",
        metavar="DATE",
        help="the first day that may change: YYYY-MM-DD; without it the first that has not begun",
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--cycles",
        metavar="N",
        help="how many cycles: what is left of the one under way counts as one; without it, one",
    )
    length.add_argument("--until", metavar="DATE", help="the last day, itself included")
    parser.add_argument("--seed", metavar="N", help="draw it anew with this seed, and keep that")
    _add_apply(parser)


def _add_show(parser: CommandParser) -> None:
    parser.add_argument("--from", metavar="DATE", help="the first day; without it, today")
    parser.add_argument("--until", metavar="DATE", help="the last day, itself included")


def _add_publish(parser: CommandParser) -> None:
    how = parser.add_mutually_exclusive_group()
    _add_apply(how)
    how.add_argument(
        "--approve",
        metavar="CHECKSUM",
        help="do what was shown under this checksum, and nothing beyond it",
    )


def _add_clear(parser: CommandParser) -> None:
    parser.add_argument(
        "-d",
        "--after",
        metavar="DATE",
        help="shifts that start after this day go; without it, after today",
    )
    _add_apply(parser)


def _add_adopt(parser: CommandParser) -> None:
    parser.add_argument("--until", metavar="DATE", help="the last day, itself included")
    parser.add_argument(
        "--team-roles", metavar="FILE", help="for rolling rotas, which a later release brings"
    )
    _add_apply(parser)


def _add_apply(parser: Any) -> None:
    parser.add_argument("--apply", action="store_true", help="do it, rather than show it")
