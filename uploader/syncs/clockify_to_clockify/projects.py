"""Projects: each active one of the target workspace stands under the client in the source."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from typing import Any

from integrations.clockify.client import ClockifyClient, Project
from uploader.engine import Change, Item, Link
from uploader.kinds import Batch, CannotRun
from uploader.links import Other
from uploader.syncs.clockify_to_clockify.places import Places, folded


class Projects(Batch):
    """The batch of projects, and which of the source stands for which of the target.

    It is the target's projects that are wanted, and the source workspace that is written to.
    """

    group = "projects"
    there = "in the workspace that is copied from"
    # A name that was changed in the source workspace follows the target's again.
    on_edit = "restore"

    def __init__(
        self,
        places: Places,
        *,
        source: ClockifyClient,
        in_source: Iterable[Project],
        in_target: Iterable[Project],
        links: Mapping[str, Iterable[Link]],
        others: Mapping[str, Other],
        options: Mapping[str, Any],
        warn: Callable[[str], None],
    ) -> None:
        self.places = places
        self.part = places.part_of_projects
        self.source = source
        own = (each for each in in_source if each.client_id == places.client.id)
        self.in_source = {each.id: each for each in own}
        self.in_target = {each.id: each for each in in_target}
        self.options = options
        self.warn = warn
        known = links.get(self.part, ())
        self.known = {link.key: link.ref for link in known}
        self.linked = {
            key: ref
            for key, ref in self.known.items()
            if key in self.in_target and ref in self.in_source and ref
        }
        self._refuse_two_targets(others)
        self._report_matches()

    def _refuse_two_targets(self, others: Mapping[str, Other]) -> None:
        """A project under the client stands for one of one workspace: else one customer would be
        shown another's time."""
        for other in filter(None, map(others.get, self.in_source)):
            if other.enabled and other.part != self.part:
                raise CannotRun(
                    f"The projects of “{self.places.client.name}” stand for those of another "
                    f"workspace in the sync {other.sync}. Switch one of the two off, or give each "
                    "workspace a client of its own."
                )

    @cached_property
    def names(self) -> dict[str, str]:
        """What projects are to be called under the client, by their ids in the target.

        Under one client a name stands once, while the target may have it under several clients,
        and what stands for an archived one keeps its name.
        """
        active = {key: each for key, each in self.in_target.items() if _is_active(each)}
        resting = (ref for key, ref in self.linked.items() if key not in active)
        times = Counter(folded(each.name) for each in active.values())
        times.update(folded(self.in_source[ref].name) for ref in resting)
        return {
            key: each.name if times[folded(each.name)] == 1 else _with_client(each)
            for key, each in active.items()
        }

    @cached_property
    def matched(self) -> dict[str, str]:
        """Those that no earlier run has linked, found by name: source ids by target ids.

        Archived ones come last; were they passed over in a new database, their time would be
        copied a second time when they are taken up again.
        """
        archived = {
            key: _with_client(each)
            for key, each in self.in_target.items()
            if each.archived and not each.template
        }
        plain = {key: self.in_target[key].name for key in archived}
        found: dict[str, str] = {}
        for names in (self.names, archived, plain):
            found |= self._named(names, taken=self.linked | found)
        return found

    def _named(self, names: Mapping[str, str], *, taken: Mapping[str, str]) -> dict[str, str]:
        refs = set(taken.values())
        rows = [
            each for each in self.in_source.values() if each.id not in refs and not each.template
        ]
        # Of several for one name that in use, and then that in the same letters.
        rows.sort(key=lambda each: (not each.archived, each.id))
        loose = {folded(each.name): each.id for each in rows}
        exact = {each.name.strip(): each.id for each in rows if not each.archived}
        named = {
            key: exact.get(name.strip()) or loose.get(folded(name)) for key, name in names.items()
        }
        found = {key: ref for key, ref in named.items() if ref and key not in taken}
        times = Counter(found.values())
        return {key: ref for key, ref in found.items() if times[ref] == 1}

    @cached_property
    def target_of(self) -> dict[str, Project]:
        """The target's project by the id of the source's."""
        return {ref: self.in_target[key] for key, ref in (self.linked | self.matched).items()}

    def _report_matches(self) -> None:
        for key, ref in sorted(self.matched.items(), key=lambda pair: self.in_target[pair[0]].name):
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
        for key, ref in (self.linked | self.matched).items():
            if key not in self.names:
                # Archived at the target: what stands for it stays, and is called what it is called.
                yield _item(key, self.in_source[ref].name)

    def existing(self) -> Iterable[Item]:
        for key, ref in self.linked.items():
            yield _item(None, self.in_source[ref].name, ref=ref, subject=self.in_target[key].name)
        for key, ref in self.matched.items():
            yield _item(key, self.in_source[ref].name, ref=ref, ours=True)

    def aside(self) -> Collection[str]:
        """What the target does not show just now is remembered, should it come back."""
        matched = set(self.matched.values())
        return [
            key
            for key, ref in self.known.items()
            if key not in self.in_target and ref not in matched
        ]

    def apply(self, change: Change) -> Item | None:
        if change.wanted is None:
            raise AssertionError("projects are never deleted")
        name = change.wanted.content["name"]
        if change.found is not None and change.found.ref is not None:
            shown = self._rename(change.key, change.found.ref, name)
        else:
            self._make_room(name, {change.key})
            shown = self.source.create_project(
                self.places.source.id,
                name=name,
                client_id=self.places.client.id,
                options=self.options,
            )
            self.in_source[shown.id] = shown
        return _item(change.key, shown.name, ref=shown.id, ours=True)

    def _rename(self, key: str, ref: str, name: str, waiting: Collection[str] = ()) -> Project:
        """It may have been renamed already, to make room for another one."""
        if self.in_source[ref].name == name:
            return self.in_source[ref]
        self._make_room(name, {key, *waiting})
        return self._call(ref, name)

    def _make_room(self, name: str, waiting: Collection[str]) -> None:
        """What has the name, and is to be called something else, gives it up first; where it waits
        itself for one that waits here, it is called something of its own for a moment."""
        for key, ref in self.linked.items():
            wanted = self.names.get(key, "")
            if folded(self.in_source[ref].name) != folded(name) or folded(wanted) == folded(name):
                continue
            if key in waiting:
                self._call(ref, f"{wanted} ({ref})")
            elif wanted:
                self._rename(key, ref, wanted, waiting)

    def _call(self, ref: str, name: str) -> Project:
        shown = self.source.rename_project(self.places.source.id, self.in_source[ref], name)
        self.in_source[ref] = shown
        return shown


def _with_client(project: Project) -> str:
    return f"{project.name} ({project.client_name or 'no client'})"


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
        what=f"project “{name}” under the client",
    )
