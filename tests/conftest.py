"""The surroundings of every test: a clean environment, the services there are, what was left out.

The suite runs in two rounds (`make test`): on SQLite with the embedded broker, and, with
LOCKSTEP_TEST_ON=services, what touches the database once more on PostgreSQL with Redis. Tests that
need what this machine has not are left out, and the last lines say so; LOCKSTEP_REQUIRE_ALL=1 makes
that an error instead.
"""

import importlib
import os
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import hypothesis
import pytest
import redis

from config.trial import SANDBOX_APPLICATIONS
from integrations.sandbox import World
from tests import services

_folder = tempfile.TemporaryDirectory(prefix="lockstep-test-", ignore_cleanup_errors=True)
VAR = Path(_folder.name)
ON_SERVICES = os.environ.get("LOCKSTEP_TEST_ON") == "services"
# How many times as long the randomized tests search; `make soak` turns it up.
TIMES = int(os.environ.get("LOCKSTEP_TEST_TIMES", "1"))
# One number for all processes of a session, so that the databases of a killed one are found.
SESSION = os.environ.setdefault(services.SESSION, str(os.getpid()))

_redis_server: services.RedisServer | None = None


def redis_address() -> str:
    """The Redis of this process: started when first asked for, unless one was named."""
    global _redis_server
    address = services.found()["redis"]
    if "://" in address:
        worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        base, _, number = address.rpartition("/")
        return f"{base}/{int(number) + worker}"
    if _redis_server is None:
        _redis_server = services.RedisServer(address, folder=VAR)
    return _redis_server.url


def set_environment() -> None:
    """What a developer has exported, or keeps in `.env`, decides no test."""
    of_ours = ("DEBUG", "SECRET_KEY", "CREDENTIALS_KEYS", "DATABASE_URL", "REDIS_URL", "EMAIL_URL")
    addresses = ("APP_BASE_URL", "SANDBOX_URL", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS")
    providers = [path.name.upper() for path in Path("integrations").iterdir() if path.is_dir()]
    for name in list(os.environ):
        if name in of_ours + addresses or name.startswith(tuple(f"{p}_" for p in providers)):
            del os.environ[name]
    os.environ.update(
        SANDBOX_APPLICATIONS,
        DJANGO_SETTINGS_MODULE="config.settings",
        LOCKSTEP_ENV_FILE=os.devnull,
        LOCKSTEP_VAR=str(VAR),
        DEBUG="1",
        # Playwright keeps an event loop in the thread that also talks to the database.
        DJANGO_ALLOW_ASYNC_UNSAFE="1",
    )
    if ON_SERVICES and not {"postgres", "redis"} & services.absent().keys():
        os.environ.update(DATABASE_URL=services.found()["postgres"], REDIS_URL=redis_address())


set_environment()
# Before other conftest files are read: they import models.
django.setup()
# What pages import must not be imported for the first time while a test has replaced a part of it.
for _name in ("config.urls", "config.page_context"):
    importlib.import_module(_name)

hypothesis.settings.register_profile(
    "lockstep", deadline=None, max_examples=100 * TIMES, print_blob=True
)
hypothesis.settings.load_profile("lockstep")


# ------------------------------------------------------------- what is left out

LEFT_OUT = pytest.StashKey[Counter[str]]()


def pytest_configure(config: pytest.Config) -> None:
    from tests import quick

    quick.install()
    config.stash[LEFT_OUT] = Counter()
    # As Ctrl-C: what the tests have started is ended too, instead of being left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    absent = services.absent()
    if absent and os.environ.get("LOCKSTEP_REQUIRE_ALL") == "1":
        reasons = "; ".join(f"{part}: {reason}" for part, reason in absent.items())
        raise pytest.UsageError(f"LOCKSTEP_REQUIRE_ALL=1, and here is missing: {reasons}")
    if "postgres" in services.found() and str(os.getpid()) == SESSION:
        services.drop_forgotten_databases(services.found()["postgres"])


@pytest.hookimpl(trylast=True)  # what -k and -m leave over
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    absent = services.absent()
    left_out = config.stash[LEFT_OUT]
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in items:
        of_this_round = not ON_SERVICES or _is_for_services(item)
        missing = _needs(item) & absent.keys() if of_this_round else set()
        left_out.update(missing)
        (kept if of_this_round and not missing else dropped).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
    # What takes longest begins first: in the end no process is left alone with it.
    items[:] = sorted(kept, key=lambda item: item.get_closest_marker("long") is None)


def _needs(item: pytest.Item) -> set[str]:
    fixtures = getattr(item, "fixturenames", ())
    needed = {
        part.marker
        for part in services.PARTS
        if item.get_closest_marker(part.marker) or part.fixture in fixtures
    }
    return needed | ({"postgres", "redis"} if ON_SERVICES else set())


def _is_for_services(item: pytest.Item) -> bool:
    """What touches the database through Django; pages look the same on every database."""
    if item.get_closest_marker("once"):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    touches = item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db"}
    return bool(touches) and "chromium" not in fixtures


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    # Every worker collects all tests, so one worker's count is the count.
    node.config.stash[LEFT_OUT] = Counter(getattr(node, "workeroutput", {}).get("left_out", {}))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    left_out = session.config.stash[LEFT_OUT]
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = dict(left_out)
    elif left_out and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        session.exitstatus = pytest.ExitCode.OK


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    left_out = config.stash[LEFT_OUT]
    absent = services.absent()
    for part in services.PARTS:
        if count := left_out[part.marker]:
            tests = "1 test needs" if count == 1 else f"{count} tests need"
            terminalreporter.write_sep("-", "left out", yellow=True)
            terminalreporter.write_line(f"{tests} {part.words}: {absent[part.marker]}")
    where = "PostgreSQL and Redis" if ON_SERVICES else "SQLite and the embedded broker"
    terminalreporter.write_line(f"This round: on {where}.")


def pytest_unconfigure() -> None:
    if _redis_server is not None:
        _redis_server.stop()
    _folder.cleanup()


# ---------------------------------------------------------------------- fixtures


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
) -> None:
    """A file instead of memory, so that threads meet the locks they would meet in earnest."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["TEST"]["NAME"] = str(VAR / "test.sqlite3")
    else:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        # Nobody mourns these rows when the machine fails, so nobody waits for the disk.
        database["OPTIONS"] = {"options": "-c synchronous_commit=off"}
        database["TEST"]["NAME"] = f"{services.DATABASE_PREFIX}{SESSION}_{worker}"


@pytest.fixture
def world(settings: Any) -> Iterator[World]:
    """The sandbox on a port of its own, and Lockstep pointed at it."""
    with World() as world:
        settings.SANDBOX_URL = world.url
        yield world


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The address of an empty database of PostgreSQL."""
    with services.a_database() as address:
        yield address


@pytest.fixture
def redis_url() -> str:
    """The address of an empty database of Redis."""
    address = redis_address()
    redis.Redis.from_url(address).flushdb()
    return address


@pytest.fixture(scope="session")
def chromium() -> str:
    return services.found()["browser"]


@pytest.fixture(scope="session")
def browser_type_launch_args(chromium: str) -> dict[str, Any]:
    """For pytest-playwright: the Chromium of the system. As root it refuses its own sandbox."""
    arguments = ["--no-sandbox"] if os.getuid() == 0 else []
    return {"executable_path": chromium, "args": arguments}
