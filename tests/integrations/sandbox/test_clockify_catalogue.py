"""The Clockify sandbox: clients, projects, tasks and tags, and what may be done with them."""

from typing import Any

import pytest

from tests.integrations.clockify.calls import Caller, Office

GONE = "64a0100000000000000000ff"


@pytest.fixture
def alice(office: Office) -> Caller:
    return office.caller(office.alice)


@pytest.fixture
def bob(office: Office) -> Caller:
    return office.caller(office.bob)


# ------------------------------------------------------------------------ pages


def test_lists_have_fifty_rows_and_say_whether_more_follow(office: Office, alice: Caller) -> None:
    for number in range(119):
        office.box.add_project(office.workspace.id, f"Project {number:03}")
    path = f"{office.path}/projects"
    pages = [alice.ask("GET", path, page=number) for number in (1, 2, 3, 4)]
    assert [len(page.json()) for page in pages] == [50, 50, 20, 0]
    assert [page.headers["last-page"] for page in pages] == ["false", "false", "true", "true"]
    assert len({row["id"] for page in pages for row in page.json()}) == 120
    exactly = alice.ask("GET", path, page_size=60, page=2)
    assert (len(exactly.json()), exactly.headers["Last-Page"]) == (60, "true")
    # Another spelling does nothing.
    assert len(alice.get(path, pageSize=10)) == 50


def test_lists_need_not_say_that_they_end(office: Office, alice: Caller) -> None:
    office.box.switches["last_page"] = "untold"
    assert "Last-Page" not in alice.ask("GET", f"{office.path}/projects").headers


@pytest.mark.parametrize("kind", ["projects", "clients", "tags", "users"])
def test_an_absurd_page_is_refused(kind: str, office: Office, alice: Caller) -> None:
    path = f"{office.path}/{kind}"
    assert alice.ask("GET", path, page_size=5000).status_code == 200
    for query in ({"page_size": 5001}, {"page_size": "many"}, {"page": 0}, {"page": "one"}):
        assert alice.refused("GET", path, **query) == (400, 3000)


def test_a_page_may_be_smaller_than_asked_for(office: Office, alice: Caller) -> None:
    for number in range(205):
        office.box.add_tag(office.workspace.id, f"tag {number:03}")
    path = f"{office.path}/tags"
    assert len(alice.get(path, page_size=1000)) == 205
    office.box.switches["largest_page"] = "200"
    first = alice.ask("GET", path, page_size=1000)
    assert (len(first.json()), first.headers["Last-Page"]) == (200, "false")
    assert len(alice.get(path, page_size=1000, page=2)) == 5
    assert alice.refused("GET", path, page_size=5001) == (400, 3000)


# ---------------------------------------------------------------------- clients


def test_clients_are_made_changed_archived_and_deleted(office: Office, alice: Caller) -> None:
    path = f"{office.path}/clients"
    sent = {"name": "Initech", "note": "new", "ccEmails": ["a@example.org"]}
    made = alice.ask("POST", path, sent)
    assert made.status_code == 201
    told = made.json()
    assert (told["name"], told["note"], told["ccEmails"]) == ("Initech", "new", None)
    assert alice.get(f"{path}/{told['id']}") == told

    one = f"{path}/{told['id']}"
    changed = alice.ask("PUT", one, {"name": "Initrode", "ccEmails": ["a@example.org"]}).json()
    assert (changed["name"], changed["note"]) == ("Initrode", None)
    assert changed["ccEmails"] == ["a@example.org"]
    assert alice.ask("PUT", one, {"name": "Initrode"}).json()["ccEmails"] is None

    words = "Cannot delete an active client"
    assert alice.refusal("DELETE", one) == (400, 501, words)
    assert alice.ask("PUT", one, {"name": "Initrode", "archived": True}).json()["archived"]
    assert alice.ask("DELETE", one).json()["id"] == told["id"]
    assert alice.refused("GET", one) == (400, 501)
    assert [(each.method, each.what) for each in office.box.writes] == [
        ("POST", "client"),
        ("PUT", "client"),
        ("PUT", "client"),
        ("PUT", "client"),
        ("DELETE", "client"),
    ]


