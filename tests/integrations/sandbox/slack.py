"""Slack's own client, pointed at the sandbox."""

from collections.abc import Callable

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web import WebClient

from integrations.sandbox import World
from integrations.slack.sandbox_seed import BOT_TOKEN


def sdk(world: World, token: str = BOT_TOKEN) -> WebClient:
    return WebClient(token=token, base_url=f"{world.url}/api", retry_handlers=[], timeout=5)


def refusal(call: Callable[[], object]) -> str:
    """The code with which it is refused."""
    with pytest.raises(SlackApiError) as caught:
        call()
    return str(caught.value.response["error"])
