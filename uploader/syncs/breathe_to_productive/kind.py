"""The kind `breathe_to_productive`: staff leave becomes bookings, a batch a person."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from integrations.errors import RejectedError
from integrations.productive.client import Booking, Event, Person, Salary
from integrations.shapes import Page
from uploader.engine import Item
from uploader.kinds import Batch, CannotRun, Context, Kind, register
from uploader.links import put_there_by_others
from uploader.reading import Reading
from uploader.syncs.breathe_to_productive import dump
from uploader.syncs.breathe_to_productive.bookings import Bookings, Category
from uploader.syncs.breathe_to_productive.hours import Hours
from uploader.syncs.breathe_to_productive.leave import Leave
from uploader.syncs.breathe_to_productive.options import (
    SINCE_DAYS,
    Options,
    categories,
    in_words,
)
from uploader.syncs.breathe_to_productive.source import BreatheSource, Wanted
from uploader.syncs.breathe_to_productive.spans import DAY
from uploader.syncs.breathe_to_productive.words import (
    warn_of_hours,
    warn_of_idle_spans,
    warn_of_overfull_days,
)
from uploader.syncs.productive.batch import BookingBatch
from uploader.syncs.productive.matching import match
from uploader.syncs.productive.sight import Sight

# Breathe HR never says where a company is; its days are British ones.
ZONE = ZoneInfo("Europe/London")


class PersonBatch(BookingBatch):
    """One person's bookings, compared and written."""

    def __init__(
        self, kind: "BreatheToProductive", bookings: Bookings, person: Person, *, chosen: bool
    ) -> None:
        self.kind = kind
        self.client = kind.context.target
        self.bookings = bookings
        self.part = person.id
        self.label = bookings.leave.email
        self.chosen = chosen

    def desired(self) -> Iterable[Item]:
        return self.bookings.wanted

    def existing(self) -> Iterable[Item]:
        return self.bookings.existing

    def wrote(self) -> None:
        self.kind.reading.forget(BOOKINGS)

    def values(self, wanted: Item) -> dict[str, Any]:
        return {
            "person_id": self.part,
            "event_id": wanted.content["category"],
            "start": date.fromisoformat(wanted.content["from"]),
            "end": date.fromisoformat(wanted.content["to"]),
            "minutes": wanted.content["minutes"],
        }

    def shown(self, booking: Booking, *, key: str) -> Item:
        return self.bookings.shown(booking, key=key)

    def is_managed(self, booking: Booking) -> bool:
        managed = categories(self.kind.context.options).values()
        return booking.person_id == self.part and booking.event_id in managed

    def read(self, booking_id: str) -> Booking | None:
        return self.client.booking(booking_id)

    def create(self, **values: Any) -> Booking:
        return self.kind.sight.created(partial(self.client.create_booking, **values))

    def update(self, booking_id: str, **values: Any) -> Booking:
        return self.client.update_booking(booking_id, **values)


BOOKINGS = "bookings"


