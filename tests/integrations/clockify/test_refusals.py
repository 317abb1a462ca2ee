"""Clockify's refusals: which remedy each has, in which words, and how long there is to wait."""

import time
from typing import Any

import pytest

from integrations.clockify.client import ClockifyClient
from integrations.errors import (
    IntegrationError,
    ReconnectError,
    RejectedError,
    RetryableError,
    UnexpectedError,
)
from tests.integrations.clockify.rows import KEY, WORKSPACE, at
from tests.integrations.misbehaving import Misbehaving

FORBIDDEN = "forbidden: no permission, or the plan does not have this"
OWN_KEY = "a workspace on its own subdomain or in a region needs a key made there"


def told(code: Any, message: Any = "No.") -> dict[str, Any]:
    return {"message": message, "code": code}


def refused(client: ClockifyClient) -> IntegrationError:
    with pytest.raises(IntegrationError) as caught:
        client.create_tag(WORKSPACE, "on call")
    return caught.value


REMEDIES = [
    (b"400 Bad Request", told(501, "Tag with name on call already exists"), RejectedError),
    (b"400 Bad Request", told(3000, "Malformed"), RejectedError),
    (b"401 Unauthorized", told(1000, "Multiple or none auth tokens present"), ReconnectError),
    (b"401 Unauthorized", told(4003, "Api key does not exist"), ReconnectError),
    (b"401 Unauthorized", told(4017, "Token is not valid"), ReconnectError),
    (b"401 Unauthorized", told(4019, "Verify your e-mail"), ReconnectError),
    (b"401 Unauthorized", told(406, "Banned"), ReconnectError),
    (b"401 Unauthorized", b"", ReconnectError),
    (b"403 Forbidden", told(406, "Banned"), ReconnectError),
    (b"406 Not Acceptable", told(406, "Banned"), ReconnectError),
    (b"406 Not Acceptable", b"", ReconnectError),
    (b"400 Bad Request", told(406, "Banned"), ReconnectError),
    (b"403 Forbidden", told(501, "Access Denied"), RejectedError),
    (b"403 Forbidden", told(1003, "Cannot edit locked time entry"), RejectedError),
    (b"403 Forbidden", told(4030, "Manual time tracking disabled"), RejectedError),
    (b"403 Forbidden", b"", RejectedError),
    (b"404 Not Found", told(3000, "No static resource v1/tag"), UnexpectedError),
    (b"404 Not Found", b"", UnexpectedError),
    (b"405 Method Not Allowed", told(3000, "Not supported"), UnexpectedError),
    (b"418 I am a teapot", told(501), UnexpectedError),
    (b"429 Too Many Requests", told(429, "Too many requests"), RetryableError),
    (b"429 Too Many Requests", b"", RetryableError),
    (b"429 Too Many Requests", b"slow down", RetryableError),
    (b"500 Internal Server Error", told(500), RetryableError),
    (b"502 Bad Gateway", b"<h1>Bad gateway</h1>", RetryableError),
    (b"503 Service Unavailable", b"", RetryableError),
]


@pytest.mark.parametrize(("status", "body", "kind"), REMEDIES)
def test_each_refusal_has_its_remedy(
    status: bytes, body: Any, kind: type[IntegrationError], misbehaving: Misbehaving
) -> None:
    found = refused(at(misbehaving, body, status=status))
    assert type(found) is kind
    assert found.status == int(status[:3])
    assert len(misbehaving.seen) == 1


def test_a_refusal_is_told_in_clockifys_words(misbehaving: Misbehaving) -> None:
    body = {**told(501, "Tag with name on call already exists"), "details": {"secret": KEY}}
    found = refused(at(misbehaving, body, status=b"400 Bad Request"))
    assert str(found) == (
        "Clockify: creating a tag failed (400): Tag with name on call already exists"
    )


@pytest.mark.parametrize("message", [None, "", "  ", 7, ["a", "b"], {"text": "no"}])
def test_nothing_but_a_message_is_told(message: Any, misbehaving: Misbehaving) -> None:
    body = {**told(501, message), "error": "Bad Request", "path": "/v1/workspaces"}
    found = refused(at(misbehaving, body, status=b"400 Bad Request"))
    assert str(found) == "Clockify: creating a tag failed (400)."


@pytest.mark.parametrize("body", [[], None, 7, "text", b"{", b"[" * 100_000, b"\xff"])
def test_bodies_of_any_kind_are_survived(body: Any, misbehaving: Misbehaving) -> None:
    assert type(refused(at(misbehaving, body, status=b"400 Bad Request"))) is RejectedError
    assert refused(at(misbehaving, body, status=b"403 Forbidden")).excerpt == FORBIDDEN


