"""What the stand-in for Geekbot answers to well and badly made requests, both sets of its calls."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from integrations.geekbot.sandbox import GeekbotSandbox
from integrations.geekbot.sandbox_seed import ADMIN_KEY, COLLEAGUE, MEMBER_KEY
from integrations.sandbox import Fault, World

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
BODY: dict[str, Any] = {
    "name": "Hand-over",
    "channel": "support",
    "time": "10:00:00",
    "timezone": "user_local",
    "days": ["Wed"],
    "wait_time": 10,
    "users": ["U0SARAH"],
    "questions": [{"question": "Do you take over?"}],
}
SECOND_BODY: dict[str, Any] = {
    "name": "Hand-over",
    "broadcast_channel": "C0SUPPORT1",
    "time": "10:00:00",
    "days": ["Wed"],
    "users": ["U0SARAH"],
    "questions": [{"text": "Do you take over?"}],
}


@pytest.fixture
def geekbot(world: World) -> GeekbotSandbox:
    return world.of(GeekbotSandbox)


class Caller:
    """Follows no redirects."""

    def __init__(self, world: World, key: str) -> None:
        self.world = world
        self.key = key

    def __call__(self, method: str, path: str, *, body: Any = None, **more: Any) -> Any:
        headers = {"Authorization": self.key, **more.pop("headers", {})}
        return requests.request(
            method,
            f"{self.world.url}{path}",
            json=body,
            headers=headers,
            timeout=5,
            allow_redirects=False,
            **more,
        )

    def create(self, **changes: Any) -> Any:
        body = {name: value for name, value in {**BODY, **changes}.items() if value is not ...}
        return self("POST", "/v1/standups", body=body)


@pytest.fixture
def admin(world: World) -> Caller:
    return Caller(world, ADMIN_KEY)


@pytest.fixture
def member(world: World) -> Caller:
    return Caller(world, MEMBER_KEY)


def error_of(answer: requests.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()["error"]


# --------------------------------------------------------------------------- access


@pytest.mark.parametrize("before", ["Bearer ", "Token "])
def test_a_word_before_the_key_spoils_it(before: str, world: World) -> None:
    spoilt = Caller(world, f"{before}{ADMIN_KEY}")
    assert error_of(spoilt("GET", "/v1/me")) == (401, "Unauthorized")


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
@pytest.mark.parametrize("path", ["/v1/standups", "/v1/standups/7001", "/v1/me"])
def test_a_slash_at_the_end_sends_one_elsewhere(method: str, path: str, admin: Caller) -> None:
    answer = admin(method, f"{path}/", body=BODY)
    assert (answer.status_code, answer.headers["Location"]) == (301, path)


def test_the_team_is_one_object_and_holds_those_one_has_to_do_with(
    admin: Caller, member: Caller
) -> None:
    assert [user["id"] for user in member("GET", "/v1/teams").json()["users"]] == [COLLEAGUE]
    assert admin("GET", "/v1/teams").json()["name"] == "Example Team"


def test_having_made_a_stand_up_is_not_enough_to_be_listed_it(
    admin: Caller, member: Caller
) -> None:
    made = member.create().json()["id"]
    for path in ("/v1/standups", "/v1/me/standups", "/v1/standups?admin=true"):
        assert made not in [row["id"] for row in member("GET", path).json()]
    assert member("GET", f"/v1/standups/{made}").status_code == 200
    assert made in [row["id"] for row in admin("GET", "/v1/standups?admin=true").json()]
    assert made not in [row["id"] for row in admin("GET", "/v1/standups").json()]


def test_what_one_may_not_see_is_not_there(admin: Caller, member: Caller) -> None:
    made = admin.create().json()["id"]
    for method, path in (("GET", ""), ("PATCH", ""), ("POST", "/start")):
        answer = member(method, f"/v1/standups/{made}{path}", body={"name": "Mine"})
        assert error_of(answer) == (404, "Standup not found")
    assert error_of(member("DELETE", f"/v1/standups/{made}")) == (404, "Not found")


def test_what_one_may_see_one_may_not_therefore_change(admin: Caller, member: Caller) -> None:
    made = admin.create(users=["U0SARAH", COLLEAGUE]).json()["id"]
    assert member("GET", f"/v1/standups/{made}").status_code == 200
    for method in ("PATCH", "DELETE"):
        answer = member(method, f"/v1/standups/{made}", body={"name": "Mine"})
        assert error_of(answer) == (401, "Unauthorized")


def test_one_key_may_ask_so_often_in_a_minute(geekbot: GeekbotSandbox, admin: Caller) -> None:
    now = [NOON]
    geekbot.now = lambda: now[0]
    geekbot.switches["requests_per_minute"] = 2
    answers = [admin("GET", "/v1/me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "Retry-After" not in answers[-1].headers
    geekbot.switches["retry_after"] = "seconds"
    now[0] += timedelta(seconds=20)
    assert admin("GET", "/v1/me").headers["Retry-After"] == "40"
    now[0] += timedelta(seconds=41)
    assert admin("GET", "/v1/me").status_code == 200


# --------------------------------------------------------------------------- writing


def test_a_wait_goes_in_as_minutes_and_comes_out_as_seconds(admin: Caller) -> None:
    made = admin.create(wait_time=10).json()
    assert made["wait_time"] == 600
    path = f"/v1/standups/{made['id']}"
    assert admin("PATCH", path, body={"wait_time": 600}).json()["wait_time"] == 36_000
    assert admin("PATCH", path, body={"wait_time": None}).json()["wait_time"] == -1


def test_the_time_zone_is_the_owners_where_none_is_given(member: Caller) -> None:
    assert member.create(timezone=...).json()["timezone"] == "Europe/London"


@pytest.mark.parametrize("channel", ["support", "#support", "C0SUPPORT1"])
def test_a_channel_may_be_named_in_three_ways(channel: str, admin: Caller) -> None:
    made = admin.create(channel=channel).json()
    assert (made["channel"], made["channel_ready"]) == ("#support", True)
    assert not admin.create(channel="leads").json()["channel_ready"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"users": ...}, "You should send an array with users to add to the standup or use the"),
        ({"time": ...}, "time amd days must be set"),
        ({"days": []}, "time amd days must be set"),
        ({"questions": []}, "Please define questions"),
        ({"time": "25:00:00"}, "Time should be in format xx:xx:xx (24 hours format)"),
        ({"questions": ["Yes?"]}, '"questions" must be an array of objects having a "question"'),
        ({"questions": [{"text": "?"}]}, 'Each question must have a "question" property'),
        ({"users": ..., "sync_channel_members": True, "channel": "empty"}, "in channelempty"),
        ({"users": [None]}, "could not be found"),
        ({"days": ["Wednesday"]}, "days must be some of"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"wait_time": "10"}, "wait_time"),
        ({"name": ""}, "name"),
    ],
)
@pytest.mark.parametrize("shape", ["object", "text"])
def test_what_cannot_be_is_refused_in_words(
    shape: str, changes: Any, words: str, geekbot: GeekbotSandbox, admin: Caller
) -> None:
    geekbot.switches["error_body"] = shape
    answer = admin.create(**changes)
    told = answer.json()
    assert answer.status_code == 400
    assert words in (told["error"] if shape == "object" else told)


def test_participants_may_come_from_the_channel(admin: Caller) -> None:
    made = admin.create(users=..., sync_channel_members=True).json()
    assert made["users_total"] == 7
    answer = admin("PATCH", f"/v1/standups/{made['id']}", body={"sync_channel_members": False})
    assert error_of(answer)[0] == 400
    assert '"users" param is missing' in answer.json()["error"]


@pytest.mark.parametrize("way", ["met", "refused", "left out"])
def test_null_among_the_participants_is_refused_or_asks_nobody(
    way: str, geekbot: GeekbotSandbox, admin: Caller
) -> None:
    geekbot.switches["unknown_users"] = way
    answer = admin.create(users=[None])
    assert answer.status_code == (200 if way == "left out" else 400)
    if way == "left out":
        assert answer.json()["users"] == []


@pytest.mark.parametrize(("way", "status"), [("met", 200), ("refused", 400)])
def test_somebody_new_to_the_teams_slack_may_be_known_at_once(
    way: str, status: int, geekbot: GeekbotSandbox, admin: Caller
) -> None:
    geekbot.switches["unknown_users"] = way
    answer = admin.create(users=["U0SARAH", "U0NEWCOMER"])
    assert answer.status_code == status
    if status == 200:
        assert [user["id"] for user in answer.json()["users"]] == ["U0SARAH", "U0NEWCOMER"]


@pytest.mark.parametrize(("way", "status"), [("ignored", 200), ("refused", 400)])
def test_a_misspelt_field_is_ignored_or_refused(
    way: str, status: int, geekbot: GeekbotSandbox, admin: Caller
) -> None:
    geekbot.switches["unknown_fields"] = way
    answer = admin.create(personalized=True)
    assert answer.status_code == status
    if status == 200:
        assert not geekbot.standups[answer.json()["id"]].personalised


@pytest.mark.parametrize("way", ["new", "kept"])
def test_questions_that_are_sent_again_may_be_new_ones(
    way: str, geekbot: GeekbotSandbox, admin: Caller
) -> None:
    geekbot.switches["question_ids"] = way
    made = admin.create().json()
    body = {"questions": BODY["questions"]}
    after = admin("PATCH", f"/v1/standups/{made['id']}", body=body).json()
    ids = [row["questions"][0]["id"] for row in (made, after)]
    assert (ids[0] == ids[1]) == (way == "kept")


def test_replacing_takes_all_of_it(admin: Caller) -> None:
    path = f"/v1/standups/{admin.create().json()['id']}"
    assert error_of(admin("PUT", path, body={"name": "Another"}))[0] == 400
    assert admin("PUT", path, body={**BODY, "name": "Another"}).json()["name"] == "Another"
    assert admin("DELETE", path).json()["name"] == "Another"
    assert admin("GET", path).status_code == 404


def test_creating_twice_makes_two(admin: Caller) -> None:
    assert admin.create().json()["id"] != admin.create().json()["id"]


# ------------------------------------------------------------------------------ reports


def test_reports_come_in_portions_of_thirty_or_of_a_hundred_at_most(
    geekbot: GeekbotSandbox, admin: Caller
) -> None:
    held = geekbot.standups[admin.create().json()["id"]]
    for _ in range(120):
        geekbot.start(held, "U0SARAH")
        geekbot.answer("U0SARAH", "ok")
    for query, count in (("", 30), ("&limit=100", 100), ("&limit=500", 100)):
        rows = admin("GET", f"/v1/reports?standup_id={held.id}{query}").json()
        assert len(rows) == count
        assert rows == sorted(rows, key=lambda row: -row["id"])


@pytest.mark.parametrize(("name", "words"), [("before", "since"), ("after", "after")])
def test_reports_want_timestamps(name: str, words: str, admin: Caller) -> None:
    answer = admin("GET", f"/v1/reports?{name}=2026-12-01")
    assert error_of(answer) == (400, f"{words} expects a timestamp")


# --------------------------------------------------------------------- the newer calls


def test_the_newer_calls_have_an_envelope_and_cursors(
    geekbot: GeekbotSandbox, admin: Caller
) -> None:
    geekbot.switches["admin_by_id"] = "any stand-up"
    first = admin("GET", "/v2/standups?limit=3").json()
    rest = admin("GET", f"/v2/standups?limit=3&cursor={first['next_cursor']}").json()
    assert (first["has_more"], rest["has_more"], rest["next_cursor"]) == (True, False, None)
    shown = [row["id"] for row in first["data"] + rest["data"]]
    assert shown == list(geekbot.standups)
    paused = admin("GET", "/v2/standups?state=paused").json()["data"]
    assert [row["name"] for row in paused] == ["Release notes"]
    for query in ("limit=0", "limit=101", "cursor=x"):
        assert admin("GET", f"/v2/standups?{query}").status_code == 400


def test_a_creation_with_a_key_of_its_own_can_be_repeated_for_a_day(
    geekbot: GeekbotSandbox, admin: Caller, member: Caller
) -> None:
    now = [NOON]
    geekbot.now = lambda: now[0]
    key = {"Idempotency-Key": str(uuid.UUID(int=7, version=4))}

    def create(caller: Caller = admin, **changes: Any) -> Any:
        return caller("POST", "/v2/standups", body={**SECOND_BODY, **changes}, headers=key)

    first = create()
    assert (first.status_code, first.json()["data"]["timezone"]) == (201, "user_local")
    assert create().json() == first.json()
    assert error_of(create(name="Another")) == (
        409,
        {"code": "conflict", "message": "This idempotency key was used for another request"},
    )
    assert create(member).json()["data"]["id"] != first.json()["data"]["id"]
    now[0] += timedelta(hours=24)
    assert create().json()["data"]["id"] != first.json()["data"]["id"]


def test_the_newer_calls_refuse_with_a_code_and_words(admin: Caller) -> None:
    status, error = error_of(admin("GET", "/v2/standups/9999"))
    assert (status, error["code"]) == (404, "not_found")
    answer = admin("POST", "/v2/standups", body=SECOND_BODY)
    assert error_of(answer)[1]["message"] == "Idempotency-Key must be a UUID"
    key = {"Idempotency-Key": str(uuid.uuid4())}
    bodies: list[Any] = [{**SECOND_BODY, "users": ["nobody"]}, [], {"name": "x"}]
    for body in bodies:
        assert admin("POST", "/v2/standups", body=body, headers=key).status_code == 400


def test_a_creation_whose_answer_is_lost_is_done(
    world: World, geekbot: GeekbotSandbox, admin: Caller
) -> None:
    before = len(geekbot.standups)
    world.faults.add(Fault("geekbot", "lost", "POST /v1/standups"))
    with pytest.raises(requests.ConnectionError):
        admin.create()
    assert len(geekbot.standups) == before + 1


def test_paths_nobody_has_are_told_from_those_of_breathe(world: World, admin: Caller) -> None:
    assert admin("GET", "/v1/standups/7001/answers").status_code == 404
    assert admin("DELETE", "/v1/me").status_code == 405
    assert [(seen.provider, seen.known) for seen in world.requests] == [
        ("geekbot", False),
        ("geekbot", True),
    ]
