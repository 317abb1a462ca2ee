"""Productive: services and their projects, who is on a project, and bookings of work."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from integrations.errors import RejectedError, RetryableError, UnexpectedError
from integrations.productive.client import Assignment, Booking, ProductiveClient, Service
from integrations.productive.sandbox import ProductiveSandbox
from integrations.sandbox import Fault, World
from tests.integrations.misbehaving import Misbehaving
from tests.integrations.productive.rows import ABSENT, BOOKING, NOT_INCLUDED, at, changed, every

DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)
ADA, BEN, EVE, GWEN = "301", "302", "305", "307"
WEBSITE, SUPPORT_PROJECT = "401", "402"
SUPPORT, INCIDENTS, HOSTING, DEVELOPMENT = "5551", "5552", "5553", "5554"
ON_DUTY: dict[str, Any] = {
    "person_id": ADA,
    "service_id": SUPPORT,
    "start": MONDAY,
    "end": MONDAY,
    "minutes": 420,
}
SERVICE: dict[str, Any] = {
    "data": {
        "id": "5551",
        "type": "services",
        "attributes": {"name": "Support", "booking_tracking_enabled": True, "price": 95_000},
        "relationships": {"deal": {"data": {"type": "deals", "id": "601"}}},
    },
    "included": [
        {
            "id": "601",
            "type": "deals",
            "attributes": {"revenue": 9_500_000},
            "relationships": {"project": {"data": {"type": "projects", "id": "402"}}},
        },
        {"id": "402", "type": "projects", "attributes": {"name": "Data engineering support"}},
    ],
}
WORK = changed(
    changed(BOOKING, "relationships.event", NOT_INCLUDED),
    "relationships.service",
    {"data": {"type": "services", "id": "5551"}},
)


# ----------------------------------------------------------------------- services


def test_a_service_is_told_with_its_project(productive: ProductiveClient, world: World) -> None:
    assert productive.service(SUPPORT) == Service(
        id=SUPPORT,
        name="Support",
        is_bookable=True,
        project_id=SUPPORT_PROJECT,
        project="Data engineering support",
    )
    assert [(seen.path, seen.query) for seen in world.requests] == [
        ("/api/v2/services/5551", {"include": "deal.project"})
    ]


def test_a_service_may_not_be_there_or_not_be_bookable_or_be_of_no_project(
    productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    assert productive.service("999") is None
    hosting = productive.service(HOSTING)
    assert hosting is not None
    assert not hosting.is_bookable
    pitched = productive.service(sandbox.add_service("Pitch", None).id)
    assert pitched is not None
    assert (pitched.project_id, pitched.project) == (None, "")


def test_an_id_cannot_lead_to_another_path(productive: ProductiveClient, world: World) -> None:
    with pytest.raises(RejectedError):
        productive.create_service_booking(**ON_DUTY | {"service_id": "../people"})
    assert productive.service("../people") is None
    assert world.requests[-1].path == "/api/v2/services/../people"
    assert world.unknown == world.requests[-1:]


@pytest.mark.parametrize(
    "body",
    [
        changed(SERVICE, "data.relationships.deal", NOT_INCLUDED),
        changed(SERVICE, "data.relationships.deal", {"data": None}),
        changed(SERVICE, "data.attributes.booking_tracking_enabled", ABSENT),
        changed(SERVICE, "data.attributes.name", None),
        changed(SERVICE, "included", ABSENT),
        changed(SERVICE, "included", []),
        changed(SERVICE, "included", [{"type": "deals", "id": "601"}]),
        {"data": None},
        {},
    ],
)
def test_a_service_whose_project_is_not_told_is_not_understood(
    body: Any, misbehaving: Misbehaving
) -> None:
    with pytest.raises(UnexpectedError) as caught:
        at(misbehaving, body).service(SUPPORT)
    assert "95" not in str(caught.value)


def test_a_project_without_a_name_is_no_reason_to_fail(misbehaving: Misbehaving) -> None:
    told = at(misbehaving, {**SERVICE, "included": SERVICE["included"][:1]}).service(SUPPORT)
    assert told is not None
    assert (told.project_id, told.project) == ("402", "")


# ------------------------------------------------------------- who is on a project


def on(client: ProductiveClient, project_id: str, *person_ids: str) -> list[tuple[str, str]]:
    listed = every(
        lambda page: client.assignments(page, project_id=project_id, person_ids=person_ids)
    )
    return [(held.person_id, held.project_id) for held in listed]


def test_who_is_on_a_project(
    productive: ProductiveClient, sandbox: ProductiveSandbox, world: World
) -> None:
    assert on(productive, SUPPORT_PROJECT) == [(ADA, "402"), (GWEN, "402")]
    assert on(productive, SUPPORT_PROJECT, ADA, BEN) == [(ADA, "402")]
    assert world.requests[-1].query == {
        "include": "person,project",
        "fields[project_assignments]": "person,project",
        "filter[project_id]": "402",
        "filter[person_id]": "301,302",
        "page[number]": "1",
        "page[size]": "200",
    }
    sandbox.switches["project_filter"] = "ignored"
    assert {project for _, project in on(productive, SUPPORT_PROJECT)} == {"401", "402"}


def test_somebody_is_put_on_a_project(
    productive: ProductiveClient, sandbox: ProductiveSandbox, world: World
) -> None:
    made = productive.assign(person_id=BEN, project_id=SUPPORT_PROJECT)
    assert made == Assignment(id=made.id, person_id=BEN, project_id=SUPPORT_PROJECT)
    assert json.loads(world.requests[0].body) == {
        "data": {
            "type": "project_assignments",
            "attributes": {"person_id": BEN, "project_id": SUPPORT_PROJECT},
        }
    }
    assert sandbox.is_on(BEN, SUPPORT_PROJECT)


@pytest.mark.parametrize("answer", ["422", "409"])
@pytest.mark.parametrize("filtered", ["works", "ignored"])
def test_somebody_who_is_on_it_already_is_on_it(
    answer: str, filtered: str, productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    sandbox.switches["assigned_again"] = answer
    sandbox.switches["project_filter"] = filtered
    held = len(sandbox.assignments)
    for _ in range(450):
        sandbox.assign(ADA, WEBSITE)
    there = productive.assign(person_id=GWEN, project_id=SUPPORT_PROJECT)
    assert sandbox.assignments[there.id].person_id == GWEN
    assert len(sandbox.assignments) == held + 450


def test_what_is_refused_for_another_reason_stays_refused(
    productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    sandbox.deactivate(BEN)
    with pytest.raises(RejectedError, match=r"must exist \(person\)"):
        productive.assign(person_id=BEN, project_id=SUPPORT_PROJECT)


def test_a_lost_answer_is_an_error_and_somebody_is_on_the_project_all_the_same(
    productive: ProductiveClient, sandbox: ProductiveSandbox, world: World
) -> None:
    world.faults.add(Fault("productive", "lost", "POST *"))
    with pytest.raises(RetryableError):
        productive.assign(person_id=BEN, project_id=SUPPORT_PROJECT)
    assert len(world.requests) == 1
    assert productive.assign(person_id=BEN, project_id=SUPPORT_PROJECT).person_id == BEN
    assert sum(held.person_id == BEN for held in sandbox.assignments.values()) == 2, "one a project"


# --------------------------------------------------------------- bookings of work


def work(client: ProductiveClient, *, after: date = MONDAY - DAY) -> list[Booking]:
    return every(
        lambda page: client.service_bookings(page, project_id=SUPPORT_PROJECT, after=after)
    )


def test_work_is_listed_by_project_each_with_its_service(
    productive: ProductiveClient, sandbox: ProductiveSandbox, world: World
) -> None:
    kept = list(sandbox.bookings.values())
    sandbox.bookings.clear()
    sandbox.add_booking(ADA, None, MONDAY, service_id=SUPPORT)
    sandbox.add_booking(BEN, None, MONDAY, service_id=DEVELOPMENT)
    sandbox.add_booking(GWEN, None, MONDAY + DAY, service_id=INCIDENTS, time=210)
    sandbox.add_booking(ADA, "501", MONDAY)
    assert kept
    listed = work(productive)
    assert [(row.person_id, row.service_id, row.start) for row in listed] == [
        (ADA, SUPPORT, MONDAY),
        (GWEN, INCIDENTS, MONDAY + DAY),
    ]
    assert {row.event_id for row in listed} == {None}
    assert world.requests[0].query == {
        "include": "person,service",
        "fields[bookings]": "started_on,ended_on,time,booking_method_id,"
        "approved,rejected,canceled,draft,person,service",
        "filter[project_id]": SUPPORT_PROJECT,
        "filter[after]": "2026-03-01",
        "sort": "started_on",
        "page[number]": "1",
        "page[size]": "200",
    }


def test_a_filter_that_does_nothing_lists_absences_and_others_work_too(
    productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    sandbox.switches["project_filter"] = "ignored"
    assert {row.service_id for row in work(productive)} >= {None, SUPPORT, INCIDENTS, DEVELOPMENT}


@pytest.mark.parametrize("filtered", ["unsupported", "works", "ignored"])
def test_no_list_is_asked_for_by_service(
    filtered: str, productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    sandbox.switches["service_filter"] = filtered
    assert {row.service_id for row in work(productive)} == {SUPPORT, INCIDENTS}


@pytest.mark.parametrize("name", ["person", "service"])
def test_what_was_not_included_is_not_taken_for_empty(name: str, misbehaving: Misbehaving) -> None:
    row = changed(WORK, f"relationships.{name}", NOT_INCLUDED)
    with pytest.raises(UnexpectedError):
        at(misbehaving, {"data": [row], "links": {}, "meta": {}}).service_bookings(
            project_id=SUPPORT_PROJECT, after=MONDAY
        )
    with pytest.raises(UnexpectedError):
        at(misbehaving, {"data": row}).service_booking("9001")


def test_a_day_of_work_is_booked_read_changed_and_deleted(
    productive: ProductiveClient, sandbox: ProductiveSandbox, world: World
) -> None:
    made = productive.create_service_booking(**ON_DUTY)
    assert json.loads(world.requests[0].body)["data"]["attributes"] == {
        "person_id": ADA,
        "service_id": SUPPORT,
        "started_on": "2026-03-02",
        "ended_on": "2026-03-02",
        "booking_method_id": 1,
        "time": 420,
    }
    assert made == Booking(id=made.id, event_id=None, **ON_DUTY, is_live=True, is_approved=True)
    assert productive.service_booking(made.id) == made
    after = ON_DUTY | {"person_id": GWEN, "minutes": 210}
    assert productive.update_service_booking(made.id, **after) == made.model_copy(update=after)
    productive.delete_booking(made.id)
    assert productive.service_booking(made.id) is None
    with pytest.raises(RejectedError):
        productive.update_service_booking(made.id, **after)


def test_a_change_that_leaves_it_with_somebody_else_is_told_as_it_is(
    productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    sandbox.switches["other_person"] = "ignored"
    made = productive.create_service_booking(**ON_DUTY)
    changed_to = productive.update_service_booking(
        made.id, **ON_DUTY | {"person_id": GWEN, "minutes": 210}
    )
    assert (changed_to.person_id, changed_to.minutes) == (ADA, 210)


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": changed(BOOKING, "id", ABSENT)}])
def test_an_answer_without_a_booking_is_none_to_a_change(
    body: Any, misbehaving: Misbehaving
) -> None:
    with pytest.raises(UnexpectedError):
        at(misbehaving, body).update_service_booking("9001", **ON_DUTY)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"person_id": EVE}, r"is not assigned to the project \(person\)"),
        ({"service_id": "999"}, r"must exist \(service\)"),
        ({"service_id": HOSTING}, r"booking tracking is not enabled \(service\)"),
        ({"minutes": 225.0}, r"must be an integer \(time\)"),
    ],
)
def test_what_productive_refuses_of_work_is_told_in_its_words(
    change: dict[str, Any],
    words: str,
    productive: ProductiveClient,
    sandbox: ProductiveSandbox,
) -> None:
    with pytest.raises(RejectedError, match=words):
        productive.create_service_booking(**ON_DUTY | change)
    assert sandbox.writes == []


def test_being_on_the_project_is_all_that_was_missing(productive: ProductiveClient) -> None:
    with pytest.raises(RejectedError):
        productive.create_service_booking(**ON_DUTY | {"person_id": EVE})
    productive.assign(person_id=EVE, project_id=SUPPORT_PROJECT)
    assert productive.create_service_booking(**ON_DUTY | {"person_id": EVE}).person_id == EVE


@pytest.mark.parametrize("kind", ["lost", "before", "500", "429"])
def test_no_booking_of_work_repeats_itself(
    kind: str, productive: ProductiveClient, sandbox: ProductiveSandbox, world: World
) -> None:
    world.faults.add(Fault("productive", kind, "bookings", times=None))
    with pytest.raises(RetryableError):
        productive.create_service_booking(**ON_DUTY)
    assert [seen.method for seen in world.requests] == ["POST"]
    assert len(sandbox.writes) == (kind == "lost")
