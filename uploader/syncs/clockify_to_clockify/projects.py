"""Projects: each active one of the target workspace stands under the client in the source."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from integrations.clockify.client import ClockifyClient, Project
from uploader.engine import Change, Item, Link
from uploader.kinds import Batch
from uploader.syncs.clockify_to_clockify.places import Places, folded


class Projects(Batch):
    """The batch of projects, and which of the source stands for which of the target.

    It is the target's projects that are wanted, and the source workspace that is written to.
    """

    part = group = "projects"
    # A name that was changed in the source workspace follows the target's again.
    on_edit = "restore"

    def __init__(
        self,
        places: Places,
        *,
        source: ClockifyClient,
        in_source: Iterable[Project],
        in_target: Iterable[Project],
        links: Iterable[Link],
        options: Mapping[str, Any],
        warn: Callable[[str], None],
    ) -> None:
        self.places = places
        self.source = source
        own = (each for each in in_source if each.client_id == places.client.id)
        self.in_source = {each.id: each for each in own}
        self.in_target = {each.id: each for each in in_target}
        self.options = options
        self.warn = warn
        linked = {link.key: link.ref for link in links if link.ref in self.in_source}
        self.linked = {key: ref for key, ref in linked.items() if key in self.in_target and ref}
        self._report_matches()

    @cached_property
    def names(self) -> dict[str, str]:
        """What projects are to be called under the client, by their ids in the target.

        Under one client a name stands once, while the target may have it under several clients.
        """
        active = [each for each in self.in_target.values() if _is_active(each)]
        times = Counter(folded(each.name) for each in active)
        return {
            each.id: each.name
            if times[folded(each.name)] == 1
            else f"{each.name} ({each.client_name or 'no client'})"
            for each in active
        }

    @cached_property
    def matched(self) -> dict[str, str]:
        """Those that no earlier run has linked, found by name: source ids by target ids."""
        taken = set(self.linked.values())
        free = {folded(each.name): each for each in self.in_source.values() if each.id not in taken}
        found = {
            key: free[folded(name)].id
            for key, name in self.names.items()
            if key not in self.linked and folded(name) in free
        }
        times = Counter(found.values())
        return {key: ref for key, ref in found.items() if times[ref] == 1}

    @cached_property
    def target_of(self) -> dict[str, Project]:
        """The target's project by the id of the source's."""
        return {ref: self.in_target[key] for key, ref in (self.linked | self.matched).items()}

    def _report_matches(self) -> None:
        for key, ref in sorted(self.matched.items(), key=lambda pair: self.names[pair[0]]):
            found, name = self.in_source[ref], self.in_target[key].name
            archived = ", which is archived," if found.archived else ""
            self.warn(
                f"“{found.name}”{archived} in “{self.places.source.name}” was matched by its name "
                f"and stands for “{name}” in “{self.places.target.name}”."
            )

    # -------------------------------------------------------------- both sides

    def desired(self) -> Iterable[Item]:
        for key, name in self.names.items():
            yield _item(key, name)
        for key, ref in self.linked.items():
            if key not in self.names:
                # Archived at the target: what stands for it stays, and is called what it is called.
                yield _item(key, self.in_source[ref].name)

    def existing(self) -> Iterable[Item]:
        for key, ref in self.linked.items():
            yield _item(None, self.in_source[ref].name, ref=ref, subject=self.in_target[key].name)
        for key, ref in self.matched.items():
            yield _item(key, self.in_source[ref].name, ref=ref, ours=True)

    def apply(self, change: Change) -> Item | None:
        if change.wanted is None:
            raise AssertionError("projects are never deleted")
        name, workspace = change.wanted.content["name"], self.places.source.id
        if change.found is not None and change.found.ref is not None:
            before = self.in_source[change.found.ref]
            shown = self.source.rename_project(workspace, before, name)
        else:
            shown = self.source.create_project(
                workspace, name=name, client_id=self.places.client.id, options=self.options
            )
        self.in_source[shown.id] = shown
        return _item(change.key, shown.name, ref=shown.id, ours=True)


def _is_active(project: Project) -> bool:
    return not project.archived and not project.template


def _item(
    key: str | None,
    name: str,
    *,
    ref: str | None = None,
    ours: bool | None = None,
    subject: str = "",
) -> Item:
    return Item(
        key=key,
        ref=ref,
        ours=ours,
        content={"name": name},
        subject=subject or name,
        what=f"project “{name}”",
    )
