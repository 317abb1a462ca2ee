"""Telling people what concerns them: whose duties moved, and a rota's owner of gaps and failures.

Each is written down as a notice, once; sending is uploader/notices.py's.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.dispatch import receiver

from rota.duties import DUTIES
from rota.models import Duty, Member, Move, Rota, Step, Swap
from rota.swaps import Free, possible_takers
from rota.words import CALLED, DO, SHORT, day, during, span
from uploader.models import Notice, Run
from uploader.notices import announce, gathering
from uploader.people import Address, Person

# What is changed in several steps is told in one mail.
QUIET = timedelta(minutes=2)
# Failures that were not told by then are history.
FRESH = timedelta(days=1)
HOW = "When that is mended, `rota handover {rota} --apply` does what is still to be done."


@receiver(gathering, sender=Notice, dispatch_uid="rota.telling")
def tell(now: datetime, **_: Any) -> None:
    tell_of_moves(now=now)
    tell_of_swaps(now=now)
    tell_of_gaps(now=now)
    tell_of_failures(now=now)
    tell_of_steps(now=now)


# ------------------------------------------------------------------------- moves


@dataclass(frozen=True)
class Net:
    """What became of one duty, however often it moved on the way."""

    duty: Duty
    was: Member | None
    now: Member | None

    @property
    def is_news(self) -> bool:
        """Whether it is another person's now; who comes back to a rota is another member of it."""
        was, now = (member and member.person_id for member in (self.was, self.now))
        return was != now

    def concerns(self) -> Iterator[Member]:
        yield from (member for member in (self.was, self.now) if member is not None)

    def told_to(self, person: Person) -> str:
        role, days = DO[self.duty.role], span(self.duty.shift, SHORT)
        if self.now is not None and self.now.person_id == person.pk:
            before = f", instead of {self.was}" if self.was else ""
            return f"{days}: you {role} now{before}."
        who = f"{self.now} does" if self.now else "nobody does"
        return f"{days}: you no longer {role}; {who}."


def tell_of_moves(*, now: datetime) -> None:
    untold = Move.objects.filter(told_at=None)
    rotas = Rota.objects.filter(pk__in=untold.values("duty__shift__rota"))
    for rota in rotas:
        if not _is_at_it(rota, now=now):
            _tell_of_moves(rota, now=now)


def _is_at_it(rota: Rota, *, now: datetime) -> bool:
    """Whether more is to be expected: a run goes on, or somebody changed something just now."""
    if _is_being_generated(rota):
        return True
    recent = Move.objects.filter(duty__shift__rota=rota, told_at=None, at__gt=now - QUIET)
    return recent.exists()


def _is_being_generated(rota: Rota) -> bool:
    return Run.objects.open().filter(sync__in=rota.syncs().filter(kind=DUTIES)).exists()


@transaction.atomic
def _tell_of_moves(rota: Rota, *, now: datetime) -> None:
    moves = list(
        Move.objects.select_for_update(of=("self",))
        .filter(duty__shift__rota=rota, told_at=None)
        .select_related("duty__shift", "was__person", "now__person")
        .order_by("duty__shift__start", "duty__role", "pk")
    )
    if not moves:
        return
    told: dict[Person, list[Net]] = defaultdict(list)
    today = rota.today(now)
    for net in _net(moves):
        if net.duty.shift.end > today and net.is_news:
            for member in net.concerns():
                told[member.person].append(net)
    last = max(move.pk for move in moves)
    for person, nets in told.items():
        lines = [net.told_to(person) for net in nets]
        write(rota, person, f"moved/{rota.pk}/{last}", "your duties have changed", lines, now=now)
    Move.objects.filter(pk__in=[move.pk for move in moves]).update(told_at=now)


def _net(moves: Iterable[Move]) -> Iterator[Net]:
    for _, group in groupby(moves, key=lambda move: move.duty_id):
        steps = list(group)
        yield Net(steps[0].duty, steps[0].was, steps[-1].now)


# ------------------------------------------------------------------------- swaps


def tell_of_swaps(*, now: datetime) -> None:
    """Whoever could take a duty is told that somebody asks for it."""
    asked = Swap.objects.filter(state=Swap.State.ASKED, told_at=None)
    for swap in asked.select_related("duty__shift__rota", "asked_by__person", "with_duty__shift"):
        rota = swap.duty.shift.rota
        for member in possible_takers(swap, free=Free(rota)):
            write(
                rota,
                member.person,
                f"swap/{swap.pk}",
                "a swap is asked for",
                _asked_for(swap),
                now=now,
            )
        Swap.objects.filter(pk=swap.pk).update(told_at=now)


