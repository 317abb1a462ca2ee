"""How allauth's sign-ins become people and connections of ours.

The way to a provider and back is in integrations/sign_in.py.
"""

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import clear_authentication_records
from allauth.account.signals import user_logged_in
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.signals import social_account_added, social_account_updated
from django.db import IntegrityError, transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from integrations import connections
from integrations.models import Connection
from integrations.sign_in import member_id, refusal
from uploader.members import syncs_of
from uploader.models import Change, Sync


class AccountAdapter(DefaultAccountAdapter):
    def is_safe_url(self, url: str) -> bool:
        """Nobody is sent where a request says: there is one place to go after each step."""
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say what happened by what they show."""


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        provider = sociallogin.provider
        if sociallogin.state.get("process") != "connect":
            if not provider.identifies_people:
                raise refusal(request, provider, "sign_in_first")
            return
        if not request.user.is_authenticated:
            raise refusal(request, provider, "sign_in_first")
        if sociallogin.is_existing and sociallogin.user != request.user:
            raise refusal(request, provider, "taken")
        other = SocialAccount.objects.filter(user=request.user, provider=provider.id)
        if other.exclude(uid=sociallogin.account.uid).exists():
            raise refusal(request, provider, "other_account")

    def list_apps(self, *args: Any, **kwargs: Any) -> list[SocialApp]:
        """From the settings alone: a second one in the database would break every sign-in."""
        return [app for app in super().list_apps(*args, **kwargs) if app.pk is None]

    def generate_state_param(self, state: dict[str, Any]) -> str:
        """allauth's own has 95 bits; OAuth asks for 128 at least (RFC 6749, 10.10)."""
        return secrets.token_urlsafe(32)

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("dashboard")

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> Any:
        try:
            with transaction.atomic():
                return super().save_user(request, sociallogin, form)
        except IntegrityError:
            # The same person signs up in two windows at once: the other one has won.
            raise refusal(request, sociallogin.provider, "busy") from None


@receiver(user_logged_in, dispatch_uid="config.sign_in")
def signed_in(
    *, request: HttpRequest, user: Any, sociallogin: SocialLogin | None = None, **_: Any
) -> None:
    """Signing up and signing in: a provider hands out fresh tokens each time."""
    if sociallogin is not None:
        # Sessions outlive an erasure: they must not say who somebody was at a provider.
        clear_authentication_records(request)
        keep_tokens(sociallogin, owner=user, first=False)


@receiver(social_account_added, dispatch_uid="config.sign_in")
def added(*, sociallogin: SocialLogin, **_: Any) -> None:
    keep_tokens(sociallogin, owner=sociallogin.user, first=True)


@receiver(social_account_updated, dispatch_uid="config.sign_in")
def connected_again(*, request: HttpRequest, sociallogin: SocialLogin, **_: Any) -> None:
    """allauth sends this on every look-up; only a person's own reconnecting counts here."""
    if sociallogin.state.get("process") == "connect" and sociallogin.user == request.user:
        keep_tokens(sociallogin, owner=request.user, first=False)


def keep_tokens(sociallogin: SocialLogin, *, owner: Any, first: bool) -> None:
    """`first`: this person never had a connection to this provider, as far as allauth knows."""
    provider = sociallogin.provider
    # An account that cannot be told from another must not be poured into an earlier history.
    may_be_another = not provider.identifies_people
    unconfirmed = may_be_another and may_have_history(owner, first=first)
    if may_be_another and not unconfirmed:
        forget_what_was_learnt(owner, provider.id)
    connections.connect(
        provider=provider.id,
        owner=owner,
        name=f"{provider.id}-{member_id(owner)}",
        credentials=sociallogin.tokens,
        account=sociallogin.account.uid if provider.identifies_people else "",
        unconfirmed=unconfirmed,
        by=owner,
        now=timezone.now(),
    )


def forget_what_was_learnt(owner: Any, slug: str) -> None:
    """The first day of one account, say, is not that of another."""
    for connection in Connection.objects.filter(owner=owner, provider=slug):
        kept = {name: value for name, value in connection.facts.items() if name == "generation"}
        Connection.objects.filter(pk=connection.pk).update(facts=kept)


def may_have_history(owner: Any, *, first: bool) -> bool:
    """Whether something was written for this person that another account must not mix with.

    Our own rows may have been deleted; then what is noted beside the connections counts, and
    whoever was connected before is asked. Files that were erased on request are no history.
    """
    syncs = list(syncs_of(owner))
    if any(has_history(sync) for sync in syncs):
        return True
    if any(sync.last_ok_at for sync in syncs):
        return False
    own = Connection.objects.filter(owner=owner)
    if any(connection.facts.get("imported") for connection in own):
        return True
    return not (first or syncs)


def has_history(sync: Sync) -> bool:
    if sync.summary.get("months"):
        return True
    if sync.runs.open().filter(started_at__isnull=False).exists():
        return True  # it may write at any moment
    written = Change.objects.filter(outcome=Change.Outcome.DONE, action="create", run__sync=sync)
    return sync.last_ok_at is None and written.exists()
