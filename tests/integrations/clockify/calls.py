"""Calls to the stand-in of Clockify, as any client of its API might make them."""

from datetime import UTC, datetime
from typing import Any

import requests

from integrations.clockify.sandbox import ClockifySandbox
from integrations.clockify.sandbox_stored import StoredEntry, StoredUser
from integrations.sandbox import World

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)


class Caller:
    """One key; `headers` may be changed. Names of the query are written as `page_size`."""

    def __init__(self, world: World, key: str) -> None:
        self.world = world
        self.headers: dict[str, str] = {"X-Api-Key": key}

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.request(
                method,
                f"{self.world.url}/api/v1{path}",
                params={name.replace("_", "-"): value for name, value in query.items()},
                json=body,
                headers=self.headers,
                timeout=5,
            )

    def get(self, path: str, **query: Any) -> Any:
        answer = self.ask("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def names(self, path: str, **query: Any) -> list[str]:
        return [row["name"] for row in self.get(path, **query)]

    def refusal(
        self, method: str, path: str, body: Any = None, **query: Any
    ) -> tuple[int, int, str]:
        """Status, code and message of an answer that is one."""
        answer = self.ask(method, path, body, **query)
        told = answer.json()
        assert answer.status_code >= 400, told
        assert told.keys() == {"message", "code"}
        return answer.status_code, told["code"], told["message"]

    def refused(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, int]:
        return self.refusal(method, path, body, **query)[:2]


class Office:
    """An emptied stand-in with one workspace: alice owns it, bob is in it, charlie is not."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.box = world.of(ClockifySandbox)
        self.box.empty()
        self.box.now = lambda: NOW
        self.alice = self.box.add_user("alice@example.org", name="Alice")
        self.bob = self.box.add_user("bob@example.org", name="Bob")
        self.charlie = self.box.add_user("charlie@example.org", name="Charlie")
        self.workspace = self.box.add_workspace("Office", owner=self.alice)
        self.box.join(self.workspace, self.bob)
        self.client = self.box.add_client(self.workspace.id, "Globex")
        self.project = self.box.add_project(self.workspace.id, "Website", self.client.id)

    @property
    def path(self) -> str:
        return f"/workspaces/{self.workspace.id}"

    @property
    def own(self) -> str:
        """Where entries are made for the key's owner."""
        return f"{self.path}/time-entries"

    def of(self, user: StoredUser) -> str:
        return f"{self.path}/user/{user.id}/time-entries"

    def one(self, entry: StoredEntry) -> str:
        return f"{self.path}/time-entries/{entry.id}"

    def caller(self, user: StoredUser) -> Caller:
        return Caller(self.world, user.key)

    def whole_entry(self) -> dict[str, Any]:
        """What an entry may have besides its times, as it is written."""
        return {
            "description": "Sketches",
            "projectId": self.project.id,
            "taskId": self.box.add_task(self.project.id, "Design").id,
            "tagIds": [self.box.add_tag(self.workspace.id, "Remote").id],
            "billable": True,
            "customFields": [{"customFieldId": "64a0f0000000000000000001", "value": 7}],
        }

    def entry(self, user: StoredUser, day: int = 2, hour: int = 8, **fields: Any) -> StoredEntry:
        """An hour in March 2026."""
        start = datetime(2026, 3, day, hour, tzinfo=UTC)
        end = fields.pop("end", start.replace(hour=hour + 1))
        return self.box.add_entry(self.workspace.id, user.id, start, end, **fields)


def done(answer: requests.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()
