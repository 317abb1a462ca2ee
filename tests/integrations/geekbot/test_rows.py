"""What Geekbot may tell of stand-ups and people, and which answers are of another shape."""

from typing import Any

import pytest

from integrations.errors import RejectedError, UnexpectedError
from integrations.geekbot.rows import Me, Standup
from tests.integrations.geekbot.calls import STANDUP_ROW, at
from tests.integrations.misbehaving import Misbehaving

ABSENT = object()
ME_ROW: dict[str, Any] = {
    "user": {"id": "U0EXAMPLE1", "username": "ada", "realname": "Ada Example", "is_admin": True},
    "team": {"id": 4001, "name": "Example Team"},
}


def one(misbehaving: Misbehaving, **changes: Any) -> Standup:
    row = {name: value for name, value in {**STANDUP_ROW, **changes}.items() if value is not ABSENT}
    [found] = at(misbehaving, [row]).standups()
    return found


def me(misbehaving: Misbehaving, *, user: Any = None, **changes: Any) -> Me:
    row = {**ME_ROW, "user": {**ME_ROW["user"], **(user or {})}, **changes}
    return at(misbehaving, row).me()


def test_a_row_as_it_is_documented(misbehaving: Misbehaving) -> None:
    assert one(misbehaving) == Standup(
        id=7001,
        name="Support role hand-over",
        channel="#support",
        time="10:00:00",
        timezone="Europe/Stockholm",
        days=("Wed",),
        users=("U0EXAMPLE1",),
        questions=("Reply ok",),
        wait_minutes=10,
        master="U0EXAMPLE9",
        syncs_channel=False,
        is_paused=False,
        is_draft=False,
        channel_ready=True,
    )


@pytest.mark.parametrize("name", ["name", "channel", "time", "timezone", "master"])
def test_a_draft_may_lack_what_is_not_filled_in_yet(name: str, misbehaving: Misbehaving) -> None:
    assert getattr(one(misbehaving, **{name: None}), name) == ""


def test_a_draft_may_have_no_days_yet(misbehaving: Misbehaving) -> None:
    assert one(misbehaving, days=None).days == ()


@pytest.mark.parametrize("wait", [None, -1])
def test_no_wait_is_told_in_two_ways(wait: Any, misbehaving: Misbehaving) -> None:
    assert one(misbehaving, wait_time=wait).wait_minutes is None


def test_users_may_be_numbers_as_the_reference_has_them(misbehaving: Misbehaving) -> None:
    found = one(misbehaving, users=[{"id": 10}, {"id": "U0EXAMPLE1"}], master=11)
    assert (found.users, found.master) == (("10", "U0EXAMPLE1"), "11")


def test_what_is_new_to_us_does_no_harm(misbehaving: Misbehaving) -> None:
    assert one(misbehaving, frequency="monthly") == one(misbehaving)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", None),
        ("id", "7001"),
        ("name", 7),
        ("users", None),
        ("users", ["U0EXAMPLE1"]),
        ("users", [{"id": None}]),
        ("users", [{"id": ""}]),
        ("users", [{"id": True}]),
        ("users", ABSENT),
        ("questions", None),
        ("questions", [{}]),
        ("wait_time", "600"),
        ("wait_time", ABSENT),
        ("days", "Wed"),
        ("paused", "yes"),
    ],
)
def test_a_stand_up_of_another_shape_stops_everything(
    name: str, value: Any, misbehaving: Misbehaving
) -> None:
    with pytest.raises(UnexpectedError) as caught:
        one(misbehaving, **{name: value})
    assert name in str(caught.value)
    assert "U0EXAMPLE1" not in str(caught.value)


@pytest.mark.parametrize("body", [None, {}, {"standups": []}, "none", 7])
def test_a_list_of_another_shape_is_no_empty_list(body: Any, misbehaving: Misbehaving) -> None:
    with pytest.raises(UnexpectedError):
        at(misbehaving, body).standups()


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({}, "Ada Example"),
        ({"realname": None}, "ada"),
        ({"realname": " "}, "ada"),
        ({"realname": None, "username": ""}, "U0EXAMPLE1"),
    ],
)
def test_a_person_is_never_without_a_name(
    user: dict[str, Any], name: str, misbehaving: Misbehaving
) -> None:
    assert me(misbehaving, user=user).name == name


@pytest.mark.parametrize(
    ("user", "is_admin"),
    [
        ({"is_admin": True}, True),
        ({"is_admin": False, "role": "admin"}, True),
        ({"is_admin": None, "role": "billing_admin"}, False),
        ({"is_admin": False, "role": "member"}, False),
    ],
)
def test_who_is_an_admin_is_told_in_two_ways(
    user: dict[str, Any], *, is_admin: bool, misbehaving: Misbehaving
) -> None:
    assert me(misbehaving, user=user).is_admin is is_admin


@pytest.mark.parametrize(
    "changes", [{"team": None}, {"team": {"name": "x"}}, {"user": {"id": 0.5}}]
)
def test_somebody_of_another_shape_is_nobody(
    changes: dict[str, Any], misbehaving: Misbehaving
) -> None:
    with pytest.raises(UnexpectedError):
        me(misbehaving, **changes)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Not your standup", "Not your standup"),
        ({"error": "Not your standup"}, "Not your standup"),
        ({"error": {"code": "not_yours", "message": "Not your standup"}}, "Not your standup"),
        ({"error": ["U0EXAMPLE1"]}, "(422)."),
        (["U0EXAMPLE1"], "(422)."),
    ],
)
def test_only_the_words_of_a_refusal_are_told(
    body: Any, words: str, misbehaving: Misbehaving
) -> None:
    client = at(misbehaving, body, status="422 Unprocessable Content")
    with pytest.raises(RejectedError) as caught:
        client.change(7001, {"name": "Another"})
    assert words in str(caught.value)
    assert "U0EXAMPLE1" not in str(caught.value)
