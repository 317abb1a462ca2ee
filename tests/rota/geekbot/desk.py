"""A rolling rota with its stand-up at the sandbox, both by one clock; and who was asked there."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from integrations.geekbot.sandbox import GeekbotSandbox
from integrations.geekbot.sandbox_stored import Asking, StoredStandup
from integrations.sandbox import World
from rota.models import Duty, Rota
from rota.periods import Period
from tests.rota.handover.office import Office
from tests.rota.rolling import WEDNESDAY, Triage
from tests.rota.team import NOW
from tests.uploader.clock import Clock
from tests.uploader.running import Running
from uploader.people import Person

NAME = "SupportTriagerStandup"


@dataclass
class Desk(Running):
    """`triage` is asked by the stand-up, made by the sync; everybody lives where the sandbox has
    them live."""

    world: World
    triage: Triage
    options: dict[str, Any] = field(default_factory=dict)
    clock: Clock = field(default_factory=lambda: Clock(NOW))

    def __post_init__(self) -> None:
        self.geekbot = self.world.of(GeekbotSandbox)
        self.geekbot.now = self.clock
        self.geekbot.reset()
        for user in self.geekbot.users.values():
            Person.objects.filter(slack_id=user.id).update(timezone=user.timezone)
        self.office = Office(self.rota, self.clock)
        self.sync = self.office.in_geekbot(
            **{"standup": NAME, "channel": "#support", "wait_minutes": 10, **self.options}
        )

    @property
    def rota(self) -> Rota:
        return self.triage.rota

    def turn_to(self, moment: datetime) -> None:
        """The clock alone; nothing of ours runs meanwhile."""
        self.clock.now = moment

    # ------------------------------------------------------------------- shifts

    def turns(self, number: int, *, first: date = WEDNESDAY) -> list[Duty]:
        """So many shifts in the order of turns, on the days on which this rota hands over."""
        every, names = Period.parse(self.rota.every), list(self.triage.members)
        return [
            self.triage.put(every.after(first, n), names[n % len(names)]) for n in range(number)
        ]

    def fresh(self, duty: Duty) -> Duty:
        return Duty.objects.select_related("shift__rota", "member__person").get(pk=duty.pk)

    def slack_id(self, duty: Duty) -> str:
        member = self.fresh(duty).member
        return member.person.slack_id if member else ""

    # ------------------------------------------------------------- what is there

    def named(self, name: str = NAME) -> list[StoredStandup]:
        return [each for each in self.geekbot.standups.values() if each.name == name]

    @property
    def standup(self) -> StoredStandup:
        [found] = self.named()
        return found

    def askings(self) -> list[Asking]:
        """By this stand-up alone."""
        self.geekbot.catch_up()
        number = self.fresh_sync().links.get(key="standup").ref
        return [each for each in self.geekbot.askings if each.standup == int(number or 0)]

    def asked(self) -> list[str]:
        return [each.user for each in self.askings()]

    def live(self, until: datetime, *, every: timedelta = timedelta(hours=1)) -> None:
        """Ticks and workers, as in production."""
        self.office.until(until, every=every)

    def check_each_was_asked_once(self, turns: list[Duty]) -> None:
        """In the order of turns, each on the first day of their own, in words meant for them."""
        assert self.asked() == [self.slack_id(duty) for duty in turns]
        for duty, asking in zip(turns, self.askings(), strict=True):
            user = self.geekbot.users[asking.user]
            local = asking.at.astimezone(self.standup.zone_for(user))
            assert local.date() == duty.shift.start, "on the first day, where they are"
            assert user.realname.split()[0] in asking.text
