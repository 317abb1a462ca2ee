"""The one stand-up of a rota: what it should be, what Geekbot shows of it, and one change of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.errors import RejectedError
from integrations.geekbot.client import GeekbotClient, StandupFields
from integrations.geekbot.rows import Standup
from rota.asking import STANDUP, Asking
from rota.days import WEEKDAYS
from rota.models import Duty
from rota.syncs.geekbot import rest
from rota.syncs.geekbot.asked import Schedule
from rota.syncs.geekbot.options import written
from uploader.engine import Change, Item
from uploader.kinds import Batch

FAR_OFF, NOBODY = "far off", "nobody"


@dataclass(frozen=True)
class Wanted:
    """How it should ask: `duty` is whose holder takes part, None where it is to ask nobody."""

    asking: Asking
    name: str
    duty: Duty | None
    slack_id: str
    now: datetime

    @classmethod
    def of(cls, asking: Asking, duty: Duty | None, *, now: datetime) -> "Wanted":
        """Where the options say its id, it may be called anything."""
        person = duty.member.person if duty and duty.member else None
        return cls(
            asking=asking,
            name="" if asking.standup_id else asking.named,
            duty=duty,
            slack_id=person.slack_id if person else "",
            now=now,
        )

    @property
    def item(self) -> Item:
        return Item(
            key=STANDUP,
            content=self.content(),
            subject=self.duty.member.name if self.duty and self.duty.member else "",
            what=self.in_words(),
        )

    @property
    def days(self) -> list[str]:
        """Where its own schedule is not what asks, a day that does not come round soon."""
        if self.duty is not None and self.asking.is_weekly:
            return [written(WEEKDAYS[self.asking.weekday])]
        return [written(rest.far_off(self.now))]

    def content(self) -> dict[str, Any]:
        wait = self.asking.options.get("wait_minutes")
        always = {
            "name": self.name,
            "channel": _channel(str(self.asking.options.get("channel", ""))),
            "time": f"{self.asking.time:%H:%M:%S}",
            "timezone": self.asking.timezone,
            "wait_minutes": wait,
        }
        if self.duty is None:
            return {**always, "asks": NOBODY}
        days = self.days if self.asking.is_weekly else FAR_OFF
        asks = {"users": [self.slack_id], "days": days}
        question = self.asking.question(self.duty)
        return {**always, "asks": asks, "question": question, "takes_the_channel": False}

    def shown(self, standup: Standup) -> dict[str, Any]:
        """Of a stand-up what is compared; whom it asks is compared by effect, where that is what
        counts: nobody soon."""
        always = {
            "name": standup.name if self.name else "",
            "channel": _channel(standup.channel),
            "time": standup.time,
            "timezone": standup.timezone,
            "wait_minutes": standup.wait_minutes,
        }
        is_far_off = rest.is_far_off(standup.days, now=self.now)
        asks: Any = {"users": sorted(standup.users), "days": sorted(standup.days)}
        if self.duty is None:
            silent = is_far_off or not standup.users
            return {**always, "asks": NOBODY if silent else asks}
        if not self.asking.is_weekly and is_far_off:
            asks["days"] = FAR_OFF
        question = "\n".join(standup.questions)
        takes = standup.syncs_channel
        return {**always, "asks": asks, "question": question, "takes_the_channel": takes}

    def fields(self) -> dict[str, Any]:
        """All of it, as it is written."""
        content = self.content()
        fields = {name: content[name] for name in ("channel", "time", "timezone", "wait_minutes")}
        if self.name:
            fields["name"] = self.name
        fields |= {"days": tuple(self.days), "users": (self.slack_id,) if self.duty else ()}
        if self.duty is not None:
            fields["questions"] = (content["question"],)
        return fields

    def different(self, found: dict[str, Any]) -> dict[str, Any]:
        """Only what has to be written: a question that is sent again may lose an answer that is
        being given to it."""
        content, fields = self.content(), self.fields()
        changed = {name for name in content if content[name] != found.get(name)}
        concerns = {
            "asks": ("users", "days"),
            "question": ("questions",),
            "takes_the_channel": ("users",),
        }
        names = [field for name in changed for field in concerns.get(name, (name,))]
        return {name: fields[name] for name in names if name in fields}

    def in_words(self) -> str:
        if self.duty is None:
            return f"{self.name or 'the stand-up'}: asks nobody"
        when = f"on {self.days[0]}" if self.asking.is_weekly else "on the day itself"
        return (
            f"{self.name or 'the stand-up'}: asks {self.duty.member} {when} at "
            f"{self.asking.time:%H:%M} ({self.asking.timezone})"
        )


class StandupBatch(Batch):
    """`standup`: the one that is there; `twins`: ids, where it cannot be told which one it is."""

    part = STANDUP
    there = "at Geekbot"

    def __init__(
        self,
        wanted: Wanted,
        *,
        client: GeekbotClient,
        standup: Standup | None,
        twins: list[int],
        schedule: Schedule,
    ) -> None:
        self.wanted, self.client = wanted, client
        self.standup, self.twins, self.schedule = standup, twins, schedule

    def desired(self) -> Iterator[Item]:
        # There can be none that asks nobody.
        if self.wanted.duty is not None or self.standup is not None:
            yield self.wanted.item

    def existing(self) -> Iterator[Item]:
        if self.twins:
            ids = " and ".join(map(str, self.twins))
            yield Item(
                key=STANDUP,
                ref=str(self.twins[0]),
                ours=False,
                content={"twins": self.twins},
                what=f"whether {ids} of the name {self.wanted.name} is meant cannot be told. Put "
                "the id of the one that is into the options",
            )
        elif self.standup is not None:
            yield self._shown(self.standup)

    def _shown(self, standup: Standup) -> Item:
        people = self.wanted.asking.rota.members.exclude(person__slack_id="")
        names = dict(people.values_list("person__slack_id", "person__name"))
        asks = ", ".join(names.get(user, user) for user in standup.users) or "nobody"
        return Item(
            key=STANDUP,
            ref=str(standup.id),
            ours=True,
            content=self.wanted.shown(standup),
            what=f"{standup.name}: asks {asks} on {', '.join(standup.days)} at {standup.time[:5]} "
            f"({standup.timezone})",
            load=standup,
        )

    # ----------------------------------------------------------------- writing

    def apply(self, change: Change) -> Item | None:
        asked = change.found.content.get("asks") if change.found else None
        others = asked != self.wanted.content()["asks"]
        self.schedule.before_writing(change.link, others_took_part=others)
        try:
            standup = self._write(change)
        except RejectedError:
            self.schedule.refused()
            raise
        self.standup = standup
        return self._shown(standup)

    def _write(self, change: Change) -> Standup:
        if change.found is None or self.standup is None:
            return self.client.create(StandupFields(**self.wanted.fields()))
        number, fields = self.standup.id, self.wanted.different(change.found.content)
        if self.wanted.duty is None and "users" in fields:
            return self._put_to_rest(number, fields)
        return self.client.change(number, fields)

    def _put_to_rest(self, number: int, fields: dict[str, Any]) -> Standup:
        """Without anybody, where Geekbot takes that; else on a day that does not come soon."""
        rest = {name: value for name, value in fields.items() if name not in ("users", "days")}
        try:
            return self.client.change(number, {**rest, "users": ()})
        except RejectedError:
            return self.client.change(number, {**rest, "days": fields["days"]})

    def carried_out(self) -> None:
        self.schedule.written(self.wanted.item, self.standup)


def _channel(name: str) -> str:
    return name.strip().removeprefix("#").casefold()
