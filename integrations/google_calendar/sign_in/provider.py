"""Connecting Google Calendar by signing in: what is asked for, and each time anew."""

from allauth.socialaccount.providers.base import ProviderAccount

from integrations.google_calendar.service_account import EVENTS
from integrations.google_calendar.sign_in.views import GoogleCalendarAdapter
from integrations.staff_sign_in import StaffSignInProvider


class GoogleCalendarSignIn(StaffSignInProvider):
    id = "google_calendar"
    name = "Google Calendar"
    account_class = ProviderAccount
    oauth2_adapter_class = GoogleCalendarAdapter

    def get_default_scope(self) -> list[str]:
        return [EVENTS]

    def get_auth_params(self) -> dict[str, str]:
        """Without these there is a refresh token at the very first consent only, or never."""
        return {"access_type": "offline", "prompt": "consent"}


provider_classes = [GoogleCalendarSignIn]