def _asked_for(swap: Swap) -> list[str]:
    duty = swap.duty
    lines = [f"{swap.asked_by} asks who can {DO[duty.role]} {during(duty.shift, SHORT)}."]
    if swap.with_duty is not None:
        back = swap.with_duty
        lines.append(f"In return for: {CALLED[back.role]} {during(back.shift, SHORT)}.")
    return [*lines, *([f"They say: {swap.note}"] if swap.note else [])]


# --------------------------------------------------------------------- the owner


def tell_of_gaps(*, now: datetime) -> None:
    gaps = (
        Duty.objects.filter(
            member=None,
            shift__cancelled_at=None,
            # A day earlier than anywhere; each rota's own day is asked below.
            shift__end__gt=(now - timedelta(days=1)).date(),
            shift__rota__enabled=True,
            shift__rota__owner__isnull=False,
        )
        .select_related("shift__rota__owner")
        .order_by("shift__rota", "shift__start", "role")
    )
    for rota, duties in groupby(gaps, key=lambda duty: duty.shift.rota):
        open_ = [duty for duty in duties if duty.shift.end > rota.today(now)]
        # One mail of all gaps that a generation leaves, rather than one of each.
        if open_ and rota.owner is not None and not _is_being_generated(rota):
            _tell_of_gaps(rota, rota.owner, open_, now=now)


def _tell_of_gaps(rota: Rota, owner: Person, gaps: list[Duty], *, now: datetime) -> None:
    """Only where one of them is new: others that pass, or are filled, are no news."""
    newest = Move.objects.filter(duty__in=gaps).aggregate(newest=Max("pk"))["newest"] or 0
    if newest <= _told_of_gaps_up_to(rota, owner):
        return
    lines = [
        f"{span(duty.shift, SHORT)}: nobody is to {DO[duty.role]} ({duty.reason})" for duty in gaps
    ]
    write(rota, owner, f"gaps/{rota.pk}/{newest}", "nobody is on duty", lines, now=now)


def _told_of_gaps_up_to(rota: Rota, owner: Person) -> int:
    """The move that made the newest gap that this owner was told of."""
    told = Notice.objects.filter(key__startswith=f"gaps/{rota.pk}/", person=owner)
    return max((int(key.split("/")[2]) for key in told.values_list("key", flat=True)), default=-1)


def tell_of_failures(*, now: datetime) -> None:
    failed = Run.objects.filter(
        status=Run.Status.FAILED, ended_at__gt=now - FRESH, sync__kind__startswith="rota_"
    ).select_related("sync")
    for run in failed:
        name = run.sync.options.get("rota", "")
        rota = Rota.objects.filter(name=name, enabled=True, owner__isnull=False).first()
        if rota is not None and rota.owner is not None:
            # Once a day for each sync, however often it is tried.
            key = f"failed/{run.sync_id}/{rota.today(run.ended_at or now)}"
            lines = [f"{run.sync} failed: {run.error}", address(run.get_absolute_url())]
            write(rota, rota.owner, key, f"{run.sync} failed", lines, now=now)


def tell_of_steps(*, now: datetime) -> None:
    """What of a handover was refused, or may not have arrived; runs that failed are told above."""
    settled = Step.objects.filter(
        outcome__in=(Step.Outcome.REJECTED, Step.Outcome.UNKNOWN),
        settled_at__gt=now - FRESH,
        shift__rota__owner__isnull=False,
    ).exclude(run__status=Run.Status.FAILED)
    for step in settled.select_related("shift__rota__owner"):
        rota = step.shift.rota
        if rota.owner is not None:
            what = f"{step.get_name_display()}: {step.get_outcome_display()}"
            lines = [
                f"{what}, for the change on {day(step.shift.start)}.",
                step.reason,
                HOW.format(rota=rota),
            ]
            write(rota, rota.owner, f"step/{step.pk}", what, lines, now=now)


# ------------------------------------------------------------------------ writing


def write(
    rota: Rota,
    person: Person,
    key: str,
    what: str,
    lines: list[str],
    *,
    now: datetime,
    expires_at: datetime | None = None,
) -> None:
    """Somebody without an address cannot be told; their page shows it all the same."""
    theirs = Address.objects.filter(person=person, enabled=True).order_by("pk").first()
    if theirs is None:
        return
    text = "\n".join(
        [f"Hello {person.name},", "", *lines, "", f"The whole rota: {address(rota)}", ""]
    )
    announce(
        f"{key}/{person.pk}",
        person=person,
        recipient=theirs.email,
        subject=f"{rota.title}: {what}",
        text=text,
        due_at=now,
        expires_at=expires_at,
    )


def address(of: Any) -> str:
    path = of if isinstance(of, str) else of.get_absolute_url()
    return f"{settings.APP_BASE_URL}{path}"
