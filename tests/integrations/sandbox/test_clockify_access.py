"""The Clockify sandbox: whose keys are let in, where, and how often."""

from datetime import timedelta

import pytest

from integrations.sandbox import Fault
from tests.integrations.clockify.calls import NOW, Caller, Office

# ------------------------------------------------------------------------- keys


def test_a_key_says_whose_it_is_and_more_about_memberships_only_if_asked(office: Office) -> None:
    alice = office.caller(office.alice)
    told = alice.get("/user")
    assert (told["id"], told["email"], told["name"]) == (
        office.alice.id,
        "alice@example.org",
        "Alice",
    )
    assert told["settings"]["timeZone"] == "UTC"
    assert told["activeWorkspace"] == office.workspace.id
    assert told["memberships"] == []
    [membership] = alice.get("/user", include_memberships="true")["memberships"]
    assert membership["targetId"] == office.workspace.id


def test_somebody_who_never_finished_signing_up_has_no_settings_and_no_name(
    office: Office,
) -> None:
    new = office.box.add_user("new@example.org", zone=None)
    told = office.caller(new).get("/user")
    assert (told["settings"], told["name"], told["activeWorkspace"]) == (None, None, None)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, 1000),
        ({"X-Api-Key": ""}, 1000),
        ({"Authorization": "Bearer sandbox-clockify-our-key"}, 1000),
        ({"X-Api-Key": "key", "X-Addon-Token": "token"}, 1000),
        ({"X-Api-Key": "somebody's"}, 4003),
        ({"X-Addon-Token": "token"}, 4017),
    ],
)
@pytest.mark.parametrize("path", ["/user", "/workspaces", "/nowhere"])
def test_another_key_none_or_two_are_not_let_in(
    path: str, headers: dict[str, str], code: int, office: Office
) -> None:
    caller = office.caller(office.alice)
    caller.headers = headers
    assert caller.refused("GET", path) == (401, code)


def test_a_forgotten_key_is_unknown(office: Office) -> None:
    bob = office.caller(office.bob)
    assert bob.get("/user")["name"] == "Bob"
    office.box.forget_key(office.bob)
    assert bob.refusal("GET", "/user") == (401, 4003, "Api key does not exist")
    assert office.caller(office.alice).get("/user")["name"] == "Alice"


# ------------------------------------------------------------------- workspaces


def test_everybody_sees_their_own_workspaces_alone(office: Office) -> None:
    elsewhere = office.box.add_workspace("Elsewhere", owner=office.charlie)
    office.box.join(elsewhere, office.bob, "admin")
    seen = {
        user.name: office.caller(user).names("/workspaces")
        for user in (office.alice, office.bob, office.charlie)
    }
    assert seen == {"Alice": ["Office"], "Bob": ["Office", "Elsewhere"], "Charlie": ["Elsewhere"]}
    assert office.caller(office.bob).names("/workspaces", roles="WORKSPACE_ADMIN") == ["Elsewhere"]
    assert office.caller(office.alice).names("/workspaces", roles="OWNER") == ["Office"]


def test_a_strangers_workspace_and_one_that_never_was_look_the_same(office: Office) -> None:
    charlie = office.caller(office.charlie)
    for path in (office.path, f"{office.path}/projects", "/workspaces/64a0b00000000000000000ff"):
        assert charlie.refused("GET", path) == (403, 501)
    office.box.leave(office.workspace, office.bob)
    assert office.caller(office.bob).refused("GET", office.path) == (403, 501)


def test_a_workspace_tells_its_settings_and_cannot_be_written(office: Office) -> None:
    office.box.change_settings(office.workspace.id, forceTags=True, lockTimeEntries=NOW)
    office.box.change_settings(office.workspace.id, onlyAdminsCreateTag=True)
    alice = office.caller(office.alice)
    told = alice.get(office.path)["workspaceSettings"]
    assert (told["forceTags"], told["forceProjects"]) == (True, False)
    assert told["lockTimeEntries"] == "2026-03-18T12:00:00Z"
    assert told["entityCreationPermissions"]["whoCanCreateTags"] == "ADMINS"
    answer = alice.ask("PUT", office.path, {})
    assert (answer.status_code, answer.json()["code"]) == (405, 3000)
    assert answer.json()["message"] == "Request method 'PUT' is not supported"
    assert answer.headers["Allow"] == "GET"


def test_unknown_settings_and_roles_are_a_mistake_of_the_test(office: Office) -> None:
    with pytest.raises(ValueError, match="forceLunch"):
        office.box.add_workspace("Lunch", owner=office.alice, forceLunch=True)
    with pytest.raises(ValueError, match="boss"):
        office.box.join(office.workspace, office.charlie, "boss")


def test_a_workspace_with_a_subdomain_needs_a_key_made_for_it(office: Office) -> None:
    walled = office.box.add_workspace("Walled", owner=office.alice, subdomain="walled")
    path, ordinary = f"/workspaces/{walled.id}", office.caller(office.alice)
    [told] = [row for row in ordinary.get("/workspaces") if row["id"] == walled.id]
    assert told["subdomain"] == {"enabled": True, "name": "walled"}
    assert ordinary.refused("GET", path) == (401, 4003)
    assert ordinary.refused("GET", f"{path}/projects") == (401, 4003)

    own = Caller(office.world, office.box.key_for(office.alice, walled))
    assert own.names("/workspaces") == ["Walled"]
    assert own.get(f"{path}/projects") == []
    assert own.refused("GET", office.path) == (403, 501)
    assert own.get("/user")["name"] == "Alice"


