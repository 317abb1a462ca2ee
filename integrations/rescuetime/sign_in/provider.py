"""Connecting RescueTime: it never says whose account it is, so nobody can sign in with it."""

from typing import Any

from allauth.socialaccount.providers.base import ProviderAccount

from integrations.rescuetime.sign_in.views import RescueTimeAdapter
from integrations.sign_in import SignInProvider


class RescueTimeSignIn(SignInProvider):
    id = "rescuetime"
    name = "RescueTime"
    account_class = ProviderAccount
    oauth2_adapter_class = RescueTimeAdapter
    identifies_people = False

    def get_default_scope(self) -> list[str]:
        return ["time_data"]

    def extract_uid(self, data: Any) -> str:
        return str(data["uid"])


provider_classes = [RescueTimeSignIn]
