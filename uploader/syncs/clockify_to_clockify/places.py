"""Where time is copied from and to, and whose it is: names and ids become what Clockify has."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from integrations.clockify.client import ClockifyClient, Customer, User, Workspace
from integrations.shapes import Page, Shape
from uploader.items import fingerprint
from uploader.kinds import CannotRun
from uploader.reading import Reading

S = TypeVar("S", bound=Shape)


@dataclass(frozen=True, kw_only=True)
class Places:
    source: Workspace
    client: Customer
    source_user: User
    target: Workspace
    target_user: User
    # In whose name the target's key books unless somebody else is named.
    target_owner: User

    # Under which parts links are kept: with other places or people, nothing that was copied before
    # is taken for a copy, nor for no longer wanted.

    @property
    def part_of_projects(self) -> str:
        return f"projects {_digest(self.source, self.client, self.target)}"

    @property
    def work(self) -> str:
        """How the parts begin of all whose time this is, in whose name it may be booked."""
        return f"entries {_digest(self.source, self.client, self.source_user, self.target)} "

    @property
    def part_of_entries(self) -> str:
        return f"{self.work}{_digest(self.target_user)}"

    def names(self) -> dict[str, str]:
        """What is behind the ids."""
        named = (self.source, self.client, self.target)
        people = (self.source_user, self.target_user)
        return {each.id: each.name for each in named} | {
            each.id: each.email or each.name for each in people
        }

    @property
    def books_for_others(self) -> bool:
        return self.target_user.id != self.target_owner.id


def _digest(*things: Workspace | Customer | User) -> str:
    return fingerprint([each.id for each in things])


def find(
    options: dict[str, Any], *, source: ClockifyClient, target: ClockifyClient, reading: Reading
) -> Places:
    """CannotRun with a sentence where something is not there, or could be several."""
    sides = _Side("source", source, reading), _Side("target", target, reading)
    from_here, to_there = sides
    here = from_here.workspace(options["source_workspace"])
    there = to_there.workspace(options["target_workspace"])
    if here.id == there.id:
        raise CannotRun(f"Both sides are the workspace “{here.name}”; choose two.")
    return Places(
        source=here,
        client=from_here.client(here, options["source_client"], other=there),
        source_user=from_here.user(here, options.get("source_user", "")),
        target=there,
        target_user=to_there.user(there, options.get("target_user", "")),
        target_owner=to_there.owner(),
    )


@dataclass(frozen=True)
class _Side:
    name: str
    client_of: ClockifyClient
    reading: Reading

    def _once(self, what: str, shape: type[S], ask: Callable[[], Iterable[S]]) -> list[S]:
        """What comes at once is kept over waits as lists are."""
        return self.reading.whole(f"{self.name} {what}", shape, lambda _: Page(rows=list(ask())))

    def owner(self) -> User:
        return self._once("key's owner", User, lambda: [self.client_of.user()])[0]

    def workspace(self, wanted: str) -> Workspace:
        seen = self._once("workspaces", Workspace, self.client_of.workspaces)
        return only(
            seen, wanted, what=f"a workspace that the {self.name}'s key sees", names=names_of(seen)
        )

    def client(self, workspace: Workspace, wanted: str, *, other: Workspace) -> Customer:
        seen = self.reading.whole(
            f"{self.name} clients",
            Customer,
            lambda page: self.client_of.customers(page, workspace=workspace.id),
        )
        active = [client for client in seen if not client.archived]
        hint = (
            f" Is “{other.name}” the workspace that time is copied to? The client belongs to the "
            "one that it is copied from."
        )
        return only(
            active,
            wanted,
            what=f"an active client in “{workspace.name}”",
            names=names_of(active),
            hint=hint,
        )

    def user(self, workspace: Workspace, wanted: str) -> User:
        if not wanted:
            return self.owner()
        seen = self.reading.whole(
            f"{self.name} users",
            User,
            lambda page: self.client_of.users(page, workspace=workspace.id),
        )
        known = [user.id for user in seen]
        if wanted in known:
            return seen[known.index(wanted)]
        found = [user for user in seen if folded(user.email) == folded(wanted)]
        if len(found) != 1:
            many = "more than one user" if found else "nobody"
            raise CannotRun(f"“{workspace.name}” at Clockify has {many} with the address {wanted}.")
        return found[0]


def folded(name: str) -> str:
    """As names are compared: case and blanks make no difference."""
    return " ".join(name.casefold().split())


Named = TypeVar("Named", Workspace, Customer)


def only(seen: list[Named], wanted: str, *, what: str, names: str, hint: str = "") -> Named:
    """The one with this id, this name, or this name in other letters; CannotRun else."""
    for is_it in (
        lambda each: each.id == wanted,
        lambda each: each.name == wanted,
        lambda each: folded(each.name) == folded(wanted),
    ):
        found = [each for each in seen if is_it(each)]
        if len(found) == 1:
            return found[0]
        if found:
            raise CannotRun(f"“{wanted}” is the name of {len(found)}; say which by its id: {names}")
    raise CannotRun(f"“{wanted}” is not {what}; there {names or 'is none'}.{hint}")


def names_of(seen: Iterable[Workspace | Customer]) -> str:
    listed = [f"“{each.name}” ({each.id})" for each in seen]
    some = ", ".join(listed[:20])
    more = f" and {len(listed) - 20} more" if len(listed) > 20 else ""
    verb = "is" if len(listed) == 1 else "are"
    return f"{verb} {some}{more}" if listed else ""
