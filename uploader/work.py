"""Carrying out a run that was claimed: build its kind, plan, apply, and say how it went.

One function for the Celery task, for `sync` and for `update_data --inline`. Rows of Run are
written through uploader/runs.py only.
"""

import logging
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, transaction

from integrations import connections
from integrations.encryption import CannotOpen
from integrations.errors import (
    IntegrationError,
    ReconnectError,
    RejectedError,
    RetryableError,
)
from integrations.pace import Paused
from uploader import building, engine, kinds, lines, planning, reviews, runs
from uploader.hands import Hands, Manner, SliceOver, stopping
from uploader.models import Change, Run, Sync

__all__ = ["Manner", "Next", "carry_out"]

logger = logging.getLogger(__name__)

BEYOND = "What would be done now goes beyond what was approved."


@dataclass(frozen=True)
class Next:
    """What the run needs next: a message with this claim, in so many seconds."""

    run_id: int
    claim: int
    seconds: float


# ---------------------------------------------------------------- a run, whole


def carry_out(run_id: int, claim: int, manner: Manner) -> Next | None:
    """Take a run in hand and do what can be done now; None where it needs nobody any more."""
    run = runs.claim(run_id, claim, now=manner.clock())
    if run is None:
        logger.info("run %s: a stale message (claim %s)", run_id, claim)
        return None
    hands = Hands(run, manner)
    try:
        return _carry_out(run, hands, manner)
    except runs.Stopped:
        logger.info("run %s: stopped", run_id)
        runs.hasten(run.sync, now=manner.clock())
    except DatabaseError:
        # Whether the last write counted is unknown: the row decides, once its lease is over.
        logger.exception("run %s: the database did not answer", run_id)
    return None


def _carry_out(run: Run, hands: Hands, manner: Manner) -> Next | None:
    working = Working(run, hands, manner)
    try:
        working.work()
    except SliceOver:
        runs.put_back(run, now=manner.clock(), kept=working.kept())
        return Next(run.pk, run.claim, 0)
    except (RetryableError, engine.Incomplete) as error:
        return _wait(run, error, manner, kept=working.kept())
    except ReconnectError as error:
        return _check_connections(run, error, manner)
    except IntegrationError as error:
        runs.fail(run, told(error), now=manner.clock())
    except kinds.CannotRun as error:
        runs.fail(run, str(error), now=manner.clock())
    except (runs.Stopped, DatabaseError):
        raise
    except Exception:
        logger.exception("run %s failed", run.pk)
        runs.fail(
            run,
            f"Something went wrong in Lockstep itself; it is in the log under run {run.pk}. "
            "Nothing half-written is lost: the next run compares everything again.",
            now=manner.clock(),
        )
    return None


def told(error: IntegrationError) -> str:
    """Two lines: what is the matter, and what exactly was refused."""
    return f"{error.in_short}\n{error}"


def _wait(
    run: Run, error: Exception, manner: Manner, *, kept: dict[str, Any] | None = None
) -> Next | None:
    """Let go until it can be tried again; our own pacing is no failure and is not counted."""
    why = told(error) if isinstance(error, IntegrationError) else str(error)
    counts = not isinstance(error, Paused)
    if counts and run.attempts >= runs.MOST_ATTEMPTS:
        runs.fail(run, f"Given up after {run.attempts} tries. {why}", now=manner.clock())
        return None
    asked = error.retry_after if isinstance(error, RetryableError) else None
    seconds = runs.countdown(run.attempts + 1, jitter=random.random(), asked=asked)  # noqa: S311
    now = manner.clock()
    runs.wait(run, seconds=seconds, why=why, attempt=counts, now=now, kept=kept)
    return Next(run.pk, run.claim, seconds)


def _check_connections(run: Run, error: ReconnectError, manner: Manner) -> Next | None:
    """A refused token is confirmed by the cheapest call before anybody is asked to reconnect."""
    dead = []
    for connection in (run.sync.source, run.sync.target):
        if connection is None:
            continue
        try:
            connections.check(connection, now=manner.clock())
        except ReconnectError:
            dead.append(connection.name)
        except IntegrationError:
            logger.info("%s could not be checked", connection)
    if not dead:
        return _wait(run, error, manner)
    # Where both sides are at one provider, its name alone does not tell which it is.
    which = f"\nConnection: {', '.join(dead)}."
    runs.fail(run, f"{told(error)}{which}", now=manner.clock())
    return None


