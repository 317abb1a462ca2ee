"""All rotas that a visitor may see, and who is on duty in each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from rota.models import Rota
from rota.views.access import signed_in
from rota.views.outlook import turns
from rota.views.rolling import standing


@signed_in
@require_safe
def rotas(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    rows = [
        {"rota": rota, "turns": (standing if rota.is_rolling else turns)(rota, now=now)}
        for rota in Rota.objects.visible_to(request.user)
    ]
    may_set_up = request.user.is_staff and request.user.has_perm("rota.add_rota")
    return render(request, "rota/rotas.html", {"rows": rows, "may_set_up": may_set_up})
