"""What this machine has for the tests: PostgreSQL, Redis, Chromium. No test lives here.

Found once, by the process that starts the tests, and handed to the others in the environment.
LOCKSTEP_TEST_POSTGRES, LOCKSTEP_TEST_REDIS and LOCKSTEP_TEST_CHROMIUM point elsewhere.
"""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import redis
from psycopg import sql

FOUND = "LOCKSTEP_TEST_FOUND"
LIKELY_POSTGRES = (
    "postgresql://127.0.0.1:5432/postgres",
    "postgresql://postgres@127.0.0.1:5432/postgres",
)
LIKELY_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Databases of the tests carry the number of the process that started them, which is kept here.
DATABASE_PREFIX = "lockstep_test_"
SESSION = "LOCKSTEP_TEST_SESSION"


class Absent(Exception):
    """Why a part cannot be tested here, and what would help."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """What may be missing. Tests need it by marker, or by using its fixture."""

    marker: str
    fixture: str
    words: str
    find: Callable[[], str]


def find_postgres() -> str:
    given = os.environ.get("LOCKSTEP_TEST_POSTGRES")
    reasons = []
    for address in (given,) if given else LIKELY_POSTGRES:
        try:
            with psycopg.connect(address, connect_timeout=3) as connection:
                row = connection.execute(
                    "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
                ).fetchone()
        except psycopg.OperationalError as error:
            reasons.append(str(error).strip().splitlines()[-1])
            continue
        if row and row[0]:
            return address
        reasons.append("the role may not create databases")
    raise Absent(f"{reasons[0]} (LOCKSTEP_TEST_POSTGRES names another)")


def find_redis() -> str:
    """The address of a server that was named, or the program that starts one of our own."""
    if address := os.environ.get("LOCKSTEP_TEST_REDIS"):
        try:
            redis.Redis.from_url(address, socket_connect_timeout=3).ping()
        except redis.RedisError as error:
            raise Absent(str(error)) from error
        return address
    if program := shutil.which("redis-server"):
        return program
    raise Absent("no redis-server is installed (LOCKSTEP_TEST_REDIS names a running one)")


def find_chromium() -> str:
    given = os.environ.get("LOCKSTEP_TEST_CHROMIUM")
    for name in (given,) if given else LIKELY_CHROMIUM:
        if program := shutil.which(name):
            return program
    raise Absent("no Chromium is installed (LOCKSTEP_TEST_CHROMIUM names one elsewhere)")


PARTS = (
    Part(marker="postgres", fixture="postgres_url", words="PostgreSQL", find=find_postgres),
    Part(marker="redis", fixture="redis_url", words="Redis", find=find_redis),
    Part(marker="browser", fixture="chromium", words="the browser", find=find_chromium),
)


def found() -> dict[str, str]:
    """Marker → address, for what is there."""
    return dict(_looked()["found"])


def absent() -> dict[str, str]:
    """Marker → reason, for what is not."""
    return dict(_looked()["absent"])


def _looked() -> dict[str, dict[str, str]]:
    if FOUND not in os.environ:
        result: dict[str, dict[str, str]] = {"found": {}, "absent": {}}
        for part in PARTS:
            try:
                result["found"][part.marker] = part.find()
            except Absent as reason:
                result["absent"][part.marker] = str(reason)
        os.environ[FOUND] = json.dumps(result)
    looked: dict[str, dict[str, str]] = json.loads(os.environ[FOUND])
    return looked


# ------------------------------------------------------------------------ Redis


class RedisServer:
    """A Redis of our own, so that no test can empty somebody else's."""

    def __init__(self, program: str, *, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{port}/0"
        self.process = subprocess.Popen(
            [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", folder],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + 10
        while not self._answers():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(f"{program} does not start on port {port}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            return bool(redis.Redis.from_url(self.url).ping())
        except redis.ConnectionError:
            return False

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


# ------------------------------------------------------------------- PostgreSQL


@contextmanager
def a_database(*, like: str = "template1") -> Iterator[str]:
    """The address of a database that is empty, or a copy of another that nobody uses just now."""
    server = found()["postgres"]
    name = f"{DATABASE_PREFIX}{os.environ[SESSION]}_{uuid4().hex[:8]}"
    address = create_database(server, name, like=like.rpartition("/")[2])
    try:
        yield address
    finally:
        drop_database(server, name)


def create_database(server: str, name: str, *, like: str = "template1") -> str:
    """A new database as a copy of another; its address."""
    command = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(command.format(sql.Identifier(name), sql.Identifier(like)))
        info = connection.info
        password = f":{info.password}" if info.password else ""
        return f"postgresql://{info.user}{password}@{info.host}:{info.port}/{name}"


def drop_database(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        command = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(command.format(sql.Identifier(name)))


def drop_forgotten_databases(server: str) -> None:
    """Those of test sessions that were killed: their process is gone."""
    with psycopg.connect(server, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [DATABASE_PREFIX]
        ).fetchall()
    for (name,) in rows:
        number = name.removeprefix(DATABASE_PREFIX).split("_")[0]
        if number.isdigit() and not _runs(int(number)):
            drop_database(server, name)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
