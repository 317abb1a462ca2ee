"""Whoever has a duty ahead is reminded of it once, at an hour of their own day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail

from rota import duties
from rota.duties import Doing
from rota.models import Rota, Shift
from tests.rota.handover.office import Office
from tests.rota.rolling import WEDNESDAY, Triage
from tests.rota.team import MONDAY, Team
from tests.uploader.clock import Clock
from uploader.models import Notice

DAY = timedelta(days=1)
# A week and a day before the second Wednesday.
TUESDAY = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
def office(triage: Triage) -> Office:
    triage.fortnights(6)
    office = Office(triage.rota, Clock(TUESDAY))
    office.in_slack(remind_days_before=[7, 1], remind_at="09:00", channel="")
    return office


def second(office: Office) -> Shift:
    return office.rota.shifts.get(start=WEDNESDAY + 7 * DAY)


def of(office: Office, name: str) -> list[Notice]:
    found = office.notices("reminder/")
    return [each for each in found if each.person is not None and each.person.name == name]


def live_in(triage: Triage, name: str, zone: str) -> None:
    person = triage.members[name].person
    person.timezone = zone
    person.save()


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("Etc/UTC", datetime(2026, 12, 2, 9, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 12, 1, 20, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 12, 2, 17, tzinfo=UTC)),
        ("No/Where", datetime(2026, 12, 2, 9, tzinfo=UTC)),
    ],
)
def test_the_hour_is_that_of_whoever_is_reminded(
    office: Office, triage: Triage, zone: str, moment: datetime
) -> None:
    live_in(triage, "Gwendolyn", zone)
    office.clock.now = moment - timedelta(seconds=1)
    office.gather()
    assert of(office, "Gwendolyn") == []
    office.clock.now = moment
    for _ in range(3):
        office.gather()
        office.clock.forward(hours=1)
    [notice] = of(office, "Gwendolyn")
    assert (notice.channel, notice.recipient) == ("slack", "U0GWENDOLYN")
    assert notice.text.startswith(
        "Support Triager: you serve from Wed 9 December to Tue 22 December 2026, in 7 days.\n<"
    )
    assert notice.text.endswith("/rotas/triage/|The whole rota>")
    assert notice.expires_at == moment + timedelta(hours=12)


@pytest.mark.parametrize(
    ("start", "moment"),
    [
        # The clocks of London change on 28 March and on 31 October 2027.
        (date(2027, 3, 29), datetime(2027, 3, 28, 8, tzinfo=UTC)),
        (date(2027, 3, 28), datetime(2027, 3, 27, 9, tzinfo=UTC)),
        (date(2027, 11, 1), datetime(2027, 10, 31, 9, tzinfo=UTC)),
        (date(2027, 10, 31), datetime(2027, 10, 30, 8, tzinfo=UTC)),
    ],
)
def test_it_is_nine_o_clock_when_the_clocks_change_too(
    triage: Triage, start: date, moment: datetime
) -> None:
    live_in(triage, "Sarah", "Europe/London")
    triage.put(start, "Sarah")
    office = Office(triage.rota, Clock(moment - timedelta(seconds=1)))
    office.in_slack(remind_days_before=[1])
    office.gather()
    assert of(office, "Sarah") == []
    office.clock.now = moment
    office.gather()
    assert "tomorrow" in of(office, "Sarah")[0].text


def test_each_of_the_days_has_a_reminder(office: Office) -> None:
    for _ in range(9 * 24):
        office.clock.forward(hours=1)
        office.gather()
    told = [notice.key.rsplit("/", 1)[1] for notice in of(office, "Gwendolyn")]
    assert told == ["7", "1"]


def test_a_duty_that_moves_away_before_is_not_reminded_of(office: Office, triage: Triage) -> None:
    duty = second(office).duties.get()
    duties.override(duty, triage.members["Yara"], doing=Doing(now=office.clock()))
    office.clock.now = datetime(2026, 12, 2, 9, tzinfo=UTC)
    office.gather()
    assert of(office, "Gwendolyn") == []
    assert len(of(office, "Yara")) == 1


def test_what_became_theirs_after_the_moment_is_not_reminded_of_late(
    office: Office, triage: Triage
) -> None:
    office.clock.now = datetime(2026, 12, 2, 9, tzinfo=UTC)
    office.gather()
    office.clock.forward(hours=1)
    duty = second(office).duties.get()
    duties.override(duty, triage.members["Yara"], doing=Doing(now=office.clock()))
    office.gather()
    assert of(office, "Yara") == []
    office.clock.now = datetime(2026, 12, 8, 9, tzinfo=UTC)
    office.gather()
    assert [notice.key.rsplit("/", 1)[1] for notice in of(office, "Yara")] == ["1"]


def test_one_that_has_not_gone_yet_is_taken_back_when_the_duty_moves(
    office: Office, triage: Triage
) -> None:
    office.clock.now = datetime(2026, 12, 2, 9, tzinfo=UTC)
    office.gather()
    duty = second(office).duties.get()
    duties.override(duty, triage.members["Yara"], doing=Doing(now=office.clock()))
    office.gather()
    [notice] = of(office, "Gwendolyn")
    assert (notice.outcome, notice.text) == ("given up", "")
    assert notice.reason == "It is somebody else's duty by now."


def test_too_late_is_not_at_all(office: Office) -> None:
    office.clock.now = datetime(2026, 12, 2, 21, tzinfo=UTC)
    office.gather()
    assert of(office, "Gwendolyn") == []


def test_what_was_due_before_it_was_told_in_slack_is_not_made_up_for(office: Office) -> None:
    office.clock.now = datetime(2026, 12, 2, 9, 30, tzinfo=UTC)
    Rota.objects.update(handovers_since=office.clock())
    office.gather()
    assert of(office, "Gwendolyn") == []


def test_somebody_without_an_id_at_slack_is_reminded_by_mail(
    office: Office, triage: Triage
) -> None:
    triage.members["Gwendolyn"].person.slack_id = ""
    triage.members["Gwendolyn"].person.save()
    office.clock.now = datetime(2026, 12, 8, 9, tzinfo=UTC)
    office.connection.enabled = False
    office.connection.save()
    for _ in range(3):
        office.tick()
    [told] = mail.outbox
    assert told.to == ["gwendolyn@example.org"]
    assert "you serve from Wed 9 December to Tue 22 December 2026, tomorrow." in told.body


def test_both_of_a_pair_are_reminded_of_their_day(team: Team) -> None:
    team.week()
    office = Office(team.rota, Clock(datetime(2026, 11, 29, 9, tzinfo=UTC)))
    office.in_slack(remind_days_before=[1])
    for person in (member.person for member in team.members.values()):
        person.slack_id = f"U0{person.name.upper()}"
        person.save()
    office.gather()
    texts = {notice.recipient: notice.text.split("\n")[0] for notice in office.notices("reminder/")}
    day = f"on Mon {MONDAY.day} November 2026, tomorrow."
    assert texts == {
        "U0GUSTAV": f"Data engineering support: you lead {day}",
        "U0ANDY": f"Data engineering support: you assist {day}",
    }
