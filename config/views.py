"""The pages anybody may see: what this is, what becomes of your data, and whether it is well."""

import logging

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import KombuError

from config.celery import app
from config.page_context import has_dashboard
from integrations import provider as providers
from integrations.sign_in import may_see_setup

logger = logging.getLogger(__name__)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("dashboard" if has_dashboard(request.user) else "rotas")
    open_humans = providers.get("open_humans")
    missing = open_humans.missing_settings()
    return render(
        request,
        "home.html",
        {"not_set_up": bool(missing), "missing": missing if may_see_setup(request) else []},
    )


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "about.html", {"activity_page": activity_page()})


def activity_page() -> str:
    return providers.get("open_humans").setting("ACTIVITY_PAGE")


@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """Where browsers look for the icon of pages that name none, such as the admin's."""
    return redirect(static("icon.svg"))


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """For monitors: 200 when the database and the broker answer."""
    parts = {"database": database_answers(), "broker": broker_answers()}
    return JsonResponse(
        {name: "ok" if well else "does not answer" for name, well in parts.items()},
        status=200 if all(parts.values()) else 503,
    )


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("the database does not answer: %s", error)
        return False
    return True


def broker_answers() -> bool:
    try:
        with app.connection_for_write(connect_timeout=3) as broker:
            broker.ensure_connection(max_retries=1, timeout=3)
    except (KombuError, OSError) as error:
        logger.warning("the broker does not answer: %s", error)
        return False
    return True
