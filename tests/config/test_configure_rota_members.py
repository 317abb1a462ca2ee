"""Who is in a rota of the file: whom it takes for whom, from when to when."""

from datetime import timedelta

import pytest

from rota.models import Member, Rota
from tests.config.rotas import ROTA, Write, applied, lines, run, served, today
from uploader.people import Address, Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def installed() -> None:
    """All that is installed here, for real."""


# ----------------------------------------------------------------------- members


def test_a_member_who_vanishes_gets_today_as_their_last_day(write: Write) -> None:
    applied(write(ROTA))

    gone = applied(write(ROTA.replace('"David", ', "")))

    assert set(gone) == {
        ("disable", f"member David of support, whose last day is {today()}"),
        ("update", "member Priya of support: place 1"),
        ("update", "member Andy of support: place 2"),
        ("update", "member Murdo of support: place 3"),
    }
    assert Member.objects.get(person__name="David").left_on == today()


def test_who_is_named_again_the_same_day_never_left(write: Write) -> None:
    applied(write(ROTA))
    applied(write(ROTA.replace('"David", ', "")))

    applied(write(ROTA))

    assert Member.objects.get(person__name="David").left_on is None


def test_who_comes_back_later_is_a_new_member_of_the_same_person(write: Write) -> None:
    applied(write(ROTA))
    left = today() - timedelta(days=40)
    Member.objects.filter(person__name="David").update(left_on=left)

    changes = applied(write(ROTA))

    assert changes == [("create", f"member David of support, in seniors, from {today()}")]
    assert Person.objects.filter(name="David").count() == 1
    spans = Member.objects.filter(person__name="David").order_by("pk")
    assert list(spans.values_list("joined_on", "left_on")) == [(None, left), (today(), None)]


def test_who_joins_a_rota_that_is_running_owes_nothing_of_what_was_before(write: Write) -> None:
    applied(write(ROTA))
    served(Rota.objects.get(), "David")

    changes = applied(write(ROTA.replace('"Andy",', '"Andy", "Nia",')))

    assert ("create", f"member Nia of support, in others, from {today()}") in changes
    assert Member.objects.get(person__name="Nia").joined_on == today()


def test_who_goes_to_the_other_group_keeps_what_they_did_in_the_first(write: Write) -> None:
    applied(write(ROTA))
    duty = served(Rota.objects.get(), "David")
    moved = ROTA.replace('"David", ', "").replace('["Andy",', '["Andy", "David",')

    changes = applied(write(moved))

    tomorrow = today() + timedelta(days=1)
    assert ("update", f"member David of support: goes from seniors to others on {tomorrow}") in (
        changes
    )
    before, after = Member.objects.filter(person__name="David").order_by("pk")
    assert (before.group, before.left_on, duty.member) == ("seniors", today(), before)
    assert (after.group, after.joined_on, after.left_on) == ("others", tomorrow, None)


def test_the_file_wins_over_what_was_edited_in_the_admin(write: Write) -> None:
    applied(write(ROTA))
    Member.objects.filter(person__name="Murdo").update(weight=1.0, weekdays=[], left_on=None)
    Rota.objects.update(min_gap=2, title="Other")

    assert applied(write(ROTA)) == [
        ("update", "rota support: title Support, min_gap as usual"),
        ("update", "member Murdo of support: weekdays mon tue, weight 0.6, until 2027-03-31"),
    ]


# ------------------------------------------------------------------ who it is


def test_adding_an_email_to_a_name_keeps_the_person(write: Write) -> None:
    applied(write(ROTA))
    david = Person.objects.get(name="David")

    changes = applied(
        write(ROTA.replace('"David"', '{name = "David", email = "David@example.org"}'))
    )

    assert changes == [("update", "member David of support: e-mail david@example.org")]
    assert Person.objects.get(name="David") == david
    assert david.addresses.get().email == "david@example.org"


def test_a_person_is_found_by_any_of_their_addresses_and_called_as_the_file_says(
    write: Write,
) -> None:
    ada = Person.objects.create(name="ada@example.org")
    for email in ("ada@example.org", "priya@example.org"):
        Address.objects.create(person=ada, email=email)

    applied(write(ROTA))

    ada.refresh_from_db()
    assert (ada.name, ada.memberships.count()) == ("Priya", 1)


def test_addresses_of_the_same_file_stand_for_its_members(write: Write) -> None:
    aliases = '[people]\naliases = [["priya@example.org", "p@example.com"]]\n'

    applied(write(aliases + ROTA))

    priya = Person.objects.get(name="Priya")
    assert set(priya.addresses.values_list("email", flat=True)) == {
        "priya@example.org",
        "p@example.com",
    }
    # What a member is known by is not let go of because [people] does not name it.
    assert applied(write(ROTA)) == [("disable", "address p@example.com of Priya")]


def test_a_slack_id_tells_who_it_is_where_there_is_no_email(write: Write) -> None:
    murdo = Person.objects.create(name="M. Example", slack_id="U7")

    applied(write(ROTA))

    murdo.refresh_from_db()
    assert (murdo.name, murdo.memberships.count()) == ("Murdo", 1)


def test_another_email_is_another_person_and_the_output_says_so(write: Write) -> None:
    applied(write(ROTA))

    _, document, _ = run(write(ROTA.replace("priya@", "priya.two@")), "--apply")

    assert ("create", "member Priya of support, in seniors") in lines(document)
    assert "another e-mail is another person" in document["warnings"][0]
    assert Person.objects.filter(name="Priya").count() == 2


def test_two_of_one_name_are_told_apart_by_their_emails(write: Write) -> None:
    sams = '{name = "Sam", email = "sam@example.org"}, {name = "Sam", email = "sam.p@example.org"}'

    applied(write(ROTA.replace('"David"', sams)))

    assert Member.objects.filter(person__name="Sam").count() == 2


def test_the_same_name_in_two_rotas_is_one_person(write: Write) -> None:
    applied(write(ROTA + ROTA.replace("rotas.support", "rotas.help")))

    assert Person.objects.filter(name="David").count() == 1
    assert Member.objects.filter(person__name="David").count() == 2