def test_users_of_a_workspace_are_found_by_parts_of_name_and_address(office: Office) -> None:
    office.box.join(office.workspace, office.box.add_user("ann@example.org", zone=None))
    alice = office.caller(office.alice)
    path = f"{office.path}/users"
    told = alice.get(path)
    addresses = [row["email"] for row in told]
    assert addresses == ["alice@example.org", "ann@example.org", "bob@example.org"]
    assert [row["settings"] and row["settings"]["timeZone"] for row in told] == ["UTC", None, "UTC"]
    assert alice.names(path, email="bob@") == ["Bob"]
    assert alice.names(path, name="LIC", status="ALL") == ["Alice"]
    assert alice.names(path, sort_column="NAME", sort_order="DESCENDING") == ["Bob", "Alice", None]


# ------------------------------------------------------------------------ paths


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/users", "/workspaces/{ws}/time-entries/{e}/stop", "/workspaces/{ws}/archive"],
)
def test_an_unknown_path_is_no_resource(path: str, office: Office) -> None:
    path = path.format(ws=office.workspace.id, e="64a0e0000000000000000001")
    status, code, message = office.caller(office.alice).refusal("GET", path)
    assert (status, code) == (404, 3000)
    assert message == f"No static resource v1{path}."
    assert [seen.path for seen in office.world.unknown] == [f"/api/v1{path}"]


def test_a_wrong_verb_is_told_the_right_ones(office: Office) -> None:
    answer = office.caller(office.alice).ask("PATCH", f"{office.path}/projects", {})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST")


def test_ids_are_24_hexadecimal_digits_and_never_come_again(office: Office) -> None:
    first = office.entry(office.alice)
    office.box.remove_entry(first.id)
    second = office.entry(office.alice)
    office.box.empty()
    user = office.box.add_user("new@example.org")
    ids = {first.id, second.id, user.id, office.alice.id, office.workspace.id, office.project.id}
    assert len(ids) == 6
    assert all(len(each) == 24 and set(each) <= set("0123456789abcdef") for each in ids)


# ----------------------------------------------------------------------- limits


def test_a_key_may_ask_so_often_a_second(office: Office) -> None:
    box, now = office.box, NOW
    box.now = lambda: now
    box.switches["requests_per_second"] = 2
    alice, bob = office.caller(office.alice), office.caller(office.bob)
    assert [alice.ask("GET", "/user").status_code for _ in range(3)] == [200, 200, 429]
    assert bob.ask("GET", "/user").status_code == 200
    now += timedelta(seconds=1)
    # What was refused has not counted.
    assert [alice.ask("GET", "/user").status_code for _ in range(3)] == [200, 200, 429]


def test_a_workspace_may_be_asked_so_often_an_hour_by_all_together(office: Office) -> None:
    box, now = office.box, NOW
    box.now = lambda: now
    box.switches["requests_per_hour"] = 2
    box.switches["limit_header"] = "retry-after"
    alice, bob = office.caller(office.alice), office.caller(office.bob)
    for free in ("/user", "/workspaces", "/user"):
        assert alice.ask("GET", free).status_code == 200
    assert alice.ask("GET", office.path).status_code == 200
    now += timedelta(minutes=20)
    assert bob.ask("GET", f"{office.path}/tags").status_code == 200
    answer = alice.ask("GET", f"{office.path}/tags")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2400")
    other = box.add_workspace("Other", owner=office.alice)
    assert alice.ask("GET", f"/workspaces/{other.id}").status_code == 200
    now += timedelta(minutes=40)
    assert alice.ask("GET", office.path).status_code == 200


def test_how_a_limit_is_told_is_switched(office: Office) -> None:
    box, alice = office.box, office.caller(office.alice)
    box.switches["requests_per_second"] = 1
    alice.get("/user")
    silent = alice.ask("GET", "/user")
    assert (silent.status_code, silent.json()["message"]) == (429, "Too many requests")
    assert "Retry-After" not in silent.headers
    box.switches["limit_header"], box.switches["limit_body"] = "retry-after", "empty"
    told = alice.ask("GET", "/user")
    assert (told.content, told.headers["Retry-After"]) == (b"", "1")


# ----------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("401", 401, 4003), ("403", 403, 501), ("409", 409, 409), ("error200", 200, 500)],
)
def test_faults_speak_as_clockify_does(kind: str, status: int, code: int, office: Office) -> None:
    office.world.faults.add(Fault("clockify", kind))
    answer = office.caller(office.alice).ask("GET", "/user")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_throttling_fault_has_a_body_and_a_header_as_wished(office: Office) -> None:
    alice = office.caller(office.alice)
    office.world.faults.add(Fault("clockify", "429"))
    answer = alice.ask("GET", "/user")
    assert (answer.status_code, answer.json()["message"]) == (429, "Too many requests")
    assert "Retry-After" not in answer.headers
    office.world.faults.add(Fault("clockify", "429", retry_after=7))
    office.box.switches["limit_body"] = "empty"
    answer = alice.ask("GET", "/user")
    assert (answer.content, answer.headers["Retry-After"]) == (b"", "7")


def test_the_gateways_errors_are_pages(office: Office) -> None:
    office.world.faults.add(Fault("clockify", "502"))
    answer = office.caller(office.alice).ask("GET", "/user")
    assert answer.status_code == 502
    assert answer.headers["Content-Type"].startswith("text/html")
