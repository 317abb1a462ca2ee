"""People who may do this or that in the admin, and what its forms send."""

import re
from datetime import date
from html import unescape
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from rota.models import Rota

ROTAS = "/admin/rota/rota/"
DUTIES = "/admin/rota/duty/"
ABSENCES = "/admin/rota/absence/"
SWAPS = "/admin/rota/swap/"


def signed_in(*permissions: str, everything: bool = False, is_staff: bool = True) -> Client:
    user = get_user_model().objects.create_user("sam", is_staff=is_staff, is_superuser=everything)
    found = Permission.objects.filter(codename__in=permissions)
    assert found.count() == len(permissions), permissions
    user.user_permissions.set(found)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page_of(rota: Rota) -> str:
    return f"{ROTAS}{rota.pk}/change/"


def typed(client: Client, path: str, **changed: Any) -> dict[str, Any]:
    """What a form sends as its page shows it, but for what is changed; None leaves out."""
    response: Any = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    data: dict[str, Any] = {}
    form = response.context["adminform"].form
    formsets = [each.formset for each in response.context["inline_admin_formsets"]]
    rows = [row for formset in formsets for row in formset.initial_forms]
    for each in (form, *(formset.management_form for formset in formsets), *rows):
        for field in each:
            data[field.html_name] = shown(field)
    data |= changed
    return {name: value for name, value in data.items() if value is not None}


def shown(field: Any) -> Any:
    value = field.value()
    if field.field.disabled or value is None or value is False:
        return None
    if value is True:
        return "on"
    return value.isoformat() if isinstance(value, date) else getattr(value, "pk", value)


def another_member(number: int, **values: Any) -> dict[str, Any]:
    """A row added to those that are there."""
    row = {"weight": "1", "opening_credit": "0", **values}
    return {
        "members-TOTAL_FORMS": number + 1,
        **{f"members-{number}-{name}": value for name, value in row.items()},
    }


def errors_of(response: Any) -> str:
    """What the page says is wrong, as people read it."""
    body = response.content.decode()
    found = re.findall(r'(?s)<ul class="errorlist[^>]*>(.*?)</ul>', body)
    return unescape(" ".join(" ".join(re.sub(r"<[^>]+>", " ", each) for each in found).split()))


def said(response: Any) -> str:
    """The messages on top of the page."""
    body = response.content.decode()
    found = re.findall(r'(?s)<ul class="messagelist">(.*?)</ul>', body)
    return unescape(" ".join(re.sub(r"<[^>]+>", "", " ".join(found)).split()))
