"""What every page shows: which providers are not the real ones, and whether sign-in is paused."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from integrations.provider import providers


def sandbox_banner(_request: HttpRequest) -> dict[str, Any]:
    return {
        "sandboxes": [provider.name for provider in providers().values() if provider.is_sandbox()],
        "sandbox_url": settings.SANDBOX_URL,
        "project_is_paused": settings.INACTIVE_PROJECT,
    }
