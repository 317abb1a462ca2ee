"""Open Humans tells us that somebody has left: who is believed, and what happens then."""

import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.test import Client

from integrations import checks, parting
from integrations.models import Connection
from integrations.sandbox import Fault, World
from tests.pages.visitor import Visitor
from uploader.models import Change, Run, Sync

PATH = "/webhooks/open_humans/"
SECRET = "sandbox-webhook-secret"


def leaving(member: str = "04170022", *, erase: bool = False) -> bytes:
    message = {
        "project_member_id": member,
        "erasure_requested": erase,
        "timestamp": "2026-11-20T10:11:12.131415+00:00",
    }
    return json.dumps(message).encode()


def signature(body: bytes, secret: str = SECRET) -> str:
    return "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


def tell(body: bytes, signed: str | None = None) -> int:
    client = Client(enforce_csrf_checks=True)
    headers = {"X-OpenHumans-Webhooks-Signature": signed} if signed else {}
    response = client.post(PATH, body, content_type="application/json", headers=headers)
    return int(response.status_code)


def is_connected() -> bool:
    return Connection.objects.filter(state="connected").exists()


@pytest.fixture
def without_secret(settings: Any) -> None:
    own = {**settings.PROVIDER_SETTINGS["open_humans"], "WEBHOOK_SECRET": ""}
    settings.PROVIDER_SETTINGS = {**settings.PROVIDER_SETTINGS, "open_humans": own}


def test_who_leaves_is_disconnected_and_nothing_is_uploaded_any_more(
    visitor: Visitor, open_humans: Any, carry_out: Any
) -> None:
    visitor.sign_in().connect()
    tokens = [visitor.token("open_humans"), visitor.token("rescuetime")]
    assert all(tokens)

    assert tell(leaving(), signature(leaving())) == 200
    carry_out()

    assert not is_connected()
    assert not any(connection.credentials for connection in Connection.objects.all())
    assert visitor.sync.runs.get().status == "cancelled"
    assert not visitor.sync.enabled
    assert open_humans.files("ben") == []
    assert get_user_model().objects.count() == 1


def test_open_humans_has_its_answer_before_tokens_are_given_back(
    visitor: Visitor, world: World, open_humans: Any
) -> None:
    visitor.sign_in().connect()
    world.faults.add(Fault("*", "slow", "revoke", times=None, delay=1))
    body = leaving(erase=True)
    began = time.monotonic()

    assert tell(body, signature(body)) == 200

    assert time.monotonic() - began < 0.9
    assert parting.wait()
    assert open_humans.tokens_of("ben") == []


def test_who_asks_for_erasure_is_forgotten(connected: Visitor) -> None:
    body = leaving(erase=True)

    assert tell(body, signature(body)) == 200

    for table in (Connection, Sync, Run, Change, SocialAccount, get_user_model()):
        assert not table.objects.exists(), table
    assert connected.get("/dashboard/")["Location"] == "/"


def test_erasure_of_one_leaves_the_others_alone(connected: Visitor) -> None:
    ada = Visitor("ada").sign_in()
    body = leaving(erase=True)

    tell(body, signature(body))

    assert "Hello ada-example" in ada.read("/dashboard/")


def test_staff_who_leave_stay_staff(connected: Visitor) -> None:
    get_user_model().objects.update(is_staff=True)
    body = leaving(erase=True)

    tell(body, signature(body))

    assert get_user_model().objects.get().is_staff
    for table in (Connection, Sync, Run, SocialAccount):
        assert not table.objects.exists(), table


def test_being_told_twice_does_no_harm(connected: Visitor) -> None:
    for erase in (False, False, True, True):
        body = leaving(erase=erase)
        assert tell(body, signature(body)) == 200


def test_somebody_unknown_is_no_fault(world: Any, db: None) -> None:
    body = leaving("99999999")

    assert tell(body, signature(body)) == 200


@pytest.mark.parametrize(
    "signed",
    [
        None,
        "",
        "sha1=",
        "sha1=0000",
        signature(leaving(), "another secret"),
        signature(leaving()).removeprefix("sha1="),
        signature(leaving("04170011")),
        "sha1=ÿ",
    ],
)
def test_with_a_secret_what_is_not_signed_with_it_is_refused(
    signed: str | None, connected: Visitor
) -> None:
    assert tell(leaving(), signed) == 403
    assert is_connected()


def test_with_a_secret_the_second_unsigned_form_is_refused(connected: Visitor) -> None:
    assert tell(json.dumps(leaving().decode()).encode()) == 403
    assert is_connected()


@pytest.mark.parametrize("body", [leaving(), json.dumps(leaving().decode()).encode()])
def test_without_a_secret_both_forms_are_believed_where_things_are_tried_out(
    body: bytes, connected: Visitor, without_secret: None, settings: Any
) -> None:
    settings.DEBUG = True
    assert tell(body) == 200
    assert not is_connected()


def test_without_a_secret_nobody_is_believed_in_earnest(
    connected: Visitor, without_secret: None
) -> None:
    for body in (leaving(erase=True), json.dumps(leaving().decode()).encode()):
        assert tell(body) == 403
        assert tell(body, signature(body, "")) == 403
    assert is_connected()


def test_a_webhook_without_a_secret_is_warned_of_before_it_is_deployed(
    without_secret: None, settings: Any
) -> None:
    (warning,) = checks.webhooks_are_signed()
    assert "OPEN_HUMANS_WEBHOOK_SECRET is not set" in warning.msg
    assert warning in run_checks(tags=["security"], include_deployment_checks=True)
    assert warning not in run_checks()

    settings.PROVIDER_SETTINGS = {**settings.PROVIDER_SETTINGS, "open_humans": {}}
    assert checks.webhooks_are_signed() == []


def test_with_a_secret_there_is_nothing_to_warn_of() -> None:
    assert checks.webhooks_are_signed() == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"{"', b"{}", b'{"project_member_id": 7}', b"[" * 5000, b"\xff"],
)
def test_rubbish_is_refused(body: bytes, world: Any, db: None) -> None:
    assert tell(body, signature(body)) == 400


def test_a_body_that_is_far_too_large_is_not_read(world: Any, db: None) -> None:
    assert tell(b" " * 20_000, signature(b" " * 20_000)) == 413


@pytest.mark.parametrize("length", ["abc", "-1", "1e3", "²", "9" * 5000])
def test_a_length_that_is_none_is_refused(length: str, world: Any, db: None) -> None:
    response = Client().post(
        PATH, leaving(), content_type="application/json", headers={"Content-Length": length}
    )
    assert response.status_code in (400, 413)


@pytest.mark.parametrize("verb", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_it_takes_a_post(verb: str, client: Client, db: None) -> None:
    assert client.generic(verb, PATH).status_code == 405
