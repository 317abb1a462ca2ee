"""Breathe's rows: what is read of each, what is not understood, and what never gets any further."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from integrations.breathe.client import (
    Absence,
    BreatheClient,
    Course,
    Employee,
    Reason,
    Sickness,
)
from integrations.breathe.sandbox import BreatheSandbox
from integrations.errors import UnexpectedError
from integrations.sandbox import World
from integrations.shapes import Page, Shape
from tests.integrations.breathe.calls import ABSENCE, COURSE, EMPLOYEE, SICKNESS, at, of, whole
from tests.integrations.misbehaving import Misbehaving

GOOD: dict[str, dict[str, Any]] = {
    "employees": EMPLOYEE,
    "absences": ABSENCE,
    "sicknesses": SICKNESS,
    "employee_training_courses": COURSE,
}
ABSENT = object()


def read(client: BreatheClient, name: str) -> Page[Any]:
    lists: dict[str, Callable[[], Page[Any]]] = {
        "employees": client.employees,
        "absences": client.absences,
        "sicknesses": client.sicknesses,
        "employee_training_courses": client.courses,
    }
    return lists[name]()


def row_of(misbehaving: Misbehaving, name: str, **changes: Any) -> Any:
    """What is made of the good row with these changes."""
    row = {k: v for k, v in {**GOOD[name], **changes}.items() if v is not ABSENT}
    (found,) = read(at(misbehaving, {name: [row]}), name).rows
    return found


# ------------------------------------------------------------------- what is read


def test_a_good_row_of_each_list_is_read(misbehaving: Misbehaving) -> None:
    ada = row_of(misbehaving, "employees")
    assert ada == Employee(
        id=7001, email="ada@example.org", name="Ada Okafor", status="Current employee"
    )
    assert row_of(misbehaving, "absences") == Absence(
        id=900001,
        employee_id=7001,
        is_holiday=False,
        reason_id=51,
        reason="Compassionate",
        start=date(2026, 11, 3),
        end=date(2026, 11, 6),
        half_start=False,
        half_end=True,
        cancelled=False,
    )
    assert row_of(misbehaving, "sicknesses") == Sickness(
        id=910001,
        employee_id=7001,
        start=date(2026, 10, 5),
        end=None,
        half_start=True,
        half_end=False,
        status="open",
    )
    assert row_of(misbehaving, "employee_training_courses") == Course(
        id="920001",
        employee_id=7001,
        start=date(2026, 10, 19),
        end=date(2026, 10, 20),
        half_day=True,
        half="am",
        status="Booked",
    )


# List, changes to the good row, and what then is to be read.
TOLERATED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("employees", {"email": None}, {"email": ""}),
    ("employees", {"email": "  "}, {"email": ""}),
    ("employees", {"email": " Ada@Example.org\n"}, {"email": "Ada@Example.org"}),
    ("employees", {"known_as": None}, {"name": "Ada Okafor"}),
    ("employees", {"known_as": "", "first_name": " Adaeze "}, {"name": "Adaeze Okafor"}),
    ("employees", {"known_as": "Addy"}, {"name": "Addy Okafor"}),
    ("employees", {"known_as": ABSENT, "first_name": ABSENT}, {"name": "Okafor"}),
    ("employees", {"last_name": None}, {"name": "Ada"}),
    ("employees", {"last_name": ABSENT}, {"name": "Ada"}),
    ("employees", {"known_as": 7, "last_name": []}, {"name": "Ada"}),
    ("employees", {"status": "Ex-employee"}, {"is_current": False}),
    ("employees", {"status": "current employee"}, {"is_current": False}),
    ("employees", {"status": "On sabbatical"}, {"status": "On sabbatical", "is_current": False}),
    ("employees", {"status": "Current employee"}, {"is_current": True}),
    ("absences", {"type": "Holiday"}, {"is_holiday": True, "reason_id": 51}),
    ("absences", {"leave_reason": None}, {"reason_id": None, "reason": "", "is_holiday": False}),
    ("absences", {"leave_reason": {"id": 9, "name": None}}, {"reason_id": 9, "reason": ""}),
    ("absences", {"leave_reason": {"id": 9, "name": " WFH "}}, {"reason": "WFH"}),
    ("absences", {"half_start": None}, {"half_start": False}),
    ("absences", {"half_end": None}, {"half_end": False}),
    ("absences", {"half_start": ABSENT, "half_end": ABSENT}, {"half_end": False}),
    ("absences", {"half_start_am_pm": "am"}, {"half_start": False}),
    ("absences", {"cancelled": True}, {"cancelled": True}),
    ("absences", {"end_date": "2026-11-02"}, {"end": date(2026, 11, 2)}),  # before it starts
    ("sicknesses", {"end_date": "2026-10-06"}, {"end": date(2026, 10, 6)}),
    ("sicknesses", {"half_start": None}, {"half_start": False}),
    ("sicknesses", {"half_end": ABSENT}, {"half_end": False}),
    ("sicknesses", {"status": "new to us"}, {"status": "new to us"}),
    ("employee_training_courses", {"id": "t-7"}, {"id": "t-7"}),
    ("employee_training_courses", {"start_on": None}, {"start": None}),
    ("employee_training_courses", {"end_on": None}, {"end": None}),
    ("employee_training_courses", {"half_day": None}, {"half_day": False, "half": "am"}),
    ("employee_training_courses", {"half_day": ABSENT}, {"half_day": False}),
    ("employee_training_courses", {"half_day_am_pm": " PM"}, {"half": "pm"}),
    ("employee_training_courses", {"half_day_am_pm": None}, {"half": None}),
    ("employee_training_courses", {"half_day_am_pm": ABSENT}, {"half": None}),
    ("employee_training_courses", {"half_day_am_pm": "noon"}, {"half": None}),
    ("employee_training_courses", {"half_day_am_pm": 7}, {"half": None}),
]


@pytest.mark.parametrize(("name", "changes", "expected"), TOLERATED)
def test_what_differs_from_row_to_row_is_tolerated(
    name: str, changes: dict[str, Any], expected: dict[str, Any], misbehaving: Misbehaving
) -> None:
    row = row_of(misbehaving, name, **changes)
    assert {field: getattr(row, field) for field in expected} == expected


# List, field, its values that are not understood, and the name that the error has to tell.
REFUSED: list[tuple[str, str, list[Any], str]] = [
    ("employees", "id", [ABSENT, None, "7001", 1.5, True], "id"),
    ("employees", "email", [ABSENT, 7, ["ada@example.org"]], "email"),
    ("employees", "status", [ABSENT, None, 1, True], "status"),
    ("absences", "id", [ABSENT, None, "900001", True], "id"),
    ("absences", "employee", [ABSENT, None, 7001, [], {}], "employee"),
    ("absences", "employee", [{"id": None}, {"id": "7001"}, {"name": "Ada"}], "employee.id"),
    ("absences", "type", [ABSENT, None, "Sabbatical", "holiday", 1], "type"),
    ("absences", "leave_reason", [ABSENT, "Compassionate", 51, [], {}], "leave_reason"),
    ("absences", "leave_reason", [{"id": "51", "name": "x"}, {"name": "x"}], "leave_reason.id"),
    ("absences", "leave_reason", [{"id": 51}, {"id": 51, "name": 7}], "leave_reason.name"),
    ("absences", "start_date", [ABSENT, None, "", "03/11/2026", 20261103], "start_date"),
    ("absences", "end_date", [ABSENT, None, "2026-02-30", "2026-11-06T00:00:00Z"], "end_date"),
    ("absences", "half_start", ["true", 1, "am"], "half_start"),
    ("absences", "half_end", ["false", 0, []], "half_end"),
    ("absences", "cancelled", [ABSENT, None, "false", 0], "cancelled"),
    ("sicknesses", "id", [ABSENT, None, "910001"], "id"),
    ("sicknesses", "employee", [ABSENT, None, {}], "employee"),
    ("sicknesses", "start_date", [ABSENT, None, "soon"], "start_date"),
    ("sicknesses", "end_date", [ABSENT, "", "open", 0], "end_date"),
    ("sicknesses", "half_start", ["pm", 1], "half_start"),
    ("sicknesses", "half_end", ["am", 1], "half_end"),
    ("sicknesses", "status", [ABSENT, None, 7], "status"),
    ("employee_training_courses", "id", [ABSENT, None, "", 1.5, []], "id"),
    ("employee_training_courses", "employee", [ABSENT, None, {}], "employee"),
    ("employee_training_courses", "start_on", [ABSENT, "", 7], "start_on"),
    ("employee_training_courses", "end_on", [ABSENT, "", "2026-13-01"], "end_on"),
    ("employee_training_courses", "half_day", ["true", 1], "half_day"),
    ("employee_training_courses", "status", [ABSENT, None, 7], "status"),
]


@pytest.mark.parametrize(
    ("name", "field", "value", "told"),
    [(name, field, value, told) for name, field, values, told in REFUSED for value in values],
)
def test_a_field_that_is_not_understood_is_named_and_not_quoted(
    name: str, field: str, value: Any, told: str, misbehaving: Misbehaving
) -> None:
    with pytest.raises(UnexpectedError) as caught:
        row_of(misbehaving, name, **{field: value})
    assert told in caught.value.excerpt
    for quoted in ("ada@example.org", "Okafor", "Sabbatical", "03/11/2026", "2026-13-01"):
        assert quoted not in str(caught.value)


def test_every_field_is_in_one_of_the_tables() -> None:
    """A field that is read and stands in neither table would not be tested."""
    tabled = {(name, field) for name, field, _, _ in REFUSED}
    tabled |= {(name, field) for name, changes, _ in TOLERATED for field in changes}
    assert {(name, field) for name, row in GOOD.items() for field in row} <= tabled


def test_one_bad_row_among_good_ones_stops_the_page(misbehaving: Misbehaving) -> None:
    client = at(misbehaving, {"absences": [ABSENCE, {**ABSENCE, "cancelled": None}, ABSENCE]})
    with pytest.raises(UnexpectedError, match="cancelled"):
        client.absences()


# ------------------------------------------------------------- what is not an answer


@pytest.mark.parametrize("body", [{}, {"account": []}, {"account": {}}, {"account": {"name": 7}}])
def test_an_account_without_a_name_is_not_understood(body: Any, misbehaving: Misbehaving) -> None:
    with pytest.raises(UnexpectedError):
        at(misbehaving, body).account()


@pytest.mark.parametrize("row", [None, {}, {"id": "51", "name": "x"}, {"id": 51, "name": None}])
def test_a_reason_needs_its_number_and_its_name(row: Any, misbehaving: Misbehaving) -> None:
    with pytest.raises(UnexpectedError):
        at(misbehaving, {"other_leave_reasons": [row]}).leave_reasons()


def test_reasons_are_read_with_their_names_trimmed(world: World) -> None:
    assert Reason(id=54, name="Time off in lieu") in of(world).leave_reasons()


# ------------------------------------------------------------------ what is private


def lists(client: BreatheClient) -> list[list[Any]]:
    return [
        whole(client.employees),
        whole(client.absences),
        whole(client.sicknesses),
        whole(client.courses),
        client.leave_reasons(),
    ]


def texts(value: Any) -> Iterator[str]:
    """Every text in there, however deep it lies."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


