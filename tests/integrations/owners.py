"""People and their connections, as tests need them."""

from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from integrations import connections
from integrations.models import Connection
from integrations.sandbox import World


def user(name: str, **more: Any) -> Any:
    return get_user_model().objects.create_user(name, **more)


def connected(
    world: World, *, provider: str = "open_humans", person: str = "ben", owner: Any = None
) -> Connection:
    """The connection of one of the sandbox's people."""
    return connections.connect(
        provider=provider,
        owner=owner,
        name=f"{provider}-{person}",
        credentials=world[provider].grant(person),
        account=person if provider == "open_humans" else "",
        by=owner,
        now=timezone.now(),
    )


def stored(connection: Connection) -> dict[str, Any]:
    """What the database holds, in clear."""
    values: dict[str, Any] = Connection.objects.get(pk=connection.pk).credentials.open()
    return values
