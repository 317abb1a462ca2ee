"""Members as rows, for tests of pages that need nobody to have signed in at a provider."""

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from integrations.models import Connection
from uploader.models import Sync

KIND = "rescuetime_to_open_humans"


def member(name: str, number: str) -> Sync:
    """Somebody with both sides connected and one run."""
    user = get_user_model().objects.create_user(f"open_humans-{number}", first_name=name)
    SocialAccount.objects.create(user=user, provider="open_humans", uid=number)
    sides = {
        side: Connection.objects.create(name=f"{slug}-{number}", provider=slug, owner=user)
        for side, slug in (("source", "rescuetime"), ("target", "open_humans"))
    }
    sync = Sync.objects.create(name=f"rescuetime-{number}", kind=KIND, **sides)
    sync.runs.create(trigger="connected", created_at=timezone.now())
    return sync


def owner_of(sync: Sync) -> Any:
    target = sync.target
    assert target is not None
    return target.owner


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
