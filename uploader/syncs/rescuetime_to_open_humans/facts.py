"""Small things learnt about an account, kept beside its connection; never anybody's data."""

from typing import Any

from django.db import transaction

from integrations.models import Connection


def note(connection: Connection, **learnt: Any) -> None:
    """Keep these facts; None forgets one. Others that were noted meanwhile stay."""
    with transaction.atomic():
        fresh = Connection.objects.select_for_update().get(pk=connection.pk)
        facts = {**fresh.facts, **learnt}
        facts = {name: value for name, value in facts.items() if value is not None}
        if facts != fresh.facts:
            fresh.facts = facts
            fresh.save(update_fields=["facts"])
    connection.facts = facts
