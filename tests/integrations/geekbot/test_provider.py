"""Geekbot as a provider: its form, its addresses, whose requests count together, what keys may."""

import hashlib
from typing import Any

import pytest

from integrations import provider as providers
from integrations.client import Client
from integrations.errors import ReconnectError
from integrations.geekbot.provider import Geekbot
from integrations.geekbot.sandbox import GeekbotSandbox
from integrations.sandbox import World
from integrations.slack.sandbox import SlackSandbox
from integrations.slack.sandbox_seed import SUPPORT_TRIAGERS, ZOE
from tests.integrations.geekbot.calls import ADMIN_KEY, MEMBER_KEY, of

DIGEST = hashlib.sha256(ADMIN_KEY.encode()).hexdigest()[:12]


@pytest.fixture
def spec() -> Geekbot:
    found = providers.get("geekbot")
    assert isinstance(found, Geekbot)
    return found


def test_connections_with_one_key_share_one_allowance(spec: Geekbot) -> None:
    keys = {spec.pace_key(number, {"api_key": ADMIN_KEY}) for number in (1, 2)}
    assert keys == {f"geekbot:{DIGEST}"}
    assert spec.pace_key(1, {"api_key": f" {ADMIN_KEY}\n"}) == f"geekbot:{DIGEST}"
    assert spec.pace_key(1, {"api_key": MEMBER_KEY}) != f"geekbot:{DIGEST}"


@pytest.mark.parametrize("credentials", [{}, {"api_key": ""}, {"api_key": " \n"}, {"api_key": 7}])
def test_without_a_key_a_connection_is_on_its_own(
    credentials: dict[str, Any], spec: Geekbot
) -> None:
    assert spec.pace_key(7, credentials) == "geekbot:7"


def test_a_pasted_key_is_trimmed_and_never_shown_again(spec: Geekbot) -> None:
    form = spec.credentials_form({"api_key": f" {ADMIN_KEY}\n"})
    assert form.is_valid()
    assert form.cleaned_data == {"api_key": ADMIN_KEY}
    assert ADMIN_KEY not in str(form)
    assert not spec.credentials_form({"api_key": " \n"}).is_valid()


def test_it_is_at_its_own_two_places_or_on_this_machine(spec: Geekbot, settings: Any) -> None:
    assert spec.may_be_at("https://api.geekbot.com")
    assert spec.may_be_at("https://api.geekbot.io")
    assert not spec.may_be_at("https://api.geekbot.example")
    settings.SANDBOX_URL = "http://127.0.0.1:9001"
    assert spec.base_url() == "http://127.0.0.1:9001"
    assert spec.is_sandbox()


def test_whose_key_it_is_is_said_with_what_counts_about_it(spec: Geekbot, world: World) -> None:
    assert spec.check(of(world)) == "Grace Example, an admin of Example Team"
    assert spec.check(of(world, key=MEMBER_KEY)) == "Hedy Example, no admin of Example Team"


def test_an_admins_key_may_do_everything(spec: Geekbot, world: World) -> None:
    client: Client = of(world)
    assert [each.may for each in spec.abilities(client)] == [True, True, True]
    assert len(world.requests) == 1


def test_of_another_key_it_is_said_what_is_missing_and_what_to_do(
    spec: Geekbot, world: World
) -> None:
    create, see, change = spec.abilities(of(world, key=MEMBER_KEY))
    assert (create.may, see.may, change.may) == (True, False, False)
    for ability in (see, change):
        assert "Hedy Example" in ability.why
        assert "connect an admin’s key" in ability.why
        assert MEMBER_KEY not in ability.why


def test_a_key_that_was_taken_back_may_nothing(spec: Geekbot, world: World) -> None:
    world["geekbot"].revoke("admin")
    with pytest.raises(ReconnectError):
        spec.abilities(of(world))


def test_the_people_of_both_stand_ins_are_the_same(world: World) -> None:
    """Whoever takes turns at Slack lives there and here in one zone, under one id."""
    slack, geekbot = world.of(SlackSandbox), world.of(GeekbotSandbox)
    for user_id in [*slack.groups[SUPPORT_TRIAGERS].users, ZOE]:
        there, here = slack.users[user_id], geekbot.users[user_id]
        assert (here.realname, here.timezone) == (there.real_name, there.zone)
