"""Rows as Clockify sends them, more of each than anybody needs, and clients to read them with."""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from integrations.client import FixedCredentials, Gate
from integrations.clockify.client import ClockifyClient, EntryValues
from integrations.sandbox import World
from integrations.shapes import Page
from tests.integrations.misbehaving import Misbehaving

R = TypeVar("R")

# In place of a value: the field is not there at all.
ABSENT: Any = object()
KEY = "made-up-key"
WORKSPACE, USER, ENTRY_ID = "64a0b1", "64a0a1", "64a0e1"
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
MONEY = {"amount": 10500, "currency": "EUR"}

USER_ROW: dict[str, Any] = {
    "id": USER,
    "email": " Ada@example.org ",
    "name": "Ada Example",
    "activeWorkspace": WORKSPACE,
    "profilePicture": "https://img.example.org/a.png",
    "status": "ACTIVE",
    "memberships": [],
    "settings": {"timeZone": "Europe/Stockholm", "weekStart": "MONDAY"},
}
WORKSPACE_ROW: dict[str, Any] = {
    "id": WORKSPACE,
    "name": "Example Consulting",
    "hourlyRate": MONEY,
    "features": ["TIME_TRACKING", "SOMETHING_NEW"],
    "workspaceSettings": {"forceProjects": False},
}
CUSTOMER_ROW: dict[str, Any] = {
    "id": "64a0d1",
    "name": "Globex",
    "workspaceId": WORKSPACE,
    "archived": False,
    "address": "1 Private Road",
}
TAG_ROW: dict[str, Any] = {
    "id": "64a021",
    "name": "on call",
    "workspaceId": WORKSPACE,
    "archived": True,
}
TASK_ROW: dict[str, Any] = {
    "id": "64a031",
    "name": "Design",
    "projectId": "64a011",
    "status": "ACTIVE",
    "hourlyRate": MONEY,
}
PROJECT_ROW: dict[str, Any] = {
    "id": "64a011",
    "name": "Website rebuild",
    "workspaceId": WORKSPACE,
    "clientId": "64a0d1",
    "clientName": "Globex",
    "color": "#03A9F4",
    "note": "the new one",
    "billable": True,
    "public": False,
    "archived": False,
    "template": False,
    "hourlyRate": MONEY,
    "memberships": [{"userId": USER, "hourlyRate": MONEY}],
    "tasks": [TASK_ROW],
}
FIELD_ROW: dict[str, Any] = {
    "customFieldId": "64a0f1",
    "timeEntryId": ENTRY_ID,
    "name": "Ticket",
    "type": "WORKSPACE",
    "value": "ABC-1",
}
ENTRY_ROW: dict[str, Any] = {
    "id": ENTRY_ID,
    "description": "Sprint planning",
    "userId": USER,
    "workspaceId": WORKSPACE,
    "projectId": "64a011",
    "taskId": "64a031",
    "tagIds": ["64a021"],
    "billable": True,
    "isLocked": False,
    "type": "REGULAR",
    "kioskId": None,
    "approvalRequestId": None,
    "hourlyRate": MONEY,
    "customFieldValues": [FIELD_ROW],
    "timeInterval": {
        "start": "2026-03-02T09:00:00Z",
        "end": "2026-03-02T10:30:00Z",
        "duration": "PT1H30M",
    },
}


def values(**changes: Any) -> EntryValues:
    """What an entry is to be, an hour from nine on unless told otherwise."""
    usual: dict[str, Any] = {
        "project_id": None,
        "task_id": None,
        "tag_ids": (),
        "description": "",
        "start": NINE,
        "end": NINE + timedelta(hours=1),
        "billable": False,
        "type": "REGULAR",
    }
    return EntryValues(**usual | changes)


def changed(row: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with another value at "timeInterval.start", or without it."""
    copy = deepcopy(row)
    *outer, last = path.split(".")
    inner: Any = copy
    for name in outer:
        inner = inner[int(name)] if isinstance(inner, list) else inner[name]
    if value is ABSENT:
        del inner[last]
    else:
        inner[last] = value
    return copy


def at(
    misbehaving: Misbehaving,
    body: Any,
    *,
    status: bytes = b"200 OK",
    headers: tuple[bytes, ...] = (),
) -> ClockifyClient:
    """A client whose every question is answered so; a body of bytes is sent as it stands."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    length = b"Content-Length: %d" % len(data)
    misbehaving.answer = misbehaving.head(length, *headers, status=status) + data
    return client_with(KEY, url=misbehaving.url)


def client_with(key: str, *, url: str, gate: Gate | None = None) -> ClockifyClient:
    credentials = FixedCredentials({"api_key": key}, provider="Clockify")
    return ClockifyClient(credentials, base_url=f"{url}/api/v1", gate=gate)


def every(fetch: Callable[[str | None], Page[R]]) -> list[R]:
    """All rows of all pages."""
    page = fetch(None)
    rows = list(page.rows)
    while page.next is not None:
        page = fetch(page.next)
        rows += page.rows
    return rows


def body(world: World, number: int = -1) -> Any:
    """What was sent, of the last request unless told otherwise."""
    return json.loads(world.requests[number].body)
