"""Open Humans: the safe way of a file there and back, and the traps of its API."""

import hashlib
import io
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from integrations.client import MEBIBYTE, FixedCredentials
from integrations.errors import (
    ReconnectError,
    RejectedError,
    RetryableError,
    UnexpectedError,
)
from integrations.open_humans import client as api
from integrations.open_humans.client import File, OpenHumansClient
from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.sandbox import Fault, Seen, World
from tests.integrations.conformance import CountingGate, Gone
from tests.integrations.misbehaving import Misbehaving
from tests.integrations.open_humans.conformance import upload

EXCHANGE = "/api/direct-sharing/project/exchange-member/"
COMPLETE = "/files/upload/complete/"
APPLICATION = {"client_id": "lockstep-open-humans", "client_secret": "sandbox-secret"}


class Renewing:
    """Credentials that are renewed at the sandbox, as the database's are."""

    def __init__(self, tokens: Mapping[str, Any], url: str) -> None:
        self.tokens = tokens
        self.url = url
        self.renewals: list[str] = []

    def read(self) -> Mapping[str, Any]:
        return self.tokens

    def renew(self, stale: str) -> Mapping[str, Any]:
        self.renewals.append(stale)
        self.tokens = api.refresh(self.tokens, base_url=self.url, **APPLICATION)
        return self.tokens


@pytest.fixture
def sandbox(world: World) -> OpenHumansSandbox:
    return world.of(OpenHumansSandbox)


@pytest.fixture
def tokens(world: World) -> Mapping[str, Any]:
    return world["open_humans"].grant("ben")


@pytest.fixture
def renewing(world: World, tokens: Mapping[str, Any]) -> Renewing:
    return Renewing(tokens, world.url)


@pytest.fixture
def client(world: World, renewing: Renewing, gate: CountingGate) -> OpenHumansClient:
    return OpenHumansClient(renewing, base_url=world.url, gate=gate)


def at(misbehaving: Misbehaving, body: Any) -> OpenHumansClient:
    misbehaving.json(json.dumps(body).encode())
    keys = FixedCredentials({"access_token": "made-up-token"}, provider="Open Humans")
    return OpenHumansClient(keys, base_url=misbehaving.url)


def requests_to(world: World, part: str) -> list[Seen]:
    return [seen for seen in world.requests if part in seen.path]


def only(client: OpenHumansClient, name: str = "a.json") -> File:
    return next(file for file in client.files() if file.basename == name)


# ---------------------------------------------------------------------- people


def test_a_member_is_known_by_an_id_that_keeps_its_leading_zero(client: OpenHumansClient) -> None:
    member = client.member()
    assert (member.project_member_id, member.username) == ("04170022", "ben-example")


def test_a_member_may_keep_the_user_name_private(
    client: OpenHumansClient, sandbox: OpenHumansSandbox
) -> None:
    sandbox.switches["username"] = "hidden"
    assert client.member().username is None


def test_a_member_without_an_id_is_not_understood(misbehaving: Misbehaving) -> None:
    with pytest.raises(UnexpectedError, match="project_member_id"):
        at(misbehaving, {"project_member_id": 4170022}).member()


def test_who_leaves_the_project_has_no_token_left(
    client: OpenHumansClient, sandbox: OpenHumansSandbox
) -> None:
    client.remove_member()
    with pytest.raises(ReconnectError):
        client.member()


# --------------------------------------------------------------------- listing


def test_foreign_files_without_tags_are_listed_like_others(world: World) -> None:
    ada = FixedCredentials(world["open_humans"].grant("ada"), provider="Open Humans")
    (file,) = OpenHumansClient(ada, base_url=world.url).files()
    assert (file.source, file.basename) == ("direct-sharing-7", "steps-2025.json")
    assert "tags" not in file.metadata


def page(**changes: Any) -> dict[str, Any]:
    entry = {
        "id": 1,
        "basename": "a.json",
        "created": "2026-03-01T00:00:00Z",
        "source": "direct-sharing-42",
        "metadata": {},
        "download_url": "https://example.org/a",
    }
    return {"count": 1, "next": None, "data": [entry], **changes}


def test_files_without_metadata_do_no_harm(misbehaving: Misbehaving) -> None:
    entry = {**page()["data"][0], "metadata": None}
    (file,) = at(misbehaving, page(data=[entry])).files()
    assert file.metadata == {}


@pytest.mark.parametrize("changes", [{"count": 2}, {"data": page()["data"] * 2, "count": 2}])
def test_a_list_that_does_not_add_up_proves_nothing(
    changes: dict[str, Any], misbehaving: Misbehaving
) -> None:
    with pytest.raises(RetryableError, match="changed while it was read"):
        at(misbehaving, page(**changes)).files()


