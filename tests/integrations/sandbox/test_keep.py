"""Keeping the sandbox's state in a folder over a restart."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.rescuetime.sandbox import RescueTimeSandbox
from integrations.sandbox import World
from tests.integrations.sandbox.calls import Project


def test_people_tokens_files_and_switches_survive_a_restart(tmp_path: Path) -> None:
    with World(keep=tmp_path) as before:
        grant = before["open_humans"].grant("ben")
        Project(before, grant).upload("a.json", b"content")
        set_so = {"provider": "rescuetime", "state": "dropped"}
        requests.post(f"{before.url}/switches", json=set_so, timeout=5).raise_for_status()
    with World(keep=tmp_path) as after:
        project = Project(after, grant)
        (listed,) = project.list().json()["data"]
        assert requests.get(listed["download_url"], timeout=5).content == b"content"
        assert project.upload("b.json", b"more") == listed["id"] + 1
        assert project.refresh().status_code == 200
        assert after["rescuetime"].switches["state"] == "dropped"


def test_what_was_answered_is_kept_even_without_a_proper_end(tmp_path: Path) -> None:
    with World(keep=tmp_path) as killed:
        project = Project(killed, killed["open_humans"].grant("ben"))
        first, second = project.upload("a.json", b"1"), project.upload("b.json", b"2")
        project.post("files/delete/", file_id=first)
        after = World(keep=tmp_path).of(OpenHumansSandbox)
        assert [(f.id, f.content) for f in after.files("ben")] == [(second, b"2")]


def test_bytes_of_deleted_files_go_from_the_folder(tmp_path: Path) -> None:
    with World(keep=tmp_path) as world:
        project = Project(world, world["open_humans"].grant("ben"))
        file_id = project.upload("a.json", b"private")
        held = tmp_path / "open_humans"
        assert b"private" in {path.read_bytes() for path in held.iterdir()}
        project.post("files/delete/", file_id=file_id)
        assert b"private" not in {path.read_bytes() for path in held.iterdir()}


def test_a_history_keeps_its_first_day_and_grows_with_the_clock(tmp_path: Path) -> None:
    day = datetime(2026, 3, 18, 12, tzinfo=UTC)
    with World(keep=tmp_path) as before:
        rescuetime = before.of(RescueTimeSandbox)
        rescuetime.now = lambda: day
        rescuetime.grant("ben")
        first = list(rescuetime.accounts["ben"].days)
        rescuetime.accounts["ben"].days["2026-03-18"] = [("09:00:00", 5, "a", "Email", 0)]
    with World(keep=tmp_path) as after:
        rescuetime = after.of(RescueTimeSandbox)
        rescuetime.now = lambda: day + timedelta(days=30)
        later = list(rescuetime.accounts["ben"].days)
        assert later[: len(first)] == first
        assert len(later) > len(first) + 10
        assert rescuetime.accounts["ben"].days["2026-03-18"] == [("09:00:00", 5, "a", "Email", 0)]


def test_resetting_goes_back_to_the_seeded_state_for_good(tmp_path: Path) -> None:
    with World(keep=tmp_path) as world:
        project = Project(world, world["open_humans"].grant("ben"))
        project.upload("a.json", b"1")
        world["rescuetime"].switches["plan"] = "14_days"
        requests.post(f"{world.url}/reset", json={}, timeout=5).raise_for_status()
        assert project.list().status_code == 401
    again = World(keep=tmp_path)
    assert again.of(OpenHumansSandbox).files("ben") == []
    assert again["rescuetime"].switches["plan"] == "full"


def test_a_broken_file_is_named_in_words(tmp_path: Path) -> None:
    (tmp_path / "open_humans").mkdir()
    (tmp_path / "open_humans.json").write_text("{")
    with pytest.raises(ValueError, match=r"open_humans\.json cannot be read; remove it"):
        World(keep=tmp_path)
