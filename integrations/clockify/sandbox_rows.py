"""How the Clockify stand-in shows what it holds, and more than anybody needs to know."""

from datetime import timedelta
from typing import Any

from integrations.clockify.sandbox_records import Records
from integrations.clockify.sandbox_stored import (
    StoredClient,
    StoredEntry,
    StoredProject,
    StoredTag,
    StoredTask,
    StoredUser,
    StoredWorkspace,
    written,
)

Row = dict[str, Any]
EURO = {"amount": 0, "currency": "EUR"}
CURRENCY_ID = "64a0c0000000000000000001"
NOTHING = "PT0S"


def user(held: StoredUser, *, workspaces: list[StoredWorkspace], memberships: bool = False) -> Row:
    first = workspaces[0].id if workspaces else None
    return {
        "id": held.id,
        "email": held.email,
        "name": held.name or None,
        "activeWorkspace": first,
        "defaultWorkspace": first,
        "profilePicture": "https://img.example.org/nobody.png",
        "status": held.status,
        "memberships": [
            _membership(held.id, each.id, kind="WORKSPACE") for each in workspaces if memberships
        ],
        "customFields": [],
        "settings": held.zone
        and {
            "timeZone": held.zone,
            "weekStart": "MONDAY",
            "timeFormat": "HOUR24",
            "dateFormat": "YYYY-MM-DD",
            "lang": "en",
        },
    }


def _membership(user_id: str, target_id: str, *, kind: str) -> Row:
    return {
        "userId": user_id,
        "targetId": target_id,
        "membershipType": kind,
        "membershipStatus": "ACTIVE",
        "hourlyRate": None,
        "costRate": None,
    }


def workspace(held: StoredWorkspace) -> Row:
    may_create = {
        "whoCanCreateProjectsAndClients": _who(held, "onlyAdminsCreateProject"),
        "whoCanCreateTags": _who(held, "onlyAdminsCreateTag"),
        "whoCanCreateTasks": _who(held, "onlyAdminsCreateTask"),
    }
    return {
        "id": held.id,
        "name": held.name,
        "imageUrl": "",
        "hourlyRate": EURO,
        "costRate": None,
        "currencies": [{"id": CURRENCY_ID, "code": "EUR", "isDefault": True}],
        "memberships": [_membership(each, held.id, kind="WORKSPACE") for each in held.roles],
        "subdomain": {"enabled": held.subdomain is not None, "name": held.subdomain},
        "featureSubscriptionType": "FREE",
        "features": ["TIME_TRACKING"],
        "workspaceSettings": {**held.settings, "entityCreationPermissions": may_create},
    }


def _who(held: StoredWorkspace, setting: str) -> str:
    return "ADMINS" if held.settings[setting] else "EVERYONE"


def client(held: StoredClient) -> Row:
    return {
        "id": held.id,
        "name": held.name,
        "workspaceId": held.workspace_id,
        "archived": held.archived,
        "email": held.email,
        "address": held.address,
        "note": held.note,
        "currencyId": CURRENCY_ID,
        "currencyCode": "EUR",
        "ccEmails": held.cc_emails,
    }


def task(held: StoredTask) -> Row:
    return {
        "id": held.id,
        "name": held.name,
        "projectId": held.project_id,
        "status": "DONE" if held.done else "ACTIVE",
        "assigneeIds": [],
        "userGroupIds": [],
        "estimate": held.estimate,
        "duration": NOTHING,
        "billable": held.billable,
        "hourlyRate": None,
        "costRate": None,
        "budgetEstimate": 0,
    }


def tag(held: StoredTag) -> Row:
    return {
        "id": held.id,
        "name": held.name,
        "workspaceId": held.workspace_id,
        "archived": held.archived,
    }


def project(held: StoredProject, records: Records, *, hydrated: bool = False) -> Row:
    of = records.clients.get(held.client_id or "")
    nobody = "" if records.switches["no_client"] == "empty" else None
    members = [held.made_by] if held.made_by else []
    row = {
        "id": held.id,
        "name": held.name,
        "workspaceId": held.workspace_id,
        "clientId": of.id if of else nobody,
        "clientName": of.name if of else nobody,
        "color": held.color,
        "note": held.note,
        "billable": held.billable,
        "public": held.public,
        "archived": held.archived,
        "template": held.template,
        "hourlyRate": EURO,
        "costRate": None,
        "duration": NOTHING,
        "estimate": {"estimate": NOTHING, "type": "AUTO"},
        "timeEstimate": {"estimate": NOTHING, "type": "AUTO", "active": False},
        "budgetEstimate": None,
        "estimateReset": None,
        "memberships": [_membership(each, held.id, kind="PROJECT") for each in members],
    }
    if hydrated:
        tasks = [each for each in records.tasks.values() if each.project_id == held.id]
        row |= {"tasks": [task(each) for each in tasks], "customFields": []}
    return row


def new_project(held: StoredProject, records: Records) -> Row:
    """Both spellings, as after creating one."""
    row = project(held, records)
    return row | {"isPublic": held.public, "isTemplate": held.template}


def entry(held: StoredEntry, records: Records, *, hydrated: bool = False) -> Row:
    end = held.end
    without: list[str] | None = None if records.switches["no_tags"] == "null" else []
    row = {
        "id": held.id,
        "description": held.description,
        "userId": held.user_id,
        "workspaceId": held.workspace_id,
        "projectId": held.project_id,
        "taskId": held.task_id,
        "tagIds": list(held.tag_ids) or without,
        "billable": held.billable,
        "isLocked": records.workspaces[held.workspace_id].locks(held.start),
        "type": held.type,
        "kioskId": None,
        "approvalRequestId": held.approval,
        "hourlyRate": EURO,
        "costRate": None,
        "customFieldValues": [
            {
                "customFieldId": number,
                "timeEntryId": held.id,
                "name": f"Field {number[-4:]}",
                "type": "WORKSPACE",
                "value": value,
            }
            for number, value in held.custom_fields.items()
        ],
        "timeInterval": {
            "start": written(held.start),
            "end": end and written(end),
            "duration": end and duration(end - held.start),
        },
    }
    return row | _hydration(held, records) if hydrated else row


def _hydration(held: StoredEntry, records: Records) -> Row:
    of, at = records.projects.get(held.project_id or ""), records.tasks.get(held.task_id or "")
    return {
        "project": of and project(of, records),
        "task": at and task(at),
        "tags": [tag(records.tags[each]) for each in held.tag_ids],
        "user": {"id": held.user_id, "name": records.users[held.user_id].name},
        "kiosk": None,
    }


def duration(length: timedelta) -> str:
    """PT1H30M"""
    seconds = int(length.total_seconds())
    parts = ((seconds // 3600, "H"), (seconds // 60 % 60, "M"), (seconds % 60, "S"))
    return "PT" + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0S")
