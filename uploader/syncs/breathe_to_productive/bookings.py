"""One person's bookings: those there should be, those there are, and which is which.

Both sides are brought to the same form first: whole stretches of working days, so that a booking
which differs in a weekend only is left alone.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from integrations.productive.client import Booking
from uploader.items import Item
from uploader.syncs.breathe_to_productive.hours import Hours
from uploader.syncs.breathe_to_productive.leave import WORDS, Leave, LeaveKind
from uploader.syncs.breathe_to_productive.spans import (
    Span,
    Stretch,
    in_window,
    merged,
    paired,
    places,
    stretches,
    trimmed,
)


@dataclass(frozen=True, slots=True)
class Category:
    """One of Productive's absence categories, and the kinds of leave that it stands for."""

    id: str
    kinds: tuple[LeaveKind, ...]
    name: str

    @property
    def words(self) -> str:
        return WORDS[self.kinds[0]] if len(self.kinds) == 1 else self.name


class Bookings:
    """One person's leave as it is to be booked; `compare` makes items of both sides."""

    def __init__(self, leave: Leave, hours: Hours, categories: Iterable[Category]) -> None:
        self.leave = leave
        self.hours = hours
        # Spans of the window without a working day, of which nothing is booked.
        self.idle: list[tuple[Category, Span]] = []
        self.wanted: list[Item] = []
        self.existing: list[Item] = []
        self._stretches = {category: self._to_book(category) for category in categories}

    def _to_book(self, category: Category) -> list[Stretch]:
        found: list[Stretch] = []
        spans = [event.span for event in self.leave.events if event.kind in category.kinds]
        for span in merged(spans):
            booked = stretches(span, self.hours.minutes_on)
            if not booked and span.end >= self.leave.since:
                self.idle.append((category, span))
            found += booked
        return found

    def first_day(self) -> date:
        """From when on bookings have to be known: the first day of the window, or of what ends in
        it, or of what `compare` has drawn into it."""
        days = [date.fromisoformat(item.content["from"]) for item in self.wanted]
        days += [
            stretch.start
            for stretches in self._stretches.values()
            for stretch in stretches
            if stretch.end >= self.leave.since
        ]
        return min([self.leave.since, *days])

    def compare(self, there: Iterable[Booking]) -> None:
        self.wanted, self.existing = [], []
        by_category = defaultdict(list)
        for booking in there:
            by_category[booking.event_id].append(booking)
        for category, wanted in self._stretches.items():
            _Side(self, category, by_category[category.id]).compare(wanted)

    def shown(self, booking: Booking, *, key: str) -> Item:
        """What the target shows after a write."""
        category = next(each for each in self._stretches if each.id == booking.event_id)
        stretch = trimmed(_as_stretch(booking), self.hours.minutes_on)
        return self.item(category, stretch, key=key, place="", booking=booking)

    def item(
        self,
        category: Category,
        stretch: Stretch,
        *,
        key: str | None,
        place: str,
        booking: Booking | None = None,
    ) -> Item:
        is_per_day = booking is None or booking.minutes is not None
        return Item(
            key=key,
            content={
                "category": category.id,
                "from": stretch.start.isoformat(),
                "to": stretch.end.isoformat(),
                "minutes": stretch.minutes if is_per_day else None,
            },
            ref=booking.id if booking else None,
            ours=is_per_day if booking else None,
            subject=self.leave.email,
            what=in_words(category.words, stretch) if is_per_day else _foreign(category, stretch),
            place=place,
        )


@dataclass
class _Side:
    """One category of one person."""

    bookings: Bookings
    category: Category
    there: list[Booking]

    def compare(self, to_book: list[Stretch]) -> None:
        minutes_on = self.bookings.hours.minutes_on
        booked = {
            booking.id: trimmed(_as_stretch(booking), minutes_on)
            for booking in self.there
            if booking.minutes is not None
        }
        since = self.bookings.leave.since
        wanted, there = in_window(to_book, booked.values(), since=since)
        pairs = paired(wanted, there)
        self.places = places({*wanted, *there})
        self.keys = {stretch: f"{self.category.id} {stretch.start}" for stretch in wanted}
        for stretch in sorted(wanted):
            self.bookings.wanted.append(self._item(stretch, key=self.keys[stretch]))
        keys = {match: self.keys[stretch] for stretch, match in pairs.items()}
        for booking in self.there:
            shown = booked.get(booking.id)
            if shown in there:
                # Further copies have no key: they are nobody's.
                key = keys.pop(shown, None)
                self.bookings.existing.append(self._item(shown, key=key, booking=booking))
        self._find_obstacles(wanted - pairs.keys())

    def _find_obstacles(self, missing: set[Stretch]) -> None:
        """Bookings of another shape, such as a percentage, are never touched nor doubled."""
        for booking in self.there:
            if booking.minutes is not None:
                continue
            shape = _as_stretch(booking)
            met = next((one for one in sorted(missing) if one.overlaps(shape)), None)
            if met is not None:
                missing.discard(met)
                self.bookings.existing.append(
                    self.bookings.item(
                        self.category, shape, key=self.keys[met], place="", booking=booking
                    )
                )

    def _item(self, stretch: Stretch, *, key: str | None, booking: Booking | None = None) -> Item:
        place = f"{self.category.id} {self.places[stretch]}"
        return self.bookings.item(self.category, stretch, key=key, place=place, booking=booking)


def _as_stretch(booking: Booking) -> Stretch:
    return Stretch(booking.start, booking.end, booking.minutes or 0)


def in_words(kind: str, stretch: Stretch) -> str:
    """“holiday 2026-12-01 to 2026-12-04, 7 h a day”."""
    if stretch.start == stretch.end:
        return f"{kind} {stretch.start}, {hours_in_words(stretch.minutes)}"
    return f"{kind} {stretch.start} to {stretch.end}, {hours_in_words(stretch.minutes)} a day"


def hours_in_words(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if rest in (0, 30):
        return f"{minutes / 60:g} h"
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def _foreign(category: Category, stretch: Stretch) -> str:
    return f"{category.words} {stretch.start} to {stretch.end}, not by the day"
