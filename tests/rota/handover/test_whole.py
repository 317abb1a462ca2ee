"""Each change of shift once: one message, one change of the usergroup, one stand-up, whatever
fails and whoever dies."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.core import mail

from integrations.sandbox import Fault, World
from rota.models import Rota
from tests.rota.handover.whole import STEPS, Whole
from tests.rota.rolling import WEDNESDAY, Triage
from tests.uploader.killer import Killer, Once
from uploader import outcomes, posting
from uploader.models import Run, Sync

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 30, 12, tzinfo=UTC)
WEEK = timedelta(weeks=1)
DONE = dict.fromkeys(STEPS, "done")
NAMES = ["Sarah", "Gwendolyn", "Jonas", "Anton", "Signe", "Yara", "Chris"]


@pytest.fixture
def whole(world: World, triage: Triage) -> Whole:
    triage.fortnights(60)
    return Whole.of(world, triage, now=MONDAY)


def serving(number: int) -> set[str]:
    names = NAMES[max(0, number - 1) : number + 1]
    return {f"U0{name.upper()}" for name in names}


def test_each_change_is_seen_once_by_everybody_concerned(whole: Whole) -> None:
    whole.until(MONDAY + 3 * WEEK, every=timedelta(hours=4))
    assert whole.posts() == [
        "<@U0SARAH> is Support Triager from today on.",
        "<@U0GWENDOLYN> joins <@U0SARAH> as Support Triager today.",
        "<@U0JONAS> joins <@U0GWENDOLYN> as Support Triager today.",
    ]
    assert whole.on_duty() == serving(2)
    # Of the first one the group was already.
    assert whole.times_set() == 3
    for number in range(3):
        assert whole.outcomes(whole.shift(number)) == DONE
    assert whole.asked() == ["U0SARAH", "U0GWENDOLYN", "U0JONAS"]


def test_where_nothing_is_to_be_changed_slack_is_asked_little(whole: Whole) -> None:
    whole.over(0)
    whole.clock.now = whole.rota.begins(WEDNESDAY + WEEK) - timedelta(hours=1)
    whole.tick()
    whole.slack.set_members(whole.slack.group("support-on-duty").id, sorted(serving(1)))
    before = len([seen for seen in whole.world.requests if seen.path.startswith("/api/")])
    whole.over(1)
    asked = [seen for seen in whole.world.requests if seen.path.startswith("/api/")][before:]
    read = [seen for seen in asked if not seen.path.endswith("chat.postMessage")]
    assert len(read) <= 2
    assert len(whole.posts()) == 2


@pytest.mark.long
@pytest.mark.parametrize("kind", ["500", "lost"])
def test_whatever_fails_at_any_request_each_is_done_once(whole: Whole, kind: str) -> None:
    """One fault a change, at the first request of it, at the second, and so on."""
    whole.over(0)
    for number in count(1):
        posts, times = len(whole.posts()), whole.times_set()
        fault = whole.world.faults.add(Fault("*", kind, skip=number - 1))
        whole.over(number)
        whole.world.faults.clear()
        what = f"{kind} at request {number}"
        assert whole.outcomes(whole.shift(number)) == DONE, what
        assert len(whole.posts()) == posts + 1, what
        assert len(whole.on_duty()) == 2, what
        assert whole.times_set() <= times + 2, what
        if not fault.fired:
            break
    assert number > 5


@pytest.mark.long
def test_whoever_is_at_it_may_be_killed_at_every_third_boundary(
    whole: Whole, killer: Killer, deadly_notes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat, settle = posting.InHand._beat, outcomes.settle

    def deadly_beat(self: posting.InHand) -> None:
        killer.strike()
        beat(self)
        killer.strike()

    def deadly_settle(*args: object, **values: object) -> None:
        killer.strike()
        settle(*args, **values)  # type: ignore[arg-type]

    monkeypatch.setattr(posting.InHand, "_beat", deadly_beat)
    monkeypatch.setattr(posting, "settle", deadly_settle)
    whole.over(0)
    for number in count(1):
        posts = len(whole.posts())
        moment = Once(3 * number)
        killer.when = moment
        whole.over(number)
        killer.when = None
        assert whole.outcomes(whole.shift(number)) == DONE, f"killed at boundary {moment.at}"
        assert len(whole.posts()) == posts + 1, f"killed at boundary {moment.at}"
        assert len(whole.on_duty()) == 2
        if moment.passed < moment.at:
            break
    assert number > 5


def test_after_days_without_anybody_only_the_latest_change_is_told(whole: Whole) -> None:
    whole.over(0)
    whole.clock.now = MONDAY + 3 * WEEK
    whole.until(MONDAY + 3 * WEEK + timedelta(hours=2))
    assert len(whole.posts()) == 2
    assert whole.on_duty() == serving(2)
    assert whole.outcomes(whole.shift(1)) == dict.fromkeys(STEPS, "skipped")
    assert whole.outcomes(whole.shift(2)) == DONE


def test_what_is_refused_holds_up_nothing_else_and_the_owner_is_told_once(whole: Whole) -> None:
    whole.slack.switches["posting"] = "restricted"
    whole.over(0)
    assert whole.outcomes(whole.shift(0)) == {**DONE, "slack_message": "rejected"}
    assert whole.on_duty() == serving(0)
    told = [message for message in mail.outbox if "message in Slack" in message.subject]
    assert [message.to for message in told] == [["chris@example.org"]]
    assert "only some people may post" in told[0].body


def test_a_usergroup_that_may_not_be_set_is_set_once_it_may(whole: Whole) -> None:
    whole.slack.switches["usergroups_managed_by"] = "admins"
    whole.over(1)
    shift = whole.shift(1)
    assert whole.outcomes(shift) == {**DONE, "slack_usergroup": "rejected"}
    assert "only some people may manage usergroups" in whole.step(shift, "slack_usergroup").reason
    whole.slack.switches["usergroups_managed_by"] = "everyone"
    # What was refused is left alone for a day.
    whole.clock.forward(days=1)
    Sync.objects.filter(kind="rota_slack").update(next_run_at=whole.clock())
    whole.tick()
    whole.gather()
    assert whole.outcomes(shift) == DONE
    assert whole.on_duty() == serving(1)


def test_a_run_that_began_too_early_does_not_count(whole: Whole) -> None:
    whole.over(0)
    change = whole.rota.begins(WEDNESDAY + WEEK)
    whole.clock.now = change - timedelta(minutes=1)
    Sync.objects.filter(kind="rota_slack").update(next_run_at=whole.clock())
    whole.tick()
    assert whole.on_duty() == serving(0)
    whole.clock.now = change
    whole.tick()
    whole.tick()
    assert whole.on_duty() == serving(1)
    run = whole.step(whole.shift(1), "slack_usergroup").run
    assert run is not None
    assert run.status == Run.Status.FINISHED


# --------------------------------------------------------------- by the month


@pytest.fixture
def monthly(world: World, triage: Triage) -> Whole:
    Rota.objects.update(every="1mo", lasts="1mo", handover_on="1", starts_on="2026-12-01")
    triage.rota.refresh_from_db()
    for number, name in enumerate(NAMES[:5]):
        year, month = divmod(11 + number, 12)
        triage.put(WEDNESDAY.replace(year=2026 + year, month=month + 1, day=1), name)
    return Whole.of(world, triage, now=datetime(2026, 11, 29, tzinfo=UTC))


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("Etc/UTC", datetime(2026, 12, 1, 10, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 11, 30, 21, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 12, 1, 18, tzinfo=UTC)),
    ],
)
def test_who_takes_over_by_the_month_is_asked_on_the_day_once(
    monthly: Whole, zone: str, moment: datetime
) -> None:
    person = monthly.triage.members["Sarah"].person
    person.timezone = zone
    person.save()
    monthly.until(datetime(2026, 12, 3, tzinfo=UTC))
    assert monthly.asked() == ["U0SARAH"]
    [asking] = [each for each in monthly.geekbot.askings if each.user == "U0SARAH"]
    assert moment <= asking.at <= moment + timedelta(minutes=31)
    assert monthly.outcomes(monthly.shift(0)) == {**DONE, "geekbot_question": "done"}


def test_what_is_set_up_hours_before_a_change_asks_on_the_day(monthly: Whole) -> None:
    """The stand-up was to be set before anything was told here; it was all the same."""
    monthly.clock.now = datetime(2026, 11, 30, 8, tzinfo=UTC)
    Rota.objects.update(handovers_since=monthly.clock())
    Sync.objects.update(next_run_at=monthly.clock())
    monthly.until(datetime(2026, 12, 3, tzinfo=UTC))
    assert monthly.asked() == ["U0SARAH"]
    done = {"slack_message": "done", "slack_usergroup": "done", "geekbot_question": "done"}
    assert monthly.outcomes(monthly.shift(0)) == done


def test_months_are_asked_about_one_by_one(monthly: Whole) -> None:
    monthly.until(datetime(2027, 3, 20, tzinfo=UTC), every=timedelta(hours=12))
    assert monthly.asked() == ["U0SARAH", "U0GWENDOLYN", "U0JONAS", "U0ANTON"]
    assert len(monthly.posts()) == 4
