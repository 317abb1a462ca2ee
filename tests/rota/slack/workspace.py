"""A rolling rota and a workspace at the sandbox of Slack: drawn from one group, setting another."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from integrations import connections
from integrations.sandbox import World
from integrations.slack.sandbox import SlackSandbox
from integrations.slack.sandbox_seed import ON_DUTY, SUPPORT_TRIAGERS
from rota import duties
from rota.duties import Doing
from rota.models import Duty, Member
from tests.rota.rolling import WEDNESDAY, Triage
from tests.rota.team import NOW
from tests.uploader.clock import Clock
from tests.uploader.running import Running
from uploader.models import Run, Sync

WEEK = timedelta(weeks=1)


@dataclass
class Workspace(Running):
    """`sync` is the one that the tests are about."""

    world: World
    team: Triage
    who: str = "rotabot"
    clock: Clock = field(default_factory=lambda: Clock(NOW))

    def __post_init__(self) -> None:
        self.slack.now = self.clock
        self.connection = connections.connect(
            provider="slack",
            owner=None,
            name="slack",
            credentials=self.slack.grant(self.who),
            by=None,
            now=self.clock(),
        )
        self.sync = self.drawn()
        self.forget_requests()

    def drawn(self, usergroup: str = "support-triagers") -> Sync:
        return self._made("members", source=self.connection, options={"usergroup": usergroup})

    def kept(self, usergroup: str = "support-on-duty", **options: Any) -> Sync:
        options = {"usergroup": usergroup, **options}
        return self._made("slack", target=self.connection, options=options)

    def _made(self, ending: str, *, options: dict[str, Any], **sides: Any) -> Sync:
        rota = self.team.rota.name
        return Sync.objects.create(
            name=f"{rota}-{ending}",
            kind=f"rota_{ending}",
            mode=Sync.Mode.AUTOMATIC,
            options={**options, "rota": rota},
            **sides,
        )

    # ------------------------------------------------------------------- at Slack

    @property
    def slack(self) -> SlackSandbox:
        return self.world.of(SlackSandbox)

    @property
    def triagers(self) -> list[str]:
        return list(self.slack.groups[SUPPORT_TRIAGERS].users)

    def set_triagers(self, *ids: str) -> None:
        self.slack.set_members(SUPPORT_TRIAGERS, ids)

    @property
    def on_duty(self) -> set[str]:
        return set(self.slack.groups[ON_DUTY].users)

    def calls(self) -> list[str]:
        """Methods asked for since requests were forgotten."""
        found = [seen.path for seen in self.world.requests if seen.path.startswith("/api/")]
        return [path.removeprefix("/api/") for path in found]

    def sets(self) -> int:
        return self.calls().count("usergroups.users.update")

    # -------------------------------------------------------------------- the rota

    def members(self) -> list[Member]:
        """Those who are in it, in the order in which turns go round."""
        rows = self.team.rota.members.filter(left_on=None).select_related("person")
        return list(rows.order_by("position", "pk"))

    def order(self) -> list[str]:
        return [member.person.slack_id for member in self.members()]

    def names(self) -> list[str]:
        return [member.name for member in self.members()]

    def serve(self, *ids: str) -> list[Duty]:
        """One after the other, a week apart, from the first Wednesday on."""
        by_id = {member.person.slack_id: member for member in self.members()}
        self.team.members = {slack_id: by_id[slack_id] for slack_id in ids}
        return [
            self.team.put(WEDNESDAY + number * WEEK, slack_id)
            for number, slack_id in enumerate(ids)
        ]

    def pass_on(self, duty: Duty, member: Member | None) -> None:
        duty.refresh_from_db()
        doing = Doing(now=self.clock())
        duties.give(duty, member, origin="override", doing=doing, expected=duty.member)

    def draw(self) -> None:
        """The members as they are in the group, whatever the tests are about."""
        kept, self.sync = self.sync, Sync.objects.get(kind="rota_members")
        run = self.run_to_the_end(apply=True)
        assert run.status == Run.Status.FINISHED, run.error
        self.sync = kept
        self.forget_requests()