@pytest.mark.parametrize("code", ["406", None, [406], 406.5, {}])
def test_a_code_is_a_number_and_anything_else_is_none(code: Any, misbehaving: Misbehaving) -> None:
    found = refused(at(misbehaving, told(code), status=b"403 Forbidden"))
    assert type(found) is RejectedError


def test_a_message_that_quotes_a_whole_description_is_cut(misbehaving: Misbehaving) -> None:
    body = told(501, "You entered wrong value: " + "private " * 300)
    found = refused(at(misbehaving, body, status=b"400 Bad Request"))
    assert len(found.excerpt) == 200


def test_a_message_that_quotes_the_key_is_told_without_it(misbehaving: Misbehaving) -> None:
    for status in (b"400 Bad Request", b"401 Unauthorized", b"403 Forbidden"):
        found = refused(at(misbehaving, told(4003, f"no key {KEY}"), status=status))
        assert KEY not in str(found)
        assert "no key …" in str(found)


def test_whoever_has_the_wrong_key_learns_where_the_right_one_is_made(
    misbehaving: Misbehaving,
) -> None:
    unknown = told(4003, "Api key does not exist")
    found = refused(at(misbehaving, unknown, status=b"401 Unauthorized"))
    assert found.excerpt == f"Api key does not exist ({OWN_KEY})"
    wordy = told(4003, "Api key does not exist. " * 20)
    assert OWN_KEY in refused(at(misbehaving, wordy, status=b"401 Unauthorized")).excerpt
    other = told(4019, "Verify your e-mail")
    assert OWN_KEY not in str(refused(at(misbehaving, other, status=b"401 Unauthorized")))


@pytest.mark.parametrize("body", [b"", told(501, ""), told(501, None), b"<h1>No</h1>"])
def test_a_silent_403_says_what_it_may_mean(body: Any, misbehaving: Misbehaving) -> None:
    found = refused(at(misbehaving, body, status=b"403 Forbidden"))
    assert found.excerpt == FORBIDDEN
    words = told(1003, "Cannot edit locked time entry")
    found = refused(at(misbehaving, words, status=b"403 Forbidden"))
    assert found.excerpt == "Cannot edit locked time entry"


# -------------------------------------------------------------------- slow down


@pytest.mark.parametrize("body", [b"", b"slow down", told(429, "Too many requests")])
@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ((b"Retry-After: 7",), 7),
        ((b"Retry-After: 7", b"X-RateLimit-Reset: 90"), 7),
        ((b"Retry-After: soon", b"X-RateLimit-Reset: 90"), 90),
        ((b"X-RateLimit-Reset: 90",), 90),
        ((b"X-RateLimit-Reset: -3",), 0),
        ((b"X-RateLimit-Reset: soon",), None),
        ((b"X-RateLimit-Reset: nan",), None),
        ((b"X-RateLimit-Reset: 7200",), None),
        ((b"X-RateLimit-Reset: " + b"9" * 30,), None),
        ((b"Retry-After: " + b"9" * 30,), 24 * 3600),
        ((), None),
    ],
)
def test_the_wait_is_taken_from_where_it_is_said(
    headers: tuple[bytes, ...], wait: float | None, body: Any, misbehaving: Misbehaving
) -> None:
    client = at(misbehaving, body, status=b"429 Too Many Requests", headers=headers)
    found = refused(client)
    assert isinstance(found, RetryableError)
    assert found.retry_after == wait
    assert found.in_short == "Clockify asked us to slow down."


@pytest.mark.parametrize(("later", "least"), [(60, 55), (0, 0)])
def test_the_wait_may_be_told_as_a_moment(later: int, least: int, misbehaving: Misbehaving) -> None:
    moment = b"X-RateLimit-Reset: %d" % (time.time() + later + 1)
    found = refused(at(misbehaving, b"", status=b"429 Too Many Requests", headers=(moment,)))
    assert isinstance(found, RetryableError)
    assert found.retry_after is not None
    assert least <= found.retry_after <= later + 1


def test_a_moment_that_is_over_is_no_wait(misbehaving: Misbehaving) -> None:
    moment = b"X-RateLimit-Reset: %d" % (time.time() - 60)
    found = refused(at(misbehaving, b"", status=b"429 Too Many Requests", headers=(moment,)))
    assert isinstance(found, RetryableError)
    assert found.retry_after is None
