"""Google Calendar as a provider: calendars that a service account, or a person, may write."""

import hashlib
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from integrations.client import Client, Credentials, Gate
from integrations.google_calendar import client as api
from integrations.google_calendar import tokens
from integrations.google_calendar.service_account import WrongKey, read_key, signer_of
from integrations.provider import Provider


class KeyForm(forms.Form):
    service_account = forms.CharField(
        label="Service account key",
        widget=forms.PasswordInput,
        strip=True,
        help_text="The whole content of the JSON key file. Share each calendar with the account’s "
        "e-mail address, with the right to make changes to events.",
    )

    def clean_service_account(self) -> str:
        text: str = self.cleaned_data["service_account"]
        try:
            signer_of(read_key(text))
        except WrongKey as error:
            raise ValidationError(f"{error}.") from None
        return text


class GoogleCalendar(Provider):
    slug = "google_calendar"
    name = "Google Calendar"
    words = "Shows everybody whose turn it is."
    default_base_url = "https://www.googleapis.com/calendar/v3/"
    # 600 a minute and user are allowed; what one calendar may be written is told nowhere, and said
    # to be two to five a second.
    default_rate = 240
    per_second = 4
    credentials_form = KeyForm
    staff_sign_in = True
    # One application may serve all of Google's services, so these are not called after this one.
    sign_in_settings = {"CLIENT_ID": "GOOGLE_CLIENT_ID", "CLIENT_SECRET": "GOOGLE_CLIENT_SECRET"}

    def client(
        self, credentials: Credentials, *, base_url: str, gate: Gate
    ) -> api.GoogleCalendarClient:
        return api.GoogleCalendarClient(credentials, base_url=base_url, gate=gate)

    def check(self, client: Client) -> str:
        return cast(api.GoogleCalendarClient, client).whose()

    def refresh(self, credentials: Mapping[str, Any], *, base_url: str) -> dict[str, Any]:
        return self._tokens(credentials, base_url).renew()

    def revoke(self, credentials: Mapping[str, Any], *, base_url: str) -> None:
        """A service account's key stays good until it is deleted at Google."""
        self._tokens(credentials, base_url).revoke()

    def _tokens(self, credentials: Mapping[str, Any], base_url: str) -> tokens.Tokens:
        return tokens.Tokens(
            credentials,
            base_url=tokens.token_host(base_url),
            client_id=self.setting("CLIENT_ID"),
            client_secret=self.setting("CLIENT_SECRET"),
        )

    def sign_in_address(self) -> str:
        return tokens.sign_in_host(self.base_url())

    def pace_key(self, connection_id: int, credentials: Mapping[str, Any]) -> str:
        """Google counts by account: connections with keys of the same one share what it may ask."""
        try:
            email = read_key(str(credentials.get("service_account", ""))).client_email
        except WrongKey:
            return super().pace_key(connection_id, credentials)
        return f"{self.slug}:{hashlib.sha256(email.encode()).hexdigest()[:12]}"
