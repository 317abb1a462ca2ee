"""Feeds, as a calendar program reads them."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar

from rota import duties, swaps
from rota.duties import Doing
from rota.feed import LOOK_BACK
from rota.models import Duty, Member, Rota
from tests.pages.visitor import words_of
from tests.rota.team import MONDAY, NOW, Team
from uploader.people import Person

DOING = Doing(now=NOW)
LATER = Doing(now=NOW + timedelta(hours=1))


def fetched(of: Rota | Member) -> Any:
    name = of.name if isinstance(of, Rota) else of.rota.name
    return Client().get(f"/rotas/{name}.ics", {"token": of.feed_token})


def events(of: Rota | Member) -> list[Any]:
    response = fetched(of)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(response.content).walk("VEVENT"))


def only(of: Rota | Member) -> Any:
    (event,) = events(of)
    return event


def test_the_rotas_feed_holds_its_shifts_as_free_days(team: Team) -> None:
    team.put(MONDAY, "Priya", "Theo")

    event = only(team.rota)

    assert event["summary"] == "Priya is on support today with Theo assisting"
    assert event["dtstart"].params["value"] == "DATE"
    assert (event["dtstart"].dt, event["dtend"].dt) == (MONDAY, MONDAY + timedelta(days=1))
    assert (event["transp"], event["status"]) == ("TRANSPARENT", "CONFIRMED")
    assert event["last-modified"].dt == event["dtstamp"].dt == NOW


def test_a_members_feed_holds_their_own_duties(team: Team) -> None:
    team.week()

    event = only(team.members["Priya"])

    assert event["summary"] == "Data engineering support: you lead, with Lalitha"
    assert event["dtstart"].dt == MONDAY + timedelta(days=1)


def test_an_event_keeps_its_uid_whoever_serves_and_counts_its_changes(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    before = only(team.rota)

    duties.override(lead, team.members["Wren"], doing=LATER)

    after = only(team.rota)
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert after["last-modified"].dt == LATER.now
    assert after["summary"].startswith("Wren")


def test_uids_are_those_of_no_other_event(team: Team) -> None:
    team.week()

    feeds: list[Rota | Member] = [team.rota, *team.members.values()]
    uids = [event["uid"] for feed in feeds for event in events(feed)]
    assert len(set(uids)) == len(uids) == 9


def test_a_cancelled_shift_stays_as_cancelled_and_comes_back_as_the_same(team: Team) -> None:
    for duty in team.put(MONDAY, "Priya", "Theo"):
        duties.cancel(duty, doing=LATER)
    gone = only(team.rota)
    assert gone["status"] == "CANCELLED"
    assert only(team.members["Priya"])["status"] == "CANCELLED"

    team.put(MONDAY, "Priya", "Theo")

    back = only(team.rota)
    assert (back["uid"], back["status"]) == (gone["uid"], "CONFIRMED")
    assert back["sequence"] > gone["sequence"]
    assert only(team.members["Priya"])["status"] == "CONFIRMED"


def test_a_duty_somebody_lost_is_cancelled_in_their_feed_alone(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    had = only(team.members["Priya"])

    swaps.take(swaps.ask(lead, doing=DOING), team.members["Wren"], doing=LATER)

    lost = only(team.members["Priya"])
    assert (lost["uid"], lost["status"]) == (had["uid"], "CANCELLED")
    assert lost["sequence"] > had["sequence"]
    assert only(team.members["Wren"])["status"] == "CONFIRMED"
    assert only(team.rota)["status"] == "CONFIRMED"

    lead.refresh_from_db()
    duties.override(lead, team.members["Priya"], doing=LATER)
    assert only(team.members["Priya"])["status"] == "CONFIRMED"
    assert only(team.members["Wren"])["status"] == "CANCELLED"


def test_what_is_long_past_is_left_out(team: Team, clock: time_machine.Traveller) -> None:
    team.put(MONDAY, "Priya", "Theo")

    clock.move_to(NOW + LOOK_BACK)
    assert len(events(team.rota)) == 1
    clock.move_to(NOW + LOOK_BACK + timedelta(days=6))
    assert events(team.rota) == []


def test_names_cannot_break_out_of_their_line(team: Team) -> None:
    name = "Eve\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:x; {title}, \\n"
    Person.objects.filter(name="Priya").update(name=name)
    Rota.objects.update(title="a\nSTATUS:CANCELLED")
    team.put(MONDAY, "Priya", "Theo")

    event = only(Rota.objects.get())

    assert event["status"] == "CONFIRMED"
    assert "\r\nSTATUS:CANCELLED" not in fetched(Rota.objects.get()).content.decode()
    assert str(event["summary"]).startswith("Eve END:VEVENT BEGIN:VEVENT SUMMARY:x; {title},")
    member = Member.objects.get(pk=team.members["Priya"].pk)
    assert only(member)["status"] == "CONFIRMED"


def test_a_gap_is_there_with_its_reason(team: Team) -> None:
    team.put(MONDAY, None, "Theo")

    event = only(team.rota)

    assert event["summary"] == "nobody is on support today with Theo assisting"
    assert event["description"] == "Nobody to lead: everybody is away."


def test_leave_is_in_no_feed(team: Team) -> None:
    team.week()
    before = fetched(team.rota).content
    team.members["Andy"].person.absences.create(first_day=MONDAY, last_day=date(2026, 12, 9))

    assert fetched(team.rota).content == before


def test_what_has_not_changed_is_not_sent_again(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    address = f"/rotas/support.ics?token={team.rota.feed_token}"
    first = Client().get(address)

    by_tag = Client().get(address, headers={"if-none-match": first["ETag"]})
    by_time = Client().get(address, headers={"if-modified-since": first["Last-Modified"]})
    assert (by_tag.status_code, by_tag.content) == (304, b"")
    assert by_time.status_code == 304

    duties.override(lead, team.members["Wren"], doing=LATER)
    again = Client().get(address, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]
    assert "Wren" in again.content.decode()
    by_time = Client().get(address, headers={"if-modified-since": first["Last-Modified"]})
    assert by_time.status_code == 200


def test_it_may_be_kept_by_nobody_else_and_leads_nowhere(team: Team) -> None:
    response = fetched(team.rota)

    assert response["Cache-Control"] == "private, no-cache"
    assert response["Referrer-Policy"] == "no-referrer"
    assert not response.cookies


@pytest.mark.parametrize("token", ["", "wrong", "é", "None"])
def test_without_the_right_token_there_is_no_feed(team: Team, token: str) -> None:
    there = Client().get("/rotas/support.ics", {"token": token})
    absent = Client().get("/rotas/no-such-rota.ics", {"token": token})

    assert (there.status_code, absent.status_code) == (404, 404)
    assert there.content == absent.content
    assert Client().get("/rotas/support.ics").status_code == 404
    assert Client().post(f"/rotas/support.ics?token={team.rota.feed_token}").status_code == 405


def test_a_token_opens_its_own_feed_alone(team: Team) -> None:
    other = Team(name="other", sevens=["Zoe"], others=["Yan"])

    for token in (other.rota.feed_token, other.members["Zoe"].feed_token):
        assert Client().get("/rotas/support.ics", {"token": token}).status_code == 404


def test_a_switched_off_rota_and_somebody_long_gone_have_none(team: Team) -> None:
    team.week()
    priya = team.members["Priya"]
    Member.objects.filter(pk=priya.pk).update(left_on=NOW.date() - timedelta(days=30))
    assert len(events(priya)) == 1
    Member.objects.filter(pk=priya.pk).update(left_on=NOW.date() - timedelta(days=61))
    assert fetched(priya).status_code == 404

    Rota.objects.update(enabled=False)
    assert fetched(team.rota).status_code == 404


def test_a_new_address_ends_the_old_one(team: Team, visits: Any, staff: Any) -> None:
    priya = team.members["Priya"]

    page = visits("Priya").post(f"/rotas/support/feed/{priya.pk}/", follow=True)

    assert "The feed has a new address" in words_of(page)
    assert fetched(priya).status_code == 404
    assert fetched(Member.objects.get(pk=priya.pk)).status_code == 200
    assert fetched(team.rota).status_code == 200

    staff("view_rota", "change_rota").post("/rotas/support/feed/")
    assert fetched(team.rota).status_code == 404
    assert fetched(Rota.objects.get()).status_code == 200


def test_a_large_feed_asks_the_database_no_more_often(
    team: Team, django_assert_num_queries: Any
) -> None:
    for number in range(10):
        team.put(MONDAY + timedelta(days=number), "Priya", "Theo")
    assert Duty.objects.count() == 20

    for each in (team.rota, team.members["Priya"]):
        with django_assert_num_queries(6):
            fetched(each)
