"""Signing in to the pages of rotas: an address is typed, a link is mailed, a button is pressed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from integrations.visitors import WANTED
from rota import invitations
from rota.models import Rota

# Where the link is between the mail and the button: no address, so no history, no referrer.
KEPT = "rota_link"
BACKEND = "django.contrib.auth.backends.ModelBackend"
# The same for every address: who is in a rota is nobody's business.
ASKED = (
    "If this address belongs to somebody in a rota, a link is on its way to it. It works once, "
    "within 20 minutes."
)


class AddressForm(forms.Form):
    email = forms.EmailField(
        label="Your e-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = AddressForm(sent, label_suffix="")
    if request.method == "POST" and form.is_valid():
        invitations.ask(form.cleaned_data["email"], now=timezone.now())
        messages.info(request, ASKED)
        return redirect("rota_sign_in")
    return render(request, "rota/sign_in.html", {"form": form})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    """Opening it only shows a button: programs that look into mails use no link up."""
    if request.method == "POST":
        return _enter(request)
    if "token" in request.GET:
        request.session[KEPT] = request.GET["token"]
        response = redirect("rota_link")
        response["Referrer-Policy"] = "no-referrer"
        return response
    try:
        person = invitations.whose(request.session.get(KEPT, ""), now=timezone.now())
    except invitations.Refused:
        return _refused(request)
    return render(request, "rota/link.html", {"person": person})


def _enter(request: HttpRequest) -> HttpResponse:
    try:
        user = invitations.enter(request.session.pop(KEPT, ""), now=timezone.now())
    except invitations.Refused:
        return _refused(request)
    wanted = request.session.get(WANTED, "")
    login(request, user, backend=BACKEND)
    return redirect(wanted if _is_for(user, wanted) else "rotas")


def _is_for(user: Any, page: str) -> bool:
    """Whether a page that was asked for before is one of a rota that they may see."""
    try:
        found = resolve(page)
    except Resolver404:
        return False
    rotas = Rota.objects.visible_to(user).filter(name=found.kwargs.get("name", ""))
    return found.url_name == "rota" and rotas.exists()


def _refused(request: HttpRequest) -> HttpResponse:
    return render(request, "rota/link.html", {"person": None}, status=410)
