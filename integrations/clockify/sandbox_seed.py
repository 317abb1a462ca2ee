"""Who is at the Clockify stand-in at first: a made-up company of ours, and its customer's.

Ada books her time in ours, and has a second account at the customer's. Days are counted back from
today, so that there is always something just booked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from integrations.clockify.sandbox_stored import ADMIN, StoredUser

if TYPE_CHECKING:
    from integrations.clockify.sandbox_records import Records

OURS, CUSTOMERS = "Our workspace", "Customer's workspace"
CUSTOMER = "Customer Ltd"
ADA, ADA_THERE, CORA = "ada@example.org", "ada@customer.example", "cora@customer.example"
KEYS = {"ours": "sandbox-clockify-our-key", "customer": "sandbox-clockify-customer-key"}
HOME, AWAY = "Europe/Stockholm", "America/New_York"
DAY = timedelta(days=1)
FRIDAY = 4
# Start and length in hours, where it was booked, and for what; one line a working day.
BOOKED = (
    (9.0, 2.0, "Website", "Sprint planning"),
    (13.0, 1.5, "Support", "Answered tickets"),
    (9.25, 3.0, "Website", "Navigation"),
    (9.0, 1.0, "Meetings", "Weekly meeting"),
    (10.0, 2.5, "Website", "Search"),
    (14.0, 1.0, "Support", "Answered tickets"),
    (9.0, 4.0, "Website", "Search, continued"),
    (13.5, 0.75, "Support", "Call about the invoices"),
    (9.0, 1.0, "Meetings", "Weekly meeting"),
    (11.0, 2.0, "Website", "Review"),
    (15.0, 1.25, "Support", "Answered tickets"),
    (16.0, 0.5, "Meetings", "Talk with Ben"),
)


def seed(records: Records) -> None:
    ada = records.add_user(ADA, name="Ada Example", zone=HOME, key=KEYS["ours"])
    _ours(records, ada)
    _customers(records)


def _ours(records: Records, ada: StoredUser) -> None:
    workspace = records.add_workspace(OURS, owner=ada, zone=HOME)
    customer = records.add_client(workspace.id, CUSTOMER)
    internal = records.add_client(workspace.id, "Internal")
    tags = [records.add_tag(workspace.id, name) for name in ("Remote", "On site", "Overtime")]
    projects = {
        name: records.add_project(workspace.id, name, client.id, billable=client is customer)
        for name, client in (("Website", customer), ("Support", customer), ("Meetings", internal))
    }
    now = records.now()
    days = _working_days(now.astimezone(ZoneInfo(HOME)).date(), count=len(BOOKED) - 2)
    for number, (hour, length, name, words) in enumerate(BOOKED):
        # The last day has three.
        day = days[min(number, len(days) - 1)]
        start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(HOME))
        start += timedelta(hours=hour)
        records.add_entry(
            workspace.id,
            ada.id,
            start,
            start + timedelta(hours=length),
            project_id=projects[name].id,
            tag_ids=[tags[number % 2].id] if number % 3 else [],
            description=words,
            billable=projects[name].billable,
        )
    records.add_entry(
        workspace.id,
        ada.id,
        now - timedelta(minutes=20),
        None,
        project_id=projects["Website"].id,
        description="Still at it",
        billable=True,
    )


def _working_days(today: date, *, count: int) -> list[date]:
    """The last ones before today, the earliest first."""

    def back() -> Iterator[date]:
        day = today
        while True:
            day -= DAY
            if day.weekday() <= FRIDAY:
                yield day

    return sorted(day for day, _ in zip(back(), range(count), strict=False))


def _customers(records: Records) -> None:
    cora = records.add_user(CORA, name="Cora Customer", zone=AWAY)
    ada = records.add_user(ADA_THERE, name="Ada Example", zone=AWAY, key=KEYS["customer"])
    workspace = records.add_workspace(CUSTOMERS, owner=cora, zone=AWAY)
    records.join(workspace, ada, ADMIN)
    colours = {"Website": "#F44336", "Support": "#4CAF50", "App": "#9C27B0", "Data": "#FF9800"}
    for name, colour in colours.items():
        project = records.add_project(workspace.id, name, color=colour)
        records.add_task(project.id, "Development")
        records.add_task(project.id, "Meetings")
    records.add_project(workspace.id, "Old website", archived=True)
    records.add_project(workspace.id, "Project of the usual kind", template=True)
    for name in ("Remote", "Consultants"):
        records.add_tag(workspace.id, name)
