"""What somebody who sets up a sync of times has chosen so far: names and ids, never a key."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from uploader.syncs.clockify_to_clockify.options import KEEP, WINDOW_DAYS, Options

STEPS = ("keys", "workspaces", "client", "options", "preview")


class CannotSetUp(Exception):
    """A sentence for people. `again`: the choice may be right, and Clockify did not answer."""

    def __init__(self, sentence: str, *, at: str = "", again: bool = False) -> None:
        super().__init__(sentence)
        self.at, self.again = at, again


@dataclass(frozen=True)
class Named:
    """Something at Clockify, by its id and as people know it."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    # Names of connections.
    source: str = ""
    target: str = ""
    source_workspace: Named | None = None
    target_workspace: Named | None = None
    client: Named | None = None
    # None: the owner of the side's key, who is called so.
    source_user: Named | None = None
    target_user: Named | None = None
    source_owner: str = ""
    target_owner: str = ""
    name: str = ""
    window_days: int = WINDOW_DAYS
    project_options: dict[str, Any] = field(default_factory=dict)
    on_target_edit: str = KEEP

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """What `kept` gave; nothing where an earlier Lockstep has kept it in another shape."""
        try:
            named = {
                name: Named(**value)
                for name, value in kept.items()
                if isinstance(value, dict) and name != "project_options"
            }
            return cls(**{**kept, **named})
        except TypeError:
            return cls()

    def kept(self) -> dict[str, Any]:
        return asdict(self)

    def missing(self) -> str:
        """The first step of which something is not chosen yet; the last one where all is."""
        chosen = {
            "keys": self.source and self.target,
            "workspaces": self.source_workspace and self.target_workspace,
            "client": self.client,
            "options": self.name,
        }
        return next((step for step, value in chosen.items() if not value), STEPS[-1])

    # Whatever hangs on an earlier choice goes when that becomes another one.

    def with_connections(self, source: str, target: str) -> Self:
        if (source, target) == (self.source, self.target):
            return self
        return replace(type(self)(source=source, target=target), **self._of_neither_side())

    def with_workspaces(self, source: Named, target: Named) -> Self:
        if (source, target) == (self.source_workspace, self.target_workspace):
            return self
        anew = type(self)(
            source=self.source,
            target=self.target,
            source_workspace=source,
            target_workspace=target,
        )
        return replace(anew, **self._of_neither_side())

    def _of_neither_side(self) -> dict[str, Any]:
        names = ("window_days", "project_options", "on_target_edit")
        return {name: getattr(self, name) for name in names}

    # -------------------------------------------------------------------- told

    def options(self) -> dict[str, Any]:
        """As the kind's form takes them."""
        sides = ("source_workspace", "target_workspace", "client", "source_user", "target_user")
        ids = {side: getattr(self, side).id if getattr(self, side) else "" for side in sides}
        return {
            **ids,
            "source_client": ids.pop("client"),
            "window_days": self.window_days,
            "project_options": self.project_options,
            "on_target_edit": self.on_target_edit,
        }

    def names(self) -> dict[str, str]:
        """What was chosen, by id."""
        named = (
            self.source_workspace,
            self.target_workspace,
            self.client,
            self.source_user,
            self.target_user,
        )
        return {each.id: each.name for each in named if each is not None}

    def in_words(self) -> list[tuple[str, str]]:
        """A term and words for each choice."""
        edits = dict(Options.base_fields["on_target_edit"].choices)  # type: ignore[attr-defined]
        days = "1 day" if self.window_days == 1 else f"{self.window_days} days"
        return [
            ("From", f"{_called(self.source_workspace)}, with the connection {self.source}"),
            ("Client there", _called(self.client)),
            ("To", f"{_called(self.target_workspace)}, with the connection {self.target}"),
            ("Whose time", _whose(self.source_user, self.source_owner)),
            ("Booked for", _whose(self.target_user, self.target_owner)),
            ("Looks back", days),
            ("New projects", _projects(self.project_options)),
            ("If somebody changes a copy", edits[self.on_target_edit]),
        ]


def _called(thing: Named | None) -> str:
    return thing.name if thing else ""


def _whose(person: Named | None, owner: str) -> str:
    return person.name if person else f"{owner}, the owner of the key"


def _projects(options: dict[str, Any]) -> str:
    truths = {"billable": ("billable", "not billable"), "is_public": ("public", "private")}
    said = [f"color {options['color']}"] if "color" in options else []
    said += [yes if options[name] else no for name, (yes, no) in truths.items() if name in options]
    said += [f"note “{options['note']}”"] if "note" in options else []
    return ", ".join(said) or "as the workspace makes them"
