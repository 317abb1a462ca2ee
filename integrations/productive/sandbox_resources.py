"""How the Productive stand-in shows what it holds, and more than anybody needs to know."""

import json
from datetime import datetime
from typing import Any

from integrations.productive.sandbox_jsonapi import Resource
from integrations.productive.sandbox_records import Records
from integrations.productive.sandbox_stored import (
    PER_DAY,
    Period,
    StoredAssignment,
    StoredBooking,
    StoredDeal,
    StoredEvent,
    StoredPerson,
    StoredProject,
    StoredSalary,
    StoredService,
)

ORGANIZATION = {"type": "organizations", "id": "1"}
ORGANIZATION_NAME = "Example Ltd"
LONG_AGO = "2021-03-01T09:00:00.000+00:00"
UNTIL = "2025-09-30T18:00:00.000+01:00"


def person(held: StoredPerson, *, with_hours: bool = True) -> Resource:
    attributes: dict[str, Any] = {
        "first_name": held.first_name,
        "last_name": held.last_name,
        "email": held.email,
        "title": None,
        "role_id": 1,
        "is_user": not held.placeholder,
        "hrm_type_id": 1,
        "placeholder": held.placeholder,
        "virtual": False,
        "agent": False,
        "deactivated_at": UNTIL if held.deactivated else None,
        "archived_at": None,
        "joined_at": LONG_AGO,
        "availabilities": _availabilities(held.periods) if with_hours else None,
        "custom_fields": {"71": "likes tea"},
        "tag_list": [],
        "created_at": LONG_AGO,
    }
    related = {"organization": ORGANIZATION, "approval_policy_assignment": None, "manager": None}
    return Resource("people", held.id, attributes, related)


def _availabilities(periods: list[Period] | None) -> str | None:
    """JSON inside of a string."""
    if periods is None:
        return None
    rows = [
        [each.start.isoformat(), each.end.isoformat() if each.end else None, each.hours, 654]
        for each in periods
    ]
    return json.dumps(rows)


def event(held: StoredEvent) -> Resource:
    attributes = {
        "name": held.name,
        "event_type_id": 2 if held.absence_type == "remote_work" else 1,
        "limitation_type_id": held.limitation_type_id,
        "half_day_bookings": held.half_days,
        "absence_type": held.absence_type,
        "icon_id": "parasol",
        "color_id": 3,
        "archived_at": UNTIL if held.archived else None,
        "description": None,
        "sync_personal_integrations": True,
    }
    return Resource("events", held.id, attributes, {"organization": ORGANIZATION})


def salary(held: StoredSalary) -> Resource:
    attributes = {
        "started_on": held.start.isoformat(),
        "ended_on": held.end.isoformat() if held.end else None,
        "working_hours": held.hours,
        "alternating_hours": False,
        "salary_type_id": 1,
        "default_salary": False,
        "overhead": True,
        "cost": 412_300,
        "cost_default": 412_300,
        "hourly_cost": 2_941,
        "currency": "GBP",
        "note": None,
    }
    related = {
        "organization": ORGANIZATION,
        "person": {"type": "people", "id": held.person_id},
        "holiday_calendar": None,
    }
    return Resource("salaries", held.id, attributes, related)


def booking(held: StoredBooking, *, records: Records) -> Resource:
    """Totals are computed there, from the hours the person works."""
    minutes = held.time if held.method == PER_DAY else None
    attributes = {
        "hours": None if minutes is None else minutes // 60,
        "time": held.time,
        "started_on": held.start.isoformat(),
        "ended_on": held.end.isoformat(),
        "total_time": records.total_minutes(held),
        "total_working_days": len(records.hours_by_day(held)),
        "percentage": held.percentage,
        "booking_method_id": held.method,
        "note": held.note,
        "draft": held.draft,
        "stage_type": None,
        "autotracking": False,
        **_state("approved", held.at, is_so=held.approved),
        **_state("rejected", held.at, is_so=held.rejected),
        "rejected_reason": "Too many away at once" if held.rejected else None,
        **_state("canceled", held.at, is_so=held.canceled),
        "custom_fields": None,
        "people_custom_fields": {"71": "likes tea"},
        "external_id": None,
        "created_at": _moment(held.at),
        "updated_at": _moment(held.at),
        "last_activity_at": _moment(held.at),
    }
    related: dict[str, Any] = {
        "organization": ORGANIZATION,
        "person": {"type": "people", "id": held.person_id},
        "event": held.event_id and {"type": "events", "id": held.event_id},
        "service": held.service_id and {"type": "services", "id": held.service_id},
        "approval_statuses": [],
    }
    return Resource("bookings", held.id, attributes, related)


def _state(name: str, at: datetime, *, is_so: bool) -> dict[str, Any]:
    return {name: is_so, f"{name}_at": _moment(at) if is_so else None}


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def service(held: StoredService) -> Resource:
    attributes = {
        "name": held.name,
        "position": 1,
        "deleted_at": None,
        "billable": True,
        "description": None,
        "time_tracking_enabled": True,
        "expense_tracking_enabled": False,
        "booking_tracking_enabled": held.bookable,
        "price": 95_000,
        "budget_used": 1_140_000,
    }
    related = {
        "organization": ORGANIZATION,
        "deal": {"type": "deals", "id": held.deal_id},
        "service_type": None,
        "person": None,
    }
    return Resource("services", held.id, attributes, related)


def deal(held: StoredDeal) -> Resource:
    attributes = {"name": held.name, "budget": held.project_id is not None, "revenue": 9_500_000}
    project_of_it = held.project_id and {"type": "projects", "id": held.project_id}
    related = {"organization": ORGANIZATION, "project": project_of_it, "company": None}
    return Resource("deals", held.id, attributes, related)


def project(held: StoredProject) -> Resource:
    attributes = {"name": held.name, "number": held.id, "archived_at": None}
    related = {"organization": ORGANIZATION, "company": None}
    return Resource("projects", held.id, attributes, related)


def assignment(held: StoredAssignment) -> Resource:
    attributes = {"created_at": LONG_AGO, "last_activity_at": LONG_AGO}
    related = {
        "organization": ORGANIZATION,
        "person": {"type": "people", "id": held.person_id},
        "project": {"type": "projects", "id": held.project_id},
    }
    return Resource("project_assignments", held.id, attributes, related)


def membership(number: str, person_id: str) -> Resource:
    attributes = {"role_id": 1, "default": True, "created_at": LONG_AGO}
    related = {
        "organization": ORGANIZATION,
        "person": {"type": "people", "id": person_id},
        "user": {"type": "users", "id": "88"},
    }
    return Resource("organization_memberships", number, attributes, related)


def organization() -> Resource:
    return Resource("organizations", ORGANIZATION["id"], {"name": ORGANIZATION_NAME}, {})