def test_nothing_private_is_in_any_row(world: World) -> None:
    sandbox = world.of(BreatheSandbox)
    known = "\n".join(str(row.model_dump()) for rows in lists(of(world)) for row in rows)
    raw = [row for kind in ("employees", "absences", "sicknesses") for row in sandbox.shown(kind)]
    raw += sandbox.shown("courses")
    read_from = {"email", "first_name", "last_name", "known_as", "status", "leave_reason"}
    days = {"start_date", "end_date", "start_on", "end_on", "half_day_am_pm"}
    # Shown elsewhere for good reasons: who approves is a person here as well.
    people = {"employee", "approved_by", "line_manager", "type"}
    unread = [
        text
        for row in raw
        for name, value in row.items()
        if name not in read_from | days | people
        for text in texts(value)
        if len(text) > 4
    ]
    assert len(unread) > 500
    assert [text for text in unread if text in known] == []
    assert "made-up" in json.dumps(raw)
    assert "made-up" not in known


def test_rows_have_no_fields_but_those_that_are_used() -> None:
    assert {shape.__name__: set(shape.model_fields) for shape in (Employee, Sickness, Course)} == {
        "Employee": {"id", "email", "name", "status"},
        "Sickness": {"id", "employee_id", "start", "end", "half_start", "half_end", "status"},
        "Course": {"id", "employee_id", "start", "end", "half_day", "half", "status"},
    }
    span = {"start", "end", "half_start", "half_end"}
    reason = {"reason_id", "reason", "is_holiday"}
    assert set(Absence.model_fields) == {"id", "employee_id", "cancelled"} | span | reason


def test_rows_can_be_put_away_as_json_and_taken_up_again(world: World) -> None:
    for rows in lists(of(world)):
        assert rows
        for row in rows:
            assert isinstance(row, Shape)
            kept = json.loads(json.dumps(row.model_dump(mode="json")))
            assert type(row).model_validate(kept, strict=False) == row
