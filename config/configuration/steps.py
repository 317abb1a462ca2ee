"""What a plan is made of: one change to the database, in words, and the doing of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Action = Literal["create", "update", "disable"]


@dataclass(frozen=True)
class Step:
    action: Action
    # "connection breathe", for scripts and people alike; an update adds what is different.
    what: str
    do: Callable[[], object] = field(compare=False, repr=False)

    def line(self) -> dict[str, str]:
        return {"action": self.action, "what": self.what}


def updated(what: str, differences: list[str], do: Callable[[], object]) -> list[Step]:
    """One step that says what is different; none where nothing is."""
    return [Step("update", f"{what}: {', '.join(differences)}", do)] if differences else []


def renamed_words(sort: str, created: dict[str, str], disabled: dict[str, str]) -> list[str]:
    """Warnings for things that look renamed: both map names to what must be the same."""
    return [
        f"{sort} {new} is new and {old} is disabled: a renamed thing is a new thing, "
        "which does not carry on where the old one stopped."
        for new, like in created.items()
        for old, other in disabled.items()
        if like == other
    ]
