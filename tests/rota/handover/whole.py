"""A rolling rota with its usergroup, its messages and its stand-up at the sandboxes, all by one
clock: what people there have seen of each change of shift."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from integrations.geekbot.sandbox import GeekbotSandbox
from integrations.sandbox import World
from integrations.slack.sandbox import SlackSandbox
from integrations.slack.sandbox_seed import SUPPORT
from rota.models import Rota, Shift
from tests.rota.handover.office import Office
from tests.rota.rolling import TRIAGERS, Triage
from tests.uploader.clock import Clock
from uploader.models import Sync

USERGROUP = "support-on-duty"
# Minutes after something was due at which it is looked at again.
AFTERWARDS = (0, 0.6, 2, 8, 15, 120)
STEPS = ("geekbot_standup", "slack_message", "slack_usergroup")


@dataclass
class Whole(Office):
    world: World = field(kw_only=True)
    triage: Triage = field(kw_only=True)

    @classmethod
    def of(cls, world: World, triage: Triage, *, now: datetime) -> "Whole":
        clock = Clock(now)
        for sandbox in (world.of(SlackSandbox), world.of(GeekbotSandbox)):
            sandbox.now = clock
            sandbox.reset()
        for name, slack_id in TRIAGERS.items():
            world.of(SlackSandbox).add_user(name, id=slack_id, display_name=name)
        whole = cls(triage.rota, clock, world=world, triage=triage)
        whole.in_slack(channel=SUPPORT, usergroup=USERGROUP)
        whole.in_geekbot(channel="#support")
        Rota.objects.update(owner=triage.members["Chris"].person)
        return whole

    @property
    def slack(self) -> SlackSandbox:
        return self.world.of(SlackSandbox)

    @property
    def geekbot(self) -> GeekbotSandbox:
        return self.world.of(GeekbotSandbox)

    def posts(self) -> list[str]:
        return [post.text for post in self.slack.posts if post.channel == SUPPORT]

    def on_duty(self) -> set[str]:
        return set(self.slack.group(USERGROUP).users)

    def times_set(self) -> int:
        return len([seen for seen in self.world.requests if "usergroups.users.update" in seen.path])

    def outcomes(self, shift: Shift) -> dict[str, str]:
        return dict(self.steps(shift))

    def shift(self, number: int) -> Shift:
        return self.rota.shifts.order_by("start")[number]

    def over(self, number: int) -> None:
        """From a day before a change of shift until some hours after it, whenever something that
        failed may be due again."""
        change = self.rota.begins(self.shift(number).start)
        for moment in (change - timedelta(days=1), change):
            for minutes in AFTERWARDS:
                self.clock.now = max(self.clock.now, moment + timedelta(minutes=minutes))
                self.tick()
        self.gather()

    def asked(self) -> list[str]:
        """By the rota's own stand-up, in its order."""
        sync = Sync.objects.get(kind="rota_geekbot", options__rota=self.rota.name)
        standup = sync.links.get(part="standup", key="standup").ref
        return [each.user for each in self.geekbot.askings if str(each.standup) == standup]