def test_clients_are_found_by_name_and_state(office: Office, alice: Caller) -> None:
    office.box.add_client(office.workspace.id, "Former Globex", archived=True)
    office.box.add_client(office.workspace.id, "Acme")
    path = f"{office.path}/clients"
    assert alice.names(path) == ["Acme", "Former Globex", "Globex"]
    assert alice.names(path, sort_order="DESCENDING") == ["Globex", "Former Globex", "Acme"]
    assert alice.names(path, archived="false") == ["Acme", "Globex"]
    assert alice.names(path, archived="1", name="glo") == ["Former Globex"]
    assert alice.refused("GET", path, archived="perhaps") == (400, 3000)
    assert alice.refused("GET", path, sort_column="MOOD") == (400, 3000)


def test_archiving_a_client_may_archive_its_projects(office: Office, alice: Caller) -> None:
    path = f"{office.path}/clients/{office.client.id}"
    alice.ask("PUT", path, {"name": "Globex", "archived": True})
    assert not office.box.projects[office.project.id].archived
    alice.ask("PUT", path, {"name": "Globex", "archived": True}, archive_projects="true")
    assert office.box.projects[office.project.id].archived


def test_what_a_deleted_client_had_has_none_then(office: Office, alice: Caller) -> None:
    one = f"{office.path}/clients/{office.client.id}"
    alice.ask("PUT", one, {"name": "Globex", "archived": True})
    assert alice.ask("DELETE", one).status_code == 200
    [told] = alice.get(f"{office.path}/projects", sort_column="ID")
    assert (told["clientId"], told["clientName"]) == ("", "")


# --------------------------------------------------------------------- projects


def test_a_project_is_told_with_its_client(office: Office, alice: Caller) -> None:
    office.box.add_project(office.workspace.id, "Zero")
    website, zero = alice.get(f"{office.path}/projects")
    assert (website["clientId"], website["clientName"]) == (office.client.id, "Globex")
    assert (website["public"], website["template"], website["archived"]) == (True, False, False)
    assert "tasks" not in website
    assert (zero["clientId"], zero["clientName"]) == ("", "")
    office.box.switches["no_client"] = "null"
    assert alice.get(f"{office.path}/projects")[1]["clientId"] is None


def test_hydrated_projects_have_their_tasks(office: Office, alice: Caller) -> None:
    task = office.box.add_task(office.project.id, "Design")
    [told] = alice.get(f"{office.path}/projects", hydrated="true")
    assert [each["id"] for each in told["tasks"]] == [task.id]
    one = f"{office.path}/projects/{office.project.id}"
    assert [each["name"] for each in alice.get(one, hydrated="1")["tasks"]] == ["Design"]
    assert "tasks" not in alice.get(one)


def test_projects_are_found_by_name_client_and_kind(office: Office, alice: Caller) -> None:
    box, ws = office.box, office.workspace.id
    acme = box.add_client(ws, "Acme")
    box.add_project(ws, "Website", acme.id, public=False)
    box.add_project(ws, "Website relaunch", billable=False)
    box.add_project(ws, "Old website", office.client.id, archived=True)
    box.add_project(ws, "Usual", template=True)
    path = f"{office.path}/projects"
    assert len(alice.get(path)) == 5
    assert alice.names(path, name="website", archived="false") == [
        "Website",
        "Website",
        "Website relaunch",
    ]
    assert alice.names(path, name="Website", strict_name_search="true") == ["Website", "Website"]
    assert alice.names(path, archived="true") == ["Old website"]
    assert alice.names(path, is_template="true") == ["Usual"]
    assert "Usual" not in alice.names(path, is_template="false")
    assert alice.names(path, clients=[acme.id, office.client.id]) == [
        "Old website",
        "Website",
        "Website",
    ]
    assert len(alice.get(path, clients=acme.id, contains_client="false")) == 4
    assert alice.names(path, billable="false") == ["Website relaunch"]
    [private] = alice.get(path, access="PRIVATE")
    assert private["clientName"] == "Acme"
    by_client = alice.get(path, sort_column="CLIENT_NAME", sort_order="DESCENDING")
    assert by_client[0]["clientName"] == "Globex"


