"""The command `sandbox` as its own process: it says where it is, and ends when told to."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from integrations.sandbox import World
from tests.integrations.sandbox.calls import Project

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def _command(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    words = [sys.executable, "manage.py", "sandbox", *arguments]
    environment = os.environ | {"DEBUG": "on"}
    with subprocess.Popen(
        words, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert found, line
    return found[0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop_and_keeps_what_it_held(
    tmp_path: Path, number: signal.Signals
) -> None:
    with _command("--port", "0", "--keep", str(tmp_path)) as process:
        address = _address(process)
        asked = {"provider": "open_humans", "person": "ben"}
        grant = requests.post(f"{address}/grant", json=asked, timeout=5).json()
        process.send_signal(number)
        assert process.wait(10) == 0
    with World(keep=tmp_path) as world:
        assert Project(world, grant).list().status_code == 200


def test_a_taken_port_is_said_in_words(world: World) -> None:
    port = world.url.rpartition(":")[2]
    with _command("--port", port) as process:
        _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert f"Port {port} of this machine cannot be used" in said
    assert "--port" in said
    assert "Traceback" not in said
