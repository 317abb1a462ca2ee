"""Lists at the Breathe sandbox: pages and their headers, filters, and what is filled in."""

from datetime import date
from typing import Any

import pytest
import requests

from integrations.breathe.sandbox import KEY, BreatheSandbox
from integrations.sandbox import World

ADA, BEN = 7001, 7002


@pytest.fixture
def breathe(world: World) -> BreatheSandbox:
    return world.of(BreatheSandbox)


@pytest.fixture
def empty(breathe: BreatheSandbox) -> BreatheSandbox:
    """The people are there, and nobody is ever away."""
    for kind in ("absences", "sicknesses", "courses", "leave_requests"):
        breathe.lists[kind].clear()
    return breathe


def ask(world: World, path: str, **query: Any) -> requests.Response:
    headers = {"X-API-KEY": KEY}
    return requests.get(f"{world.url}/v1/{path}", params=query, headers=headers, timeout=5)


def ids(world: World, path: str, **query: Any) -> list[int]:
    (rows,) = ask(world, path, per_page=100, **query).json().values()
    return [row["id"] for row in rows]


# ------------------------------------------------------------------------ pages


@pytest.mark.parametrize(
    ("page", "rels"),
    [
        (1, {"last": 3, "next": 2}),
        (2, {"first": 1, "prev": 1, "last": 3, "next": 3}),
        (3, {"first": 1, "prev": 2}),
        (4, {"first": 1, "prev": 3}),
    ],
)
def test_links_in_every_position(
    page: int, rels: dict[str, int], world: World, empty: BreatheSandbox
) -> None:
    made = [empty.add_absence(ADA, date(2026, 3, 2)) for _ in range(25)]
    answer = ask(world, "absences", page=page, per_page=10, other="kept")
    base = f"{world.url}/v1/absences?other=kept"
    expected = [f'<{base}&page={to}&per_page=10>; rel="{rel}"' for rel, to in rels.items()]
    assert answer.headers["Link"] == ", ".join(expected)
    assert (answer.headers["Total"], answer.headers["Per-Page"]) == ("25", "10")
    shown = [row["id"] for row in answer.json()["absences"]]
    assert shown == made[(page - 1) * 10 : page * 10]


@pytest.mark.parametrize("rows", [0, 1, 10])
def test_an_only_page_has_no_link_header_at_all(
    rows: int, world: World, empty: BreatheSandbox
) -> None:
    for _ in range(rows):
        empty.add_absence(ADA, date(2026, 3, 2))
    answer = ask(world, "absences", per_page=10)
    assert "Link" not in answer.headers
    assert answer.headers["Total"] == str(rows)
    assert len(answer.json()["absences"]) == rows


def test_a_page_past_the_end_is_empty_and_no_error(world: World, empty: BreatheSandbox) -> None:
    answer = ask(world, "absences", page=7)
    assert (answer.status_code, answer.json()) == (200, {"absences": []})
    assert "next" not in answer.headers.get("Link", "")


@pytest.mark.parametrize("usual", [25, 100])
def test_what_a_page_holds_without_being_asked_is_a_switch(
    usual: int, world: World, empty: BreatheSandbox
) -> None:
    empty.switches["default_per_page"] = usual
    for _ in range(110):
        empty.add_absence(ADA, date(2026, 3, 2))
    answer = ask(world, "absences")
    assert answer.headers["Per-Page"] == str(usual)
    assert len(answer.json()["absences"]) == usual
    assert "per_page" not in answer.headers["Link"]  # links repeat what was asked, and no more


def test_more_than_a_hundred_are_clamped_or_refused(world: World, breathe: BreatheSandbox) -> None:
    assert ask(world, "absences", per_page=101).headers["Per-Page"] == "100"
    breathe.switches["max_per_page"] = "refused"
    answer = ask(world, "absences", per_page=101)
    assert answer.status_code == 400
    assert answer.json() == {"error": {"type": "Record Invalid", "per_page": ["invalid"]}}
    assert ask(world, "absences", per_page=100).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"page": "0"},
        {"page": "x"},
        {"per_page": "-1"},
        {"per_page": ""},
        {"start_date": "soon"},
        {"end_date": "2026-02-30"},
    ],
)
def test_nonsense_is_a_bad_request_that_names_it(wrong: dict[str, str], world: World) -> None:
    answer = ask(world, "absences", **wrong)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "Record Invalid"
    assert answer.json()["error"].keys() - {"type"} == wrong.keys()


