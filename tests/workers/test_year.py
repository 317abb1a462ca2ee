"""A year of two team roles with a real worker that dies at random moments: in the end everybody was
asked, told and reminded once, and everything elsewhere is as the rota says."""

import json
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.geekbot.sandbox import GeekbotSandbox
from integrations.sandbox import World
from integrations.slack.sandbox import SlackSandbox
from tests.workers.installation import Installation
from tests.workers.moved_clock import MovedClock

pytestmark = [pytest.mark.long, pytest.mark.once]

# Before the first stand-up is due, a day before the first change.
BEGIN = datetime(2026, 11, 29, 8, tzinfo=UTC)
DAYS = 366
KILLS = 12
CHANNELS = {"triage": "support", "facilitator": "general"}
STANDUPS = {"triage": "SupportTriagerStandup", "facilitator": "FacilitatorStandup"}
# The hours of the clocks' changes are crossed in both zones; half of the people live elsewhere.
FILE = """
[connections.slack]
provider = "slack"
bot_token = "sandbox-slack-bot-token"
[connections.geekbot]
provider = "geekbot"
api_key = "sandbox-geekbot-key"

[rotas.triage]
kind = "rolling"
title = "Support Triager"
timezone = "Europe/London"
every = "1w"
lasts = "2w"
at = "09:00"
handover_on = "wed"
horizon = "60d"
[rotas.triage.duties]
every = "1w"
[rotas.triage.members]
connection = "slack"
usergroup = "support-triagers"
every = "1w"
[rotas.triage.slack]
connection = "slack"
channel = "C0SUPPORT1"
usergroup = "support-on-duty"
remind_days_before = [1]
every = "1w"
[rotas.triage.geekbot]
connection = "geekbot"
standup = "SupportTriagerStandup"
channel = "#support"
days = ["Wed"]
time = "10:00:00"
every = "1w"

[rotas.facilitator]
kind = "rolling"
title = "Meeting Facilitator"
timezone = "America/Los_Angeles"
every = "1mo"
lasts = "1mo"
handover_on = "1"
horizon = "100d"
[rotas.facilitator.duties]
every = "1w"
[rotas.facilitator.members]
connection = "slack"
usergroup = "support-triagers"
every = "1w"
[rotas.facilitator.slack]
connection = "slack"
channel = "C0GENERAL1"
every = "1w"
[rotas.facilitator.geekbot]
connection = "geekbot"
standup = "FacilitatorStandup"
channel = "#general"
time = "10:00:00"
every = "1w"
"""
# Everything that has been due by now is done, or in nobody's hands for a while.
AT_REST = """
from datetime import timedelta
from django.utils import timezone
from uploader import tasks
from uploader.models import Notice, Run, Sync
if {ticks}:
    tasks.tick()
now = timezone.now()
soon = now + timedelta(minutes=5)
unsent = Notice.objects.filter(sent_at=None, outcome="", due_at__lte=now)
unheard = Notice.objects.filter(outcome="unknown").exclude(text="")
print(
    not Run.objects.open().filter(next_at__lte=soon).exists()
    and not Sync.objects.filter(enabled=True, next_run_at__lte=now).exists()
    and not unsent.exists()
    and not unheard.exists()
)
"""
HANDOVERS = """
import json
from django.utils import timezone
from rota.models import Rota
found = []
for rota in Rota.objects.order_by("name"):
    for shift in rota.shifts.order_by("start").prefetch_related("duties__member__person", "steps"):
        if rota.begins(shift.start) <= timezone.now():
            duty = shift.duties.get()
            found.append({
                "rota": rota.name,
                "start": str(shift.start),
                "uid": str(shift.uid),
                "who": duty.member.person.slack_id,
                "accepted": duty.accepted_at is not None,
                "steps": {step.name: step.outcome for step in shift.steps.all()},
            })
print(json.dumps(found))
"""


@dataclass
class Year:
    install: Installation
    clock: MovedClock
    chance: random.Random
    kills: int = 0
    slowest: float = field(default=0, init=False)

    def at(self, moment: datetime, *, killed: bool) -> None:
        """Go there, and wait until what is due then is done; the worker may die on the way."""
        self.clock.go_to(moment)
        if killed:
            self.install.shell("from uploader import tasks; tasks.tick()")
            time.sleep(self.chance.uniform(0, 0.7))
            self.install.kill_workers()
            self.install.start_worker()
            self.kills += 1
        self._come_to_rest()

    def _come_to_rest(self) -> None:
        began = time.monotonic()
        for tries in range(1000):
            if self.install.shell(AT_REST.format(ticks=tries % 5 == 0)) == "True":
                return
            assert time.monotonic() < began + 60, self.install.logs()[-6000:]
            time.sleep(0.1)
        raise AssertionError("it does not come to rest")


