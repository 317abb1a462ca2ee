"""Reading everybody's leave from Breathe HR: whose, of which kind, from when to when."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from integrations.breathe.client import Absence, BreatheClient, Course, Employee, Sickness
from integrations.errors import UnexpectedError
from uploader.people import folded, same_human
from uploader.reading import Reading
from uploader.syncs.breathe_to_productive.leave import WORDS, Event, Leave, LeaveKind
from uploader.syncs.breathe_to_productive.spans import DAY, Impossible, Span

REJECTED = "rejected"
KNOWN_LEAVERS = ("Ex-employee",)

Warn = Callable[[str], None]
# What an entry comes to: usually one event, none where it is not to be synced.
Read = Callable[[], list[Event]]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which entries are leave: the kinds in use, and what is to be left out of them."""

    kinds: Collection[LeaveKind]
    # Ids or names; compared without blanks around them, and in any case.
    ignored_reasons: Collection[str]
    training_statuses: Collection[str]
    # An open sickness lasts until here.
    today: date
    since: date

    def ignores(self, absence: Absence) -> bool:
        ignored = {folded(reason) for reason in self.ignored_reasons}
        return bool({str(absence.reason_id), folded(absence.reason)} & ignored)


class BreatheSource:
    """The four lists of one company, read whole, and put together by person."""

    def __init__(
        self, client: BreatheClient, wanted: Wanted, *, reading: Reading, warn: Warn
    ) -> None:
        self.client = client
        self.wanted = wanted
        self.reading = reading
        self.warn = warn

    def leaves(self) -> list[Leave]:
        employees = self._current()
        events = self._events(employees)
        humans = same_human(employee.email for employee in employees.values())
        return [
            Leave(
                emails=humans[folded(employee.email)],
                events=tuple(events.get(number, ())),
                since=self.wanted.since,
                is_wrong=number not in events,
            )
            for number, employee in employees.items()
        ]

    def _current(self) -> dict[int, Employee]:
        listed = self.reading.whole("employees", Employee, self.client.employees)
        for employee in listed:
            if not employee.is_current and employee.status not in KNOWN_LEAVERS:
                self.warn(
                    f"{employee.email or employee.name}: left out, as “{employee.status}” at "
                    "Breathe HR is neither a current nor a former employee."
                )
        current = [employee for employee in listed if employee.is_current]
        if not current:
            # Leave of nobody is not "no leave": more likely the key sees too little.
            raise UnexpectedError(
                provider=self.client.name,
                doing="reading employees",
                excerpt="not one current employee is listed",
            )
        for employee in current:
            if not employee.email:
                self.warn(f"{employee.name}: no e-mail address at Breathe HR, so nothing is done.")
        return {employee.id: employee for employee in current if employee.email}

    def _events(self, employees: dict[int, Employee]) -> dict[int, list[Event]]:
        """By employee; one whose entries cannot all be meant is missing, and stays as they are."""
        events: dict[int, list[Event]] = {number: [] for number in employees}
        strangers: Counter[int] = Counter()
        slips: dict[int, str] = {}
        for number, read in self._entries():
            try:
                found = read()
            except Impossible as error:
                slips[number] = str(error)
                continue
            if number in events:
                events[number] += found
            else:
                strangers[number] += sum(event.span.end >= self.wanted.since for event in found)
        for number, slip in slips.items():
            if events.pop(number, None) is not None:
                email = folded(employees[number].email)
                self.warn(
                    f"{email}: an entry at Breathe HR cannot be meant ({slip}). Nothing is done "
                    "for them until it is mended there."
                )
        if leavers := strangers.total():
            entries = "1 entry" if leavers == 1 else f"{leavers} entries"
            self.warn(
                f"{entries} of people who are not current employees left out; what is booked for "
                "them stays as it is."
            )
        self._warn_of_contradictions(events, employees)
        return events

    def _warn_of_contradictions(
        self, events: dict[int, list[Event]], employees: dict[int, Employee]
    ) -> None:
        for number, found in events.items():
            for event in found:
                if event.span.contradicts_itself and event.span.end >= self.wanted.since:
                    self.warn(
                        f"{folded(employees[number].email)}: {WORDS[event.kind]} on "
                        f"{event.span.start} begins and ends at noon; taken for half a day."
                    )

    def _entries(self) -> Iterator[tuple[int, Read]]:
        """Every entry of the three lists, by whose it is, to be read one by one."""
        for absence in self.reading.whole("absences", Absence, self.client.absences):
            yield absence.employee_id, partial(self._absence, absence)
        for sickness in self.reading.whole("sicknesses", Sickness, self.client.sicknesses):
            yield sickness.employee_id, partial(self._sickness, sickness)
        for course in self.reading.whole("training courses", Course, self.client.courses):
            yield course.employee_id, partial(self._course, course)

    def _absence(self, entry: Absence) -> list[Event]:
        if entry.cancelled or self.wanted.ignores(entry):
            return []
        span = Span(entry.start, entry.end, entry.half_start, entry.half_end)
        return self._of_kind("holiday" if entry.is_holiday else "other_leave", [span])

    def _sickness(self, entry: Sickness) -> list[Event]:
        if entry.status == REJECTED:
            return []
        end = entry.end or max(entry.start, self.wanted.today)
        span = Span(entry.start, end, entry.half_start, entry.half_end)
        return self._of_kind("sickness", [span])

    def _course(self, entry: Course) -> list[Event]:
        if entry.start is None or entry.end is None:
            return []
        if entry.status not in self.wanted.training_statuses:
            return []
        whole = Event("other_leave", Span(entry.start, entry.end)).span
        if not entry.half_day or entry.half is None:
            return self._of_kind("other_leave", [whole])
        # Half of every day of it: mornings, or afternoons.
        afternoon = entry.half == "pm"
        days = ((whole.start + n * DAY) for n in range((whole.end - whole.start).days + 1))
        halves = [Span(day, day, half_start=afternoon, half_end=not afternoon) for day in days]
        return self._of_kind("other_leave", halves)

    def _of_kind(self, kind: LeaveKind, spans: Iterable[Span]) -> list[Event]:
        return [Event(kind, span) for span in spans] if kind in self.wanted.kinds else []