def test_rows_ascend_by_id_and_not_by_date(world: World, empty: BreatheSandbox) -> None:
    later = empty.add_absence(ADA, date(2026, 5, 4))
    earlier = empty.add_absence(ADA, date(2026, 3, 2))
    assert ids(world, "absences") == [later, earlier]
    assert later < earlier


# ---------------------------------------------------------------------- filters


@pytest.fixture
def spans(empty: BreatheSandbox) -> dict[int, str]:
    """Before, across the beginning of, within and after the time of 10 to 20 March."""
    return {
        empty.add_absence(ADA, date(2026, 3, 2), date(2026, 3, 9)): "before",
        empty.add_absence(ADA, date(2025, 12, 1), date(2026, 3, 10)): "across",
        empty.add_absence(ADA, date(2026, 3, 12), date(2026, 3, 13)): "within",
        empty.add_absence(ADA, date(2026, 3, 20), date(2026, 12, 31)): "out of",
        empty.add_absence(ADA, date(2026, 3, 21)): "after",
    }


@pytest.mark.parametrize(
    ("switch", "asked", "left"),
    [
        ("overlap", {"start_date": "2026-03-10"}, {"across", "within", "out of", "after"}),
        ("start_on_or_after", {"start_date": "2026-03-10"}, {"within", "out of", "after"}),
        ("start_on_or_after", {"start_date": "2026/03/10"}, {"within", "out of", "after"}),
        (
            "ignored",
            {"start_date": "2026-03-10"},
            {"before", "across", "within", "out of", "after"},
        ),
        ("overlap", {"end_date": "2026-03-20"}, {"before", "across", "within", "out of"}),
    ],
)
def test_what_one_date_leaves_over(
    switch: str,
    asked: dict[str, str],
    left: set[str],
    world: World,
    breathe: BreatheSandbox,
    spans: dict[int, str],
) -> None:
    breathe.switches["start_date"] = switch
    assert {spans[number] for number in ids(world, "absences", **asked)} == left


@pytest.mark.parametrize("switch", ["overlap", "start_on_or_after", "ignored"])
def test_both_dates_always_mean_overlap(
    switch: str, world: World, breathe: BreatheSandbox, spans: dict[int, str]
) -> None:
    breathe.switches["start_date"] = switch
    found = ids(world, "absences", start_date="2026-03-10", end_date="2026-03-20")
    assert {spans[number] for number in found} == {"across", "within", "out of"}


def test_an_open_sickness_goes_on(world: World, empty: BreatheSandbox) -> None:
    still_ill = empty.add_sickness(ADA, date(2026, 3, 2))
    empty.add_sickness(ADA, date(2026, 3, 2), date(2026, 3, 3))
    asked = {"start_date": "2026-06-01", "end_date": "2026-06-02"}
    assert ids(world, "sicknesses", **asked) == [still_ill]


def test_absences_by_employee_kind_reason_and_cancelled(
    world: World, empty: BreatheSandbox
) -> None:
    day = date(2026, 3, 2)
    holiday = empty.add_absence(ADA, day)
    cancelled = empty.add_absence(ADA, day, cancelled=True)
    other = empty.add_absence(BEN, day, reason_id=51)
    assert ids(world, "absences") == [holiday, cancelled, other]
    assert ids(world, "absences", employee_id=BEN) == [other]
    assert ids(world, "absences", department_id=31) == [holiday, cancelled, other]
    assert ids(world, "absences", department_id=32) == []
    assert ids(world, "absences", type="Holiday") == [holiday, cancelled]
    assert ids(world, "absences", other_leave_reason_id=51) == [other]
    assert ids(world, "absences", exclude_cancelled_absences="true") == [holiday, other]
    assert ids(world, f"employees/{ADA}/absences") == [holiday, cancelled]
    nested = {"exclude_cancelled_absences": "true", "start_date": "2030-01-01"}
    assert ids(world, f"employees/{ADA}/absences", **nested) == [holiday]