def test_a_list_that_grows_between_two_pages_proves_nothing(
    client: OpenHumansClient, sandbox: OpenHumansSandbox, world: World
) -> None:
    for number in range(150):
        sandbox.add_file("ben", f"{number}.json", b"{}", {})

    def one_more(seen: Seen) -> None:
        if "offset" in seen.query:
            world.hook = None
            sandbox.add_file("ben", "late.json", b"{}", {}, source="direct-sharing-1")

    world.hook = one_more
    with pytest.raises(RetryableError, match="changed while it was read"):
        client.files()
    assert len(client.files()) == 151


def test_a_next_page_on_another_host_is_not_asked_for(
    misbehaving: Misbehaving, world: World
) -> None:
    with pytest.raises(UnexpectedError, match="another host"):
        at(misbehaving, page(next=f"{world.url}{EXCHANGE}")).files()
    assert world.requests == []


def test_pages_that_lead_back_to_themselves_end(misbehaving: Misbehaving) -> None:
    again = f"{misbehaving.url}{EXCHANGE}?limit=100"
    with pytest.raises(UnexpectedError, match="do not come to an end"):
        at(misbehaving, page(next=again)).files()


# ------------------------------------------------------------------- uploading


def test_a_file_arrives_byte_for_byte_and_can_be_fetched_again(
    client: OpenHumansClient, sandbox: OpenHumansSandbox
) -> None:
    content = bytes(range(256)) * 20_000
    file_id = upload(client, content=content)
    (stored,) = sandbox.files("ben")
    assert (str(stored.id), stored.content, stored.completed) == (file_id, content, True)
    with client.download(only(client)) as stream:
        assert stream.read() == content


def test_an_empty_file_can_be_sent_too(
    client: OpenHumansClient, sandbox: OpenHumansSandbox
) -> None:
    upload(client, content=b"")
    assert [stored.content for stored in sandbox.files("ben")] == [b""]


def test_the_storage_never_sees_the_token_nor_a_content_type(
    client: OpenHumansClient, sandbox: OpenHumansSandbox, world: World
) -> None:
    sandbox.switches["storage_host"] = "localhost"
    upload(client)
    with client.download(only(client)) as stream:
        stream.read()
    at_storage = requests_to(world, "/storage/")
    assert [seen.method for seen in at_storage] == ["PUT", "GET"]
    assert at_storage[0].headers["Content-Length"] == "12"
    for seen in [*at_storage, *requests_to(world, "/data-management/")]:
        assert "Authorization" not in seen.headers
        assert "Content-Type" not in seen.headers


def test_whoever_disconnects_stops_an_upload_midway(
    client: OpenHumansClient, gate: CountingGate, world: World
) -> None:
    gate.refuse_chunk = 3
    with pytest.raises(Gone):
        upload(client, content=b"x" * 10 * MEBIBYTE)
    assert gate.chunks == 3
    assert requests_to(world, COMPLETE) == []
    assert client.files() == []


def test_a_long_upload_shows_a_sign_of_life_at_every_mebibyte(
    client: OpenHumansClient, gate: CountingGate
) -> None:
    upload(client, content=b"x" * 5 * MEBIBYTE)
    assert gate.chunks >= 4
    assert gate.requests == 3


def test_a_link_to_storage_must_be_safe(misbehaving: Misbehaving) -> None:
    client = at(misbehaving, {"id": 7, "url": "http://storage.example/put"})
    with pytest.raises(UnexpectedError, match="https"):
        upload(client)


def test_something_else_at_the_storage_than_was_sent_is_noticed(
    client: OpenHumansClient, sandbox: OpenHumansSandbox, world: World, monkeypatch: Any
) -> None:
    store = sandbox.store.storage
    damaged = hashlib.md5(b"damaged", usedforsecurity=False).hexdigest()

    def storage(request: Any, **kw: Any) -> Any:
        answer = store(request, **kw)
        answer.headers["ETag"] = f'"{damaged}"'
        return answer

    monkeypatch.setattr(sandbox.store, "storage", storage)
    with pytest.raises(RetryableError, match="something else arrived"):
        upload(client)
    assert requests_to(world, COMPLETE) == []


def test_a_file_that_changes_while_it_is_sent_is_not_completed(
    client: OpenHumansClient, world: World
) -> None:
    with pytest.raises(RetryableError, match="changed while it was sent"):
        client.upload(
            filename="a.json",
            content=io.BytesIO(b"other"),
            size=5,
            md5="0" * 32,
            metadata={"description": "", "tags": []},
        )
    assert requests_to(world, COMPLETE) == []


def test_a_file_that_is_shorter_than_was_said_is_not_completed(
    client: OpenHumansClient, world: World
) -> None:
    with pytest.raises(UnexpectedError, match="shorter"):
        client.upload(
            filename="a.json",
            content=io.BytesIO(b"short"),
            size=500,
            md5="0" * 32,
            metadata={"description": "", "tags": []},
        )
    assert requests_to(world, COMPLETE) == []


