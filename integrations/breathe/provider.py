"""Breathe HR as a provider: a company's key lets us read who is away, and when."""

import hashlib
from collections.abc import Mapping
from typing import Any, cast

from django import forms

from integrations.breathe import client as api
from integrations.client import Client, Credentials, Gate
from integrations.provider import Provider


class KeyForm(forms.Form):
    api_key = forms.CharField(
        label="API key",
        widget=forms.PasswordInput,
        strip=True,
        help_text="It reads everything in the company's account; Breathe has no narrower one.",
    )


class Breathe(Provider):
    slug = "breathe"
    name = "Breathe HR"
    words = "Knows who works at the company, and who is away when."
    default_base_url = "https://api.breathehr.com/v1"
    # The vendor's own place for trying things out, with keys of its own.
    hosts = ("api.sandbox.breathehr.info",)
    # Breathe allows 60 to the whole company, so whatever else it uses shares them with us.
    default_rate = 55
    # Its window; a refusal never says how long.
    usual_pause = 60
    credentials_form = KeyForm

    def client(self, credentials: Credentials, *, base_url: str, gate: Gate) -> api.BreatheClient:
        return api.BreatheClient(credentials, base_url=base_url, gate=gate)

    def check(self, client: Client) -> str:
        return cast(api.BreatheClient, client).account()

    def pace_key(self, connection_id: int, credentials: Mapping[str, Any]) -> str:
        """Connections with the same key share one allowance, as they do at Breathe."""
        key = credentials.get("api_key")
        if not isinstance(key, str) or not key.strip():
            return super().pace_key(connection_id, credentials)
        return f"{self.slug}:{hashlib.sha256(key.strip().encode()).hexdigest()[:12]}"