def test_a_new_project_is_as_the_workspace_usually_has_them(office: Office, alice: Caller) -> None:
    path = f"{office.path}/projects"
    usual = alice.ask("POST", path, {"name": "Usual"})
    assert usual.status_code == 201
    told = usual.json()
    assert (told["billable"], told["public"], told["isPublic"]) == (True, True, True)
    assert (told["color"], told["note"], told["clientId"]) == ("#03A9F4", "", "")
    office.box.change_settings(
        office.workspace.id, defaultBillableProjects=False, isProjectPublicByDefault=False
    )
    told = alice.ask("POST", path, {"name": "Other"}).json()
    assert (told["billable"], told["public"]) == (False, False)
    sent = {
        "name": " Said ",
        "clientId": office.client.id,
        "color": "#abcdef",
        "billable": True,
        "isPublic": True,
        "note": "A note",
    }
    told = alice.ask("POST", path, sent).json()
    assert told.items() >= (sent | {"name": "Said", "public": True}).items()
    assert [write.what for write in office.box.writes] == ["project"] * 3


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"name": "x"}, "between 2 and 250"),
        ({"name": "x" * 251}, "between 2 and 250"),
        ({}, "between 2 and 250"),
        ({"name": "a <b>"}, 'Don\'t use "<" and ">" characters'),
        ({"name": "Right", "color": "red"}, "Color red"),
        ({"name": "Right", "clientId": GONE}, "Client doesn't belong to Workspace"),
        ({"name": "Right", "note": "x" * 16385}, "note has to be at most"),
    ],
)
def test_an_unfit_project_is_rejected(
    sent: dict[str, Any], words: str, office: Office, alice: Caller
) -> None:
    status, code, message = alice.refusal("POST", f"{office.path}/projects", sent)
    assert (status, code) == (400, 501)
    assert words in message
    assert office.box.writes == []


@pytest.mark.parametrize(
    "sent",
    [None, [], {"name": 7}, {"name": "Right", "billable": "yes"}, {"name": "Right", "clientId": 1}],
)
def test_a_malformed_project_is_refused(sent: Any, office: Office, alice: Caller) -> None:
    assert alice.refused("POST", f"{office.path}/projects", sent) == (400, 3000)


def test_names_are_taken_for_each_client_alone(office: Office, alice: Caller) -> None:
    path = f"{office.path}/projects"
    same = {"name": "Website", "clientId": office.client.id}
    words = "Website project for client Globex already exists."
    assert alice.refusal("POST", path, same) == (400, 501, words)
    assert alice.ask("POST", path, {"name": "Website"}).status_code == 201
    words = "Project with this name already exists"
    assert alice.refusal("POST", path, {"name": "Website"}) == (400, 501, words)
    acme = office.box.add_client(office.workspace.id, "Acme")
    assert alice.ask("POST", path, {"name": "Website", "clientId": acme.id}).status_code == 201
    # An archived one keeps its name, and deleting sets it free.
    office.box.change_project(office.project.id, archived=True)
    assert alice.refused("POST", path, same) == (400, 501)
    alice.ask("DELETE", f"{path}/{office.project.id}")
    assert alice.ask("POST", path, same).status_code == 201


