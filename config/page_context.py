"""What every page shows: what is not real or paused here, and where its menu leads."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from integrations.provider import providers
from integrations.sign_in import member_id
from rota.models import Rota


def sandbox_banner(_request: HttpRequest) -> dict[str, Any]:
    return {
        "sandboxes": [provider.name for provider in providers().values() if provider.is_sandbox()],
        "sandbox_url": settings.SANDBOX_URL,
        "project_is_paused": settings.INACTIVE_PROJECT,
    }


def menu(request: HttpRequest) -> dict[str, Any]:
    """Asked only where a page has a menu: templates call what can be called."""
    user = request.user
    return {
        "has_rotas": lambda: Rota.objects.visible_to(user).exists(),
        "there_are_rotas": lambda: Rota.objects.filter(enabled=True).exists(),
        "has_dashboard": lambda: has_dashboard(user),
    }


def has_dashboard(user: Any) -> bool:
    """People of a rota alone have neither connections nor imports."""
    if not user.is_authenticated:
        return False
    return bool(user.is_staff or member_id(user) or not Rota.objects.visible_to(user).exists())
