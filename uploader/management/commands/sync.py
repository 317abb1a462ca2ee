"""`sync NAME`: show what one sync would do; `--apply` does it, in this process."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from uploader import arguments, kinds, report
from uploader.command import Answer, WrongUse
from uploader.models import Sync
from uploader.showing import RunCommand, has_plans


class Command(RunCommand):
    help = "Show what one sync would do; --apply does it, in this process."
    nothing = report.of_nothing()
    from_dump = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="the sync's name, as the pages show it")
        how = parser.add_mutually_exclusive_group()
        how.add_argument(
            "--apply",
            action="store_true",
            help="do it, rather than show it; a plan that is not safe is left for a review",
        )
        how.add_argument(
            "--approve",
            metavar="CHECKSUM",
            help="do what was shown under this checksum, and nothing beyond it",
        )
        which = parser.add_argument_group("for kinds of sync that take them; others refuse them")
        which.add_argument(
            "--since", metavar="DATE", help="how far back to look: YYYY-MM-DD, the day included"
        )
        which.add_argument(
            "--only", metavar="EMAIL,…", help="look at these people alone, separated by commas"
        )
        which.add_argument(
            "--exclude", metavar="EMAIL,…", help="leave these people out, separated by commas"
        )
        which.add_argument(
            "--from-dump",
            metavar="DIR",
            help="read the source from the files in this folder; always only shows",
        )

    def answer(self, options: dict[str, Any]) -> Answer:
        self.nothing = report.of_nothing(options["name"])
        sync = arguments.sync(options["name"])
        self.nothing = report.of_nothing(sync.name, sync.kind)
        params = _params(options)
        self.from_dump = "from_dump" in params
        _refuse_what_it_does_not_take(sync, params, approve=options["approve"] is not None)
        if "from_dump" in params and (options["apply"] or options["approve"] is not None):
            raise WrongUse("--from-dump only ever shows: leave out --apply and --approve.")
        document = self.done(sync, params, apply=options["apply"], approve=options["approve"])
        self.tell(document)
        return self.answer_of(document)

    def tell_of_a_look(self, document: dict[str, Any]) -> None:
        if self.from_dump and has_plans(document):
            self.show("Nothing was written: a plan from files is only shown.")
        else:
            super().tell_of_a_look(document)


def _params(options: dict[str, Any]) -> dict[str, Any]:
    """What was asked for in particular; a run keeps it, so it is plain JSON."""
    params: dict[str, Any] = {}
    if options["since"] is not None:
        params["since"] = arguments.day(options["since"], option="since")
    for name in ("only", "exclude"):
        if options[name] is not None:
            params[name] = arguments.emails(options[name], option=name)
    if both := set(params.get("only", ())) & set(params.get("exclude", ())):
        raise WrongUse(f"{', '.join(sorted(both))}: both in --only and in --exclude.")
    if options["from_dump"] is not None:
        folder = Path(options["from_dump"])
        if not folder.is_dir():
            raise WrongUse(f"--from-dump: there is no folder {folder}.")
        params["from_dump"] = str(folder.resolve())
    return params


def _refuse_what_it_does_not_take(sync: Sync, params: dict[str, Any], *, approve: bool) -> None:
    kind = kinds.get(sync.kind)
    for name in params:
        if name not in kind.takes:
            option = name.replace("_", "-")
            raise WrongUse(f"--{option} means nothing to {sync.name}, a sync of kind {kind.slug}.")
    if approve and kind.one_by_one:
        raise WrongUse(f"{sync.name} has no plan to approve: its kind goes step by step. --apply.")
