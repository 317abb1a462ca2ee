"""What Productive's refusals mean, each as it is documented or was recorded."""

from typing import Any

import pytest

from integrations.errors import (
    IntegrationError,
    ReconnectError,
    RejectedError,
    RetryableError,
    UnexpectedError,
)
from integrations.productive.client import BudgetSpent, ProductiveClient
from integrations.productive.sandbox import ProductiveSandbox
from integrations.sandbox import Fault, World
from tests.integrations.conformance import CountingGate
from tests.integrations.misbehaving import Misbehaving
from tests.integrations.productive.rows import at

RECORDED = {
    "status": "422",
    "code": "invalid_attribute_value",
    "title": "Invalid Attribute Value",
    "detail": "person cannot track on this service",
    "meta": {},
    "source": {"pointer": "data/attributes/person"},
}
IN_WORDS = "Invalid Attribute Value: person cannot track on this service (person)"


def error(code: str = "", title: str = "", detail: str = "", **more: Any) -> dict[str, Any]:
    told = {"code": code, "title": title, "detail": detail}
    return {name: text for name, text in told.items() if text} | more


def refused(misbehaving: Misbehaving, status: bytes, *errors: Any) -> IntegrationError:
    client = at(misbehaving, {"errors": list(errors)}, status=status)
    with pytest.raises(IntegrationError) as caught:
        client.events()
    return caught.value


@pytest.mark.parametrize(
    ("status", "told", "kind"),
    [
        (
            b"400 Bad Request",
            error("unsupported_filter", "Unsupported filter", status="unprocessable_content"),
            RejectedError,
        ),
        (b"400 Bad Request", error("sort_param_unsupported", "Unsupported sort"), RejectedError),
        (
            b"401 Unauthorized",
            error("invalid_auth_token", detail="You are not authenticated"),
            ReconnectError,
        ),
        (b"403 Forbidden", error("no_person", "Forbidden"), ReconnectError),
        (
            b"403 Forbidden",
            error(detail="You are not authorized to access this resource"),
            RejectedError,
        ),
        (b"404 Not Found", error("record_not_found"), RejectedError),
        (b"404 Not Found", error(title="Route Not Found"), RejectedError),
        (b"406 Not Acceptable", error(title="Not acceptable"), UnexpectedError),
        (b"415 Unsupported Media Type", error(title="Unsupported"), UnexpectedError),
        (b"409 Conflict", error("timer_already_stopped"), RejectedError),
        (b"422 Unprocessable Content", RECORDED, RejectedError),
        (
            b"422 Unprocessable Content",
            error("entitlements_required", source={"pointer": "data/attributes/event"}),
            RejectedError,
        ),
        (b"429 Too Many Requests", error(title="Too many requests", limit=100), RetryableError),
        (b"500 Internal Server Error", error(title="Server Error"), RetryableError),
        (b"502 Bad Gateway", error(title="Bad Gateway"), RetryableError),
        (b"503 Service Unavailable", error(title="Unavailable"), RetryableError),
        (b"418 I am a teapot", error(title="Short and stout"), UnexpectedError),
    ],
)
def test_each_refusal_has_its_remedy(
    status: bytes, told: Any, kind: type[IntegrationError], misbehaving: Misbehaving
) -> None:
    found = refused(misbehaving, status, told)
    assert type(found) is kind
    assert found.status == int(status[:3])


def test_the_status_within_an_error_is_decoration(misbehaving: Misbehaving) -> None:
    insides: list[Any] = [401, "429", "unprocessable_content", None, []]
    for inside in insides:
        found = refused(misbehaving, b"422 Unprocessable Content", {**RECORDED, "status": inside})
        assert type(found) is RejectedError


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        ([RECORDED], IN_WORDS),
        ([RECORDED, error(title="Invalid Attribute")], f"{IN_WORDS}; Invalid Attribute"),
        ([error(title="Bad", source={"parameter": "filter[mood]"})], "Bad (filter[mood])"),
        ([error(title="Same", detail="Same")], "Same"),
        ([error(source={"pointer": "data/attributes/event"})], "(event)"),
        ([error(title="Odd", source="text")], "Odd"),
        ([error(title="Odd", source={"pointer": 7})], "Odd"),
        ([None, "text", {"title": 7, "detail": None}, error(title="Last")], "Last"),
    ],
)
def test_errors_are_told_in_productives_words(
    errors: list[Any], words: str, misbehaving: Misbehaving
) -> None:
    found = refused(misbehaving, b"422 Unprocessable Content", *errors)
    assert str(found) == f"Productive: listing categories of absence failed (422): {words}"


