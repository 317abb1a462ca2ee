"""`timesheets`: set up a sync between two Clockify workspaces by answering, look, and apply it."""

import sys
from typing import Any

from django.utils import timezone

from uploader import inline, runs
from uploader.asking import Questions
from uploader.command import DONE, FAILED, WRONG_USE, Answer, WrongUse
from uploader.models import Sync
from uploader.showing import RunCommand, has_plans
from uploader.syncs.clockify_to_clockify.draft import CannotSetUp
from uploader.syncs.clockify_to_clockify.interview import GaveUp, Interview
from uploader.syncs.clockify_to_clockify.kind import ClockifyToClockify

# As a shell tells it of whoever pressed Ctrl-C.
INTERRUPTED = 130
NO_TERMINAL = (
    "`timesheets` asks questions, so it needs a terminal. Without one, `configure FILE` sets up "
    "what a file says, and `sync NAME` shows and does it."
)


class Command(RunCommand):
    help = "Set up a sync between two Clockify workspaces by answering questions, look, and apply."
    takes_json = False

    def answer(self, options: dict[str, Any]) -> Answer:
        if not sys.stdin.isatty():
            raise WrongUse(NO_TERMINAL)
        self.questions = Questions(self.show)
        self.interview = Interview(self.questions, self.show)
        self.chosen: Sync | None = None
        self.is_new = self.applies = False
        try:
            self.chosen = self._choose()
            return self._look_and_ask(self.chosen)
        except (CannotSetUp, GaveUp) as end:
            return self._ended(str(end), FAILED)
        except EOFError:
            return self._ended("The input has ended.", WRONG_USE)
        except KeyboardInterrupt:
            return self._ended("Stopped.", INTERRUPTED)

    def _choose(self) -> Sync:
        there = list(
            Sync.objects.filter(kind=ClockifyToClockify.slug, enabled=True, target__owner=None)
        )
        if there:
            names = [*map(str, there), "a new one"]
            number = self.questions.number("Which sync of times?", names)
            if number < len(there):
                return there[number]
        made = self.interview.sync()
        self.is_new = True
        self.show(f"\nThis is kept as the sync {made}, which asks before it writes.\n")
        return made

    def _look_and_ask(self, sync: Sync) -> Answer:
        document = self.look(sync, {})
        self.tell(document)
        if document["error"] or not has_plans(document):
            return self.answer_of(document)
        if not self.questions.yes("Apply this plan?", default=False):
            self.show(self._how_to_go_on(sync, document["checksum"]))
            return Answer(document, DONE)
        self.applies = True
        document = self.carry_out(sync, inline.approval(sync, document["checksum"]))
        self.tell(document)
        return self.answer_of(document)

    def tell_of_a_look(self, document: dict[str, Any]) -> None:
        """What can be done next is asked."""
        if not has_plans(document):
            super().tell_of_a_look(document)

    def _how_to_go_on(self, sync: Sync, checksum: str) -> str:
        kept = f"The sync {sync} is kept, and set to {sync.get_mode_display()}."
        return (
            f"Nothing was written. {kept if self.is_new else ''} `sync {sync}` shows its plan "
            f"again, and `sync {sync} --approve {checksum}` does exactly this one."
        ).replace("  ", " ")

    # ------------------------------------------------------------------- ended

    def _ended(self, why: str, code: int) -> Answer:
        return Answer({"error": f"\n{why} {self._so_far()}".rstrip()}, code)

    def _so_far(self) -> str:
        """What is there by now, for whoever has stopped in the middle."""
        if self.chosen is None:
            kept = " and ".join(self.interview.kept)
            return f"Nothing was written.{f' Kept was the connection {kept}.' if kept else ''}"
        if not self.applies:
            kept = f"The sync {self.chosen} is kept. " if self.is_new else ""
            return f"Nothing was written. {kept}`sync {self.chosen}` shows its plan."
        self._let_go(self.chosen)
        return f"What was written stays; `sync {self.chosen}` shows what is left to do."

    def _let_go(self, sync: Sync) -> None:
        """A worker must not go on with what somebody has just stopped."""
        for run in sync.runs.open().filter(trigger="command"):
            runs.cancel(run, by=None, now=timezone.now())
