"""The same questions to every provider that has a folder."""

import logging
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from integrations import provider as providers
from integrations.client import Client, secrets_in
from integrations.errors import (
    IntegrationError,
    ReconnectError,
    RetryableError,
    UnexpectedError,
)
from integrations.sandbox import Fault, World
from tests.integrations.conformance import Conformance, CountingGate, table_of
from tests.integrations.conftest import client_of
from tests.integrations.misbehaving import Misbehaving

SLUGS = sorted(providers.providers())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every provider is asked; of writing and of pages only those that have them."""
    names = metafunc.fixturenames
    tables = {slug: table_of(slug) for slug in SLUGS}
    if "shape" in names:
        pairs = [(slug, n) for slug in SLUGS for n in range(len(tables[slug].wrong_shapes))]
        metafunc.parametrize(("slug", "shape"), pairs)
        return
    able = [
        slug
        for slug, table in tables.items()
        if not ("write" in names and table.write is None)
        and not ("long_list" in names and table.fill is None)
    ]
    metafunc.parametrize("slug", able)


@pytest.fixture
def write(table: Conformance, client: Client) -> Callable[[], object]:
    action = table.write
    assert action is not None
    return lambda: action(client)


@pytest.fixture
def long_list(table: Conformance, world: World) -> object:
    """What the provider now holds, all pages together."""
    assert table.fill is not None
    return table.fill(world)


@pytest.fixture
def list_all(table: Conformance, client: Client) -> Callable[[], object]:
    action = table.list_all
    assert action is not None
    return lambda: action(client)


def always(slug: str, kind: str, **more: Any) -> Fault:
    return Fault(provider=slug, kind=kind, times=None, **more)


# ------------------------------------------------------------------------ works


def test_a_working_connection_says_in_words_whose_it_is(
    slug: str, client: Client, world: World
) -> None:
    detail = providers.get(slug).check(client)
    assert detail
    assert not any(secret in detail for secret in secrets_in(client.credentials.read()))
    assert world.unknown == []


def test_checking_costs_one_request(slug: str, client: Client, world: World) -> None:
    providers.get(slug).check(client)
    assert len(world.requests) == 1


def test_every_request_passes_the_gate_and_says_who_we_are(
    slug: str, client: Client, world: World, gate: CountingGate, table: Conformance
) -> None:
    table.read(client)
    if table.write is not None:
        table.write(client)
    assert gate.requests == len(world.requests) > 0
    assert all("Lockstep" in seen.headers["User-Agent"] for seen in world.requests)


def test_a_provider_says_what_it_is_and_what_it_lacks(slug: str, settings: Any) -> None:
    spec = providers.get(slug)
    assert spec.slug == slug
    assert spec.name
    assert spec.words.endswith(".")
    assert spec.default_base_url.startswith("https://")
    assert spec.missing_settings() == []
    settings.PROVIDER_SETTINGS = {}
    prefix = slug.upper()
    assert spec.missing_settings() == [f"{prefix}_{name}" for name in spec.required_settings]


# ------------------------------------------------------------------ credentials


def test_a_bad_key_means_that_a_person_must_connect_again(
    slug: str, world: World, table: Conformance
) -> None:
    client = client_of(slug, table.bad, url=world.url)
    with pytest.raises(ReconnectError):
        providers.get(slug).check(client)
    with pytest.raises(ReconnectError):
        table.read(client)


def test_a_key_that_cannot_even_be_sent_is_a_bad_key(
    slug: str, world: World, table: Conformance
) -> None:
    for odd in ("two\nlines", "naïve-ключ"):
        client = client_of(slug, {**table.bad, table.secret: odd}, url=world.url)
        with pytest.raises(ReconnectError) as caught:
            table.read(client)
        assert odd not in str(caught.value)


def test_nothing_to_sign_with_means_that_a_person_must_connect_again(
    slug: str, world: World, table: Conformance
) -> None:
    with pytest.raises(ReconnectError):
        table.read(client_of(slug, {}, url=world.url))
    assert world.requests == []


def test_tokens_are_not_sent_over_plain_http_to_other_machines(
    slug: str, table: Conformance
) -> None:
    for address in ("http://example.org", "http://10.0.0.7:9001", "ftp://127.0.0.1", "example.org"):
        with pytest.raises(UnexpectedError, match="https"):
            client_of(slug, table.bad, url=address)


# ------------------------------------------------------------------- slow down


def test_429_waits_as_long_as_it_is_told_and_so_does_everybody_with_the_key(
    slug: str, client: Client, world: World, gate: CountingGate, table: Conformance
) -> None:
    world.faults.add(Fault(slug, "429", table.reads, retry_after=7))
    with pytest.raises(RetryableError) as caught:
        table.read(client)
    assert (caught.value.status, caught.value.retry_after) == (429, 7)
    assert gate.pauses == [7]
    table.read(client)


def test_429_may_name_a_moment_instead_of_seconds(
    slug: str, client: Client, world: World, table: Conformance
) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    world.faults.add(Fault(slug, "429", table.reads, retry_after=moment))
    with pytest.raises(RetryableError) as caught:
        table.read(client)
    assert 80 < (caught.value.retry_after or 0) <= 90


@pytest.mark.parametrize("said", [None, "soon", "nan", "²"])
def test_429_without_a_readable_time_leaves_the_wait_to_us(
    slug: str, said: str | None, client: Client, world: World, table: Conformance
) -> None:
    spoken = said.encode().decode("latin-1") if said else None
    world.faults.add(Fault(slug, "429", table.reads, retry_after=spoken))
    with pytest.raises(RetryableError) as caught:
        table.read(client)
    assert caught.value.retry_after is None


def test_nobody_waits_for_a_year(
    slug: str, client: Client, world: World, gate: CountingGate, table: Conformance
) -> None:
    world.faults.add(Fault(slug, "429", table.reads, retry_after="9" * 30))
    with pytest.raises(RetryableError):
        table.read(client)
    assert gate.pauses == [24 * 3600]


# ---------------------------------------------------------------- out of order


@pytest.mark.parametrize("kind", ["500", "502", "html200"])
def test_a_fault_page_is_waited_out_and_never_quoted(
    slug: str, kind: str, client: Client, world: World, table: Conformance
) -> None:
    world.faults.add(Fault(slug, kind, table.reads))
    with pytest.raises(RetryableError) as caught:
        table.read(client)
    assert "<" not in str(caught.value)
    table.read(client)


@pytest.mark.parametrize("kind", ["cut", "before", "lost"])
def test_a_reading_request_that_was_cut_off_is_asked_once_more(
    slug: str, kind: str, client: Client, world: World, table: Conformance
) -> None:
    world.faults.add(Fault(slug, kind, table.reads))
    table.read(client)
    assert [seen.fault for seen in world.requests][:2] == [kind, None]


@pytest.mark.parametrize("kind", ["cut", "before", "lost"])
def test_a_reading_request_that_is_always_cut_off_is_left_for_later(
    slug: str, kind: str, client: Client, world: World, table: Conformance
) -> None:
    world.faults.add(always(slug, kind, match=table.reads))
    with pytest.raises(RetryableError, match="the connection was cut"):
        table.read(client)
    assert len(world.requests) == 2


def test_a_slow_answer_is_given_up_and_not_asked_again_at_once(
    slug: str, client: Client, world: World, table: Conformance
) -> None:
    client.read_timeout = 0.1  # type: ignore[misc]
    world.faults.add(always(slug, "slow", match=table.reads, delay=1))
    with pytest.raises(RetryableError, match="no answer in time"):
        table.read(client)
    assert len(world.requests) == 1


def test_nobody_there_is_waited_out(slug: str, table: Conformance, world: World) -> None:
    credentials = table.grant(world)
    world.close()
    with pytest.raises(RetryableError, match="the connection was cut"):
        table.read(client_of(slug, credentials, url=world.url))


@pytest.mark.parametrize("body", [b"", b"{", b"\x00\xff", b"[" * 200_000])
def test_rubbish_that_calls_itself_json_is_waited_out(
    slug: str, body: bytes, misbehaving: Misbehaving, table: Conformance
) -> None:
    misbehaving.json(body)
    with pytest.raises(RetryableError, match="not JSON"):
        table.read(client_of(slug, table.bad, url=misbehaving.url))


def test_an_answer_of_another_shape_stops_everything_before_any_write(
    slug: str, shape: int, client: Client, world: World, table: Conformance
) -> None:
    change = table.wrong_shapes[shape]
    world.faults.add(Fault(slug, "wrong_shape", table.reads, change=change))
    with pytest.raises(UnexpectedError):
        table.read(client)


def test_an_answer_without_end_does_not_fill_the_memory(
    slug: str, misbehaving: Misbehaving, table: Conformance
) -> None:
    misbehaving.answer = misbehaving.head(b"Transfer-Encoding: chunked")
    misbehaving.again = b"10000\r\n" + b" " * 65536 + b"\r\n"
    client = client_of(slug, table.bad, url=misbehaving.url)
    client.largest_answer = 1024 * 1024
    with pytest.raises(IntegrationError, match="large"):
        table.read(client)


def test_an_answer_that_trickles_is_given_up(
    slug: str, misbehaving: Misbehaving, table: Conformance
) -> None:
    misbehaving.answer = misbehaving.head(b"Transfer-Encoding: chunked")
    misbehaving.again = b"1\r\n \r\n"
    misbehaving.pause = 0.01
    client = client_of(slug, table.bad, url=misbehaving.url)
    client.total_timeout = 0.2
    with pytest.raises(RetryableError, match="no answer in time"):
        table.read(client)


def test_a_redirect_is_not_followed_with_the_credentials(
    slug: str, misbehaving: Misbehaving, world: World, table: Conformance
) -> None:
    elsewhere = f"Location: {world.url}/elsewhere\r\nContent-Length: 0".encode()
    misbehaving.answer = misbehaving.head(elsewhere, status=b"302 Found")
    with pytest.raises(UnexpectedError, match="another address"):
        table.read(client_of(slug, table.bad, url=misbehaving.url))
    assert world.requests == []


# ------------------------------------------------------------------------ pages


def test_a_long_list_is_read_to_its_end(
    world: World, long_list: object, list_all: Callable[[], object]
) -> None:
    assert list_all() == long_list
    assert len(world.requests) > 1


def test_a_list_that_breaks_off_on_a_later_page_is_no_list(
    slug: str, world: World, table: Conformance, long_list: object, list_all: Callable[[], object]
) -> None:
    world.faults.add(Fault(slug, "500", table.reads, skip=1))
    with pytest.raises(RetryableError):
        list_all()


# ---------------------------------------------------------------------- writing


@pytest.mark.parametrize("kind", ["cut", "lost", "before", "500"])
def test_a_write_that_may_have_acted_is_not_repeated_by_the_client(
    slug: str, kind: str, world: World, table: Conformance, write: Callable[[], object]
) -> None:
    world.faults.add(Fault(slug, kind, table.writes))
    with pytest.raises(RetryableError):
        write()
    assert sum(seen.fault == kind for seen in world.requests) == 1
    assert sum(f"{seen.method} {seen.path}" == table.writes for seen in world.requests) == 1


# ---------------------------------------------------------------------- secrets


@pytest.mark.parametrize(
    "kind", ["429", "401", "403", "409", "500", "html200", "error200", "before", "cut", "lost"]
)
def test_no_secret_is_in_any_error_or_log(
    slug: str,
    kind: str,
    client: Client,
    world: World,
    table: Conformance,
    credentials: Mapping[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    world.faults.add(always(slug, kind))
    for name in ("", "integrations", "urllib3"):
        caplog.set_level(logging.DEBUG, logger=name)
    with pytest.raises(IntegrationError) as caught:
        table.read(client)
    told = [str(caught.value), repr(caught.value), repr(vars(caught.value)), caplog.text]
    told += traceback.format_exception(caught.value)
    assert caught.value.__context__ is None
    for secret in secrets_in(credentials):
        assert not any(secret in text for text in told)


def test_a_provider_that_quotes_the_key_is_not_quoted(
    slug: str, misbehaving: Misbehaving, table: Conformance
) -> None:
    token = table.bad[table.secret]
    body = f'{{"detail": "no such token: {token}", "error": "token {token}"}}'.encode()
    length = b"Content-Length: %d" % len(body)
    for status in (b"200 OK", b"400 Bad Request", b"403 Forbidden", b"401 Unauthorized"):
        misbehaving.answer = misbehaving.head(length, status=status) + body
        with pytest.raises(IntegrationError) as caught:
            table.read(client_of(slug, table.bad, url=misbehaving.url))
        assert token not in str(caught.value)


def test_garbled_headers_put_no_address_into_the_log(
    slug: str, misbehaving: Misbehaving, table: Conformance, caplog: pytest.LogCaptureFixture
) -> None:
    misbehaving.answer = b"HTTP/1.1 500 Oops\r\nno header at all\r\nConnection: close\r\n\r\n"
    with pytest.raises(IntegrationError):
        table.read(client_of(slug, table.bad, url=misbehaving.url))
    assert table.bad[table.secret] not in caplog.text


def test_no_secret_is_in_an_address_where_a_header_will_do(
    slug: str, client: Client, world: World, table: Conformance, credentials: Mapping[str, Any]
) -> None:
    table.read(client)
    providers.get(slug).check(client)
    addresses = [f"{seen.path} {seen.query}" for seen in world.requests]
    leaked = [
        secret
        for secret in secrets_in(credentials)
        if any(secret in address for address in addresses)
    ]
    assert leaked == ([credentials[table.secret]] if table.token_in_address else [])
