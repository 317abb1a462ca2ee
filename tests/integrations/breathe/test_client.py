"""Breathe's client: lists page by page, the key, and what a refusal means."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.breathe.client import BreatheClient
from integrations.breathe.sandbox import KEY, BreatheSandbox
from integrations.errors import (
    IntegrationError,
    ReconnectError,
    RejectedError,
    RetryableError,
    UnexpectedError,
)
from integrations.sandbox import Fault, World
from integrations.shapes import Page
from tests.integrations.breathe.calls import ABSENCE, at, client_with, of, whole
from tests.integrations.conformance import CountingGate
from tests.integrations.misbehaving import Misbehaving

TODAY = datetime.now(UTC).date()


@pytest.fixture
def sandbox(world: World) -> BreatheSandbox:
    return world.of(BreatheSandbox)


@pytest.fixture
def client(world: World) -> BreatheClient:
    return of(world)


# ---------------------------------------------------------------------- reading


def test_people_are_those_of_the_company(client: BreatheClient) -> None:
    people = {person.name: person for person in whole(client.employees)}
    assert len(people) == 12
    assert people["Cleo Marsh"].email == "Cleo.Marsh@example.org"
    assert people["Ben Adeyemi"].is_current  # known as Ben, and called Benjamin
    assert (people["Otto Vane"].email, people["Otto Vane"].is_current) == ("", False)


def test_every_list_is_read_as_it_stands_there(
    client: BreatheClient, sandbox: BreatheSandbox
) -> None:
    assert {row.id for row in whole(client.absences)} == set(sandbox.lists["absences"])
    assert {row.id for row in whole(client.sicknesses)} == set(sandbox.lists["sicknesses"])
    courses = {str(number) for number in sandbox.lists["courses"]}
    assert {row.id for row in whole(client.courses)} == courses
    assert {row.id for row in client.leave_reasons()} == set(sandbox.lists["reasons"])
    assert client.account() == "Example Ltd"


def test_cancelled_leave_is_listed_and_says_so(client: BreatheClient) -> None:
    assert {row.cancelled for row in whole(client.absences)} == {True, False}


def test_no_list_is_narrowed_down_and_every_page_has_our_size(
    client: BreatheClient, sandbox: BreatheSandbox, world: World
) -> None:
    for number in range(120):
        sandbox.add_absence(7001, TODAY + timedelta(days=number))
        sandbox.add_course(7001, None, None)
    fetches: list[Callable[[str | None], Page[Any]]]
    fetches = [client.employees, client.absences, client.sicknesses, client.courses]
    for fetch in fetches:
        whole(fetch)
    asked = {tuple(sorted(seen.query.items())) for seen in world.requests}
    assert asked == {
        (("per_page", "100"),),
        (("page", "2"), ("per_page", "100")),
    }
    assert {seen.method for seen in world.requests} == {"GET"}


def test_leave_that_began_long_ago_is_there_whatever_start_date_means(
    client: BreatheClient, sandbox: BreatheSandbox
) -> None:
    found = []
    for meaning in ("overlap", "start_on_or_after", "ignored"):
        sandbox.switches["start_date"] = meaning
        found.append(whole(client.absences))
    assert found[0] == found[1] == found[2]
    longest = max(found[0], key=lambda row: row.end - row.start)
    assert longest.end - longest.start == timedelta(days=365)
    assert longest.reason == "Maternity"


@pytest.mark.parametrize("usual", [25, 100])
def test_what_a_page_usually_holds_makes_no_difference(
    usual: int, client: BreatheClient, sandbox: BreatheSandbox, world: World
) -> None:
    sandbox.switches["default_per_page"] = usual
    assert len(whole(client.absences)) == len(sandbox.lists["absences"])
    assert len(world.requests) == 1


# ------------------------------------------------------------------------ pages


def test_each_page_tells_the_next_and_how_many_there_are(
    client: BreatheClient, sandbox: BreatheSandbox
) -> None:
    for number in range(230):
        sandbox.add_sickness(7002, TODAY - timedelta(days=number))
    total = len(sandbox.lists["sicknesses"])
    first = client.sicknesses()
    second = client.sicknesses(first.next)
    last = client.sicknesses(second.next)
    assert [len(page.rows) for page in (first, second, last)] == [100, 100, total - 200]
    assert {page.total for page in (first, second, last)} == {total}
    assert (first.next is None, second.next is None, last.next) == (False, False, None)


def test_an_only_page_has_no_next(client: BreatheClient) -> None:
    page = client.employees()
    assert (page.next, page.total) == (None, 12)


def test_429_between_two_pages_is_asked_again_at_the_same_page(
    client: BreatheClient, sandbox: BreatheSandbox, world: World
) -> None:
    for number in range(150):
        sandbox.add_absence(7001, TODAY + timedelta(days=number))
    world.faults.add(Fault("breathe", "429", "GET /v1/absences", skip=1))
    first = client.absences()
    with pytest.raises(RetryableError) as caught:
        client.absences(first.next)
    assert caught.value.retry_after is None
    second = client.absences(first.next)
    ids = [row.id for row in first.rows + second.rows]
    assert ids == sorted(sandbox.lists["absences"])


# --------------------------------------------------------------------- the key


@pytest.mark.parametrize("pasted", [f"{KEY}\n", f"  {KEY}\r\n", KEY])
def test_a_key_that_was_pasted_with_a_line_break_works(pasted: str, world: World) -> None:
    assert client_with(pasted, url=world.url).account() == "Example Ltd"
    (seen,) = world.requests
    assert (seen.headers["X-API-KEY"], seen.headers["Accept"]) == (KEY, "application/json")
    assert "Authorization" not in seen.headers


def test_a_key_that_is_taken_back_needs_a_person(
    client: BreatheClient, sandbox: BreatheSandbox
) -> None:
    client.account()
    sandbox.revoke("company")
    for read in (client.account, client.employees, client.absences, client.leave_reasons):
        with pytest.raises(ReconnectError, match=r"\(401\): 401 Unauthorized"):
            read()
    sandbox.grant("company")
    assert client.account()


def test_a_key_that_may_not_read_this_needs_a_person(client: BreatheClient, world: World) -> None:
    world.faults.add(Fault("breathe", "403"))
    with pytest.raises(ReconnectError, match="Forbidden"):
        client.absences()


# --------------------------------------------------------------------- refusals


@pytest.mark.parametrize("body", ["object", "string"])
@pytest.mark.parametrize(
    ("kind", "expected", "words"),
    [
        ("429", RetryableError, "Rate Limit Reached"),
        ("403", ReconnectError, "Forbidden"),
        ("401", ReconnectError, "401 Unauthorized"),
        ("409", RejectedError, "Conflict"),
    ],
)
def test_an_error_is_understood_as_a_text_and_as_an_object(
    body: str,
    kind: str,
    expected: type[Exception],
    words: str,
    client: BreatheClient,
    sandbox: BreatheSandbox,
    world: World,
) -> None:
    sandbox.switches["error_body"] = body
    world.faults.add(Fault("breathe", kind))
    with pytest.raises(expected, match=words):
        client.absences()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": "401 Unauthorized"}, "401 Unauthorized"),
        ({"error": {"type": "Not Found"}}, "Not Found"),
        (
            {"error": {"type": "Record Invalid", "page": ["invalid"]}},
            "Record Invalid; page invalid",
        ),
        ({"error": {"page": ["invalid", "missing"]}}, "page invalid, missing"),
        ({"error": {"type": 7, "page": [7], "employee": {"dob": "1990-12-31"}}}, ""),
        ({"error": {}}, ""),
        ({"error": None}, ""),
        ({"error": ["Ada"]}, ""),
        ({"employees": [{"ni_number": "QQ123456C"}]}, ""),
        (["QQ123456C"], ""),
        ("QQ123456C", ""),
        (None, ""),
    ],
)
def test_only_the_words_of_an_error_are_told(
    body: Any, words: str, misbehaving: Misbehaving
) -> None:
    with pytest.raises(IntegrationError) as caught:
        at(misbehaving, body, status="400 Bad Request").absences()
    assert caught.value.excerpt == words


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("400 Bad Request", RejectedError),
        ("401 Unauthorized", ReconnectError),
        ("403 Forbidden", ReconnectError),
        ("404 Not Found", UnexpectedError),
        ("408 Request Timeout", RetryableError),
        ("418 Teapot", UnexpectedError),
        ("422 Unprocessable Entity", RejectedError),
        ("429 Too Many Requests", RetryableError),
        ("500 Internal Server Error", RetryableError),
        ("503 Service Unavailable", RetryableError),
    ],
)
def test_a_refusal_is_classified_whatever_its_body_is(
    status: str, expected: type[Exception], misbehaving: Misbehaving
) -> None:
    bodies: list[Any] = [{"error": "no"}, {"error": {"type": "No"}}, {"error": 7}, [], None]
    for body in bodies:
        with pytest.raises(expected):
            at(misbehaving, body, status=status).absences()


def test_the_limit_of_requests_tells_everybody_with_the_key(
    world: World, sandbox: BreatheSandbox
) -> None:
    sandbox.switches["requests_per_minute"] = 1
    sandbox.switches["retry_after"] = "seconds"
    sandbox.now = lambda: datetime(2026, 3, 20, 12, 0, 18, tzinfo=UTC)
    gate = CountingGate()
    client = of(world, gate=gate)
    client.account()
    with pytest.raises(RetryableError) as caught:
        client.account()
    assert caught.value.retry_after == 42
    assert gate.pauses == [42]


def test_a_page_cut_off_twice_is_no_page(client: BreatheClient, world: World) -> None:
    world.faults.add(Fault("breathe", "cut", times=2))
    with pytest.raises(RetryableError, match="cut"):
        client.absences()


def test_what_was_read_before_a_bad_page_is_not_taken_for_the_whole(
    misbehaving: Misbehaving,
) -> None:
    """An error with a good status, beside rows that look good, is no list."""
    client = at(misbehaving, {"error": {"type": "No"}, "absence": [ABSENCE]})
    with pytest.raises(UnexpectedError, match="absences is missing"):
        client.absences()
