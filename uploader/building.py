"""Building a sync's kind: its clients paced and watched, or a sentence why it cannot run."""

import logging
from typing import Any, Protocol

from integrations import connections
from integrations.client import Client
from integrations.errors import ReconnectError
from integrations.models import Connection
from integrations.pace import PacedGate
from uploader import kinds
from uploader.hands import Manner
from uploader.models import Sync

logger = logging.getLogger(__name__)


class CannotRun(Exception):
    """A sentence for people about why this sync cannot run as it stands."""


class Pulse(Protocol):
    """Who is told of every request and every chunk, and may stop the work there."""

    def count_request(self) -> None: ...

    def beat(self) -> None: ...


def build(
    sync: Sync, params: dict[str, Any], manner: Manner, pulse: Pulse, *, explicit: bool
) -> kinds.Kind:
    """The sync's kind with the clients of its sides, or CannotRun with a sentence."""
    kind = kinds.get(sync.kind)
    erase = sync.erasing
    if kind.source and not erase:
        require_usable(sync, "source", manner=manner, explicit=explicit)
    if kind.target:
        require_usable(sync, "target", manner=manner, explicit=explicit)
    return kind(
        kinds.Context(
            sync=sync,
            source=None if erase else _client(sync.source, manner, pulse),
            target=_client(sync.target, manner, pulse),
            options=sync.options,
            params={**params, "erase": erase},
            now=manner.clock(),
            beat=pulse.beat,
        )
    )


def require_usable(sync: Sync, side: str, *, manner: Manner, explicit: bool) -> None:
    """Raise CannotRun where a person has to act first; an explicit run asks once more."""
    connection: Connection | None = getattr(sync, side)
    if connection is None:
        raise CannotRun(f"{sync.name} has no {side}: choose a connection for it.")
    if explicit and connection.state == Connection.State.NEEDS_RECONNECT:
        try:
            connections.check(connection, now=manner.clock())
        except ReconnectError:
            logger.info("%s still needs to be connected again", connection)
    if not connection.is_usable:
        what = connection.get_state_display() if connection.enabled else "switched off"
        reason = f" {connection.reason}" if connection.reason else ""
        raise CannotRun(f"{connection.name}: {what}.{reason}")


def _client(connection: Connection | None, manner: Manner, pulse: Pulse) -> Client | None:
    if connection is None:
        return None
    gate = PacedGate.for_connection(
        connection,
        beat=pulse.count_request,
        pulse=pulse.beat,
        patience=manner.patience,
        on_wait=manner.on_wait,
        now=manner.clock,
    )
    return connections.client(connection, gate=gate)
