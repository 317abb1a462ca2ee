"""The files of the Open Humans stand-in, and the storage service that hands their bytes about."""

import base64
import hashlib
import hmac
import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from integrations.sandbox.http import Request, Response

FIRST_ID = 901_234
KEY_LIFETIME = timedelta(hours=1)
UNFINISHED_LIFETIME = timedelta(hours=6)
SIGNING_SECRET = b"the sandbox's storage"
DATE_FIELDS = ("creation_date", "start_date", "end_date")


@dataclass
class StoredFile:
    """`md5` is None until bytes were put; a file shows in listings once `completed`."""

    id: int
    person: str
    basename: str
    metadata: dict[str, Any]
    source: str
    created: datetime
    path: str
    content: bytes = field(default=b"", repr=False)
    md5: str | None = None
    completed: bool = False

    def put(self, content: bytes) -> None:
        self.content = content
        self.md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()

    @property
    def blob(self) -> str:
        """Another content is another name, so that kept bytes never need rewriting."""
        return f"{self.id}-{self.md5}"

    def shown(self) -> dict[str, Any]:
        return {
            "person": self.person,
            "id": self.id,
            "basename": self.basename,
            "source": self.source,
            "size": len(self.content),
            "created": f"{self.created:%Y-%m-%d %H:%M:%S}",
            "completed": "yes" if self.completed else "no",
            "metadata": json.dumps(self.metadata),
        }


class Files:
    def __init__(self) -> None:
        self._files: dict[int, StoredFile] = {}
        self._next_id = FIRST_ID
        self._keys: dict[str, tuple[int, datetime]] = {}

    def of(self, person: str) -> list[StoredFile]:
        mine = [stored for stored in self._files.values() if stored.person == person]
        return sorted(mine, key=lambda stored: (stored.source, stored.id))

    def visible(self, person: str, *, now: datetime) -> list[StoredFile]:
        stale = now - UNFINISHED_LIFETIME
        self.remove([f.id for f in self._files.values() if not f.completed and f.created < stale])
        return [stored for stored in self.of(person) if stored.completed]

    def get(self, file_id: str) -> StoredFile | None:
        return self._files.get(int(file_id)) if file_id.isdigit() else None

    def begin(
        self, person: str, basename: str, metadata: dict[str, Any], *, source: str, now: datetime
    ) -> StoredFile:
        path = f"/storage/member-files/{source}/{uuid.uuid4()}/{basename}"
        stored = StoredFile(self._next_id, person, basename, metadata, source, now, path)
        self._files[stored.id] = stored
        self._next_id += 1
        return stored

    def remove(self, ids: list[int]) -> None:
        for file_id in ids:
            del self._files[file_id]

    def new_key(self, file_id: int, *, now: datetime) -> str:
        self._keys = {k: v for k, v in self._keys.items() if v[1] > now}
        key = str(uuid.uuid4())
        self._keys[key] = (file_id, now + KEY_LIFETIME)
        return key

    def for_key(self, file_id: str, key: str, *, now: datetime) -> StoredFile | None:
        known, until = self._keys.get(key, (0, now))
        return self._files.get(known) if str(known) == file_id and now < until else None

    def signed(self, stored: StoredFile, method: str, *, until: datetime) -> str:
        """The path and query of a link to storage: good for one method, until then."""
        expires = str(int(until.timestamp()))
        query = {
            "Signature": _signature(method, stored.path, expires),
            "Expires": expires,
            "AWSAccessKeyId": "SANDBOX",
        }
        return f"{quote(stored.path)}?{urlencode(query)}"

    def storage(self, request: Request, *, now: datetime) -> Response:
        """Storage knows signatures only: what else is signed for, or sent along, breaks them."""
        expires = request.query.get("Expires", "")
        method = "GET" if request.method == "HEAD" else request.method
        signature = _signature(method, request.path, expires)
        if not hmac.compare_digest(signature, request.query.get("Signature", "")):
            return _refused(403, "SignatureDoesNotMatch")
        if now.timestamp() >= int(expires):
            return _refused(403, "AccessDenied", "Request has expired")
        if request.header("Authorization"):
            return _refused(403, "InvalidArgument", "Only one auth mechanism allowed")
        stored = next((f for f in self._files.values() if f.path == request.path), None)
        if request.method == "PUT":
            return _put(stored, request)
        if stored is None or stored.md5 is None:
            return _refused(404, "NoSuchKey")
        headers = {"Content-Type": "binary/octet-stream", "ETag": f'"{stored.md5}"'}
        return Response(200, stored.content, headers)

    def snapshot(self) -> dict[str, Any]:
        # Download keys are left out: an hour's links need not outlive a restart.
        return {
            "next_id": self._next_id,
            "files": [
                {k: v for k, v in vars(stored).items() if k != "content"}
                | {"created": stored.created.isoformat()}
                for stored in self._files.values()
            ],
        }

    def blobs(self) -> dict[str, bytes]:
        return {f.blob: f.content for f in self._files.values() if f.md5 is not None}

    def restore(self, data: dict[str, Any], blobs: dict[str, bytes]) -> None:
        self._next_id = data["next_id"]
        self._files = {}
        for row in data["files"]:
            stored = StoredFile(**row | {"created": datetime.fromisoformat(row["created"])})
            stored.content = blobs[stored.blob] if stored.md5 is not None else b""
            self._files[stored.id] = stored


def metadata_error(text: Any) -> tuple[dict[str, Any], str | None]:
    """The parsed metadata, and what is wrong with it in the service's words."""
    try:
        metadata = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        metadata = None
    if not isinstance(metadata, dict):
        return {}, "could not parse the uploaded metadata"
    for name in ("description", "tags"):
        if name not in metadata:
            return metadata, f'"{name}" is a required field of the metadata'
    if not isinstance(metadata["description"], str):
        return metadata, '"description" must be a string'
    if not isinstance(metadata["tags"], list):
        return metadata, '"tags" must be an array of strings'
    if "md5" in metadata and not re.fullmatch("[0-9a-fA-F]{32}", str(metadata["md5"])):
        return metadata, '"md5" must be an MD5 hash'
    for name in DATE_FIELDS:
        if name in metadata and not _is_date(metadata[name]):
            return metadata, f'"{name}" must be an ISO 8601 date'
    return metadata, None


def _is_date(value: Any) -> bool:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True


def _signature(method: str, path: str, expires: str) -> str:
    text = f"{method}\n{path}\n{expires}".encode()
    return base64.b64encode(hmac.new(SIGNING_SECRET, text, hashlib.sha1).digest()).decode()


def _put(stored: StoredFile | None, request: Request) -> Response:
    if request.header("Content-Type"):
        return _refused(403, "SignatureDoesNotMatch", "The link is signed for no Content-Type")
    if request.chunked or not request.header("Content-Length"):
        return _refused(411, "MissingContentLength")
    if stored is None:
        return _refused(404, "NoSuchKey")
    stored.put(request.body)
    return Response(200, b"", {"ETag": f'"{stored.md5}"'})


def _refused(status: int, code: str, words: str = "") -> Response:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{words or code}</Message></Error>"
    )
    return Response(status, body.encode(), {"Content-Type": "application/xml"})