@register
class BreatheToProductive(Kind):
    slug = "breathe_to_productive"
    name = "Breathe HR to Productive"
    words = (
        "Keeps bookings of absences at Productive as Breathe HR has the leave: holidays, sickness, "
        "other leave and training, half days too. Every booking of the chosen categories, of "
        "everybody in the sync, follows Breathe HR, whoever made it."
    )
    noun = "booking"
    counts = "change"
    source = "breathe"
    target = "productive"
    options_form = Options
    takes = ("since", "only", "exclude", "from_dump")
    on_edit = "restore"
    managed = True
    is_private = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.reading = Reading(context.kept, now=context.clock)
        self.today = context.now.astimezone(ZONE).date()
        self.sight = Sight(context.target, look=self._look)

    @classmethod
    def details(cls, options: dict[str, Any], summary: dict[str, Any]) -> list[tuple[str, str]]:
        return in_words(options)

    def keep(self) -> dict[str, Any]:
        return self.reading.to_keep()

    # -------------------------------------------------------------- both sides

    def batches(self) -> Iterator[Batch]:
        target, warn = self.context.target, self.context.warn
        leaves = [leave for leave in self.leaves() if not self._is_excluded(leave)]
        active = self.reading.whole("people", Person, target.people)
        matches = match(leaves, active, warn=warn)
        used = self._categories()
        salaries = self._salaries()
        people = []
        for each in matches:
            hours = Hours(
                salaries=salaries.get(each.person.id, ()), availabilities=each.person.weeks
            )
            bookings = Bookings(each.who, hours, used)
            people.append((bookings, each.person, self._is_chosen(each.who)))
        self._compare([(bookings, person.id) for bookings, person, _ in people], used)
        for bookings, person, chosen in people:
            yield PersonBatch(self, bookings, person, chosen=chosen)
        self._warn_of([bookings for bookings, _, chosen in people if chosen], leaves)

    def leaves(self) -> list[Leave]:
        """Everybody's leave, from Breathe HR or from a folder."""
        folder = self.context.params.get("from_dump")
        if folder is not None:
            return self._dumped(Path(folder))
        wanted = Wanted(
            kinds=categories(self.context.options).keys(),
            ignored_reasons=self.context.options.get("ignored_reasons", []),
            training_statuses=self.context.options.get("training_statuses", []),
            today=self.today,
            since=self.since,
        )
        source = BreatheSource(
            self.context.source, wanted, reading=self.reading, warn=self.context.warn
        )
        return source.leaves()

    def dump(self, folder: Path) -> list[Path]:
        """Write what a plan of this sync would be made from; the files."""
        leaves = self.leaves()
        wrong = {email for leave in leaves if leave.is_wrong for email in leave.emails}
        chosen = [
            leave
            for leave in leaves
            if self._is_chosen(leave)
            and not self._is_excluded(leave)
            and not wrong & set(leave.emails)
        ]
        return dump.write(chosen, folder, categories=categories(self.context.options))

    def _dumped(self, folder: Path) -> list[Leave]:
        try:
            return dump.read(folder)
        except dump.CannotRead as error:
            raise CannotRun(str(error)) from error

    @property
    def since(self) -> date:
        given = self.context.params.get("since")
        if given:
            return date.fromisoformat(given)
        days = self.context.options.get("since_days") or SINCE_DAYS
        return self.today - timedelta(days=days)

    def _is_excluded(self, leave: Leave) -> bool:
        return bool(set(leave.emails) & set(self.context.options.get("exclude", [])))

    def _is_chosen(self, leave: Leave) -> bool:
        only, exclude = (self.context.params.get(name) for name in ("only", "exclude"))
        emails = set(leave.emails)
        return (not only or bool(emails & set(only))) and not emails & set(exclude or [])

    def _categories(self) -> list[Category]:
        """Those of the options, which have to be there, and to be absences."""
        known = {
            event.id: event
            for event in self.reading.whole("categories", Event, self.context.target.events)
        }
        kinds = defaultdict(list)
        for kind, number in categories(self.context.options).items():
            kinds[number].append(kind)
        return [
            Category(id=number, kinds=tuple(own), name=self._absence(known.get(number), number))
            for number, own in kinds.items()
        ]

    def _absence(self, event: Event | None, number: str) -> str:
        where = f"`list_event_types {self.context.sync.target}` shows those there are."
        if event is None:
            raise CannotRun(f"Productive has no absence category {number}. {where}")
        if event.absence_type != "time_off":
            raise CannotRun(f"Productive's category {event.name} ({number}) is no absence. {where}")
        if event.is_archived:
            self.context.warn(f"The category {event.name} ({number}) is archived at Productive.")
        return event.name

    def _salaries(self) -> dict[str, list[Salary]]:
        by_person: dict[str, list[Salary]] = defaultdict(list)
        try:
            salaries = self.reading.whole("salaries", Salary, self.context.target.salaries)
        except RejectedError as error:
            self.context.warn(f"Salaries, and the working hours in them, cannot be read. {error}")
            return by_person
        for salary in salaries:
            by_person[salary.person_id].append(salary)
        return by_person

    def _compare(self, people: list[tuple[Bookings, str]], used: list[Category]) -> None:
        first = min((bookings.first_day() for bookings, _ in people), default=self.since)
        by_person = defaultdict(list)
        for booking in self._bookings(used, since=first):
            by_person[booking.person_id].append(booking)
        others = put_there_by_others(self.context.sync)
        of_others = {ref: other.sync for ref, other in others.items() if other.enabled}
        for bookings, person_id in people:
            bookings.compare(by_person[person_id], of_others=of_others)

    def _bookings(self, used: list[Category], *, since: date) -> list[Booking]:
        """Live bookings of these categories that end on that day or later.

        Asked for a day more, and looked through here: whether Productive counts the day itself in
        differs, and a filter that does nothing is answered with everything.
        """
        ids = [category.id for category in used]
        fetch = partial(self.context.target.bookings, event_ids=ids, after=since - DAY)
        self.sight.listed = self.reading.whole(BOOKINGS, Booking, fetch)
        return [
            booking
            for booking in self.sight.listed
            if booking.is_live and booking.event_id in ids and booking.end >= since
        ]

    # --------------------------------------------------------- who may be seen

    def doubt(self) -> str | None:
        return self.sight.doubt()

    def _look(self, booking: Booking) -> list[Booking]:
        found: Page[Booking] = self.context.target.bookings(
            None,
            event_ids=[booking.event_id],
            person_ids=[booking.person_id],
            after=booking.start - DAY,
        )
        return found.rows

    # ------------------------------------------------------------------- words

    def _warn_of(self, people: list[Bookings], leaves: list[Leave]) -> None:
        warn_of_hours(people, self.context.warn)
        warn_of_idle_spans(people, self.context.warn)
        warn_of_overfull_days(people, self.context.warn)
        known = {email for leave in leaves for email in leave.emails}
        for name in ("only", "exclude"):
            for email in self.context.params.get(name) or []:
                if email not in known:
                    self.context.warn(f"--{name}: nobody in this sync has the address {email}.")
