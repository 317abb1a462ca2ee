"""The things the Productive stand-in holds, each as plain data."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

FULL_TIME = (7, 7, 7, 7, 7, 0, 0)
UNLIMITED, BY_DAYS = 4, 2
PER_DAY, PERCENTAGE, TOTAL = 1, 2, 3
DAY = timedelta(days=1)
LONG_AGO = date(2021, 3, 1)


@dataclass
class Period:
    """Hours of two weeks from a Monday on; an open end is None."""

    start: date
    end: date | None
    hours: list[float]

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)

    def hours_on(self, day: date) -> float:
        """Weeks are counted from the one in which the period starts."""
        first_monday = self.start - self.start.weekday() * DAY
        return self.hours[(day - first_monday).days % 14]


@dataclass
class StoredPerson:
    id: str
    email: str | None
    first_name: str
    last_name: str
    periods: list[Period] | None
    placeholder: bool = False
    deactivated: bool = False

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def hours_on(self, day: date) -> float:
        """Somebody whose hours nobody entered works the usual week."""
        covering = [period for period in self.periods or [] if period.covers(day)]
        if covering:
            return covering[0].hours_on(day)
        return 0 if self.periods else FULL_TIME[day.weekday()]


@dataclass
class StoredEvent:
    id: str
    name: str
    limitation_type_id: int = UNLIMITED
    half_days: bool = True
    absence_type: str = "time_off"
    archived: bool = False

    @property
    def is_limited(self) -> bool:
        return self.limitation_type_id != UNLIMITED


@dataclass
class StoredSalary:
    id: str
    person_id: str
    start: date
    end: date | None
    hours: list[float]


@dataclass
class StoredProject:
    id: str
    name: str


@dataclass
class StoredDeal:
    """A budget; one that is still being sold is of no project."""

    id: str
    name: str
    project_id: str | None


@dataclass
class StoredService:
    id: str
    name: str
    deal_id: str
    bookable: bool = True


@dataclass
class StoredAssignment:
    """Somebody is on a project, and may be booked on its services."""

    id: str
    person_id: str
    project_id: str


@dataclass
class StoredBooking:
    """Of an event or of a service; `time` is in minutes a working day, `total_time` over all."""

    id: str
    person_id: str
    event_id: str | None
    service_id: str | None
    start: date
    end: date
    method: int
    time: int | None
    total_time: int | None
    percentage: int | None
    approved: bool
    rejected: bool
    canceled: bool
    draft: bool
    note: str | None
    at: datetime


class Write(NamedTuple):
    """One write of a booking that came over the API and was done."""

    method: str
    booking_id: str
    person_id: str
    event_id: str | None
    start: date
    end: date
    minutes: int | None
