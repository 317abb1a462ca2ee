"""What `manage.py check` says about providers: unsafe addresses, and a webhook without a secret."""

from typing import Any

from django.core import checks

from integrations import provider as providers
from integrations.errors import UnexpectedError


@checks.register
def addresses_are_safe(**_: Any) -> list[checks.CheckMessage]:
    found: list[checks.CheckMessage] = []
    for spec in providers.providers().values():
        try:
            spec.base_url()
        except UnexpectedError as error:
            found.append(checks.Error(str(error), id="integrations.E001"))
    return found


@checks.register(checks.Tags.security, deploy=True)
def webhooks_are_signed(**_: Any) -> list[checks.CheckMessage]:
    spec = providers.get("open_humans")
    if not spec.setting("CLIENT_ID") or spec.setting("WEBHOOK_SECRET"):
        return []
    words = (
        "OPEN_HUMANS_WEBHOOK_SECRET is not set, so what Open Humans tells us about people who "
        "leave is refused."
    )
    hint = "Make a secret for the webhook on your project's page at Open Humans, and set it here."
    return [checks.Warning(words, hint=hint, id="integrations.W001")]
