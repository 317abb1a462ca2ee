"""Clockify: what is asked, page by page, and what its stand-in's lists become."""

from datetime import timedelta

import pytest

from integrations.clockify.client import ClockifyClient, Customer, Tag, User, Workspace
from integrations.clockify.sandbox import ClockifySandbox
from integrations.clockify.sandbox_stored import ADMIN, StoredUser, StoredWorkspace
from integrations.errors import (
    ReconnectError,
    RejectedError,
    RetryableError,
    UnexpectedError,
)
from integrations.sandbox import World
from tests.integrations.clockify.rows import (
    ENTRY_ID,
    NINE,
    WORKSPACE,
    at,
    client_with,
    every,
)
from tests.integrations.clockify.stored import book
from tests.integrations.conformance import CountingGate
from tests.integrations.misbehaving import Misbehaving

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Wide enough for whosever clock the start is read by.
EARLY = timedelta(hours=26)


def asked(world: World) -> list[dict[str, str]]:
    return [seen.query for seen in world.requests]


# -------------------------------------------------------------------- questions


def test_every_request_is_signed_in_one_way_only(
    clockify: ClockifyClient, place: StoredWorkspace, alice: StoredUser, world: World
) -> None:
    clockify.user()
    clockify.create_tag(place.id, "on call")
    clockify.tags(workspace=place.id)
    for seen in world.requests:
        assert seen.headers["X-Api-Key"] == alice.key
        assert seen.headers["X-Addon-Token"] is None
        assert seen.headers["Authorization"] is None
        assert seen.headers["Accept"] == "application/json"
        assert seen.headers["Content-Type"] == ("application/json" if seen.body else None)
    assert world.unknown == []


def test_the_user_is_whose_key_it_is(
    clockify: ClockifyClient, alice: StoredUser, sandbox: ClockifySandbox, world: World
) -> None:
    assert clockify.user() == User(
        id=alice.id, email="alice@example.org", name="Alice", zone="Pacific/Auckland"
    )
    newcomer = sandbox.add_user("new@example.org", zone=None)
    told = client_with(newcomer.key, url=world.url).user()
    assert told == User(id=newcomer.id, email="new@example.org", name="", zone=None)


def test_workspaces_are_those_of_the_key(
    clockify: ClockifyClient, place: StoredWorkspace, sandbox: ClockifySandbox, alice: StoredUser
) -> None:
    other = sandbox.add_workspace("Another", owner=alice)
    assert clockify.workspaces() == [
        Workspace(id=place.id, name="Elsewhere"),
        Workspace(id=other.id, name="Another"),
    ]


def test_users_are_found_by_a_part_of_their_address(
    clockify: ClockifyClient, place: StoredWorkspace, bob: StoredUser, world: World
) -> None:
    everybody = every(lambda page: clockify.users(page, workspace=place.id))
    assert [user.email for user in everybody] == ["alice@example.org", "bob@example.org"]
    found = clockify.users(workspace=place.id, email="bob@example.org").rows
    assert [(user.id, user.zone) for user in found] == [(bob.id, "America/Los_Angeles")]
    assert asked(world) == [
        {"page": "1", "page-size": "1000"},
        {"page": "1", "page-size": "1000", "email": "bob@example.org"},
    ]


def test_an_address_with_a_plus_is_asked_for_as_it_is(
    clockify: ClockifyClient, place: StoredWorkspace, sandbox: ClockifySandbox
) -> None:
    user = sandbox.add_user("carol+work@example.org", name="Carol")
    sandbox.join(place, user)
    [found] = clockify.users(workspace=place.id, email="carol+work@example.org").rows
    assert found.id == user.id


def test_clients_and_tags_are_listed_archived_ones_included(
    clockify: ClockifyClient, place: StoredWorkspace, sandbox: ClockifySandbox
) -> None:
    globex = sandbox.add_client(place.id, "Globex")
    gone = sandbox.add_client(place.id, "Initech", archived=True)
    assert clockify.customers(workspace=place.id).rows == [
        Customer(id=globex.id, name="Globex", archived=False),
        Customer(id=gone.id, name="Initech", archived=True),
    ]
    remote = sandbox.add_tag(place.id, "Remote")
    old = sandbox.add_tag(place.id, "Telex", archived=True)
    assert clockify.tags(workspace=place.id).rows == [
        Tag(id=remote.id, name="Remote", archived=False),
        Tag(id=old.id, name="Telex", archived=True),
    ]


