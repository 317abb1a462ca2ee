"""What people may have on a calendar, and do on it, by chance: as much of every sort as occurs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from integrations.google_calendar.sandbox_seed import timed, whole
from tests.rota.calendar.paper import DAY, Paper, Row

TITLES = (
    "Gustav is on support today with Andy assisting",
    "nobody is on support today with nobody assisting",
    "Priya is on support today",
    "Planning",
    "",
)
ELSEWHERE = {"email": "lee@partner.example", "displayName": "Lee"}
KINDS = ("birthday", "outOfOffice", "focusTime", "workingLocation", "fromGmail")
SWITCHES: dict[str, tuple[Any, ...]] = {
    "empty_pages": ("none", "between"),
    "largest_page": (3, 10, 2500),
    "days_begin": ("calendar", "UTC"),
    "repeated_filter": ("all", "any"),
    "tombstones": ("kept", "kept", "expired"),
    "tombstone_shows": ("its id", "all"),
    "revival": ("allowed", "allowed", "forbidden", "not found", "deleted"),
}
# Letters that ids may hold, and that are drawn for them.
LETTERS = "0123456789abcdefghijklmnopqrstuv"


@dataclass
class People:
    """Whoever writes on the calendar by hand. `rota` is what our events are marked with."""

    draw: Random
    paper: Paper
    rota: str
    first: date

    def set_switches(self) -> None:
        for name, values in SWITCHES.items():
            self.paper.google.switches[name] = self.draw.choice(values)

    # ------------------------------------------------------------ what is theirs

    def write_something(self) -> None:
        sorts: Sequence[Callable[[], object]] = (
            self._a_day,
            self._a_meeting,
            self._a_series,
            self._an_exception,
            self._another_kind,
            self._an_invitation,
            self._a_forgery,
            self._something_deleted,
            self._a_copy,
            self._an_exception_of_ours,
        )
        self.draw.choice(sorts)()

    def _a_day(self) -> None:
        day = self._day()
        self.paper.put(self._title(), day, **whole(day, days=self.draw.randint(1, 9)))

    def _a_meeting(self) -> None:
        self.paper.put(self._title(), self.first, **timed(self._day(), self.draw.randint(0, 22)))

    def _a_series(self) -> Row:
        return self.paper.put(self._title(), self._day(), recurrence=["RRULE:FREQ=WEEKLY"])

    def _an_exception(self) -> None:
        series = self._a_series()
        self.paper.put(
            self._title(),
            self._day(),
            id=f"{series['id']}{self._letters(8)}",
            recurringEventId=series["id"],
            status=self.draw.choice(("confirmed", self._deleted)),
        )

    def _another_kind(self) -> None:
        kind = self.draw.choice(KINDS)
        self.paper.put(self._title(), self._day(), eventType=kind, **self._marks())

    def _an_invitation(self) -> None:
        self.paper.put(self._title(), self._day(), organizer=ELSEWHERE, **self._marks())

    def _a_forgery(self) -> None:
        """Marked as ours, under an id that is not, however it looks."""
        id = self.draw.choice(("lockstep", "")) + self._letters(32)
        self.paper.put(self._title(), self._day(), id=id, **self._marks())

    def _something_deleted(self) -> None:
        self.paper.put(self._title(), self._day(), status=self._deleted, **self._marks())

    def _a_copy(self) -> None:
        ours = self.paper.ours()
        if ours:
            fields = self.draw.choice(({}, whole(self._day()), {"summary": self._title()}))
            self.paper.copy(self.draw.choice(ours), **fields)

    def _an_exception_of_ours(self) -> None:
        """What is left of a time at which our event was made a series."""
        ours = self.paper.ours()
        if ours:
            row = self.draw.choice(ours)
            id = f"{row['id']}{self._letters(8)}"
            self.paper.copy(row, id=id, recurringEventId=row["id"], **whole(self._day()))

    # ------------------------------------------------------------ what was ours

    def touch_ours(self, *, since: date) -> None:
        """What is over is not touched: nobody would put it right."""
        ours = [row for row in self.paper.ours() if row["end"].get("date", "") > f"{since}"]
        if not ours:
            return
        row = self.draw.choice(ours)
        if self.draw.random() < 0.4:
            self.paper.delete(row)
        else:
            self.paper.edit(row, **self.draw.choice(self._edits(ours)))

    def _edits(self, ours: list[Row]) -> list[Row]:
        return [
            {"summary": self._title()},
            {"description": "by hand"},
            {"transparency": "opaque"},
            {"reminders": {"useDefault": True}},
            {"recurrence": ["RRULE:FREQ=DAILY"]},
            {"status": "tentative", "colorId": "3"},
            {"extendedProperties": {}},
            {"extendedProperties": self.draw.choice(ours).get("extendedProperties", {})},
            whole(self._day(), days=self.draw.randint(1, 4)),
            whole(self.first + self.draw.choice((-900, -40, 400, 4000)) * DAY),
            timed(self._day(), self.draw.randint(0, 22)),
        ]

    # ------------------------------------------------------------------- chance

    @property
    def _deleted(self) -> str:
        """The status of what is deleted, where anything is left of that."""
        return "cancelled" if self.paper.google.switches["tombstones"] == "kept" else "confirmed"

    def _title(self) -> str:
        return self.draw.choice(TITLES)

    def _day(self) -> date:
        return self.first + self.draw.randint(-10, 40) * DAY

    def _letters(self, number: int) -> str:
        return "".join(self.draw.choices(LETTERS, k=number))

    def _marks(self) -> Row:
        """Perhaps marked as this rota's: as of one of its shifts, or of none."""
        keys = [f"{self.draw.getrandbits(128):032x}"]
        keys += [
            row["extendedProperties"]["private"]["lockstepShift"]
            for row in self.paper.ours()
            if "lockstepShift" in row.get("extendedProperties", {}).get("private", {})
        ]
        rota = self.draw.choice((self.rota, self.rota, "0" * 32))
        private = {"lockstepRota": rota, "lockstepShift": self.draw.choice(keys)}
        return self.draw.choice(({}, {"extendedProperties": {"private": private}}))
