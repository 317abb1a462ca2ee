"""Breathe as a provider: its form, its addresses, and whose requests count together."""

import hashlib
from typing import Any

import pytest

from integrations import provider as providers
from integrations.breathe.provider import Breathe

KEY = "prod-made-up"
DIGEST = hashlib.sha256(KEY.encode()).hexdigest()[:12]


@pytest.fixture
def breathe() -> Breathe:
    spec = providers.get("breathe")
    assert isinstance(spec, Breathe)
    return spec


def test_connections_with_one_key_share_one_allowance(breathe: Breathe) -> None:
    keys = {breathe.pace_key(number, {"api_key": KEY}) for number in (1, 2)}
    assert keys == {f"breathe:{DIGEST}"}
    assert breathe.pace_key(1, {"api_key": f" {KEY}\n"}) == f"breathe:{DIGEST}"
    assert breathe.pace_key(1, {"api_key": "prod-another"}) != f"breathe:{DIGEST}"


@pytest.mark.parametrize("credentials", [{}, {"api_key": ""}, {"api_key": " \n"}, {"api_key": 7}])
def test_without_a_key_a_connection_is_on_its_own(
    credentials: dict[str, Any], breathe: Breathe
) -> None:
    assert breathe.pace_key(7, credentials) == "breathe:7"


def test_a_pasted_key_is_trimmed_and_never_shown_again(breathe: Breathe) -> None:
    form = breathe.credentials_form({"api_key": f" {KEY}\n"})
    assert form.is_valid()
    assert form.cleaned_data == {"api_key": KEY}
    assert KEY not in str(form)
    assert not breathe.credentials_form({"api_key": " \n"}).is_valid()


def test_it_is_at_its_own_two_places_or_on_this_machine(breathe: Breathe, settings: Any) -> None:
    assert breathe.may_be_at("https://api.breathehr.com/v1")
    assert breathe.may_be_at("https://api.sandbox.breathehr.info/v1")
    assert breathe.may_be_at("http://127.0.0.1:9001/v1")
    assert not breathe.may_be_at("https://api.breathehr.example/v1")
    settings.SANDBOX_URL = "http://127.0.0.1:9001"
    assert breathe.base_url() == "http://127.0.0.1:9001/v1"


def test_some_of_the_companys_requests_are_left_to_others(breathe: Breathe) -> None:
    assert 0 < breathe.rate("https://api.breathehr.com/v1") < 60
