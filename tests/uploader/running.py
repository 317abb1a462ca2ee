"""A sync carried out as in earnest, in this process: waited for, taken up again, approved."""

from typing import Any

from django.contrib.auth import get_user_model

from integrations.sandbox import Seen, World
from tests.uploader.clock import Clock
from tests.uploader.killer import Killed
from uploader import hands, inline, reviews
from uploader.models import Run, Sync


class Running:
    """What has a sync at sandboxes, and a clock that tests move."""

    world: World
    clock: Clock
    sync: Sync

    def run(self, **params: Any) -> Run:
        """One attempt by a worker; `apply=True` as by a command."""
        manner = hands.Manner(clock=self.clock)
        return inline.carry_out_now(self.fresh_sync(), params=params, manner=manner)

    def run_to_the_end(self, *, attempts: int = 300, **params: Any) -> Run:
        """Wait where the run waits, and take up what was killed, as often as it has to be."""
        for _ in range(attempts):
            run = self.run_once_more(**params)
            if run is not None and not run.is_open:
                return run
        raise AssertionError("the run has not come to an end")

    def run_once_more(self, **params: Any) -> Run | None:
        """Begin a run, or go on with the open one at its time; None if its worker was killed."""
        run = self.sync.runs.open().first()
        if run is not None and run.next_at is not None and run.next_at > self.clock.now:
            self.clock.now = run.next_at
        try:
            if run is None:
                return self.run(**params)
            return inline.carry_out(run, manner=hands.Manner(clock=self.clock))
        except Killed:
            return None

    def carry_through(self, *, times: int = 40) -> Run:
        """Apply, as somebody does who means it: approve what waits, begin again what failed."""
        for _ in range(times):
            run = self.run_to_the_end(apply=True)
            if run.status == Run.Status.NEEDS_REVIEW:
                self.approve(run)
            elif run.status != Run.Status.FAILED:
                return run
        raise AssertionError(f"not one of {times} runs went well: {run.error}")

    def approve(self, run: Run) -> Run:
        """The run that is to carry it out; it has not begun."""
        somebody, _ = get_user_model().objects.get_or_create(username="somebody")
        begun = reviews.approve(run, by=somebody, now=self.clock())
        assert begun is not None
        return begun

    def plan(self, **params: Any) -> inline.DryRun:
        manner = hands.Manner(clock=self.clock)
        return inline.dry_run(self.fresh_sync(), params=params, manner=manner)

    def fresh_sync(self) -> Sync:
        return Sync.objects.select_related("source", "target").get(pk=self.sync.pk)

    def set_options(self, **options: Any) -> None:
        sync = self.fresh_sync()
        Sync.objects.filter(pk=sync.pk).update(options={**sync.options, **options})

    # ----------------------------------------------------------------- requests

    def writes(self) -> list[Seen]:
        return [seen for seen in self.world.requests if seen.method != "GET"]

    def reads(self) -> list[Seen]:
        return [seen for seen in self.world.requests if seen.method == "GET"]

    def forget_requests(self) -> None:
        self.world.requests.clear()
