"""What the suite says, and does, where a machine lacks something."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from pytest_socket import SocketConnectBlockedError

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = "tests/ops/sample/parts.py"
NOTHING_THERE = {
    "LOCKSTEP_TEST_POSTGRES": "postgresql://127.0.0.1:1/postgres",
    "LOCKSTEP_TEST_REDIS": "redis://127.0.0.1:1/0",
    "LOCKSTEP_TEST_CHROMIUM": "/no/such/chromium",
}


def suite(*options: str, **given: str) -> subprocess.CompletedProcess[str]:
    """The suite over the sample alone, as on a machine that has only what `given` says."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "HOME", "LANG") or name in NOTHING_THERE
    }
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", SAMPLE, *options],
        cwd=ROOT,
        env={**kept, "EXPECTED_DATABASE": "sqlite", **given},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_what_is_missing_is_left_out_and_named_with_the_reason(options: tuple[str, ...]) -> None:
    # What a developer has exported decides nothing.
    done = suite(*options, **NOTHING_THERE, DATABASE_URL="postgresql://127.0.0.1:1/x", DEBUG="0")
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
    assert "2 tests need PostgreSQL: " in done.stdout
    assert "Connection refused" in done.stdout
    assert "1 test needs Redis: " in done.stdout
    assert "1 test needs the browser: no Chromium is installed" in done.stdout


def test_where_nothing_may_be_left_out_a_missing_part_is_an_error() -> None:
    done = suite(LOCKSTEP_REQUIRE_ALL="1", **NOTHING_THERE)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    for part in ("postgres: ", "redis: ", "browser: no Chromium"):
        assert part in done.stderr
    assert "passed" not in done.stdout


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.browser
def test_where_everything_is_there_nothing_is_left_out() -> None:
    done = suite(LOCKSTEP_REQUIRE_ALL="1")
    assert done.returncode == 0, done.stdout
    assert "6 passed" in done.stdout
    assert "left out" not in done.stdout


@pytest.mark.postgres
@pytest.mark.redis
def test_the_second_round_runs_what_touches_the_database_on_postgresql() -> None:
    done = suite(LOCKSTEP_TEST_ON="services", EXPECTED_DATABASE="postgresql")
    assert done.returncode == 0, done.stdout
    assert "1 passed, 5 deselected" in done.stdout
    assert "This round: on PostgreSQL and Redis." in done.stdout


def test_a_second_round_without_services_says_so_and_is_no_failure() -> None:
    done = suite(LOCKSTEP_TEST_ON="services", **NOTHING_THERE)
    assert done.returncode == 0, done.stdout
    assert "passed" not in done.stdout
    assert "1 test needs PostgreSQL: " in done.stdout
    assert "1 test needs Redis: " in done.stdout


def test_a_wrong_name_of_a_test_is_a_failure_even_where_parts_are_missing() -> None:
    assert suite("-k", "no_such_test", **NOTHING_THERE).returncode != 0


def test_nothing_beyond_this_machine_is_reached() -> None:
    with (
        pytest.warns(UserWarning, match="192.0.2.1"),
        pytest.raises(SocketConnectBlockedError),
    ):
        requests.get("http://192.0.2.1/", timeout=1)
