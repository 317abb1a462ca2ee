"""The kind `rota_members`: a usergroup's people in Slack are a rota's members.

Whoever is in the group is in the rota, and nobody else, however they came there: so nothing has to
be remembered but which group it is.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from integrations.slack.client import User
from rota import usergroups
from rota.slack_accounts import Accounts
from rota.syncs.duties.options import rota_named
from rota.syncs.members.membership import Membership
from rota.syncs.members.options import Options, in_words
from rota.syncs.members.people import Someone, who_they_are
from rota.usergroups import Named
from uploader.kinds import Batch, CannotRun, Context, Kind, register


@register
class RotaMembers(Kind):
    slug = "rota_members"
    name = "Members from Slack"
    words = (
        "Whoever is in a usergroup is in the rota, and nobody else: joiners come last in the order "
        "of turns, and what those who have left were to do is given to others."
    )
    noun = "member"
    source = "slack"
    options_form = Options
    comes_with = "rota"
    remembers = False

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.rota = rota_named(context.options.get("rota", ""))
        if not self.rota.enabled:
            raise CannotRun(f"The rota {self.rota} is switched off.")
        source = context.sync.source
        if source is None:
            raise CannotRun(f"{context.sync} has no connection to Slack.")
        self.accounts = Accounts(source, context.source, now=context.clock, kept=context.kept)

    @classmethod
    def details(cls, options: dict[str, Any], summary: dict[str, Any]) -> list[tuple[str, str]]:
        return in_words(options)

    def keep(self) -> dict[str, Any]:
        return self.accounts.to_keep()

    def batches(self) -> Iterator[Batch]:
        yield Membership(self.rota, self.people, self.context)

    @cached_property
    def named(self) -> Named:
        named = Named(self.context, self.context.source.usergroups())
        usergroups.require_not_set_by_another(self.context.sync, named.group)
        if not named.group.is_enabled:
            raise CannotRun(
                f"The usergroup @{named.group.handle} is disabled at Slack, so who is in it counts "
                "for nothing. Enable it there, or name another one in the options."
            )
        return named

    @cached_property
    def users(self) -> list[User]:
        """Everybody in the group, whether they can serve or not."""
        return list(self.accounts.of(self.named.group.users).values())

    @cached_property
    def people(self) -> dict[str, Someone]:
        """Those who can serve, by Slack id."""
        left_out = [f"{user.name} ({user.id})" for user in self.users if not user.is_regular]
        if left_out:
            self.context.warn(
                f"In @{self.named.group.handle}, but deactivated, guests or bots, and so not in "
                f"the rota: {', '.join(left_out)}."
            )
        regular = [user for user in self.users if user.is_regular]
        return who_they_are(self.accounts.told_apart(regular), self.rota, warn=self.context.warn)

    def finish(self) -> None:
        self.accounts.store()
        self.named.remember()
