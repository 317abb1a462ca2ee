"""Installations with real processes, on either database and broker."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from integrations.sandbox import World
from tests.workers.installation import Installation


@pytest.fixture
def install(tmp_path: Path, world: World, services: dict[str, str]) -> Iterator[Installation]:
    installation = Installation(tmp_path, sandbox_url=world.url, **services)
    yield installation
    installation.kill_workers()


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
