"""Signing in with Open Humans: it says who somebody is."""

from typing import Any

from allauth.socialaccount.providers.base import ProviderAccount

from integrations.open_humans.sign_in.views import OpenHumansAdapter
from integrations.sign_in import SignInProvider


class OpenHumansSignIn(SignInProvider):
    id = "open_humans"
    name = "Open Humans"
    account_class = ProviderAccount
    oauth2_adapter_class = OpenHumansAdapter
    pkce_enabled_default = True

    def extract_uid(self, data: Any) -> str:
        return str(data["project_member_id"])

    def extract_common_fields(self, data: Any) -> dict[str, str]:
        """Their name there is for greeting only: people choose whether to share it."""
        return {
            "username": f"{self.id}-{data['project_member_id']}",
            "first_name": data["username"],
        }


provider_classes = [OpenHumansSignIn]
