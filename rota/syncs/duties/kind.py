"""The kind `rota_duties`: generating a rota, as a plan like any other whose target is ourselves."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any

from integrations.errors import RejectedError
from rota import duties, solving
from rota.duties import Doing, Place
from rota.models import Absence, Duty, Rota, Shift
from rota.problem import Key, Roster, Slot
from rota.syncs.duties.leave import LeaveBatch, days_away, leave_batch
from rota.syncs.duties.options import Options, rota_named
from rota.syncs.duties.posing import Asked, Posing
from uploader.engine import Change, Item
from uploader.kinds import Batch, CannotRun, Context, Kind, register
from uploader.models import Run
from uploader.reading import Reading
from uploader.safety import is_too_many

CHANGED = "It was changed meanwhile."


class DutiesBatch(Batch):
    """All duties from the first open day on, as they should be and as they are."""

    part = "duties"
    there = "here"
    rechecks = ("create", "update", "delete")

    def __init__(self, kind: "RotaDuties") -> None:
        self.kind = kind
        self.posing = kind.posing

    def desired(self) -> Iterable[Item]:
        if self.posing.asked.clear is not None:
            return []
        return [self._wanted(key) for key in sorted(self.kind.roster.duties)]

    def existing(self) -> Iterable[Item]:
        for shift in self.posing.concerned:
            for duty in shift.duties.all():
                yield self._shown(duty, shift)

    # ------------------------------------------------------------------- items

    def _wanted(self, key: Key) -> Item:
        there = self.posing.stored.get(key)
        member = self.kind.roster.duties[key]
        if there is not None and there.is_fixed:
            return self._shown(there, there.shift, ref=None)
        reason = self.kind.reasons.get(key, "") if member is None else ""
        item = self._item(key, member, reason)
        if member is None and there is not None and there.member is not None:
            # It concerns whoever cannot do it.
            return replace(item, subject=there.member.name)
        return item

    def _shown(self, duty: Duty, shift: Shift, *, ref: str | None = "") -> Item:
        key = shift.start, duty.role
        item_ref = str(duty.pk) if ref == "" else ref
        return self._item(key, duty.member_id, duty.reason, ref=item_ref)

    def _item(self, key: Key, member: int | None, reason: str, *, ref: str | None = None) -> Item:
        day, role = key
        who = self.posing.names.get(member, "somebody") if member is not None else "nobody"
        return Item(
            key=f"{day}/{role}",
            content={"member": member, "reason": reason},
            ref=ref,
            ours=True,
            subject=who,
            what=f"{role} on {day:%a} {day}: {who}" + (f" ({reason})" if reason else ""),
            load=key,
        )

    # ----------------------------------------------------------------- writing

    def recheck(self, change: Change) -> bool:
        """Whether the duty is still as it was when this was planned."""
        return self._is_as_planned(self._stored(change), change)

    def _is_as_planned(self, duty: Duty | None, change: Change) -> bool:
        if change.found is None:
            return duty is None or duty.member_id is None or duty.shift.cancelled_at is not None
        if duty is None or duty.member_id != change.found.content["member"]:
            return False
        # On a day on which nobody is needed any more, nothing is left to have been decided.
        return change.wanted is None or not duty.is_fixed

    def _stored(self, change: Change) -> Duty | None:
        day, role = self._key(change)
        rows = Duty.objects.select_related("shift__rota", "member")
        return rows.filter(shift__rota=self.kind.rota, shift__start=day, role=role).first()

    def _key(self, change: Change) -> Key:
        item = change.wanted or change.found
        if item is None:
            raise ValueError(f"The change of {change.key} is about nothing.")
        key: Key = item.load
        return key

    def apply(self, change: Change) -> Item | None:
        try:
            return self._applied(change)
        except duties.Stale:
            raise RejectedError(
                provider="Lockstep", doing=f"changing {change.key}", excerpt=CHANGED
            ) from None

    def _applied(self, change: Change) -> Item | None:
        doing = self.kind.doing
        if change.wanted is None:
            duties.cancel(self._required(change), doing=doing)
            return None
        member = self.posing.member(change.wanted.content["member"])
        reason = change.wanted.content["reason"]
        if change.action == "create":
            place = self._place(change.wanted.load)
            duty = duties.make(self.kind.rota, place, member, reason=reason, doing=doing)
        else:
            duty = self._required(change)
            duties.give(
                duty,
                member,
                origin=Duty.Origin.GENERATED,
                reason=reason,
                doing=doing,
                expected=duty.member,
            )
        return self._item(change.wanted.load, duty.member_id, reason, ref=str(duty.pk))

    def _required(self, change: Change) -> Duty:
        """Looked at once more: it is given away only as it is read here."""
        duty = self._stored(change)
        if duty is None or not self._is_as_planned(duty, change):
            raise duties.Stale
        return duty

    def _place(self, key: Key) -> Place:
        day, role = key
        slot = self.kind.slots_by_day[day]
        return Place(day=day, role=role, leads=slot.leads, cycle=slot.cycle)

    def carried_out(self) -> None:
        self.kind.carried_out()


@register
class RotaDuties(Kind):
    slug = "rota_duties"
    name = "Duties of a rota"
    words = (
        "Decides who is on duty: fairly, on working days, around leave and what people have "
        "agreed; what is there already is moved as little as possible."
    )
    noun = "entry"
    source = "breathe"
    source_is_optional = True
    options_form = Options
    comes_with = "rota"
    plans_long = True
    remembers = False
    is_private = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.rota: Rota = rota_named(context.options.get("rota", ""))
        if not self.rota.enabled:
            raise CannotRun(f"The rota {self.rota} is switched off.")
        self.reading = Reading(context.kept, now=context.clock)
        self.today = self.rota.today(context.now)
        self.leave: LeaveBatch | None = None

    def keep(self) -> dict[str, Any]:
        return self.reading.to_keep()

    @cached_property
    def posing(self) -> Posing:
        return Posing(self.rota, Asked.of(self.context.params), now=self.context.now)

    def batches(self) -> Iterator[Batch]:
        if self.context.source is not None:
            people = [member.person for member in self.posing.members]
            self.leave = leave_batch(self.context, self.reading, people, today=self.today)
            yield self.leave
        yield DutiesBatch(self)

    def is_asked_for(self) -> bool:
        return self.posing.asked.clear is not None

    def doubt(self) -> str | None:
        """Emptying many duties is as good as deleting them, and may as well be a mistake."""
        if self.is_asked_for():
            return None
        held = {
            key
            for key, duty in self.posing.stored.items()
            if key in self.roster.duties and duty.member_id is not None
        }
        emptied = sum(self.roster.duties[key] is None for key in held)
        share = self.context.sync.max_delete_share
        if not is_too_many(emptied, of=len(held), share=share):
            return None
        return f"{emptied} of {len(held)} duties would be nobody's, more than {share:.0%}."

    # --------------------------------------------------------------- computed

    @cached_property
    def roster(self) -> Roster:
        absences = Absence.objects.filter(person__in=[m.person_id for m in self.posing.members])
        problem = self.posing.problem(days_away(absences, self.leave))
        try:
            roster = solving.solved(problem, beat=self.context.beat)
        except solving.SolverFailed as error:
            raise CannotRun(str(error)) from error
        for sentence in roster.given_up:
            self.context.warn(sentence)
        for gap in roster.gaps:
            self.context.warn(f"Nobody {gap.role}s on {gap.day:%a} {gap.day}: {gap.reason}.")
        return roster

    @cached_property
    def reasons(self) -> dict[Key, str]:
        return {(gap.day, gap.role): gap.reason for gap in self.roster.gaps}

    @cached_property
    def slots_by_day(self) -> dict[date, Slot]:
        return {slot.day: slot for slot in self.posing.slots}

    def summary(self) -> dict[str, Any] | None:
        if self.posing.asked.clear is not None or "roster" not in self.__dict__:
            return None
        return {
            "level": self.roster.level,
            "proven": self.roster.proven,
            "given_up": list(self.roster.given_up),
            "gaps": [
                {"day": str(gap.day), "role": gap.role, "reason": gap.reason}
                for gap in self.roster.gaps
            ],
        }

    # ----------------------------------------------------------------- writing

    @property
    def doing(self) -> Doing:
        run = self.run
        return Doing(now=self.context.clock(), by=run.by if run else None, run=run)

    @cached_property
    def run(self) -> Run | None:
        """The one in whose hands this is."""
        running = self.context.sync.runs.filter(status=Run.Status.RUNNING)
        return running.select_related("by").first()

    def carried_out(self) -> None:
        """All of it is there: the seed it was drawn with counts, and others may follow at once."""
        if self.posing.asked.seed is not None:
            Rota.objects.filter(pk=self.rota.pk).update(seed=self.posing.asked.seed)
        duties.bring_in_step(self.rota, at=self.context.clock())
