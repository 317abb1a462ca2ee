"""What `manage.py check` says about providers: addresses to which no token may be sent."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from integrations import provider as providers
from integrations.errors import UnexpectedError


@register
def addresses_are_safe(**_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for spec in providers.providers().values():
        try:
            spec.base_url()
        except UnexpectedError as error:
            found.append(Error(str(error), id="integrations.E001"))
    return found
