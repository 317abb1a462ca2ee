"""Installations with real processes, on either database and broker."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from integrations.sandbox import World
from tests.services import a_database
from tests.workers.installation import Installation


@pytest.fixture
def install(
    tmp_path: Path, world: World, prepared: Path, services: dict[str, str]
) -> Iterator[Installation]:
    installation = Installation(tmp_path, sandbox_url=world.url, prepared=prepared, **services)
    yield installation
    installation.close()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation that was migrated and never used, to be copied by each test."""
    folder = tmp_path_factory.mktemp("prepared")
    Installation(folder, sandbox_url="").close()
    return folder


@pytest.fixture(scope="session")
def prepared_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with a_database() as address:
        folder = tmp_path_factory.mktemp("prepared")
        Installation(folder, sandbox_url="", database_url=address).close()
        yield address


@pytest.fixture
def postgres_url(prepared_database: str) -> Iterator[str]:
    """The address of a database of PostgreSQL that was migrated and never used."""
    with a_database(like=prepared_database) as address:
        yield address


@pytest.fixture(
    params=[
        "embedded",
        pytest.param("services", marks=[pytest.mark.postgres, pytest.mark.redis]),
    ]
)
def services(request: pytest.FixtureRequest) -> dict[str, str]:
    """On SQLite with the embedded broker, and on PostgreSQL with Redis."""
    if request.param == "embedded":
        return {}
    return {
        "database_url": request.getfixturevalue("postgres_url"),
        "redis_url": request.getfixturevalue("redis_url"),
    }


@pytest.fixture
def empty_broker(services: dict[str, str]) -> Callable[[Installation], None]:
    def empty(installation: Installation) -> None:
        if not services:
            shutil.rmtree(installation.folder / "var" / "broker" / "messages")
            (installation.folder / "var" / "broker" / "messages").mkdir()
            return
        redis.Redis.from_url(services["redis_url"]).flushdb()

    return empty
