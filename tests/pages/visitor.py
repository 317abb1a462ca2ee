"""Somebody with a browser: our pages through Django's client, the sandbox over its own socket."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from django.http import HttpResponse
from django.test import Client

from integrations.models import Connection
from uploader.models import Sync

SIGN_IN = "/accounts/open_humans/login/"
CONNECT = "/accounts/rescuetime/login/?process=connect"


class Visitor:
    """`person` is who they are at the providers: ada, ben or cleo."""

    def __init__(self, person: str = "ben", *, client: Client | None = None) -> None:
        self.person = person
        self.client = client or Client()

    # ------------------------------------------------------- the way to a provider

    def leave_for(self, path: str) -> str:
        """Press the button of a form; the address at the provider that it leads to."""
        response = self.client.post(path)
        assert response.status_code == 302, response.content.decode()
        return response["Location"]

    def allow(self, address: str, *, decision: str = "allow", **changed: str) -> str:
        """What the person does at the provider; the address they are sent back to."""
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                address,
                data={"person": self.person, "decision": decision},
                allow_redirects=False,
                timeout=10,
            )
        assert answer.status_code == 302, answer.text
        back = urlsplit(answer.headers["Location"])
        query = {name: values[0] for name, values in parse_qs(back.query).items()} | changed
        query = {name: value for name, value in query.items() if value}
        return f"{back.path}?{urlencode(query)}"

    def there_and_back(self, path: str, **how: str) -> HttpResponse:
        return self.get(self.allow(self.leave_for(path), **how))

    # ---------------------------------------------------------------- whole steps

    def sign_in(self) -> "Visitor":
        response = self.there_and_back(SIGN_IN)
        assert response["Location"] == "/dashboard/", words_of(response)
        return self

    def connect(self) -> "Visitor":
        response = self.there_and_back(CONNECT)
        assert response["Location"] == "/dashboard/", words_of(response)
        return self

    # ------------------------------------------------------------------- our pages

    def get(self, path: str) -> HttpResponse:
        response: Any = self.client.get(path)
        return response  # type: ignore[no-any-return]

    def post(self, path: str, data: dict[str, str] | None = None) -> HttpResponse:
        response: Any = self.client.post(path, data or {})
        return response  # type: ignore[no-any-return]

    def read(self, path: str) -> str:
        response = self.get(path)
        assert response.status_code == 200, (path, response.status_code)
        return words_of(response)

    # ---------------------------------------------------------------- what there is

    def connection(self, provider: str) -> Connection:
        return Connection.objects.get(provider=provider, owner_id=self.user_id)

    def token(self, provider: str) -> str:
        return str(self.connection(provider).credentials.open().get("access_token", ""))

    @property
    def sync(self) -> Sync:
        return Sync.objects.get(target__owner=self.user_id)

    @property
    def user_id(self) -> int:
        return int(self.client.session["_auth_user_id"])


def words_of(response: Any) -> str:
    """What a person reads: the page without its markup, every run of blanks as one."""
    body = re.sub(r"(?s)<head>.*?</head>|<script.*?</script>", " ", response.content.decode())
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", body).split()))


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
