"""One test for each part of a machine; run by test_left_out.py, never by itself."""

import os
from pathlib import Path

import pytest
from django.db import connection
from redis import Redis


def test_nothing_in_particular() -> None:
    assert Path(__file__).exists()


@pytest.mark.postgres
def test_postgres_by_marker() -> None:
    assert "EXPECTED_DATABASE" in os.environ


def test_postgres(postgres_url: str) -> None:
    assert postgres_url.startswith("postgresql://")


def test_redis(redis_url: str) -> None:
    assert Redis.from_url(redis_url).dbsize() == 0


def test_chromium(chromium: str) -> None:
    assert Path(chromium).exists()


def test_database(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert connection.vendor == os.environ["EXPECTED_DATABASE"]
