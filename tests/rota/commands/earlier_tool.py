"""A calendar as the tool before left it, at the sandbox, and as people have edited it since."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from integrations import connections
from integrations.google_calendar.sandbox import GoogleCalendarSandbox
from integrations.google_calendar.sandbox_seed import timed, whole
from integrations.sandbox import World
from rota.models import Member
from tests.rota.team import NOW
from uploader.models import Link, Sync

CALENDAR = "c_duty@group.calendar.google.com"
DAY = timedelta(days=1)

__all__ = ["CALENDAR", "DAY", "EarlierTool", "timed", "whole"]


@dataclass
class EarlierTool:
    team: Any  # a Team, or a Triage
    world: World

    def __post_init__(self) -> None:
        self.google = self.world.of(GoogleCalendarSandbox)
        self.google.add_calendar(CALENDAR, "On duty", rosa="owner", rota="writer")
        self.sync = Sync.objects.create(
            name=f"{self.team.rota.name}-calendar",
            kind="rota_calendar",
            mode=Sync.Mode.AUTOMATIC,
            target=connections.connect(
                provider="google_calendar",
                owner=None,
                name="calendar",
                credentials=self.google.grant("rota"),
                by=None,
                now=NOW,
            ),
            options={
                "rota": self.team.rota.name,
                "calendar_id": CALENDAR,
                "share_with_members": False,
            },
        )

    def put(self, day: date, lead: str, assist: str, **fields: Any) -> str:
        """The id of an event as it was made: a whole day, with the usual title."""
        title = f"{lead} is on support today with {assist} assisting"
        row = self.google.add_event(CALENDAR, **{"summary": title, **whole(day), **fields})
        return str(row["id"])

    def role(self, day: date, title: str, *, weeks: int = 2, **fields: Any) -> str:
        """The id of an event of a role: whole weeks, with a title of its own."""
        until = {"end": {"date": (day + weeks * 7 * DAY).isoformat()}}
        row = self.google.add_event(CALENDAR, **{"summary": title, **whole(day), **until, **fields})
        return str(row["id"])

    def rename(self, name: str, *, to: str) -> Member:
        """A member goes by another name here than on the calendar."""
        member: Member = self.team.members[name]
        member.person.name = to
        member.person.save()
        return member

    def owned(self) -> dict[str, date]:
        """The events that are known to be the rota's, with the day of their shift."""
        days = {shift.uid.hex: shift.start for shift in self.team.rota.shifts.all()}
        links = Link.objects.filter(sync=self.sync).exclude(ref=None)
        return {str(link.ref): days[link.key] for link in links}

    def titles(self) -> list[str]:
        rows = self.google.events_of(CALENDAR)
        return [row["summary"] for row in rows if row["status"] == "confirmed"]

    @property
    def writes(self) -> int:
        return len(self.google.writes)
