"""The way to Open Humans and back."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from integrations.client import FixedCredentials
from integrations.open_humans.client import OpenHumansClient, Tokens
from integrations.sign_in import CallbackView, LoginView, SignInAdapter


class OpenHumansAdapter(SignInAdapter):
    provider_id = "open_humans"
    token_endpoint = Tokens
    authorize_path = "/direct-sharing/projects/oauth2/authorize/"
    redirect_path = "/complete/"

    def identity(self, request: HttpRequest, tokens: Mapping[str, Any]) -> Mapping[str, str]:
        credentials = FixedCredentials(tokens, provider="Open Humans")
        member = OpenHumansClient(credentials, base_url=self.spec.base_url()).member()
        return {
            "project_member_id": member.project_member_id,
            "username": member.username or "",
        }


oauth2_login = LoginView.adapter_view(OpenHumansAdapter)
oauth2_callback = CallbackView.adapter_view(OpenHumansAdapter)
