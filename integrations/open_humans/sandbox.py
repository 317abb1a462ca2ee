"""A stand-in for Open Humans: the person's files, and what its project may do.

People and storage are played beside this file.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from integrations.open_humans.sandbox_files import Files, StoredFile, metadata_error
from integrations.open_humans.sandbox_people import Member, Membership
from integrations.sandbox import (
    Request,
    Response,
    Switch,
    html_answer,
    json_answer,
    redirect,
    route,
)

API = "/api/direct-sharing/project"


@dataclass
class Message:
    """`delivered` is False where the template in it broke: the API says "success" all the same."""

    person: str
    subject: str
    text: str
    delivered: bool


class OpenHumansSandbox(Membership):
    slug = "open_humans"
    title = "Open Humans"
    prefixes = (
        "/account/",
        "/api/direct-sharing/",
        "/data-management/",
        "/direct-sharing/",
        "/oauth2/",
        "/storage/",
    )
    default_client_id = "lockstep-open-humans"
    default_redirect_paths = ("/accounts/open_humans/login/callback/", "/complete/")
    code_lifetime = timedelta(minutes=30)
    declared = {
        "invalid_grant": Switch((400, 401), "status of a spent code or refresh token"),
        "consent": Switch(("auto", "always"), "auto: not asked again while a token is alive"),
        "project": Switch(("approved", "unapproved", "inactive"), "unapproved: 20 members at most"),
        "other_members": Switch((0,), "members beside the people here", free=True),
        "username": Switch(("shared", "hidden"), "whether people share their user name"),
        "access_token_seconds": Switch((36_000,), "how long an access token lasts", free=True),
        "storage_host": Switch(("same", "localhost"), "the host name in links to storage"),
    }

    def __init__(self) -> None:
        self.project = 42
        super().__init__()

    def seed(self) -> None:
        self.oauth_seed()
        self.members = {
            "ada": Member("04170011", "ada-example", "heavy user, six years of history"),
            "ben": Member("04170022", "ben-example", "light user, three months of history"),
            "cleo": Member("04170033", "cleo-example", "new, no data yet"),
        }
        self.messages: list[Message] = []
        self.store = Files()
        # Somebody else's file without tags: it is visible to us, and none of our business.
        foreign = {"description": "Steps counted by another project"}
        content = b'{"steps": [4021, 8130]}'
        self.add_file("ada", "steps-2025.json", content, foreign, source="direct-sharing-7")

    @property
    def source(self) -> str:
        return f"direct-sharing-{self.project}"

    # For tests

    def files(self, person: str) -> list[StoredFile]:
        """All of this person's, foreign and unfinished ones included; the real ones, not copies."""
        with self.lock:
            return self.store.of(person)

    def add_file(
        self,
        person: str,
        basename: str,
        content: bytes,
        metadata: dict[str, Any],
        source: str | None = None,
    ) -> StoredFile:
        with self.lock:
            self.dirty = True
            stored = self.store.begin(
                person, basename, metadata, source=source or self.source, now=self.now()
            )
            stored.put(content)
            stored.completed = True
            return stored

    # The API

    def not_found(self, request: Request) -> Response:
        slashed = Request(request.method, request.path + "/", {}, request.headers)
        if not request.path.endswith("/") and any(self.find(slashed)):
            asked = f"?{request.query_string}" if request.query_string else ""
            return redirect(f"{slashed.path}{asked}", status=301)
        return super().not_found(request)

    def _person(self, request: Request) -> tuple[str, Response | None]:
        """Whose token it is, or the 401 to answer."""
        access = request.bearer() or request.query.get("access_token")
        if not access:
            return "", _unauthorised("Authentication credentials were not provided.")
        token = self.token_for(access)
        if token is None:
            return "", _unauthorised("Invalid token.")
        if token.expired(self.now()):
            return "", _unauthorised("Expired token.")
        return token.person, None

    @route("GET", f"{API}/exchange-member/")
    def exchange_member(self, request: Request) -> Response:
        person, refused = self._person(request)
        if refused:
            return refused
        member = self.members[person]
        visible = self.store.visible(person, now=self.now())
        limit = _number(request.query.get("limit"), 100) or 100
        offset = _number(request.query.get("offset"), 0)
        shared = {"username": member.username} if self.switches["username"] == "shared" else {}
        earlier = max(0, offset - limit) if offset else None
        later = offset + limit if offset + limit < len(visible) else None
        return json_answer(
            {
                "count": len(visible),
                "next": _page(request, limit, later),
                "previous": _page(request, limit, earlier),
                "created": _moment(member.joined_at or self.now()),
                "project_member_id": member.member_id,
                "sources_shared": sorted({stored.source for stored in visible} | {self.source}),
                **shared,
                "data": [self._listed(f, request) for f in visible[offset : offset + limit]],
            }
        )

    def _listed(self, stored: StoredFile, request: Request) -> dict[str, Any]:
        key = self.store.new_key(stored.id, now=self.now())
        base = request.base_url
        return {
            "id": stored.id,
            "basename": stored.basename,
            "created": _moment(stored.created),
            "datatypes": [],
            "download_url": f"{base}/data-management/datafile-download/{stored.id}/?key={key}",
            "metadata": stored.metadata,
            "source": stored.source,
            "source_project": f"{base}/api/public/project/{stored.source.split('-')[-1]}/",
        }

    @route("GET", "/data-management/datafile-download/{file_id}/")
    def download(self, request: Request) -> Response:
        stored = self.store.for_key(
            request.args["file_id"], request.query.get("key", ""), now=self.now()
        )
        if stored is None:
            return html_answer("<h1>403 Forbidden</h1>", title="Forbidden", status=403)
        return redirect(self._storage_url(stored, request, "GET", timedelta(minutes=10)))

    def _storage_url(
        self, stored: StoredFile, request: Request, method: str, lasts: timedelta
    ) -> str:
        base = request.base_url
        if self.switches["storage_host"] == "localhost":
            base = f"http://localhost:{base.rpartition(':')[2]}"
        return base + self.store.signed(stored, method, until=self.now() + lasts)

    @route("GET PUT", "/storage/{path:path}")
    def storage(self, request: Request) -> Response:
        answer = self.store.storage(request, now=self.now())
        self.dirty = self.dirty or request.method == "PUT"
        return answer

    @route("POST", f"{API}/files/upload/direct/")
    def upload(self, request: Request) -> Response:
        person, refused = self._person(request)
        if refused:
            return refused
        fields = request.fields()
        for name in ("filename", "metadata"):
            if not fields.get(name):
                return json_answer({name: ["This field is required."]}, status=400)
        sent = request.json() if request.is_json else fields
        metadata, wrong = metadata_error(sent["metadata"])
        if wrong:
            return json_answer({"metadata": [wrong]}, status=400)
        stored = self.store.begin(
            person, fields["filename"], metadata, source=self.source, now=self.now()
        )
        self.dirty = True
        url = self._storage_url(stored, request, "PUT", timedelta(hours=6))
        return json_answer({"id": stored.id, "url": url}, status=201)

    @route("POST", f"{API}/files/upload/complete/")
    def complete(self, request: Request) -> Response:
        person, refused = self._person(request)
        if refused:
            return refused
        given = request.fields().get("file_id")
        if not given:
            return json_answer({"detail": "file does not exist"}, status=400)
        stored = self.store.get(given)
        if stored is None:
            return html_answer("<h1>Server Error (500)</h1>", title="Server Error", status=500)
        if stored.person != person or stored.source != self.source:
            words = "You do not have permission to perform this action."
            return json_answer({"detail": words}, status=403)
        if stored.md5 is None:
            return json_answer({"detail": "file not present"}, status=400)
        stored.completed = True
        self.dirty = True
        return json_answer({"status": "ok", "size": len(stored.content)})

    @route("POST", f"{API}/files/delete/")
    def delete(self, request: Request) -> Response:
        person, refused = self._person(request)
        if refused:
            return refused
        fields = request.fields()
        names = ("file_id", "file_basename", "all_files")
        given = [name for name in names if fields.get(name)]
        if len(given) != 1:
            problem = "too_many" if given else "missing_field"
            words = f"provide exactly one of {', '.join(names)}"
            return json_answer({problem: words}, status=400)
        mine = [f for f in self.store.visible(person, now=self.now()) if f.source == self.source]
        gone = [f.id for f in mine if _is_meant(f, given[0], fields[given[0]])]
        self.store.remove(gone)
        self.dirty = True
        return json_answer({"ids": gone})

    @route("POST", f"{API}/remove-members/")
    def remove_members(self, request: Request) -> Response:
        person, refused = self._person(request)
        if refused:
            return refused
        self.leave(person)
        return json_answer("success")

    @route("POST", f"{API}/message/")
    def message(self, request: Request) -> Response:
        person, refused = self._person(request)
        if refused:
            return refused
        fields = request.fields()
        if not fields.get("message"):
            problem = {"errors": {"message": ["This field is required."]}}
            return json_answer(problem, status=400)
        subject = "[Open Humans Project Message] " + fields.get("subject", "Lockstep")
        text = fields["message"].replace("{{ PROJECT_MEMBER_ID }}", self.members[person].member_id)
        delivered = "{{" not in text and "{%" not in text
        self.messages.append(Message(person, subject, text, delivered))
        self.dirty = True
        return json_answer("success")

    # State

    def state(self) -> dict[str, Any]:
        return {
            "project": self.source,
            "people": [
                {
                    "person": name,
                    "project_member_id": member.member_id,
                    "joined": _moment(member.joined_at) if member.joined_at else "no",
                    "about": member.words,
                }
                for name, member in self.members.items()
            ],
            "tokens": self.token_rows(),
            "files": [stored.shown() for name in self.members for stored in self.store.of(name)],
            "messages": [vars(message) for message in self.messages],
        }

    def snapshot(self) -> dict[str, Any]:
        joined = {n: m.joined_at.isoformat() for n, m in self.members.items() if m.joined_at}
        return {
            **self.oauth_snapshot(),
            "joined": joined,
            "messages": [vars(message) for message in self.messages],
            "files": self.store.snapshot(),
        }

    def blobs(self) -> dict[str, bytes]:
        return self.store.blobs()

    def restore(self, data: dict[str, Any], blobs: dict[str, bytes]) -> None:
        self.oauth_restore(data)
        for name, moment in data["joined"].items():
            self.members[name].joined_at = datetime.fromisoformat(moment)
        self.messages = [Message(**row) for row in data["messages"]]
        self.store.restore(data["files"], blobs)


def _unauthorised(words: str) -> Response:
    realm = 'Bearer realm="api"'
    return json_answer({"detail": words}, status=401, WWW_Authenticate=realm)


def _is_meant(stored: StoredFile, field: str, value: str) -> bool:
    if field == "file_id":
        return str(stored.id) == value
    if field == "file_basename":
        return stored.basename == value
    return value.lower() == "true"


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdigit() else otherwise


def _page(request: Request, limit: int, offset: int | None) -> str | None:
    if offset is None:
        return None
    query = request.query | {"limit": str(limit), "offset": str(offset)}
    return f"{request.base_url}{request.path}?{urlencode(query)}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