def moments() -> Iterator[datetime]:
    """Whenever something may be due anywhere in the world, and at least every other day: to be
    away for longer is an outage, which other tests are about."""
    for number in range(DAYS):
        day = BEGIN.replace(hour=0, minute=5) + timedelta(days=number)
        hours = set() if number % 2 else {9}
        hours |= {"Tue": {0, 17}, "Wed": {1, 9, 20}}.get(f"{day:%a}", set())
        hours |= {1: {9, 19, 21}}.get(day.day, set())
        if (day + timedelta(days=1)).day == 1:
            hours |= {9}
        for hour in sorted(hours):
            if day + timedelta(hours=hour) > BEGIN:
                yield day + timedelta(hours=hour)


@pytest.fixture
def services() -> dict[str, str]:
    """One database and broker will do: what differs between them is asked elsewhere."""
    return {}


def test_a_year_of_handovers_with_a_worker_that_dies(
    install: Installation, world: World, tmp_path: Path
) -> None:
    seed = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))
    print(f"FAULT_SEED={seed}")  # noqa: T201
    slack, geekbot = world.of(SlackSandbox), world.of(GeekbotSandbox)
    year = begun(install, slack, geekbot, tmp_path, seed=seed)
    there = list(moments())
    deaths = set(year.chance.sample(range(len(there)), KILLS))
    with install.worker():
        for number, moment in enumerate(there):
            year.at(moment, killed=number in deaths)

    handovers = json.loads(install.shell(HANDOVERS))
    weekly = [each for each in handovers if each["rota"] == "triage"]
    monthly = [each for each in handovers if each["rota"] == "facilitator"]
    assert len(weekly) in (52, 53)
    assert len(monthly) == 12
    assert_each_step_is_done(handovers)
    assert_told_once(slack, handovers)
    assert_asked_once(geekbot, weekly, "triage", by="schedule")
    assert_asked_once(geekbot, monthly, "facilitator", by="start")
    assert_reminded_once(slack, weekly)
    assert slack.calls["usergroups.users.update"] == len(weekly)
    assert sorted(slack.group("support-on-duty").users) == sorted(
        {each["who"] for each in weekly[-2:]}
    )
    assert all(each["accepted"] for each in handovers), handovers
    for sync in ("triage-slack", "triage-geekbot", "facilitator-geekbot", "triage-members"):
        counts = json.loads(install.manage("sync", sync, "--json").stdout)["counts"]
        assert (counts["create"], counts["update"], counts["delete"]) == (0, 0, 0), (sync, counts)
    assert "sandbox-slack-bot-token" not in install.logs()
    assert "sandbox-geekbot-key" not in install.logs()


def begun(
    install: Installation, slack: SlackSandbox, geekbot: GeekbotSandbox, folder: Path, *, seed: int
) -> Year:
    clock = MovedClock(folder / "clock")
    clock.go_to(BEGIN)
    clock.move(install)
    for sandbox in (slack, geekbot):
        sandbox.now = clock
    geekbot.switches["answers"] = "ok"
    file = folder / "lockstep.toml"
    file.write_text(FILE)
    install.manage("configure", str(file), "--apply")
    return Year(install, clock, random.Random(seed))


# ------------------------------------------------------------------------- exactly


def assert_each_step_is_done(handovers: list[dict[str, Any]]) -> None:
    wanted = {
        "triage": {"slack_usergroup", "slack_message", "geekbot_standup"},
        "facilitator": {"slack_message", "geekbot_standup", "geekbot_question"},
    }
    for each in handovers:
        assert each["steps"] == dict.fromkeys(wanted[each["rota"]], "done"), each


def assert_told_once(slack: SlackSandbox, handovers: list[dict[str, Any]]) -> None:
    for rota, channel in CHANNELS.items():
        told = [post.text for post in slack.posts_in(channel)]
        who = [each["who"] for each in handovers if each["rota"] == rota]
        assert len(told) == len(who), (rota, told)
        assert all(f"<@{name}>" in text for name, text in zip(who, told, strict=True)), told


def assert_asked_once(
    geekbot: GeekbotSandbox, handovers: list[dict[str, Any]], rota: str, *, by: str
) -> None:
    named = [each for each in geekbot.standups.values() if each.name == STANDUPS[rota]]
    assert len(named) == 1, "there is one stand-up for ever"
    asked = geekbot.asked_of(named[0].id)
    assert [each.user for each in asked] == [each["who"] for each in handovers]
    assert {each.by for each in asked} == {by}


def assert_reminded_once(slack: SlackSandbox, weekly: list[dict[str, Any]]) -> None:
    """A day before, each; of a change that was less than that ahead at first, nobody is."""
    reminded = sum(len(slack.posts_in(who)) for who in {each["who"] for each in weekly})
    assert reminded in (len(weekly), len(weekly) + 1)
