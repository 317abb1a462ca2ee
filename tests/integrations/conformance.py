"""What a provider contributes to the conformance suite: a small table, in its own folder here."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.sandbox import World


@dataclass(frozen=True)
class Conformance:
    """`tests/integrations/<slug>/conformance.py` holds one, named TABLE."""

    # Credentials that work, as the provider hands them out.
    grant: Callable[[World], Mapping[str, Any]]
    # Credentials of the right shape that never worked.
    bad: Mapping[str, Any]
    # A typical reading call, and what its requests look like to a fault.
    read: Callable[[Any], object]
    reads: str
    # Which of the credentials is the secret that signs requests.
    secret: str = "access_token"
    # A typical writing call that may have acted when its answer is lost; None for a reader.
    write: Callable[[Any], object] | None = None
    writes: str = ""
    # Answers with a good status whose JSON is not what we know.
    wrong_shapes: tuple[Any, ...] = ()
    # Makes a long list; returns what the client must find, all pages together.
    fill: Callable[[World], object] | None = None
    list_all: Callable[[Any], object] | None = None
    # The provider documents no other way than to put the token in the address.
    token_in_address: bool = False


@dataclass
class CountingGate:
    """Counts what passes, and may refuse."""

    requests: int = 0
    chunks: int = 0
    pauses: list[float] = field(default_factory=list)
    refuse_chunk: int | None = None

    def before_request(self) -> None:
        self.requests += 1

    def between_chunks(self) -> None:
        self.chunks += 1
        if self.refuse_chunk is not None and self.chunks >= self.refuse_chunk:
            raise Gone

    def throttled(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def lane(self, name: str, *, rate: int) -> "CountingGate":
        return self


class Gone(Exception):
    """The person has disconnected meanwhile."""


def table_of(slug: str) -> Conformance:
    table: Conformance = importlib.import_module(f"tests.integrations.{slug}.conformance").TABLE
    return table
