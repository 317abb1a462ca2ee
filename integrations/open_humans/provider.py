"""Open Humans as a provider: people sign in here, and their files live here."""

from collections.abc import Mapping
from typing import Any, cast

from integrations.client import Client, Credentials, Gate
from integrations.open_humans import client as api
from integrations.provider import Provider


class OpenHumans(Provider):
    slug = "open_humans"
    name = "Open Humans"
    words = "Keeps your data for you, and lets you decide who may use it."
    default_base_url = "https://www.openhumans.org"
    # No limit is configured at the service; its own pauses are obeyed.
    default_rate = 0
    required_settings = ("CLIENT_ID", "CLIENT_SECRET")
    signs_in = True

    def client(
        self, credentials: Credentials, *, base_url: str, gate: Gate
    ) -> api.OpenHumansClient:
        return api.OpenHumansClient(credentials, base_url=base_url, gate=gate)

    def check(self, client: Client) -> str:
        member = cast(api.OpenHumansClient, client).member()
        return f"member {member.username or member.project_member_id}"

    def refresh(self, credentials: Mapping[str, Any], *, base_url: str) -> dict[str, Any]:
        return api.refresh(credentials, base_url=base_url, **self._application())

    def revoke(self, credentials: Mapping[str, Any], *, base_url: str) -> None:
        api.revoke(credentials, base_url=base_url, **self._application())

    def _application(self) -> dict[str, str]:
        return {
            "client_id": self.setting("CLIENT_ID"),
            "client_secret": self.setting("CLIENT_SECRET"),
        }
