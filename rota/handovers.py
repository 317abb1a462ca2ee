"""What is to be done when one shift follows another: each step once, with retries of its own, so
that none holds up another. The only writer of Step; docs/handover.md tells it whole.

A step by a sync makes that due, and its outcome is read from the run that follows; a step by a
notice writes that down, and its outcome is the notice's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.dispatch import receiver

from integrations.models import Connection
from rota import elsewhere, sayings
from rota.days import DAY
from rota.elsewhere import Elsewhere
from rota.models import Rota, Shift, Step
from uploader import links
from uploader.models import Change, Notice, Run, Sync
from uploader.notices import GIVEN_UP, SENT, TOO_LATE, announce, gathering

# Changes that were longer ago are not even noted as left out.
LONGEST_OUTAGE = timedelta(days=60)
# So many days before a change its first step may be due: people may be asked that far ahead.
AHEAD = 5 * DAY
LATER = "A later change of shift was due before this one was told."
# How many steps of one change may follow from each other.
LATER_STEPS = 2
ANOTHER = "Somebody else is on duty by now."
NO_LONGER = "It is no longer kept in step."
ONLY_LOOKS = "{sync} only looks, and writes nothing: that is its mode."
TO_BE_APPROVED = "What {sync} would do waits for somebody's approval."
Name = Step.Name
Outcome = Step.Outcome


@receiver(gathering, sender=Notice, dispatch_uid="rota.handovers")
def hand_over(now: datetime, **_: Any) -> None:
    """Whatever is due by now, at every rota that is told or asked about elsewhere."""
    used = elsewhere.for_each(lambda there: Handover(there, now).go_on(), doing="the handover")
    _forget_others(used, now=now)


def _forget_others(used: list[Rota], *, now: datetime) -> None:
    """Told elsewhere again some day, what happens until then is nobody's news."""
    unused = Rota.objects.exclude(handovers_since=None).exclude(pk__in=[rota.pk for rota in used])
    Step.objects.filter(outcome=Outcome.DUE, shift__rota__in=unused).update(
        outcome=Outcome.SKIPPED, reason=NO_LONGER, settled_at=now
    )
    unused.update(handovers_since=None)


@dataclass(frozen=True)
class Due:
    """A step that is due by now."""

    shift: Shift
    name: str
    at: datetime


