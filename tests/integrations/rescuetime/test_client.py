"""RescueTime: what counts as data, what a refusal means, and rows in one known order."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from integrations.client import FixedCredentials
from integrations.errors import ReconnectError, RejectedError, RetryableError, UnexpectedError
from integrations.rescuetime import client as api
from integrations.rescuetime.client import HEADERS, RangeRefused, RescueTimeClient
from integrations.rescuetime.sandbox import RescueTimeSandbox
from integrations.sandbox import Fault, World
from tests.integrations.misbehaving import Misbehaving

APPLICATION = {"client_id": "lockstep-rescuetime", "client_secret": "sandbox-secret"}
DAY = date(2026, 3, 2)
ROWS = [
    ["2026-03-02T09:00:00", 212, 1, "editor.example", "Editing & IDEs", 2],
    ["2026-03-02T09:00:00", 61, 1, "mail.example", "Email", 0],
    ["2026-03-02T09:05:00", 300, 1, "editor.example", "Editing & IDEs", 2],
]


@pytest.fixture
def sandbox(world: World) -> RescueTimeSandbox:
    return world.of(RescueTimeSandbox)


@pytest.fixture
def client(world: World) -> RescueTimeClient:
    return of(world, "ada")


def of(world: World, person: str) -> RescueTimeClient:
    keys = FixedCredentials(world["rescuetime"].grant(person), provider="RescueTime")
    return RescueTimeClient(keys, base_url=world.url)


def at(
    misbehaving: Misbehaving, body: Any, *, status: bytes = b"200 OK", gate: Any = None
) -> RescueTimeClient:
    data = json.dumps(body).encode()
    length = b"Content-Length: %d" % len(data)
    misbehaving.answer = misbehaving.head(length, status=status) + data
    keys = FixedCredentials({"access_token": "made-up-token"}, provider="RescueTime")
    return RescueTimeClient(keys, base_url=misbehaving.url, gate=gate)


def answer(rows: list[list[Any]], headers: tuple[str, ...] = HEADERS) -> dict[str, Any]:
    return {"notes": "made up", "row_headers": list(headers), "rows": rows}


def last_days(days: int) -> tuple[date, date]:
    today = datetime.now(UTC).date()
    return today - timedelta(days=days - 1), today


# ------------------------------------------------------------------------ rows


def test_rows_are_what_the_account_holds(world: World, sandbox: RescueTimeSandbox) -> None:
    sandbox.add_account(
        "dora",
        {
            "2026-03-02": [("09:00:00", 212, "editor.example", "Editing & IDEs", 2)],
            "2026-03-03": [("23:55:00", 61, "mail.example", "Email", 0)],
            "2026-03-04": [("00:00:00", 5, "mail.example", "Email", 0)],
        },
    )
    table = of(world, "dora").rows(DAY, date(2026, 3, 3))
    assert table.headers == HEADERS
    assert table.notes
    assert table.rows == [
        ["2026-03-02T09:00:00", 212, 1, "editor.example", "Editing & IDEs", 2],
        ["2026-03-03T23:55:00", 61, 1, "mail.example", "Email", 0],
    ]


def test_both_ends_are_always_sent(client: RescueTimeClient, world: World) -> None:
    client.rows(DAY, date(2026, 3, 15))
    (seen,) = world.requests
    asked = {name: value for name, value in seen.query.items() if name != "access_token"}
    assert asked == {
        "format": "json",
        "perspective": "interval",
        "resolution_time": "minute",
        "restrict_kind": "activity",
        "restrict_begin": "2026-03-02",
        "restrict_end": "2026-03-15",
    }


def test_columns_and_rows_in_another_order_mean_the_same(
    client: RescueTimeClient, sandbox: RescueTimeSandbox
) -> None:
    days = last_days(14)
    usual = client.rows(*days)
    sandbox.switches["column_order"] = "changed"
    assert client.rows(*days) == usual
    sandbox.switches["row_order"] = "shuffled"
    shuffled = client.rows(*days)
    assert sorted(shuffled.rows) == sorted(usual.rows)
    assert [row[0] for row in shuffled.rows] == [row[0] for row in usual.rows]


def test_sorting_keeps_the_order_within_a_bucket(misbehaving: Misbehaving) -> None:
    client = at(misbehaving, answer([ROWS[2], ROWS[0], ROWS[1]]))
    assert client.rows(DAY, DAY).rows == ROWS


def test_a_new_account_has_no_rows(world: World) -> None:
    assert of(world, "cleo").rows(*last_days(14)).rows == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (0, "2026-03-02"),
        (0, "2026-03-02T09:00:00Z"),
        (0, "2026-03-02T24:00:00"),
        (0, None),
        (1, "212"),
        (1, 2.5),
        (1, True),
        (1, -1),
        (2, None),
        (3, 7),
        (4, None),
        (5, 3),
        (5, "2"),
    ],
)
def test_a_value_of_another_kind_is_named_by_its_column(
    column: int, value: Any, misbehaving: Misbehaving
) -> None:
    row = [*ROWS[0][:column], value, *ROWS[0][column + 1 :]]
    with pytest.raises(UnexpectedError) as caught:
        at(misbehaving, answer([row])).rows(DAY, DAY)
    assert HEADERS[column] in str(caught.value)


def test_two_columns_of_one_name_are_not_understood(misbehaving: Misbehaving) -> None:
    headers = ("Date", "Date", *HEADERS[2:])
    with pytest.raises(UnexpectedError, match="the columns are Date, Date"):
        at(misbehaving, answer([], headers)).rows(DAY, DAY)


def test_a_row_of_another_day_than_asked_for_is_not_understood(misbehaving: Misbehaving) -> None:
    with pytest.raises(UnexpectedError, match="outside"):
        at(misbehaving, answer(ROWS)).rows(date(2026, 3, 3), date(2026, 3, 4))


# ---------------------------------------------------------------------- totals


def test_totals_of_months_add_up_to_the_rows(client: RescueTimeClient) -> None:
    begin, end = last_days(31)
    by_day: dict[str, int] = {}
    for row in client.rows(begin, end).rows:
        by_day[row[0][:10]] = by_day.get(row[0][:10], 0) + row[1]
    assert client.totals(begin, end, resolution="day") == by_day
    months = client.totals(begin, end, resolution="month")
    assert sum(months.values()) == sum(by_day.values())
    assert all(month.endswith("-01") for month in months)


def test_one_coarse_question_finds_the_first_month_and_the_empty_ones(
    client: RescueTimeClient, world: World
) -> None:
    today = datetime.now(UTC).date()
    months = client.totals(date(2008, 1, 1), today, resolution="month")
    assert len(world.requests) == 1
    first = date.fromisoformat(next(iter(months)))
    span = (today.year - first.year) * 12 + today.month - first.month + 1
    assert 55 < len(months) < span


def test_totals_need_a_date_and_a_time(misbehaving: Misbehaving) -> None:
    with pytest.raises(UnexpectedError, match="columns"):
        at(misbehaving, answer([], ("Rank", "Person"))).totals(DAY, DAY, resolution="day")


# -------------------------------------------------------------------- refusals


@pytest.mark.parametrize("how", ["401", "200", "403"])
def test_a_revoked_token_needs_a_person_however_it_is_said(
    how: str, client: RescueTimeClient, sandbox: RescueTimeSandbox
) -> None:
    sandbox.switches["revoked_token"] = how
    sandbox.revoke("ada")
    with pytest.raises(ReconnectError):
        client.rows(*last_days(2))


def test_too_long_a_span_says_so_in_its_own_way(client: RescueTimeClient, world: World) -> None:
    with pytest.raises(RangeRefused) as caught:
        client.rows(*last_days(40))
    assert isinstance(caught.value, RejectedError)
    assert client.rows(*last_days(31)).rows
    world.faults.add(Fault("rescuetime", "error200"))
    with pytest.raises(RangeRefused):
        client.totals(*last_days(400), resolution="month")


@pytest.mark.parametrize("how", ["429", "502", "409"])
def test_too_many_requests_are_waited_out_however_it_is_said(
    how: str, client: RescueTimeClient, sandbox: RescueTimeSandbox
) -> None:
    sandbox.switches["requests_per_minute"] = 1
    sandbox.switches["throttling"] = how
    client.rows(*last_days(1))
    with pytest.raises(RetryableError) as caught:
        client.rows(*last_days(1))
    assert caught.value.status == int(how)


def test_409_that_names_a_time_is_obeyed(client: RescueTimeClient, world: World) -> None:
    world.faults.add(Fault("rescuetime", "409", retry_after=12))
    with pytest.raises(RetryableError) as caught:
        client.rows(*last_days(1))
    assert caught.value.retry_after == 12


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (b"403 Forbidden", {"error": "forbidden", "messages": "rate exceeded"}, RetryableError),
        (b"403 Forbidden", {"error": "missing scope"}, ReconnectError),
        (b"400 Bad Request", {"error": "invalid_token"}, ReconnectError),
        (b"400 Bad Request", {"error": "bad span"}, RangeRefused),
        (b"414 URI Too Long", {"error": "long"}, RangeRefused),
        (b"404 Not Found", {"error": "nothing here"}, RejectedError),
        (b"418 Teapot", {"error": "short and stout"}, UnexpectedError),
        (b"200 OK", {"error": "# key not found", "messages": "key not found"}, ReconnectError),
        (b"200 OK", {"error": "Unauthorized"}, ReconnectError),
        (b"200 OK", {"error": "# query error", "messages": "Error: Likely"}, RangeRefused),
        (b"200 OK", {"error": "out of order", "rows": [], "row_headers": []}, RetryableError),
        (b"200 OK", {"error": None}, RetryableError),
        (b"200 OK", {"error": {"code": 7}}, RetryableError),
    ],
)
def test_a_refusal_is_classified_in_rescuetimes_own_terms(
    status: bytes, body: Any, expected: type[Exception], misbehaving: Misbehaving
) -> None:
    with pytest.raises(expected):
        at(misbehaving, body, status=status).rows(DAY, DAY)


def test_403_with_a_page_is_from_something_in_between(misbehaving: Misbehaving) -> None:
    client = at(misbehaving, {})
    misbehaving.answer = (
        b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 4\r\n"
        b"Connection: close\r\n\r\n<b/>"
    )
    with pytest.raises(RetryableError):
        client.rows(DAY, DAY)


def test_an_answer_too_large_to_hold_asks_for_a_shorter_span(misbehaving: Misbehaving) -> None:
    client = at(misbehaving, answer(ROWS * 100))
    client.largest_answer = 1000  # type: ignore[misc]
    with pytest.raises(RangeRefused):
        client.rows(DAY, DAY)


# ---------------------------------------------------------------------- tokens


def test_should_tokens_ever_expire_they_are_renewed(
    world: World, sandbox: RescueTimeSandbox
) -> None:
    sandbox.switches["token_reply"] = "with_refresh"

    class Renewing:
        tokens: Mapping[str, Any] = world["rescuetime"].grant("ben")

        def read(self) -> Mapping[str, Any]:
            return self.tokens

        def renew(self, stale: str) -> Mapping[str, Any]:
            self.tokens = api.refresh(self.tokens, base_url=world.url, **APPLICATION)
            return self.tokens

    client = RescueTimeClient(Renewing(), base_url=world.url)
    sandbox.expire("ben")
    assert client.totals(*last_days(30), resolution="day")
    paths = [seen.path for seen in world.requests]
    assert paths == ["/api/oauth/data", "/oauth/token", "/api/oauth/data"]


def test_a_token_of_today_cannot_be_renewed(world: World) -> None:
    with pytest.raises(ReconnectError):
        api.refresh(world["rescuetime"].grant("ben"), base_url=world.url, **APPLICATION)
    assert world.requests == []


def test_giving_a_token_back_is_tried_and_its_refusal_is_one_of_the_four(world: World) -> None:
    with pytest.raises((RejectedError, UnexpectedError)):
        api.revoke(world["rescuetime"].grant("ben"), base_url=world.url, **APPLICATION)
