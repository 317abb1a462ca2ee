"""Calls to the stand-in of Productive, as any client of its API might make them."""

import json
from typing import Any

import requests

from integrations.sandbox import World

MEDIA_TYPE = "application/vnd.api+json"


class Caller:
    """One token; `headers` may be changed, and None leaves one out."""

    def __init__(self, world: World, person: str = "admin") -> None:
        self.world = world
        given = world["productive"].grant(person)
        self.headers: dict[str, str | None] = {
            "X-Auth-Token": given["token"],
            "X-Organization-Id": given["organization_id"],
            "Content-Type": None,
        }

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        sent = None if body is None else json.dumps(body)
        kind = {"Content-Type": MEDIA_TYPE} if sent is not None else {}
        return requests.request(
            method,
            f"{self.world.url}/api/v2{path}",
            params=query,
            data=sent,
            headers={**kind, **{k: v for k, v in self.headers.items() if v is not None}},
            timeout=5,
        )

    def get(self, path: str, **query: Any) -> Any:
        """The document; brackets in names are written as `filter__event_id`."""
        answer = self.ask("GET", path, **{_bracketed(k): v for k, v in query.items()})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ids(self, path: str, **query: Any) -> list[str]:
        return [row["id"] for row in self.get(path, **{"page__size": 200, **query})["data"]]

    def refusal(self, path: str, **query: Any) -> tuple[int, str]:
        answer = self.ask("GET", path, **{_bracketed(k): v for k, v in query.items()})
        return answer.status_code, answer.json()["errors"][0].get("code", "")

    def book(self, **attributes: Any) -> requests.Response:
        return self.ask(
            "POST", "/bookings", {"data": {"type": "bookings", "attributes": attributes}}
        )

    def change(self, booking_id: str, **attributes: Any) -> requests.Response:
        data = {"type": "bookings", "id": booking_id, "attributes": attributes}
        return self.ask("PATCH", f"/bookings/{booking_id}", {"data": data})


def _bracketed(name: str) -> str:
    """filter__started_on__gt_eq -> filter[started_on][gt_eq]"""
    first, *inner = name.split("__")
    return first + "".join(f"[{part}]" for part in inner)


def errors(answer: requests.Response) -> list[tuple[str, str]]:
    """Code and pointer of each."""
    told = answer.json()["errors"]
    return [(each.get("code", ""), each.get("source", {}).get("pointer", "")) for each in told]
