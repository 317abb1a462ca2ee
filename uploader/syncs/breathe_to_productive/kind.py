"""The kind `breathe_to_productive`: staff leave becomes bookings, a batch a person."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from integrations.errors import RejectedError, RetryableError, UnexpectedError
from integrations.productive.client import Booking, Event, Person, Salary
from uploader.engine import Change, Item
from uploader.kinds import Batch, CannotRun, Context, Kind, register
from uploader.links import put_there_by_others
from uploader.reading import Reading
from uploader.syncs.breathe_to_productive import dump
from uploader.syncs.breathe_to_productive.bookings import Bookings, Category
from uploader.syncs.breathe_to_productive.hours import Hours
from uploader.syncs.breathe_to_productive.leave import Leave
from uploader.syncs.breathe_to_productive.matching import match
from uploader.syncs.breathe_to_productive.options import (
    SINCE_DAYS,
    Options,
    categories,
    in_words,
)
from uploader.syncs.breathe_to_productive.source import BreatheSource, Wanted
from uploader.syncs.breathe_to_productive.spans import DAY
from uploader.syncs.breathe_to_productive.words import (
    BLIND,
    BLIND_AFTER_ALL,
    warn_of_hours,
    warn_of_idle_spans,
    warn_of_overfull_days,
)

# Breathe HR never says where a company is; its days are British ones.
ZONE = ZoneInfo("Europe/London")
# So many pages of any bookings are searched for one that is not of the token's owner.
PAGES_TO_SEE_OTHERS = 5


class PersonBatch(Batch):
    """One person's bookings, compared and written."""

    def __init__(
        self, kind: "BreatheToProductive", bookings: Bookings, person: Person, *, chosen: bool
    ) -> None:
        self.kind = kind
        self.bookings = bookings
        self.part = person.id
        self.label = bookings.leave.email
        self.chosen = chosen

    def desired(self) -> Iterable[Item]:
        return self.bookings.wanted

    def existing(self) -> Iterable[Item]:
        return self.bookings.existing

    def apply(self, change: Change) -> Item | None:
        # From here on, what was listed is not what is there.
        self.kind.reading.forget(BOOKINGS)
        target = self.kind.context.target
        if change.wanted is None:
            target.delete_booking(_ref(change))
            return None
        values = self._values(change.wanted)
        if change.action == "update":
            return self._shown(change, target.update_booking(_ref(change), **values))
        booking = self.kind.created(**values)
        return self._shown(change, booking)

    def recheck(self, change: Change) -> bool:
        """Whether what is to be deleted is still what was listed, some minutes ago perhaps."""
        booking: Booking | None = self.kind.context.target.booking(_ref(change))
        if booking is None or change.found is None:
            return True
        own = booking.person_id == self.part and booking.is_live
        shown = self._shown(change, booking) if own and self._is_managed(booking) else None
        return shown is not None and shown.content == change.found.content

    def _is_managed(self, booking: Booking) -> bool:
        return booking.event_id in categories(self.kind.context.options).values()

    def _values(self, wanted: Item) -> dict[str, Any]:
        return {
            "person_id": self.part,
            "event_id": wanted.content["category"],
            "start": date.fromisoformat(wanted.content["from"]),
            "end": date.fromisoformat(wanted.content["to"]),
            "minutes": wanted.content["minutes"],
        }

    def _shown(self, change: Change, booking: Booking) -> Item:
        return self.bookings.shown(booking, key=change.key)


def _ref(change: Change) -> str:
    if change.found is None or change.found.ref is None:
        raise ValueError(f"The {change.action} of {change.key} is about no booking.")
    return change.found.ref


def _blind(what: str) -> UnexpectedError:
    excerpt = f"{what}{BLIND_AFTER_ALL}"
    return UnexpectedError(provider="Productive", doing="looking at a booking", excerpt=excerpt)


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
        self.listed: list[Booking] = []

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
            bookings = Bookings(each.leave, hours, used)
            people.append((bookings, each.person, self._is_chosen(each.leave)))
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
        self.listed = self.reading.whole(BOOKINGS, Booking, fetch)
        return [
            booking
            for booking in self.listed
            if booking.is_live and booking.event_id in ids and booking.end >= since
        ]

    # --------------------------------------------------------- who may be seen

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
            found = self.context.target.bookings(page)
            if any(booking.person_id != own for booking in found.rows):
                return True
            page = found.next
            if page is None:
                break
        return False

    @cached_property
    def owner(self) -> str:
        number: str = self.context.target.owner().person_id
        return number

    def created(self, **values: Any) -> Booking:
        """A new booking, which has to show afterwards where nothing of its person was seen before.

        While nobody else's bookings were seen at all, a lost answer ends the run: no listing could
        tell what came of it.
        """
        proven = self.sees_everybody
        try:
            booking: Booking = self.context.target.create_booking(**values)
        except RetryableError as error:
            if proven:
                raise
            raise _blind(f"the answer to a new booking was lost ({error.in_short})") from None
        self._make_sure_that_it_shows(booking)
        return booking

    def _make_sure_that_it_shows(self, booking: Booking) -> None:
        if booking.person_id in self.seen_people or booking.person_id == self.owner:
            return
        found = self.context.target.bookings(
            None,
            event_ids=[booking.event_id],
            person_ids=[booking.person_id],
            after=booking.start - DAY,
        )
        if booking.id not in {shown.id for shown in found.rows}:
            raise _blind("a booking that was just made is not shown to this token")
        self.seen_people.add(booking.person_id)
        self.sees_everybody = True

    @cached_property
    def seen_people(self) -> set[str]:
        return {booking.person_id for booking in self.listed}

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
