"""Whether a token of Productive sees everybody's bookings, or its owner's alone.

Productive does not say so: whoever may see less is shown less, as if there were no more.
"""

from collections.abc import Callable, Iterable
from functools import cached_property

from integrations.errors import RetryableError, UnexpectedError
from integrations.productive.client import Booking, ProductiveClient

# So many pages of any bookings are searched for one that is not of the token's owner.
PAGES_TO_SEE_OTHERS = 5
BLIND = (
    "Productive shows this token no bookings but those of its owner. Either nobody else has any "
    "yet, or the token may not see them, and then all would be booked a second time. Connect "
    "with the token of an admin; only if really nobody else has any booking, approve this plan."
)
BLIND_AFTER_ALL = (
    ", so it may be there twice now. Connect with the token of an admin and run again: what is too "
    "much goes"
)


class Sight:
    """`look` lists what a new booking has to be among. `listed` is what was seen already."""

    def __init__(
        self, client: ProductiveClient, *, look: Callable[[Booking], Iterable[Booking]]
    ) -> None:
        self.client = client
        self.look = look
        self.listed: list[Booking] = []

    def doubt(self) -> str | None:
        return None if self.sees_everybody else BLIND

    @cached_property
    def sees_everybody(self) -> bool:
        """Whether the token shows bookings of others than its owner, of whatever sort."""
        if len({booking.person_id for booking in self.listed}) > 1:
            return True
        own = self.owner
        if any(booking.person_id != own for booking in self.listed):
            return True
        page = None
        for _ in range(PAGES_TO_SEE_OTHERS):
            found = self.client.bookings(page)
            if any(booking.person_id != own for booking in found.rows):
                return True
            page = found.next
            if page is None:
                break
        return False

    @cached_property
    def owner(self) -> str:
        return self.client.owner().person_id

    @cached_property
    def seen_people(self) -> set[str]:
        return {booking.person_id for booking in self.listed}

    def created(self, create: Callable[[], Booking]) -> Booking:
        """A new booking, which has to show afterwards where nothing of its person was seen before.

        While nobody else's bookings were seen at all, a lost answer ends the run: no listing could
        tell what came of it.
        """
        proven = self.sees_everybody
        try:
            booking = create()
        except RetryableError as error:
            if proven:
                raise
            raise _blind(f"the answer to a new booking was lost ({error.in_short})") from None
        self._make_sure_that_it_shows(booking)
        return booking

    def _make_sure_that_it_shows(self, booking: Booking) -> None:
        if booking.person_id in self.seen_people or booking.person_id == self.owner:
            return
        if all(booking.id != shown.id for shown in self.look(booking)):
            raise _blind("a booking that was just made is not shown to this token")
        self.seen_people.add(booking.person_id)
        self.sees_everybody = True


def _blind(what: str) -> UnexpectedError:
    excerpt = f"{what}{BLIND_AFTER_ALL}"
    return UnexpectedError(provider="Productive", doing="looking at a booking", excerpt=excerpt)