def test_errors_without_words_are_survived(misbehaving: Misbehaving) -> None:
    bodies: list[Any] = [{"errors": "none"}, {"errors": []}, [], None, {"detail": "gone wrong"}]
    for body in bodies:
        with pytest.raises(RejectedError):
            at(misbehaving, body, status=b"422 Unprocessable Content").events()


# -------------------------------------------------------------------- slow down


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ((b"X-RateLimit-Reset: 7",), 7),
        ((b"X-RateLimit-Reset: 7", b"Retry-After: 90"), 7),
        ((b"Retry-After: 90",), 90),
        ((b"X-RateLimit-Reset: soon", b"Retry-After: 90"), 90),
        ((b"X-RateLimit-Reset: soon",), None),
        ((b"X-RateLimit-Reset: -3",), 0),
        ((b"X-RateLimit-Reset: " + b"9" * 30,), 24 * 3600),
        ((), None),
    ],
)
def test_the_wait_is_in_productives_own_header_or_in_the_usual_one(
    headers: tuple[bytes, ...], wait: float | None, misbehaving: Misbehaving
) -> None:
    body = {"errors": [error(title="Too many requests")]}
    client = at(misbehaving, body, status=b"429 Too Many Requests", headers=headers)
    with pytest.raises(RetryableError) as caught:
        client.events()
    assert caught.value.retry_after == wait


def test_too_many_requests_are_waited_out(
    productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    gate = CountingGate()
    productive.gate = gate
    sandbox.switches["requests_per_10s"] = 2
    productive.events()
    productive.events()
    with pytest.raises(RetryableError) as caught:
        productive.events()
    assert type(caught.value) is RetryableError
    assert caught.value.in_short == "Productive asked us to slow down."
    assert caught.value.retry_after in (9, 10)
    assert gate.pauses == [caught.value.retry_after]


def test_a_spent_budget_says_why_it_takes_long(
    productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    gate = CountingGate()
    productive.gate = gate
    sandbox.switches["budget_seconds"] = 5_400
    with pytest.raises(BudgetSpent) as caught:
        productive.events()
    assert caught.value.in_short == (
        "Productive's allowance of computing time for this organisation is used up."
    )
    assert (caught.value.status, caught.value.retry_after) == (429, 5_400)
    assert gate.pauses == [5_400]


def test_how_long_may_be_left_unsaid(
    productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    sandbox.switches["budget_seconds"] = 60
    sandbox.switches["limit_header"] = "none"
    with pytest.raises(BudgetSpent) as caught:
        productive.events()
    assert caught.value.retry_after is None


# ------------------------------------------------------------------ dead tokens


@pytest.mark.parametrize("how", ["revoke", "expire"])
def test_a_dead_token_needs_a_person(
    how: str, productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    getattr(sandbox, how)("admin")
    with pytest.raises(ReconnectError, match="not authenticated"):
        productive.events()
    sandbox.grant("admin")
    productive.events()


def test_salaries_may_be_closed_while_all_else_works(
    productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    sandbox.switches["salaries"] = "forbidden"
    with pytest.raises(RejectedError, match="not authorized"):
        productive.salaries()
    productive.people()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("401", ReconnectError),
        ("403", RejectedError),
        ("409", RejectedError),
        ("429", RetryableError),
        ("500", RetryableError),
        ("html200", RetryableError),
        ("error200", UnexpectedError),
    ],
)
def test_faults_of_the_stand_in_mean_what_they_say(
    kind: str, expected: type[IntegrationError], productive: ProductiveClient, world: World
) -> None:
    world.faults.add(Fault("productive", kind))
    with pytest.raises(expected):
        productive.events()
