"""Misbehaviour on demand: what a client meets, and whether the sandbox had acted before."""

import json
import threading
import time
from typing import Any

import pytest
import requests

from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.rescuetime.sandbox import RescueTimeSandbox
from integrations.sandbox import Fault, Seen, World
from integrations.sandbox.faults import KINDS
from tests.integrations.sandbox.calls import Project


@pytest.mark.parametrize("kind", ["429", "401", "403", "409", "500", "502"])
def test_a_failing_status_is_answered_once(project: Project, kind: str) -> None:
    project.world.faults.add(Fault("open_humans", kind, match="GET /api/", retry_after=7))
    failed = project.list()
    assert failed.status_code == int(kind)
    is_page = kind in ("500", "502")
    assert failed.headers["Content-Type"].startswith("text/html" if is_page else "application/json")
    assert failed.headers.get("Retry-After") == (None if is_page else "7")
    assert project.list().status_code == 200
    assert project.world.requests[0].fault == kind
    assert project.world.requests[1].fault is None


def test_retry_after_is_left_out_unless_given(project: Project) -> None:
    project.world.faults.add(Fault("open_humans", "429"))
    assert "Retry-After" not in project.list().headers


def test_a_page_with_status_200_and_an_error_with_status_200(
    world: World, rescuetime: RescueTimeSandbox
) -> None:
    world.faults.add(Fault("rescuetime", "html200"))
    world.faults.add(Fault("rescuetime", "error200"))
    address = f"{world.url}/api/oauth/data"
    page = requests.get(address, timeout=5)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    error = requests.get(address, timeout=5)
    assert (error.status_code, error.json()["error"]) == (200, "# query error")


def test_a_lost_answer_was_acted_upon_and_one_before_was_not(
    project: Project, open_humans: OpenHumansSandbox
) -> None:
    first, second = project.upload("a.json", b"1"), project.upload("b.json", b"2")
    project.world.faults.add(Fault("open_humans", "before", match="/files/delete/"))
    with pytest.raises(requests.ConnectionError):
        project.post("files/delete/", file_id=first)
    project.world.faults.add(Fault("open_humans", "lost", match="/files/delete/"))
    with pytest.raises(requests.ConnectionError):
        project.post("files/delete/", file_id=second)
    assert [stored.id for stored in open_humans.files("ben")] == [first]
    assert [seen.status for seen in project.world.requests[-2:]] == [None, None]


def test_a_lost_refresh_costs_the_grant(project: Project) -> None:
    project.world.faults.add(Fault("open_humans", "lost", match="POST /oauth2/token/"))
    with pytest.raises(requests.ConnectionError):
        project.refresh()
    assert project.refresh().json() == {"error": "invalid_grant"}


def test_a_cut_answer_promises_more_than_it_sends(project: Project) -> None:
    project.world.faults.add(Fault("open_humans", "cut"))
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        project.list()
    assert project.list().status_code == 200


def test_a_slow_answer_comes_after_its_delay(project: Project) -> None:
    project.world.faults.add(Fault("open_humans", "slow", delay=0.3))
    begun = time.monotonic()
    assert project.list().status_code == 200
    assert time.monotonic() - begun >= 0.3


def test_a_wrong_shape_is_valid_json(project: Project) -> None:
    faults = project.world.faults
    faults.add(Fault("open_humans", "wrong_shape"))
    faults.add(Fault("open_humans", "wrong_shape", change=["a", "list"]))
    faults.add(Fault("open_humans", "wrong_shape", change=_without_count))
    assert project.list().json() == {"unexpected": []}
    assert project.list().json() == ["a", "list"]
    assert "count" not in (changed := project.list().json())
    assert changed["project_member_id"] == "04170022"


def _without_count(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "count"}


def test_faults_wait_repeat_and_choose(project: Project) -> None:
    faults = project.world.faults
    faults.add(Fault("open_humans", "500", skip=1, times=2))
    assert [project.list().status_code for _ in range(4)] == [200, 500, 500, 200]
    faults.add(Fault("open_humans", "500", match="POST */delete/", times=None))
    assert project.list().status_code == 200
    assert [project.post("files/delete/").status_code for _ in range(3)] == [500] * 3
    faults.add(Fault("rescuetime", "409", times=None))
    assert project.list().status_code == 200
    faults.clear()
    assert len(faults) == 0
    assert project.post("files/delete/").status_code == 400


def test_a_misspelt_fault_or_switch_is_refused(rescuetime: RescueTimeSandbox) -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        Fault("rescuetime", "418")
    with pytest.raises(ValueError, match="no switch"):
        rescuetime.switches["stat"] = "dropped"
    with pytest.raises(ValueError, match="one of: echoed, dropped"):
        rescuetime.switches.update({"state": "lost"})


def test_a_storm_is_the_same_for_the_same_seed() -> None:
    def storm(seed: int) -> list[str | None]:
        with World() as world:
            project = Project(world, world["open_humans"].grant("ben"))
            world.faults.randomly(0.5, ["429", "500", "html200"], seed)
            for _ in range(30):
                project.list()
            return [seen.fault for seen in world.requests]

    first = storm(1)
    assert set(first) == {None, "429", "500", "html200"}
    assert storm(1) == first
    assert storm(2) != first


def test_the_hook_runs_before_anything_is_done(
    project: Project, open_humans: OpenHumansSandbox
) -> None:
    file_id = project.upload("a.json", b"{}")
    there: list[tuple[str, int]] = []

    def look(seen: Seen) -> None:
        there.append((f"{seen.method} {seen.path}", len(open_humans.files("ben"))))

    project.world.hook = look
    project.post("files/delete/", file_id=file_id)
    assert there == [("POST /api/direct-sharing/project/files/delete/", 1)]
    assert open_humans.files("ben") == []


def test_every_request_is_remembered_with_what_it_carried(project: Project) -> None:
    project.list(limit=5)
    requests.get(f"{project.world.url}/nowhere", timeout=5)
    listed, nowhere = project.world.requests
    assert (listed.provider, listed.query, listed.status) == ("open_humans", {"limit": "5"}, 200)
    assert listed.headers["authorization"] == project.headers["Authorization"]
    assert (nowhere.provider, nowhere.known, nowhere.status) == ("", False, 404)


def test_many_at_once_lose_nothing(project: Project, open_humans: OpenHumansSandbox) -> None:
    def upload(name: int) -> None:
        for number in range(5):
            project.upload(f"{name}-{number}.json", b"{}")

    threads = [threading.Thread(target=upload, args=(name,)) for name in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = open_humans.files("ben")
    assert len({each.id for each in stored}) == 30
    assert all(each.completed for each in stored)


def test_connections_are_kept_alive_until_the_world_is_closed() -> None:
    world = World().start()
    with requests.Session() as session:
        session.get(f"{world.url}/state.json", timeout=5).raise_for_status()
        world.close()
        with pytest.raises(requests.ConnectionError):
            session.get(f"{world.url}/state.json", timeout=5)


def test_all_kinds_can_be_added_over_http(world: World) -> None:
    for kind in KINDS:
        fault = {"provider": "open_humans", "kind": kind, "times": None}
        requests.post(f"{world.url}/faults", json=fault, timeout=5).raise_for_status()
    assert [(fault.kind, fault.times) for fault in world.faults] == [(k, None) for k in KINDS]
    cleared = requests.post(f"{world.url}/faults/clear", json={}, timeout=5)
    assert json.loads(cleared.text)["faults"] == []
