"""Settings that cannot be meant: whoever starts Lockstep with one reads which, in one sentence."""

import base64
import os
import subprocess
import sys
from typing import Any

import pytest
from cryptography.fernet import Fernet

from integrations import provider as providers
from integrations.client import is_safe_base_url

# The same in every process: it names tests.
KEY = base64.urlsafe_b64encode(b"k" * 32).decode()


def start_with(**environment: str) -> subprocess.CompletedProcess[str]:
    """What every command, server and worker does first."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "import config.settings"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CREDENTIALS_KEYS", "abc", "key number 1 of 1 is not a Fernet key"),
        ("CREDENTIALS_KEYS", f"{KEY},{KEY[:-4]}", "key number 2 of 2 is not a Fernet key"),
        ("CREDENTIALS_KEYS", "schlüssel", "is not a Fernet key"),
        ("CREDENTIALS_KEYS", ",", "holds no key"),
        ("RESCUETIME_RATE", "many", "must be a whole number from 0 on, not 'many'"),
        ("RESCUETIME_RATE", "-5", "must be a whole number from 0 on"),
        ("OPEN_HUMANS_RATE", "9" * 5000, "must be a whole number from 0 on"),
        ("OPEN_HUMANS_BASE_URL", "https://[::1", "must be an address that starts with https://"),
        ("OPEN_HUMANS_BASE_URL", "https://one.example:port", "must be an address"),
        ("RESCUETIME_BASE_URL", "http://rescuetime.example", "must be an address"),
        ("RESCUETIME_BASE_URL", "rescuetime.example", "must be an address"),
        ("SANDBOX_URL", "https://[::1", "must be an address"),
        ("LEASE_SECONDS", "abc", "must be a whole number from 1 on, not 'abc'"),
        ("LEASE_SECONDS", "0", "must be a whole number from 1 on, not '0'"),
        ("LEASE_SECONDS", "1.5", "must be a whole number from 1 on"),
    ],
)
def test_what_cannot_be_meant_is_said_at_the_start(name: str, value: str, said: str) -> None:
    started = start_with(**{name: value})
    assert started.returncode != 0
    last = started.stderr.strip().splitlines()[-1]
    assert last.startswith("django.core.exceptions.ImproperlyConfigured: " + name)
    assert said in last


def test_a_key_or_a_password_that_is_wrong_is_not_quoted() -> None:
    for name, value in (
        ("CREDENTIALS_KEYS", "hunter2"),
        ("OPEN_HUMANS_BASE_URL", "http://me:hunter2@here.example"),
    ):
        started = start_with(**{name: value})
        assert name in started.stderr
        assert "hunter2" not in started.stderr


def test_what_can_be_meant_starts() -> None:
    environment = {
        "CREDENTIALS_KEYS": f" {KEY} , {Fernet.generate_key().decode()},",
        "RESCUETIME_RATE": "0",
        "OPEN_HUMANS_RATE": "",
        "RESCUETIME_BASE_URL": "https://rescuetime.example:8443/api",
        "OPEN_HUMANS_BASE_URL": "http://[::1]:8010",
        "SANDBOX_URL": "",
        "LEASE_SECONDS": "3",
    }
    started = start_with(**environment)
    assert (started.returncode, started.stderr) == (0, "")


@pytest.mark.parametrize(
    "url", ["https://[::1", "http://[", "https://one.example:port", "https://"]
)
def test_an_address_that_is_none_is_not_safe(url: str, settings: Any) -> None:
    assert not is_safe_base_url(url)
    assert not providers.get("rescuetime").may_be_at(url)