def test_projects_come_with_tasks_archived_ones_and_templates_too(
    clockify: ClockifyClient, place: StoredWorkspace, sandbox: ClockifySandbox, world: World
) -> None:
    globex = sandbox.add_client(place.id, "Globex")
    website = sandbox.add_project(
        place.id, "Website", globex.id, billable=False, public=False, color="#FF9800", note="new"
    )
    sandbox.add_task(website.id, "Design")
    sandbox.add_task(website.id, "Search", done=True)
    sandbox.add_project(place.id, "Old", globex.id, archived=True)
    sandbox.add_project(place.id, "Usual", template=True)
    found = {project.name: project for project in clockify.projects(workspace=place.id).rows}
    told = found["Website"]
    assert (told.id, told.client_id, told.client_name) == (website.id, globex.id, "Globex")
    assert (told.billable, told.public, told.color, told.note) == (False, False, "#FF9800", "new")
    assert [(task.name, task.active) for task in told.tasks] == [
        ("Design", True),
        ("Search", False),
    ]
    assert [project.archived for project in found.values()] == [True, False, False]
    assert found["Usual"].template
    assert asked(world) == [{"hydrated": "true", "page": "1", "page-size": "1000"}]


@pytest.mark.parametrize("no_client", ["empty", "null"])
def test_projects_of_one_client_are_asked_for_by_its_id(
    no_client: str, clockify: ClockifyClient, place: StoredWorkspace, sandbox: ClockifySandbox
) -> None:
    sandbox.switches["no_client"] = no_client
    globex, other = (sandbox.add_client(place.id, name) for name in ("Globex", "Initech"))
    for client_id in (globex.id, other.id, None):
        sandbox.add_project(place.id, "Website", client_id)
    [found] = clockify.projects(workspace=place.id, client=globex.id).rows
    assert (found.client_id, found.client_name) == (globex.id, "Globex")
    everywhere = clockify.projects(workspace=place.id).rows
    assert {project.client_id for project in everywhere} == {globex.id, other.id, None}


def test_entries_are_asked_for_from_some_moment_on_without_an_end(
    clockify: ClockifyClient, place: StoredWorkspace, alice: StoredUser, world: World
) -> None:
    assert clockify.entries(workspace=place.id, user=alice.id, start=NINE).rows == []
    assert asked(world) == [{"start": "2026-03-02T09:00:00Z", "page": "1", "page-size": "1000"}]


@pytest.mark.parametrize("no_tags", ["null", "empty"])
def test_entries_are_told_as_they_are_running_ones_too(
    no_tags: str,
    clockify: ClockifyClient,
    place: StoredWorkspace,
    alice: StoredUser,
    sandbox: ClockifySandbox,
) -> None:
    sandbox.switches["no_tags"] = no_tags
    sandbox.change_settings(place.id, lockTimeEntries=NINE + HOUR)
    project = sandbox.add_project(place.id, "Website")
    task, tag = sandbox.add_task(project.id, "Design"), sandbox.add_tag(place.id, "Remote")
    sandbox.add_entry(
        place.id,
        alice.id,
        NINE,
        NINE + HOUR,
        project_id=project.id,
        task_id=task.id,
        tag_ids=[tag.id],
        description="Navigation",
        billable=True,
        custom_fields={"64a0f1": ["one", "two"]},
        approval="64a0c1",
    )
    sandbox.add_entry(place.id, alice.id, NINE + 2 * HOUR, NINE + 3 * HOUR, type="HOLIDAY")
    sandbox.add_entry(place.id, alice.id, NINE + 4 * HOUR, None)
    found = clockify.entries(workspace=place.id, user=alice.id, start=NINE - EARLY).rows
    running, holiday, work = found
    assert running.end is None
    assert (holiday.type, holiday.project_id, holiday.task_id) == ("HOLIDAY", None, None)
    assert (holiday.tag_ids, holiday.locked, holiday.approved) == ((), False, False)
    assert (work.project_id, work.task_id, work.tag_ids) == (project.id, task.id, (tag.id,))
    assert (work.start, work.end, work.description) == (NINE, NINE + HOUR, "Navigation")
    assert (work.billable, work.locked, work.approved) == (True, True, True)
    assert [field.value for field in work.custom_fields] == [["one", "two"]]
    assert {entry.user_id for entry in found} == {alice.id}


@pytest.mark.parametrize("zone", ["owner", "user", "workspace", "off"])
def test_a_day_and_two_hours_more_find_the_same_whosever_clock_it_is(
    zone: str,
    clockify: ClockifyClient,
    place: StoredWorkspace,
    bob: StoredUser,
    sandbox: ClockifySandbox,
) -> None:
    sandbox.switches["filter_zone"] = zone
    for number in range(-40, 40):
        start = NINE + number * HOUR
        sandbox.add_entry(place.id, bob.id, start, start + HOUR / 2)
    found = clockify.entries(workspace=place.id, user=bob.id, start=NINE - EARLY).rows
    assert sum(entry.start >= NINE for entry in found) == 40


def test_others_entries_are_for_who_runs_the_workspace(
    member: ClockifyClient, place: StoredWorkspace, alice: StoredUser
) -> None:
    with pytest.raises(RejectedError, match="Access Denied"):
        member.entries(workspace=place.id, user=alice.id, start=NINE)


