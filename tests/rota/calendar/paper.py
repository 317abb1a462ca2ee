"""A calendar at the stand-in as people use it by hand, and whether theirs was left alone."""

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from integrations.google_calendar.sandbox import GoogleCalendarSandbox
from integrations.google_calendar.sandbox_seed import whole

CALENDAR = "c_duty@group.calendar.google.com"
DAY = timedelta(days=1)
Row = dict[str, Any]


class Paper:
    """Nothing is on the calendar at first. Its owner is rosa; the service account may write."""

    def __init__(self, google: GoogleCalendarSandbox) -> None:
        self.google = google
        # What people have put there, by id, as they have left it.
        self.foreign: dict[str, Row] = {}
        google.add_calendar(CALENDAR, "On duty", rosa="owner", rota="writer")

    def put(self, summary: str, day: date, **fields: Any) -> Row:
        """Somebody's own event; it has to stay as it is."""
        row = self.google.add_event(CALENDAR, **{"summary": summary, **whole(day), **fields})
        self.foreign[row["id"]] = deepcopy(row)
        return row

    def copy(self, row: Row, **fields: Any) -> Row:
        """Somebody copies an event with all that is on it, and the copy is theirs."""
        kept = ("summary", "description", "start", "end", "extendedProperties", "transparency")
        copied = {name: row[name] for name in kept if name in row}
        copy = self.google.add_event(CALENDAR, **{**copied, **fields})
        self.foreign[copy["id"]] = deepcopy(copy)
        return copy

    def edit(self, row: Row, **fields: Any) -> None:
        self.google.change_event(CALENDAR, row["id"], **fields)

    def delete(self, row: Row) -> None:
        held = self.google.calendars[CALENDAR]
        if self.google.switches["tombstones"] == "expired":
            del held.events[row["id"]]
        else:
            self.edit(row, status="cancelled")

    def ours(self, calendar: str = CALENDAR) -> list[Row]:
        """All that is there and was not put there by people, by day."""
        rows = self.google.events_of(calendar)
        return sorted((row for row in rows if row["id"] not in self.foreign), key=_start)

    def titles(self) -> list[str]:
        return [row["summary"] for row in self.ours()]

    def shown(self, *, since: date) -> list[tuple[str, str, str, str]]:
        """Title, first day, the day after the last, and whose it is, of what is not over."""
        return [
            (
                row["summary"],
                row["start"].get("date", "timed"),
                row["end"].get("date", "timed"),
                row.get("extendedProperties", {}).get("private", {}).get("lockstepShift", ""),
            )
            for row in self.ours()
            if row["end"].get("date", "9") > f"{since}"
        ]

    def touched(self) -> set[str]:
        """Ids of what is somebody else's, and is not as they left it, or was written to."""
        held = self.google.calendars[CALENDAR].events
        changed = {id for id, row in self.foreign.items() if held.get(id) != row}
        return changed | {write.id for write in self.google.writes} & self.foreign.keys()

    def check_foreign(self) -> None:
        assert self.touched() == set(), "something that is somebody else's was touched"


def _start(row: Row) -> str:
    return str(row["start"].get("date") or row["start"].get("dateTime"))
