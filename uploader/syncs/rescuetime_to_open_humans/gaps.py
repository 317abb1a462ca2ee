"""Days that RescueTime counts and does not show, kept beside its connection until they come."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from integrations.models import Connection
from uploader.syncs.rescuetime_to_open_humans import facts
from uploader.syncs.rescuetime_to_open_humans.months import today
from uploader.syncs.rescuetime_to_open_humans.reading import Gap


class Gaps:
    def __init__(self, connection: Connection, *, now: datetime) -> None:
        self.connection = connection
        self.now = now

    def of(self, month: str) -> Gap | None:
        kept = self._all().get(month)
        if kept is None:
            return None
        return Gap(kept["seconds"], {day: (n[0], n[1]) for day, n in kept["days"].items()})

    def note(self, month: str, gap: Gap | None) -> None:
        kept = self._all()
        before = kept.pop(month, None)
        if gap is not None:
            days = {day: list(sums) for day, sums in gap.days.items()}
            kept[month] = {"seconds": gap.seconds, "days": days, "on": self._today()}
        if kept.get(month) != before:
            facts.note(self.connection, short=kept or None)

    def have_closed(self, came: Callable[[str], int]) -> str | None:
        """The month in which a day has changed that was short. One day is asked about: the one
        that was not for longest, and each once a day at most."""
        waiting = {
            month: kept["on"]
            for month, kept in self._all().items()
            if kept["on"] < self._today() and self._serious(month)
        }
        if not waiting:
            return None
        month = min(waiting, key=lambda month: (waiting[month], month))
        gap = self.of(month)
        day = self._serious(month)[0]
        if gap is None or came(day) != gap.days[day][0]:
            return month
        kept = self._all()
        facts.note(self.connection, short={**kept, month: {**kept[month], "on": self._today()}})
        return None

    def _serious(self, month: str) -> list[str]:
        gap = self.of(month)
        return gap.serious() if gap else []

    def _all(self) -> dict[str, Any]:
        return dict(self.connection.facts.get("short", {}))

    def _today(self) -> str:
        return today(self.now).isoformat()
