"""Clockify: projects made and renamed, and tags made."""

import pytest

from integrations.clockify.client import ClockifyClient
from integrations.clockify.sandbox import ClockifySandbox
from integrations.clockify.sandbox_stored import StoredWorkspace
from integrations.errors import RejectedError
from integrations.sandbox import World
from tests.integrations.clockify.rows import (
    PROJECT_ROW,
    WORKSPACE,
    at,
    body,
    changed,
)
from tests.integrations.misbehaving import Misbehaving


def test_a_project_is_made_with_what_was_chosen(
    clockify: ClockifyClient, place: StoredWorkspace, sandbox: ClockifySandbox, world: World
) -> None:
    globex = sandbox.add_client(place.id, "Globex")
    options = {"color": "#00FFFF", "billable": False, "is_public": False, "note": "mirrored"}
    made = clockify.create_project(place.id, name="Website", client_id=globex.id, options=options)
    assert body(world) == {
        "name": "Website",
        "clientId": globex.id,
        "color": "#00FFFF",
        "billable": False,
        "isPublic": False,
        "note": "mirrored",
    }
    assert made == clockify.projects(workspace=place.id).rows[0]
    assert (made.client_id, made.color, made.note) == (globex.id, "#00FFFF", "mirrored")
    assert (made.billable, made.public) == (False, False)


def test_what_was_not_chosen_is_left_to_the_workspace(
    clockify: ClockifyClient, place: StoredWorkspace, world: World
) -> None:
    made = clockify.create_project(place.id, name="Website", client_id=None, options={})
    assert body(world) == {"name": "Website"}
    assert (made.client_id, made.billable, made.public) == (None, True, True)
    chosen = {"color": None, "is_public": True}
    clockify.create_project(place.id, name="Support", client_id=None, options=chosen)
    assert body(world) == {"name": "Support", "isPublic": True}


def test_names_are_unique_for_a_client_only(
    clockify: ClockifyClient, place: StoredWorkspace, sandbox: ClockifySandbox
) -> None:
    globex = sandbox.add_client(place.id, "Globex")
    for client_id in (None, globex.id):
        clockify.create_project(place.id, name="Website", client_id=client_id, options={})
    with pytest.raises(RejectedError, match="Website project for client Globex already exists"):
        clockify.create_project(place.id, name="Website", client_id=globex.id, options={})


@pytest.mark.parametrize("flag", [True, False])
def test_a_renamed_project_stays_as_it_is(
    flag: bool, clockify: ClockifyClient, place: StoredWorkspace, sandbox: ClockifySandbox
) -> None:
    globex = sandbox.add_client(place.id, "Globex")
    held = sandbox.add_project(
        place.id,
        "Website",
        globex.id if flag else None,
        archived=flag,
        billable=flag,
        public=flag,
        color="#00FFFF",
        note="mirrored" if flag else "",
    )
    sandbox.add_task(held.id, "Design")
    [before] = clockify.projects(workspace=place.id).rows
    after = clockify.rename_project(place.id, before, "Website II")
    assert after == before.model_copy(update={"name": "Website II"})
    assert clockify.projects(workspace=place.id).rows == [after]


def test_a_project_without_a_colour_is_renamed_without_one(misbehaving: Misbehaving) -> None:
    client = at(misbehaving, [changed(PROJECT_ROW, "color", None)])
    [project] = client.projects(workspace=WORKSPACE).rows
    client = at(misbehaving, PROJECT_ROW)
    client.rename_project(WORKSPACE, project, "Website II")
    assert b'"Website II"' in misbehaving.seen[-1]
    assert b"color" not in misbehaving.seen[-1]


def test_a_tag_is_made_once(
    clockify: ClockifyClient, place: StoredWorkspace, sandbox: ClockifySandbox
) -> None:
    made = clockify.create_tag(place.id, "on call")
    assert clockify.tags(workspace=place.id).rows == [made]
    with pytest.raises(RejectedError, match="Tag with name on call already exists"):
        clockify.create_tag(place.id, "on call")
    with pytest.raises(RejectedError, match="wrong value"):
        clockify.create_tag(place.id, "<on call>")
