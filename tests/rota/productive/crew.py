"""A team at the sandbox of Productive, the sync that books its duties, and what was booked."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from integrations import connections
from integrations.productive.sandbox import TOKENS, ProductiveSandbox
from integrations.productive.sandbox_stored import StoredBooking
from integrations.sandbox import World
from rota import duties
from rota.duties import Doing
from rota.models import Duty
from tests.rota.team import MONDAY, NOW, OTHERS, SEVENS, Team
from tests.uploader.clock import Clock
from tests.uploader.running import Running
from uploader.models import Run, Sync

DAY = timedelta(days=1)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + n * DAY for n in (1, 2, 3))
# A name, a day and how many minutes.
Booked = tuple[str, date, int | None]


@dataclass
class Crew(Running):
    """Everybody of the team works at Productive and nobody is on the project, at first.

    Somebody else's booking of other work shows that the token sees everybody.
    """

    world: World
    team: Team
    clock: Clock = field(default_factory=lambda: Clock(NOW))

    def __post_init__(self) -> None:
        productive = self.productive
        productive.now = self.clock
        pat = productive.people[TOKENS["admin"].person_id]
        productive.empty()
        productive.people[pat.id] = pat
        self.project = productive.add_project("Data engineering support").id
        self.service = productive.add_service("Support", self.project).id
        self.incidents = productive.add_service("Incidents", self.project).id
        self.stranger = productive.add_person("stranger@example.org", name="Sam Stranger").id
        self.people = {name: self.hire(name) for name in (*SEVENS, *OTHERS)}
        self.others_work = self.book("Sam", MONDAY, service=self.incidents)
        self.sync = self.synced(self.team)

    @property
    def productive(self) -> ProductiveSandbox:
        return self.world.of(ProductiveSandbox)

    def hire(self, name: str) -> str:
        email = f"{name.upper()}@example.org"
        return self.productive.add_person(email, name=f"{name} Example").id

    def synced(self, team: Team, **options: Any) -> Sync:
        connection = connections.connect(
            provider="productive",
            owner=None,
            name="productive",
            credentials=self.world["productive"].grant("admin"),
            by=None,
            now=self.clock(),
        )
        chosen = {"rota": team.rota.name, "service_id": self.service, "minutes": 420, **options}
        return Sync.objects.create(
            name=f"{team.rota.name}-productive",
            kind="rota_productive",
            target=connection,
            mode=Sync.Mode.AUTOMATIC,
            options=chosen,
        )

    # ------------------------------------------------------------------ bookings

    def book(
        self, name: str, day: date, *, service: str | None = None, minutes: int = 420, **more: Any
    ) -> StoredBooking:
        """As somebody does it by hand, or an earlier tool did."""
        person_id = self.people.get(name, self.stranger)
        return self.productive.add_booking(
            person_id, None, day, service_id=service or self.service, time=minutes, **more
        )

    def booked(self) -> list[Booked]:
        """Whatever is live on the service, by day."""
        names = {number: name for name, number in self.people.items()}
        return sorted(
            (
                (names.get(held.person_id, "Sam"), held.start, held.time)
                for held in self.productive.bookings.values()
                if held.service_id == self.service and not held.canceled
            ),
            key=lambda each: (each[1], each[0], each[2] or 0),
        )

    def wanted(self, team: Team | None = None) -> list[Booked]:
        """Worked out from the duties alone: what a day of today or later has to show."""
        rota, today = (team or self.team).rota, self.clock.now.date()
        rows = Duty.objects.filter(shift__rota=rota, shift__cancelled_at=None)
        found = {
            (duty.member.name, duty.shift.start, 420)
            for duty in rows.select_related("shift", "member__person")
            if duty.member is not None and duty.shift.start >= today
        }
        return sorted(found, key=lambda each: (each[1], each[0]))

    def on_the_project(self) -> list[str]:
        names = {number: name for name, number in self.people.items()}
        return sorted(names[held.person_id] for held in self.productive.assignments.values())

    # -------------------------------------------------------------------- duties

    def pass_on(self, duty: Duty, name: str | None) -> None:
        """As a swap would, or an admin."""
        duty.refresh_from_db()
        duties.give(
            duty,
            self.team.members[name] if name else None,
            origin="swapped",
            doing=Doing(now=self.clock()),
            expected=duty.member,
        )

    def bring_in_step(self) -> Run:
        """All that is to be written is written, and looking again finds nothing to do."""
        run = self.carry_through()
        assert run.status == Run.Status.FINISHED, run.error
        again = self.plan()
        assert again.error is None
        assert [(line.action, line.what) for line in again.changes] == []
        return run
