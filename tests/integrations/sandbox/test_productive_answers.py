"""The Productive sandbox: who is let in, and how documents, pages and refusals look."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from integrations.productive.sandbox import ProductiveSandbox
from integrations.sandbox import World
from tests.integrations.productive.calls import MEDIA_TYPE, Caller, errors

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
LISTS = ("/people", "/salaries", "/events", "/bookings", "/organization_memberships")


@pytest.fixture
def productive(world: World) -> ProductiveSandbox:
    return world.of(ProductiveSandbox)


@pytest.fixture
def caller(world: World) -> Caller:
    return Caller(world)


# ----------------------------------------------------------------------- access


def test_both_tokens_work_from_the_start(world: World) -> None:
    headers = {"X-Organization-Id": "1"}
    for token in ("sandbox-productive-token", "sandbox-productive-limited-token"):
        address = f"{world.url}/api/v2/people"
        answer = requests.get(address, headers={**headers, "X-Auth-Token": token}, timeout=5)
        assert answer.status_code == 200


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "token", [None, "", "sandbox-productive", "Bearer sandbox-productive-token"]
)
def test_another_token_is_not_let_in(path: str, token: str | None, caller: Caller) -> None:
    caller.headers["X-Auth-Token"] = token
    assert caller.refusal(path) == (401, "invalid_auth_token")


@pytest.mark.parametrize("organization", [None, "2", "example"])
def test_a_token_is_nobody_at_another_organisation_but_its_memberships_are_told(
    organization: str | None, caller: Caller
) -> None:
    caller.headers["X-Organization-Id"] = organization
    assert caller.refusal("/people") == (403, "no_person")
    [row] = caller.get("/organization_memberships")["data"]
    assert row["relationships"]["organization"]["data"]["id"] == "1"


@pytest.mark.parametrize("path", ["/deals", "/people/301/bookings", "/"])
def test_an_unknown_path_is_no_route(path: str, caller: Caller) -> None:
    answer = caller.ask("GET", path)
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["title"] == "Route Not Found"
    assert [seen.path for seen in caller.world.unknown] == [f"/api/v2{path}"]


@pytest.mark.parametrize("path", ["/people/999", "/events/999", "/bookings/999"])
def test_an_unknown_id_is_not_found(path: str, caller: Caller) -> None:
    assert caller.refusal(path) == (404, "record_not_found")


def test_bodies_and_answers_are_json_api(caller: Caller) -> None:
    assert caller.ask("GET", "/people").headers["Content-Type"].startswith(MEDIA_TYPE)
    caller.headers["Content-Type"] = "application/json"
    assert caller.book().status_code == 415
    caller.headers["Content-Type"] = f"{MEDIA_TYPE}; charset=utf-8"
    assert caller.book().status_code == 422
    caller.headers["Accept"] = "text/html"
    assert caller.ask("GET", "/people").status_code == 406


def test_a_small_token_is_shown_its_owners_bookings_with_a_good_status(world: World) -> None:
    limited = Caller(world, "limited")
    everybodys = Caller(world).get("/bookings", page__size=200, include="person")["data"]
    own = limited.get("/bookings", page__size=200, include="person")["data"]
    assert {row["relationships"]["person"]["data"]["id"] for row in own} == {"302"}
    assert 0 < len(own) < len(everybodys)
    other = next(row["id"] for row in everybodys if row not in own)
    assert limited.refusal(f"/bookings/{other}") == (404, "record_not_found")
    assert limited.ask("DELETE", f"/bookings/{other}").status_code == 404
    assert limited.refusal("/salaries") == (403, "forbidden")


@pytest.mark.parametrize(
    ("shown", "count"), [("full", 9), ("own", 1), ("empty", 0), ("forbidden", None)]
)
def test_salaries_are_shown_as_the_switch_says(
    shown: str, count: int | None, caller: Caller, productive: ProductiveSandbox
) -> None:
    productive.switches["salaries"] = shown
    answer = caller.ask("GET", "/salaries")
    if count is None:
        assert answer.status_code == 403
    else:
        assert len(answer.json()["data"]) == count


# ---------------------------------------------------------------- relationships


def test_what_is_not_included_has_no_id(caller: Caller) -> None:
    row = caller.get("/bookings", filter__event_id="501")["data"][0]
    related = row["relationships"]
    assert related.pop("organization") == {"data": {"type": "organizations", "id": "1"}}
    assert related.keys() == {"person", "event", "service", "approval_statuses"}
    assert all(each == {"meta": {"included": False}} for each in related.values())


def test_what_is_included_is_there_once_and_what_is_empty_is_null(caller: Caller) -> None:
    found = caller.get("/bookings", include="person,event", page__size=200)
    for row in found["data"]:
        assert row["relationships"]["person"]["data"]["type"] == "people"
        assert row["relationships"]["service"] == {"meta": {"included": False}}
    events = [row["relationships"]["event"]["data"] for row in found["data"]]
    assert None in events
    assert {"type": "events", "id": "501"} in events
    included = [(each["type"], each["id"]) for each in found["included"]]
    assert len(set(included)) == len(included)
    assert ("events", "501") in included
    assert ("people", "301") in included


def test_fields_cut_a_list_and_its_relationships_but_no_single_record(caller: Caller) -> None:
    asked = {"include": "person,event", "fields__bookings": "time,person"}
    row = caller.get("/bookings", **asked)["data"][0]
    assert row["attributes"].keys() == {"time"}
    assert row["relationships"].keys() == {"person"}
    single = caller.get(f"/bookings/{row['id']}", **asked)["data"]
    assert single["attributes"].keys() > {"time", "note", "people_custom_fields"}
    assert single["relationships"]["event"]["data"]["type"] == "events"
    assert single["relationships"]["service"] == {"meta": {"included": False}}


def test_contracted_hours_are_json_in_a_string_or_nothing(
    caller: Caller, productive: ProductiveSandbox
) -> None:
    ada = caller.get("/people/301")["data"]["attributes"]
    assert ada["availabilities"].startswith('[["2021-03-01", null, [7, 7')
    assert caller.get("/people/310")["data"]["attributes"]["availabilities"] is None
    productive.switches["availabilities"] = "null"
    assert caller.get("/people/301")["data"]["attributes"]["availabilities"] is None


# ------------------------------------------------------------------------ pages


def test_pages_have_thirty_rows_and_at_most_two_hundred(
    caller: Caller, productive: ProductiveSandbox
) -> None:
    for number in range(230):
        productive.add_booking("314", "502", NOW.date() + timedelta(days=number))
    for size, rows in ((None, 30), (50, 50), (200, 200), (1000, 200), (0, 30), ("many", 30)):
        query = {} if size is None else {"page__size": size}
        found = caller.get("/bookings", filter__person_id="314", **query)
        assert len(found["data"]) == found["meta"]["page_size"] == rows
    assert len(caller.get("/bookings", per_page=7)["data"]) == 7
    meta = caller.get("/bookings", filter__person_id="314", page__number=2, page__size=100)["meta"]
    assert meta == {
        "current_page": 2,
        "total_pages": 3,
        "total_count": 230,
        "page_size": 100,
        "max_page_size": 200,
    }


def test_an_empty_list_has_no_pages_and_no_links(caller: Caller) -> None:
    found = caller.get("/bookings", filter__person_id="314")
    assert (found["data"], found["links"]) == ([], {})
    assert (found["meta"]["total_pages"], found["meta"]["total_count"]) == (0, 0)


def test_links_are_whole_and_encoded_and_hold_what_was_asked(caller: Caller) -> None:
    asked = {"filter__event_id": "501,502", "sort": "-started_on", "page__size": 5}
    first = caller.get("/bookings", **asked)
    assert first["links"].keys() == {"first", "last", "next"}
    link = first["links"]["next"]
    assert link.startswith(f"{caller.world.url}/api/v2/bookings?filter%5Bevent_id%5D=501%2C502&")
    query = dict(parse_qsl(urlsplit(link).query))
    assert query == {
        "filter[event_id]": "501,502",
        "sort": "-started_on",
        "page[size]": "5",
        "page[number]": "2",
    }
    seen, links = first["data"], first["links"]
    while "next" in links:
        page = requests.get(links["next"], headers=_plain(caller), timeout=5).json()
        seen, links = seen + page["data"], page["links"]
    assert "prev" in links
    assert [row["id"] for row in seen] == caller.ids("/bookings", **asked | {"page__size": 200})


def _plain(caller: Caller) -> dict[str, str]:
    return {name: value for name, value in caller.headers.items() if value is not None}


def test_brackets_need_not_be_encoded(caller: Caller) -> None:
    address = f"{caller.world.url}/api/v2/bookings?filter[event_id]=502&page[size]=1"
    answer = requests.get(address, headers=_plain(caller), timeout=5).json()
    assert len(answer["data"]) == 1
    assert answer["meta"]["total_count"] == 3


# --------------------------------------------------------------- filters and order


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/bookings", "mood"),
        ("/people", "event_id"),
        ("/events", "before"),
        ("/salaries", "status"),
        ("/bookings", "started_on__around"),
        ("/bookings", "0__person_id__eq"),
    ],
)
def test_an_unknown_filter_is_refused(path: str, name: str, caller: Caller) -> None:
    answer = caller.ask("GET", path, **{f"filter[{name.replace('__', '][')}]": "1"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "unsupported_filter"
    assert answer.json()["errors"][0]["status"] == "unprocessable_content"


@pytest.mark.parametrize(
    ("path", "sort"), [("/bookings", "ended_on"), ("/salaries", "started_on"), ("/events", "name")]
)
def test_only_listed_keys_sort(path: str, sort: str, caller: Caller) -> None:
    assert caller.refusal(path, sort=sort) == (400, "sort_param_unsupported")


def test_people_are_found_by_state_address_and_kind(caller: Caller) -> None:
    assert caller.ids("/people", filter__status=2) == ["308"]
    assert caller.ids("/people", filter__email="hugo@example.org") == ["308", "309"]
    assert caller.ids("/people", filter__person_type=3) == ["312", "313"]
    names = [row["attributes"]["first_name"] for row in caller.get("/people", sort="-name")["data"]]
    assert names == sorted(names, reverse=True)


def test_salaries_come_latest_first_with_both_bounds_left_out(
    caller: Caller, productive: ProductiveSandbox
) -> None:
    ids = caller.ids("/salaries")
    assert ids == sorted(ids, reverse=True)
    start, end = date(2026, 1, 1), date(2026, 1, 31)
    salary = productive.add_salary("310", [7] * 7, start=start, end=end)
    find = {"filter__person_id": "310"}
    assert caller.ids("/salaries", **find, filter__after="2026-01-30") == [salary.id]
    assert caller.ids("/salaries", **find, filter__after="2026-01-31") == []
    assert caller.ids("/salaries", **find, filter__before="2026-01-02") == [salary.id]
    assert caller.ids("/salaries", **find, filter__before="2026-01-01") == []


def test_categories_are_found_by_state_and_sort(caller: Caller) -> None:
    assert caller.ids("/events") == ["501", "502", "503", "504", "505"]
    assert caller.ids("/events", filter__status=2) == ["505"]
    assert caller.ids("/events", filter__absence_type="remote_work") == ["504"]


# ------------------------------------------------------------------------ limits


def test_more_requests_than_allowed_wait_for_the_window(
    caller: Caller, productive: ProductiveSandbox
) -> None:
    clock = [NOW]
    productive.now = lambda: clock[0]
    productive.switches["requests_per_10s"] = 2
    for _ in range(2):
        assert caller.ask("GET", "/events").status_code == 200
        clock[0] += timedelta(seconds=1)
    answer = caller.ask("GET", "/events")
    assert answer.status_code == 429
    assert answer.headers["X-RateLimit-Reset"] == "8"
    assert "Retry-After" not in answer.headers
    [told] = answer.json()["errors"]
    assert (told["title"], told["limit"], told["period"]) == ("Too many requests", 2, 10)
    assert Caller(caller.world, "limited").ask("GET", "/events").status_code == 200
    clock[0] += timedelta(seconds=8)
    assert caller.ask("GET", "/events").status_code == 200


def test_without_computing_time_nothing_is_answered(
    caller: Caller, productive: ProductiveSandbox
) -> None:
    productive.switches["budget_seconds"] = 3_000
    for answer in (caller.ask("GET", "/events"), caller.book()):
        assert (answer.status_code, answer.headers["X-RateLimit-Reset"]) == (429, "3000")
        [told] = answer.json()["errors"]
        assert told["title"] == "Server time limit exceeded"
        assert (told["limit"], told["period"]) == (1800, 3600)
    productive.switches["limit_header"] = "none"
    assert "X-RateLimit-Reset" not in caller.ask("GET", "/events").headers


def test_refusals_hold_errors_in_their_own_form(caller: Caller) -> None:
    answer = caller.book(person_id="301")
    assert answer.status_code == 422
    assert errors(answer) == [
        ("invalid_attribute_value", "data/attributes/started_on"),
        ("invalid_attribute_value", "data/attributes/ended_on"),
        ("invalid_attribute_value", "data/attributes/event"),
    ]


# ------------------------------------------------------------------ seen from here


@pytest.mark.parametrize(
    "act", [ProductiveSandbox.grant, ProductiveSandbox.revoke, ProductiveSandbox.expire]
)
def test_there_are_two_tokens_and_no_third(
    act: Callable[[ProductiveSandbox, str], object], productive: ProductiveSandbox
) -> None:
    with pytest.raises(LookupError, match="there are admin, limited"):
        act(productive, "zoe")


def test_a_revoked_token_is_dead_until_it_is_granted_again(world: World) -> None:
    caller, other = Caller(world), Caller(world, "limited")
    who = {"provider": "productive", "person": "admin"}
    requests.post(f"{world.url}/revoke", json=who, timeout=5).raise_for_status()
    assert caller.ask("GET", "/people").status_code == 401
    assert other.ask("GET", "/people").status_code == 200
    requests.post(f"{world.url}/grant", json=who, timeout=5).raise_for_status()
    assert caller.ask("GET", "/people").status_code == 200


def test_the_state_page_tells_what_is_held_and_no_token(world: World) -> None:
    page = requests.get(f"{world.url}/state", timeout=5).text
    assert 'aria-label="Revoke the access of limited at Productive"' in page
    assert "Bookings of Ben Adeyemi: 5" in page
    assert "Ada.Okafor@Example.com" in page
    assert "sandbox-productive" not in page
    world["productive"].revoke("limited")
    page = requests.get(f"{world.url}/state", timeout=5).text
    assert '<button disabled aria-label="Revoke the access of limited at Productive"' in page
