"""Giving tokens back on the side: nobody waits for a provider in order to leave it.

A thread of its own for each, rather than a task: tokens must not stand in a message, and they are
no longer in the database by then. It is best effort: a process that is killed meanwhile leaves
tokens behind that nobody here holds any more.
"""

import atexit
import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

from integrations.errors import IntegrationError
from integrations.models import Connection

logger = logging.getLogger(__name__)

# For so long a process that ends (a command, a restarted server) waits for what is under way.
LONGEST_WAIT_AT_THE_END = 5.0

_under_way: set[threading.Thread] = set()
_lock = threading.Lock()


def give_back_aside(connection: Connection, tokens: Mapping[str, Any]) -> None:
    """Begin to give them back, and return at once."""
    # Settings are read here: whoever changes them meanwhile must not send tokens elsewhere.
    base_url = connection.spec.base_url(connection.base_url)

    def give() -> None:
        try:
            give_back(connection, tokens, base_url=base_url)
        finally:
            with _lock:
                _under_way.discard(threading.current_thread())

    thread = threading.Thread(target=give, name=f"parting from {connection}", daemon=True)
    with _lock:
        _under_way.add(thread)
    thread.start()


def give_back(connection: Connection, tokens: Mapping[str, Any], *, base_url: str) -> None:
    """The person has been let go here already, whatever the provider says. No database."""
    try:
        connection.spec.revoke(tokens, base_url=base_url)
    except IntegrationError as error:
        logger.info("%s: %s", connection, error)


def wait(seconds: float = LONGEST_WAIT_AT_THE_END) -> bool:
    """Until all tokens are given back, at most so long; whether they are."""
    until = time.monotonic() + seconds
    with _lock:
        threads = list(_under_way)
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return not any(thread.is_alive() for thread in threads)


# Before Python ends daemon threads, and after nothing else is left to do.
atexit.register(wait)
