"""The kind `rota_geekbot`: a rota's one stand-up asks whoever takes over, and what they say is read
back."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from typing import Any

from integrations.geekbot.client import GeekbotClient
from integrations.geekbot.rows import Standup
from rota.asking import STANDUP, Asking
from rota.models import Duty
from rota.syncs.duties.options import rota_named
from rota.syncs.geekbot import standup as one
from rota.syncs.geekbot.answers import AnswersBatch
from rota.syncs.geekbot.asked import Schedule
from rota.syncs.geekbot.options import Options, in_words
from rota.waiting import waited_for
from uploader.kinds import Batch, CannotRun, Context, Kind, register
from uploader.links import by_part
from uploader.models import Link

# Whoever is asked on the day itself takes part at least so long: until that day is over everywhere.
FIRST_DAY = timedelta(days=2)


@register
class RotaGeekbot(Kind):
    slug = "rota_geekbot"
    name = "Stand-up of a rota"
    words = (
        "Lets one stand-up at Geekbot ask whoever takes over whether they accept, and nobody else, "
        "and reads back what they say."
    )
    target = "geekbot"
    options_form = Options
    comes_with = "rota"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.client: GeekbotClient = context.target
        self.rota = rota_named(context.options.get("rota", ""))
        if not self.rota.enabled:
            raise CannotRun(f"The rota {self.rota} is switched off.")
        if not self.rota.is_rolling:
            raise CannotRun(f"{self.rota} is no rolling rota: nobody takes over from anybody.")
        self.asking = Asking(self.rota, context.options)
        # As it is, not as of when a plan was made: whoever is asked is asked today.
        self.now = context.clock()
        links = by_part(context.sync).get(STANDUP, [])
        self.stored = next((link.ref for link in links if link.key == STANDUP), None)
        self.is_gone = False

    @classmethod
    def details(cls, options: dict[str, Any], summary: dict[str, Any]) -> list[tuple[str, str]]:
        return in_words(options)

    def doubt(self) -> str | None:
        if not self.is_gone:
            return None
        return (
            f"Geekbot shows no stand-up {self.stored} any more, which is the one that was used. "
            "Was it deleted, or is the key of another team? Approve it to have a new one made."
        )

    def batches(self) -> Iterator[Batch]:
        standup, twins = self._found()
        duty = self._duty()
        if standup is not None:
            self._warn_of(standup)
        batch = one.StandupBatch(
            one.Wanted.of(self.asking, duty, now=self.now),
            client=self.client,
            standup=standup,
            twins=twins,
            schedule=Schedule(self.asking, self.context.sync, duty, self.context.clock),
        )
        yield batch
        if standup is not None:
            waiting = waited_for(self.asking, now=self.now)
            yield AnswersBatch(self.asking, waiting, client=self.client, standup=standup.id)

    # --------------------------------------------------------------------- which

    def _found(self) -> tuple[Standup | None, list[int]]:
        """The stand-up; or several ids, where its name alone does not tell which one it is."""
        known = self.asking.standup_id or self.stored
        standup = self.client.standup(int(known)) if known else None
        if standup is not None:
            self._require_not_anothers(standup)
            if self.stored and self.stored != known:
                self.context.warn(
                    f"The stand-up {self.stored} was used before this one, and goes on asking. "
                    "Pause or delete it at Geekbot."
                )
            return standup, []
        named_id = self.asking.standup_id
        if named_id and named_id != self.stored:
            raise CannotRun(
                f"Geekbot shows no stand-up {named_id} to {self.context.sync.target}. Correct the "
                "id in the options, or have its owner make the key's owner a manager of it."
            )
        return self._by_name()

    def _by_name(self) -> tuple[Standup | None, list[int]]:
        """Whatever was made and not heard of is found again by its name."""
        self._require_admin()
        alike = [each for each in self.client.standups() if each.name == self.asking.named]
        self.is_gone = self.stored is not None
        if len(alike) > 1:
            return None, sorted(each.id for each in alike)
        if alike and self.is_gone:
            # Not the one that was used: whether it is to be from now on is for a person to say.
            return None, [alike[0].id]
        if alike:
            self._require_not_anothers(alike[0])
        return (alike[0] if alike else None), []

    def _require_not_anothers(self, standup: Standup) -> None:
        """Each rota would have it ask its own people; whoever used it first goes on with it."""
        if str(standup.id) == self.stored:
            return
        others = Link.objects.filter(
            sync__kind=self.slug, sync__enabled=True, part=STANDUP, ref=str(standup.id)
        )
        other = others.exclude(sync=self.context.sync).select_related("sync").first()
        if other is not None:
            raise CannotRun(
                f"The stand-up {standup.name} ({standup.id}) asks the people of the rota "
                f"{other.sync.options.get('rota', '')}. Name another one in the options."
            )

    def _require_admin(self) -> None:
        if self.client.me().is_admin:
            return
        what = f"the stand-up {self.stored}" if self.stored else f"a stand-up “{self.asking.named}”"
        raise CannotRun(
            f"Geekbot does not show {what} to {self.context.sync.target}, whose key is no admin's: "
            "whether there is one cannot be told, and a second one would ask people twice. Connect "
            "the key of an admin, or put the id of a stand-up that this key's owner has made into "
            "the options."
        )

    def _warn_of(self, standup: Standup) -> None:
        named = f"The stand-up {standup.name} ({standup.id})"
        if standup.is_paused:
            self.context.warn(f"{named} is paused, so nobody is asked. Resume it at Geekbot.")
        if standup.is_draft:
            self.context.warn(f"{named} is a draft, so nobody is asked. Publish it at Geekbot.")
        if not standup.channel_ready:
            self.context.warn(
                f"Geekbot is not in {standup.channel}, so answers are not shown there. Invite it: "
                "/invite @Geekbot."
            )

    # ---------------------------------------------------------------------- whom

    @cached_property
    def _about(self) -> str:
        return f"{self.asking.day_asked_about(self.now)}"

    def _duty(self) -> Duty | None:
        """Whose holder takes part; nobody rather than somebody of before."""
        duty = self.asking.duty(self.now)
        if duty is None or duty.member is None:
            self.context.warn(f"Nobody takes over by {self._about}, so nobody is asked.")
            return None
        if not duty.member.person.slack_id:
            self.context.warn(
                f"{duty.member} has no Slack id, so Geekbot cannot ask them. Give them one, or "
                "draw the rota's members from a Slack usergroup."
            )
            return None
        return None if self._is_settled(duty) else duty

    def _is_settled(self, duty: Duty) -> bool:
        """Asked on the day itself and accepted: from then on the stand-up is at rest."""
        if self.asking.is_weekly or duty.accepted_at is None:
            return False
        return self.now >= self.rota.begins(duty.shift.start) + FIRST_DAY
