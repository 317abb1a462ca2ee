"""A member of the sandbox signed in with both services, their sync made but not yet run."""

from datetime import datetime, timedelta

from django.contrib.auth import get_user_model

from integrations.encryption import Sealed
from integrations.models import Connection
from integrations.sandbox import World
from uploader.models import Sync


def connect(world: World, person: str, *, now: datetime) -> Sync:
    owner = get_user_model().objects.create_user(username=f"member-{person}")
    connections = {}
    for provider in ("rescuetime", "open_humans"):
        grant = world[provider].grant(person)
        connections[provider] = Connection.objects.create(
            name=f"{provider}-{person}",
            provider=provider,
            owner=owner,
            credentials=Sealed.seal(grant),
            account=grant.get("project_member_id", ""),
            connected_at=now,
        )
    return Sync.objects.create(
        name=f"rescuetime-{connections['open_humans'].account}",
        kind="rescuetime_to_open_humans",
        source=connections["rescuetime"],
        target=connections["open_humans"],
        mode=Sync.Mode.AUTOMATIC,
        every=timedelta(days=1),
    )
