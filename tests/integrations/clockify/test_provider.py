"""Clockify as a provider: its form, its addresses, and whose requests count together."""

import hashlib
from typing import Any

import pytest

from integrations import provider as providers
from integrations.clockify.client import ClockifyClient
from integrations.clockify.sandbox import ClockifySandbox
from integrations.clockify.sandbox_stored import StoredUser
from tests.integrations.clockify.rows import KEY, USER_ROW, at
from tests.integrations.misbehaving import Misbehaving

CLOCKIFY = providers.get("clockify")
DIGEST = hashlib.sha256(KEY.encode()).hexdigest()[:12]


def test_connections_with_one_key_share_one_allowance() -> None:
    keys = {CLOCKIFY.pace_key(number, {"api_key": KEY}) for number in (1, 2)}
    assert keys == {f"clockify:{DIGEST}"}
    assert CLOCKIFY.pace_key(1, {"api_key": f" {KEY}\n"}) == f"clockify:{DIGEST}"
    assert CLOCKIFY.pace_key(1, {"api_key": "another-key"}) != f"clockify:{DIGEST}"


@pytest.mark.parametrize("credentials", [{}, {"api_key": ""}, {"api_key": " \n"}, {"api_key": 7}])
def test_without_a_key_a_connection_is_on_its_own(credentials: dict[str, Any]) -> None:
    assert CLOCKIFY.pace_key(7, credentials) == "clockify:7"


def test_a_pasted_key_is_trimmed_and_never_shown_again() -> None:
    form = CLOCKIFY.credentials_form({"api_key": f" {KEY}\n"})
    assert form.is_valid()
    assert form.cleaned_data == {"api_key": KEY}
    assert KEY not in str(form)
    assert 'type="password"' in str(form)
    assert not CLOCKIFY.credentials_form({"api_key": " \n"}).is_valid()


@pytest.mark.parametrize("region", ["api", "euc1", "use2", "euw2", "apse2", "developer"])
def test_a_workspace_may_be_in_a_region(region: str) -> None:
    assert CLOCKIFY.may_be_at(f"https://{region}.clockify.me/api/v1")
    assert not CLOCKIFY.may_be_at(f"http://{region}.clockify.me/api/v1")
    assert not CLOCKIFY.may_be_at(f"https://{region}.clockify.me.example/api/v1")


def test_it_is_at_its_own_places_or_on_this_machine(settings: Any) -> None:
    assert CLOCKIFY.may_be_at("http://127.0.0.1:9001/api/v1")
    assert not CLOCKIFY.may_be_at("https://api.clockify.example/api/v1")
    assert not CLOCKIFY.may_be_at("https://somebody.clockify.me/api/v1")
    settings.SANDBOX_URL = "http://127.0.0.1:9001"
    assert CLOCKIFY.base_url() == "http://127.0.0.1:9001/api/v1"


def test_it_keeps_below_ten_requests_a_second() -> None:
    assert 0 < CLOCKIFY.rate("https://api.clockify.me/api/v1") < 600
    assert CLOCKIFY.rate("http://127.0.0.1:9001/api/v1") == 0


def test_checking_tells_whose_key_it_is(
    clockify: ClockifyClient, sandbox: ClockifySandbox, alice: StoredUser
) -> None:
    assert CLOCKIFY.check(clockify) == "alice@example.org"


@pytest.mark.parametrize(
    ("change", "words"),
    [({"email": None}, "Ada Example"), ({"email": "", "name": None}, USER_ROW["id"])],
)
def test_whoever_has_no_address_has_a_name_or_a_number(
    change: dict[str, Any], words: str, misbehaving: Misbehaving
) -> None:
    assert CLOCKIFY.check(at(misbehaving, USER_ROW | change)) == words
