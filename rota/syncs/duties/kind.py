"""The kind `rota_duties`: generating a rota, as a plan like any other whose target is ourselves."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

from integrations.errors import RejectedError
from rota import duties
from rota.duties import Doing
from rota.models import Absence, Duty, Member, Rota
from rota.syncs.duties.layout import Asked, Decided, Layout, Wanted, as_stored
from rota.syncs.duties.leave import LeaveBatch, days_away, leave_batch
from rota.syncs.duties.options import Options, rota_named
from rota.syncs.duties.posing import Posing
from rota.syncs.duties.turns import Turns
from uploader import runs
from uploader.engine import Change, Item
from uploader.every import written
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
        self.layout = kind.layout

    def desired(self) -> Iterable[Item]:
        if self.layout.asked.clear is not None:
            return []
        wanted = self.kind.decided.duties
        return [self._wanted(wanted[key]) for key in sorted(wanted)]

    def existing(self) -> Iterable[Item]:
        for shift in self.layout.concerned:
            for duty in shift.duties.all():
                yield self._item(as_stored(duty, shift), ref=str(duty.pk))

    # ------------------------------------------------------------------- items

    def _wanted(self, wanted: Wanted) -> Item:
        item = self._item(wanted)
        there = self.layout.stored.get((wanted.place.day, wanted.place.role))
        if wanted.member is None and there is not None and there.member is not None:
            # It concerns whoever cannot do it.
            return replace(item, subject=there.member.name)
        return item

    def _item(self, wanted: Wanted, *, ref: str | None = None) -> Item:
        return Item(
            key=f"{wanted.place.day}/{wanted.place.role}",
            content=self.layout.content(wanted),
            ref=ref,
            ours=True,
            subject=self.layout.name(wanted.member),
            what=self.layout.words(wanted),
            load=wanted,
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
        if change.wanted is None or change.wanted.content["member"] == duty.member_id:
            return True
        return self.layout.asked.roles is not None or not self.layout.is_bound(duty)

    def _stored(self, change: Change) -> Duty | None:
        place = self._load(change).place
        rows = Duty.objects.select_related("shift__rota", "member")
        return rows.filter(
            shift__rota=self.kind.rota, shift__start=place.day, role=place.role
        ).first()

    def _load(self, change: Change) -> Wanted:
        item = change.wanted or change.found
        if item is None:
            raise ValueError(f"The change of {change.key} is about nothing.")
        load: Wanted = item.load
        return load

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
        wanted = self._load(change)
        member = self.layout.member(wanted.member)
        if change.action == "create":
            place, reason = wanted.place, wanted.reason
            duty = duties.make(self.kind.rota, place, member, reason=reason, doing=doing)
        else:
            duty = self._required(change)
            duties.lay(duty.shift, wanted.place, doing=doing)
            if (duty.member_id, duty.reason) != (wanted.member, wanted.reason):
                self._give(duty, member, wanted.reason)
        return self._item(wanted, ref=str(duty.pk))

    def _give(self, duty: Duty, member: Member | None, reason: str) -> None:
        duties.give(
            duty,
            member,
            origin=Duty.Origin.GENERATED,
            reason=reason,
            doing=self.kind.doing,
            expected=duty.member,
        )

    def _required(self, change: Change) -> Duty:
        """Looked at once more: it is given away only as it is read here."""
        duty = self._stored(change)
        if duty is None or not self._is_as_planned(duty, change):
            raise duties.Stale
        return duty

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
    def layout(self) -> Layout:
        asked = Asked.of(self.context.params)
        kind = Turns if self.rota.is_rolling else Posing
        return kind(self.rota, asked, now=self.context.now)

    def batches(self) -> Iterator[Batch]:
        self._note_what_was_asked()
        if self.layout.asked.clear is not None and self.rota.horizon:
            self.context.warn(
                f"{self.rota} is kept filled {written(self.rota.horizon) or self.rota.horizon} "
                "ahead: what goes is laid out again within a day, unless its `horizon` goes too."
            )
        if self.context.source is not None:
            people = [member.person for member in self.layout.members]
            self.leave = leave_batch(self.context, self.reading, people, today=self.today)
            yield self.leave
        yield DutiesBatch(self)

    def _note_what_was_asked(self) -> None:
        """So many more are counted from a day on: whoever goes on where a worker died does not
        begin to count anew."""
        asked = self.layout.asked
        if asked.append is not None and asked.first is None and self.run is not None:
            first = self.layout.first.isoformat()
            runs.save(self.run, params={**self.run.params, "from": first})

    def is_asked_for(self) -> bool:
        return self.layout.is_asked_for

    def doubt(self) -> str | None:
        """Emptying many duties is as good as deleting them, and may as well be a mistake."""
        if self.is_asked_for():
            return None
        wanted = self.decided.duties
        held = {
            key
            for key, duty in self.layout.stored.items()
            if key in wanted and duty.member_id is not None
        }
        emptied = sum(wanted[key].member is None for key in held)
        share = self.context.sync.max_delete_share
        if not is_too_many(emptied, of=len(held), share=share):
            return None
        return f"{emptied} of {len(held)} duties would be nobody's, more than {share:.0%}."

    # --------------------------------------------------------------- computed

    @cached_property
    def decided(self) -> Decided:
        absences = Absence.objects.filter(person__in=[m.person_id for m in self.layout.members])
        away = days_away(absences, self.leave)
        decided = self.layout.decided(away, beat=self.context.beat)
        for sentence in decided.warnings:
            self.context.warn(sentence)
        return decided

    def summary(self) -> dict[str, Any] | None:
        if self.layout.asked.clear is not None or "decided" not in self.__dict__:
            return None
        return self.decided.summary

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
        if self.layout.asked.seed is not None:
            Rota.objects.filter(pk=self.rota.pk).update(seed=self.layout.asked.seed)
        duties.bring_in_step(self.rota, at=self.context.clock())
