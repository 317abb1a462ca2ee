"""The events of one rota on one calendar: what should be there, what is, and one change of it."""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime
from typing import cast

from integrations.google_calendar.client import Event, GoogleCalendarClient, NotShared
from rota.days import DAY
from rota.syncs.calendar.content import Ownership, body, shown, wanted
from rota.syncs.calendar.slots import Slots
from rota.syncs.calendar.writing import Writer
from uploader.engine import Change, Item, Link, fingerprint
from uploader.kinds import Batch, CannotRun


def part_of(calendar: str) -> str:
    """What is remembered of one calendar says nothing about another one."""
    return f"events {fingerprint(calendar)}"


class Events(Batch):
    """`listed`: everybody's events around the window; `look_up` reads one by its id. `wrote` is
    told before every write."""

    there = "on the calendar"

    def __init__(
        self,
        slots: Slots,
        links: Iterable[Link],
        *,
        client: GoogleCalendarClient,
        calendar: str,
        listed: list[Event],
        look_up: Callable[[str], Event | None],
        wrote: Callable[[], None],
    ) -> None:
        self.part = part_of(calendar)
        self.slots = slots
        self.rota = slots.rota.uid.hex
        self.refs = {link.key: link.ref for link in links}
        self.listed = listed
        self.look_up = look_up
        self.wrote = wrote
        recorded = {ref: key for key, ref in self.refs.items() if ref and key in slots.keys}
        self.ownership = Ownership(self.rota, recorded)
        self.writer = Writer(client=client, calendar=calendar, ownership=self.ownership)

    def desired(self) -> Iterator[Item]:
        for slot in self.slots.wanted():
            yield Item(
                key=slot.key,
                content=wanted(slot, rota=self.rota),
                subject=f"{slot.start:%Y-%m}",
                what=f"{days_told(slot.start, slot.end)}: {slot.title}",
                load=body(slot, rota=self.rota),
            )

    def existing(self) -> Iterator[Item]:
        there = set()
        for event in self.listed:
            key = self.ownership.key_of(event)
            if key is not None and self._is_judged(event, key):
                there.add(key)
                yield self._shown(event, key)
        for key in sorted(self.slots.keys - there):
            if (elsewhere := self._elsewhere(key)) is not None:
                yield self._shown(elsewhere, key)

    def _is_judged(self, event: Event, key: str) -> bool:
        """Of a slot that is not over; or, of one that nobody knows any more, not over itself."""
        if key in self.slots.keys:
            return True
        last = last_day_of(event)
        return key not in self.slots.over and last is not None and last >= self.slots.today

    def _elsewhere(self, key: str) -> Event | None:
        """The slot's event where somebody moved it out of the window."""
        ref = self.refs.get(key)
        event = self.look_up(ref) if ref else None
        return event if event is not None and self.ownership.key_of(event) == key else None

    def aside(self) -> Collection[str]:
        """What is over; and slots that are not of this rota: of these only marks tell."""
        return self.refs.keys() - self.slots.keys

    # ----------------------------------------------------------------- writing

    def apply(self, change: Change) -> Item | None:
        self.wrote()
        try:
            return self._apply(change)
        except NotShared as error:
            # As true of all that is still to be written: nothing of it was refused by itself.
            raise CannotRun(str(error)) from error

    def _apply(self, change: Change) -> Item | None:
        there = cast(Event, change.found.load) if change.found else None
        if change.wanted is None:
            if there is not None and change.found is not None:
                self.writer.remove(there, change.found.key or "")
            return None
        if there is None:
            event = self.writer.make(change.key, change.wanted.load)
        else:
            event = self.writer.change(there, change.key, change.wanted.load)
        return self._shown(event, change.key)

    def _shown(self, event: Event, key: str) -> Item:
        day = day_of(event)
        return Item(
            key=key,
            ref=event.id,
            ours=True,
            content=shown(event),
            subject=f"{day:%Y-%m}" if day else "",
            what=f"{_days_of(event)}: {event.summary}",
            load=event,
        )


def day_of(event: Event) -> date | None:
    """The day on which it begins; of a moment, the day in UTC is near enough."""
    return event.start.date() if isinstance(event.start, datetime) else event.start


def last_day_of(event: Event) -> date | None:
    """The last day of which it takes anything; of an event without an end, the day it begins."""
    if isinstance(event.end, datetime):
        return event.end.date()
    return event.end - DAY if event.end else day_of(event)


def days_told(start: date | None, end: date | None) -> str:
    """2026-12-01; or 2026-12-02 to 2026-12-15. `end`: the day after the last one."""
    last = end - DAY if end else start
    return f"{start}" if last is None or last == start else f"{start} to {last}"


def _days_of(event: Event) -> str:
    last = last_day_of(event)
    return days_told(day_of(event), last + DAY if last else None)
