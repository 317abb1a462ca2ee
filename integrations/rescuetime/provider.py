"""RescueTime as a provider: people let us read how they spent their time."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from integrations.client import Client, Credentials, Gate
from integrations.provider import Provider
from integrations.rescuetime import client as api


class RescueTime(Provider):
    slug = "rescuetime"
    name = "RescueTime"
    words = "Records which programs and pages you use, and for how long."
    default_base_url = "https://www.rescuetime.com"
    # Nothing is published; this is well below where others met refusals.
    default_rate = 30
    required_settings = ("CLIENT_ID", "CLIENT_SECRET")
    signs_in = True

    def client(
        self, credentials: Credentials, *, base_url: str, gate: Gate
    ) -> api.RescueTimeClient:
        return api.RescueTimeClient(credentials, base_url=base_url, gate=gate)

    def check(self, client: Client) -> str:
        """RescueTime never says whose account it is; that it answers is all there is to know."""
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        cast(api.RescueTimeClient, client).totals(yesterday, yesterday, resolution="day")
        return "time data can be read"

    def refresh(self, credentials: Mapping[str, Any], *, base_url: str) -> dict[str, Any]:
        return api.refresh(credentials, base_url=base_url, **self._application())

    def revoke(self, credentials: Mapping[str, Any], *, base_url: str) -> None:
        api.revoke(credentials, base_url=base_url, **self._application())

    def _application(self) -> dict[str, str]:
        return {
            "client_id": self.setting("CLIENT_ID"),
            "client_secret": self.setting("CLIENT_SECRET"),
        }