# ----------------------------------------------------------------- one attempt


@dataclass
class Working:
    """One attempt at a run, from planning to its end."""

    run: Run
    hands: Hands
    manner: Manner
    unchanged: int = 0
    lines: int = 0
    # Lines that an earlier attempt at this run wrote: what they did is unchanged by now.
    earlier: int = 0
    problems: bool = False

    def kept(self) -> dict[str, Any]:
        """What the next slice need not find out again; nothing where this one hardly began."""
        kind: kinds.Kind | None = getattr(self, "kind", None)
        return kind.keep() if kind is not None else {}

    def work(self) -> None:
        sync = self.run.sync
        if sync.erasing != bool(self.run.params.get("erase")):
            runs.save(self.run, params={**self.run.params, "erase": sync.erasing})
        self._build(kept=_opened(self.run))
        self._forget_plans_of_dead_attempts()
        self.hands.beat()
        if not self.kind.one_by_one:
            self._as_a_whole()
        elif self.run.sync.mode == Sync.Mode.AUTOMATIC or self._asked_for():
            self._batch_by_batch()
            self._finish()
        else:
            self._only_look()

    def _build(self, *, kept: dict[str, Any]) -> None:
        self.kind = building.build(
            self.run.sync,
            self.run.params,
            self.manner,
            self.hands,
            explicit=self.run.trigger == "command",
            kept=kept,
        )
        self.planner = planning.Planner(self.kind)
        for warning in self.run.warnings:  # of what earlier slices and attempts did
            self.kind.context.warn(warning)

    # ------------------------------------------------------------ batch by batch

    def _batch_by_batch(self) -> None:
        before = self.run.done
        total = before + self.kind.total()
        self.hands.expect(total)
        wrote = False
        for done, batch in enumerate(self.kind.batches(), start=before + 1):
            # What was only looked at is looked at again in the next slice. So a slice that wrote
            # nothing goes on, however long looking took: else a run might begin for ever.
            if wrote or stopping.is_set():
                self.hands.checkpoint()
            try:
                plan = self._plan(batch)
                self._apply(batch, plan)
                wrote = wrote or bool(plan.writes)
            except RejectedError as error:
                self._record_rejected(batch, error)
            self._progress(done, max(done, total))
            self._show_summary()

    def _progress(self, done: int, total: int) -> None:
        self.hands.progress(done, total, warnings=self.kind.context.warnings)

    def _show_summary(self) -> None:
        summary = self.kind.summary()
        if summary is not None:
            runs.show(self.run.sync, summary)

    def _only_look(self) -> None:
        batches = self.kind.preview() or self.kind.batches()
        self._leave_planned(engine.merged([self._plan(batch) for batch in batches]), None)

    def _record_rejected(self, batch: kinds.Batch, error: RejectedError) -> None:
        """A batch that cannot be read is a line of its own; the others go on."""
        self.problems = True
        line = Change(
            action="update",
            key=batch.part,
            what=batch.part,
            outcome=Change.Outcome.REJECTED,
            reason=str(error),
        )
        self._write([line])

    # ----------------------------------------------------------------- as a whole

    def _as_a_whole(self) -> None:
        pairs = [(batch, self._plan(batch)) for batch in self.kind.batches()]
        chosen = [(batch, plan) for batch, plan in pairs if batch.chosen]
        whole = engine.merged(plan for _, plan in chosen)
        why = self._needs_review(whole, [plan for _, plan in pairs])
        if why == BEYOND and "as_of" in self.run.params:
            self._plan_as_of_now()
            return
        if why is not None or (self.run.sync.mode == Sync.Mode.DRY_RUN and not self._asked_for()):
            self._leave_planned(whole, why)
            return
        reviews.supersede(self.run, now=self.manner.clock())
        self.hands.expect(self.run.done + sum(len(plan.changes) for _, plan in chosen))
        for batch, plan in chosen:
            self._apply(batch, plan)
        self._finish(checksum=whole.checksum())

    def _plan_as_of_now(self) -> None:
        """What goes beyond an approved plan is shown as it is today, not as it was then."""
        params = {name: value for name, value in self.run.params.items() if name != "as_of"}
        runs.save(self.run, params=params)
        self.unchanged = 0
        self._build(kept=self.kind.keep())
        self._as_a_whole()

    def _asked_for(self) -> bool:
        """Modes are for scheduled runs; a person who says "apply", or "erase", means it."""
        return bool(self.run.params.get("apply") or self.run.sync.erasing)

    def _needs_review(self, whole: engine.Plan, plans: list[engine.Plan]) -> str | None:
        """Why a person has to look at `whole` first, given all plans; None where nobody has to."""
        params = self.run.params
        if not whole.writes:
            return None
        if "approve" in params:
            same = whole.checksum() == params["approve"]
            if same or whole.within(params.get("approved", [])):
                return None
            return BEYOND
        why = planning.why_not_unseen(self.kind, plans)
        if why is not None:
            return why
        if self._asked_for():
            return None
        if self.run.params.get("propose"):
            return "It is a proposal."
        if self.run.sync.mode == Sync.Mode.REVIEW:
            return "It is set to ask before writing."
        return None

    def _leave_planned(self, whole: engine.Plan, why: str | None) -> None:
        self._write(
            self._line(change, lines.planned_outcome(change), change.reason)
            for change in whole.changes
        )
        if why is not None:
            self.kind.context.warnings.insert(0, why)
        status = Run.Status.NEEDS_REVIEW if why is not None else Run.Status.FINISHED
        reviews.supersede(self.run, now=self.manner.clock())
        as_of = self.kind.context.now.isoformat()
        self._finish(
            status=status,
            checksum=whole.checksum(),
            approvable=whole.approvable(),
            in_step=lines.in_words(whole.in_step),
            params={**self.run.params, "as_of": as_of},
        )

    # ---------------------------------------------------------------- both ways

    def _plan(self, batch: kinds.Batch) -> engine.Plan:
        plan = self.planner.plan(batch, now=self.manner.clock())
        if batch.chosen:
            self.unchanged += plan.unchanged
        return plan

    def _apply(self, batch: kinds.Batch, plan: engine.Plan) -> None:
        engine.apply(
            plan,
            batch,
            planning.links_to_write(self.kind, batch, fence=self.hands.fence),
            beat=self._between_changes,
            now=self.manner.clock,
            report=self._report,
        )
        batch.carried_out()

    def _between_changes(self) -> None:
        if self.kind.one_by_one:
            self.hands.beat()
        else:
            self.hands.checkpoint()

    def _report(self, change: engine.Change, outcome: str, reason: str) -> None:
        self._write([self._line(change, outcome, reason)])
        if not self.kind.one_by_one:
            self._progress(self.run.done + 1, max(self.run.done + 1, self.run.total))

    def _line(self, change: engine.Change, outcome: str, reason: str) -> Change:
        line = lines.line(change, outcome=outcome, reason=reason)
        self.problems = self.problems or line.outcome == Change.Outcome.REJECTED
        return line

    def _write(self, written: Iterable[Change]) -> None:
        """Into the history of this run, as long as it is in these hands."""
        numbered = []
        for line in written:
            self.lines += 1
            line.run, line.n = self.run, self.lines
            numbered.append(line)
        with transaction.atomic():
            self.hands.fence()
            Change.objects.bulk_create(numbered, batch_size=500)

    def _forget_plans_of_dead_attempts(self) -> None:
        """A run taken up again plans anew; only what was carried out stays written."""
        with transaction.atomic():
            self.hands.fence()
            self.run.changes.exclude(outcome=Change.Outcome.DONE).delete()
        last = self.run.changes.order_by("-n").first()
        self.lines = last.n if last else 0
        self.earlier = self.run.changes.exclude(action="delete").count()

    def _finish(self, *, status: str | None = None, checksum: str = "", **reviewable: Any) -> None:
        now = self.manner.clock()
        self.kind.finish()
        done = Run.Status.FINISHED_WITH_PROBLEMS if self.problems else Run.Status.FINISHED
        runs.finish(
            self.run,
            status=status or done,
            counts=lines.counts(
                self.run.changes.all(), unchanged=max(0, self.unchanged - self.earlier)
            ),
            warnings=self.kind.context.warnings,
            checksum=checksum,
            now=now,
            **reviewable,
        )
        if status is None:
            self._show_summary()
            runs.went_well(self.run.sync, now=now)


def _opened(run: Run) -> dict[str, Any]:
    """What an earlier slice kept; nothing where the key to it is lost, and it is read again."""
    try:
        kept: dict[str, Any] = run.kept.open()
        return kept
    except CannotOpen:
        return {}