def test_one_entry_is_read_as_it_is_now(
    clockify: ClockifyClient,
    place: StoredWorkspace,
    alice: StoredUser,
    sandbox: ClockifySandbox,
) -> None:
    held = sandbox.add_entry(place.id, alice.id, NINE, NINE + HOUR)
    [listed] = clockify.entries(workspace=place.id, user=alice.id, start=NINE - EARLY).rows
    assert clockify.entry(place.id, held.id) == listed
    sandbox.remove_entry(held.id)
    assert clockify.entry(place.id, held.id) is None


def test_an_entry_of_another_workspace_is_none_of_this_one(
    clockify: ClockifyClient, place: StoredWorkspace, alice: StoredUser, sandbox: ClockifySandbox
) -> None:
    other = sandbox.add_workspace("Another", owner=alice)
    held = sandbox.add_entry(other.id, alice.id, NINE, NINE + HOUR)
    assert clockify.entry(place.id, held.id) is None
    with pytest.raises(RejectedError, match="Access Denied"):
        clockify.entry(WORKSPACE, held.id)


@pytest.mark.parametrize(
    "message",
    [
        "Time entry doesn't belong to Workspace",
        "TIME ENTRY DOES NOT BELONG TO WORKSPACE.",
        "Time entry with id 64a0e1 doesn't exist",
        "Time entry not found",
    ],
)
def test_that_it_is_gone_may_be_said_in_several_ways(
    message: str, misbehaving: Misbehaving
) -> None:
    refusal = {"message": message, "code": 501}
    client = at(misbehaving, refusal, status=b"400 Bad Request")
    assert client.entry(WORKSPACE, ENTRY_ID) is None
    client.delete_entry(WORKSPACE, ENTRY_ID)


@pytest.mark.parametrize(
    "refusal",
    [
        {"message": "Time entry is part of an approval request", "code": 501},
        {"message": "Failed to read: does not belong", "code": 3000},
        {"message": "Time entry doesn't belong to Workspace"},
        {"message": None, "code": 501},
        b"",
        b"<h1>Bad request</h1>",
    ],
)
def test_any_other_refusal_does_not_mean_that_it_is_gone(
    refusal: object, misbehaving: Misbehaving
) -> None:
    client = at(misbehaving, refusal, status=b"400 Bad Request")
    with pytest.raises(RejectedError):
        client.entry(WORKSPACE, ENTRY_ID)
    with pytest.raises(RejectedError):
        client.delete_entry(WORKSPACE, ENTRY_ID)


def test_ids_cannot_lead_to_other_paths(clockify: ClockifyClient, world: World) -> None:
    with pytest.raises(UnexpectedError):
        clockify.entry("64a0b1", "64a0e1/../../users?a=b")
    [seen] = world.requests
    assert seen.path == "/api/v1/workspaces/64a0b1/time-entries/64a0e1/../../users?a=b"
    assert seen.query == {}


# ------------------------------------------------------------------------ keys


def test_a_workspace_with_a_subdomain_needs_a_key_that_was_made_there(
    clockify: ClockifyClient, sandbox: ClockifySandbox, alice: StoredUser, world: World
) -> None:
    apart = sandbox.add_workspace("Apart", owner=alice, subdomain="apart")
    with pytest.raises(ReconnectError, match="needs a key made there"):
        clockify.tags(workspace=apart.id)
    own = client_with(sandbox.key_for(alice, apart), url=world.url)
    assert own.tags(workspace=apart.id).rows == []


def test_a_key_that_was_replaced_needs_a_person(
    clockify: ClockifyClient, sandbox: ClockifySandbox, alice: StoredUser
) -> None:
    sandbox.forget_key(alice)
    with pytest.raises(ReconnectError, match="Api key does not exist"):
        clockify.workspaces()


@pytest.mark.parametrize("body", ["message", "empty"])
@pytest.mark.parametrize(("header", "waits"), [("none", {None}), ("retry-after", {1})])
def test_too_many_requests_are_waited_out(
    body: str,
    header: str,
    waits: set[float | None],
    clockify: ClockifyClient,
    sandbox: ClockifySandbox,
) -> None:
    sandbox.switches["limit_body"] = body
    sandbox.switches["limit_header"] = header
    sandbox.switches["requests_per_second"] = 1
    gate = CountingGate()
    clockify.gate = gate
    with pytest.raises(RetryableError) as caught:
        [clockify.user() for _ in range(20)]
    assert {caught.value.retry_after} == waits
    assert gate.pauses == [caught.value.retry_after or 0]


def test_an_admin_sees_what_everybody_booked(
    place: StoredWorkspace, bob: StoredUser, sandbox: ClockifySandbox, world: World
) -> None:
    carol = sandbox.add_user("carol@example.org")
    sandbox.join(place, carol, ADMIN)
    book(sandbox, place, bob, 3)
    admin = client_with(carol.key, url=world.url)
    found = admin.entries(workspace=place.id, user=bob.id, start=NINE - EARLY).rows
    assert {entry.user_id for entry in found} == {bob.id}
    assert len(found) == 3
