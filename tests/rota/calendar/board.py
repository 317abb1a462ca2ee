"""A team's rota with a calendar at the sandbox, published in earnest, and a second opinion on it.

What the calendar must hold is worked out here from the tables and the facts alone; nothing of the
sync is used for it.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from integrations import connections
from integrations.client import OpenGate
from integrations.google_calendar.client import GoogleCalendarClient
from integrations.google_calendar.sandbox import GoogleCalendarSandbox
from integrations.google_calendar.sandbox_seed import whole
from integrations.sandbox import Seen, World
from rota import duties
from rota.duties import Doing
from rota.models import Duty, Shift
from tests.rota.team import MONDAY, NOW, OTHERS, SEVENS, Team
from tests.uploader.clock import Clock
from tests.uploader.running import Running
from uploader.models import Link, Sync

CALENDAR = "c_duty@group.calendar.google.com"
DAY = timedelta(days=1)
Row = dict[str, Any]


@dataclass
class Board(Running):
    """Nothing is on the calendar at first. Its owner is rosa; the service account may write.

    `who` is connected: the service account `rota`, or a person.
    """

    world: World
    team: Team
    who: str = "rota"
    clock: Clock = field(default_factory=lambda: Clock(NOW))
    # As they were put there, by id.
    foreign: dict[str, Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.google = self.world.of(GoogleCalendarSandbox)
        self.google.add_calendar(CALENDAR, "On duty", rosa="owner", rota="writer")
        self.connection = connections.connect(
            provider="google_calendar",
            owner=None,
            name="calendar",
            credentials=self.google.grant(self.who),
            by=None,
            now=self.clock(),
        )
        self.sync = self.published(self.team)
        self.forget_requests()

    def published(self, team: Team, *, calendar: str = CALENDAR) -> Sync:
        return Sync.objects.create(
            name=f"{team.rota}-calendar",
            kind="rota_calendar",
            mode=Sync.Mode.AUTOMATIC,
            every=DAY,
            target=self.connection,
            options={"rota": team.rota.name, "calendar_id": calendar, "share_with_members": False},
        )

    @property
    def rota(self) -> Any:
        return self.team.rota

    @property
    def doing(self) -> Doing:
        return Doing(now=self.clock())

    # ------------------------------------------------------------------- shifts

    def days(self, number: int, *, first: date = MONDAY) -> list[Shift]:
        """So many working days in a row with somebody on each."""
        day = first
        shifts: list[Shift] = []
        while len(shifts) < number:
            if day.weekday() < 5:
                n = len(shifts)
                lead, _ = self.team.put(day, SEVENS[n % len(SEVENS)], OTHERS[n % len(OTHERS)])
                shifts.append(lead.shift)
            day += DAY
        return shifts

    def give(self, shift: Shift, role: str, name: str | None) -> None:
        duty = Duty.objects.get(shift=shift, role=role)
        duties.override(duty, self.team.members[name] if name else None, doing=self.doing)

    def cancel(self, shift: Shift) -> None:
        for duty in Duty.objects.filter(shift=shift):
            duties.cancel(duty, doing=self.doing)

    # ---------------------------------------------------------------- by people

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

    # ------------------------------------------------------------- what is there

    def ours(self, calendar: str = CALENDAR) -> list[Row]:
        """All that is there and was not put there by people, by day."""
        rows = self.google.events_of(calendar)
        return sorted((row for row in rows if row["id"] not in self.foreign), key=_start)

    def of(self, shift: Shift) -> Row:
        [row] = [row for row in self.ours() if row["start"] == {"date": f"{shift.start}"}]
        return row

    def titles(self) -> list[str]:
        return [row["summary"] for row in self.ours()]

    def wanted(self) -> list[tuple[str, str, str, str]]:
        """Title, first day, the day after the last, and whose it is, of what is not over."""
        found = []
        today = self.clock.now.astimezone(self.rota.zone).date()
        for shift in Shift.objects.filter(rota=self.rota, cancelled_at=None, end__gt=today):
            names = {duty.role: str(duty.member) for duty in shift.duties.all() if duty.member_id}
            if names:
                lead, assist = names.get("lead", "nobody"), names.get("assist", "nobody")
                title = f"{lead} is on support today with {assist} assisting"
                found.append((title, f"{shift.start}", f"{shift.end}", shift.uid.hex))
        return sorted(found, key=lambda each: each[1])

    def shown(self) -> list[tuple[str, str, str, str]]:
        today = self.clock.now.astimezone(self.rota.zone).date()
        return [
            (
                row["summary"],
                row["start"].get("date", "timed"),
                row["end"].get("date", "timed"),
                row["extendedProperties"]["private"]["lockstepShift"],
            )
            for row in self.ours()
            if row["end"].get("date", "9") > f"{today}"
        ]

    def check(self) -> None:
        """The calendar is as the rota, everything once, and what is others' as they left it."""
        assert self.shown() == self.wanted()
        for row in self.ours():
            assert row["transparency"] == "transparent", "nobody is busy because of it"
            assert row["reminders"] == {"useDefault": False}, "nothing rings"
            assert row["extendedProperties"]["private"]["lockstepRota"] == self.rota.uid.hex
        self.check_foreign()

    def check_foreign(self) -> None:
        held = self.google.calendars[CALENDAR].events
        changed = [row for id, row in self.foreign.items() if held.get(id) != row]
        assert changed == [], "something that is somebody else's was touched"
        touched = {write.id for write in self.google.writes} & self.foreign.keys()
        assert touched == set(), "something that is somebody else's was written"

    # ----------------------------------------------------------------- requests

    def _asked(self) -> list[Seen]:
        return [seen for seen in self.world.requests if seen.path.startswith("/calendar/v3/")]

    def reads(self) -> list[Seen]:
        return [seen for seen in self._asked() if seen.method == "GET"]

    def writes(self) -> list[Seen]:
        return [seen for seen in self._asked() if seen.method != "GET"]

    def client(self) -> GoogleCalendarClient:
        gate = OpenGate()
        client = connections.client(self.connection, gate=gate)
        assert isinstance(client, GoogleCalendarClient)
        return client

    def link(self, shift: Shift) -> Link:
        return Link.objects.get(sync=self.sync, key=shift.uid.hex)


def _start(row: Row) -> str:
    return str(row["start"].get("date") or row["start"].get("dateTime"))
