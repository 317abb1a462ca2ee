"""Productive's rows: what is kept of each, and what is refused as not understood."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from integrations.errors import UnexpectedError
from integrations.productive.client import (
    Booking,
    Event,
    Owner,
    Person,
    ProductiveClient,
    Salary,
    Week,
)
from tests.integrations.misbehaving import Misbehaving
from tests.integrations.productive.rows import (
    ABSENT,
    BOOKING,
    EVENT,
    MEMBERSHIP,
    NOT_INCLUDED,
    PERSON,
    SALARY,
    WEEK,
    at,
    changed,
    listed,
)

HOURS = (7.0, 7.0, 7.0, 7.0, 3.5, 0.0, 0.0)
KEPT = {
    "people": Person(
        id="301",
        email="Ada.Okafor@example.org",
        name="Ada Okafor",
        weeks=(Week(start=date(2021, 3, 1), end=None, hours=HOURS * 2),),
    ),
    "salaries": Salary(
        id="701", person_id="301", start=date(2021, 3, 1), end=None, hours=HOURS * 2
    ),
    "events": Event(
        id="501",
        name="Holiday",
        absence_type="time_off",
        half_days=True,
        is_archived=False,
        is_limited=True,
    ),
    "bookings": Booking(
        id="9001",
        person_id="301",
        event_id="501",
        start=date(2026, 11, 3),
        end=date(2026, 11, 5),
        minutes=420,
        is_live=True,
        is_approved=True,
    ),
}
ROWS = {"people": PERSON, "salaries": SALARY, "events": EVENT, "bookings": BOOKING}
READ: dict[str, Callable[[ProductiveClient], Any]] = {
    "people": lambda client: client.people(),
    "salaries": lambda client: client.salaries(),
    "events": lambda client: client.events(),
    "bookings": lambda client: client.bookings(),
}


def read(misbehaving: Misbehaving, kind: str, row: Any) -> Any:
    """The one row, as it is kept."""
    [kept] = READ[kind](at(misbehaving, listed(row))).rows
    return kept


@pytest.mark.parametrize("kind", ROWS)
def test_of_each_row_only_what_is_used_is_kept(kind: str, misbehaving: Misbehaving) -> None:
    kept = read(misbehaving, kind, ROWS[kind])
    assert kept == KEPT[kind]
    told = kept.model_dump_json()
    for private in ("412300", "2941", "GBP", "tea", "sea"):
        assert private not in told


# ----------------------------------------------------------- what is not understood


def each(kind: str, path: str, *values: Any) -> list[tuple[str, str, Any]]:
    return [(kind, path, value) for value in values]


# By name, as nobody knows what a bare True in a call is about.
YES: Any = True
NO: Any = False
NOT_A_DAY = ("", "soon", "2026-02-30", "2026-11-03T00:00:00", 20261103, True)
NOT_THERE: tuple[Any, ...] = (
    ABSENT,
    None,
    NOT_INCLUDED,
    {},
    {"data": []},
    {"data": "301"},
    {"data": {}},
)
REFUSED = [
    *(case for kind in ROWS for case in each(kind, "id", ABSENT, None, "", YES, 7.5)),
    *(case for kind in ROWS for case in each(kind, "attributes", ABSENT, None, [])),
    *each("people", "attributes.email", ABSENT, 7),
    *each("people", "attributes.first_name", 7),
    *each("people", "attributes.last_name", 7),
    *each("people", "attributes.deactivated_at", "2025-09-30T18:00:00.000+01:00"),
    *each("salaries", "attributes.started_on", ABSENT, *NOT_A_DAY),
    *each("salaries", "attributes.ended_on", ABSENT, *NOT_A_DAY),
    *each("salaries", "relationships.person", *NOT_THERE, {"data": None}),
    *each("events", "attributes.name", ABSENT, None, 7),
    *each("events", "attributes.absence_type", ABSENT, None, 1),
    *each("events", "attributes.half_day_bookings", ABSENT, None, 1, "true"),
    *each("events", "attributes.archived_at", ABSENT, NO),
    *each("events", "attributes.limitation_type_id", ABSENT, "2", 2.5),
    *each("bookings", "attributes.started_on", ABSENT, None, *NOT_A_DAY),
    *each("bookings", "attributes.ended_on", ABSENT, None, *NOT_A_DAY),
    *each("bookings", "attributes.time", ABSENT, "420", 420.5, YES),
    *each("bookings", "attributes.booking_method_id", ABSENT, None, "1", YES),
    *each("bookings", "attributes.approved", "false", 0),
    *each("bookings", "attributes.rejected", "false", 0),
    *each("bookings", "attributes.canceled", "false", 0),
    *each("bookings", "attributes.draft", "false", 0),
    *each("bookings", "relationships.person", *NOT_THERE, {"data": None}),
    *each("bookings", "relationships.event", *NOT_THERE),
]


@pytest.mark.parametrize(("kind", "path", "value"), REFUSED)
def test_a_field_of_another_kind_stops_everything_and_is_named(
    kind: str, path: str, value: Any, misbehaving: Misbehaving
) -> None:
    with pytest.raises(UnexpectedError) as caught:
        read(misbehaving, kind, changed(ROWS[kind], path, value))
    assert path in str(caught.value)
    assert "soon" not in str(caught.value)


def all_read(kind: str, path: str, *values: Any, **expected: Any) -> list[Any]:
    return [(*case, expected) for case in each(kind, path, *values)]


NO_HOURS: tuple[Any, ...] = (ABSENT, None, 40, "40", [], [7] * 5, [7] * 13, ["7"] * 14, [True] * 14)
NOT_HOURS = (-1, 25, None, [7], 10**400)
TOLERATED: list[Any] = [
    *all_read("people", "id", 301, id="301"),
    *all_read("people", "attributes.email", None, "  ", email=""),
    *all_read("people", "attributes.first_name", ABSENT, None, name="Okafor"),
    *all_read("people", "attributes.last_name", ABSENT, None, name="Ada"),
    *all_read("people", "attributes.deactivated_at", ABSENT),
    *all_read(
        "people",
        "attributes.availabilities",
        *(ABSENT, None, "", "null", "{}", "[", "soon", "7", 7, []),
        weeks=(),
    ),
    pytest.param("people", "attributes.availabilities", "[" * 5000, {"weeks": ()}, id="deep"),
    *all_read("salaries", "attributes.started_on", None, start=None),
    *all_read("salaries", "attributes.ended_on", "2026-03-31", end=date(2026, 3, 31)),
    *all_read("salaries", "attributes.working_hours", WEEK, hours=HOURS * 2),
    *all_read("salaries", "attributes.working_hours", *NO_HOURS, hours=()),
    *all_read(
        "salaries", "attributes.working_hours", *([h, *WEEK[1:]] for h in NOT_HOURS), hours=()
    ),
    *all_read("events", "attributes.limitation_type_id", 3, is_limited=True),
    *all_read("events", "attributes.limitation_type_id", 4, None, is_limited=False),
    *all_read("events", "attributes.archived_at", "2025-09-30T18:00:00Z", is_archived=True),
    *all_read("events", "attributes.absence_type", "remote_work", absence_type="remote_work"),
    *all_read("bookings", "relationships.event", {"data": None}, event_id=None),
    *all_read("bookings", "relationships.person", {"data": {"id": 301}}, person_id="301"),
    *all_read("bookings", "attributes.approved", ABSENT, None, NO, is_approved=False),
    *all_read("bookings", "attributes.rejected", ABSENT, None, is_live=True),
    *all_read("bookings", "attributes.canceled", ABSENT, None, is_live=True),
    *all_read("bookings", "attributes.draft", ABSENT, None, is_live=True),
    *all_read("bookings", "attributes.rejected", YES, is_live=False),
    *all_read("bookings", "attributes.canceled", YES, is_live=False),
    *all_read("bookings", "attributes.draft", YES, is_live=False),
    *all_read("bookings", "attributes.time", None, 0, -60, minutes=None),
    *all_read("bookings", "attributes.booking_method_id", 2, 3, 4, minutes=None),
]


@pytest.mark.parametrize(("kind", "path", "value", "expected"), TOLERATED)
def test_what_may_be_otherwise_is_read_for_what_it_is(
    kind: str, path: str, value: Any, expected: dict[str, Any], misbehaving: Misbehaving
) -> None:
    kept = read(misbehaving, kind, changed(ROWS[kind], path, value))
    assert kept == KEPT[kind].model_copy(update=expected)


# ----------------------------------------------------------------------- hours


def test_periods_that_are_not_understood_are_left_out_and_the_others_stay(
    misbehaving: Misbehaving,
) -> None:
    periods = [
        ["2021-03-01", "2026-03-31", WEEK * 2, 654],
        None,
        [],
        ["2021-03-01", None],
        ["soon", None, WEEK * 2, 654],
        [20210301, None, WEEK * 2, 654],
        ["2021-03-01", None, 35, 654],
        ["2021-03-01", None, [7, 7, 7], 654],
        [None, None, WEEK, 654, "more"],
    ]
    row = changed(PERSON, "attributes.availabilities", json.dumps(periods))
    person = read(misbehaving, "people", row)
    assert person.weeks == (
        Week(start=date(2021, 3, 1), end=date(2026, 3, 31), hours=HOURS * 2),
        Week(start=None, end=None, hours=HOURS * 2),
    )


def test_weeks_in_turn_stay_apart(misbehaving: Misbehaving) -> None:
    hours = [*WEEK, 7, 7, 7, 7, 0, 0, 0]
    salary = read(misbehaving, "salaries", changed(SALARY, "attributes.working_hours", hours))
    assert salary.hours == (*HOURS, 7, 7, 7, 7, 0, 0, 0)


# ----------------------------------------------------------------------- owner


@pytest.mark.parametrize(
    ("included", "name"),
    [
        (
            [{"id": "1", "type": "organizations", "attributes": {"name": "Example Ltd"}}],
            "Example Ltd",
        ),
        ([{"id": "2", "type": "organizations", "attributes": {"name": "Other"}}], "organisation 1"),
        ([{"id": "1", "type": "organizations", "attributes": {"name": 7}}], "organisation 1"),
        ([{"id": "1", "type": "organizations"}, None, "text"], "organisation 1"),
        ("text", "organisation 1"),
        (None, "organisation 1"),
    ],
)
def test_the_owner_is_known_even_where_the_name_is_not(
    included: Any, name: str, misbehaving: Misbehaving
) -> None:
    client = at(misbehaving, listed(MEMBERSHIP, included=included))
    assert client.owner() == Owner(person_id="314", organization=name)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("relationships", ABSENT),
        ("relationships.person", NOT_INCLUDED),
        ("relationships.organization", NOT_INCLUDED),
        ("relationships.organization", {"data": None}),
    ],
)
def test_a_membership_of_another_shape_is_not_understood(
    path: str, value: Any, misbehaving: Misbehaving
) -> None:
    with pytest.raises(UnexpectedError) as caught:
        at(misbehaving, listed(changed(MEMBERSHIP, path, value))).owner()
    assert path in str(caught.value)
