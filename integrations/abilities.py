"""What a connection's credentials may and may not do: asked when they are checked, and kept beside
the connection, so that pages can tell without asking anybody."""

from dataclasses import asdict
from typing import Any

from integrations.client import Client
from integrations.errors import IntegrationError
from integrations.models import Connection
from integrations.provider import Ability, Provider

FACT = "abilities"


def learnt(spec: Provider, client: Client) -> dict[str, Any]:
    """As a fact to keep; none where it could not be found out now, so that the last word stays."""
    try:
        found = spec.abilities(client)
    except IntegrationError:
        return {}
    return {FACT: [asdict(each) for each in found]} if found else {}


def known(connection: Connection) -> list[Ability]:
    return [Ability(**told) for told in connection.facts.get(FACT, [])]


def forgotten(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts without what other credentials could do."""
    return {name: value for name, value in facts.items() if name != FACT}


def in_words(ability: Ability) -> str:
    """It may not post messages. Add the scope chat:write to the app and install it again."""
    told = f"It may {'' if ability.may else 'not '}{ability.what}."
    return f"{told} {ability.why}".strip()
