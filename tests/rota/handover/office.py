"""A rota that is told elsewhere, and time that tests move: what a tick does, in this process."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from integrations import connections
from integrations.models import Connection
from rota.models import Rota, Shift, Step
from tests.uploader.clock import Clock
from tests.uploader.killer import Killed
from uploader import hands, inline, notices, runs
from uploader.models import Notice, Run, Sync

CHANNEL = "C0FRESHDESK"
# Long before everything that happens in these tests.
BEFORE = timedelta(days=30)


CREDENTIALS = {
    "slack": {"bot_token": "sandbox-slack-bot-token"},
    "geekbot": {"api_key": "sandbox-geekbot-key"},
}


def connected(provider: str, *, now: datetime) -> Connection:
    """The team's connection, called as its provider is."""
    known = Connection.objects.filter(name=provider).first()
    return known or connections.connect(
        provider=provider,
        owner=None,
        name=provider,
        credentials=CREDENTIALS[provider],
        by=None,
        now=now,
    )


@dataclass
class Office:
    """`rota` is told of in Slack; `clock` is the time."""

    rota: Rota
    clock: Clock

    @property
    def connection(self) -> Connection:
        return connected("slack", now=self.clock())

    def in_slack(self, **options: Any) -> Sync:
        """Its sync to Slack, long since in use; it has nothing to do by itself."""
        sync, _ = Sync.objects.update_or_create(
            name=f"{self.rota}-slack",
            kind="rota_slack",
            defaults={
                "target": self.connection,
                "mode": Sync.Mode.AUTOMATIC,
                "options": {"rota": self.rota.name, "channel": CHANNEL, **options},
            },
        )
        Rota.objects.filter(pk=self.rota.pk).update(handovers_since=self.clock() - BEFORE)
        return sync

    def in_geekbot(self, **options: Any) -> Sync:
        sync, _ = Sync.objects.update_or_create(
            name=f"{self.rota}-geekbot",
            kind="rota_geekbot",
            defaults={
                "target": connected("geekbot", now=self.clock()),
                "mode": Sync.Mode.AUTOMATIC,
                "options": {
                    "rota": self.rota.name,
                    "standup": "TriagerStandup",
                    "channel": "#support-freshdesk",
                    "time": "10:00:00",
                    "timezone": "user_local",
                    **options,
                },
            },
        )
        Rota.objects.filter(pk=self.rota.pk).update(handovers_since=self.clock() - BEFORE)
        return sync

    # ------------------------------------------------------------------- the time

    def gather(self) -> None:
        notices.gather(now=self.clock())

    def tick(self) -> None:
        """What a tick finds, and what workers then do; one that is killed did the rest before."""
        with suppress(Killed):
            notices.gather(now=self.clock())
            for _ in runs.start_due(now=self.clock(), spread=False):
                pass
            manner = hands.Manner(clock=self.clock)
            for run in runs.open_runs(now=self.clock()):
                inline.carry_out(run, manner=manner)
        with suppress(Killed):
            notices.send_due(now=self.clock())

    def until(self, moment: datetime, *, every: timedelta = timedelta(minutes=30)) -> None:
        """Ticks, to and including one at that moment."""
        while self.clock() + every < moment:
            self.clock.now += every
            self.tick()
        self.clock.now = moment
        self.tick()
        self.gather()

    # ---------------------------------------------------------------------- looks

    def steps(self, shift: Shift | None = None) -> list[tuple[str, str]]:
        steps = Step.objects.filter(shift__rota=self.rota)
        if shift is not None:
            steps = steps.filter(shift=shift)
        return [(step.name, step.outcome) for step in steps.order_by("shift__start", "name")]

    def step(self, shift: Shift, name: str = "slack_message") -> Step:
        return Step.objects.select_related("run", "notice").get(shift=shift, name=name)

    def notices(self, prefix: str = "") -> list[Notice]:
        return list(Notice.objects.filter(key__startswith=prefix).order_by("due_at", "pk"))


def ends(run: Run | None) -> str:
    return run.status if run else ""
