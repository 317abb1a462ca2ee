"""A second opinion on the leave sync: what Productive must hold, worked out by half days.

Written from the facts and the contract alone, slowly and plainly, out of what the two stand-ins
hold. Nothing of the sync is used here: what it gets wrong must not be wrong here as well.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from integrations.productive.sandbox_stored import PER_DAY, StoredBooking
from tests.uploader.leave.company import Company, day

DAY = timedelta(days=1)
LONDON = ZoneInfo("Europe/London")
# Half days are numbered: a day's morning is twice its ordinal, the afternoon one more.
Halves = set[int]


class Booked(NamedTuple):
    """One booking as a person reads it, without days off at either end."""

    person: str
    category: str
    start: date
    end: date
    minutes: int


class Spot(NamedTuple):
    """One day of one person in one category."""

    person: str
    category: str
    day: date


@dataclass
class Account:
    """`aliases`: the address at Productive by the one at Breathe HR, where they differ."""

    company: Company
    aliases: dict[str, str] = field(default_factory=dict)
    # What was booked just before the run that is to be judged.
    before: dict[Spot, list[int]] = field(default_factory=dict)
    # Of the look that is being taken.
    hours: dict[tuple[str, date], int] = field(default_factory=dict)

    # ------------------------------------------------------------ what should be

    @property
    def today(self) -> date:
        return self.company.clock.now.astimezone(LONDON).date()

    @cached_property
    def options(self) -> dict[str, Any]:
        return dict(self.company.fresh_sync().options)

    @property
    def since(self) -> date:
        return self.today - int(self.options["since_days"]) * DAY

    def people(self) -> dict[int, str]:
        """Who at Breathe HR is who at Productive, by the numbers there."""
        at_productive: dict[str, list[str]] = defaultdict(list)
        for person in self.company.productive.people.values():
            if person.email and not person.deactivated:
                at_productive[person.email.strip().lower()].append(person.id)
        found = {}
        for row in self.company.breathe.shown("employees"):
            email = row["email"].strip().lower()
            ids = at_productive.get(self.aliases.get(email, email), [])
            if row["status"] == "Current employee" and email and len(ids) == 1:
                found[row["id"]] = ids[0]
        return found

    def halves(self) -> dict[tuple[str, str], Halves]:
        """Every half day of leave, by person and category."""
        people, options = self.people(), self.options
        found: dict[tuple[str, str], Halves] = defaultdict(set)
        for employee, kind, own in self._entries(options):
            if employee in people and kind in options["events"]:
                found[people[employee], options["events"][kind]] |= own
        return found

    def _entries(self, options: dict[str, Any]) -> Iterator[tuple[int, str, Halves]]:
        breathe = self.company.breathe
        ignored = {reason.strip().lower() for reason in options["ignored_reasons"]}
        for row in breathe.shown("absences"):
            reason = row["leave_reason"] or {"id": None, "name": ""}
            named = {str(reason["id"]), reason["name"].strip().lower()}
            if not row["cancelled"] and not named & ignored:
                kind = "holiday" if row["type"] == "Holiday" else "other_leave"
                yield row["employee"]["id"], kind, _halves_of(row, row["end_date"])
        for row in breathe.shown("sicknesses"):
            if row["status"] != "rejected":
                # A sickness without an end lasts until today, or is about to begin.
                end = row["end_date"] or max(row["start_date"], self.today.isoformat())
                yield row["employee"]["id"], "sickness", _halves_of(row, end)
        for row in breathe.shown("courses"):
            if row["status"] in options["training_statuses"] and row["start_on"] and row["end_on"]:
                yield row["employee"]["id"], "other_leave", _halves_of_course(row)

    def minutes_on(self, person: str, when: date) -> int:
        if (person, when) not in self.hours:
            self.hours[person, when] = self._minutes_on(person, when)
        return self.hours[person, when]

    def _minutes_on(self, person: str, when: date) -> int:
        """How long somebody works that day; of two weeks in turn the longer day."""
        productive = self.company.productive
        salaries = [each for each in productive.salaries.values() if each.person_id == person]
        for periods in (salaries, productive.people[person].periods or []):
            covering = [
                (each.start, each.hours)
                for each in periods
                if each.start <= when and (each.end is None or when <= each.end) and any(each.hours)
            ]
            if covering:
                _, hours = max(covering, key=lambda each: each[0])
                return round(60 * max(hours[when.weekday()], hours[when.weekday() + 7]))
        return 420 if when.weekday() < 5 else 0

    def runs(self) -> Iterator[tuple[str, str, Halves]]:
        """Leave without a gap in it, by person and category: all that ends in the window."""
        first = 2 * self.since.toordinal()
        for (person, category), halves in self.halves().items():
            for run in _runs(halves):
                if max(run) >= first:
                    yield person, category, run

    def wanted(self) -> list[Booked]:
        """The bookings that should be, from their first day on."""
        return [booked for run in self.runs() for booked in self._as_booked(*run)]

    def _as_booked(self, person: str, category: str, run: Halves) -> list[Booked]:
        """Equal minutes over working days as one; a half day by itself."""
        found: list[Booked] = []
        was_whole = False
        for number in sorted({half // 2 for half in run}):
            when = date.fromordinal(number)
            minutes = self.minutes_on(person, when)
            if not minutes:
                continue
            whole = {2 * number, 2 * number + 1} <= run
            minutes = minutes if whole else minutes // 2
            if whole and was_whole and found[-1].minutes == minutes:
                found[-1] = found[-1]._replace(end=when)
            else:
                found.append(Booked(person, category, when, when, minutes))
            was_whole = whole
        return found

    def wanted_minutes(self) -> dict[Spot, int]:
        found = {}
        for person, category, run in self.runs():
            for number, count in Counter(half // 2 for half in run).items():
                when = date.fromordinal(number)
                minutes = self.minutes_on(person, when)
                if minutes:
                    minutes = minutes if count == 2 else minutes // 2
                    found[Spot(person, category, when)] = minutes
        return found

    # --------------------------------------------------------------- what there is

    def held(self) -> list[StoredBooking]:
        """Live bookings by the day of our people in our categories."""
        people, categories = set(self.people().values()), set(self.options["events"].values())
        return [
            booking
            for booking in self.company.productive.bookings.values()
            if booking.person_id in people
            and booking.event_id in categories
            and not (booking.canceled or booking.rejected or booking.draft)
            and booking.method == PER_DAY
            and booking.time
        ]

    def there(self) -> list[Booked]:
        self.hours.clear()
        return [self._read(booking) for booking in self.held()]

    def _read(self, booking: StoredBooking) -> Booked:
        person, minutes = booking.person_id, booking.time or 0
        days = [when for when in _days(booking) if self.minutes_on(person, when)]
        start, end = (days[0], days[-1]) if days else (booking.start, booking.end)
        return Booked(person, booking.event_id or "", start, end, minutes)

    def booked_minutes(self) -> dict[Spot, list[int]]:
        """For each working day what is booked, once for each booking."""
        found: dict[Spot, list[int]] = defaultdict(list)
        for booking in self.held():
            for when in _days(booking):
                if self.minutes_on(booking.person_id, when):
                    spot = Spot(booking.person_id, booking.event_id or "", when)
                    found[spot].append(booking.time or 0)
        return found

    # ------------------------------------------------------------------- comparing

    def begin(self) -> None:
        """A run is to come; `check` judges it when it has ended well."""
        self.hours.clear()
        self.before = self.booked_minutes()

    def check(self) -> None:
        found = self._complaints()
        assert not found, f"{len(found)} days or bookings are wrong:\n" + "\n".join(found[:20])

    def _complaints(self) -> list[str]:
        self.hours.clear()
        wanted, booked, since = self.wanted_minutes(), self.booked_minutes(), self.since
        found = []
        for spot in sorted(wanted.keys() | booked.keys() | self.before.keys()):
            is_there, was_there = booked.get(spot, []), self.before.get(spot, [])
            if spot in wanted or spot.day >= since:
                minutes = wanted.get(spot, 0)
                right = is_there == [minutes] * bool(minutes)
                says = f"{minutes} wanted"
            else:
                # History: no run takes it away, nor adds to it.
                right = bool(is_there) == bool(was_there) and not Counter(is_there) - Counter(
                    was_there
                )
                says = f"{was_there} was, before the window"
            if not right:
                found.append(f"{self._named(spot)}: {is_there} is booked, {says}")
        return found or list(self._wrong_bookings(since))

    def _wrong_bookings(self, since: date) -> Iterator[str]:
        """Each wanted one is there once, and no other reaches into the window."""
        wanted, there = Counter(self.wanted()), Counter(self.there())
        for booked in sorted(wanted.keys() | there.keys()):
            is_concerned = booked in wanted or booked.end >= since
            if is_concerned and wanted[booked] != there[booked]:
                yield f"{booked}: {there[booked]} times, not {wanted[booked]}"

    def _named(self, spot: Spot) -> str:
        company = self.company
        name = company.productive.people[spot.person].first_name
        return f"{name}, {company.productive.events[spot.category].name} on {spot.day:%a %F}"


def _halves_of(row: dict[str, Any], end: str) -> Halves:
    first = 2 * day(row["start_date"]).toordinal() + row["half_start"]
    last = 2 * day(end).toordinal() + 1 - row["half_end"]
    # One day with both flags contradicts itself, and counts as one half day.
    return set(range(first, last + 1)) or {last}


def _halves_of_course(row: dict[str, Any]) -> Halves:
    first, last = (2 * day(row[name]).toordinal() for name in ("start_on", "end_on"))
    both = set(range(first, last + 2))
    if not row["half_day"] or row["half_day_am_pm"] is None:
        return both
    return {half for half in both if half % 2 == (row["half_day_am_pm"] == "pm")}


def _runs(halves: Halves) -> Iterator[Halves]:
    """Half days without a gap in between."""
    run: Halves = set()
    for half in sorted(halves):
        if run and half - 1 not in run:
            yield run
            run = set()
        run.add(half)
    if run:
        yield run


def _days(booking: StoredBooking) -> Iterator[date]:
    for number in range((booking.end - booking.start).days + 1):
        yield booking.start + number * DAY
