"""Productive as a provider: where a team plans its time, and absences are booked."""

import hashlib
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.validators import RegexValidator

from integrations.client import Client, Credentials, Gate
from integrations.productive import client as api
from integrations.provider import Provider


class CredentialsForm(forms.Form):
    token = forms.CharField(
        widget=forms.PasswordInput,
        label="Personal access token",
        help_text="Of somebody who may see everybody's bookings. Others' tokens see only their "
        "owner's, and Productive does not say so.",
    )
    organization_id = forms.CharField(
        label="Organization ID",
        max_length=20,
        help_text="The number in the address: app.productive.io/<number>-your-name.",
        validators=[RegexValidator(r"\A[0-9]+\Z", "An organization ID is a number, digits only.")],
    )


class Productive(Provider):
    slug = "productive"
    name = "Productive"
    words = "Plans who works on what, and who is away."
    default_base_url = "https://api.productive.io/api/v2"
    # 100 in ten seconds for a token and 4,000 in half an hour for an organisation are allowed;
    # a hundred a minute leaves room for everybody else there.
    default_rate = 100
    credentials_form = CredentialsForm

    def client(
        self, credentials: Credentials, *, base_url: str, gate: Gate
    ) -> api.ProductiveClient:
        return api.ProductiveClient(credentials, base_url=base_url, gate=gate)

    def check(self, client: Client) -> str:
        owner = cast(api.ProductiveClient, client).owner()
        return f"{owner.organization}, as person {owner.person_id}"

    def pace_key(self, connection_id: int, credentials: Mapping[str, Any]) -> str:
        """Connections with one token at one organisation share what it may ask."""
        token, organization = credentials.get("token"), credentials.get("organization_id")
        if not isinstance(token, str) or not token.strip() or not organization:
            return super().pace_key(connection_id, credentials)
        fingerprint = hashlib.sha256(token.strip().encode()).hexdigest()[:12]
        return f"{self.slug}:{fingerprint}:{organization}"
