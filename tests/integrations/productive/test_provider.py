"""Productive as a provider: what is typed to connect it, and what shares an allowance."""

from typing import Any

import pytest

from integrations import provider as providers
from integrations.sandbox import World
from tests.integrations.productive.rows import of

PRODUCTIVE = providers.get("productive")


def test_what_is_typed_may_have_blanks_around(world: World) -> None:
    form = PRODUCTIVE.credentials_form({"token": " abc ", "organization_id": " 15071 "})
    assert form.is_valid()
    assert form.cleaned_data == {"token": "abc", "organization_id": "15071"}


@pytest.mark.parametrize("typed", ["15071-example-ltd", "example", "-1", "1.5", "١٢", "9" * 21])
def test_an_organisation_is_a_number_and_says_so(typed: str) -> None:
    form = PRODUCTIVE.credentials_form({"token": "abc", "organization_id": typed})
    assert list(form.errors) == ["organization_id"]


def test_what_is_wrong_with_it_is_said_in_words() -> None:
    form = PRODUCTIVE.credentials_form({"token": "", "organization_id": "example"})
    assert form.errors == {
        "token": ["This field is required."],
        "organization_id": ["An organization ID is a number, digits only."],
    }


def test_the_token_is_typed_unseen_and_never_shown_again() -> None:
    page = str(PRODUCTIVE.credentials_form({"token": "a-made-up-token", "organization_id": "1"}))
    assert 'type="password"' in page
    assert "a-made-up-token" not in page


def test_checking_tells_whose_token_it_is(world: World) -> None:
    assert PRODUCTIVE.check(of(world)) == "Example Ltd, as person 314"


def test_one_token_at_one_organisation_shares_one_allowance() -> None:
    keys: dict[str, Any] = {"token": "a-made-up-token", "organization_id": "1"}
    key = PRODUCTIVE.pace_key(7, keys)
    assert key == PRODUCTIVE.pace_key(8, {**keys, "token": " a-made-up-token\n"})
    assert key != PRODUCTIVE.pace_key(7, {**keys, "token": "another-token"})
    assert key != PRODUCTIVE.pace_key(7, {**keys, "organization_id": "2"})
    assert "made-up" not in key
    assert key.startswith("productive:")


@pytest.mark.parametrize("keys", [{}, {"token": ""}, {"token": "abc"}, {"token": 7}])
def test_without_a_token_a_connection_stands_alone(keys: dict[str, Any]) -> None:
    assert PRODUCTIVE.pace_key(7, keys) == "productive:7"
