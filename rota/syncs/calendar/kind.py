"""The kind `rota_calendar`: a rota's shifts as events of a calendar, which is kept shared."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from integrations.errors import RejectedError
from integrations.google_calendar.client import Event, EventPage, Rule
from integrations.shapes import Page
from rota.syncs.calendar import events, foreign, sharing
from rota.syncs.calendar.options import Options, in_words
from rota.syncs.calendar.slots import Slots
from rota.syncs.duties.options import rota_named
from uploader.engine import fingerprint
from uploader.kinds import Batch, CannotRun, Context, Kind, register
from uploader.links import by_part
from uploader.reading import Reading

EVENTS, RULES = "events", "rules"
WRITING = ("writer", "owner")
# With whom the calendar is shared is written over only where it was looked at just now.
JUST_NOW = timedelta(seconds=10)


@register
class RotaCalendar(Kind):
    slug = "rota_calendar"
    name = "Calendar of a rota"
    words = (
        "Shows who is on duty on a calendar, a whole-day event for each shift, and puts right what "
        "is changed there. Nobody else's event is ever touched, whatever it is called."
    )
    noun = "event"
    subjects = ("month", "months")
    target = "google_calendar"
    options_form = Options
    comes_with = "rota"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.rota = rota_named(context.options.get("rota", ""))
        if not self.rota.enabled:
            raise CannotRun(f"The rota {self.rota} is switched off.")
        self.calendar = str(context.options.get("calendar_id", ""))
        self.slots = Slots(self.rota, self.rota.today(context.now))
        # What was read before a wait is of no use where another calendar was chosen meanwhile.
        self.chosen = fingerprint(context.options)
        kept = context.kept if context.kept.get("chosen") == self.chosen else {}
        self.reading = Reading(kept.get("lists", {}), now=context.clock, counted=False)

    @classmethod
    def details(cls, options: dict[str, Any], summary: dict[str, Any]) -> list[tuple[str, str]]:
        return in_words(options)

    def keep(self) -> dict[str, Any]:
        return {"chosen": self.chosen, "lists": self.reading.to_keep()}

    def batches(self) -> Iterator[Batch]:
        known = by_part(self.context.sync)
        batch = events.Events(
            self.slots,
            known.get(events.part_of(self.calendar), []),
            client=self.context.target,
            calendar=self.calendar,
            listed=self.reading.whole(EVENTS, Event, self._page),
            look_up=self._look_up,
            wrote=self._forget_what_was_read,
        )
        yield batch
        self._warn_of_lookalikes(batch)
        if self.context.options.get("share_with_members") and self._may_share():
            yield sharing.Sharing(
                sharing.members_addresses(self.rota, today=self.slots.today),
                known.get(sharing.part_of(self.calendar), []),
                client=self.context.target,
                calendar=self.calendar,
                rules=self._rules,
                wrote=self._forget_what_was_read,
            )

    # ------------------------------------------------------------------ events

    def _page(self, page: str | None) -> EventPage:
        """Everybody's events: what a filter leaves out is told in two ways, so there is none."""
        found: EventPage = self.context.target.events(
            self.calendar, page=page, start=self.slots.today, end=self.slots.last_day
        )
        if found.access_role not in WRITING:
            raise CannotRun(
                f"The calendar {self.calendar} may only be read by {self.context.sync.target}. "
                "Share it with the right to make changes to events."
            )
        return found

    def _look_up(self, event_id: str) -> Event | None:
        def ask(_: str | None) -> Page[Event]:
            event = self.context.target.event(self.calendar, event_id)
            return Page(rows=[event] if event else [])

        rows = self.reading.whole(f"event {event_id}", Event, ask)
        return rows[0] if rows else None

    def _forget_what_was_read(self) -> None:
        for name in self.reading.names():
            self.reading.forget(name)

    def _warn_of_lookalikes(self, batch: events.Events) -> None:
        others = foreign.not_ours(
            batch.listed, batch.ownership, start=self.slots.today, end=self.slots.last_day
        )
        alike = foreign.alike(self.rota, others)
        if alike:
            self.context.warn(foreign.warning(self.rota, alike))

    # ----------------------------------------------------------------- sharing

    def _rules(self) -> list[Rule]:
        self.reading.renew(RULES, after=JUST_NOW)
        fetch = partial(self.context.target.rules, self.calendar)
        return self.reading.whole(RULES, Rule, fetch)

    def _may_share(self) -> bool:
        try:
            self._rules()
        except RejectedError as error:
            self.context.warn(
                "The calendar is not kept shared with the members; its events are published all "
                f"the same. {error}"
            )
            return False
        return True
