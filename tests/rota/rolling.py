"""A made-up team on a rolling rota, for tests that need somebody on duty for a while."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Any

from rota import duties
from rota.duties import Doing, Place
from rota.models import Duty, Member, Rota
from rota.periods import Period
from tests.rota.team import NOW
from uploader.models import Sync
from uploader.people import Address, Person

WEDNESDAY = date(2026, 12, 2)
# The order of turns, and who they are at the Slack of the sandbox.
TRIAGERS = {
    "Sarah": "U0SARAH",
    "Gwendolyn": "U0GWENDOLYN",
    "Jonas": "U0JONAS",
    "Anton": "U0ANTON",
    "Signe": "U0SIGNE",
    "Yara": "U0YARA",
    "Chris": "U0CHRIS",
}


class Triage:
    """The rota `triage`: somebody new each Wednesday, for two weeks."""

    def __init__(
        self, *, names: Iterable[str] = TRIAGERS, name: str = "triage", **values: Any
    ) -> None:
        self.rota = Rota.objects.create(
            **{
                "name": name,
                "kind": Rota.Kind.ROLLING,
                "title": "Support Triager",
                "timezone": "Etc/UTC",
                "starts_on": WEDNESDAY,
                "every": "1w",
                "lasts": "2w",
                "handover_on": "wed",
                "at": time(0),
                "event_title": "{title}: {member}",
                **values,
            }
        )
        self.members: dict[str, Member] = {}
        for position, each in enumerate(names):
            self.join(each, position=position)
        self.sync = Sync.objects.create(
            name=f"{name}-duties",
            kind=duties.DUTIES,
            mode=Sync.Mode.AUTOMATIC,
            options={"rota": name},
        )

    def join(self, name: str, **values: Any) -> Member:
        """At the end of the order, unless a position is given."""
        slack_id = TRIAGERS.get(name, f"U0{name.upper()}")
        person, new = Person.objects.get_or_create(name=name, slack_id=slack_id)
        if new:
            Address.objects.create(person=person, email=f"{name.lower()}@example.org")
        values.setdefault("position", self.rota.members.count())
        member = Member.objects.create(rota=self.rota, person=person, **values)
        self.members[name] = member
        return member

    def put(self, day: date, who: str | None, *, turn: str | None = None) -> Duty:
        """A shift as if it had been generated, as long as the rota's; `turn` where somebody else
        serves than whose turn it is."""
        whose = turn or who
        place = Place(
            day=day,
            role="member",
            end=Period.parse(self.rota.lasts).after(day),
            turn=self.members[whose] if whose else None,
        )
        return duties.make(
            self.rota,
            place,
            self.members[who] if who else None,
            reason="" if who else "everybody is away",
            doing=Doing(now=NOW),
        )

    def fortnights(self, number: int = 4, *, first: date = WEDNESDAY) -> list[Duty]:
        """So many shifts in the order of turns, a week apart."""
        names = list(self.members)
        return [
            self.put(first + timedelta(weeks=week), names[week % len(names)])
            for week in range(number)
        ]

    def holder(self, duty: Duty) -> str | None:
        duty = Duty.objects.select_related("member__person").get(pk=duty.pk)
        return duty.member.name if duty.member else None
