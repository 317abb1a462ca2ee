"""Two workspaces at Clockify, ours and a customer's, small and their own, and the sync of both."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations import connections
from integrations.clockify.sandbox import ClockifySandbox
from integrations.clockify.sandbox_stored import StoredEntry, StoredProject
from integrations.sandbox import World
from tests.uploader.clock import Clock
from tests.uploader.running import Running
from uploader.models import Sync

# A Wednesday at noon.
START = datetime(2026, 12, 2, 12, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass
class Studio(Running):
    """Ada tracks in ours what she does for the customer; she has an account of their own there."""

    world: World
    clock: Clock = field(default_factory=lambda: Clock(START))
    zone: str | None = "UTC"
    customers_zone: str | None = "UTC"
    in_order: bool = True

    def __post_init__(self) -> None:
        at = self.clockify
        at.now = self.clock
        at.empty()
        self.ada = at.add_user("ada@example.org", name="Ada", zone=self.zone)
        self.cora = at.add_user("cora@customer.example", name="Cora", zone="UTC")
        self.guest = at.add_user("ada@customer.example", name="Ada", zone=self.customers_zone)
        self.ours = at.add_workspace("Ours", owner=self.ada, zone=self.zone or "UTC")
        self.theirs = at.add_workspace("Theirs", owner=self.cora)
        at.join(self.theirs, self.guest)
        self.client = at.add_client(self.ours.id, "Customer Ltd")
        self.sync = self.connect("timesheets")

    @property
    def clockify(self) -> ClockifySandbox:
        return self.world.of(ClockifySandbox)

    def connect(self, name: str, **options: Any) -> Sync:
        sides = {
            side: connections.connect(
                provider="clockify",
                owner=None,
                name=f"{name}-{side}",
                credentials={"api_key": user.key},
                by=None,
                now=self.clock(),
            )
            for side, user in (("source", self.ada), ("target", self.guest))
        }
        chosen = {
            "source_workspace": "Ours",
            "source_client": "Customer Ltd",
            "target_workspace": "Theirs",
            "source_user": "",
            "target_user": "",
            "window_days": 30,
            "project_options": {},
            "on_target_edit": "keep",
        }
        return Sync.objects.create(
            name=name,
            kind="clockify_to_clockify",
            mode=Sync.Mode.AUTOMATIC,
            every=HOUR,
            options=chosen | options,
            **sides,
        )

    # ----------------------------------------------------------------- projects

    def project(self, name: str, **more: Any) -> tuple[StoredProject, StoredProject]:
        """One of theirs, and the one that stands for it in ours."""
        theirs = self.clockify.add_project(self.theirs.id, name, **more)
        ours = self.clockify.add_project(self.ours.id, name, self.client.id)
        return ours, theirs

    def mirrored(self) -> dict[str, dict[str, Any]]:
        """The projects under the client in ours, by name."""
        return {
            each.name: {"color": each.color, "billable": each.billable, "public": each.public}
            for each in self.clockify.projects.values()
            if each.workspace_id == self.ours.id and each.client_id == self.client.id
        }

    # ------------------------------------------------------------------ entries

    def track(
        self,
        project: StoredProject | None,
        start: str | datetime,
        hours: float | None = 1,
        text: str = "work",
        **more: Any,
    ) -> StoredEntry:
        """Ada tracks it in ours; without hours the timer runs."""
        begun = moment(start)
        end = None if hours is None else begun + hours * HOUR
        return self.clockify.add_entry(
            self.ours.id,
            self.ada.id,
            begun,
            end,
            project_id=project.id if project else None,
            description=text,
            **more,
        )

    def type_in(
        self, project: StoredProject | None, start: str | datetime, hours: float = 1,
        text: str = "theirs", **more: Any,
    ) -> StoredEntry:  # fmt: skip
        """As somebody enters it at the customer by hand."""
        begun = moment(start)
        return self.clockify.add_entry(
            self.theirs.id,
            self.guest.id,
            begun,
            begun + hours * HOUR,
            project_id=project.id if project else None,
            description=text,
            **more,
        )

    def booked(self) -> list[tuple[str, str, float, str]]:
        """Project, start, hours and text of what stands at the customer for Ada."""
        return [self.told(each) for each in self.copies()]

    def copies(self) -> list[StoredEntry]:
        return self.clockify.entries_of(self.theirs.id, self.guest.id)

    def told(self, entry: StoredEntry) -> tuple[str, str, float, str]:
        project = self.clockify.projects.get(entry.project_id or "")
        hours = (entry.end - entry.start) / HOUR if entry.end else 0.0
        return (
            project.name if project else "",
            f"{entry.start:%m-%d %H:%M}",
            hours,
            entry.description,
        )


def moment(text: str | datetime) -> datetime:
    """“12-01 09:00” is of this December."""
    if isinstance(text, datetime):
        return text
    return datetime.strptime(f"2026-{text}+0000", "%Y-%m-%d %H:%M%z").astimezone(UTC)
