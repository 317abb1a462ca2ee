"""The way to Google and back."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from integrations.client import FixedCredentials
from integrations.errors import ReconnectError, RejectedError
from integrations.google_calendar.client import GoogleCalendarClient
from integrations.google_calendar.service_account import EVENTS
from integrations.google_calendar.tokens import Tokens, token_host
from integrations.sign_in import CannotSignIn, LoginView, SignInAdapter
from integrations.staff_sign_in import TeamCallbackView


class GoogleCalendarAdapter(SignInAdapter):
    provider_id = "google_calendar"
    token_endpoint = Tokens
    authorize_path = "/o/oauth2/v2/auth"
    redirect_path = "/accounts/google_calendar/login/callback/"

    @property
    def token_address(self) -> str:
        return token_host(self.spec.base_url())

    def require_granted(self, answer: Mapping[str, Any]) -> None:
        """People may untick what they are asked for; and without a refresh token all ends within
        the hour."""
        if EVENTS not in str(answer.get("scope", "")).split():
            raise CannotSignIn("too_little_granted", status=403)
        if not isinstance(answer.get("refresh_token"), str):
            raise CannotSignIn("provider_said_no")

    def identity(self, request: HttpRequest, tokens: Mapping[str, Any]) -> Mapping[str, str]:
        credentials = FixedCredentials(tokens, provider="Google Calendar")
        client = GoogleCalendarClient(credentials, base_url=self.spec.base_url())
        try:
            return {"account": client.whose()}
        except (ReconnectError, RejectedError) as error:
            raise CannotSignIn("not_usable", status=502, detail=str(error)) from None


oauth2_login = LoginView.adapter_view(GoogleCalendarAdapter)
oauth2_callback = TeamCallbackView.adapter_view(GoogleCalendarAdapter)
