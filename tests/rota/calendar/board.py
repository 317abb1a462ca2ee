"""A team's rota with a calendar at the sandbox, published in earnest, and a second opinion on it.

What the calendar must hold is worked out here from the tables and the facts alone; nothing of the
sync is used for it.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from integrations import connections
from integrations.client import OpenGate
from integrations.google_calendar.client import GoogleCalendarClient
from integrations.google_calendar.sandbox import GoogleCalendarSandbox
from integrations.sandbox import Seen, World
from rota import duties
from rota.duties import Doing
from rota.models import Duty, Shift
from tests.rota.calendar.paper import CALENDAR, DAY, Paper, Row
from tests.rota.rolling import Triage
from tests.rota.team import MONDAY, NOW, OTHERS, SEVENS, Team
from tests.uploader.clock import Clock
from tests.uploader.running import Running
from uploader.models import Link, Sync


@dataclass
class Board(Running, Paper):
    """`who` is connected: the service account `rota`, or a person."""

    world: World
    team: Team
    who: str = "rota"
    clock: Clock = field(default_factory=lambda: Clock(NOW))

    def __post_init__(self) -> None:
        Paper.__init__(self, self.world.of(GoogleCalendarSandbox))
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

    def published(self, team: Team | Triage, *, calendar: str = CALENDAR) -> Sync:
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
    def today(self) -> date:
        return self.clock.now.astimezone(self.rota.zone).date()

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

    # ------------------------------------------------------------- what is there

    def of(self, shift: Shift) -> Row:
        [row] = [row for row in self.ours() if row["start"] == {"date": f"{shift.start}"}]
        return row

    def wanted(self) -> list[tuple[str, str, str, str]]:
        """Title, first day, the day after the last, and whose it is, of what is not over."""
        found = []
        shifts = Shift.objects.filter(rota=self.rota, cancelled_at=None, end__gt=self.today)
        for shift in shifts.prefetch_related("duties__member__person"):
            names = {duty.role: str(duty.member) for duty in shift.duties.all() if duty.member_id}
            if names:
                lead, assist = names.get("lead", "nobody"), names.get("assist", "nobody")
                title = f"{lead} is on support today with {assist} assisting"
                found.append((title, f"{shift.start}", f"{shift.end}", shift.uid.hex))
        return sorted(found, key=lambda each: each[1])

    def check(self) -> None:
        """The calendar is as the rota, everything once, and what is others' as they left it."""
        assert self.shown(since=self.today) == self.wanted()
        for row in self.ours():
            assert row["transparency"] == "transparent", "nobody is busy because of it"
            assert row["reminders"] == {"useDefault": False}, "nothing rings"
            assert row["extendedProperties"]["private"]["lockstepRota"] == self.rota.uid.hex
        self.check_foreign()

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
