"""The pages about connections: what there is, whose account it is, and ending one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from integrations import abilities, connections
from integrations.models import Connection
from integrations.provider import Provider, providers
from integrations.sign_in import may_see_setup, member_id, signs_people_in
from integrations.visitors import signed_in

State = Connection.State


@signed_in
@require_safe
def connections_page(request: HttpRequest) -> HttpResponse:
    visible = Connection.objects.visible_to(request.user).select_related("owner")
    own = [connection for connection in visible if connection.owner_id == request.user.pk]
    offers = to_connect(request, own)
    offered = {each["provider"].slug for each in offers}
    context = {
        # What was disconnected is offered again, and so is shown only there.
        "own": [connection for connection in own if connection.provider not in offered],
        "team": [team_row(each) for each in visible if each.owner_id is None],
        "to_connect": offers,
        "may_look": request.user.is_staff and request.user.has_perm("integrations.view_connection"),
        "may_change": request.user.has_perm("integrations.change_connection"),
        "may_add": request.user.is_staff and request.user.has_perm("integrations.add_connection"),
    }
    return render(request, "integrations/connections.html", context)


def team_row(connection: Connection) -> dict[str, Any]:
    known = abilities.known(connection) if connection.state == State.CONNECTED else []
    return {
        "connection": connection,
        "may": [each for each in known if each.may],
        "may_not": [each for each in known if not each.may],
    }


def to_connect(request: HttpRequest, own: list[Connection]) -> list[dict[str, Any]]:
    """The providers that this member could still connect, with what is missing to do so."""
    if not member_id(request.user):
        return []
    live = {each.provider for each in own if each.state != State.DISCONNECTED}
    return [
        offer(request, provider)
        for provider in providers().values()
        if provider.signs_in and provider.slug not in live
    ]


def offer(request: HttpRequest, provider: Provider) -> dict[str, Any]:
    missing = provider.missing_settings()
    return {
        "provider": provider,
        "not_set_up": bool(missing),
        "missing": missing if may_see_setup(request) else [],
    }


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def disconnect_page(request: HttpRequest, name: str) -> HttpResponse:
    connection = own_connection(request, name)
    if request.method == "POST" and request.POST.get("files") in ("keep", "delete"):
        # Files cannot be deleted through a connection that is being given up.
        erase = request.POST["files"] == "delete" and not signs_people_in(connection.provider)
        connections.disconnect(connection, by=request.user, now=timezone.now(), erase=erase)
        messages.success(request, farewell(connection.spec, erase=erase))
        return redirect("dashboard")
    others = Connection.objects.filter(owner_id=request.user.pk).exclude(pk=connection.pk)
    context = {
        "connection": connection,
        "signs_people_in": signs_people_in(connection.provider),
        "others": [each.spec.name for each in others if each.state != State.DISCONNECTED],
        "unanswered": request.method == "POST",
    }
    return render(request, "integrations/disconnect.html", context)


def farewell(provider: Provider, *, erase: bool) -> str:
    if erase:
        return (
            f"{provider.name} is disconnected. The files made from it are being deleted now; "
            "the last run below says when that is done."
        )
    return f"{provider.name} is disconnected. Nothing more is read or uploaded. Your files stay."


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_page(request: HttpRequest, name: str) -> HttpResponse:
    """Asks whose account it is, where a provider does not say and there is a history already."""
    connection = own_connection(request, name)
    if connection.state != State.UNCONFIRMED:
        return redirect("dashboard")
    answers = {"same": go_on, "another": begin_anew, "no": do_not_connect}
    answer = answers.get(request.POST.get("account", "")) if request.method == "POST" else None
    if answer is None:
        context = {"connection": connection, "unanswered": request.method == "POST"}
        return render(request, "integrations/confirm.html", context)
    messages.success(request, answer(connection, by=request.user))
    return redirect("dashboard")


def go_on(connection: Connection, *, by: Any) -> str:
    connections.confirm(connection, by=by, now=timezone.now())
    return f"{connection.spec.name} is connected again, and your history goes on."


def begin_anew(connection: Connection, *, by: Any) -> str:
    """The files of the earlier account stay as they are; those of this one are a new set.

    What was learnt about the earlier account, such as its first day, is not true of this one.
    """
    connection.facts = {"generation": connection.facts.get("generation", 1) + 1}
    connection.save(update_fields=["facts"])
    connections.confirm(connection, by=by, now=timezone.now())
    return (
        f"{connection.spec.name} is connected. The earlier files stay untouched; "
        "those of this account are a new set beside them."
    )


def do_not_connect(connection: Connection, *, by: Any) -> str:
    connections.disconnect(connection, by=by, now=timezone.now())
    return f"{connection.spec.name} was not connected. Your earlier files stay as they are."


def own_connection(request: HttpRequest, name: str) -> Connection:
    """The visitor's own, of that name and still connected; 404 for everything else."""
    own = Connection.objects.filter(owner_id=request.user.pk)
    return get_object_or_404(own.exclude(state=State.DISCONNECTED), name=name)
