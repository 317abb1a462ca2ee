"""Clockify's rows: what is kept of each, what is sent, and what is refused as not understood."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from integrations.clockify.client import (
    ClockifyClient,
    Customer,
    CustomField,
    Entry,
    Project,
    Tag,
    Task,
    User,
    Workspace,
)
from integrations.errors import UnexpectedError
from tests.integrations.clockify.rows import (
    ABSENT,
    CUSTOMER_ROW,
    ENTRY_ID,
    ENTRY_ROW,
    NINE,
    PROJECT_ROW,
    TAG_ROW,
    TASK_ROW,
    USER,
    USER_ROW,
    WORKSPACE,
    WORKSPACE_ROW,
    at,
    changed,
    values,
)
from tests.integrations.misbehaving import Misbehaving

DESIGN = Task(id="64a031", name="Design", active=True)
TICKET = CustomField(id="64a0f1", source_type="WORKSPACE", value="ABC-1")
KEPT = {
    "users": User(id=USER, email="Ada@example.org", name="Ada Example", zone="Europe/Stockholm"),
    "workspaces": Workspace(id=WORKSPACE, name="Example Consulting"),
    "customers": Customer(id="64a0d1", name="Globex", archived=False),
    "tags": Tag(id="64a021", name="on call", archived=True),
    "projects": Project(
        id="64a011",
        name="Website rebuild",
        client_id="64a0d1",
        client_name="Globex",
        archived=False,
        template=False,
        billable=True,
        public=False,
        color="#03A9F4",
        note="the new one",
        tasks=(DESIGN,),
    ),
    "entries": Entry(
        id=ENTRY_ID,
        user_id=USER,
        project_id="64a011",
        task_id="64a031",
        tag_ids=("64a021",),
        description="Sprint planning",
        start=NINE,
        end=NINE + timedelta(minutes=90),
        billable=True,
        type="REGULAR",
        locked=False,
        approved=False,
        custom_fields=(TICKET,),
    ),
}
ROWS = {
    "users": USER_ROW,
    "workspaces": WORKSPACE_ROW,
    "customers": CUSTOMER_ROW,
    "tags": TAG_ROW,
    "projects": PROJECT_ROW,
    "entries": ENTRY_ROW,
}
READ: dict[str, Callable[[ClockifyClient], Any]] = {
    "users": lambda client: client.users(workspace=WORKSPACE).rows,
    "workspaces": lambda client: client.workspaces(),
    "customers": lambda client: client.customers(workspace=WORKSPACE).rows,
    "tags": lambda client: client.tags(workspace=WORKSPACE).rows,
    "projects": lambda client: client.projects(workspace=WORKSPACE).rows,
    "entries": lambda client: client.entries(workspace=WORKSPACE, user=USER, start=NINE).rows,
}


def read(misbehaving: Misbehaving, kind: str, row: Any) -> Any:
    """The one row, as it is kept."""
    [kept] = READ[kind](at(misbehaving, [row]))
    return kept


@pytest.mark.parametrize("kind", ROWS)
def test_of_each_row_only_what_is_used_is_kept(kind: str, misbehaving: Misbehaving) -> None:
    kept = read(misbehaving, kind, ROWS[kind])
    assert kept == KEPT[kind]
    told = kept.model_dump_json()
    for private in ("10500", "EUR", "Private Road", "img.example.org"):
        assert private not in told


@pytest.mark.parametrize("kind", ROWS)
def test_what_is_kept_while_a_run_waits_comes_back_as_it_was(kind: str) -> None:
    kept: Any = KEPT[kind]
    again = type(kept).model_validate(kept.model_dump(mode="json"), strict=False)
    assert again == kept
    assert again.model_dump(mode="json") == kept.model_dump(mode="json")


def test_whatever_a_custom_field_holds_comes_back_as_it_was() -> None:
    for value in ("text", 7, 1.5, True, False, None, ["one", "two"], []):
        field = CustomField(id="64a0f1", source_type=None, value=value)
        entry = KEPT["entries"].model_copy(update={"custom_fields": (field,)})
        assert Entry.model_validate(entry.model_dump(mode="json"), strict=False) == entry


# ----------------------------------------------------------- what is not understood


def each(kind: str, path: str, *values: Any) -> list[tuple[str, str, Any]]:
    return [(kind, path, value) for value in values]


# By name, as nobody knows what a bare True in a call is about.
YES: Any = True
NO: Any = False
NO_TEXT: tuple[Any, ...] = (ABSENT, None, 7, YES, [])
NOT_A_MOMENT = (
    "",
    "soon",
    "2026-03-02",
    "2026-03-02T09:00:00",
    "2026-03-02T09:00:00.000",
    "2026-03-02 09:00:00Z",
    "2026-02-30T09:00:00Z",
    "2026-03-02T09:00:00Z soon",
    "0001-01-01T00:00:00+14:00",
    1772442000,
    YES,
)
REFUSED = [
    *(case for kind in ROWS for case in each(kind, "id", ABSENT, None, "", YES, 7)),
    *each("users", "email", ABSENT, 7),
    *each("users", "name", ABSENT, 7),
    *each("users", "settings", "none", [], 7),
    *each("users", "settings.timeZone", 7, YES),
    *each("workspaces", "name", ABSENT, 7),
    *(case for kind in ("customers", "tags", "projects") for case in each(kind, "name", *NO_TEXT)),
    *(
        case
        for kind in ("customers", "tags", "projects")
        for case in each(kind, "archived", ABSENT, None, "false", 0)
    ),
    *each("projects", "billable", ABSENT, None, "true", 1),
    *each("projects", "public", ABSENT, None, "true", 1),
    *each("projects", "template", "true", 1),
    *each("projects", "clientId", 7, NO),
    *each("projects", "tasks", {}, "none", 7),
    *each("projects", "tasks.0.id", ABSENT, None, ""),
    *each("projects", "tasks.0.name", *NO_TEXT),
    *each("projects", "tasks.0.status", 7),
    *each("entries", "userId", ABSENT, None, "", 7),
    *each("entries", "projectId", ABSENT, 7),
    *each("entries", "taskId", ABSENT, 7),
    *each("entries", "tagIds", ABSENT, "64a021", {}),
    *each("entries", "description", ABSENT, 7),
    *each("entries", "billable", ABSENT, None, "true", 1),
    *each("entries", "type", 7),
    *each("entries", "isLocked", "true", 1),
    *each("entries", "approvalRequestId", 7, YES),
    *each("entries", "timeInterval", ABSENT, None, []),
    *each("entries", "timeInterval.start", ABSENT, None, *NOT_A_MOMENT),
    *each("entries", "timeInterval.end", ABSENT, *NOT_A_MOMENT),
    *each("entries", "customFieldValues", {}, "none"),
    *each("entries", "customFieldValues.0.customFieldId", ABSENT, None, ""),
]


@pytest.mark.parametrize(("kind", "path", "value"), REFUSED)
def test_a_field_of_another_kind_stops_everything_and_is_named(
    kind: str, path: str, value: Any, misbehaving: Misbehaving
) -> None:
    with pytest.raises(UnexpectedError) as caught:
        read(misbehaving, kind, changed(ROWS[kind], path, value))
    assert path in str(caught.value)
    assert "soon" not in str(caught.value)


# ------------------------------------------------------------- what may be otherwise


def all_read(kind: str, path: str, *values: Any, **expected: Any) -> list[Any]:
    return [(*case, expected) for case in each(kind, path, *values)]


def fields(*values: CustomField) -> tuple[CustomField, ...]:
    return values


TOLERATED: list[Any] = [
    *all_read("users", "name", None, "", " ", name=""),
    *all_read("users", "email", None, " ", email=""),
    *all_read("users", "settings", ABSENT, None, {}, zone=None),
    *all_read("users", "settings.timeZone", ABSENT, None, "", zone=None),
    *all_read("users", "status", "SOMETHING_NEW"),
    *all_read("projects", "clientId", ABSENT, None, "", client_id=None),
    *all_read("projects", "clientName", ABSENT, None, "", client_name=""),
    *all_read("projects", "color", ABSENT, None, "", color=""),
    *all_read("projects", "note", ABSENT, None, "", note=""),
    *all_read("projects", "template", ABSENT, None, NO, template=False),
    *all_read("projects", "template", YES, template=True),
    *all_read("projects", "archived", YES, archived=True),
    *all_read("projects", "public", YES, public=True),
    *all_read("projects", "tasks", ABSENT, None, [], tasks=()),
    *all_read(
        "projects",
        "tasks.0.status",
        "DONE",
        tasks=(DESIGN.model_copy(update={"active": False}),),
    ),
    *all_read("projects", "tasks.0.status", ABSENT, None, "SOMETHING_NEW", tasks=(DESIGN,)),
    *all_read("entries", "projectId", None, "", project_id=None),
    *all_read("entries", "taskId", None, "", task_id=None),
    *all_read("entries", "tagIds", None, [], tag_ids=()),
    *all_read("entries", "tagIds", ["1", "2"], tag_ids=("1", "2")),
    *all_read("entries", "description", None, "", description=""),
    *all_read("entries", "billable", NO, billable=False),
    *all_read("entries", "isLocked", ABSENT, None, NO, locked=False),
    *all_read("entries", "isLocked", YES, locked=True),
    *all_read("entries", "approvalRequestId", ABSENT, "", approved=False),
    *all_read("entries", "approvalRequestId", "64a0c1", approved=True),
    *all_read("entries", "type", ABSENT, None, type="REGULAR"),
    *all_read("entries", "timeInterval.end", None, end=None),
    *all_read(
        "entries",
        "timeInterval.start",
        "2026-03-02T09:00:00.000Z",
        "2026-03-02T09:00:00+00:00",
        "2026-03-02T11:00:00.000+02:00",
        start=NINE,
    ),
    *all_read("entries", "customFieldValues", ABSENT, None, [], custom_fields=()),
    *all_read(
        "entries",
        "customFieldValues.0.type",
        *(ABSENT, None, "TXT", "SOMETHING_NEW"),
        custom_fields=fields(TICKET.model_copy(update={"source_type": None})),
    ),
    *all_read(
        "entries",
        "customFieldValues.0.sourceType",
        "SOMETHING_NEW",
        custom_fields=fields(TICKET.model_copy(update={"source_type": "SOMETHING_NEW"})),
    ),
    *(
        case
        for kind in ("HOLIDAY", "TIME_OFF", "TIMEOFF", "OVERTIME", "BREAK", "SOMETHING_NEW")
        for case in all_read("entries", "type", kind, type=kind)
    ),
    *(
        case
        for value in (7, 1.5, True, None, ["one", "two"])
        for case in all_read(
            "entries",
            "customFieldValues.0.value",
            value,
            custom_fields=fields(TICKET.model_copy(update={"value": value})),
        )
    ),
]


@pytest.mark.parametrize(("kind", "path", "value", "expected"), TOLERATED)
def test_what_may_be_otherwise_is_read_for_what_it_is(
    kind: str, path: str, value: Any, expected: dict[str, Any], misbehaving: Misbehaving
) -> None:
    kept = read(misbehaving, kind, changed(ROWS[kind], path, value))
    assert kept == KEPT[kind].model_copy(update=expected)


def test_moments_are_told_in_utc(misbehaving: Misbehaving) -> None:
    row = changed(ENTRY_ROW, "timeInterval.start", "2026-03-02T10:00:00+01:00")
    assert read(misbehaving, "entries", row).start.tzinfo is UTC


def test_a_moment_without_a_zone_is_none_for_what_is_kept_either() -> None:
    told = KEPT["entries"].model_dump(mode="json") | {"start": "2026-03-02T09:00:00"}
    with pytest.raises(ValidationError):
        Entry.model_validate(told, strict=False)


# -------------------------------------------------------------------- what is sent


def test_an_entry_is_sent_whole_and_without_nulls() -> None:
    assert values().body() == {
        "start": "2026-03-02T09:00:00Z",
        "end": "2026-03-02T10:00:00Z",
        "description": "",
        "tagIds": [],
        "billable": False,
        "type": "REGULAR",
    }
    full = values(
        project_id="64a011",
        task_id="64a031",
        tag_ids=("64a022", "64a021"),
        description="Sprint planning",
        billable=True,
        type="BREAK",
    )
    assert full.body() == {
        "start": "2026-03-02T09:00:00Z",
        "end": "2026-03-02T10:00:00Z",
        "description": "Sprint planning",
        "projectId": "64a011",
        "taskId": "64a031",
        "tagIds": ["64a022", "64a021"],
        "billable": True,
        "type": "BREAK",
    }


def test_moments_are_sent_in_utc_and_to_the_second() -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    body = values(
        start=datetime(2026, 3, 2, 3, 15, 30, 999_999, tzinfo=east),
        end=datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=-8))),
    ).body()
    assert (body["start"], body["end"]) == ("2026-03-01T21:45:30Z", "2026-03-02T17:00:00Z")


def test_custom_fields_are_sent_under_the_name_under_which_they_are_read_in() -> None:
    tickets = CustomField(id="64a0f2", source_type=None, value=["one", "two"])
    off = CustomField(id="64a0f3", source_type="PROJECT", value=False)
    empty = CustomField(id="64a0f4", source_type="PROJECT", value=None)
    body = values(custom_fields=(TICKET, tickets, off, empty)).body()
    assert body["customFields"] == [
        {"customFieldId": "64a0f1", "sourceType": "WORKSPACE", "value": "ABC-1"},
        {"customFieldId": "64a0f2", "value": ["one", "two"]},
        {"customFieldId": "64a0f3", "sourceType": "PROJECT", "value": False},
    ]
    assert "customFieldValues" not in body


def test_a_done_task_is_one_that_says_so(misbehaving: Misbehaving) -> None:
    row = {**PROJECT_ROW, "tasks": [TASK_ROW, {**TASK_ROW, "id": "64a032", "status": "DONE"}]}
    assert [task.active for task in read(misbehaving, "projects", row).tasks] == [True, False]
