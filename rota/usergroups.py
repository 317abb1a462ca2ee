"""A rota's usergroups at Slack: found by what they are called, and known by their id from then on.

A group is either drawn from or set, and set by one rota only: it is asked here who else does what.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from integrations.slack.client import Usergroup
from rota.checks import bare_handle
from rota.setup import MEMBERS, SLACK
from uploader import engine
from uploader.kinds import CannotRun, Context
from uploader.links import StoredLinks
from uploader.models import Link, Sync

# What is remembered: the id of the usergroup that was called so.
PART = "usergroup"
MOST_NAMED = 8


class Named:
    """The usergroup that a sync's option names, by handle, with or without the @, or by id."""

    def __init__(self, context: Context, groups: Sequence[Usergroup]) -> None:
        self.context = context
        self.name = str(context.options.get("usergroup") or "")
        self.group = self._found(groups)

    def remember(self) -> None:
        """Its id stands for it from now on, whatever it is called later."""
        if self._known_id() == self.group.id:
            return
        links = StoredLinks(self.context.sync, PART)
        for link in links.all():
            links.forget(link.key)
        links.save(engine.Link(key=bare_handle(self.name), ref=self.group.id))

    def _known_id(self) -> str | None:
        return remembered(self.context.sync, self.name)

    def _found(self, groups: Sequence[Usergroup]) -> Usergroup:
        known = self._known_id()
        called = [group for group in groups if is_called(group, self.name)]
        if known is None:
            if not called:
                raise CannotRun(_unknown(self.name, groups))
            return called[0]
        group = next((group for group in groups if group.id == known), None)
        if group is None:
            raise CannotRun(
                f"The usergroup “{self.name}” ({known}) is not there any more at Slack. Name "
                "another one in the options."
            )
        if called and called[0].id != group.id:
            self.context.warn(
                f"The usergroup that was “{self.name}” is called @{group.handle} by now and is "
                f"still used, while another one ({called[0].id}) is called so. If that one is "
                "meant, give its id in the options."
            )
        return group


def is_called(group: Usergroup, name: str) -> bool:
    return bare_handle(name) in (bare_handle(group.handle), bare_handle(group.id))


def remembered(sync: Sync, name: str) -> str | None:
    """The id of the group that this option named when it was last found."""
    rows = Link.objects.filter(sync=sync, part=PART, key=bare_handle(name))
    return rows.values_list("ref", flat=True).first()


def _unknown(name: str, groups: Iterable[Usergroup]) -> str:
    handles = sorted(group.handle for group in groups if group.is_enabled)
    near = get_close_matches(bare_handle(name), handles, n=3, cutoff=0.5) or handles
    sentence = f"There is no usergroup “{name}” at Slack."
    if not handles:
        return f"{sentence} There is none at all, as far as we can see."
    more = " and others" if len(near) > MOST_NAMED else ""
    return f"{sentence} There is {', '.join(f'@{each}' for each in near[:MOST_NAMED])}{more}."


# ------------------------------------------------------------------ one use of each


def require_no_source(sync: Sync, group: Usergroup) -> None:
    """CannotRun where a rota draws its members from a group that is to be set."""
    for other in _others(sync, MEMBERS):
        name = _named_by(other)
        known = remembered(other, name)
        here = other.source_id == sync.target_id and is_called(group, name)
        if known == group.id or (known is None and here):
            raise CannotRun(
                f"The usergroup @{group.handle} is where the members of {_rota(other)} come from: "
                "set to whoever is on duty, it would lose all the others. Choose another one."
            )


def require_not_set_by_another(sync: Sync, group: Usergroup) -> None:
    """CannotRun where another rota sets this group: each would undo what the other did, and
    nobody's members can be drawn from there."""
    for other in _others(sync, SLACK):
        if remembered(other, _named_by(other)) == group.id:
            raise CannotRun(
                f"The usergroup @{group.handle} is set to whoever is on duty in {_rota(other)}. "
                "Choose another one."
            )


def _others(sync: Sync, kind: str) -> Iterable[Sync]:
    return Sync.objects.filter(kind=kind, enabled=True).exclude(pk=sync.pk).order_by("pk")


def _named_by(sync: Sync) -> str:
    return str(sync.options.get("usergroup") or "")


def _rota(sync: Sync) -> str:
    return f"the rota {sync.options.get('rota', '')}"
