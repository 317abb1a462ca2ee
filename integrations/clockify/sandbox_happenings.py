"""What somebody who tries things out can let happen at the Clockify stand-in."""

from collections.abc import Callable
from datetime import timedelta

from integrations.clockify.sandbox_records import Records
from integrations.clockify.sandbox_seed import ADA, ADA_THERE, CUSTOMER, CUSTOMERS, OURS
from integrations.clockify.sandbox_stored import StoredEntry, StoredProject, StoredWorkspace

HOUR = timedelta(hours=1)


class CannotHappen(LookupError):
    """Why not, in words."""


def happen(records: Records, name: str) -> None:
    if name not in ACTS:
        raise CannotHappen(f"nothing called {name!r} can happen; there are {', '.join(ACTS)}")
    ACTS[name][1](records)


def _another_hour(records: Records) -> None:
    """After what she has booked already, unless that is still to come."""
    last = _last(records)
    start = min(last.end or last.start, records.now() - HOUR)
    records.add_entry(
        last.workspace_id,
        last.user_id,
        start,
        start + HOUR,
        project_id=last.project_id,
        description="Another hour",
        billable=last.billable,
    )


def _corrected(records: Records) -> None:
    last = _last(records)
    records.change_entry(last.id, description=f"{last.description} (corrected)")


def _deleted(records: Records) -> None:
    records.remove_entry(_last(records).id)


def _last(records: Records) -> StoredEntry:
    """Ada's last one for the customer that is over."""
    workspace = _workspace(records, OURS)
    clients = [row.id for row in records.clients.values() if row.name == CUSTOMER]
    projects = [row.id for row in records.projects.values() if row.client_id in clients]
    held = records.entries_of(workspace.id, _user_id(records, ADA))
    over = [row for row in held if row.end is not None and row.project_id in projects]
    if not over:
        raise CannotHappen("Ada has booked nothing for the customer")
    return over[-1]


def _edited_there(records: Records) -> None:
    workspace = _workspace(records, CUSTOMERS)
    held = records.entries_of(workspace.id, _user_id(records, ADA_THERE))
    if not held:
        raise CannotHappen("there are no entries at the customer yet")
    records.change_entry(held[-1].id, description=f"{held[-1].description} (seen by Cora)")


def _opened(records: Records) -> None:
    workspace = _workspace(records, CUSTOMERS)
    count = sum(row.workspace_id == workspace.id for row in records.projects.values())
    records.add_project(workspace.id, f"Project {count + 1}", color="#607D8B")


def _renamed(records: Records) -> None:
    project = _newest_project(records)
    records.change_project(project.id, name=f"{project.name} II")


def _newest_project(records: Records) -> StoredProject:
    workspace = _workspace(records, CUSTOMERS)
    live = [
        row
        for row in records.projects.values()
        if row.workspace_id == workspace.id and not (row.archived or row.template)
    ]
    if not live:
        raise CannotHappen("the customer has no projects")
    return live[-1]


def _workspace(records: Records, name: str) -> StoredWorkspace:
    found = [row for row in records.workspaces.values() if row.name == name]
    if not found:
        raise CannotHappen(f"there is no {name}")
    return found[0]


def _user_id(records: Records, email: str) -> str:
    found = [row.id for row in records.users.values() if row.email == email]
    if not found:
        raise CannotHappen(f"there is no {email}")
    return found[0]


ACTS: dict[str, tuple[str, Callable[[Records], None]]] = {
    "another_hour": ("Ada books another hour", _another_hour),
    "corrected": ("Ada corrects the text of her last entry", _corrected),
    "deleted": ("Ada deletes her last entry", _deleted),
    "edited_there": ("Somebody edits an entry at the customer", _edited_there),
    "opened": ("The customer opens a new project", _opened),
    "renamed": ("The customer renames a project", _renamed),
}
HAPPENINGS = {name: words for name, (words, _) in ACTS.items()}
