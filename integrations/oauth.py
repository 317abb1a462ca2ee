"""Renewing and giving back OAuth tokens: the part providers share. No Django, no database."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import requests

from integrations.client import Client, FixedCredentials
from integrations.errors import (
    IntegrationError,
    ReconnectError,
    RetryableError,
    UnexpectedError,
)

# Short enough that a lease on the refresh outlives a whole request.
TIMEOUT = (5, 20)
# Giving tokens back is best effort; a process that ends waits for it, if not for long.
PARTING_TIMEOUT = (2, 3)
LOST = "the sign-in is no longer valid; please connect again"


class TokenEndpoint(Client):
    """Where one provider's tokens are renewed and revoked; knows the application's own secret."""

    token_path: ClassVar[str]
    revoke_path: ClassVar[str]
    # The application names itself in a header (HTTP Basic), or else in the body.
    basic: ClassVar[bool]
    total_timeout = 20
    largest_answer = 1024 * 1024

    def __init__(
        self,
        tokens: Mapping[str, Any],
        *,
        base_url: str,
        client_id: str,
        client_secret: str,
    ) -> None:
        self.tokens = tokens
        self.application = {"client_id": client_id, "client_secret": client_secret}
        known = {**tokens, "client_secret": client_secret}
        super().__init__(FixedCredentials(known, provider=self.name), base_url=base_url)

    def renew(self) -> dict[str, Any]:
        """All of the old credentials, with the new tokens in them.

        The request is never repeated: the provider may have acted on the first one, and a
        second use of a spent refresh token ends the sign-in.
        """
        doing = "renewing the sign-in"
        if not self.tokens.get("refresh_token"):
            raise ReconnectError(provider=self.name, doing=doing, excerpt=LOST)
        fields = {
            "grant_type": "refresh_token",
            "refresh_token": self.tokens["refresh_token"],
        }
        answer = self.json(self._post(self.token_path, fields, doing=doing), doing=doing)
        if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
            raise UnexpectedError(
                provider=self.name,
                doing=doing,
                status=200,
                excerpt="the answer holds no token",
            )
        return renewed(self.tokens, answer, now=datetime.now(UTC))

    def revoke(self) -> None:
        """Refresh token first: many servers end the access token along with it."""
        for name in ("refresh_token", "access_token"):
            if token := self.tokens.get(name):
                fields = {"token": token, "token_type_hint": name}
                doing = "giving the tokens back"
                self._post(self.revoke_path, fields, doing=doing, timeout=PARTING_TIMEOUT)

    def _post(
        self,
        path: str,
        fields: dict[str, Any],
        *,
        doing: str,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> requests.Response:
        return self.request(
            "POST",
            path,
            doing=doing,
            data=fields if self.basic else {**self.application, **fields},
            auth=tuple(self.application.values()) if self.basic else None,
            timeout=timeout,
        )

    def classify(self, response: requests.Response, doing: str) -> IntegrationError:
        """Only a spent grant is the person's affair; our own mistakes must not end a sign-in."""
        said = self.said(response, doing)
        code = self._code(response)
        if response.status_code in (400, 401) and code == "invalid_grant":
            return ReconnectError(**{**said, "excerpt": LOST})
        if code in ("invalid_client", "unauthorized_client"):
            where = "the client id and secret of this installation are refused; check its settings"
            return UnexpectedError(**{**said, "excerpt": where})
        if response.status_code in (401, 403) and not code:
            return RetryableError(**said)  # a proxy in between, not the provider's own words
        if response.status_code in (400, 401, 403):
            return UnexpectedError(**said)
        return super().classify(response, doing)

    def _code(self, response: requests.Response) -> str:
        try:
            body = response.json()
        except (ValueError, RecursionError):
            return ""
        return str(body.get("error", "")) if isinstance(body, dict) else ""


def renewed(
    tokens: Mapping[str, Any], answer: Mapping[str, Any], *, now: datetime
) -> dict[str, Any]:
    """`tokens` brought up to date from a token endpoint's answer; the first answer as well."""
    fresh = {**tokens, "access_token": answer["access_token"]}
    if isinstance(answer.get("refresh_token"), str):
        fresh["refresh_token"] = answer["refresh_token"]
    fresh.pop("expires_at", None)
    lifetime = answer.get("expires_in")
    if isinstance(lifetime, int | float) and 0 < lifetime < 10**9:
        fresh["expires_at"] = (now + timedelta(seconds=lifetime)).isoformat()
    return fresh
