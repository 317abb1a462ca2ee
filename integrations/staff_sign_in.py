"""Connecting a provider for the team, by somebody of its staff who signs in there.

Nobody is signed in here by it and no user is made: it only ever adds a connection. Whoever may not
add connections is told that there is no such page.
"""

import re
from itertools import chain, count
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from integrations import connections
from integrations.models import Connection
from integrations.sign_in import CallbackView, CannotSignIn, SignInProvider

LONGEST_NAME = 80


class StaffSignInProvider(SignInProvider):
    identifies_people = False
    pkce_enabled_default = True

    def require_ready(self, request: HttpRequest) -> None:
        if not may_add(request.user):
            raise Http404
        if self.spec.missing_to_sign_in():
            raise CannotSignIn("not_set_up", status=503)


def may_add(user: Any) -> bool:
    return bool(user.is_staff and user.has_perm("integrations.add_connection"))


class TeamCallbackView(CallbackView):
    """Ends it with a connection of the team, in place of allauth's way to sign somebody in."""

    def finish(
        self, request: HttpRequest, provider: SignInProvider, *, code: str, state: dict[str, Any]
    ) -> HttpResponse:
        tokens = self.adapter.tokens_for(code, verifier=state.get("pkce_code_verifier"))
        account = self.adapter.identity(request, tokens)["account"]
        connection = connections.connect(
            provider=provider.id,
            owner=None,
            name=team_name(provider.id, account),
            credentials=tokens,
            account=account,
            by=request.user,
            now=timezone.now(),
        )
        messages.success(request, f"{provider.name} is connected, as {connection.name}.")
        return redirect("admin:integrations_connection_change", connection.pk)


def team_name(slug: str, account: str) -> str:
    """The name of this account's connection, or one that is free. A file's own are its affair."""
    words = re.sub(r"[^a-z0-9]+", "-", account.lower()).strip("-")
    first = f"{slug}-{words}"[:LONGEST_NAME].rstrip("-")
    for name in chain([first], (f"{first}-{number}" for number in count(2))):
        held = Connection.objects.filter(name=name).first()
        if held is None or _is_of(held, slug, account):
            return name
    raise AssertionError("unreachable")


def _is_of(connection: Connection, slug: str, account: str) -> bool:
    its = (connection.provider, connection.account, connection.owner_id, connection.from_file)
    return its == (slug, account, None, False)
