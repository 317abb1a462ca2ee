"""The usergroup of whoever is on duty: compared first, set as a whole, and never emptied."""

from collections.abc import Callable, Collection, Iterable

from integrations.errors import RejectedError
from integrations.slack.client import (
    MissingScope,
    NoSuchUsers,
    NotPermitted,
    SlackClient,
    Usergroup,
)
from rota.on_duty import OnDuty
from rota.slack_accounts import Accounts
from uploader.engine import Change, Item
from uploader.kinds import Batch, CannotRun

KEY = "on duty"


class OnDutyBatch(Batch):
    """One item: who is in the group. `again` reads the group as it is by now."""

    part = KEY
    there = "at Slack"

    def __init__(
        self,
        on: OnDuty,
        usergroup: Usergroup,
        *,
        client: SlackClient,
        accounts: Accounts,
        again: Callable[[], Usergroup],
        warn: Callable[[str], None],
    ) -> None:
        self.on = on
        self.usergroup = usergroup
        self.client = client
        self.accounts = accounts
        self.again = again
        self.warn = warn
        self.names = {
            member.person.slack_id: member.name for member in on.members if member.person.slack_id
        }
        self.users = self._users()

    def _users(self) -> list[str]:
        """Whom it is set to; nobody where it stays as it is."""
        for member in self.on.members:
            if not member.person.slack_id:
                self.warn(f"{member} has no Slack id, so the usergroup goes without them.")
        if set(self.names) == set(self.usergroup.users):
            # As it should be: who they are need not be asked.
            return list(self.names)
        users = self._regular(anew=False)
        if not users and (self.on.shifts or self.on.rota.is_rolling):
            who = "Nobody who is on duty can be in it" if self.on.members else "Nobody is on duty"
            self.warn(f"{who}, so @{self.usergroup.handle} stays as it is.")
        return users

    def _regular(self, *, anew: bool) -> list[str]:
        found = self.accounts.of(self.names, anew=anew)
        for slack_id, user in found.items():
            if not user.is_regular:
                self.warn(
                    f"{self.names[slack_id]} ({slack_id}) is deactivated at Slack, a guest or a "
                    f"bot, so the usergroup goes without them."
                )
        return [slack_id for slack_id, user in found.items() if user.is_regular]

    # -------------------------------------------------------------- both sides

    def desired(self) -> Iterable[Item]:
        if self.users:
            yield self._item(self.users, is_enabled=True)

    def existing(self) -> Iterable[Item]:
        if self.users:
            yield self._shown(self.usergroup)

    def aside(self) -> Collection[str]:
        return () if self.users else (KEY,)

    def _shown(self, group: Usergroup) -> Item:
        return self._item(group.users, is_enabled=group.is_enabled, ref=group.id)

    def _item(self, users: Iterable[str], *, is_enabled: bool, ref: str | None = None) -> Item:
        users = sorted(users)
        who = ", ".join(sorted(self.names.get(each, each) for each in users)) or "nobody"
        return Item(
            key=KEY,
            ref=ref,
            ours=True,
            content={"users": users, "is_enabled": is_enabled},
            subject=f"@{self.usergroup.handle}",
            what=f"@{self.usergroup.handle}: {who}" + ("" if is_enabled else " (disabled)"),
        )

    # ----------------------------------------------------------------- writing

    def apply(self, change: Change) -> Item:
        try:
            return self._applied()
        except (MissingScope, NotPermitted) as error:
            # It is the connection that may not, so it is tried again as soon as it is asked to.
            raise CannotRun(str(error)) from error

    def _applied(self) -> Item:
        """All of it is replaced, so whatever others did since it was looked at makes no
        difference, but where nothing is left to be done."""
        group = self.again()
        if not group.is_enabled:
            self.client.enable(group.id)
            group = self.again()
        if set(group.users) != set(self.users):
            group = self._set(group)
        return self._shown(group)

    def _set(self, group: Usergroup) -> Usergroup:
        try:
            return self.client.set_members(group.id, self.users)
        except NoSuchUsers as refused:
            # One who has left has all of it refused: who is still there?
            users = self._regular(anew=True)
            if not users:
                raise RejectedError(
                    provider=refused.provider,
                    doing=refused.doing,
                    excerpt="nobody who is on duty can be in it, and it is never emptied",
                ) from None
            if users == self.users:
                raise
        self.users = users
        return self.client.set_members(group.id, users)
