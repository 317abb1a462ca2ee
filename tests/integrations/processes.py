"""Real processes on the database of the test that starts them."""

import os
import subprocess
import sys
from urllib.parse import quote

from django.conf import settings
from django.db import connection

START = "import django; django.setup()\n"


def database_url() -> str:
    """The database this test is connected to, for others to connect to."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    who = quote(values["USER"])
    if values["PASSWORD"]:
        who += f":{quote(values['PASSWORD'])}"
    host = quote(str(values["HOST"]), safe="")
    return f"postgres://{who}@{host}:{values['PORT'] or 5432}/{values['NAME']}"


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Python with Django set up; its output is read by `finished`."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "CREDENTIALS_KEYS": ",".join(settings.CREDENTIALS_KEYS),
        "SANDBOX_URL": settings.SANDBOX_URL,
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", START + code, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> list[str]:
    """The lines it wrote; a failure of it is a failure of the test."""
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return output.split()
