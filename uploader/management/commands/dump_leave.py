"""`dump_leave SYNC --out DIR`: everybody's leave as files, to look into a fault with."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from integrations.errors import IntegrationError, RetryableError
from uploader import arguments, building, engine, kinds, work
from uploader.command import DONE, FAILED, WAITING, Answer, JsonCommand, WrongUse
from uploader.inline import DryRun
from uploader.models import Sync
from uploader.showing import PATIENCE_SECONDS
from uploader.syncs.breathe_to_productive.kind import BreatheToProductive
from uploader.terminal import Terminal


class Command(JsonCommand):
    help = "Write the leave that a sync reads into files, one a person: dates and kinds, no more."
    example = "sync SYNC --from-dump DIR then shows the same plan from these files."
    nothing = {"sync": "", "files": [], "warnings": [], "error": None}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="SYNC", help="the name of a leave sync")
        parser.add_argument("--out", metavar="DIR", required=True, help="the folder to write to")
        parser.add_argument(
            "--since", metavar="DATE", help="how far back: YYYY-MM-DD, the day included"
        )
        parser.add_argument(
            "--only", metavar="EMAIL,…", help="these people alone, separated by commas"
        )

    def answer(self, options: dict[str, Any]) -> Answer:
        self.nothing = {**self.nothing, "sync": options["name"]}
        sync = arguments.sync(options["name"])
        if not issubclass(kinds.get(sync.kind), BreatheToProductive):
            raise WrongUse(f"{sync.name} is no leave sync, but of kind {sync.kind}.")
        params: dict[str, Any] = {}
        if options["since"] is not None:
            params["since"] = arguments.day(options["since"], option="since")
        if options["only"] is not None:
            params["only"] = arguments.emails(options["only"], option="only")
        try:
            return self._dump(sync, params, Path(options["out"]))
        except OSError as error:
            return self._unfinished(f"{options['out']}: {error.strerror}.", FAILED)
        except (IntegrationError, engine.Incomplete, kinds.CannotRun) as error:
            waits = isinstance(error, RetryableError | engine.Incomplete)
            return self._unfinished(str(error), WAITING if waits else FAILED)

    def _dump(self, sync: Sync, params: dict[str, Any], folder: Path) -> Answer:
        with Terminal(self.stderr, doing=sync.name, say=self.say) as terminal:
            manner = work.Manner(
                clock=timezone.now,
                patience=PATIENCE_SECONDS,
                on_wait=terminal.waiting,
                on_request=terminal.requested,
            )
            pulse = DryRun(sync=sync, manner=manner)
            kind = building.build(sync, params, manner, pulse, explicit=True, without="target")
            if not isinstance(kind, BreatheToProductive):
                raise TypeError(f"{sync.name} was checked to be a leave sync")
            files = kind.dump(folder)
        others = sorted({file.name for file in folder.glob("*.json")} - {f.name for f in files})
        if others:
            kind.context.warn(
                f"{len(others)} more .json in {folder} (such as {others[0]}); `sync --from-dump` "
                "reads those as well."
            )
        for warning in kind.context.warnings:
            self.warn(warning)
        self.show(f"{len(files)} file{'s' * (len(files) != 1)} in {folder}")
        names = [file.name for file in files]
        document = {"files": names, "warnings": kind.context.warnings}
        return Answer({**self.nothing, **document}, DONE)
