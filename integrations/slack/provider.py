"""Slack as a provider: an app's bot token, and where bots may not manage usergroups a person's."""

import hashlib
from collections.abc import Mapping
from typing import Any, cast

from django import forms

from integrations.client import Client, Credentials, Gate
from integrations.provider import Ability, Provider
from integrations.slack import client as api
from integrations.slack.abilities import abilities
from integrations.slack.api import MOST


class TokenForm(forms.Form):
    bot_token = forms.CharField(
        label="Bot token",
        widget=forms.PasswordInput,
        strip=True,
        help_text="“Bot User OAuth Token” of an app that is installed in the workspace; it begins "
        "with xoxb-.",
    )
    user_token = forms.CharField(
        label="User token",
        widget=forms.PasswordInput,
        strip=True,
        required=False,
        help_text="Only where not everyone may manage usergroups: the “User OAuth Token” of "
        "somebody who may, with the scope usergroups:write. Nothing else is done with it.",
    )


class Slack(Provider):
    slug = "slack"
    name = "Slack"
    words = "Tells people when it is their turn, and knows who is in a team."
    default_base_url = "https://slack.com/api/"
    # Every method has an allowance of its own below this one (integrations/slack/api.py).
    default_rate = MOST
    # Slack nearly always says how long; where it does not, its window is a minute.
    usual_pause = 30
    credentials_form = TokenForm

    def client(self, credentials: Credentials, *, base_url: str, gate: Gate) -> api.SlackClient:
        return api.SlackClient(credentials, base_url=base_url, gate=gate)

    def check(self, client: Client) -> str:
        """Of both tokens, where there are two."""
        slack = cast(api.SlackClient, client)
        team = slack.team()
        told = f"{team.name}, as {team.user_name or team.user_id}"
        if slack.has_person:
            person = slack.team(api.PERSON)
            told += f"; usergroups are changed as {person.user_name or person.user_id}"
        return told

    def abilities(self, client: Client) -> list[Ability]:
        return abilities(cast(api.SlackClient, client))

    def pace_key(self, connection_id: int, credentials: Mapping[str, Any]) -> str:
        """Connections with the same token share what it may ask."""
        token = credentials.get(api.BOT)
        if not isinstance(token, str) or not token.strip():
            return super().pace_key(connection_id, credentials)
        return f"{self.slug}:{hashlib.sha256(token.strip().encode()).hexdigest()[:12]}"
