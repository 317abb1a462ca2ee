"""Building a sync's kind: its clients paced and watched, or a sentence why it cannot run."""

import logging
from datetime import datetime
from typing import Any, Protocol

from integrations import connections
from integrations.client import Client
from integrations.errors import ReconnectError
from integrations.models import Connection
from integrations.pace import PacedGate
from uploader import kinds
from uploader.hands import Manner
from uploader.kinds import CannotRun
from uploader.models import Sync

logger = logging.getLogger(__name__)


class Pulse(Protocol):
    """Who is told of every request and every chunk, and may stop the work there."""

    def count_request(self) -> None: ...

    def beat(self) -> None: ...


def build(
    sync: Sync,
    params: dict[str, Any],
    manner: Manner,
    pulse: Pulse,
    *,
    explicit: bool,
    kept: dict[str, Any] | None = None,
    without: str = "",
) -> kinds.Kind:
    """The sync's kind with the clients of its sides, or CannotRun with a sentence.

    `without` names a side that is not needed, "source" or "target".
    """
    kind = kinds.get(sync.kind)
    erase = sync.erasing
    if erase or "from_dump" in params:
        without = "source"
    if kind.source_is_optional and sync.source is None:
        without = "source"
    for side in ("source", "target"):
        if getattr(kind, side) and side != without:
            require_usable(sync, side, manner=manner, explicit=explicit)
    return kind(
        kinds.Context(
            sync=sync,
            source=None if without == "source" else _client(sync.source, manner, pulse),
            kept=kept or {},
            target=None if without == "target" else _client(sync.target, manner, pulse),
            options=sync.options,
            params={**params, "erase": erase},
            now=as_of(params) or manner.clock(),
            clock=manner.clock,
            beat=pulse.beat,
        )
    )


def as_of(params: dict[str, Any]) -> datetime | None:
    """When an approved plan was made: it is made again as of then, lest a new day change it."""
    moment = params.get("as_of")
    return datetime.fromisoformat(moment) if moment else None


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
