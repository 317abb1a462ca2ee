"""Clients pointed at the sandbox, for any provider."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from integrations import provider as providers
from integrations.client import Client, FixedCredentials, OpenGate
from integrations.sandbox import World
from tests.integrations.conformance import Conformance, CountingGate, table_of
from tests.integrations.misbehaving import Misbehaving


@pytest.fixture
def gate() -> CountingGate:
    return CountingGate()


@pytest.fixture
def table(slug: str) -> Conformance:
    return table_of(slug)


@pytest.fixture
def credentials(table: Conformance, world: World) -> Mapping[str, Any]:
    return table.grant(world)


@pytest.fixture
def client(slug: str, credentials: Mapping[str, Any], world: World, gate: CountingGate) -> Client:
    made: Client = client_of(slug, credentials, url=world.url, gate=gate)
    return made


def client_of(slug: str, credentials: Mapping[str, Any], *, url: str, gate: Any = None) -> Any:
    spec = providers.get(slug)
    keys = FixedCredentials(credentials, provider=spec.name)
    address = f"{url}{urlsplit(spec.default_base_url).path}"
    return spec.client(keys, base_url=address, gate=gate or OpenGate())


@pytest.fixture
def misbehaving() -> Iterator[Misbehaving]:
    with Misbehaving() as server:
        yield server
