"""The kind `rota_slack`: in Slack, a usergroup is whoever is on duty.

What is said in a channel, and to whom, are notices and none of this: see rota/handovers.py and
rota/reminders.py. Their options are here, as they go by the same connection.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from integrations.slack.client import Usergroup
from rota import usergroups
from rota.on_duty import on_duty
from rota.slack_accounts import Accounts
from rota.syncs.duties.options import rota_named
from rota.syncs.slack.onduty import OnDutyBatch
from rota.syncs.slack.options import Options, in_words
from rota.usergroups import Named
from uploader.kinds import Batch, CannotRun, Context, Kind, register


@register
class RotaSlack(Kind):
    slug = "rota_slack"
    name = "Rota in Slack"
    words = (
        "Keeps a usergroup set to whoever is on duty, and tells each change of shift in a channel, "
        "once. The usergroup is never emptied: while nobody is on duty, it stays as it was."
    )
    noun = "usergroup"
    subjects = ("usergroup", "usergroups")
    target = "slack"
    options_form = Options
    comes_with = "rota"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.rota = rota_named(context.options.get("rota", ""))
        if not self.rota.enabled:
            raise CannotRun(f"The rota {self.rota} is switched off.")
        target = context.sync.target
        if target is None:
            raise CannotRun(f"{context.sync} has no connection to Slack.")
        self.accounts = Accounts(target, context.target, now=context.clock, kept=context.kept)
        self.named: Named | None = None

    @classmethod
    def details(cls, options: dict[str, Any], summary: dict[str, Any]) -> list[tuple[str, str]]:
        return in_words(options)

    def keep(self) -> dict[str, Any]:
        return self.accounts.to_keep()

    def batches(self) -> Iterator[Batch]:
        if not self.context.options.get("usergroup"):
            return
        named = Named(self.context, self.context.target.usergroups())
        usergroups.require_no_source(self.context.sync, named.group)
        usergroups.require_not_set_by_another(self.context.sync, named.group)
        self.named = named
        # As it is, whenever this was planned: on another day, somebody else is on duty.
        yield OnDutyBatch(
            on_duty(self.rota, self.context.clock()),
            named.group,
            client=self.context.target,
            accounts=self.accounts,
            again=partial(self._again, named.group),
            warn=self.context.warn,
        )

    def _again(self, group: Usergroup) -> Usergroup:
        groups: list[Usergroup] = self.context.target.usergroups()
        found = next((each for each in groups if each.id == group.id), None)
        if found is None:
            raise CannotRun(f"The usergroup @{group.handle} is not there any more at Slack.")
        return found

    def finish(self) -> None:
        self.accounts.store()
        if self.named is not None:
            self.named.remember()
