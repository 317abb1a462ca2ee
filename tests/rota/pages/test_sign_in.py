"""Signing in to a rota: a link by e-mail, good once, for whom it was meant."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from rota import invitations
from rota.duties import NotPossible
from rota.models import Member, Rota
from tests.pages.visitor import words_of
from tests.rota.team import NOW, Team
from uploader import notices
from uploader.models import Notice
from uploader.people import Address, Person

PRIYA = "priya@example.org"
ASKED = "If this address belongs to somebody in a rota, a link is on its way to it."


def ask(email: str = PRIYA, *, client: Client | None = None) -> str:
    response = (client or Client()).post("/rotas/sign-in/", {"email": email}, follow=True)
    assert response.status_code == 200
    return words_of(response)


def mails(clock: time_machine.Traveller) -> list[Any]:
    """What has arrived since the last look."""
    mail.outbox.clear()
    notices.send_due(now=NOW + timedelta(days=1))
    return list(mail.outbox)


def link_in(text: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/rotas/sign-in/link/\?token=\S+)", text)
    assert found, text
    return found[1]


@pytest.fixture
def link(team: Team, clock: time_machine.Traveller) -> str:
    """What Priya has in her mailbox."""
    ask()
    (message,) = mails(clock)
    assert message.to == [PRIYA]
    return link_in(message.body)


def signed_in_as(client: Client) -> Any:
    number = client.session.get("_auth_user_id")
    return Person.objects.filter(user=number).first() if number else None


def press(client: Client) -> Any:
    return client.post("/rotas/sign-in/link/")


def test_a_link_signs_in_whom_it_was_sent_to(link: str, team: Team) -> None:
    client = Client()

    page = client.get(link, follow=True)
    assert "Hello Priya" in words_of(page)
    assert signed_in_as(client) is None
    page = client.post("/rotas/sign-in/link/", follow=True)

    assert signed_in_as(client) == team.members["Priya"].person
    assert "Data engineering support" in words_of(page)
    user = get_user_model().objects.get()
    assert not user.is_staff
    assert not user.is_superuser
    assert not user.has_usable_password()
    assert re.fullmatch(r"rota-[a-z0-9]{16}", user.get_username())


def test_it_is_good_once(link: str) -> None:
    first, second = Client(), Client()
    for client in (first, second):
        client.get(link)

    press(first)
    refused = press(second)

    assert refused.status_code == 410
    assert "does not sign anybody in" in words_of(refused)
    assert signed_in_as(second) is None
    assert "does not sign anybody in" in words_of(Client().get(link, follow=True))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_at_the_same_moment_one_is_let_in(link: str) -> None:
    clients = [Client(), Client()]
    for client in clients:
        client.get(link)
    start = threading.Barrier(2)

    def press_together(client: Client) -> int:
        start.wait()
        try:
            return int(press(client).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press_together, clients)) == [302, 410]
    assert get_user_model().objects.count() == 1


def test_no_rota_takes_the_place_of_the_page(team: Team) -> None:
    team.rota.name = "sign-in"
    with pytest.raises(ValidationError, match="people sign in"):
        team.rota.full_clean()


def test_programs_that_look_into_mails_do_not_use_it_up(link: str) -> None:
    for _ in range(3):
        Client().get(link, follow=True)
        Client().head(link)

    client = Client()
    client.get(link)
    press(client)
    assert signed_in_as(client) is not None


def test_it_is_good_for_twenty_minutes(link: str, clock: time_machine.Traveller) -> None:
    client = Client()
    client.get(link)
    clock.move_to(NOW + timedelta(minutes=20))
    assert press(client).status_code == 410

    clock.move_to(NOW + timedelta(minutes=19))
    client.get(link)
    press(client)
    assert signed_in_as(client) is not None


def test_the_token_does_not_stay_in_the_address(link: str) -> None:
    response = Client().get(link)

    assert (response.status_code, response["Location"]) == (302, "/rotas/sign-in/link/")
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]


def test_signing_in_ends_every_other_link(
    link: str, team: Team, clock: time_machine.Traveller
) -> None:
    clock.move_to(NOW + timedelta(minutes=2))
    ask()
    newer = link_in(mails(clock)[0].body)
    client = Client()
    client.get(newer)
    press(client)

    assert "does not sign anybody in" in words_of(Client().get(link, follow=True))


@pytest.mark.parametrize("how", ["cut", "changed", "of another address", "empty"])
def test_a_link_that_was_tampered_with_is_none(how: str, link: str, team: Team) -> None:
    other = Address.objects.get(email="theo@example.org")
    forged = {
        "cut": link[:-1],
        "changed": link.replace("token=e", "token=f") if "token=e" in link else link + "x",
        "of another address": link.partition("token=")[0] + f"token={other.pk}",
        "empty": "/rotas/sign-in/link/",
    }[how]

    client = Client()
    page = client.get(forged, follow=True)
    assert page.status_code == 410
    assert press(client).status_code == 410
    assert signed_in_as(client) is None


def test_nobody_learns_who_is_in_a_rota(team: Team) -> None:
    Person.objects.create(name="Ada").addresses.create(email="ada@example.org")
    client = Client()

    known, unknown, outside = (
        ask(email, client=client) for email in (PRIYA, "nobody@example.org", "ada@example.org")
    )

    assert ASKED in known
    assert known == unknown == outside
    assert set(Notice.objects.values_list("recipient", flat=True)) == {PRIYA}


def test_case_and_blanks_make_no_other_address(team: Team) -> None:
    ask("  PRIYA@Example.org ")

    assert Notice.objects.get().recipient == PRIYA


def no_longer(team: Team) -> None:
    Member.objects.update(left_on=NOW.date() - timedelta(days=1))


def switched_off(team: Team) -> None:
    Rota.objects.update(enabled=False)


def address_disabled(team: Team) -> None:
    Address.objects.update(enabled=False)


@pytest.mark.parametrize("meanwhile", [no_longer, switched_off, address_disabled])
def test_who_is_in_no_rota_gets_no_link_and_a_link_gets_them_nowhere(
    meanwhile: Any, link: str, team: Team, clock: time_machine.Traveller
) -> None:
    meanwhile(team)

    client = Client()
    client.get(link)
    assert press(client).status_code == 410
    clock.move_to(NOW + timedelta(minutes=5))
    ask()
    assert Notice.objects.count() == 1


def test_an_owner_gets_in_too(team: Team) -> None:
    owner = Person.objects.create(name="Olga")
    owner.addresses.create(email="olga@example.org")
    Rota.objects.update(owner=owner)

    ask("olga@example.org")

    assert Notice.objects.get().recipient == "olga@example.org"


def staff_login(team: Team) -> Any:
    return team.login("Priya", is_staff=True)


def superuser(team: Team) -> Any:
    return team.login("Priya", is_superuser=True)


def with_password(team: Team) -> Any:
    return team.login("Priya", password="made up")


def by_a_provider(team: Team) -> Any:
    user = team.login("Priya")
    SocialAccount.objects.create(user=user, provider="open_humans", uid="04170022")
    return user


def closed(team: Team) -> Any:
    return team.login("Priya", is_active=False)


OTHERS = {
    staff_login: "Staff sign in with their password, at http://127.0.0.1:8000/admin/login/",
    superuser: "Staff sign in with their password",
    with_password: "sign in as you did before",
    by_a_provider: "sign in as you did before",
    closed: "Your account here is closed",
}


@pytest.mark.parametrize("sort", OTHERS)
def test_a_link_is_never_another_way_into_an_account(
    sort: Any, team: Team, clock: time_machine.Traveller
) -> None:
    sort(team)

    assert ASKED in ask()

    (message,) = mails(clock)
    assert OTHERS[sort] in message.body
    assert "token" not in message.body


@pytest.mark.parametrize("sort", OTHERS)
def test_nor_is_one_that_was_sent_before(sort: Any, link: str, team: Team) -> None:
    sort(team)

    client = Client()
    client.get(link)
    assert press(client).status_code == 410
    assert "_auth_user_id" not in client.session


def test_whoever_becomes_staff_keeps_no_link(link: str, clock: time_machine.Traveller) -> None:
    client = Client()
    client.get(link)
    press(client)
    clock.move_to(NOW + timedelta(minutes=2))
    ask()
    newer = link_in(mails(clock)[0].body)
    get_user_model().objects.update(is_staff=True)

    other = Client()
    other.get(newer)
    assert press(other).status_code == 410


def test_coming_back_is_the_same_user(link: str, clock: time_machine.Traveller) -> None:
    first, second = Client(), Client()
    first.get(link)
    press(first)
    clock.move_to(NOW + timedelta(hours=1))
    ask()
    second.get(link_in(mails(clock)[0].body))
    press(second)

    assert first.session["_auth_user_id"] == second.session["_auth_user_id"]
    assert get_user_model().objects.count() == 1


def test_the_session_before_is_not_the_session_after(link: str) -> None:
    client = Client()
    client.get(link)
    before = client.session.session_key
    press(client)

    assert client.session.session_key != before
    assert "rota_link" not in client.session


# ------------------------------------------------------------------ not too many


def test_one_mail_a_minute_and_six_an_hour(team: Team) -> None:
    sent = []
    for minute in range(60):
        for seconds in (0, 59):
            invitations.ask(PRIYA, now=NOW + timedelta(minutes=minute, seconds=seconds))
        sent.append(Notice.objects.count())

    assert sent == [min(6, minute + 1) for minute in range(60)]
    invitations.ask(PRIYA, now=NOW + timedelta(minutes=61))
    assert Notice.objects.count() == 7


def test_all_together_are_bounded(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitations, "IN_ALL", ((2, timedelta(hours=1)),))

    for name in ("priya", "theo", "andy", "wren"):
        assert ASKED in ask(f"{name}@example.org")

    assert Notice.objects.count() == 2


def test_a_mail_is_let_go_of_when_it_is_sent(link: str) -> None:
    """What signs somebody in is not kept where staff could read it."""
    assert Notice.objects.get().text == ""
    assert "token" not in str(Notice.objects.values().get())


def test_the_link_leads_to_our_own_address_whatever_the_request_says(
    team: Team, settings: Any, clock: time_machine.Traveller
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    Client().post("/rotas/sign-in/", {"email": PRIYA}, headers={"host": "evil.example"})

    assert "evil" not in mails(clock)[0].body


def test_what_is_no_address_is_said_to_be_none(team: Team) -> None:
    page = Client().post("/rotas/sign-in/", {"email": "priya"})

    assert "valid email address" in words_of(page)


# ----------------------------------------------------------------------- invited


def test_staff_invite_and_the_invited_sign_in(
    team: Team, clock: time_machine.Traveller, admin_user: Any
) -> None:
    priya = team.members["Priya"].person

    assert invitations.invite(priya, by=admin_user, now=NOW) == PRIYA

    (message,) = mails(clock)
    assert "admin invites you to see Data engineering support" in message.body
    assert "http://127.0.0.1:8000/rotas/sign-in/" in message.body
    assert "token" not in message.body
    assert Client().get("/rotas/sign-in/").status_code == 200


def test_nobody_is_invited_twice_a_day_or_without_an_address(team: Team, admin_user: Any) -> None:
    priya, theo = (team.members[name].person for name in ("Priya", "Theo"))
    invitations.invite(priya, by=admin_user, now=NOW)
    with pytest.raises(NotPossible, match="Priya was invited today already"):
        invitations.invite(priya, by=admin_user, now=NOW + timedelta(hours=1))
    invitations.invite(priya, by=admin_user, now=NOW + timedelta(days=1))

    theo.addresses.all().delete()
    with pytest.raises(NotPossible, match="Theo has no e-mail address here"):
        invitations.invite(theo, by=admin_user, now=NOW)
    ada = Person.objects.create(name="Ada")
    ada.addresses.create(email="ada@example.org")
    with pytest.raises(NotPossible, match="Ada is in no rota"):
        invitations.invite(ada, by=admin_user, now=NOW)
