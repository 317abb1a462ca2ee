"""The Breathe sandbox refuses as Breathe does: keys, unknown paths, too many requests, faults."""

from datetime import UTC, datetime, timedelta

import pytest
import requests

from integrations.breathe.sandbox import KEY, BreatheSandbox
from integrations.sandbox import Fault, World

NOON = datetime(2026, 3, 20, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def breathe(world: World) -> BreatheSandbox:
    return world.of(BreatheSandbox)


def ask(world: World, path: str, key: str | None = KEY) -> requests.Response:
    headers = {} if key is None else {"x-api-key": key}
    return requests.get(f"{world.url}/v1/{path}", headers=headers, timeout=5)


# ------------------------------------------------------------------------- keys


@pytest.mark.parametrize(
    "path",
    [
        "account",
        "employees",
        "employees/7001",
        "employees/7001/absences",
        "employees/7001/sicknesses",
        "absences",
        "sicknesses",
        "employee_training_courses",
        "leave_requests",
        "other_leave_reasons",
    ],
)
def test_every_path_wants_the_key(path: str, world: World) -> None:
    assert ask(world, path).status_code == 200
    for key in (None, "", "sandbox-other", KEY[:-1], KEY.upper()):
        answer = ask(world, path, key)
        assert answer.status_code == 401
        assert answer.content == b'{"error":"401 Unauthorized"}'
        assert answer.headers["Content-Type"] == "application/json"


def test_the_key_works_at_once_and_is_taken_back_and_given_again(
    world: World, breathe: BreatheSandbox
) -> None:
    assert ask(world, "account").json()["account"]["name"] == "Example Ltd"
    breathe.revoke("company")
    assert ask(world, "account").status_code == 401
    assert breathe.grant("company") == {"api_key": KEY}
    assert ask(world, "account").status_code == 200


@pytest.mark.parametrize("verb", ["grant", "revoke", "expire"])
def test_nobody_but_the_company_has_a_key(verb: str, world: World) -> None:
    asked = {"provider": "breathe", "person": "ada"}
    answer = requests.post(f"{world.url}/{verb}", json=asked, timeout=5)
    assert answer.status_code == 400
    assert "there is no 'ada'" in answer.json()["error"]


def test_a_key_does_not_expire(world: World) -> None:
    asked = {"provider": "breathe", "person": "company"}
    answer = requests.post(f"{world.url}/expire", json=asked, timeout=5)
    assert answer.status_code == 400
    assert "do not expire" in answer.json()["error"]
    assert ask(world, "account").status_code == 200


# ---------------------------------------------------------------- unknown paths


@pytest.mark.parametrize(
    "path",
    ["divisions", "employees/9999", "employees/x", "employees/9999/absences", "absences/900001"],
)
def test_what_is_not_there_is_not_found(path: str, world: World) -> None:
    answer = ask(world, path)
    assert (answer.status_code, answer.json()) == (404, {"error": {"type": "Not Found"}})


def test_only_unknown_paths_are_remembered_as_such(world: World) -> None:
    for path in ("employees", "employees/9999", "divisions"):
        ask(world, path)
    assert [seen.path for seen in world.unknown] == ["/v1/divisions"]


def test_nothing_can_be_written(world: World) -> None:
    for path in ("employees", "sicknesses", "leave_requests"):
        address = f"{world.url}/v1/{path}"
        answer = requests.post(address, json={}, headers={"X-API-KEY": KEY}, timeout=5)
        assert answer.status_code == 405
        assert answer.json() == {"error": {"type": "Method Not Allowed"}}


def test_an_error_is_an_object_or_a_text_except_of_401(
    world: World, breathe: BreatheSandbox
) -> None:
    breathe.switches["error_body"] = "string"
    assert ask(world, "divisions").json() == {"error": "404 Not Found"}
    assert ask(world, "absences?page=x").json() == {"error": "400 Record Invalid"}
    assert ask(world, "absences", "wrong").json() == {"error": "401 Unauthorized"}


# ------------------------------------------------------------ too many requests


def statuses(world: World, times: int, key: str = KEY) -> list[int]:
    return [ask(world, "account", key).status_code for _ in range(times)]


def at(breathe: BreatheSandbox, seconds: float) -> None:
    breathe.now = lambda: NOON + timedelta(seconds=seconds)


def test_there_is_no_limit_unless_one_is_set(world: World) -> None:
    assert set(statuses(world, 70)) == {200}


def test_too_many_requests_are_refused_in_breathes_words(
    world: World, breathe: BreatheSandbox
) -> None:
    breathe.switches["requests_per_minute"] = 2
    at(breathe, 0)
    assert statuses(world, 3) == [200, 200, 429]
    answer = ask(world, "absences")
    assert answer.json() == {"error": {"type": "Rate Limit Reached"}}
    assert "Retry-After" not in answer.headers


def test_a_fixed_minute_begins_anew_for_everything_at_once(
    world: World, breathe: BreatheSandbox
) -> None:
    breathe.switches["requests_per_minute"] = 2
    breathe.switches["retry_after"] = "seconds"
    at(breathe, 0)
    assert statuses(world, 3) == [200, 200, 429]
    at(breathe, 29.5)
    answer = ask(world, "account")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    at(breathe, 30)
    assert statuses(world, 3) == [200, 200, 429]


def test_a_sliding_minute_lets_one_pass_for_each_that_is_over(
    world: World, breathe: BreatheSandbox
) -> None:
    breathe.switches["requests_per_minute"] = 2
    breathe.switches["rate_window"] = "sliding"
    breathe.switches["retry_after"] = "seconds"
    for seconds in (0, 20):
        at(breathe, seconds)
        assert statuses(world, 1) == [200]
    at(breathe, 45)
    assert ask(world, "account").headers["Retry-After"] == "15"
    at(breathe, 60)
    assert statuses(world, 2) == [200, 429]
    at(breathe, 80)
    assert statuses(world, 2) == [200, 429]


def test_a_lower_limit_counts_what_was_asked_before(world: World, breathe: BreatheSandbox) -> None:
    breathe.switches["requests_per_minute"] = 3
    breathe.switches["rate_window"] = "sliding"
    breathe.switches["retry_after"] = "seconds"
    for seconds in (0, 20, 40):
        at(breathe, seconds)
        assert statuses(world, 1) == [200]
    breathe.switches["requests_per_minute"] = 1
    assert ask(world, "account").headers["Retry-After"] == "60"


def test_every_key_has_its_own_allowance_and_a_wrong_one_none(
    world: World, breathe: BreatheSandbox
) -> None:
    breathe.keys.add("sandbox-second-key")
    breathe.switches["requests_per_minute"] = 1
    at(breathe, 0)
    assert statuses(world, 3, "wrong") == [401, 401, 401]
    assert statuses(world, 2) == [200, 429]
    assert statuses(world, 2, "sandbox-second-key") == [200, 429]


# ----------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("429", {"error": {"type": "Rate Limit Reached"}}),
        ("401", {"error": "401 Unauthorized"}),
        ("403", {"error": {"type": "Forbidden"}}),
        ("409", {"error": {"type": "Conflict"}}),
    ],
)
def test_faults_speak_as_breathe_does(kind: str, body: object, world: World) -> None:
    world.faults.add(Fault("breathe", kind, retry_after=7))
    answer = ask(world, "absences")
    assert (answer.status_code, answer.json()) == (int(kind), body)
    assert answer.headers["Retry-After"] == "7"
    world.faults.add(Fault("breathe", kind))
    assert "Retry-After" not in ask(world, "absences").headers


@pytest.mark.parametrize("kind", ["500", "502", "html200"])
def test_what_stands_before_breathe_answers_with_pages(kind: str, world: World) -> None:
    world.faults.add(Fault("breathe", kind))
    assert "text/html" in ask(world, "absences").headers["Content-Type"]
