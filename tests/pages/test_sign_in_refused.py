"""Sign-ins that do not work out: each is explained, and nothing is kept of it."""

import logging
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from django.test import Client

from integrations.models import Connection
from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.sandbox import Fault, World
from tests.pages.visitor import SIGN_IN, Visitor, query_of, words_of

TOKEN_CALL = "POST /oauth2/token/"


def test_saying_no_is_no_fault(visitor: Visitor) -> None:
    response = visitor.there_and_back(SIGN_IN, decision="refuse")

    assert response.status_code == 200
    assert "You said no at Open Humans" in words_of(response)
    assert not get_user_model().objects.exists()


def test_any_other_error_is_told_apart_from_a_no(visitor: Visitor) -> None:
    state = query_of(visitor.leave_for(SIGN_IN))["state"]

    words = words_of(visitor.get(f"/complete/?error=server_error&state={state}"))

    assert "Open Humans sent you back without an answer" in words
    assert "at most 20 members" in words


def test_the_first_page_explains_the_member_limit_of_an_unapproved_project(
    visitor: Visitor,
) -> None:
    assert "What if Open Humans says that the project takes no more members?" in visitor.read("/")
    assert "not approved yet may have at most 20 members" in visitor.read("/")


@pytest.mark.parametrize("kind", ["429", "500", "502", "html200", "before", "lost", "cut"])
def test_a_provider_in_trouble_is_explained_and_nothing_is_kept(
    kind: str, visitor: Visitor, world: World
) -> None:
    address = visitor.allow(visitor.leave_for(SIGN_IN))
    world.faults.add(Fault("open_humans", kind, TOKEN_CALL, times=None))

    response = visitor.get(address)

    assert response.status_code == 503
    assert "Open Humans is not answering just now" in words_of(response)
    assert not get_user_model().objects.exists()


def test_an_answer_of_another_shape_is_explained(visitor: Visitor, world: World) -> None:
    address = visitor.allow(visitor.leave_for(SIGN_IN))
    world.faults.add(Fault("open_humans", "wrong_shape", TOKEN_CALL, change={"surprise": 1}))

    response = visitor.get(address)

    assert response.status_code == 502
    assert "We did not understand Open Humans’s answer" in words_of(response)


def test_a_code_that_is_refused_is_explained(visitor: Visitor) -> None:
    state = query_of(visitor.leave_for(SIGN_IN))["state"]

    words = words_of(visitor.get(f"/complete/?code=made-up&state={state}"))

    assert "Open Humans did not accept its own answer" in words


def test_a_wrong_secret_of_ours_is_explained_without_showing_it(
    visitor: Visitor, settings: Any
) -> None:
    own = settings.PROVIDER_SETTINGS["open_humans"]
    secret = {**own, "CLIENT_SECRET": "not-the-right-one"}
    settings.PROVIDER_SETTINGS = {**settings.PROVIDER_SETTINGS, "open_humans": secret}

    response = visitor.there_and_back(SIGN_IN)

    words = words_of(response)
    assert "the client id and secret of this installation are refused" in words
    assert "not-the-right-one" not in response.content.decode()


@pytest.mark.parametrize("kind", ["500", "wrong_shape", "error200", "cut"])
@pytest.mark.parametrize("call", [TOKEN_CALL, "exchange-member"])
def test_no_secret_reaches_a_page_or_the_log(
    kind: str,
    call: str,
    visitor: Visitor,
    world: World,
    open_humans: OpenHumansSandbox,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    back = visitor.allow(visitor.leave_for(SIGN_IN))
    world.faults.add(Fault("open_humans", kind, call, times=None))

    response = visitor.get(back)

    assert response.status_code >= 400
    tokens = [text for token in open_humans.tokens for text in (token.access, token.refresh)]
    for secret in [*tokens, query_of(back)["code"], "sandbox-secret"]:
        assert secret not in response.content.decode()
        assert secret not in caplog.text.replace(back, "")


# --------------------------------------------------------- who may, and when not


def test_somebody_elses_open_humans_account_is_not_attached(visitor: Visitor) -> None:
    visitor.sign_in()
    token = visitor.token("open_humans")
    ada = Visitor("ada").sign_in()
    ada.person = "ben"

    response = ada.there_and_back(f"{SIGN_IN}?process=connect")

    assert "belongs to somebody else here" in words_of(response)
    assert visitor.token("open_humans") == token


def test_a_second_open_humans_account_is_not_attached(visitor: Visitor) -> None:
    visitor.sign_in()
    token = visitor.token("open_humans")
    visitor.person = "ada"

    response = visitor.there_and_back(f"{SIGN_IN}?process=connect")

    assert "That is a different Open Humans account" in words_of(response)
    assert visitor.token("open_humans") == token
    assert SocialAccount.objects.count() == 1


def test_connecting_open_humans_again_keeps_the_fresh_tokens(visitor: Visitor) -> None:
    visitor.sign_in()
    token = visitor.token("open_humans")

    visitor.there_and_back(f"{SIGN_IN}?process=connect")

    assert visitor.token("open_humans") not in ("", token)


def test_a_person_who_was_switched_off_gets_nowhere(visitor: Visitor) -> None:
    visitor.sign_in()
    token = visitor.token("open_humans")
    get_user_model().objects.update(is_active=False)
    back = Visitor("ben")

    response = back.there_and_back(SIGN_IN)

    assert response["Location"] == "/accounts/inactive/"
    assert "switched your account off" in back.read("/accounts/inactive/")
    assert Connection.objects.get().credentials.open()["access_token"] == token


def test_a_paused_project_shows_a_banner_and_refuses(visitor: Visitor, settings: Any) -> None:
    address = visitor.allow(visitor.leave_for(SIGN_IN))
    settings.INACTIVE_PROJECT = True

    page = visitor.get("/")
    assert "Signing in is paused" in words_of(page)
    assert "<button" not in page.content.decode()
    for response in (visitor.client.post(SIGN_IN), visitor.get(address), visitor.get(SIGN_IN)):
        assert response.status_code == 503
        assert "Signing in is paused" in words_of(response)
    assert not get_user_model().objects.exists()


def test_a_provider_without_its_settings_says_so_and_names_them_to_staff(
    visitor: Visitor, settings: Any, admin_client: Client
) -> None:
    settings.PROVIDER_SETTINGS = {**settings.PROVIDER_SETTINGS, "open_humans": {}}

    assert "not set up at this installation" in visitor.read("/")
    assert "OPEN_HUMANS_CLIENT_ID" not in visitor.read("/")
    refused = visitor.client.post(SIGN_IN)
    assert refused.status_code == 503
    assert "OPEN_HUMANS_CLIENT_ID" not in words_of(refused)
    assert "OPEN_HUMANS_CLIENT_SECRET" in words_of(admin_client.post(SIGN_IN))
    settings.DEBUG = True
    assert "OPEN_HUMANS_CLIENT_ID , OPEN_HUMANS_CLIENT_SECRET" in visitor.read("/")
