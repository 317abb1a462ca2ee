"""Commands that carry a sync out in this process, or look at what it would do, and show it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils import timezone

from uploader import inline, report, runs, work
from uploader.command import DONE, FAILED, NEEDS_REVIEW, WAITING, Answer, JsonCommand, WrongUse
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


class RunCommand(JsonCommand):
    """A command that runs syncs: how it does that, and what people read of it."""

    def done(
        self, sync: Sync, params: dict[str, Any], *, apply: bool, approve: str | None
    ) -> dict[str, Any]:
        """A look, or the doing of it, or of what was shown under a checksum; the document."""
        if approve is not None:
            _refuse_what_is_no_checksum(approve)
            return self.carry_out(sync, params | inline.approval(sync, approve))
        if apply:
            return self.carry_out(sync, params | {"apply": True})
        return self.look(sync, params)

    def look(self, sync: Sync, params: dict[str, Any]) -> dict[str, Any]:
        """What the sync would do, as the contract's document; nothing is written."""
        return report.of_dry_run(self.looked(sync, params))

    def looked(self, sync: Sync, params: dict[str, Any]) -> inline.DryRun:
        with self.at_work(sync) as manner:
            return inline.dry_run(sync, params=params, manner=manner)

    def carry_out(self, sync: Sync, params: dict[str, Any]) -> dict[str, Any]:
        """What the sync did, as the contract's document, or who is at it already."""
        with self.at_work(sync) as manner:
            try:
                return report.of_run(inline.carry_out_now(sync, params=params, manner=manner))
            except runs.Busy as busy:
                return _of_busy(busy)

    @contextmanager
    def at_work(self, sync: Sync) -> Iterator[work.Manner]:
        """Whoever typed the command sees what is done meanwhile, and waits a little."""
        with Terminal(self.stderr, doing=sync.name, say=self.say) as terminal:
            yield _manner(terminal)

    def answer_of(self, document: dict[str, Any]) -> Answer:
        return Answer(document, CODES[Run.Status(document["status"])])

    # ------------------------------------------------------------------- shown

    def tell(self, document: dict[str, Any]) -> None:
        """Everything that was or would be done, the sums, and what can be done next."""
        for change in document["changes"]:
            is_said = change["subject"] in change["what"]
            subject = "" if is_said else f"{change['subject']}: "
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
            self.tell_of_a_look(document)

    def tell_of_a_look(self, document: dict[str, Any]) -> None:
        if has_plans(document):
            self.show(
                "Nothing was written: the same with --apply does it; with --approve "
                f"{document['checksum']} exactly this and nothing beyond it."
            )
        else:
            self.show("There is nothing to write.")


def _refuse_what_is_no_checksum(text: str) -> None:
    if not re.fullmatch(r"[0-9a-f]{8}", text):
        raise WrongUse(f"--approve: “{text}” is no checksum; `sync NAME` shows that of its plan.")


def has_plans(document: dict[str, Any]) -> bool:
    return any(change["outcome"] == Change.Outcome.PLANNED for change in document["changes"])


def _manner(terminal: Terminal) -> work.Manner:
    return work.Manner(
        clock=timezone.now,
        patience=PATIENCE_SECONDS,
        on_wait=terminal.waiting,
        on_progress=terminal.progress,
        on_request=terminal.requested,
    )


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
