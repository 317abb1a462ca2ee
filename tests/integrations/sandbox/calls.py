"""The few calls that every test of the sandboxes makes, as a client of ours would make them."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from integrations.sandbox import World

API = "/api/direct-sharing/project"


class Project:
    """What a project may do at Open Humans with one person's token."""

    def __init__(self, world: World, grant: dict[str, Any]) -> None:
        self.world = world
        self.grant = grant

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.grant['access_token']}"}

    def list(self, **query: Any) -> requests.Response:
        address = f"{self.world.url}{API}/exchange-member/"
        return requests.get(address, params=query, headers=self.headers, timeout=5)

    def post(self, path: str, **fields: Any) -> requests.Response:
        address = f"{self.world.url}{API}/{path}"
        return requests.post(address, data=fields, headers=self.headers, timeout=5)

    def begin(self, name: str) -> dict[str, Any]:
        metadata = '{"description": "a file", "tags": ["a"]}'
        answer = self.post("files/upload/direct/", filename=name, metadata=metadata)
        assert answer.status_code == 201
        begun: dict[str, Any] = answer.json()
        return begun

    def upload(self, name: str, content: bytes) -> int:
        begun = self.begin(name)
        assert requests.put(begun["url"], data=content, timeout=5).status_code == 200
        done = self.post("files/upload/complete/", file_id=begun["id"])
        assert done.json() == {"status": "ok", "size": len(content)}
        return int(begun["id"])

    def refresh(self) -> requests.Response:
        fields = {"grant_type": "refresh_token", "refresh_token": self.grant["refresh_token"]}
        return token_call(self.world, fields)


def token_call(world: World, fields: dict[str, str]) -> requests.Response:
    client = ("lockstep-open-humans", "sandbox-secret")
    return requests.post(f"{world.url}/oauth2/token/", data=fields, auth=client, timeout=5)


class Visitor(requests.Session):
    """Follows no redirects, and knows how the consent pages work."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def ask(self, path: str, **query: str) -> requests.Response:
        address = f"{self.world.url}{path}"
        return self.get(address, params=query, allow_redirects=False, timeout=5)

    def decide(self, path: str, person: str, decision: str, **query: str) -> requests.Response:
        address = f"{self.world.url}{path}"
        choice = {"person": person, "decision": decision}
        return self.post(address, params=query, data=choice, allow_redirects=False, timeout=5)


def sent_back(answer: requests.Response) -> dict[str, str]:
    """The parameters with which a browser comes back to us."""
    assert answer.status_code == 302
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
