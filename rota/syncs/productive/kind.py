"""The kind `rota_productive`: a rota's duties as bookings of a service, one a person and day."""

from collections.abc import Iterator
from functools import cached_property, partial
from typing import Any

from integrations.productive.client import Assignment, Booking, Person, Service
from integrations.shapes import Page
from rota.days import DAY
from rota.syncs.duties.options import rota_named
from rota.syncs.productive.assignments import AssignmentBatch
from rota.syncs.productive.bookings import ServiceBatch
from rota.syncs.productive.onduty import matched, names_of, on_duty
from rota.syncs.productive.options import Options, in_words, minutes_in
from uploader.engine import Link
from uploader.kinds import Batch, CannotRun, Context, Kind, register
from uploader.links import by_part, put_there_by_others
from uploader.reading import Reading
from uploader.syncs.productive.sight import Sight


@register
class RotaProductive(Kind):
    slug = "rota_productive"
    name = "Duties at Productive"
    words = (
        "Books everybody who is on duty on a service at Productive, a booking a day, and puts them "
        "on its project where they are not. Only bookings that were made by this are changed or "
        "deleted, and an equal one that is there already is taken over."
    )
    noun = "booking"
    target = "productive"
    options_form = Options
    comes_with = "rota"
    adopt = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.rota = rota_named(context.options.get("rota", ""))
        if not self.rota.enabled:
            raise CannotRun(f"The rota {self.rota} is switched off.")
        self.today = self.rota.today(context.now)
        self.minutes = minutes_in(context.options)
        self.reading = Reading(context.kept, now=context.clock)
        self.sight = Sight(context.target, look=self._look)

    @classmethod
    def details(cls, options: dict[str, Any], summary: dict[str, Any]) -> list[tuple[str, str]]:
        return in_words(options)

    def keep(self) -> dict[str, Any]:
        return self.reading.to_keep()

    def doubt(self) -> str | None:
        return self.sight.doubt()

    # -------------------------------------------------------------- both sides

    def batches(self) -> Iterator[Batch]:
        people = on_duty(self.rota, today=self.today)
        colleagues = self.reading.whole("people", Person, self.context.target.people)
        found = matched(people, colleagues, warn=self.context.warn)
        listed = self._listed()
        if found:
            assigned = self._assigned()
            yield AssignmentBatch(self.context.target, self.service, found, assigned)
        names = names_of(colleagues, self.rota)
        lost = [who for who in people if who not in found.values()]
        yield ServiceBatch(self, found, lost=lost, listed=listed, names=names)

    @cached_property
    def service(self) -> Service:
        number = str(self.context.options.get("service_id", ""))
        service: Service | None = self.context.target.service(number)
        if service is None:
            raise CannotRun(f"Productive has no service {number}. Choose another in the options.")
        named = f"The service {service.name} ({number})"
        if not service.is_bookable:
            raise CannotRun(f"{named} takes no bookings. Switch booking tracking on at Productive.")
        if service.project_id is None:
            raise CannotRun(f"{named} is of no project yet, so nobody can be booked on it.")
        return service

    def _assigned(self) -> list[Assignment]:
        project = self.service.project_id
        fetch = partial(self.context.target.assignments, project_id=project)
        return self.reading.whole(f"people on the project {project}", Assignment, fetch)

    # ---------------------------------------------------------------- bookings

    @property
    def part(self) -> str:
        """Of each service by itself: what was booked on another one before stays there."""
        return f"service {self.service.id}"

    @cached_property
    def own_links(self) -> list[Link]:
        return by_part(self.context.sync).get(self.part, [])

    def _listed(self) -> list[Booking]:
        """Live bookings of the service that have not ended, but for those of other rotas."""
        self.sight.listed = self.reading.whole(self._bookings, Booking, self._page)
        others = self._of_others()
        return [
            booking
            for booking in self.sight.listed
            if booking.service_id == self.service.id
            and booking.is_live
            and booking.end >= self.today
            and booking.id not in others
        ]

    def _page(self, page: str | None) -> Page[Booking]:
        """Asked for a day more: whether Productive counts the day itself in is not certain."""
        found: Page[Booking] = self.context.target.service_bookings(
            page, project_id=self.service.project_id, after=self.today - DAY
        )
        return found

    @property
    def _bookings(self) -> str:
        return f"bookings of the project {self.service.project_id}"

    def forget_bookings(self) -> None:
        self.reading.forget(self._bookings)

    def _of_others(self) -> set[str]:
        """Bookings that rotas on the same service have made: each has its own, none is shared."""
        own = {link.ref for link in self.own_links}
        others = put_there_by_others(self.context.sync)
        return {
            ref
            for ref, other in others.items()
            if other.enabled and other.part == self.part and ref not in own
        }

    def _look(self, booking: Booking) -> Iterator[Booking]:
        page = None
        while True:
            found = self.context.target.service_bookings(
                page, project_id=self.service.project_id, after=booking.start - DAY
            )
            yield from found.rows
            page = found.next
            if page is None:
                break
