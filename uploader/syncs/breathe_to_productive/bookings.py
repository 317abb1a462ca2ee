"""One person's bookings: those there should be, those there are, and which is which.

Both sides are brought to the same form first: whole stretches of working days, so that a booking
which differs in a weekend only is left alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

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
from uploader.syncs.productive.words import hours_in_words


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
        self.of_others: Mapping[str, str] = {}
        self.places: dict[Stretch, date] = {}
        self.wanted: list[Item] = []
        self.existing: list[Item] = []
        self._stretches = {category: self._to_book(category) for category in categories}

    def _to_book(self, category: Category) -> list[Stretch]:
        """Spans are cut to the window whole, by their end, so that nothing changes as it slides."""
        found: list[Stretch] = []
        spans = [event.span for event in self.leave.events if event.kind in category.kinds]
        for span in merged(spans):
            if span.end < self.leave.since:
                continue
            booked = stretches(span, self.hours.minutes_on)
            if not booked:
                self.idle.append((category, span))
            found += booked
        return found

    def first_day(self) -> date:
        """From when on bookings have to be known: the first day of the window, or of what is to be
        booked."""
        wanted = [stretch.start for own in self._stretches.values() for stretch in own]
        return min([self.leave.since, *wanted])

    def overfull_days(self) -> list[tuple[date, list[str]]]:
        """Days of the window with leave of several kinds that is more than the day has hours."""
        booked: dict[date, dict[str, int]] = defaultdict(dict)
        for category, own in self._stretches.items():
            for stretch in own:
                for day in stretch.days():
                    if day >= self.leave.since and self.hours.minutes_on(day):
                        booked[day][category.words] = stretch.minutes
        return [
            (day, sorted(kinds))
            for day, kinds in sorted(booked.items())
            if len(kinds) > 1 and sum(kinds.values()) > self.hours.minutes_on(day)
        ]

    def compare(
        self, there: Iterable[Booking], *, of_others: Mapping[str, str] | None = None
    ) -> None:
        """`of_others`: by the ids of bookings that other syncs made, which sync that was."""
        self.of_others = of_others or {}
        self.wanted, self.existing = [], []
        by_category = defaultdict(list)
        for booking in there:
            by_category[booking.event_id].append(booking)
        sides = [
            _Side(self, category, by_category[category.id]).compare(wanted)
            for category, wanted in self._stretches.items()
        ]
        # Leave that turns into leave of another kind has its place there too.
        self.places = places(stretch for side in sides for stretch in side.involved())
        for side in sides:
            side.list_items()

    def shown(self, booking: Booking, *, key: str) -> Item:
        """What the target shows after a write."""
        category = next(each for each in self._stretches if each.id == booking.event_id)
        stretch = trimmed(_as_stretch(booking), self.hours.minutes_on)
        return self.item(category, stretch, key=key, booking=booking)

    def item(
        self,
        category: Category,
        stretch: Stretch,
        *,
        key: str | None,
        booking: Booking | None = None,
        lessens: bool = False,
        remnant: bool = False,
    ) -> Item:
        place = self.places.get(stretch)
        return Item(
            key=key,
            content=_content(category, stretch),
            ref=booking.id if booking else None,
            ours=True if booking else None,
            subject=self.leave.email,
            what=in_words(category.words, stretch),
            place=place.isoformat() if place else "",
            lessens=lessens,
            remnant=remnant,
        )

    def obstacle(self, category: Category, booking: Booking, *, key: str) -> Item:
        """A booking of another shape, such as a percentage, or of another sync, in the way of what
        has this key.

        It may be in the way of several, and is an item for each of them.
        """
        shape = _as_stretch(booking)
        other = self.of_others.get(booking.id)
        whose = f"made by the sync {other}" if other else "not booked by the day"
        return Item(
            key=key,
            content={**_content(category, shape), "minutes": None},
            ref=f"{booking.id} {key}",
            ours=False,
            subject=self.leave.email,
            what=f"{category.words} {_days(shape)}, {whose}",
        )


class _Side:
    """One category of one person."""

    def __init__(self, bookings: Bookings, category: Category, there: list[Booking]) -> None:
        self.bookings = bookings
        self.category = category
        of_others = bookings.of_others
        self.by_day = [b for b in there if b.minutes is not None and b.id not in of_others]
        self.others = [b for b in there if b.minutes is None or b.id in of_others]

    def compare(self, to_book: list[Stretch]) -> Self:
        minutes_on = self.bookings.hours.minutes_on
        self.booked = {each.id: trimmed(_as_stretch(each), minutes_on) for each in self.by_day}
        self.wanted, self.there = in_window(
            to_book,
            self.booked.values(),
            since=self.bookings.leave.since,
            minutes_on=minutes_on,
        )
        self.remnants = self.wanted - set(to_book)
        self.obstacles, untouched = self._obstacles(set(to_book), self.there)
        self.there -= untouched
        gone = {past for past in self.remnants if past.start in _starts(untouched)}
        self.wanted -= gone
        self.pairs = paired(self.wanted - self.obstacles.keys(), self.there)
        return self

    def involved(self) -> set[Stretch]:
        return self.wanted | self.there

    def list_items(self) -> None:
        item, category = self.bookings.item, self.category
        keys = {stretch: f"{category.id} {stretch.start}" for stretch in self.wanted}
        for stretch in sorted(self.wanted):
            before = self.pairs.get(stretch)
            wanted = item(
                category,
                stretch,
                key=keys[stretch],
                lessens=before is not None and not stretch.covers(before),
                remnant=stretch in self.remnants,
            )
            self.bookings.wanted.append(wanted)
        matches = {match: keys[stretch] for stretch, match in self.pairs.items()}
        for booking in self.by_day:
            shown = self.booked[booking.id]
            if shown in self.there:
                # Further copies have no key: they are nobody's.
                key = matches.pop(shown, None)
                self.bookings.existing.append(item(category, shown, key=key, booking=booking))
        for stretch, booking in self.obstacles.items():
            obstacle = self.bookings.obstacle(category, booking, key=keys[stretch])
            self.bookings.existing.append(obstacle)

    def _obstacles(
        self, to_book: set[Stretch], there: set[Stretch]
    ) -> tuple[dict[Stretch, Booking], set[Stretch]]:
        """What cannot be booked, by what is in its way, and what therefore stays untouched.

        What is in the way is neither touched nor booked over; nor does anything go for the sake of
        what cannot come, nor come on top of what stays.
        """
        others = sorted(self.others, key=lambda other: other.id, reverse=True)
        obstacles = {
            stretch: booking
            for stretch in to_book - there
            for booking in others
            if _as_stretch(booking).overlaps(stretch)
        }
        while True:
            stays = {
                stretch: obstacles[blocked]
                for stretch in there
                for blocked in obstacles
                if stretch.overlaps(blocked)
            }
            more = {
                stretch: booking
                for stretch in to_book - obstacles.keys()
                for other, booking in stays.items()
                if stretch.overlaps(other)
            }
            if not more:
                return obstacles, set(stays)
            obstacles |= more


def _content(category: Category, stretch: Stretch) -> dict[str, Any]:
    return {
        "category": category.id,
        "from": stretch.start.isoformat(),
        "to": stretch.end.isoformat(),
        "minutes": stretch.minutes,
    }


def _starts(stretches: Iterable[Stretch]) -> set[date]:
    return {stretch.start for stretch in stretches}


def _as_stretch(booking: Booking) -> Stretch:
    return Stretch(booking.start, booking.end, booking.minutes or 0)


def in_words(kind: str, stretch: Stretch) -> str:
    """“holiday 2026-12-01 to 2026-12-04, 7 h a day”."""
    each = "" if stretch.start == stretch.end else " a day"
    return f"{kind} {_days(stretch)}, {hours_in_words(stretch.minutes)}{each}"


def _days(stretch: Stretch) -> str:
    if stretch.start == stretch.end:
        return f"{stretch.start}"
    return f"{stretch.start} to {stretch.end}"
