"""Connecting an account at the RescueTime sandbox: the page, the code, and both token replies."""

from datetime import timedelta
from typing import Any

import pytest
import requests

from integrations.rescuetime.sandbox import RescueTimeSandbox
from integrations.sandbox import World, utc_now
from tests.integrations.sandbox.calls import Visitor, sent_back

CALLBACK = "https://127.0.0.1:8000/rescuetime/complete/"
ASKED = {
    "client_id": "lockstep-rescuetime",
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "scope": "time_data",
    "state": "s-1",
}
CLIENT = {"client_id": "lockstep-rescuetime", "client_secret": "sandbox-secret"}


def _allow(visitor: Visitor, person: str = "ben") -> dict[str, str]:
    return sent_back(visitor.decide("/oauth/authorize", person, "allow", **ASKED))


def _spend(world: World, code: str, path: str = "/oauth/token", **change: str) -> requests.Response:
    fields = CLIENT | {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    return requests.post(f"{world.url}{path}", data=fields | change, timeout=5)


def test_the_reply_says_nothing_about_whose_account_it_is(visitor: Visitor) -> None:
    back = _allow(visitor)
    assert set(back) == {"code", "state"}
    reply = _spend(visitor.world, back["code"]).json()
    assert set(reply) == {"access_token", "token_type", "scope", "created_at"}
    assert (reply["token_type"], reply["scope"]) == ("bearer", "time_data")


def test_refusing_and_a_dropped_state(visitor: Visitor, rescuetime: RescueTimeSandbox) -> None:
    refused = sent_back(visitor.decide("/oauth/authorize", "ben", "refuse", **ASKED))
    assert (refused["error"], refused["state"]) == ("access_denied", "s-1")
    rescuetime.switches["state"] = "dropped"
    assert set(_allow(visitor)) == {"code"}


def test_the_token_call_takes_a_form_or_json_with_or_without_a_slash(visitor: Visitor) -> None:
    world = visitor.world
    assert _spend(world, _allow(visitor)["code"], "/oauth/token/").status_code == 200
    fields = CLIENT | {"grant_type": "authorization_code", "redirect_uri": CALLBACK}
    body = fields | {"code": _allow(visitor)["code"]}
    assert requests.post(f"{world.url}/oauth/token", json=body, timeout=5).status_code == 200


def test_the_client_belongs_in_the_body(visitor: Visitor) -> None:
    code = _allow(visitor)["code"]
    assert _spend(visitor.world, code, client_secret="no").json() == {"error": "invalid_client"}
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    basic = (CLIENT["client_id"], CLIENT["client_secret"])
    address = f"{visitor.world.url}/oauth/token"
    assert requests.post(address, data=fields, auth=basic, timeout=5).status_code == 401


@pytest.mark.parametrize("status", [400, 401])
def test_a_code_works_once_and_for_ten_minutes(
    visitor: Visitor, rescuetime: RescueTimeSandbox, status: int
) -> None:
    rescuetime.switches["invalid_grant"] = status
    code = _allow(visitor)["code"]
    assert _spend(visitor.world, code).status_code == 200
    again = _spend(visitor.world, code)
    assert (again.status_code, again.json()) == (status, {"error": "invalid_grant"})
    late = _allow(visitor)["code"]
    rescuetime.now = lambda: utc_now() + timedelta(minutes=10)
    assert _spend(visitor.world, late).status_code == status


def test_with_a_refresh_token_access_ends_and_is_renewed(
    visitor: Visitor, rescuetime: RescueTimeSandbox
) -> None:
    rescuetime.switches["token_reply"] = "with_refresh"
    reply = _spend(visitor.world, _allow(visitor)["code"]).json()
    assert reply["expires_in"] == 7200
    rescuetime.expire("ben")
    assert _ask(visitor.world, reply).status_code == 401
    fields = CLIENT | {"grant_type": "refresh_token", "refresh_token": reply["refresh_token"]}
    renewed = requests.post(f"{visitor.world.url}/oauth/token", data=fields, timeout=5).json()
    assert _ask(visitor.world, renewed).json()["rows"] == []
    assert (
        "error" in requests.post(f"{visitor.world.url}/oauth/token", data=fields, timeout=5).json()
    )


def test_a_second_account_can_be_chosen(visitor: Visitor, rescuetime: RescueTimeSandbox) -> None:
    rescuetime.add_account("ben-at-work")
    assert "ben-at-work" in visitor.ask("/oauth/authorize", **ASKED).text
    code = _allow(visitor, "ben-at-work")["code"]
    assert _spend(visitor.world, code).status_code == 200
    assert [token.person for token in rescuetime.tokens] == ["ben-at-work"]


def test_a_wrong_client_or_address_never_leads_back(visitor: Visitor) -> None:
    for wrong in ({"client_id": "x"}, {"redirect_uri": "https://elsewhere.example/complete/"}):
        answer = visitor.ask("/oauth/authorize", **ASKED | wrong)
        assert (answer.status_code >= 400, "Location" in answer.headers) == (True, False)


def _ask(world: World, reply: dict[str, Any]) -> requests.Response:
    asked = {"access_token": reply["access_token"], "format": "json", "rb": "2008-01-01"}
    address = f"{world.url}/api/oauth/data"
    return requests.get(address, params=asked | {"re": "2008-01-02"}, timeout=5)
