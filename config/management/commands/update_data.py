"""`update_data`: for a scheduler; queues everything that is due, or (--inline) carries it out."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from uploader import inline, notices, runs, tasks, work
from uploader.command import DONE, FAILED, Answer, JsonCommand
from uploader.models import Run
from uploader.terminal import Terminal

# With --inline nobody else is kept waiting by this process.
PATIENCE_SECONDS = 60
# What is due again and again is left to the next call.
MOST_ROUNDS = 20
NAMED_FAILURES = 5


class Command(JsonCommand):
    help = "Queue every sync that is due; --inline carries it out in this process instead."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--inline", action="store_true", help="carry it out here, what is queued included"
        )
        parser.add_argument("--all", action="store_true", help="do not ask whether it is due")

    def answer(self, options: dict[str, Any]) -> Answer:
        # Kept up to date, so that whoever stops half-way still says what was done until then.
        document: dict[str, Any] = {"queued": [], "ran": [], "error": None}
        self.nothing = document
        now = timezone.now()
        with Terminal(self.stderr, doing="update_data", say=self.say) as terminal:
            carry_out = self._carry_out if options["inline"] else self._queue
            carry_out(document, terminal, now=now, everything=options["all"])
        return self._ended(document)

    def _queue(
        self, document: dict[str, Any], terminal: Terminal, *, now: datetime, everything: bool
    ) -> None:
        """What waits comes first: what is started now is spread over the time to come. What is to
        be told may make syncs due, so that is found out before."""
        to_tell = notices.gather(now=now)
        queued: list[str] = document["queued"]
        queued += due_again(now=now)
        if everything:
            queued += hurried(now=now)
        for names in runs.start_due(now=now, everything=everything):
            queued += names
            terminal.progress(len(queued), 0)
        runs.send_due(tasks.publish, now=now)
        if to_tell:
            tasks.publish_notices()

    def _carry_out(
        self, document: dict[str, Any], terminal: Terminal, *, now: datetime, everything: bool
    ) -> None:
        """As often as what was done makes something else due, such as the next step of a
        handover."""
        for _ in range(MOST_ROUNDS):
            to_tell = notices.gather(now=now)
            began = len(document["queued"]), len(document["ran"])
            self._carry_out_syncs(document, terminal, now=now, everything=everything)
            idle = began == (len(document["queued"]), len(document["ran"]))
            if to_tell:
                notices.send_due(now=timezone.now())
            elif idle:
                break
            now, everything = timezone.now(), False

    def _carry_out_syncs(
        self, document: dict[str, Any], terminal: Terminal, *, now: datetime, everything: bool
    ) -> None:
        for names in runs.start_due(now=now, everything=everything, spread=False):
            document["queued"] += names
        manner = work.Manner(
            clock=timezone.now, patience=PATIENCE_SECONDS, on_wait=terminal.waiting
        )
        for run in inline.carry_out_open(manner=manner, everything=everything):
            document["ran"].append({"sync": run.sync.name, "status": str(run.status)})
            terminal.progress(len(document["ran"]), 0)

    def _ended(self, document: dict[str, Any]) -> Answer:
        failed = [one["sync"] for one in document["ran"] if one["status"] == Run.Status.FAILED]
        self.show(f"queued {len(document['queued'])}, carried out {len(document['ran'])}")
        if not failed:
            return Answer(document, DONE)
        names = ", ".join(failed[:NAMED_FAILURES])
        more = f" and {len(failed) - NAMED_FAILURES} more" if len(failed) > NAMED_FAILURES else ""
        return Answer(document | {"error": f"Failed: {names}{more}."}, FAILED)


def due_again(*, now: datetime) -> Iterator[str]:
    """Syncs with an open run that needs somebody now: its wait is over, or its worker died."""
    due = Run.objects.open().filter(next_at__lte=now).order_by("next_at")
    yield from due.values_list("sync__name", flat=True).iterator()


def hurried(*, now: datetime) -> Iterator[str]:
    """Syncs whose run waits for a later try; each is handed to a worker now."""
    waiting = Run.objects.filter(status=Run.Status.WAITING, next_at__gt=now)
    for pk, claim, name in waiting.values_list("pk", "claim", "sync__name").iterator():
        tasks.publish(pk, claim)
        yield name
