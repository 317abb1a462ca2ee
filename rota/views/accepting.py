"""Saying on the rota's page that one accepts a turn, as one would to Geekbot."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from rota import duties
from rota.duties import Doing, NotPossible
from rota.models import Duty
from rota.swaps import may_act_for
from rota.views.access import signed_in, visible
from rota.words import duty_on


@signed_in
@require_POST
def accept(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    now = timezone.now()
    rota = visible(request, name)
    found = Duty.objects.filter(shift__rota=rota).select_related("shift__rota", "member__person")
    duty = get_object_or_404(found, pk=pk)
    if duty.member is None or not may_act_for(request.user, duty.member):
        raise Http404
    try:
        duties.require_open(duty, doing=Doing(now=now))
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        duties.accepted(duty, duty.member, at=now)
        messages.success(request, f"Accepted: {duty_on(duty)}.")
    return redirect(rota)
