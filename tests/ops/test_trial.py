"""`make run` as a newcomer meets it: ports, environment, the first import, and its end."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config.trial import NotReady, read_env_file, refuse_taken_ports, trial_environment
from integrations.rescuetime.sandbox import RescueTimeSandbox
from integrations.sandbox import World

ROOT = Path(__file__).resolve().parents[2]


def free_ports() -> tuple[str, str]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1]), str(other.getsockname()[1])


def run(folder: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """`make run`, but with the Python that runs the tests."""
    plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = {**plain, "LOCKSTEP_VAR": str(folder), "LOCKSTEP_ENV_FILE": os.devnull, **given}
    return subprocess.run(
        [sys.executable, "-m", "config.trial"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.long
def test_a_newcomer_sees_the_first_import_and_a_second_try_goes_on_from_there(
    tmp_path: Path,
) -> None:
    port, sandbox_port = free_ports()
    for words in ("4 added", "up to date"):
        done = run(tmp_path, ONCE="1", PORT=port, SANDBOX_PORT=sandbox_port)
        assert done.returncode == 0, done.stdout
        assert words in done.stdout
        assert f"Open http://127.0.0.1:{port}/ and click" in done.stdout
        assert done.stderr == ""
    # Everything has ended: both ports can be had.
    environment = {"PORT": port, "SANDBOX_PORT": sandbox_port}
    refuse_taken_ports(environment, names=("PORT", "SANDBOX_PORT"))


def test_once_ends_with_status_1_when_there_is_no_import_to_see(tmp_path: Path) -> None:
    port, _ = free_ports()
    with World(sandboxes=[RescueTimeSandbox()]) as nobody_signs_in:
        done = run(tmp_path, ONCE="1", PORT=port, SANDBOX_URL=nobody_signs_in.url)
    assert done.returncode == 1
    assert "The first import failed." in done.stdout


def test_a_database_that_cannot_be_made_is_said_before_anything_starts(tmp_path: Path) -> None:
    port, sandbox_port = free_ports()
    missing = f"sqlite:///{tmp_path}/no/such/folder/db.sqlite3"
    done = run(tmp_path, PORT=port, SANDBOX_PORT=sandbox_port, DATABASE_URL=missing)
    assert done.returncode == 1
    assert "The database could not be prepared; the lines above say why." in done.stdout
    assert "sandbox  |" not in done.stdout


@pytest.mark.parametrize("name", ["PORT", "SANDBOX_PORT"])
def test_a_taken_port_is_said_with_another_to_take_before_anything_is_made(
    tmp_path: Path, name: str
) -> None:
    port, sandbox_port = free_ports()
    var = tmp_path / "var"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = str(other.getsockname()[1])
        done = run(var, **{"PORT": port, "SANDBOX_PORT": sandbox_port, name: taken})
    assert done.returncode == 1
    assert f"Port {taken} is taken." in done.stdout
    suggested = done.stdout.rsplit(f"make run {name}=", 1)[1].strip()
    refuse_taken_ports({name: suggested}, names=(name,))
    assert not var.exists()


@pytest.mark.parametrize("value", ["", "eight", "0", "65536", "-1", "80.5"])
def test_what_is_no_port_is_refused(value: str) -> None:
    with pytest.raises(NotReady, match="is not a port"):
        refuse_taken_ports({"PORT": value}, names=("PORT",))


def test_one_port_is_not_enough_for_two() -> None:
    (port, _) = free_ports()
    with pytest.raises(NotReady, match="PORT and SANDBOX_PORT must be two different ports"):
        refuse_taken_ports({"PORT": port, "SANDBOX_PORT": port}, names=("PORT", "SANDBOX_PORT"))


def test_without_anything_given_all_addresses_are_on_this_machine() -> None:
    environment = trial_environment({}, env_file={})
    assert environment["APP_BASE_URL"] == "http://127.0.0.1:8000"
    assert environment["SANDBOX_URL"] == "http://127.0.0.1:9001"
    assert environment["DEBUG"] == "1"
    assert environment["OPEN_HUMANS_CLIENT_ID"] == "lockstep-open-humans"


def test_addresses_follow_the_ports() -> None:
    environment = trial_environment({"PORT": "8001", "SANDBOX_PORT": "9002"}, env_file={})
    assert environment["APP_BASE_URL"] == "http://127.0.0.1:8001"
    assert environment["SANDBOX_URL"] == "http://127.0.0.1:9002"


def test_what_was_given_wins_over_the_env_file_and_that_over_the_trial(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text('# a comment\nAPP_BASE_URL="http://localhost:8000"\nexport DEBUG=0\n')
    environment = trial_environment({"DEBUG": "1"}, env_file=read_env_file(file))
    assert environment["DEBUG"] == "1"
    assert environment["APP_BASE_URL"] == "http://localhost:8000"


def test_real_applications_are_not_shown_to_the_sandbox() -> None:
    given = {"OPEN_HUMANS_CLIENT_SECRET": "a real one"}
    assert trial_environment(given, env_file=given)["OPEN_HUMANS_CLIENT_SECRET"] == "sandbox-secret"


def test_an_empty_sandbox_address_means_the_real_services() -> None:
    environment = trial_environment(
        {"OPEN_HUMANS_CLIENT_SECRET": "a real one"}, env_file={"SANDBOX_URL": ""}
    )
    assert environment.get("SANDBOX_URL", "") == ""
    assert environment["OPEN_HUMANS_CLIENT_SECRET"] == "a real one"
    assert "RESCUETIME_CLIENT_ID" not in environment
