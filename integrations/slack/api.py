"""Calls of Slack's Web API as its own client builds them; who sends them is the client's part.

That client would sleep, repeat posts and go by the machine's proxies. Its names of methods and
parameters, and which of them travel as JSON, are what is used here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from slack_sdk.web import WebClient

NAME = "Slack"

# Requests a minute that each method is allowed, per app and workspace; of posts, a second each.
RATES: Mapping[str, int] = {
    "auth.test": 100,
    "chat.postMessage": 60,
    "conversations.history": 50,
    "conversations.join": 50,
    "conversations.list": 20,
    "conversations.open": 50,
    "usergroups.enable": 20,
    "usergroups.list": 20,
    "usergroups.users.update": 20,
    "users.info": 100,
    "users.list": 20,
}
MOST = max(RATES.values())


@dataclass(frozen=True)
class Asked:
    """One call: always a POST, whose token travels in a header."""

    method: str
    body: bytes
    content_type: str

    @property
    def path(self) -> str:
        return f"/{self.method}"


class _Builder(WebClient):
    """Slack's client, whose every call ends here instead of at a socket."""

    def api_call(self, api_method: str, **given: Any) -> Any:
        if (told := given.get("json")) is not None:
            return Asked(api_method, json.dumps(told).encode(), "application/json;charset=utf-8")
        fields = {**(given.get("data") or {}), **(given.get("params") or {})}
        form = {name: _plain(value) for name, value in fields.items() if value is not None}
        return Asked(api_method, urlencode(form).encode(), "application/x-www-form-urlencoded")


def asked(name: str, **parameters: Any) -> Asked:
    """The call `name` of Slack's client (`users_info`); None is a parameter that is not given."""
    call: Asked = getattr(_Builder(), name)(**parameters)
    return call


def rate_of(path: str) -> int:
    return RATES.get(path.rpartition("/")[2], min(RATES.values()))


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value
