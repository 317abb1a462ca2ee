"""`rota handover`: what is due is shown, or done in this process, each once."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from integrations.sandbox import Fault, World
from rota.models import Rota, Step
from tests.rota.commands.typed import refused, rota, words
from tests.rota.handover.whole import Whole
from tests.rota.rolling import WEDNESDAY, Triage
from uploader.models import Notice, Run

pytestmark = pytest.mark.django_db
# Just after the second change of shift.
AFTER = datetime(2026, 12, 9, 0, 1, tzinfo=UTC)
NAMES = ("slack_usergroup", "slack_message", "geekbot_standup")


@pytest.fixture
def whole(world: World, triage: Triage, monkeypatch: pytest.MonkeyPatch) -> Whole:
    triage.fortnights(8)
    whole = Whole.of(world, triage, now=AFTER)
    monkeypatch.setattr(timezone, "now", whole.clock)
    return whole


def steps(*arguments: str, code: int = 0) -> dict[str, str]:
    ended, document = rota("handover", "triage", *arguments)
    assert ended == code
    assert document["shift"] == "2026-12-09"
    return {each["step"]: each["outcome"] for each in document["steps"]}


def test_a_look_says_what_is_due_and_writes_nothing(whole: Whole) -> None:
    assert steps() == dict.fromkeys(NAMES, "planned")
    assert whole.posts() == []
    assert not Step.objects.exists()
    assert not Notice.objects.exists()
    assert not Run.objects.exists()
    assert "C0SUPPORT1: <@U0GWENDOLYN> joins <@U0SARAH>" in words("handover", "triage")


def test_applied_everything_is_done_and_the_second_time_nothing(whole: Whole) -> None:
    assert steps("--apply") == dict.fromkeys(NAMES, "done")
    assert whole.posts() == ["<@U0GWENDOLYN> joins <@U0SARAH> as Support Triager today."]
    assert whole.on_duty() == {"U0SARAH", "U0GWENDOLYN"}
    times = whole.times_set()
    assert steps("--apply") == dict.fromkeys(NAMES, "done")
    assert steps() == dict.fromkeys(NAMES, "done")
    assert (len(whole.posts()), whole.times_set()) == (1, times)
    assert "There is nothing to do." in words("handover", "triage")


def test_what_was_refused_is_tried_again_and_nothing_else_is(whole: Whole) -> None:
    whole.slack.switches["posting"] = "restricted"
    whole.slack.switches["usergroups_managed_by"] = "admins"
    done = dict.fromkeys(NAMES, "done")
    both = {"slack_message": "rejected", "slack_usergroup": "rejected"}
    assert steps("--apply", code=1) == done | both
    whole.slack.switches["posting"] = "allowed"
    whole.slack.switches["usergroups_managed_by"] = "everyone"
    assert steps("--apply") == done
    assert len(whole.posts()) == 1


def test_what_may_have_arrived_is_neither_done_nor_repeated(whole: Whole) -> None:
    whole.world.faults.add(Fault("slack", "lost", match="*chat.postMessage"))
    found = steps("--apply", code=4)
    assert found["slack_message"] == "planned"
    assert steps("--apply", code=4)["slack_message"] == "planned"
    whole.clock.forward(minutes=2)
    assert steps("--apply")["slack_message"] == "done"
    assert len(whole.posts()) == 1


def test_what_was_before_it_was_told_there_is_left_out(whole: Whole) -> None:
    Rota.objects.update(handovers_since=None)
    _, document = rota("handover", "triage", "--apply")
    [message] = [each for each in document["steps"] if each["step"] == "slack_message"]
    assert message == {
        "step": "slack_message",
        "outcome": "skipped",
        "reason": "That change of shift was before it was told there.",
    }


def test_one_that_fails_is_told_and_the_others_are_done(whole: Whole) -> None:
    whole.slack.revoke("rotabot")
    code, document = rota("handover", "triage", "--apply")
    assert code == 1
    found = {each["step"]: each["outcome"] for each in document["steps"]}
    assert found["slack_usergroup"] == "rejected"
    assert found["geekbot_standup"] == "done"
    assert "Slack" in document["error"]


def test_a_rota_that_is_told_nowhere_says_where_to_set_that_up(triage: Triage) -> None:
    assert "triage is told nowhere" in refused("handover", "triage")


def test_the_day_before_only_the_stand_up_is_due(whole: Whole) -> None:
    assert steps("--apply") == dict.fromkeys(NAMES, "done")
    whole.clock.now = AFTER + timedelta(days=6)
    assert steps() == {**dict.fromkeys(NAMES, "done"), "geekbot_standup": "planned"}


# ------------------------------------------------------------------- update_data


def test_update_data_inline_carries_out_a_handover(whole: Whole) -> None:
    call_command("update_data", "--inline")
    assert len(whole.posts()) == 1
    assert whole.on_duty() == {"U0SARAH", "U0GWENDOLYN"}
    assert dict(whole.steps(whole.rota.shifts.get(start=WEDNESDAY + timedelta(weeks=1)))) == (
        dict.fromkeys(NAMES, "done")
    )
    call_command("update_data", "--inline")
    assert len(whole.posts()) == 1


def test_update_data_reminds_as_well(whole: Whole) -> None:
    whole.in_slack(channel="", remind_days_before=[7])
    triagers = whole.triage.members
    triagers["Anton"].person.slack_id = ""
    triagers["Anton"].person.save()
    whole.clock.now = datetime(2026, 12, 16, 9, 5, tzinfo=UTC)
    call_command("update_data", "--inline")
    reminded = [message.subject for message in mail.outbox if "in 7 days" in message.subject]
    assert reminded == ["Support Triager: you serve in 7 days"]


def test_the_owner_hears_once_that_somebody_could_not_be_reminded(whole: Whole) -> None:
    whole.in_slack(channel="", remind_days_before=[7])
    anton = whole.triage.members["Anton"].person
    anton.slack_id = "U0NOBODY00"
    anton.save()
    whole.clock.now = datetime(2026, 12, 16, 9, 5, tzinfo=UTC)
    for _ in range(2):
        call_command("update_data", "--inline")
    told = [message for message in mail.outbox if "may not have been reminded" in message.subject]
    assert [message.to for message in told] == [["chris@example.org"]]
    assert "Anton may not have been reminded of the duty from Wed 23 December" in told[0].body


def test_update_data_queues_what_a_change_of_shift_makes_due(
    whole: Whole, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("update_data", "--json")
    queued = json.loads(capsys.readouterr().out)["queued"]
    assert sorted(queued) == ["triage-geekbot", "triage-slack"]