def test_another_size_at_the_end_is_noticed(client: OpenHumansClient, world: World) -> None:
    world.faults.add(
        Fault("open_humans", "wrong_shape", COMPLETE, change={"status": "ok", "size": 3})
    )
    with pytest.raises(RetryableError, match="3 bytes arrived, and 12 were sent"):
        upload(client)


def test_after_a_lost_answer_to_complete_the_listing_knows(
    client: OpenHumansClient, world: World
) -> None:
    world.faults.add(Fault("open_humans", "lost", COMPLETE))
    with pytest.raises(RetryableError):
        upload(client)
    assert [file.basename for file in client.files()] == ["a.json"]
    assert len(requests_to(world, COMPLETE)) == 1


@pytest.mark.parametrize("kind", ["403", "500", "cut", "lost", "before"])
def test_trouble_at_the_storage_is_cured_by_beginning_again(
    kind: str, client: OpenHumansClient, world: World
) -> None:
    world.faults.add(Fault("open_humans", kind, "PUT /storage/"))
    with pytest.raises(RetryableError):
        upload(client)
    assert client.files() == []
    upload(client)
    assert len(client.files()) == 1


def test_a_link_that_is_too_old_for_an_upload_is_cured_by_beginning_again(
    client: OpenHumansClient, sandbox: OpenHumansSandbox, world: World
) -> None:
    def seven_hours_later(seen: Seen) -> None:
        if seen.method == "PUT":
            now = sandbox.now()
            sandbox.now = lambda: now + timedelta(hours=7)

    world.hook = seven_hours_later
    with pytest.raises(RetryableError, match="the link has expired"):
        upload(client)


def test_metadata_that_is_refused_is_refused_in_words(client: OpenHumansClient) -> None:
    with pytest.raises(RejectedError, match='"tags" is a required field'):
        client.upload(
            filename="a.json",
            content=io.BytesIO(b""),
            size=0,
            md5="",
            metadata={"description": "no tags"},
        )


def test_an_upload_that_never_arrived_is_begun_again(
    client: OpenHumansClient, sandbox: OpenHumansSandbox, world: World
) -> None:
    def lose(seen: Seen) -> None:
        if COMPLETE in seen.path:
            sandbox.files("ben")[0].md5 = None

    world.hook = lose
    with pytest.raises(RetryableError, match="file not present"):
        upload(client)


# ----------------------------------------------------------------- downloading


def test_an_old_link_is_said_to_have_expired(
    client: OpenHumansClient, sandbox: OpenHumansSandbox
) -> None:
    upload(client)
    file = only(client)
    now = sandbox.now()
    sandbox.now = lambda: now + timedelta(hours=2)
    with pytest.raises(RetryableError, match="the link has expired"):
        client.download(file).__enter__()


def test_a_page_in_place_of_the_file_is_not_taken_for_it(
    client: OpenHumansClient, world: World
) -> None:
    upload(client)
    world.faults.add(Fault("open_humans", "html200", "GET /storage/"))
    with pytest.raises(RetryableError, match="a page came"):
        client.download(only(client)).__enter__()


def test_a_download_that_is_cut_short_is_noticed(client: OpenHumansClient, world: World) -> None:
    upload(client, content=b"x" * MEBIBYTE)
    world.faults.add(Fault("open_humans", "cut", "GET /storage/"))
    with (
        client.download(only(client)) as stream,
        pytest.raises(RetryableError, match="the connection was cut"),
    ):
        stream.read()


def test_whoever_disconnects_stops_a_download_midway(
    client: OpenHumansClient, gate: CountingGate
) -> None:
    upload(client, content=b"x" * 5 * MEBIBYTE)
    gate.chunks, gate.refuse_chunk = 0, 2
    with client.download(only(client)) as stream, pytest.raises(Gone):
        stream.read()


def test_a_file_on_another_host_is_not_fetched(client: OpenHumansClient, world: World) -> None:
    file = File("1", "a.json", "", "", {}, "https://elsewhere.example/a.json")
    with pytest.raises(UnexpectedError, match="another host"):
        client.download(file)
    assert world.requests == []


def test_a_redirect_to_an_unsafe_address_is_not_followed(misbehaving: Misbehaving) -> None:
    client = at(misbehaving, {})
    location = b"Location: http://10.0.0.7/secret\r\nContent-Length: 0"
    misbehaving.answer = misbehaving.head(location, status=b"302 Found")
    file = File("1", "a.json", "", "", {}, f"{misbehaving.url}/a")
    with pytest.raises(UnexpectedError, match="https"):
        client.download(file).__enter__()


