"""What of a rota is told in Slack and asked by Geekbot, and when, as its syncs say; nothing is told
or asked here."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from rota.asking import Asking
from rota.clocks import moment, zone_of
from rota.models import Rota, Shift, Step
from rota.on_duty import holders
from rota.setup import GEEKBOT, SLACK
from uploader.models import Sync
from uploader.people import Person

logger = logging.getLogger(__name__)

# The hour of a reminder, where none is asked for.
REMIND_AT = time(9)


@dataclass(frozen=True)
class Elsewhere:
    """A rota with its sync to Slack and its sync to Geekbot, as far as it has them in use."""

    rota: Rota
    slack: Sync | None = None
    geekbot: Sync | None = None

    # ---------------------------------------------------------------- at each change

    def steps(self) -> list[str]:
        """What is to be done at each change of shift."""
        asking = self.asking
        has = {
            Step.Name.SLACK_USERGROUP: self.sets_usergroup,
            Step.Name.SLACK_MESSAGE: bool(self.channel),
            Step.Name.GEEKBOT_STANDUP: asking is not None,
            # A stand-up's own schedule knows weeks, and nothing else.
            Step.Name.GEEKBOT_QUESTION: asking is not None and not asking.is_weekly,
        }
        return [name for name, it_has in has.items() if it_has]

    def sync_of(self, step: str) -> Sync | None:
        """What does a step of this name; None where a notice does."""
        if step == Step.Name.SLACK_USERGROUP:
            return self.slack
        return self.geekbot if step == Step.Name.GEEKBOT_STANDUP else None

    def due_at(self, step: str, shift: Shift) -> datetime:
        """When that step of this shift's beginning is due; reads `duties` with their members."""
        asking = self.asking
        if step == Step.Name.SLACK_MESSAGE:
            return self.posts_at(shift.start)
        if step == Step.Name.SLACK_USERGROUP or asking is None:
            return self.rota.begins(shift.start)
        who = next(iter(holders(shift)), None)
        if step == Step.Name.GEEKBOT_QUESTION and who is not None:
            return asking.on(shift.start, who.person)
        return asking.begins(shift.start)

    # ---------------------------------------------------------------------- Slack

    @property
    def sets_usergroup(self) -> bool:
        return bool(_option(self.slack, "usergroup"))

    @property
    def channel(self) -> str:
        return str(_option(self.slack, "channel") or "")

    @property
    def message(self) -> str:
        """What is said in the channel, names to be filled in; empty: our own words."""
        return str(_option(self.slack, "message") or "")

    def posts_at(self, day: date) -> datetime:
        """When a change of shift on that day is told: at the hour that is asked for, but not before
        it has happened."""
        changes = self.rota.begins(day)
        at = _time(_option(self.slack, "at"))
        return changes if at is None else max(changes, moment(day, at, self.rota.zone))

    @property
    def reminds_days_before(self) -> list[int]:
        return sorted(set(_option(self.slack, "remind_days_before") or []), reverse=True)

    def reminds_at(self, day: date, person: Person) -> datetime:
        """By the clock of whoever is reminded."""
        at = _time(_option(self.slack, "remind_at")) or REMIND_AT
        return moment(day, at, zone_of(person, self.rota))

    # -------------------------------------------------------------------- Geekbot

    @property
    def asking(self) -> Asking | None:
        return Asking(self.rota, self.geekbot.options) if self.geekbot else None


def in_use() -> Iterator[Elsewhere]:
    """Every enabled rota that has one of the two."""
    syncs = Sync.objects.filter(kind__in=(SLACK, GEEKBOT), enabled=True).select_related("target")
    found: dict[str, dict[str, Sync]] = {}
    for sync in syncs:
        found.setdefault(str(sync.options.get("rota", "")), {})[sync.kind] = sync
    for rota in Rota.objects.filter(name__in=found, enabled=True).select_related("owner"):
        yield Elsewhere(rota, found[rota.name].get(SLACK), found[rota.name].get(GEEKBOT))


def for_each(do: Callable[[Elsewhere], None], *, doing: str) -> list[Rota]:
    """At every rota in use, which are returned. One rota's trouble is no other's: it is logged."""
    found = list(in_use())
    for there in found:
        try:
            do(there)
        except Exception:
            logger.exception("%s of %s", doing, there.rota)
    return [there.rota for there in found]


def of(rota: Rota) -> Elsewhere:
    """This one, whether it has them or not."""
    syncs = rota.syncs().filter(kind__in=(SLACK, GEEKBOT), enabled=True).select_related("target")
    found = {sync.kind: sync for sync in syncs}
    return Elsewhere(rota, found.get(SLACK), found.get(GEEKBOT))


def _option(sync: Sync | None, name: str) -> Any:
    return None if sync is None else sync.options.get(name)


def _time(text: Any) -> time | None:
    """08:30 or 10:00:00, as options keep it."""
    return time.fromisoformat(text) if text else None
