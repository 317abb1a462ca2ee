"""Questions to the RescueTime sandbox: what a range, a resolution and a kind answer."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from integrations.rescuetime.sandbox import RescueTimeSandbox
from integrations.sandbox import World, utc_now

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
DAYS: dict[str, list[tuple[str, int, str, str, int]]] = {
    "2026-02-28": [("23:55:00", 300, "editor.example", "Editing & IDEs", 2)],
    "2026-03-01": [
        ("09:00:00", 61, "mail.example", "Email", 0),
        ("09:00:00", 212, "editor.example", "Editing & IDEs", 2),
        ("10:05:00", 100, "chat.example", "Instant Message", 0),
    ],
    "2026-03-02": [("00:00:00", 30, "video.example", "Video", -2)],
}


class Account:
    def __init__(self, world: World, person: str) -> None:
        self.world = world
        self.token = world["rescuetime"].grant(person)["access_token"]

    def ask(self, begin: str, end: str, **query: str) -> requests.Response:
        asked = {"access_token": self.token, "format": "json", "by": "interval", "rk": "activity"}
        address = f"{self.world.url}/api/oauth/data"
        asked |= {"rb": begin, "re": end, **query}
        return requests.get(address, params=asked, timeout=10)

    def rows(self, begin: str, end: str, **query: str) -> list[list[Any]]:
        rows: list[list[Any]] = self.ask(begin, end, **query).json()["rows"]
        return rows


@pytest.fixture
def account(world: World, rescuetime: RescueTimeSandbox) -> Account:
    rescuetime.now = lambda: NOW
    rescuetime.add_account("dora", DAYS)
    return Account(world, "dora")


def test_minutes_have_one_row_a_bucket_and_activity_largest_first(account: Account) -> None:
    answer = account.ask("2026-03-01", "2026-03-01", rs="minute").json()
    assert answer["row_headers"] == [
        "Date",
        "Time Spent (seconds)",
        "Number of People",
        "Activity",
        "Category",
        "Productivity",
    ]
    assert answer["rows"] == [
        ["2026-03-01T09:00:00", 212, 1, "editor.example", "Editing & IDEs", 2],
        ["2026-03-01T09:00:00", 61, 1, "mail.example", "Email", 0],
        ["2026-03-01T10:05:00", 100, 1, "chat.example", "Instant Message", 0],
    ]


def test_both_ends_belong_to_the_range(account: Account) -> None:
    dates = [row[0][:10] for row in account.rows("2026-02-28", "2026-03-02", rs="minute")]
    assert dates[0] == "2026-02-28"
    assert dates[-1] == "2026-03-02"
    assert account.rows("2026-03-03", "2026-03-20", rs="minute") == []


@pytest.mark.parametrize(
    ("resolution", "dates"),
    [
        ("month", ["2026-02-01", "2026-03-01"]),
        ("week", ["2026-02-22", "2026-03-01"]),
        ("day", ["2026-02-28", "2026-03-01", "2026-03-02"]),
    ],
)
def test_coarse_buckets_are_labelled_by_their_start(
    account: Account, resolution: str, dates: list[str]
) -> None:
    rows = account.rows("2026-02-01", "2026-03-20", resolution_time=resolution, rk="productivity")
    assert sorted({row[0] for row in rows}) == [f"{date}T00:00:00" for date in dates]


def test_hours_add_up_their_buckets(account: Account) -> None:
    rows = account.rows("2026-03-01", "2026-03-01", i="hour", rk="overview")
    assert rows == [
        ["2026-03-01T09:00:00", 212, 1, "Software Development"],
        ["2026-03-01T09:00:00", 61, 1, "Communication & Scheduling"],
        ["2026-03-01T10:00:00", 100, 1, "Communication & Scheduling"],
    ]


def test_rank_and_efficiency_have_their_own_columns(account: Account) -> None:
    ranked = account.ask("2026-03-01", "2026-03-02", by="rank", rk="productivity").json()
    assert ranked["row_headers"][0] == "Rank"
    assert ranked["rows"] == [[1, 212, 1, 2], [2, 161, 1, 0], [3, 30, 1, -2]]
    efficiency = account.ask("2026-02-28", "2026-03-02", rs="month", rk="efficiency").json()
    assert efficiency["row_headers"][3:] == ["Efficiency (-2:2)", "Efficiency (percent)"]
    assert efficiency["rows"][0] == ["2026-02-01T00:00:00", 300, 1, 2.0, 100.0]


@pytest.mark.parametrize("kind", ["overview", "category", "activity", "productivity", "efficiency"])
def test_coarse_totals_of_a_seeded_month_equal_its_finest_rows(
    world: World, rescuetime: RescueTimeSandbox, kind: str
) -> None:
    rescuetime.now = lambda: NOW
    ada = Account(world, "ada")
    coarse, fine = (
        _totals(ada.ask("2026-02-03", "2026-02-27", rs=resolution, rk=kind).json())
        for resolution in ("month", "minute")
    )
    assert sum(coarse.values()) > 100_000
    if kind == "efficiency":
        assert sum(coarse.values()) == sum(fine.values())
    else:
        assert coarse == fine


def test_six_years_are_there_with_a_years_pause_and_end_today(
    world: World, rescuetime: RescueTimeSandbox
) -> None:
    rescuetime.now = lambda: NOW
    rows = Account(world, "ada").rows("2008-01-01", "2026-03-21", rs="month", rk="productivity")
    months = sorted({row[0][:7] for row in rows})
    assert (months[0], months[-1]) == ("2020-03", "2026-03")
    assert 6 * 12 + 1 - len(months) == 11
    assert max(rescuetime.accounts["ada"].days) == "2026-03-20"
    assert "2025-12-18" <= min(rescuetime.accounts["ben"].days) <= "2025-12-25"
    assert Account(world, "cleo").rows("2008-01-01", "2026-03-21", rs="month") == []


def test_a_seeded_day_is_always_the_same(world: World, rescuetime: RescueTimeSandbox) -> None:
    rescuetime.now = lambda: NOW
    before = Account(world, "ben").rows("2026-03-01", "2026-03-14", rs="minute")
    rescuetime.reset()
    assert Account(world, "ben").rows("2026-03-01", "2026-03-14", rs="minute") == before
    assert all(row[1] > 0 for row in before)
    buckets = Counter[str]()
    for row in before:
        buckets[row[0]] += row[1]
    assert max(buckets.values()) <= 300


def test_the_past_can_be_changed_while_it_is_served(
    world: World, rescuetime: RescueTimeSandbox
) -> None:
    rescuetime.now = lambda: NOW
    ben, days = Account(world, "ben"), rescuetime.accounts["ben"].days
    first, second = sorted(days)[:2]
    days[first].append(("06:00:00", 7, "late.example", "Email", 0))
    del days[second]
    assert ben.rows(first, first, rs="minute")[0][3] == "late.example"
    assert ben.rows(first, first, rs="day", restrict_kind="activity")[-1][1] <= 7
    assert ben.rows(second, second, rs="minute") == []
    rescuetime.accounts["ben"].recategorise("late.example", "Video", -2)
    assert ben.rows(first, first, rs="minute")[0][4:] == ["Video", -2]


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": ""},
        {"rs": "second"},
        {"rk": "everything"},
        {"by": "member"},
        {"rb": "2026-03-02T10:00:00"},
        {"rb": "2026-03-09"},
        {"restrict_thing": "editor.example"},
        {"by": "rank", "rk": "efficiency"},
    ],
)
def test_a_bad_question_is_an_error_with_status_200(
    account: Account, wrong: dict[str, str]
) -> None:
    answer = account.ask("2026-03-01", "2026-03-02", **wrong)
    assert (answer.status_code, answer.json()["error"]) == (200, "# query error")


def test_without_dates_it_is_today_where_the_person_is(
    world: World, rescuetime: RescueTimeSandbox
) -> None:
    rescuetime.now = lambda: NOW
    today = {"2026-03-21": [("00:30:00", 60, "mail.example", "Email", 0)]}
    rescuetime.add_account("tonga", today, utc_offset=13)
    token = Account(world, "tonga").token
    asked = {"access_token": token, "format": "json", "pv": "interval", "interval": "minute"}
    answer = requests.get(f"{world.url}/api/oauth/data", params=asked, timeout=5)
    assert [row[0] for row in answer.json()["rows"]] == ["2026-03-21T00:30:00"]


def test_without_an_end_it_stops_where_it_likes(
    world: World, rescuetime: RescueTimeSandbox
) -> None:
    rescuetime.now = lambda: NOW
    token = Account(world, "ada").token
    asked = {"access_token": token, "format": "json", "by": "interval", "i": "week"}
    address = f"{world.url}/api/oauth/data"
    rows = requests.get(address, params=asked | {"rb": "2026-01-01"}, timeout=5).json()["rows"]
    assert "2026-02-01" < rows[-1][0] < "2026-02-20"


@pytest.mark.parametrize(
    ("how", "expected"),
    [("query_error", "error"), ("empty", 0), ("cut", "2026-01-31"), ("500", 500)],
)
def test_too_many_days_of_minutes(
    world: World, rescuetime: RescueTimeSandbox, how: str, expected: Any
) -> None:
    rescuetime.now = lambda: NOW
    rescuetime.switches["long_minutes"] = how
    ben = Account(world, "ada")
    assert len(ben.rows("2026-01-01", "2026-01-31", rs="minute")) > 1000
    answer = ben.ask("2026-01-01", "2026-02-01", rs="minute")
    if how == "500":
        assert answer.status_code == expected
    elif how == "query_error":
        assert expected in answer.json()
    elif how == "empty":
        assert len(answer.json()["rows"]) == expected
    else:
        assert answer.json()["rows"][-1][0][:10] <= expected


def test_the_limit_of_days_can_be_set(account: Account, rescuetime: RescueTimeSandbox) -> None:
    rescuetime.switches["minute_limit_days"] = 2
    assert account.rows("2026-03-01", "2026-03-02", rs="minute")
    assert "error" in account.ask("2026-02-28", "2026-03-02", rs="minute").json()


@pytest.mark.parametrize("how", ["refused", "empty"])
def test_a_coarse_question_over_many_years_may_fail(
    account: Account, rescuetime: RescueTimeSandbox, how: str
) -> None:
    assert account.rows("2008-01-01", "2026-03-21", rs="month")
    rescuetime.switches["long_span"] = how
    answer = account.ask("2008-01-01", "2026-03-21", rs="month").json()
    assert ("error" in answer) if how == "refused" else (answer["rows"] == [])
    assert account.rows("2026-01-01", "2026-12-31", rs="month")


def test_a_free_plan_shows_its_last_days_only(
    account: Account, rescuetime: RescueTimeSandbox
) -> None:
    rescuetime.switches["plan"] = "14_days"
    assert account.rows("2026-02-01", "2026-03-20", rs="month") == []
    rescuetime.now = lambda: datetime(2026, 3, 15, 12, tzinfo=UTC)
    dates = {row[0] for row in account.rows("2026-02-01", "2026-03-20", rs="day")}
    assert dates == {"2026-03-02T00:00:00"}
    rescuetime.switches["plan"] = "365_days"
    assert len(account.rows("2026-02-01", "2026-03-20", rs="day")) == 5


def test_rows_and_columns_may_come_in_another_order(
    world: World, rescuetime: RescueTimeSandbox
) -> None:
    rescuetime.now = lambda: NOW
    ben = Account(world, "ben")
    usual = ben.ask("2026-03-01", "2026-03-14", rs="minute").json()
    rescuetime.switches.update({"row_order": "shuffled", "column_order": "changed"})
    changed = ben.ask("2026-03-01", "2026-03-14", rs="minute").json()
    assert changed["row_headers"] == usual["row_headers"][::-1]
    turned = [row[::-1] for row in changed["rows"]]
    assert turned != usual["rows"]
    assert sorted(turned) == sorted(usual["rows"])


@pytest.mark.parametrize(
    ("how", "status", "error"),
    [("401", 401, "invalid_token"), ("200", 200, "# key not found"), ("403", 403, "invalid_token")],
)
def test_a_revoked_token_has_three_possible_answers(
    account: Account, rescuetime: RescueTimeSandbox, how: str, status: int, error: str
) -> None:
    rescuetime.switches["revoked_token"] = how
    rescuetime.revoke("dora")
    answer = account.ask("2026-03-01", "2026-03-02")
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_the_token_may_be_in_the_header_and_must_have_the_scope(
    account: Account, rescuetime: RescueTimeSandbox
) -> None:
    address = f"{account.world.url}/api/oauth/data"
    bearer = {"Authorization": f"Bearer {account.token}"}
    answer = requests.get(address, params={"format": "json"}, headers=bearer, timeout=5)
    assert answer.json()["rows"] == []
    rescuetime.tokens[0].scope = "category_data"
    assert account.ask("2026-03-01", "2026-03-02").status_code == 403


@pytest.mark.parametrize(("how", "status"), [("429", 429), ("502", 502), ("409", 409)])
def test_asking_too_often_is_throttled_for_a_minute(
    account: Account, rescuetime: RescueTimeSandbox, how: str, status: int
) -> None:
    rescuetime.switches.update({"requests_per_minute": 2, "throttling": how})
    answers = [account.ask("2026-03-01", "2026-03-02").status_code for _ in range(3)]
    assert answers == [200, 200, status]
    rescuetime.now = lambda: datetime(2026, 3, 20, 12, 1, tzinfo=UTC)
    assert account.ask("2026-03-01", "2026-03-02").status_code == 200


def test_six_years_of_totals_are_quick(world: World) -> None:
    """Generous, so that it only fails when every day is made afresh for each coarse question."""
    ada = Account(world, "ada")
    begun = utc_now()
    assert ada.rows("2008-01-01", f"{utc_now():%Y-%m-%d}", rs="month", rk="overview")
    assert (utc_now() - begun).total_seconds() < 2


def _totals(answer: dict[str, Any]) -> dict[tuple[Any, ...], int]:
    totals: dict[tuple[Any, ...], int] = {}
    for row in answer["rows"]:
        key = (row[0][:7], *row[3:])
        totals[key] = totals.get(key, 0) + row[1]
    return totals
