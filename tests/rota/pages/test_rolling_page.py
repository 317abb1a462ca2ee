"""The page of a rolling rota: current, incoming, upcoming, what they said, and the handovers."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client

from rota import duties
from rota.models import Absence, Step
from tests.pages.people import signed_in
from tests.pages.visitor import words_of
from tests.rota.pages import midway
from tests.rota.rolling import WEDNESDAY, Triage
from uploader.people import Person

PAGE = "/rotas/triage/"
WEEK = timedelta(weeks=1)


def visits(triage: Triage, name: str) -> Client:
    """One of the rota, signed in."""
    user = get_user_model().objects.create_user(f"rota-{name.lower()}")
    Person.objects.filter(pk=triage.members[name].person_id).update(user=user)
    return signed_in(user)


def read(client: Client, path: str = PAGE) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return words_of(response)


@pytest.fixture
def at(clock: time_machine.Traveller) -> Callable[[date], None]:
    """Noon of a day."""
    return lambda day: clock.move_to(datetime.combine(day, time(12), tzinfo=UTC))


def test_it_says_who_is_current_and_who_is_incoming(triage: Triage, at: Any) -> None:
    triage.fortnights(4)
    at(WEDNESDAY + WEEK)
    jonas = visits(triage, "Jonas")

    for path in (PAGE, "/rotas/"):
        words = read(jonas, path)
        assert "Current Sarah until Tuesday 15 December" in words
        assert "Incoming Gwendolyn until Tuesday 22 December" in words
        assert "Next, on Wednesday 16 December: Jonas starts." in words


def test_before_it_begins_nobody_is_on_duty(triage: Triage) -> None:
    triage.fortnights(2)

    words = read(visits(triage, "Jonas"))

    assert "Nobody is on duty today." in words
    assert "Next, on Wednesday 2 December: Sarah starts." in words


def test_without_overlap_one_is_on_duty(db: None, at: Any) -> None:
    triage = Triage(lasts="1w")
    triage.fortnights(2)
    at(WEDNESDAY)

    words = read(visits(triage, "Jonas"))

    assert "On duty Sarah until Tuesday 8 December" in words
    assert "Incoming" not in words


def test_where_three_overlap_the_first_is_there_too(db: None, at: Any) -> None:
    triage = Triage(lasts="3w")
    triage.fortnights(4)
    at(WEDNESDAY + 2 * WEEK)

    words = read(visits(triage, "Signe"))

    assert "Also on duty Sarah until" in words
    assert "Current Gwendolyn until" in words
    assert "Incoming Jonas until" in words


def test_a_handover_in_the_day_is_told_with_its_time(
    db: None, clock: time_machine.Traveller
) -> None:
    """In Auckland, at nine in the morning: until then the ones before serve."""
    triage = Triage(at=time(9), timezone="Pacific/Auckland")
    triage.fortnights(3)
    jonas = visits(triage, "Jonas")

    clock.move_to(datetime(2026, 12, 8, 19, 59, tzinfo=UTC))
    words = read(jonas)
    assert "Wednesday 9 December Current" not in words
    assert "Incoming Sarah until Wednesday 16 December, 09:00" in words
    assert "at 09:00: Gwendolyn starts." in words

    clock.move_to(datetime(2026, 12, 8, 20, tzinfo=UTC))
    assert "Incoming Gwendolyn until Wednesday 23 December, 09:00" in read(jonas)


def test_the_coming_turns_are_a_list_with_dates(triage: Triage) -> None:
    triage.fortnights(4)

    words = read(visits(triage, "Yara"))

    assert "Wed 2 Dec to Tue 15 Dec 2026 Sarah" in words
    assert "Wed 23 Dec 2026 to Tue 5 Jan 2027 Anton" in words
    assert "Turns go round: Sarah, Gwendolyn, Jonas, Anton, Signe, Yara, Chris." in words
    assert "Planned until Tuesday 5 January 2027." in words


def test_namesakes_in_the_order_are_two(triage: Triage) -> None:
    person = Person.objects.create(name="Sarah", slack_id="U0SARAH2")
    triage.rota.members.create(person=person, position=7)

    assert read(visits(triage, "Yara")).count("Yara, Chris, Sarah.") == 1


@pytest.mark.parametrize("asked", ["", "nonsense", "0001-01-01", "9999-12-31", "<script>"])
def test_any_day_may_be_asked_for(asked: str, triage: Triage) -> None:
    triage.fortnights(20)

    assert visits(triage, "Yara").get(PAGE, {"from": asked}).status_code == 200


def test_turns_can_be_leafed_through(triage: Triage) -> None:
    triage.fortnights(30)
    yara = visits(triage, "Yara")

    later = read(yara, f"{PAGE}?from=2027-02-24")
    assert "Turns from 24 February 2027" in later
    assert "Wed 24 Feb to Tue 9 Mar 2027 Yara" in later
    page = yara.get(PAGE).content.decode()
    assert "?from=2027-02-24#coming" in page
    assert "Earlier" not in page
    assert "?from=2026-12-02#coming" in yara.get(f"{PAGE}?from=2027-02-24").content.decode()


def test_what_they_said_is_shown_and_who_has_not_answered(triage: Triage, at: Any) -> None:
    sarah, gwendolyn, jonas, _ = triage.fortnights(4)
    at(WEDNESDAY + WEEK)
    now = datetime(2026, 12, 9, 10, tzinfo=UTC)
    duties.answered(sarah, triage.members["Sarah"], "ok", accepts=True, at=now)
    duties.answered(gwendolyn, triage.members["Gwendolyn"], "on a train", accepts=False, at=now)
    duties.asked(jonas, triage.members["Jonas"], at=now)

    words = read(visits(triage, "Yara"))

    assert "Sarah until Tuesday 15 December accepted ok" in words
    assert "Gwendolyn until Tuesday 22 December answered on a train" in words
    assert "Jonas no answer yet" in words
    assert words.count("no answer yet") == 1


def test_who_is_to_be_asked_later_is_not_waited_for(triage: Triage) -> None:
    sarah, *_ = triage.fortnights(2)
    duties.asked(sarah, triage.members["Sarah"], at=datetime(2026, 12, 2, 10, tzinfo=UTC))

    assert "no answer yet" not in read(visits(triage, "Yara"))


def test_markup_in_an_answer_is_text(triage: Triage) -> None:
    sarah, *_ = triage.fortnights(2)
    said = "<b onclick=x>ok</b>"
    now = datetime(2026, 11, 26, 10, tzinfo=UTC)
    duties.answered(sarah, triage.members["Sarah"], said, accepts=False, at=now)

    assert "<b onclick" not in visits(triage, "Yara").get(PAGE).content.decode()


def test_a_member_accepts_their_own_turn(triage: Triage) -> None:
    duty, *_ = triage.fortnights(8)
    sarah = visits(triage, "Sarah")
    assert "Your next duties Wednesday 2 December to Tuesday 15 December Accept it" in read(sarah)

    answer = sarah.post(f"{PAGE}duties/{duty.pk}/accept/", follow=True)

    told = "Accepted: Sarah serves from Wed 2 December to Tue 15 December 2026."
    assert told in words_of(answer)
    assert "Accept it" not in read(sarah)
    duty.refresh_from_db()
    assert duty.accepted_at is not None


def test_a_turn_that_is_far_off_is_not_to_be_accepted_yet(triage: Triage) -> None:
    triage.fortnights(8)

    assert "Accept it" not in read(visits(triage, "Yara"))


def test_nobody_accepts_for_another_nor_what_is_over(
    triage: Triage, clock: time_machine.Traveller
) -> None:
    duty, *_ = triage.fortnights(2)
    path = f"{PAGE}duties/{duty.pk}/accept/"
    assert visits(triage, "Jonas").post(path).status_code == 404
    clock.move_to(datetime(2026, 12, 16, tzinfo=UTC))
    sarah = visits(triage, "Sarah")

    assert "is over" in words_of(sarah.post(path, follow=True))
    duty.refresh_from_db()
    assert duty.accepted_at is None


def test_whose_turn_it_is_where_somebody_else_serves(triage: Triage, at: Any) -> None:
    triage.put(WEDNESDAY, "Jonas", turn="Sarah")
    at(WEDNESDAY)

    words = read(visits(triage, "Yara"))

    assert "Incoming Jonas until Tuesday 15 December; Sarah’s turn" in words
    assert "now Jonas Sarah’s turn" in words


def test_who_is_away_during_a_turn_is_told_by_days(triage: Triage) -> None:
    triage.fortnights(1)
    sarah = triage.members["Sarah"].person
    for first, last in ((1, 3), (3, 4), (20, 22)):
        Absence.objects.create(
            person=sarah, first_day=date(2026, 12, first), last_day=date(2026, 12, last)
        )

    assert "Sarah away 3 of 14 days" in read(visits(triage, "Yara"))


def test_a_gap_says_why(triage: Triage) -> None:
    triage.put(WEDNESDAY, None)

    words = read(visits(triage, "Yara"))

    assert "Wed 2 December to Tue 15 December: nobody serves. Everybody is away" in words
    assert "Nobody everybody is away" in words


def test_a_swap_of_a_turn_goes_from_page_to_page(triage: Triage) -> None:
    duty, *_ = triage.fortnights(7)
    sarah, jonas = visits(triage, "Sarah"), visits(triage, "Jonas")

    asking = sarah.get(f"{PAGE}duties/{duty.pk}/ask/")
    assert "Who could take Wednesday 2 December to Tuesday 15 December?" in words_of(asking)
    assert "You serve in these days." in words_of(asking)
    sarah.post(f"{PAGE}duties/{duty.pk}/ask/", {"note": "a wedding"})
    swap = duty.swaps.get()
    taking = jonas.get(f"{PAGE}swaps/{swap.pk}/take/")
    assert "Sarah asks for somebody to serve in these days. “a wedding”" in words_of(taking)

    member = triage.members["Jonas"].pk
    done = jonas.post(f"{PAGE}swaps/{swap.pk}/take/", {"member": member}, follow=True)

    assert "Done: Jonas serves from Wed 2 December to Tue 15 December 2026." in words_of(done)
    assert "Sarah’s turn swapped accepted" in words_of(done)


# ---------------------------------------------------------------------- handovers


def test_the_last_handovers_are_told_step_by_step(triage: Triage, at: Any) -> None:
    for duty in triage.fortnights(5):
        midway.steps(triage, duty.shift)
    at(WEDNESDAY + 4 * WEEK)

    words = read(visits(triage, "Yara"))

    assert "The last handovers Wednesday 30 December: Signe Step Outcome When" in words
    assert "Stand-up at Geekbot done today, 00:00 UTC Message" in words
    assert "Message in Slack sent, and not known whether it arrived" in words
    assert "Slack usergroup refused Slack: setting the members of support-on-duty" in words
    assert "Question by Geekbot left out A later change of shift has come." in words
    assert "Wednesday 16 December: Jonas" in words
    assert "Wednesday 9 December: Gwendolyn" not in words
    assert "its run" not in words


def test_a_step_that_is_not_due_is_told_apart_from_one_under_way(triage: Triage, at: Any) -> None:
    duty, *_ = triage.fortnights(2)
    for name, hour in (("slack_usergroup", 0), ("slack_message", 18)):
        due = datetime(2026, 12, 2, hour, tzinfo=UTC)
        Step.objects.create(shift=duty.shift, name=name, due_at=due)
    at(WEDNESDAY)

    words = read(visits(triage, "Yara"))

    assert "Slack usergroup under way today, 00:00 UTC" in words
    assert "Message in Slack not due yet today, 18:00 UTC" in words


def test_staff_find_the_run_of_a_step(triage: Triage, at: Any, staff: Any) -> None:
    duty, *_ = triage.fortnights(2)
    midway.steps(triage, duty.shift)
    at(WEDNESDAY)
    run = triage.sync.runs.get()

    page = staff("view_rota", "view_sync", "view_run").get(PAGE)

    assert f'<a href="/runs/{run.pk}/">its run</a>' in page.content.decode()


def test_a_paired_rota_shows_todays_post_alone(team: Any, visits: Any, at: Any) -> None:
    """Those who lead and assist are on its page already."""
    for lead, _ in team.week():
        Step.objects.create(
            shift=lead.shift,
            name="slack_message",
            due_at=datetime(2026, 11, 30, 8, tzinfo=UTC),
            outcome="done",
        )
    at(date(2026, 12, 2))

    words = read(visits("Priya"), "/rotas/support/")

    assert "The last handover Wednesday 2 December Step Outcome When" in words
    assert words.count("Message in Slack") == 1


# ----------------------------------------------------------------------- strangers


def test_for_strangers_there_is_no_such_rota(triage: Triage, team: Any, client: Client) -> None:
    duty, *_ = triage.fortnights(2)
    stranger = signed_in(team.login("Priya"))
    accept = f"{PAGE}duties/{duty.pk}/accept/"

    for path in (PAGE, f"{PAGE}report.json", f"{PAGE}report.csv", accept):
        assert stranger.get(path).status_code in (404, 405), path
    assert stranger.post(accept).status_code == 404
    assert stranger.post(f"/rotas/support/duties/{duty.pk}/accept/").status_code == 404
    assert client.post(accept).status_code == 404
    duty.refresh_from_db()
    assert duty.accepted_at is None
    assert "Support Triager" not in words_of(stranger.get("/rotas/"))


def test_a_long_rota_asks_the_database_no_more_often(
    db: None, clock: time_machine.Traveller, django_assert_max_num_queries: Any
) -> None:
    clock.move_to(midway.NOW)
    triage = midway.busy()
    jonas = visits(triage, "Jonas")

    with django_assert_max_num_queries(45):
        assert jonas.get(PAGE).status_code == 200


def test_the_report_counts_turns(triage: Triage, at: Any) -> None:
    triage.fortnights(8)
    at(WEDNESDAY)
    yara = visits(triage, "Yara")

    document = yara.get(f"{PAGE}report.json").json()

    sarah = document["members"][0]
    assert (sarah["name"], sarah["member"], sarah["smallest_gap"]) == ("Sarah", 2, 35)
    assert sarah["weekdays"] == {"member": {"wed": 2}}
    assert (sarah["share"], sarah["difference"]) == ({"member": 1.14}, {"member": 0.86})
    assert not {"lead", "assist", "group"} & set(sarah)
    assert (document["from"], document["to"]) == ("2026-12-02", "2027-02-02")
    config = document["config"]
    assert (config["every"], config["lasts"], config["handover_on"]) == ("1w", "2w", "wed")
    assert config["members"][:2] == ["Sarah", "Gwendolyn"]
    assert "groups" not in config
    rows = yara.get(f"{PAGE}report.csv").content.decode("utf-8-sig").splitlines()
    assert rows[0] == "name,member,smallest gap,member share,member wed"
    assert rows[1] == "Sarah,2,35,1.14,2"


def test_the_picture_shows_turns_beside_a_fair_share(triage: Triage, at: Any) -> None:
    triage.fortnights(8)
    at(WEDNESDAY)

    page = visits(triage, "Yara").get(PAGE).content.decode()

    assert "Everybody: 8 turns of 7 people; furthest from a fair share is Sarah" in page
    assert "<title>Gwendolyn: 1 turn, −0.1 against a fair share</title>" in page


def test_turns_without_anybody_since_make_no_gap_of_days(db: None, at: Any) -> None:
    """Who serves twice running, overlapping themselves, has no day between."""
    triage = Triage(names=["Sarah"])
    triage.fortnights(3)

    document = visits(triage, "Sarah").get(f"{PAGE}report.json").json()

    assert document["members"][0]["smallest_gap"] == 0


def test_a_members_feed_has_spans(triage: Triage, client: Client) -> None:
    triage.fortnights(2)

    own = client.get(f"/rotas/triage.ics?token={triage.members['Sarah'].feed_token}")
    whole = client.get(f"/rotas/triage.ics?token={triage.rota.feed_token}")

    text = own.content.decode()
    assert "SUMMARY:Support Triager: you serve\r\n" in text
    assert "DTSTART;VALUE=DATE:20261202\r\nDTEND;VALUE=DATE:20261216" in text
    assert text.count("BEGIN:VEVENT") == 1
    told = whole.content.decode()
    assert "SUMMARY:Support Triager: Gwendolyn\r\n" in told
    assert "DTSTART;VALUE=DATE:20261209\r\nDTEND;VALUE=DATE:20261223" in told
