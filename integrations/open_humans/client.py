"""Open Humans: who a person is, and the files in their account. No Django here."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, BinaryIO

import requests

from integrations.client import Client, Credentials, Gate
from integrations.errors import (
    IntegrationError,
    RejectedError,
    RetryableError,
    UnexpectedError,
)
from integrations.oauth import TokenEndpoint
from integrations.open_humans.storage import Storage

PROJECT = "/api/direct-sharing/project"
PAGE_SIZE = 100


@dataclass(frozen=True)
class Member:
    project_member_id: str
    username: str | None
    created: str


@dataclass(frozen=True)
class File:
    """One completed file that the project may see; not every one is ours.

    `download_url` is good for an hour, and for anybody: never store or show it.
    """

    id: str
    basename: str
    created: str
    source: str
    metadata: Mapping[str, Any]
    download_url: str


class OpenHumansClient(Client):
    name = "Open Humans"

    def __init__(self, credentials: Credentials, *, base_url: str, gate: Gate | None = None):
        super().__init__(credentials, base_url=base_url, gate=gate)
        self.storage = Storage(base_url=base_url, gate=self.gate)

    def call(self, method: str, path: str, *, doing: str, **options: Any) -> requests.Response:
        def send(token: str) -> requests.Response:
            signed = {"Authorization": f"Bearer {token}"}
            return self.request(method, path, doing=doing, headers=signed, **options)

        return self.with_renewal(send)

    def classify(self, response: requests.Response, doing: str) -> IntegrationError:
        said = self.said(response, doing)
        is_json = "json" in response.headers.get("Content-Type", "")
        if response.status_code == 403:
            # In JSON it is Open Humans that refuses; a page is from something before it.
            return RejectedError(**said) if is_json else RetryableError(**said)
        if response.status_code == 404:
            return UnexpectedError(**said)  # every path we ask for exists
        return super().classify(response, doing)

    def words_of(self, body: Any) -> str:
        """Field errors come as {"metadata": ["…"]}, sometimes with a bare string."""
        if isinstance(body, dict) and "detail" not in body and "error" not in body:
            lists = [v if isinstance(v, list) else [v] for v in body.values()]
            return "; ".join(str(text) for texts in lists for text in texts)
        return super().words_of(body)

    # ------------------------------------------------------------------ reading

    def member(self) -> Member:
        doing = "asking who this is"
        path = f"{PROJECT}/exchange-member/?limit=1"
        body = self._object(self.call("GET", path, doing=doing), doing=doing)
        member_id, username = body.get("project_member_id"), body.get("username")
        if not isinstance(member_id, str) or not member_id:
            raise self.odd(doing, "project_member_id")
        return Member(
            project_member_id=member_id,
            username=username if isinstance(username, str) and username else None,
            created=str(body.get("created", "")),
        )

    def files(self) -> list[File]:
        """Every file, or an error: a list that moved while it was read proves nothing."""
        doing = "listing the files"
        totals: set[int] = set()
        found: list[File] = []

        def fetch(address: str) -> tuple[list[File], str | None]:
            body = self._object(self.call("GET", address, doing=doing), doing=doing)
            totals.add(self._count(body, doing=doing))
            following = body.get("next")
            if following is not None and not isinstance(following, str):
                raise self.odd(doing, "next")
            return self._files(body, doing=doing), following

        first = f"{PROJECT}/exchange-member/?limit={PAGE_SIZE}"
        for page in self.pages(first, fetch=fetch, doing=doing):
            found += page
        if totals != {len(found)} or len({file.id for file in found}) != len(found):
            raise RetryableError(
                provider=self.name,
                doing=doing,
                excerpt="the list changed while it was read",
            )
        return found

    def _count(self, body: Mapping[str, Any], *, doing: str) -> int:
        count = body.get("count")
        if not isinstance(count, int) or isinstance(count, bool):
            raise self.odd(doing, "count")
        return count

    def _files(self, body: Mapping[str, Any], *, doing: str) -> list[File]:
        data = body.get("data")
        if not isinstance(data, list):
            raise self.odd(doing, "data")
        return [self._file(entry, doing=doing) for entry in data]

    def _file(self, entry: Any, *, doing: str) -> File:
        if not isinstance(entry, dict):
            raise self.odd(doing, "data")
        for name in ("basename", "created", "source", "download_url"):
            if not isinstance(entry.get(name), str):
                raise self.odd(doing, name)
        metadata = entry.get("metadata")
        return File(
            id=self._id(entry, doing=doing),
            basename=entry["basename"],
            created=entry["created"],
            source=entry["source"],
            metadata=metadata if isinstance(metadata, dict) else {},  # other projects' may lack it
            download_url=entry["download_url"],
        )

    def download(self, file: File) -> AbstractContextManager[BinaryIO]:
        """`with client.download(file) as stream:`; the file must come from a fresh listing."""
        return self.storage.get(self.url(file.download_url))

    # ------------------------------------------------------------------ writing

    def upload(
        self,
        *,
        filename: str,
        content: BinaryIO,
        size: int,
        md5: str,
        metadata: Mapping[str, Any],
    ) -> str:
        """The new file's id, once Open Humans has confirmed its size.

        After any error the file may be there all the same: the listing decides.
        """
        file_id, link = self._announce(filename=filename, metadata=metadata)
        self.storage.put(link, content, size=size, md5=md5)
        doing = "completing an upload"
        try:
            response = self._post("files/upload/complete/", {"file_id": file_id}, doing=doing)
        except RejectedError as error:
            # "file not present": what was sent has not arrived, and a new upload will do.
            raise RetryableError(
                provider=self.name,
                doing=doing,
                status=error.status,
                excerpt=error.excerpt,
            ) from None
        arrived = self._object(response, doing=doing).get("size")
        if arrived != size:
            self.delete(file_id)  # complete or not, it is listed by now
            raise RetryableError(
                provider=self.name,
                doing=doing,
                excerpt=f"{arrived} bytes arrived, and {size} were sent",
            )
        return file_id

    def _announce(self, *, filename: str, metadata: Mapping[str, Any]) -> tuple[str, str]:
        doing = "beginning an upload"
        fields = {"filename": filename, "metadata": json.dumps(metadata)}
        response = self._post("files/upload/direct/", fields, doing=doing, accept=(200, 201))
        body = self._object(response, doing=doing)
        if not isinstance(body.get("url"), str):
            raise self.odd(doing, "url")
        return self._id(body, doing=doing), body["url"]

    def delete(self, file_id: str) -> None:
        """Gone afterwards, also if it was before: so a lost answer is asked again."""
        doing = "deleting a file"
        response = self._post("files/delete/", {"file_id": file_id}, doing=doing, again=True)
        if not isinstance(self._object(response, doing=doing).get("ids"), list):
            raise self.odd(doing, "ids")

    def remove_member(self) -> None:
        """The person leaves the project: all its tokens end, the files stay."""
        self._post("remove-members/", {}, doing="leaving the project")

    def _post(
        self, path: str, fields: Mapping[str, Any], *, doing: str, **options: Any
    ) -> requests.Response:
        return self.call("POST", f"{PROJECT}/{path}", doing=doing, data=fields, **options)

    # -------------------------------------------------------------------- shape

    def _object(self, response: requests.Response, *, doing: str) -> dict[str, Any]:
        body = self.json(response, doing=doing)
        if not isinstance(body, dict):
            raise self.odd(doing, "the answer itself")
        return body

    def _id(self, body: Mapping[str, Any], *, doing: str) -> str:
        """Always as text, so that ids from listings and from uploads compare."""
        given = body.get("id")
        if not isinstance(given, str | int) or isinstance(given, bool):
            raise self.odd(doing, "id")
        return str(given)

    def odd(self, doing: str, what: str) -> UnexpectedError:
        return UnexpectedError(
            provider=self.name,
            doing=doing,
            excerpt=f"{what} is missing or of another kind",
        )


class Tokens(TokenEndpoint):
    name = "Open Humans"
    token_path = "/oauth2/token/"  # noqa: S105
    revoke_path = "/oauth2/revoke_token/"
    basic = True


def refresh(
    tokens: Mapping[str, Any], *, base_url: str, client_id: str, client_secret: str
) -> dict[str, Any]:
    """New tokens for old. The old ones are void at once, so store these before using them."""
    return _tokens(tokens, base_url, client_id, client_secret).renew()


def revoke(tokens: Mapping[str, Any], *, base_url: str, client_id: str, client_secret: str) -> None:
    _tokens(tokens, base_url, client_id, client_secret).revoke()


def _tokens(tokens: Mapping[str, Any], base_url: str, client_id: str, secret: str) -> Tokens:
    return Tokens(tokens, base_url=base_url, client_id=client_id, client_secret=secret)
