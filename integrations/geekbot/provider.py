"""Geekbot as a provider: the key of one of its users creates stand-ups and reads answers."""

import hashlib
from collections.abc import Mapping
from typing import Any, cast

from django import forms

from integrations.client import Client, Credentials, Gate
from integrations.geekbot import client as api
from integrations.provider import Ability, Provider

ONLY_ADMINS = (
    "The key is {name}’s, who is no admin there. Make {name} an admin at Geekbot, or connect an "
    "admin’s key."
)


class KeyForm(forms.Form):
    api_key = forms.CharField(
        label="API key",
        widget=forms.PasswordInput,
        strip=True,
        help_text="Made at Geekbot under “API & Webhooks”. It should be an admin’s: any other one "
        "sees only the stand-ups in which its owner takes part.",
    )


class Geekbot(Provider):
    slug = "geekbot"
    name = "Geekbot"
    words = "Asks whoever is next whether they take over, and tells what they answer."
    # The versions of the API are part of each path.
    default_base_url = "https://api.geekbot.com"
    # Where older tools find it.
    hosts = ("api.geekbot.io",)
    # What is allowed is told nowhere; their own client stays near one a second.
    default_rate = 60
    per_second = 1
    learns_limits = True
    credentials_form = KeyForm

    def client(self, credentials: Credentials, *, base_url: str, gate: Gate) -> api.GeekbotClient:
        return api.GeekbotClient(credentials, base_url=base_url, gate=gate)

    def check(self, client: Client) -> str:
        me = cast(api.GeekbotClient, client).me()
        role = "an admin" if me.is_admin else "no admin"
        return f"{me.name}, {role} of {me.team or f'team {me.team_id}'}"

    def abilities(self, client: Client) -> list[Ability]:
        me = cast(api.GeekbotClient, client).me()
        why = "" if me.is_admin else ONLY_ADMINS.format(name=me.name)
        return [
            Ability("create stand-ups, and ask and read by those it created", may=True),
            Ability(
                "see every stand-up of the team, and so be sure that one is not there already",
                me.is_admin,
                why,
            ),
            Ability("change stand-ups that somebody else owns", me.is_admin, why),
        ]

    def pace_key(self, connection_id: int, credentials: Mapping[str, Any]) -> str:
        """Connections with the same key share one allowance."""
        key = credentials.get("api_key")
        if not isinstance(key, str) or not key.strip():
            return super().pace_key(connection_id, credentials)
        return f"{self.slug}:{hashlib.sha256(key.strip().encode()).hexdigest()[:12]}"
