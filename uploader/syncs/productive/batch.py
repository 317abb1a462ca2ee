"""Bookings compared and written, of whatever sort; which they are is said by those who derive."""

from typing import Any

from integrations.productive.client import Booking, ProductiveClient
from uploader.engine import Change, Item
from uploader.kinds import Batch


class BookingBatch(Batch):
    client: ProductiveClient

    def apply(self, change: Change) -> Item | None:
        self.wrote()
        if change.wanted is None:
            self.client.delete_booking(ref_of(change))
            return None
        values = self.values(change.wanted)
        if change.action == "update":
            return self.shown(self.update(ref_of(change), **values), key=change.key)
        return self.shown(self.create(**values), key=change.key)

    def recheck(self, change: Change) -> bool:
        """Whether it is still what was listed, some minutes ago perhaps."""
        booking = self.read(ref_of(change))
        if booking is None or change.found is None:
            return True
        if not (booking.is_live and self.is_managed(booking)):
            return False
        return bool(self.shown(booking, key=change.key).content == change.found.content)

    def wrote(self) -> None:
        """From here on, what was listed is not what is there."""
        raise NotImplementedError

    def values(self, wanted: Item) -> dict[str, Any]:
        """What `create` and `update` are told of it."""
        raise NotImplementedError

    def shown(self, booking: Booking, *, key: str) -> Item:
        raise NotImplementedError

    def is_managed(self, booking: Booking) -> bool:
        """Whether it is one of those that this batch is about."""
        raise NotImplementedError

    def read(self, booking_id: str) -> Booking | None:
        raise NotImplementedError

    def create(self, **values: Any) -> Booking:
        raise NotImplementedError

    def update(self, booking_id: str, **values: Any) -> Booking:
        raise NotImplementedError


def ref_of(change: Change) -> str:
    if change.found is None or change.found.ref is None:
        raise ValueError(f"The {change.action} of {change.key} is about no booking.")
    return change.found.ref
