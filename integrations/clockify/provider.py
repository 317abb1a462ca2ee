"""Clockify as a provider: whoever's key it is, their time is read and booked in that name."""

import hashlib
from collections.abc import Mapping
from typing import Any, cast

from django import forms

from integrations.client import Client, Credentials, Gate
from integrations.clockify import client as api
from integrations.provider import Provider

# What the hosts of regions begin with, and where that is.
REGIONS = {"euc1": "EU (Germany)", "use2": "USA", "euw2": "UK", "apse2": "Australia"}


def regional_address(region: str) -> str:
    return f"https://{region}.clockify.me/api/v1"


class KeyForm(forms.Form):
    api_key = forms.CharField(
        label="API key",
        widget=forms.PasswordInput,
        strip=True,
        help_text="It acts as its owner. A workspace with a subdomain of its own, or in a region, "
        "needs a key that was made there.",
    )


class Clockify(Provider):
    slug = "clockify"
    name = "Clockify"
    words = "Knows who worked on what, and for how long."
    default_base_url = "https://api.clockify.me/api/v1"
    # Workspaces pinned to a region, and the vendor's own place for trying things out.
    hosts = (*(f"{region}.clockify.me" for region in REGIONS), "developer.clockify.me")
    # Ten a second and key are said to be allowed, and nowhere promised; with a free plan, thirty an
    # hour to a workspace.
    default_rate = 480
    per_second = 8
    learns_limits = True
    usual_pause = 1
    credentials_form = KeyForm

    def client(self, credentials: Credentials, *, base_url: str, gate: Gate) -> api.ClockifyClient:
        return api.ClockifyClient(credentials, base_url=base_url, gate=gate)

    def check(self, client: Client) -> str:
        user = cast(api.ClockifyClient, client).user()
        return user.email or user.name or user.id

    def pace_key(self, connection_id: int, credentials: Mapping[str, Any]) -> str:
        """Connections with the same key share one allowance, as they do at Clockify."""
        key = credentials.get("api_key")
        if not isinstance(key, str) or not key.strip():
            return super().pace_key(connection_id, credentials)
        return f"{self.slug}:{hashlib.sha256(key.strip().encode()).hexdigest()[:12]}"
