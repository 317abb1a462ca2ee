"""A person's tokens at Google: renewed and given back, and where. No Django, no database."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from integrations.google_calendar.api import NAME
from integrations.oauth import PARTING_TIMEOUT, TokenEndpoint

API_HOST = "www.googleapis.com"
TOKEN_HOST = "oauth2.googleapis.com"  # noqa: S105
SIGN_IN_HOST = "accounts.google.com"


def token_host(base_url: str) -> str:
    return _beside(base_url, TOKEN_HOST)


def sign_in_host(base_url: str) -> str:
    return _beside(base_url, SIGN_IN_HOST)


def _beside(base_url: str, host: str) -> str:
    """Google's services have hosts of their own; a stand-in plays all of them on one."""
    api = urlsplit(base_url)
    if api.netloc == API_HOST:
        return f"https://{host}"
    return f"{api.scheme}://{api.netloc}/{host}"


class Tokens(TokenEndpoint):
    name = NAME
    token_path = "/token"  # noqa: S105
    revoke_path = "/revoke"
    basic = False

    def revoke(self) -> None:
        """Either token ends the whole grant, and a second one would be refused."""
        token = self.tokens.get("refresh_token") or self.tokens.get("access_token")
        if token:
            doing = "giving the tokens back"
            fields: Mapping[str, Any] = {"token": token}
            self.request(
                "POST", self.revoke_path, doing=doing, data=fields, timeout=PARTING_TIMEOUT
            )
