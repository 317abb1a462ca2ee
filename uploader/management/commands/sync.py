"""`sync NAME`: show what one sync would do; `--apply` does it, in this process."""

import re
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from uploader import arguments, inline, kinds, report, runs, work
from uploader.command import (
    DONE,
    FAILED,
    NEEDS_REVIEW,
    WAITING,
    Answer,
    JsonCommand,
    WrongUse,
)
from uploader.models import Change, Run, Sync
from uploader.terminal import Terminal

# Our own pacing may hold up a person at a terminal; for longer, the run is left waiting.
PATIENCE_SECONDS = 60
CODES = {
    Run.Status.FINISHED: DONE,
    Run.Status.FINISHED_WITH_PROBLEMS: DONE,
    Run.Status.NEEDS_REVIEW: NEEDS_REVIEW,
    Run.Status.WAITING: WAITING,
    Run.Status.RUNNING: WAITING,
    Run.Status.QUEUED: WAITING,
    Run.Status.FAILED: FAILED,
    Run.Status.CANCELLED: FAILED,
}


class Command(JsonCommand):
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
        with Terminal(self.stderr, doing=sync.name, say=self.say) as terminal:
            manner = work.Manner(
                clock=timezone.now,
                patience=PATIENCE_SECONDS,
                on_wait=terminal.waiting,
                on_progress=terminal.progress,
                on_request=terminal.requested,
            )
            document = self._carried_out(sync, params, options, manner)
        self._tell(document)
        return Answer(document, CODES[Run.Status(document["status"])])

    def _carried_out(
        self, sync: Sync, params: dict[str, Any], options: dict[str, Any], manner: work.Manner
    ) -> dict[str, Any]:
        if options["approve"] is not None:
            _refuse_what_is_no_checksum(options["approve"])
            params |= inline.approval(sync, options["approve"])
        elif options["apply"]:
            params["apply"] = True
        else:
            return report.of_dry_run(inline.dry_run(sync, params=params, manner=manner))
        try:
            return report.of_run(inline.carry_out_now(sync, params=params, manner=manner))
        except runs.Busy as busy:
            return _of_busy(busy)

    def _tell(self, document: dict[str, Any]) -> None:
        for change in document["changes"]:
            subject = f"{change['subject']}: " if change["subject"] else ""
            reason = f" ({change['reason']})" if change["reason"] else ""
            self.show(
                f"{change['action']:<8} {change['outcome']:<8} {subject}{change['what']}{reason}"
            )
        for warning in document["warnings"]:
            self.warn(warning)
        counted = ", ".join(f"{number} {word}" for word, number in document["counts"].items())
        status = Run.Status(document["status"]).label
        self.show(f"{document['sync']}: {status}; {counted}; {document['requests']} requests")
        self._tell_what_next(document)

    def _tell_what_next(self, document: dict[str, Any]) -> None:
        if document["status"] == Run.Status.NEEDS_REVIEW:
            name, checksum = document["sync"], document["checksum"]
            self.show(f"Nothing was written. `sync {name} --approve {checksum}` does this plan.")
        elif document["retry_at"]:
            again = "To be tried again at" if document["run"] else "It may be asked again from"
            self.show(f"{again} {document['retry_at']} on.")
        elif document["run"] is None and document["error"] is None:
            self._tell_of_a_look(document)

    def _tell_of_a_look(self, document: dict[str, Any]) -> None:
        if not any(change["outcome"] == Change.Outcome.PLANNED for change in document["changes"]):
            self.show("There is nothing to write.")
        elif self.from_dump:
            self.show("Nothing was written: a plan from files is only shown.")
        else:
            self.show(
                "Nothing was written: --apply does it; "
                f"--approve {document['checksum']} does exactly this and nothing beyond it."
            )


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


def _refuse_what_is_no_checksum(text: str) -> None:
    if not re.fullmatch(r"[0-9a-f]{8}", text):
        raise WrongUse(f"--approve: “{text}” is no checksum; `sync NAME` shows that of its plan.")


def _of_busy(busy: runs.Busy) -> dict[str, Any]:
    """A run is open already and may not be touched: what it is, and until when."""
    document = report.of_run(busy.run)
    sentence = {
        Run.Status.RUNNING: "A worker is carrying out this sync just now.",
        Run.Status.WAITING: busy.run.error or "A run of this sync waits for its next try.",
    }.get(Run.Status(busy.status), "A run of this sync has ended just now; ask again.")
    return document | {
        "status": str(busy.status),
        "retry_at": report.moment(busy.retry_at),
        "error": sentence,
    }
