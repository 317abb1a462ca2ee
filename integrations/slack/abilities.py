"""What Slack's tokens let us do, told by the scopes they were granted."""

from dataclasses import dataclass

from integrations.provider import Ability
from integrations.slack.client import BOT, PERSON, SlackClient


@dataclass(frozen=True)
class Right:
    """`scopes`: any of them will do. `then` is what a person should know though it is granted."""

    what: str
    scopes: tuple[str, ...]
    then: str = ""


GROUPS = Right(
    "change who is in a usergroup",
    ("usergroups:write",),
    "As a bot only where everyone in the workspace may manage usergroups; otherwise the connection "
    "needs the user token of a person who may.",
)
RIGHTS = (
    Right("read usergroups and who is in them", ("usergroups:read",)),
    Right("see people's names and time zones", ("users:read",)),
    Right("see people's e-mail addresses", ("users:read.email",)),
    GROUPS,
    Right("post messages", ("chat:write",)),
    Right("post in public channels nobody invited it to", ("channels:join", "chat:write.public")),
    Right("look for a lost message in public channels", ("channels:history",)),
    Right("look for a lost message in private channels", ("groups:history",)),
)
# Finding a conversation with a person takes the one, reading it the other.
DIRECT = "look for a lost message to a person"
DIRECT_SCOPES = ("im:write", "im:history")


def abilities(client: SlackClient) -> list[Ability]:
    """One request for each token; empty where Slack does not tell what was granted."""
    bot = client.team(BOT).scopes
    person = client.team(PERSON).scopes if client.has_person else None
    if bot is None:
        return []
    found = []
    for right in RIGHTS:
        by_person = right is GROUPS and client.has_person
        granted = person if by_person else bot
        if granted is None:
            continue
        found.append(_ability(right, granted, by_person=by_person))
    lacks = [scope for scope in DIRECT_SCOPES if scope not in bot]
    return [*found, Ability(DIRECT, may=not lacks, why=_add(" and ".join(lacks)))]


def _ability(right: Right, granted: frozenset[str], *, by_person: bool) -> Ability:
    if granted.isdisjoint(right.scopes):
        return Ability(right.what, may=False, why=_add(" or ".join(right.scopes)))
    if by_person:
        return Ability(f"{right.what}, by the user token", may=True)
    return Ability(right.what, may=True, why=right.then)


def _add(scopes: str) -> str:
    return f"Add the scope {scopes} to the app and install it again." if scopes else ""
