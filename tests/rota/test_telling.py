"""Whoever's duties moved is told what moved, once; an owner is told of gaps and failures."""

from datetime import datetime, timedelta

import pytest
from django.core import mail

from rota import duties, swaps, telling
from rota.duties import Doing
from rota.models import Absence
from tests.rota.rolling import WEDNESDAY, Triage
from tests.rota.team import MONDAY, NOW, Team
from uploader import notices, runs
from uploader.models import Run
from uploader.people import Address

LATER = NOW + timedelta(minutes=5)


def told(now: datetime = LATER) -> dict[str, str]:
    """What is mailed by then, by recipient."""
    mail.outbox = []
    notices.gather(now=now)
    notices.send_due(now=now)
    return {message.to[0]: str(message.body) for message in mail.outbox}


def test_both_are_told_what_moved(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    duties.override(lead, team.members["Wren"], doing=Doing(now=NOW))
    mails = told()
    assert set(mails) == {"priya@example.org", "wren@example.org"}
    assert "Mon 30 Nov 2026: you lead now, instead of Priya." in mails["wren@example.org"]
    assert "Mon 30 Nov 2026: you no longer lead; Wren does." in mails["priya@example.org"]
    assert "/rotas/support/" in mails["priya@example.org"]
    assert told(LATER + timedelta(days=1)) == {}


def test_a_new_rota_is_no_news_of_changes(team: Team) -> None:
    team.week()
    assert told() == {}


def test_several_changes_are_told_in_one_mail_when_they_are_over(team: Team) -> None:
    (monday, _), (tuesday, _), _ = team.week()
    wren = team.members["Wren"]
    duties.override(monday, wren, doing=Doing(now=NOW))
    duties.override(tuesday, wren, doing=Doing(now=NOW + timedelta(minutes=4)))
    assert told(LATER) == {}
    mails = told(NOW + timedelta(minutes=6))
    assert mails["wren@example.org"].count("you lead now") == 2


def test_there_and_back_is_no_news(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    for name in ("Wren", "Priya"):
        duties.override(lead, team.members[name], doing=Doing(now=NOW))
    assert told() == {}


def test_who_comes_back_as_another_member_is_still_the_same_person(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    before = team.members["Priya"]
    before.left_on = NOW.date()
    before.save()
    again = team.join("Priya", "sevens", joined_on=MONDAY)
    duties.override(lead, again, doing=Doing(now=NOW))
    assert told() == {}


def test_whoever_had_it_in_between_is_not_troubled(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    for name in ("Wren", "Gustav"):
        duties.override(lead, team.members[name], doing=Doing(now=NOW))
    assert set(told()) == {"priya@example.org", "gustav@example.org"}


def test_a_further_change_is_told_again(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    duties.override(lead, team.members["Wren"], doing=Doing(now=NOW))
    told()
    duties.override(lead, team.members["Priya"], doing=Doing(now=LATER))
    assert set(told(LATER + timedelta(minutes=5))) == {"priya@example.org", "wren@example.org"}


def test_nothing_is_told_while_a_run_is_at_it(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    duties.override(lead, team.members["Wren"], doing=Doing(now=NOW))
    run = runs.start(team.sync, trigger="by hand", now=NOW)
    assert run is not None
    assert told() == {}
    runs.cancel(run, by=None, now=LATER)
    assert len(told()) == 2


def test_what_is_over_is_not_told_any_more(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    duties.override(lead, team.members["Wren"], doing=Doing(now=NOW))
    assert told(NOW + timedelta(days=10)) == {}
    assert told(NOW + timedelta(days=10)) == {}


def test_somebody_without_an_address_stops_nobody(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    Address.objects.filter(email="priya@example.org").delete()
    duties.override(lead, team.members["Wren"], doing=Doing(now=NOW))
    assert set(told()) == {"wren@example.org"}


def test_whoever_could_take_a_duty_is_told_once_that_somebody_asks(team: Team) -> None:
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    Absence.objects.create(person=team.members["Gustav"].person, first_day=MONDAY, last_day=MONDAY)
    swaps.ask(lead, doing=Doing(now=NOW), note="dentist")
    mails = told()
    assert set(mails) == {"wren@example.org"}
    assert (
        "Priya asks who can lead on Mon 30 Nov 2026.\nThey say: dentist"
        in (mails["wren@example.org"])
    )
    assert told(LATER + timedelta(days=1)) == {}


def test_of_a_certain_exchange_only_the_other_one_is_told(team: Team) -> None:
    (monday, _), (tuesday, _), _ = team.week()
    swaps.ask(monday, doing=Doing(now=NOW), with_duty=tuesday)
    mails = told()
    assert set(mails) == {"priya@example.org"}
    assert "In return for: lead on Tue 1 Dec 2026." in mails["priya@example.org"]


@pytest.fixture
def owned(team: Team) -> Team:
    team.rota.owner = team.members["Gustav"].person
    team.rota.save()
    return team


def test_the_owner_is_told_of_a_gap_once(owned: Team) -> None:
    owned.put(MONDAY, None, "Theo")
    mails = told()
    assert set(mails) == {"gustav@example.org"}
    assert "nobody is to lead (everybody is away)" in mails["gustav@example.org"]
    assert told(LATER + timedelta(hours=3)) == {}
    owned.put(MONDAY + timedelta(days=1), None, "Andy")
    assert set(told(LATER + timedelta(hours=4))) == {"gustav@example.org"}


def test_gaps_that_pass_or_are_filled_are_no_news_of_the_others(owned: Team) -> None:
    days = [MONDAY + timedelta(days=number) for number in range(3)]
    gaps = [owned.put(day, None, "Theo")[0] for day in days]
    assert len(told(NOW)) == 1
    assert told(NOW + timedelta(days=5)) == {}
    duties.override(gaps[2], owned.members["Wren"], doing=Doing(now=NOW + timedelta(days=5)))
    assert "gustav@example.org" not in told(NOW + timedelta(days=5, hours=1))


def test_gaps_are_told_together_when_a_generation_is_over(owned: Team) -> None:
    run = runs.start(owned.sync, trigger="by hand", now=NOW)
    assert run is not None
    for number in range(2):
        owned.put(MONDAY + timedelta(days=number), None, "Theo")
        assert told(NOW + timedelta(seconds=5 * number)) == {}
    runs.cancel(run, by=None, now=LATER)
    assert told()["gustav@example.org"].count("nobody is to lead") == 2


def test_a_gap_that_opens_again_is_told_again(owned: Team) -> None:
    lead, _ = owned.put(MONDAY, None, "Theo")
    assert len(told(NOW)) == 1
    for hours, name in ((1, "Wren"), (2, None)):
        member = owned.members[name] if name else None
        duties.override(lead, member, doing=Doing(now=NOW + timedelta(hours=hours)))
    assert "gustav@example.org" in told(NOW + timedelta(hours=3))


def test_a_gap_that_has_passed_is_no_news(owned: Team) -> None:
    owned.put(MONDAY, None, "Theo")
    assert told(NOW + timedelta(days=9)) == {}


def test_the_owner_is_told_of_a_failure_once_a_day(owned: Team) -> None:
    for hours in (1, 2, 25):
        at = NOW + timedelta(hours=hours)
        run = runs.start(owned.sync, trigger="schedule", now=at)
        assert run is not None
        Run.objects.filter(pk=run.pk).update(
            status=Run.Status.FAILED, next_at=None, ended_at=at, error="Nobody knows why."
        )
        mails = told(at)
        assert ("gustav@example.org" in mails) == (hours != 2)
        if mails:
            assert "support-duties failed: Nobody knows why." in mails["gustav@example.org"]


def test_one_thing_that_cannot_be_told_does_not_stop_the_rest(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise ValueError("not told")

    monkeypatch.setattr(telling, "tell_of_failures", fail)
    lead, _ = team.put(MONDAY, "Priya", "Theo")
    duties.override(lead, team.members["Wren"], doing=Doing(now=NOW))
    assert len(told()) == 2


# ------------------------------------------------------------------ rolling rotas


def test_turns_are_told_with_their_first_and_last_day(triage: Triage) -> None:
    duty, *_ = triage.fortnights(7)
    duties.override(duty, triage.members["Chris"], doing=Doing(now=NOW))

    mails = told()

    days = "Wed 2 Dec to Tue 15 Dec 2026"
    assert f"{days}: you serve now, instead of Sarah." in mails["chris@example.org"]
    assert f"{days}: you no longer serve; Chris does." in mails["sarah@example.org"]


def test_who_could_take_a_turn_is_asked_with_its_days(triage: Triage) -> None:
    duty, other, *_ = triage.fortnights(7)
    swaps.ask(duty, doing=Doing(now=NOW), with_duty=other, note="a wedding")

    asked = told()["gwendolyn@example.org"]

    assert "Sarah asks who can serve from Wed 2 Dec to Tue 15 Dec 2026." in asked
    assert "In return for: turn from Wed 9 Dec to Tue 22 Dec 2026." in asked


def test_an_owner_is_told_of_a_turn_that_nobody_has(triage: Triage) -> None:
    owner = triage.members["Yara"].person
    triage.rota.owner = owner
    triage.rota.save()
    triage.put(WEDNESDAY, None)

    told_owner = told()["yara@example.org"]

    assert "Wed 2 Dec to Tue 15 Dec 2026: nobody is to serve (everybody is away)" in told_owner


def test_an_owner_is_told_of_a_turn_under_way_that_somebody_has_left(triage: Triage) -> None:
    triage.rota.owner = triage.members["Sarah"].person
    triage.rota.save()
    turn = triage.put(WEDNESDAY - timedelta(weeks=1), "Chris")
    duties.override(turn, None, doing=Doing(now=NOW))
    assert (
        "Wed 25 Nov to Tue 8 Dec 2026: nobody"
        in told(NOW + timedelta(hours=1))["sarah@example.org"]
    )
