"""Who may see a rota's pages, and for which of its members a visitor may act."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from integrations.visitors import signed_in_at
from rota import swaps
from rota.models import Member, Rota

signed_in = signed_in_at(
    "rota_sign_in",
    words="That page needs a sign-in. People of a rota get a link by e-mail, here; staff sign in "
    "at the foot of this page.",
)


def visible(request: HttpRequest, name: str) -> Rota:
    """The rota, or 404 for whom it is not."""
    return get_object_or_404(Rota.objects.visible_to(request.user), name=name)


def acts_for_all(user: Any) -> bool:
    return bool(user.is_staff and user.has_perm("rota.act_for_members"))


def acted_for(user: Any, members: list[Member]) -> list[Member]:
    """Of these members, those on whose behalf the visitor may decide."""
    return [member for member in members if swaps.may_act_for(user, member)]