def test_whether_case_tells_names_apart_is_switched(office: Office, alice: Caller) -> None:
    office.box.add_tag(office.workspace.id, "Remote")
    project, tag = {"name": "WEBSITE", "clientId": office.client.id}, {"name": "REMOTE"}
    office.box.switches["names"] = "any case"
    assert alice.refused("POST", f"{office.path}/projects", project) == (400, 501)
    assert alice.refused("POST", f"{office.path}/tags", tag) == (400, 501)
    office.box.switches["names"] = "exact"
    assert alice.ask("POST", f"{office.path}/projects", project).status_code == 201
    assert alice.ask("POST", f"{office.path}/tags", tag).status_code == 201


def test_what_a_projects_change_leaves_out_stays_but_for_two(office: Office, alice: Caller) -> None:
    box = office.box
    box.change_project(office.project.id, note="A note", color="#111111", archived=True)
    path = f"{office.path}/projects/{office.project.id}"
    told = alice.ask("PUT", path, {"name": "Web"}).json()
    assert (told["name"], told["note"], told["color"]) == ("Web", "A note", "#111111")
    assert (told["archived"], told["clientId"]) == (True, office.client.id)
    assert (told["billable"], told["public"], told["isPublic"]) == (False, False, False)
    told = alice.ask("PUT", path, {"billable": True, "isPublic": True, "archived": False}).json()
    assert (told["billable"], told["public"], told["archived"]) == (True, True, False)
    # The name for reading is no name for writing.
    assert alice.ask("PUT", path, {"public": True}).json()["public"] is False
    assert alice.ask("PUT", path, {"name": "Web"}).status_code == 200


def test_only_archived_projects_can_be_deleted(office: Office, alice: Caller) -> None:
    task = office.box.add_task(office.project.id, "Design")
    entry = office.entry(office.alice, project_id=office.project.id, task_id=task.id)
    path = f"{office.path}/projects/{office.project.id}"
    assert alice.refusal("DELETE", path) == (400, 501, "Cannot delete an active project")
    alice.ask("PUT", path, {"archived": True})
    assert alice.ask("DELETE", path).json()["id"] == office.project.id
    words = "Project doesn't belong to Workspace"
    assert alice.refusal("GET", path) == (400, 501, words)
    assert alice.refusal("PUT", path, {"name": "Again"}) == (400, 501, words)
    assert alice.refusal("GET", f"{path}/tasks") == (400, 501, words)
    told = alice.get(office.one(entry))
    assert (told["projectId"], told["taskId"]) == (None, None)


def test_a_foreign_project_is_as_good_as_none(office: Office, alice: Caller) -> None:
    elsewhere = office.box.add_workspace("Elsewhere", owner=office.alice)
    foreign = office.box.add_project(elsewhere.id, "Foreign")
    words = "Project doesn't belong to Workspace"
    for project_id in (foreign.id, GONE):
        path = f"{office.path}/projects/{project_id}"
        assert alice.refusal("GET", path) == (400, 501, words)


# ------------------------------------------------------------------------ tasks


def test_tasks_are_made_done_and_deleted(office: Office, alice: Caller) -> None:
    path = f"{office.path}/projects/{office.project.id}/tasks"
    made = alice.ask("POST", path, {"name": "Design"})
    assert made.status_code == 201
    told = made.json()
    assert (told["status"], told["projectId"]) == ("ACTIVE", office.project.id)
    words = "Task with name 'Design' already exists"
    assert alice.refusal("POST", path, {"name": "Design"}) == (400, 501, words)
    words = "Task name has to be between 1 and 1000 characters long"
    assert alice.refusal("POST", path, {"name": ""}) == (400, 501, words)
    assert alice.refused("POST", path, {"name": "New", "status": "LATER"}) == (400, 501)

    one = f"{path}/{told['id']}"
    assert alice.get(one) == told
    assert alice.refused("DELETE", one) == (400, 501)
    assert alice.ask("PUT", one, {"name": "Drafts", "status": "DONE"}).json()["status"] == "DONE"
    office.box.add_task(office.project.id, "Coding")
    assert alice.names(path) == ["Coding", "Drafts"]
    assert alice.names(path, is_active="true") == ["Coding"]
    assert alice.names(path, name="Draft") == ["Drafts"]
    assert alice.names(path, name="Draft", strict_name_search="true") == []
    entry = office.entry(office.alice, project_id=office.project.id, task_id=told["id"])
    assert alice.ask("DELETE", one).status_code == 200
    assert alice.refused("GET", one) == (400, 501)
    assert alice.get(office.one(entry))["taskId"] is None


