"""`rota generate` and `clear`: what changes who is on duty, shown first or carried out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from rota import arguments, setup, showing
from rota.commands.looking import tell_rota
from rota.commands.part import Part, add_apply
from rota.models import Rota
from uploader import report as sync_report
from uploader.command import Answer, WrongUse
from uploader.inline import DryRun
from uploader.models import Change, Run, Sync
from uploader.showing import CODES


class Changing(Part):
    """A part whose params the sync of the duties carries out."""

    @classmethod
    def nothing(cls, rota: str) -> dict[str, Any]:
        return showing.of_change(showing.of_nothing(rota))

    def params(self, rota: Rota, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        raise NotImplementedError

    def answer(self, rota: Rota, options: dict[str, Any], *, now: datetime) -> Answer:
        """The rota as it is afterwards, or would be, and what that took or would take."""
        sync = arguments.sync_of(rota, setup.DUTIES)
        params = self.params(rota, options, now=now)
        planned: list[Change] = []
        if options["apply"]:
            document = self.command.carry_out(sync, params | {"apply": True})
            summary = _summary(sync, document, params)
        else:
            look: DryRun = self.command.looked(sync, params)
            document, planned, summary = sync_report.of_dry_run(look), look.changes, look.summary
        first = arguments.day(params.get("from"), option="from") or rota.today(now)
        shown = showing.lines(rota, first=first, planned=planned)
        self._tell(rota, document, shown, now=now)
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

    def _tell(
        self,
        rota: Rota,
        document: dict[str, Any],
        shown: Sequence[showing.Line],
        *,
        now: datetime,
    ) -> None:
        """The table tells what is new; lines of their own tell what moves, and what goes."""
        tell_rota(self.command, rota, shown, now=now)
        moved = [change for change in document["changes"] if change["action"] != "create"]
        self.command.tell(document | {"changes": moved, "planned": bool(document["changes"])})


def _summary(sync: Sync, document: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    sync.refresh_from_db()
    return sync.summary if document["applied"] and "clear" not in params else {}


def _how_to_approve(document: dict[str, Any]) -> list[str]:
    if document["status"] != Run.Status.NEEDS_REVIEW:
        return []
    sync, checksum = document["sync"], document["checksum"]
    return [f"Nothing was written: `sync {sync} --approve {checksum}` does this plan."]


class Generate(Changing):
    name = "generate"
    words = "(re)generate it from a day on, moving as little as can be"

    @classmethod
    def add_arguments(cls, parser: CommandParser) -> None:
        parser.add_argument(
            "--from",
            metavar="DATE",
            help="the first day that may change: YYYY-MM-DD; without it the first that has not "
            "begun",
        )
        length = parser.add_mutually_exclusive_group()
        length.add_argument(
            "--cycles",
            metavar="N",
            help="how many cycles: what is left of the one under way counts as one; without it, "
            "one",
        )
        length.add_argument("--until", metavar="DATE", help="the last day, itself included")
        parser.add_argument(
            "--seed", metavar="N", help="draw it anew with this seed, and keep that"
        )
        add_apply(parser)

    def params(self, rota: Rota, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        return arguments.generation(rota, options, now=now)


class Clear(Changing):
    name = "clear"
    words = "remove the shifts that are to come"

    @classmethod
    def add_arguments(cls, parser: CommandParser) -> None:
        parser.add_argument(
            "-d",
            "--after",
            metavar="DATE",
            help="shifts that start after this day go; without it, after today",
        )
        add_apply(parser)

    def params(self, rota: Rota, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        after = arguments.day(options["after"], option="after") or rota.today(now)
        if after < rota.today(now):
            raise WrongUse(f"--after: {after} is over, and what was stays as it is.")
        return {"clear": after.isoformat()}
