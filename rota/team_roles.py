"""The file `team-roles.json` of the tool before: who had a role when it wrote last, by name and,
where it knew that, by Slack id. Only read here; the calendar says more, and counts more.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

CURRENT, INCOMING = "current", "incoming"
# Who looked after the stand-ups; nobody's role.
NO_ROLES = ("standup_manager",)


class NotUsable(ValueError):
    """A sentence about a file that cannot be read as one of these."""


@dataclass(frozen=True, kw_only=True)
class Holder:
    """As it is written: a first name, and a Slack id or nothing."""

    name: str
    slack_id: str


def read(text: str, *, titles: Iterable[str]) -> dict[str, Holder]:
    """Who is `current` and who `incoming` in the role that has one of these titles."""
    try:
        roles = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotUsable(f"It is no JSON: {error}.") from error
    if not isinstance(roles, dict):
        raise NotUsable("It must hold an object: a role a key.")
    keys = ["_".join(title.casefold().replace("-", " ").split()) for title in titles]
    found = next((key for key in keys if key in roles), None)
    if found is None:
        there = ", ".join(key for key in roles if key not in NO_ROLES) or "none"
        raise NotUsable(f"It has no role “{keys[0]}”; its roles: {there}.")
    return _holders(roles[found], found)


def _holders(role: Any, key: str) -> dict[str, Holder]:
    """Two people where services overlap, or one alone."""
    if not isinstance(role, Mapping):
        raise NotUsable(f"“{key}” must be an object, of current and incoming, or of name and id.")
    parts = role if CURRENT in role or INCOMING in role else {CURRENT: role}
    named = {name: _holder(parts[name]) for name in (CURRENT, INCOMING) if name in parts}
    return {name: holder for name, holder in named.items() if holder is not None}


def _holder(written: Any) -> Holder | None:
    """None where it names nobody, as it did after it had lost somebody."""
    fields = written if isinstance(written, Mapping) else {}
    name, slack_id = (fields.get(field) for field in ("name", "id"))
    if not isinstance(name, str) or not name.strip():
        return None
    return Holder(
        name=" ".join(name.split()), slack_id=slack_id if isinstance(slack_id, str) else ""
    )
