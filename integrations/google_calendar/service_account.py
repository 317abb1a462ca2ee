"""A service account: its key, and the tokens it is given for it. No Django, no database.

Tokens live as long as the client that asked for them. One of each scope, so that a rota that is
shared with nobody never holds the right to share.
"""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

import requests
from pydantic import ValidationError

from integrations.client import Client, Credentials, FixedCredentials, Gate, is_safe_base_url
from integrations.errors import IntegrationError, ReconnectError, UnexpectedError
from integrations.google_calendar.api import NAME
from integrations.shapes import Shape

EVENTS = "https://www.googleapis.com/auth/calendar.events"
SHARING = "https://www.googleapis.com/auth/calendar.acls"

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFETIME = 3600
# So long before its end a token is no longer used, as Google's own client does.
MARGIN = 225
SIGNING_IN = "signing in"
NO_KEY = "this is not the JSON key file of a service account"


class Key(Shape):
    """A service account's JSON key file, as far as it is used."""

    type: str
    client_email: str
    private_key: str
    private_key_id: str = ""
    token_uri: str


class WrongKey(ValueError):
    """Why a text is not a key file, in words; never quotes it."""


def read_key(text: str) -> Key:
    """WrongKey where it is none; whether its private key is any good shows `signer_of`."""
    try:
        key = Key.model_validate(json.loads(text))
    except ValidationError as error:
        missing = ", ".join(str(each["loc"][0]) for each in error.errors() if each["loc"])
        what = f"it lacks {missing}" if missing else "it is JSON of another kind"
    except (ValueError, RecursionError):
        what = "it is not JSON; give the whole content of the file"
    else:
        if key.type != "service_account":
            what = f"its type is {key.type[:40]!r}, not 'service_account'"
        elif not is_safe_base_url(key.token_uri):
            what = "its token_uri does not start with https://"
        else:
            return key
    raise WrongKey(f"{NO_KEY}: {what}")


def signer_of(key: Key) -> Any:
    """What signs with it; this takes a moment, and more memory than the rest."""
    from google.auth.crypt import RSASigner

    with suppress(ValueError):
        return RSASigner.from_string(  # type: ignore[no-untyped-call]
            key.private_key, key.private_key_id or None
        )
    raise WrongKey(f"{NO_KEY}: its private_key cannot be read; make a new key")


@dataclass
class ServiceAccount:
    key: Key
    gate: Gate
    clock: Callable[[], float] = time.time
    # By scope: the token, and when it is no longer used.
    held: dict[str, tuple[str, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, credentials: Credentials, *, gate: Gate) -> Self | None:
        """The account of these credentials; None where they are a person's."""
        text = credentials.read().get("service_account")
        if not isinstance(text, str) or not text.strip():
            return None
        try:
            return cls(read_key(text), gate)
        except WrongKey as error:
            complaint = str(error)
        raise ReconnectError(provider=NAME, doing=SIGNING_IN, excerpt=complaint)

    @property
    def email(self) -> str:
        return self.key.client_email

    def token(self, scope: str) -> str:
        token, until = self.held.get(scope, ("", 0.0))
        if self.clock() < until:
            return token
        token, lifetime = Exchange(self.key, gate=self.gate).token(scope, now=self.clock())
        self.held[scope] = token, self.clock() + lifetime - MARGIN
        return token

    def without_tokens(self, text: str) -> str:
        for token, _ in self.held.values():
            text = text.replace(token, "…")
        return text

    def forget(self, token: str) -> None:
        """It was refused."""
        self.held = {scope: held for scope, held in self.held.items() if held[0] != token}


class Exchange(Client):
    """Where a signed assertion becomes a token."""

    name = NAME
    total_timeout = 20
    largest_answer = 1024 * 1024

    def __init__(self, key: Key, *, gate: Gate) -> None:
        self.account_key = key
        nothing = FixedCredentials({}, provider=self.name)
        super().__init__(nothing, base_url=key.token_uri, gate=gate)

    def token(self, scope: str, *, now: float) -> tuple[str, float]:
        """A token, and for how many seconds it is good."""
        assertion = self._assertion(scope, now=now)
        # So that no error quotes it.
        self.credentials = FixedCredentials({"assertion": assertion}, provider=self.name)
        response = self.request(
            "POST",
            self.account_key.token_uri,
            doing=SIGNING_IN,
            again=True,  # every assertion may be used again, and this one acts on nothing
            data={"grant_type": GRANT_TYPE, "assertion": assertion},
        )
        answer = self.json(response, doing=SIGNING_IN)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token:
            raise UnexpectedError(
                provider=self.name, doing=SIGNING_IN, excerpt="the answer holds no token"
            )
        lifetime = answer.get("expires_in")
        return token, lifetime if isinstance(lifetime, int | float) else LIFETIME

    def _assertion(self, scope: str, *, now: float) -> str:
        from google.auth import jwt

        claims = {
            "iss": self.account_key.client_email,
            "scope": scope,
            "aud": self.account_key.token_uri,
            "iat": int(now),
            "exp": int(now) + LIFETIME,
        }
        coded: bytes = jwt.encode(self._signer(), claims)  # type: ignore[no-untyped-call]
        return coded.decode()

    def _signer(self) -> Any:
        try:
            return signer_of(self.account_key)
        except WrongKey as error:
            complaint = str(error)
        raise ReconnectError(provider=self.name, doing=SIGNING_IN, excerpt=complaint)

    def classify(self, response: requests.Response, doing: str) -> IntegrationError:
        """Every refusal of the key is a person's affair, and says what to look at."""
        code = self._code(response)
        if response.status_code in (400, 401, 403) and code in ADVICE:
            said = self.said(response, doing)
            words = f"{ADVICE[code]} ({said['excerpt']})" if said["excerpt"] else ADVICE[code]
            return ReconnectError(**said | {"excerpt": words})
        return super().classify(response, doing)

    def _code(self, response: requests.Response) -> str:
        try:
            body = response.json()
        except (ValueError, RecursionError):
            return ""
        return str(body.get("error", "")) if isinstance(body, dict) else ""


ADVICE = {
    "invalid_grant": "the key was deleted, or the clock of this machine is wrong",
    "invalid_client": "the service account does not exist any more, or is switched off",
    "unauthorized_client": "the service account may not ask for this right",
    "invalid_scope": "the service account may not ask for this right",
}
