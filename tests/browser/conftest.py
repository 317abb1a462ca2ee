"""A real browser on our real pages; the sandbox answers, and a thread does a worker's work."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import ConsoleMessage, Page

from integrations.sandbox import World
from tests.browser.person import Person
from uploader import work
from uploader.models import Run


@pytest.fixture
def site(live_server: Any, world: World, settings: Any) -> str:
    """Where the pages are; as with `make run`, redirects lead back here."""
    settings.APP_BASE_URL = live_server.url
    return str(live_server.url)


@pytest.fixture
def person(page: Page, site: str) -> Iterator[Person]:
    """Ben at his computer. Nothing on the way may have troubled the browser."""
    troubles: list[str] = []
    page.on("console", lambda message: note(troubles, message))
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
    yield Person(page, site, name="ben")
    assert troubles == []


def note(troubles: list[str], message: ConsoleMessage) -> None:
    """Browsers also advise at that level: that a field for a key wants one for a name beside it."""
    level: str = message.type  # Chromium knows one that is not among those declared
    if level != "verbose":
        troubles.append(f"{message.location['url']}: {message.text}")


@pytest.fixture
def worker(site: str) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=_work_until, args=(stop,), daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join(timeout=20)


def _work_until(stop: threading.Event) -> None:
    while not stop.wait(0.3):
        for run in Run.objects.open().filter(next_at__lte=timezone.now()):
            work.carry_out(run.pk, run.claim, work.Manner(clock=timezone.now))
    connection.close()
