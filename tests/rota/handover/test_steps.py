"""What is due at a change of shift is found once, at its moment, and says who has it by then."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core import mail

from integrations.models import Connection
from rota import duties, messages
from rota.duties import Doing
from rota.models import Rota, Step
from tests.rota.handover.office import Office
from tests.rota.rolling import WEDNESDAY, Triage
from tests.rota.team import MONDAY, Team
from tests.uploader.clock import Clock
from uploader.models import Notice

EVE = datetime(2026, 12, 1, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 12, 2, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def office(triage: Triage) -> Office:
    """The rota `triage`, told of in Slack, on the eve of its first change of shift."""
    triage.fortnights(6)
    office = Office(triage.rota, Clock(EVE))
    office.in_slack()
    return office


def said(office: Office) -> list[str]:
    return [notice.text for notice in office.notices("handover/")]


def test_a_change_of_shift_is_told_at_its_moment_and_once(office: Office) -> None:
    office.gather()
    assert office.steps() == []
    office.clock.now = MIDNIGHT
    for _ in range(3):
        office.gather()
    [notice] = office.notices("handover/")
    assert (notice.channel, notice.recipient) == ("slack", "C0FRESHDESK")
    assert notice.text == "<@U0SARAH> is Support Triager from today on."
    assert notice.expires_at == MIDNIGHT + 7 * DAY
    assert office.steps() == [("slack_message", "")]


def test_it_says_who_has_it_by_then(office: Office, triage: Triage) -> None:
    office.clock.now = MIDNIGHT + 7 * DAY - timedelta(seconds=1)
    office.gather()
    duty = office.rota.shifts.get(start=WEDNESDAY + 7 * DAY).duties.get()
    duties.override(duty, triage.members["Yara"], doing=Doing(now=office.clock()))
    office.clock.forward(seconds=1)
    office.gather()
    assert said(office)[-1] == "<@U0YARA> joins <@U0SARAH> as Support Triager today."


def test_what_has_not_gone_yet_follows_a_swap(office: Office, triage: Triage) -> None:
    office.clock.now = MIDNIGHT
    office.gather()
    duty = office.rota.shifts.get(start=WEDNESDAY).duties.get()
    duties.override(duty, triage.members["Anton"], doing=Doing(now=office.clock()))
    office.gather()
    assert said(office) == ["<@U0ANTON> is Support Triager from today on."]


def test_names_and_titles_are_no_markup(office: Office, triage: Triage) -> None:
    person = triage.members["Sarah"].person
    person.name, person.slack_id = "Sarah <!channel> & co", ""
    person.save()
    Rota.objects.update(title="<Triage>")
    office.clock.now = MIDNIGHT
    office.gather()
    assert said(office) == ["Sarah &lt;!channel&gt; &amp; co is &lt;Triage&gt; from today on."]


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{member}: {title}", "<@U0GWENDOLYN>: Support Triager"),
        ("{incoming_first_name} & {current_first_name}", "Gwendolyn & Sarah"),
        ("<!here> {current} {{}}", "<!here> <@U0SARAH> {}"),
    ],
)
def test_a_message_is_worded_by_whoever_sets_it_up(
    office: Office, template: str, told: str
) -> None:
    shift = office.rota.shifts.get(start=WEDNESDAY + 7 * DAY)
    assert messages.of_change(template, shift) == told


def test_without_overlap_whoever_starts_is_named(triage: Triage) -> None:
    Rota.objects.update(lasts="1w")
    triage.rota.refresh_from_db()
    shift = triage.put(WEDNESDAY, "Sarah").shift
    told = messages.of_change("", shift)
    assert told == "<@U0SARAH> is Support Triager from today on."


def test_nobody_on_duty_is_no_message(office: Office) -> None:
    shift = office.rota.shifts.get(start=WEDNESDAY)
    duties.override(shift.duties.get(), None, doing=Doing(now=office.clock()))
    office.clock.now = MIDNIGHT
    office.gather()
    step = office.step(shift)
    assert (step.outcome, step.reason) == ("skipped", "Nobody is on duty.")
    assert office.notices("handover/") == []


def test_after_an_outage_only_the_latest_change_is_told(office: Office) -> None:
    office.gather()
    office.clock.now = MIDNIGHT + 16 * DAY
    office.gather()
    office.gather()
    assert office.steps() == [
        ("slack_message", "skipped"),
        ("slack_message", "skipped"),
        ("slack_message", ""),
    ]
    assert said(office) == ["<@U0JONAS> joins <@U0GWENDOLYN> as Support Triager today."]
    first = office.rota.shifts.get(start=WEDNESDAY)
    assert "A later change" in office.step(first).reason


def test_what_was_before_it_was_told_in_slack_is_no_news(office: Office) -> None:
    Rota.objects.update(handovers_since=None)
    office.clock.now = MIDNIGHT + timedelta(hours=1)
    office.gather()
    assert office.steps() == []
    office.clock.now = MIDNIGHT + 7 * DAY
    office.gather()
    assert len(said(office)) == 1


def test_nor_what_was_before_it_was_told_in_that_channel(office: Office) -> None:
    office.in_slack(channel="", usergroup="support-on-duty")
    office.clock.now = MIDNIGHT
    office.gather()
    office.clock.now = MIDNIGHT + 4 * DAY
    office.in_slack(usergroup="support-on-duty")
    office.gather()
    assert said(office) == []
    office.clock.now = MIDNIGHT + 7 * DAY
    office.gather()
    assert said(office) == ["<@U0GWENDOLYN> joins <@U0SARAH> as Support Triager today."]


def test_nor_what_was_while_it_was_not(office: Office) -> None:
    sync = office.in_slack()
    sync.enabled = False
    sync.save()
    office.gather()
    office.clock.now = MIDNIGHT + timedelta(hours=1)
    office.gather()
    sync.enabled = True
    sync.save()
    office.gather()
    assert office.steps() == []


@pytest.mark.parametrize(
    ("zone", "at", "moment"),
    [
        # Both changes of the clocks are on a Sunday.
        ("Europe/London", time(1, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        ("Europe/London", time(9), datetime(2027, 3, 28, 8, tzinfo=UTC)),
        ("Pacific/Auckland", time(0), datetime(2027, 3, 27, 11, tzinfo=UTC)),
        ("America/Los_Angeles", time(18), datetime(2027, 3, 29, 1, tzinfo=UTC)),
    ],
)
def test_the_moment_is_by_the_clock_of_the_rota(
    triage: Triage, zone: str, at: time, moment: datetime
) -> None:
    Rota.objects.update(timezone=zone, at=at)
    triage.rota.refresh_from_db()
    triage.put(date(2027, 3, 28), "Sarah")
    office = Office(triage.rota, Clock(moment - timedelta(seconds=1)))
    office.in_slack()
    office.gather()
    assert office.steps() == []
    office.clock.now = moment
    office.gather()
    assert office.steps() == [("slack_message", "")]


# ------------------------------------------------------------- the morning's post


@pytest.fixture
def mornings(team: Team) -> Office:
    team.week()
    office = Office(team.rota, Clock(datetime(2026, 11, 29, 12, tzinfo=UTC)))
    office.in_slack(at="08:30", message="{lead} is on support today, {assist} assisting.")
    for person in (member.person for member in team.members.values()):
        person.slack_id = f"U0{person.name.upper()}"
        person.save()
    return office


def test_a_paired_rota_tells_each_morning_who_is_on(mornings: Office) -> None:
    posts: list[str] = []
    for number in range(4):
        day = MONDAY + number * DAY
        mornings.clock.now = datetime.combine(day, time(8, 29), tzinfo=UTC)
        mornings.gather()
        posts += [""] * (len(said(mornings)) - len(posts))
        mornings.clock.forward(minutes=1)
        mornings.gather()
        posts += said(mornings)[len(posts) :]
    assert posts == [
        "<@U0GUSTAV> is on support today, <@U0ANDY> assisting.",
        "<@U0PRIYA> is on support today, <@U0LALITHA> assisting.",
        "<@U0WREN> is on support today, <@U0MURDO> assisting.",
    ]


def test_a_morning_that_is_over_is_not_told_any_more(mornings: Office) -> None:
    wednesday = mornings.rota.shifts.get(start=MONDAY + 2 * DAY)
    mornings.clock.now = datetime(2026, 12, 3, 7, tzinfo=UTC)
    mornings.gather()
    assert said(mornings) == []
    step = mornings.step(wednesday)
    assert (step.outcome, step.reason) == ("skipped", "It was too late by then.")


# ---------------------------------------------------------------- what came out


@pytest.mark.parametrize(
    ("notice", "step"),
    [
        ({"outcome": "sent", "text": ""}, ("done", "")),
        ({"outcome": "given up", "text": "", "reason": "No channel."}, ("rejected", "No channel.")),
        ({"outcome": "unknown", "text": "", "reason": "Cut."}, ("unknown", "Cut.")),
        ({"outcome": "unknown", "reason": "Cut."}, ("", "Cut.")),
        ({"outcome": "too late", "text": ""}, ("skipped", "It was too late by then.")),
    ],
)
def test_what_became_of_a_message_is_what_became_of_its_step(
    office: Office, notice: dict[str, str], step: tuple[str, str]
) -> None:
    office.clock.now = MIDNIGHT
    office.gather()
    Notice.objects.update(sent_at=MIDNIGHT, **notice)
    office.gather()
    found = Step.objects.get()
    assert (found.outcome, found.reason) == step


def test_the_owner_is_told_once_of_what_was_refused(office: Office, triage: Triage) -> None:
    Rota.objects.update(owner=triage.members["Chris"].person)
    office.clock.now = MIDNIGHT
    office.gather()
    notices = Notice.objects.filter(channel="slack")
    notices.update(sent_at=MIDNIGHT, outcome="given up", text="", reason="No such channel.")
    Connection.objects.update(enabled=False)
    for _ in range(3):
        office.clock.forward(minutes=1)
        office.tick()
    [told] = mail.outbox
    assert told.to == ["chris@example.org"]
    assert "No such channel." in told.body
    assert "rota handover triage --apply" in told.body


def test_a_message_waits_for_a_connection_and_says_so(office: Office) -> None:
    Connection.objects.update(enabled=False)
    office.clock.now = MIDNIGHT
    office.tick()
    office.tick()
    assert Step.objects.get().reason == "slack: switched off."
    office.clock.now = MIDNIGHT + 7 * DAY
    office.tick()
    office.tick()
    assert office.steps() == [("slack_message", "skipped"), ("slack_message", "")]