# ------------------------------------------------------------------------- tags


def test_tags_are_made_replaced_and_deleted(office: Office, alice: Caller) -> None:
    path = f"{office.path}/tags"
    made = alice.ask("POST", path, {"name": "Remote"})
    assert made.status_code == 201
    tag = made.json()
    words = "Tag with name Remote already exists"
    assert alice.refusal("POST", path, {"name": "Remote"}) == (400, 501, words)
    assert alice.refused("POST", path, {"name": "<b>"}) == (400, 501)
    assert alice.refused("POST", path, {"name": "x" * 101}) == (400, 501)

    one = f"{path}/{tag['id']}"
    assert alice.get(one) == tag
    assert alice.ask("PUT", one, {"name": "Remote", "archived": True}).json()["archived"]
    assert alice.names(path, archived="false") == []
    assert alice.names(path) == ["Remote"]
    # Left out, it is not archived any more.
    assert alice.ask("PUT", one, {"name": "Away"}).json()["archived"] is False

    entry = office.entry(office.alice, tag_ids=[tag["id"]])
    assert alice.ask("DELETE", one).status_code == 200
    assert alice.refusal("GET", one) == (400, 501, "Tag doesn't belong to Workspace")
    assert alice.get(office.one(entry))["tagIds"] is None


def test_tags_are_found_by_name_and_without_some(office: Office, alice: Caller) -> None:
    tags = [office.box.add_tag(office.workspace.id, name) for name in ("b", "a", "ab")]
    path = f"{office.path}/tags"
    assert alice.names(path, name="a") == ["a", "ab"]
    assert alice.names(path, name="a", strict_name_search="true") == ["a"]
    assert alice.names(path, excluded_ids=[tags[0].id, tags[1].id]) == ["ab"]


# ------------------------------------------------------------------ who may do so


@pytest.mark.parametrize(
    ("setting", "kind"),
    [
        ("onlyAdminsCreateProject", "projects"),
        ("onlyAdminsCreateProject", "clients"),
        ("onlyAdminsCreateTag", "tags"),
        ("onlyAdminsCreateTask", "projects/{project}/tasks"),
    ],
)
def test_making_things_may_be_for_admins(
    setting: str, kind: str, office: Office, alice: Caller, bob: Caller
) -> None:
    path = f"{office.path}/{kind.format(project=office.project.id)}"
    assert bob.ask("POST", path, {"name": "By Bob"}).status_code == 201
    office.box.change_settings(office.workspace.id, **{setting: True})
    assert bob.refusal("POST", path, {"name": "Again"}) == (403, 501, "Access Denied")
    assert alice.ask("POST", path, {"name": "By Alice"}).status_code == 201
    office.box.join(office.workspace, office.bob, "admin")
    assert bob.ask("POST", path, {"name": "As an admin"}).status_code == 201


def test_members_change_only_projects_of_their_own(office: Office, bob: Caller) -> None:
    path = f"{office.path}/projects"
    own = bob.ask("POST", path, {"name": "By Bob"}).json()
    assert bob.ask("PUT", f"{path}/{own['id']}", {"archived": True}).status_code == 200
    assert bob.ask("DELETE", f"{path}/{own['id']}").status_code == 200
    assert bob.refused("PUT", f"{path}/{office.project.id}", {"name": "Mine"}) == (403, 501)
    assert bob.refused("DELETE", f"{path}/{office.project.id}") == (403, 501)
