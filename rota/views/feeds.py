"""Feeds of a rota for calendar programs, opened by a secret in their address, and new secrets."""

import secrets
from hashlib import sha256

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_POST, require_safe

from rota import feed as feeds
from rota.models import Member, Rota
from rota.swaps import may_act_for
from rota.views.access import signed_in, visible


@require_safe
def feed(request: HttpRequest, name: str) -> HttpResponse:
    """Calendar programs have no session; who knows the token may read, and nobody else learns
    whether there is such a rota."""
    found = get_object_or_404(Rota, name=name, enabled=True)
    shown = feeds.find(found, request.GET.get("token", ""), now=timezone.now())
    if shown is None:
        raise Http404
    response = HttpResponse(shown.body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{name}.ics"'
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    response["ETag"] = etag = f'"{sha256(shown.body).hexdigest()}"'
    modified = int(shown.changed_at.timestamp()) if shown.changed_at else None
    if modified is not None:
        response["Last-Modified"] = http_date(modified)
    answer = get_conditional_response(request, etag=etag, last_modified=modified, response=response)
    return answer or response


@signed_in
@require_POST
def renew(request: HttpRequest, name: str) -> HttpResponse:
    rota = visible(request, name)
    if not (request.user.is_staff and request.user.has_perm("rota.change_rota")):
        raise Http404
    Rota.objects.filter(pk=rota.pk).update(feed_token=secrets.token_urlsafe(24))
    return _renewed(request, rota)


@signed_in
@require_POST
def renew_own(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    rota = visible(request, name)
    member = get_object_or_404(rota.members, pk=pk)
    if not may_act_for(request.user, member):
        raise Http404
    Member.objects.filter(pk=member.pk).update(feed_token=secrets.token_urlsafe(24))
    return _renewed(request, rota)


def _renewed(request: HttpRequest, rota: Rota) -> HttpResponse:
    messages.success(
        request, "The feed has a new address; whoever subscribed to the old one has to again."
    )
    return redirect(rota)
