"""Signing in with Open Humans: what is sent, what is kept, and what is refused."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib.auth import get_user_model
from django.test import Client

from integrations.models import Connection
from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.sandbox import World
from tests.pages.visitor import CONNECT, SIGN_IN, Visitor, query_of, words_of


def test_a_person_signs_in_and_is_greeted_by_the_name_they_share(visitor: Visitor) -> None:
    visitor.sign_in()

    assert "Hello ben-example" in visitor.read("/dashboard/")
    connection = visitor.connection("open_humans")
    assert (connection.name, connection.account) == ("open_humans-04170022", "04170022")
    assert connection.state == "connected"


def test_a_person_who_shares_no_name_signs_in_as_well(
    visitor: Visitor, open_humans: OpenHumansSandbox
) -> None:
    open_humans.switches["username"] = "hidden"

    visitor.sign_in()

    assert "Your dashboard" in visitor.read("/dashboard/")


def test_coming_back_is_the_same_person_with_fresh_tokens(visitor: Visitor) -> None:
    visitor.sign_in()
    first = visitor.token("open_humans")
    again = Visitor("ben").sign_in()

    assert again.user_id == visitor.user_id
    assert again.token("open_humans") not in ("", first)


def test_tokens_are_kept_encrypted_and_nowhere_else(visitor: Visitor) -> None:
    visitor.sign_in().connect()

    for provider in ("open_humans", "rescuetime"):
        token = visitor.token(provider)
        kept: Any = Connection.objects.get(provider=provider).credentials
        assert token
        assert token not in kept.ciphertext
        assert token not in str(dict(visitor.client.session))
        assert "04170022" not in str(dict(visitor.client.session))
    assert not SocialToken.objects.exists()
    assert [account.extra_data for account in SocialAccount.objects.all()] == [{}, {}]


def test_an_application_in_the_database_changes_nothing(visitor: Visitor) -> None:
    SocialApp.objects.create(provider="open_humans", name="another", client_id="another")

    assert query_of(visitor.leave_for(SIGN_IN))["client_id"] == "lockstep-open-humans"


def test_nobody_who_signs_in_this_way_has_a_password(visitor: Visitor) -> None:
    visitor.sign_in()

    assert not get_user_model().objects.get().has_usable_password()


# ------------------------------------------------------------- what is sent along


def test_state_and_a_challenge_go_to_open_humans_and_no_empty_scope(visitor: Visitor) -> None:
    sent = query_of(visitor.leave_for(SIGN_IN))

    assert sent["state"]
    assert sent["code_challenge_method"] == "S256"
    assert "scope" not in sent


def test_rescuetime_is_asked_for_time_data_without_a_challenge(visitor: Visitor) -> None:
    sent = query_of(visitor.sign_in().leave_for(CONNECT))

    assert sent["state"]
    assert sent["scope"] == "time_data"
    assert "code_challenge" not in sent


@pytest.mark.parametrize(
    "query",
    [
        "auth_params=redirect_uri%3Dhttps%3A%2F%2Fevil.example%2F%26client_id%3Devil",
        "scope=everything&action=rerequest",
        "next=//evil.example/&redirect_uri=https://evil.example/",
        "process=redirect&next=/admin/",
    ],
)
def test_nothing_in_a_request_decides_where_it_leads_or_what_is_asked(
    query: str, visitor: Visitor, settings: Any
) -> None:
    usual = query_of(visitor.leave_for(SIGN_IN))
    address = visitor.leave_for(f"{SIGN_IN}?{query}")
    varies = ("state", "code_challenge")

    assert urlsplit(address).netloc == urlsplit(settings.SANDBOX_URL).netloc
    sent = query_of(address)
    assert {k: v for k, v in sent.items() if k not in varies} == {
        k: v for k, v in usual.items() if k not in varies
    }
    back = visitor.allow(address, next="//evil.example/")
    assert visitor.get(back)["Location"] == "/dashboard/"


@pytest.mark.parametrize(
    ("path", "registered"), [(SIGN_IN, "/complete/"), (CONNECT, "/rescuetime/complete/")]
)
def test_codes_are_sent_to_our_own_address_whatever_the_host_header_says(
    path: str, registered: str, visitor: Visitor, settings: Any
) -> None:
    visitor.sign_in()
    settings.APP_BASE_URL = "https://lockstep.example"
    settings.ALLOWED_HOSTS = ["*"]

    response = visitor.client.post(path, headers={"host": "evil.example"})

    sent = query_of(response["Location"])
    assert sent["redirect_uri"] == f"https://lockstep.example{registered}"


@pytest.mark.parametrize("path", [SIGN_IN, CONNECT])
def test_a_link_cannot_begin_a_sign_in(path: str, visitor: Visitor) -> None:
    visitor.sign_in()
    before = dict(visitor.client.session)

    assert visitor.client.get(path).status_code == 200
    assert visitor.client.head(path).status_code == 200
    assert visitor.client.put(path).status_code == 405
    assert visitor.client.options(path).status_code == 405
    assert dict(visitor.client.session) == before


def test_another_site_cannot_press_the_button(world: World, transactional_db: None) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(SIGN_IN).status_code == 403
    assert "socialaccount_states" not in strict.session


# ---------------------------------------------------------------------- the way back


@pytest.mark.parametrize("path", ["/complete/", "/accounts/open_humans/login/callback/"])
def test_both_the_old_address_and_the_usual_one_end_a_sign_in(path: str, visitor: Visitor) -> None:
    back = visitor.allow(visitor.leave_for(SIGN_IN))

    assert visitor.get(back.replace("/complete/", path))["Location"] == "/dashboard/"


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(visitor: Visitor) -> None:
    back = visitor.allow(visitor.leave_for(SIGN_IN))
    victim = Visitor("ada")

    response = victim.get(back)

    assert response.status_code == 401
    assert "this browser does not remember asking" in words_of(response)
    assert "_auth_user_id" not in victim.client.session
    assert not Connection.objects.exists()


@pytest.mark.parametrize("state", ["", "made-up"])
def test_an_answer_without_its_state_is_refused(state: str, visitor: Visitor) -> None:
    back = visitor.allow(visitor.leave_for(SIGN_IN), state=state)

    assert visitor.get(back).status_code == 401
    assert not get_user_model().objects.exists()


def test_an_answer_counts_once(visitor: Visitor) -> None:
    back = visitor.allow(visitor.leave_for(SIGN_IN))
    visitor.get(back)

    assert "Please begin again" in words_of(visitor.get(back))


def test_an_answer_is_not_taken_from_a_form(visitor: Visitor) -> None:
    back = visitor.allow(visitor.leave_for(SIGN_IN))

    assert visitor.client.post(back).status_code == 405
    assert visitor.client.head(back).status_code == 405
    assert not get_user_model().objects.exists()


def test_a_state_for_one_provider_is_no_good_for_the_other(visitor: Visitor) -> None:
    visitor.sign_in()
    state = query_of(visitor.leave_for(SIGN_IN))["state"]

    response = visitor.get(f"/rescuetime/complete/?code=made-up&state={state}")

    assert response.status_code == 401
    assert not Connection.objects.filter(provider="rescuetime").exists()


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/password/change/",
        "/accounts/email/",
        "/accounts/3rdparty/",
        "/accounts/3rdparty/signup/",
    ],
)
def test_there_are_no_pages_for_passwords(path: str, visitor: Visitor) -> None:
    assert visitor.get(path).status_code == 404


def test_staff_sign_in_at_the_admin_and_members_cannot_enter_it(
    visitor: Visitor, admin_user: Any
) -> None:
    staff = Client()
    staff.post("/admin/login/", {"username": "admin", "password": "password"})
    assert staff.get("/admin/").status_code == 200

    assert visitor.sign_in().get("/admin/").status_code == 302
    assert visitor.get("/accounts/login/")["Location"] == "/"


def test_signing_out_takes_a_form(visitor: Visitor) -> None:
    visitor.sign_in()
    assert "Sign out?" in visitor.read("/accounts/logout/")
    assert visitor.get("/dashboard/").status_code == 200

    assert visitor.post("/accounts/logout/?next=//evil.example/")["Location"] == "/"
    assert visitor.get("/dashboard/")["Location"] == "/"
