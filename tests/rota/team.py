"""A made-up team on a rota, and people by name, for tests that need somebody on duty."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model

from rota import duties
from rota.duties import Doing, Place
from rota.models import Duty, Member, Rota
from uploader.models import Sync
from uploader.people import Address, Person

MONDAY = date(2026, 11, 30)
# The Thursday before it.
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
SEVENS = ("Gustav", "Priya", "Wren")
OTHERS = ("Andy", "Lalitha", "Murdo", "Theo")


class Team:
    """The rota `support`: `sevens` lead first, `others` after them."""

    def __init__(
        self,
        *,
        sevens: Iterable[str] = SEVENS,
        others: Iterable[str] = OTHERS,
        name: str = "support",
        **values: Any,
    ) -> None:
        self.rota = Rota.objects.create(
            **{
                "name": name,
                "title": "Data engineering support",
                "timezone": "Europe/London",
                "starts_on": MONDAY,
                "start_with": "sevens",
                "then": "others",
                "seed": 1,
                **values,
            }
        )
        self.members: dict[str, Member] = {}
        for group, names in (("sevens", sevens), ("others", others)):
            for position, each in enumerate(names):
                self.join(each, group, position=position)
        self.sync = Sync.objects.create(
            name=f"{name}-duties",
            kind=duties.DUTIES,
            mode=Sync.Mode.AUTOMATIC,
            options={"rota": name},
        )

    def join(self, name: str, group: str, **values: Any) -> Member:
        person, new = Person.objects.get_or_create(name=name)
        if new:
            Address.objects.create(person=person, email=f"{name.lower()}@example.org")
        member = Member.objects.create(rota=self.rota, person=person, group=group, **values)
        self.members[name] = member
        return member

    def login(self, name: str, **values: Any) -> Any:
        """A user of theirs."""
        user = get_user_model().objects.create_user(f"rota-{name.lower()}", **values)
        Person.objects.filter(pk=self.members[name].person_id).update(user=user)
        self.members[name].person.refresh_from_db()
        return user

    def put(self, day: date, lead: str | None, assist: str | None) -> tuple[Duty, Duty]:
        """A shift as if it had been generated: one of the sevens leads."""
        doing = Doing(now=NOW)
        made = [
            duties.make(
                self.rota,
                Place(day=day, role=role, leads="sevens", cycle=1),
                self.members[who] if who else None,
                reason="" if who else "everybody is away",
                doing=doing,
            )
            for role, who in (("lead", lead), ("assist", assist))
        ]
        return made[0], made[1]

    def week(self) -> list[tuple[Duty, Duty]]:
        """Three days of duties, from Monday on."""
        pairs = zip(SEVENS, OTHERS, strict=False)
        return [
            self.put(MONDAY + timedelta(days=number), lead, assist)
            for number, (lead, assist) in enumerate(pairs)
        ]

    def holder(self, duty: Duty) -> str | None:
        duty = Duty.objects.select_related("member__person").get(pk=duty.pk)
        return duty.member.name if duty.member else None
