"""The way to RescueTime and back."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from integrations.rescuetime.client import Tokens
from integrations.sign_in import CallbackView, ConfirmView, LoginView, SignInAdapter


class RescueTimeAdapter(SignInAdapter):
    provider_id = "rescuetime"
    token_endpoint = Tokens
    authorize_path = "/oauth/authorize"
    redirect_path = "/rescuetime/complete/"
    may_drop_state = True  # its documents do not mention one

    def identity(self, request: HttpRequest, tokens: Mapping[str, Any]) -> Mapping[str, str]:
        """No answer names the account: what is unique is who of ours connected it."""
        return {"uid": f"user-{request.user.pk}"}


oauth2_login = LoginView.adapter_view(RescueTimeAdapter)
oauth2_callback = CallbackView.adapter_view(RescueTimeAdapter)
oauth2_confirm = ConfirmView.adapter_view(RescueTimeAdapter)