def test_unknown_parameters_are_ignored(world: World, breathe: BreatheSandbox) -> None:
    everything = ids(world, "sicknesses")
    assert ids(world, "sicknesses", exclude_cancelled_sicknesses="true", foo="bar") == everything
    assert ids(world, "employee_training_courses", start_date="2090-01-01") == list(
        breathe.lists["courses"]
    )
    assert len(ids(world, "employees", status="Current employee")) == 12


def test_leave_requests_look_at_their_start_alone(world: World, empty: BreatheSandbox) -> None:
    long = empty.add_leave_request(ADA, date(2026, 3, 2), date(2026, 3, 31))
    late = empty.add_leave_request(ADA, date(2026, 3, 20), date(2026, 3, 20), status="approved")
    assert ids(world, "leave_requests") == [long, late]
    assert ids(world, "leave_requests", start_date="2026-03-10", status="pending") == [late]
    assert ids(world, "leave_requests", end_date="2026-03-10") == [long]


def test_sicknesses_of_one_employee(world: World, empty: BreatheSandbox) -> None:
    mine = empty.add_sickness(ADA, date(2026, 3, 2))
    empty.add_sickness(BEN, date(2026, 3, 2))
    assert ids(world, f"employees/{ADA}/sicknesses") == [mine]
    assert ids(world, "sicknesses", employee_id=ADA) == [mine]


# ------------------------------------------------------------------------- rows


def test_one_employee_comes_as_a_list_of_one(world: World) -> None:
    (row,) = ask(world, f"employees/{ADA}").json()["employees"]
    assert (row["id"], row["email"]) == (ADA, "ada@example.org")
    assert len(row) > 50


def test_absences_name_people_and_sicknesses_and_courses_do_not(world: World) -> None:
    absence = ask(world, "absences").json()["absences"][0]
    assert absence["employee"] == {
        "id": ADA,
        "first_name": "Ada",
        "last_name": "Okafor",
        "email": "ada@example.org",
    }
    assert absence["approved_by"] == {"id": 7007, "first_name": "Gwen", "last_name": "Pryce"}
    assert ask(world, "sicknesses").json()["sicknesses"][0]["employee"] == {"id": ADA}
    courses = ask(world, "employee_training_courses").json()["employee_training_courses"]
    assert courses[0]["employee"] == {"id": ADA}


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({}, (False, None, False, None)),
        ({"half_end": True}, (False, "am", True, "am")),  # a morning off
        ({"half_start": True}, (True, "pm", False, None)),  # an afternoon off
        ({"half_start": True, "half_end": True}, (True, "pm", True, "am")),
    ],
)
def test_halves_of_a_single_day_are_written_as_recorded(
    flags: dict[str, Any], expected: tuple[Any, ...], world: World, empty: BreatheSandbox
) -> None:
    empty.add_absence(ADA, date(2026, 3, 2), **flags)
    (row,) = ask(world, "absences").json()["absences"]
    names = ("half_start", "half_start_am_pm", "half_end", "half_end_am_pm")
    assert tuple(row[name] for name in names) == expected
    assert row["deducted"] == ("0.5" if flags else "1.0")


def test_units_are_working_days_as_text(world: World, empty: BreatheSandbox) -> None:
    empty.add_absence(ADA, date(2026, 3, 5), date(2026, 3, 9), half_start=True, half_end=True)
    empty.add_absence(ADA, date(2026, 3, 7), date(2026, 3, 8))
    empty.add_absence(ADA, date(2026, 3, 5), reason_id=51)
    rows = ask(world, "absences").json()["absences"]
    units = [(row["deducted"], row["work_units"]) for row in rows]
    assert units == [("2.0", "2.0"), ("0.0", "0.0"), ("0.0", "1.0")]
