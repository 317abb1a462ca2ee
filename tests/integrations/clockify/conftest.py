"""The stand-in of Clockify, and clients with the keys of those who are there."""

import pytest

from integrations.clockify.client import ClockifyClient, CustomField, EntryValues
from integrations.clockify.sandbox import ClockifySandbox
from integrations.clockify.sandbox_stored import StoredUser, StoredWorkspace
from integrations.sandbox import World
from tests.integrations.clockify.rows import client_with, values


@pytest.fixture
def sandbox(world: World) -> ClockifySandbox:
    return world.of(ClockifySandbox)


@pytest.fixture
def alice(sandbox: ClockifySandbox) -> StoredUser:
    """Owns the place of these tests; her clock, its clock and Bob's are far apart."""
    return sandbox.add_user("alice@example.org", name="Alice", zone="Pacific/Auckland")


@pytest.fixture
def place(sandbox: ClockifySandbox, alice: StoredUser) -> StoredWorkspace:
    return sandbox.add_workspace("Elsewhere", owner=alice, zone="Europe/Belgrade")


@pytest.fixture
def bob(sandbox: ClockifySandbox, place: StoredWorkspace) -> StoredUser:
    """A member there."""
    user = sandbox.add_user("bob@example.org", name="Bob", zone="America/Los_Angeles")
    sandbox.join(place, user)
    return user


@pytest.fixture
def clockify(world: World, alice: StoredUser) -> ClockifyClient:
    """Alice's."""
    return client_with(alice.key, url=world.url)


@pytest.fixture
def member(world: World, bob: StoredUser) -> ClockifyClient:
    """Bob's."""
    return client_with(bob.key, url=world.url)


@pytest.fixture
def full(sandbox: ClockifySandbox, place: StoredWorkspace) -> EntryValues:
    """An entry with everything there is."""
    project = sandbox.add_project(place.id, "Website")
    return values(
        project_id=project.id,
        task_id=sandbox.add_task(project.id, "Design").id,
        tag_ids=tuple(sandbox.add_tag(place.id, name).id for name in ("Remote", "Late")),
        description="Navigation",
        billable=True,
        type="BREAK",
        custom_fields=(CustomField(id="64a0f1", source_type="WORKSPACE", value="ABC-1"),),
    )
