"""The bookings of one service: those that the rota's duties are to have, and those there are."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from integrations.errors import RejectedError
from integrations.productive.client import Booking
from rota.syncs.productive.onduty import OnDuty
from uploader.engine import Item
from uploader.syncs.productive.batch import BookingBatch
from uploader.syncs.productive.words import hours_in_words

if TYPE_CHECKING:
    from rota.syncs.productive.kind import RotaProductive


class ServiceBatch(BookingBatch):
    """A booking for each person and day on duty, be it as one thing or as two.

    Productive shows no key of ours: whose a booking is, only links tell. A booking of a person who
    cannot be found at Productive any more is left as it is (`lost`).
    """

    group = "bookings"
    rechecks = ("update", "delete")

    def __init__(
        self,
        kind: "RotaProductive",
        people: Mapping[str, OnDuty],
        *,
        lost: Iterable[OnDuty],
        listed: Iterable[Booking],
        names: Mapping[str, str],
    ) -> None:
        self.kind = kind
        self.client = kind.context.target
        self.service = kind.service
        self.part = kind.part
        self.people = people
        self.listed = listed
        self.names = names
        self.begins = {_key(who, day) for who in lost for day in who.days}

    # --------------------------------------------------------------- both sides

    def desired(self) -> Iterable[Item]:
        for person_id, who in self.people.items():
            for day in who.days:
                content = {
                    "person": person_id,
                    "from": day.isoformat(),
                    "to": day.isoformat(),
                    "minutes": self.kind.minutes,
                }
                yield self._item(content, key=f"{_key(who, day)} {person_id}", name=who.name)

    def existing(self) -> Iterable[Item]:
        return [self.shown(booking) for booking in self.listed]

    def aside(self) -> Collection[str]:
        return [
            link.key for link in self.kind.own_links if link.key.rpartition(" ")[0] in self.begins
        ]

    def shown(self, booking: Booking, *, key: str | None = None) -> Item:
        content = {
            "person": booking.person_id,
            "from": booking.start.isoformat(),
            "to": booking.end.isoformat(),
            "minutes": booking.minutes,
        }
        name = self.names.get(booking.person_id, f"person {booking.person_id}")
        return self._item(content, key=key, name=name, ref=booking.id)

    def _item(
        self, content: dict[str, Any], *, key: str | None, name: str, ref: str | None = None
    ) -> Item:
        return Item(key=key, content=content, ref=ref, subject=name, what=self._in_words(content))

    def _in_words(self, content: dict[str, Any]) -> str:
        """“Support 2026-12-01, 7 h”."""
        start, end, minutes = content["from"], content["to"], content["minutes"]
        days = start if start == end else f"{start} to {end}"
        return f"{self.service.name} {days}, {_length(minutes, one_day=start == end)}"

    # ------------------------------------------------------------------ writing

    def wrote(self) -> None:
        self.kind.forget_bookings()

    def values(self, wanted: Item) -> dict[str, Any]:
        return {
            "person_id": wanted.content["person"],
            "service_id": self.service.id,
            "start": date.fromisoformat(wanted.content["from"]),
            "end": date.fromisoformat(wanted.content["to"]),
            "minutes": wanted.content["minutes"],
        }

    def is_managed(self, booking: Booking) -> bool:
        return booking.service_id == self.service.id

    def read(self, booking_id: str) -> Booking | None:
        return self.client.service_booking(booking_id)

    def create(self, **values: Any) -> Booking:
        return self.kind.sight.created(partial(self.client.create_service_booking, **values))

    def update(self, booking_id: str, **values: Any) -> Booking:
        booking = self.client.update_service_booking(booking_id, **values)
        if booking.person_id != values["person_id"]:
            excerpt = f"it stays {self.names.get(booking.person_id, 'somebody else')}'s"
            raise RejectedError(
                provider=self.client.name, doing="giving a booking to another", excerpt=excerpt
            )
        return booking


def _key(who: OnDuty, day: date) -> str:
    """Of a person and a day here; who that is at Productive comes after it."""
    return f"{who.person} {day}"


def _length(minutes: int | None, *, one_day: bool) -> str:
    if minutes is None:
        return "not booked by the day"
    return hours_in_words(minutes) + ("" if one_day else " a day")