@dataclass
class Handover:
    """The steps of one rota, as of `now`."""

    there: Elsewhere
    now: datetime
    # Of each name the day of the last shift that it is written down for.
    last: dict[str, date] = field(default_factory=dict)

    @property
    def rota(self) -> Rota:
        return self.there.rota

    def go_on(self) -> None:
        self._begin_to_look()
        self._write_down(self.due())
        for step in self._under_way():
            self._advance(step)

    def _begin_to_look(self) -> None:
        if self.rota.handovers_since is None:
            unseen = Rota.objects.filter(pk=self.rota.pk, handovers_since=None)
            unseen.update(handovers_since=self.now)
            self.rota.handovers_since = self.now

    # ------------------------------------------------------------------ what is due

    def due(self) -> list[Due]:
        """What has become due and is not written down yet, earlier ones first."""
        last = self._last()
        # The earliest day that any name may have to be looked for from.
        earliest = min((last.get(name) or date.min for name in self.there.steps()), default=None)
        if earliest is None:
            return []
        since = max(self.rota.handovers_since or self.now, self.now - LONGEST_OUTAGE)
        seen_until = self._seen_until()
        first = max(earliest, since.date() - DAY)
        shifts = self._shifts().filter(
            start__gte=first, start__lte=self.rota.today(self.now) + AHEAD
        )
        found = []
        for shift in shifts:
            for name in self.there.steps():
                at, known = self.there.due_at(name, shift), last.get(name)
                if known is None:
                    # It was not told in this way yet when others were written down.
                    is_new = seen_until is None or at > seen_until
                else:
                    is_new = shift.start > known
                if is_new and since <= at <= self.now:
                    found.append(Due(shift, name, at))
        return found

    def begun(self) -> Shift | None:
        """The shift that began last."""
        return self._shifts().filter(start__lte=self.rota.today(self.now)).last()

    def latest(self, name: str) -> Step | None:
        """The last step of this name that was due."""
        steps = Step.objects.filter(shift__rota=self.rota, name=name)
        return steps.select_related("notice").order_by("shift__start").last()

    def keys(self) -> list[str]:
        """The notices of what is under way."""
        steps = Step.objects.filter(shift__rota=self.rota, outcome=Outcome.DUE)
        return list(steps.exclude(notice=None).values_list("notice__key", flat=True))

    def _last(self) -> dict[str, date]:
        steps = Step.objects.filter(shift__rota=self.rota, shift__cancelled_at=None).order_by()
        return dict(steps.values_list("name").annotate(Max("shift__start")))

    def _seen_until(self) -> datetime | None:
        """When the last step that is written down was due: all that were due by then are."""
        steps = Step.objects.filter(shift__rota=self.rota)
        seen: datetime | None = steps.aggregate(last=Max("due_at"))["last"]
        return seen

    def _shifts(self) -> "QuerySet[Shift]":
        shifts = self.rota.shifts.filter(cancelled_at=None).select_related("rota")
        return shifts.order_by("start").prefetch_related("duties__member__person")

    def _write_down(self, due: Iterable[Due]) -> None:
        """The latest of each name is to be done; earlier ones only to be seen."""
        due = list(due)
        latest = {each.name: each for each in due}
        Step.objects.bulk_create(
            [
                Step(shift=each.shift, name=each.name, due_at=each.at)
                if each is latest[each.name]
                else Step(
                    shift=each.shift,
                    name=each.name,
                    due_at=each.at,
                    outcome=Outcome.SKIPPED,
                    reason=LATER,
                    settled_at=self.now,
                )
                for each in due
            ],
            ignore_conflicts=True,  # another process may have been quicker
        )

    # ------------------------------------------------------------------ step by step

    def _under_way(self) -> list[Step]:
        """Those without an outcome; and what the latest run did not achieve may still be by a
        later one."""
        open_ = Q(outcome=Outcome.DUE)
        for name, day in self._last().items():
            self.last[name] = day
            open_ |= Q(outcome=Outcome.REJECTED, run__isnull=False, name=name, shift__start=day)
        steps = Step.objects.filter(open_, shift__rota=self.rota)
        found = steps.select_related("shift__rota", "run", "notice__connection")
        return list(found.prefetch_related("shift__duties__member__person"))

    def _advance(self, step: Step) -> None:
        if step.name not in self.there.steps():
            self._settle(step, Outcome.SKIPPED, NO_LONGER)
        elif step.notice is None and step.shift.cancelled_at is not None:
            self._settle(step, Outcome.SKIPPED, sayings.CANCELLED)
        elif step.notice is None and step.shift.start < self.last[step.name]:
            self._settle(step, Outcome.SKIPPED, LATER)
        elif (sync := self.there.sync_of(step.name)) is not None:
            self._by_sync(step, sync)
        else:
            self._by_notice(step)

    def _settle(self, step: Step, outcome: str, reason: str = "", run: Run | None = None) -> None:
        values = {"outcome": outcome, "reason": reason, "settled_at": self.now}
        if run is not None:
            values["run"] = run
        self._note(step, **values)

    def _note(self, step: Step, **values: Any) -> None:
        if any(getattr(step, name) != value for name, value in values.items()):
            Step.objects.filter(pk=step.pk).update(**values)
            for name, value in values.items():
                setattr(step, name, value)

    # --------------------------------------------------------------------- by a sync

    def _by_sync(self, step: Step, sync: Sync) -> None:
        """Done by a run that began since it was due: an earlier one may have looked too early."""
        since = sync.runs.filter(created_at__gte=step.due_at)
        ended = since.exclude(status__in=("queued", "running", "waiting")).first()
        if ended is None:
            if not since.exists():
                make_due(sync, at=self.now)
            self._note(step, reason=_why_it_waits(sync))
        elif ended.pk != step.run_id or step.outcome == Outcome.DUE:
            self._by_run(step, ended, sync)

    def _by_run(self, step: Step, run: Run, sync: Sync) -> None:
        if run.status == Run.Status.NEEDS_REVIEW:
            self._note(step, run=run, reason=TO_BE_APPROVED.format(sync=sync))
        elif run.status == Run.Status.CANCELLED:
            self._settle(step, Outcome.SKIPPED, run.error, run)
        elif run.status == Run.Status.FAILED:
            self._settle(step, Outcome.REJECTED, run.error, run)
        elif run.changes.filter(outcome=Change.Outcome.PLANNED).exists():
            self._settle(step, Outcome.SKIPPED, ONLY_LOOKS.format(sync=sync), run)
        elif run.status == Run.Status.FINISHED_WITH_PROBLEMS:
            refused = run.changes.filter(outcome=Change.Outcome.REJECTED)
            why = " ".join(dict.fromkeys(refused.values_list("reason", flat=True)))
            self._settle(step, Outcome.REJECTED, why, run)
        else:
            self._settle(step, Outcome.DONE, "", run)

    # ------------------------------------------------------------------- by a notice

    def _by_notice(self, step: Step) -> None:
        if step.notice is None and not self._begin(step):
            return
        notice = step.notice
        if notice is None:
            return
        if notice.outcome == SENT:
            self._settle(step, Outcome.DONE)
        elif notice.outcome == TOO_LATE:
            self._settle(step, Outcome.SKIPPED, f"{sayings.TOO_LATE} {notice.reason}".strip())
        elif notice.outcome == GIVEN_UP:
            self._settle(step, Outcome.REJECTED, notice.reason)
        elif notice.outcome and not notice.text:
            self._settle(step, Outcome.UNKNOWN, notice.reason)
        elif notice.outcome:
            self._note(step, reason=notice.reason)
        else:
            self._put_right(step, notice)

    def _begin(self, step: Step) -> bool:
        """Write the notice down, if there is anything to be said by now."""
        told = sayings.told(self.there, step, now=self.now)
        if isinstance(told, sayings.Waits):
            self._note(step, reason=told.reason)
        elif isinstance(told, str):
            self._settle(step, Outcome.SKIPPED, told)
        else:
            if not announce(**told, due_at=self.now, person=None):
                # Taken back before it went, and to be said after all.
                taken_back = Notice.objects.filter(key=told["key"], sent_at=None)
                taken_back.filter(outcome=GIVEN_UP).update(outcome="", reason="", text=told["text"])
            notice = Notice.objects.select_related("connection").get(key=told["key"])
            self._note(step, notice=notice)
            return True
        return False

    def try_refused_again(self) -> None:
        """What was refused certainly did not arrive; somebody may have mended what was wrong."""
        for name in self.there.steps():
            sync = self.there.sync_of(name)
            if sync is not None:
                links.try_refused_again(sync, now=self.now)
            step = self.latest(name)
            if step is None or step.notice is None or step.outcome != Outcome.REJECTED:
                continue
            told = sayings.told(self.there, step, now=self.now)
            if isinstance(told, dict) and told["key"] == step.notice.key:
                refused = Notice.objects.filter(pk=step.notice.pk, outcome=GIVEN_UP)
                refused.update(outcome="", sent_at=None, attempts=0, due_at=self.now, **told)
                self._note(step, outcome=Outcome.DUE, reason="", settled_at=None)

    def _put_right(self, step: Step, notice: Notice) -> None:
        """What has not gone yet says how things are by now."""
        told = sayings.told(self.there, step, now=self.now)
        unsent = Notice.objects.filter(pk=notice.pk, sent_at=None, outcome="")
        if isinstance(told, str):
            if unsent.update(outcome=GIVEN_UP, text="", reason=told):
                self._settle(step, Outcome.SKIPPED, told)
            return
        if isinstance(told, dict) and told["key"] != notice.key:
            if unsent.update(outcome=GIVEN_UP, text="", reason=ANOTHER):
                self._note(step, notice=None)
            return
        if isinstance(told, dict):
            wanted = {name: told[name] for name in ("recipient", "text", "connection")}
            if any(getattr(notice, name) != value for name, value in wanted.items()):
                unsent.update(**wanted)
        waits = _why_it_is_stuck(notice.connection) or notice.reason
        self._note(step, reason=waits)


def make_due(sync: Sync, *, at: datetime) -> None:
    """It is due then, or as soon as it was anyway."""
    later = Sync.objects.filter(Q(next_run_at=None) | Q(next_run_at__gt=at), pk=sync.pk)
    later.update(next_run_at=at)


def _why_it_waits(sync: Sync) -> str:
    """What holds up a sync that is due: its connection, or what its open run waits for."""
    stuck = _why_it_is_stuck(sync.target)
    if stuck:
        return stuck
    run = sync.runs.open().first()
    return run.error if run is not None else ""


def _why_it_is_stuck(connection: Connection | None) -> str:
    if connection is None or connection.is_usable:
        return ""
    state = connection.get_state_display() if connection.enabled else "switched off"
    return f"{connection.name}: {state}."
