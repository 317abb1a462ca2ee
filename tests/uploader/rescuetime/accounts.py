"""A member of the sandbox signed in with both services, their sync made but not yet run."""

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model

from integrations import connections
from integrations.models import Connection
from integrations.sandbox import World
from uploader.models import Run, Sync


def sign_in(world: World, person: str, provider: str, *, owner: Any, now: datetime) -> Connection:
    grant = world[provider].grant(person)
    connection = connections.connect(
        provider=provider,
        owner=owner,
        name=f"{provider}-{person}",
        credentials=grant,
        account=grant.get("project_member_id", ""),
        by=owner,
        now=now,
    )
    # Connecting begins a run by the real clock; here the tests begin them by theirs.
    Run.objects.filter(trigger="connected").delete()
    return connection


def connect(world: World, person: str, *, now: datetime) -> Sync:
    owner = get_user_model().objects.create_user(username=f"member-{person}")
    sign_in(world, person, "rescuetime", owner=owner, now=now)
    target = sign_in(world, person, "open_humans", owner=owner, now=now)
    return Sync.objects.get(target=target)