def test_a_redirect_to_a_redirect_is_not_followed(misbehaving: Misbehaving) -> None:
    client = at(misbehaving, {})
    location = b"Location: /again\r\nContent-Length: 0"
    misbehaving.answer = misbehaving.head(location, status=b"302 Found")
    file = File("1", "a.json", "", "", {}, f"{misbehaving.url}/a")
    with pytest.raises(UnexpectedError, match="redirect"):
        client.download(file).__enter__()
    assert len(misbehaving.seen) == 2


# -------------------------------------------------------------------- deleting


def test_deleting_twice_is_no_error(client: OpenHumansClient) -> None:
    file_id = upload(client)
    client.delete(file_id)
    client.delete(file_id)
    assert client.files() == []


def test_a_lost_answer_to_a_delete_is_asked_again(client: OpenHumansClient, world: World) -> None:
    kept, gone = upload(client, name="same.json"), upload(client, name="same.json")
    world.faults.add(Fault("open_humans", "lost", "/files/delete/"))
    client.delete(gone)
    assert [file.id for file in client.files()] == [kept]


# ---------------------------------------------------------------------- tokens


def test_an_expired_token_is_renewed_once_and_the_request_repeated(
    client: OpenHumansClient, sandbox: OpenHumansSandbox, world: World, renewing: Renewing
) -> None:
    stale = renewing.tokens["access_token"]
    sandbox.expire("ben")
    assert client.member().project_member_id == "04170022"
    assert renewing.renewals == [stale]
    assert renewing.tokens["access_token"] != stale
    assert len(requests_to(world, EXCHANGE)) == 2


def test_a_token_that_expires_between_two_steps_of_an_upload_does_not_spoil_it(
    client: OpenHumansClient, sandbox: OpenHumansSandbox, world: World
) -> None:
    world.hook = lambda seen: sandbox.expire("ben") if seen.method == "PUT" else None
    upload(client)
    assert [file.basename for file in client.files()] == ["a.json"]


def test_a_renewed_token_that_is_refused_too_is_the_end(
    client: OpenHumansClient, world: World, renewing: Renewing
) -> None:
    world.faults.add(Fault("open_humans", "401", EXCHANGE, times=None))
    with pytest.raises(ReconnectError):
        client.member()
    assert len(renewing.renewals) == 1
    assert len(requests_to(world, EXCHANGE)) == 2


def refresh(tokens: Mapping[str, Any], world: World, **application: str) -> dict[str, Any]:
    return api.refresh(tokens, base_url=world.url, **{**APPLICATION, **application})


def test_renewing_gives_a_whole_new_pair_and_when_it_ends(
    world: World, tokens: Mapping[str, Any]
) -> None:
    kept = {**tokens, "project": "42"}
    fresh = refresh(kept, world)
    assert fresh["access_token"] != tokens["access_token"]
    assert fresh["refresh_token"] != tokens["refresh_token"]
    assert fresh["expires_at"] > "2020"
    assert fresh["project"] == "42"


@pytest.mark.parametrize("status", [400, 401])
def test_a_spent_grant_needs_a_person(
    status: int, world: World, sandbox: OpenHumansSandbox, tokens: Mapping[str, Any]
) -> None:
    sandbox.switches["invalid_grant"] = status
    refresh(tokens, world)
    with pytest.raises(ReconnectError, match="please connect again"):
        refresh(tokens, world)


def test_a_wrong_secret_of_ours_ends_nobodys_connection(
    world: World, tokens: Mapping[str, Any]
) -> None:
    with pytest.raises(UnexpectedError, match="client id and secret") as caught:
        refresh(tokens, world, client_secret="wrong-secret")
    assert "wrong-secret" not in str(caught.value)
    refresh(tokens, world)


@pytest.mark.parametrize("kind", ["500", "html200", "429", "before", "403", "401"])
def test_trouble_on_the_way_to_renewing_ends_nobodys_connection(
    kind: str, world: World, tokens: Mapping[str, Any]
) -> None:
    world.faults.add(Fault("open_humans", kind, "/oauth2/token/"))
    with pytest.raises((RetryableError, UnexpectedError)):
        refresh(tokens, world)
    refresh(tokens, world)


def test_a_lost_answer_to_renewing_is_not_asked_again_and_the_grant_is_gone(
    world: World, tokens: Mapping[str, Any]
) -> None:
    world.faults.add(Fault("open_humans", "lost", "/oauth2/token/"))
    with pytest.raises(RetryableError):
        refresh(tokens, world)
    assert len(requests_to(world, "/oauth2/token/")) == 1
    with pytest.raises(ReconnectError):
        refresh(tokens, world)


def test_tokens_that_were_given_back_no_longer_work(
    world: World, client: OpenHumansClient, tokens: Mapping[str, Any]
) -> None:
    api.revoke(tokens, base_url=world.url, **APPLICATION)
    with pytest.raises(ReconnectError):
        client.member()
