"""A company at both sandboxes, small and its own, and its leave sync carried out as in earnest."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from integrations import connections
from integrations.breathe.sandbox import BreatheSandbox
from integrations.productive.sandbox import TOKENS, ProductiveSandbox
from integrations.sandbox import World
from tests.uploader.clock import Clock
from tests.uploader.running import Running
from uploader.models import Sync
from uploader.people import Address, Person

# A Wednesday at noon.
START = datetime(2026, 12, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WEEKDAYS = 5


@dataclass(frozen=True)
class Colleague:
    """One human: their id at Breathe HR, at Productive, and their address."""

    email: str
    at_breathe: int
    at_productive: str


@dataclass
class Company(Running):
    """Nobody and nothing is there at first but three categories and a stranger's booking.

    The stranger has no counterpart at Breathe HR; the booking shows that the token sees others.
    """

    world: World
    clock: Clock = field(default_factory=lambda: Clock(START))

    def __post_init__(self) -> None:
        for sandbox in (self.breathe, self.productive):
            sandbox.now = self.clock
        self.breathe.keys = {"sandbox-breathe-key"}
        self.breathe.forget_rows()
        self.owner = TOKENS["admin"].person_id
        pat = self.productive.people[self.owner]
        self.productive.empty()
        self.productive.people[self.owner] = pat
        self.holiday = self.productive.add_event("Holiday").id
        self.sickness = self.productive.add_event("Sickness").id
        self.other = self.productive.add_event("Other leave").id
        self.remote = self.productive.add_event("Remote work", absence_type="remote_work").id
        self.stranger = self.productive.add_person("stranger@example.org", name="Sam Stranger").id
        self.strangers_booking = self.book(self.stranger, "2026-12-07", "2026-12-09").id
        self.sync = self._connected()

    @property
    def breathe(self) -> BreatheSandbox:
        return self.world.of(BreatheSandbox)

    @property
    def productive(self) -> ProductiveSandbox:
        return self.world.of(ProductiveSandbox)

    def _connected(self) -> Sync:
        sides = {
            side: connections.connect(
                provider=slug,
                owner=None,
                name=slug,
                credentials=self.world[slug].grant(who),
                by=None,
                now=self.clock(),
            )
            for side, slug, who in (
                ("source", "breathe", "company"),
                ("target", "productive", "admin"),
            )
        }
        return Sync.objects.create(
            name="leave",
            kind="breathe_to_productive",
            mode=Sync.Mode.AUTOMATIC,
            every=DAY,
            options={
                "events": {
                    "holiday": self.holiday,
                    "sickness": self.sickness,
                    "other_leave": self.other,
                },
                "since_days": 90,
                "ignored_reasons": [],
                "exclude": [],
                "training_statuses": ["Approved", "Booked", "Completed"],
            },
            **sides,
        )

    # ------------------------------------------------------------------- people

    def hire(self, name: str, *, hours: Any = (7, 7, 7, 7, 7, 0, 0), **more: Any) -> Colleague:
        """Somebody at both services, with a salary of so many hours a day from Monday on."""
        email = f"{name}@example.org"
        at_breathe = self.breathe.add_employee(email, name.title(), "Example")
        at_productive = self.productive.add_person(email, name=f"{name.title()} Example", **more)
        if hours is not None:
            self.productive.add_salary(at_productive.id, hours)
        return Colleague(email, at_breathe, at_productive.id)

    def with_leave(self, *names: str) -> list[Colleague]:
        """People who are all on holiday from the 7th to the 9th of December."""
        people = [self.hire(name) for name in names]
        for person in people:
            self.breathe.add_absence(person.at_breathe, day("2026-12-07"), day("2026-12-09"))
        return people

    def same_human(self, *emails: str) -> None:
        person = Person.objects.create(name=emails[0])
        for email in emails:
            Address.objects.create(person=person, email=email)

    # ----------------------------------------------------------------- bookings

    def book(
        self,
        person_id: str,
        start: str,
        end: str | None = None,
        *,
        minutes: int | None = 420,
        event_id: str | None = None,
        **more: Any,
    ) -> Any:
        """As somebody, or an earlier tool, does it at Productive."""
        return self.productive.add_booking(
            person_id,
            event_id or self.holiday,
            day(start),
            day(end or start),
            time=minutes,
            **more,
        )

    def booked(self, who: Colleague | str) -> list[tuple[str, str, str, int | None]]:
        """Category, first and last day and minutes of everything live that is booked for them."""
        person_id = who if isinstance(who, str) else who.at_productive
        names = {self.holiday: "holiday", self.sickness: "sickness", self.other: "other"}
        return sorted(
            (names.get(b.event_id or "", "?"), b.start.isoformat(), b.end.isoformat(), b.time)
            for b in self.productive.bookings.values()
            if b.person_id == person_id and not b.canceled and not b.rejected
        )


def day(text: str) -> date:
    return date.fromisoformat(text)
