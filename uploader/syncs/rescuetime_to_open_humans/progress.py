"""What a run in many attempts keeps from one to the next, beside the source's connection.

A run waits whenever RescueTime's allowance is used up. What its next attempt would have to ask
again, it might ask for ever: the answers of the overview, and which months were looked at.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from integrations.models import Connection
from uploader.syncs.rescuetime_to_open_humans import facts

# Coarse totals that are older are asked for again, however long the run takes.
FRESH_FOR = timedelta(hours=6)
# After so long, larger windows are tried again where smaller ones were learnt.
RETRY_LARGER_AFTER = timedelta(days=30)

# By what was asked about, the seconds of each month with data; None where it was refused.
Answers = dict[str, dict[str, int] | None]


class Progress:
    """`run_id` is None for a dry run: it uses what is known, and notes nothing."""

    def __init__(self, connection: Connection, *, run_id: int | None, now: datetime) -> None:
        self.connection = connection
        self.run_id = run_id
        self.now = now
        kept = connection.facts.get("under_way", {})
        if run_id is None or kept.get("run") != run_id or self._is_stale(kept):
            kept = {"run": run_id, "began": now.isoformat(), "answers": {}, "months": []}
        self._kept: dict[str, Any] = kept

    def _is_stale(self, kept: dict[str, Any]) -> bool:
        return self.now - datetime.fromisoformat(kept["began"]) > FRESH_FOR

    # --------------------------------------------------------------- overview

    @property
    def answers(self) -> Answers:
        return dict(self._kept["answers"])

    def answered(self, question: str, answer: dict[str, int] | None) -> None:
        self._keep(answers={**self._kept["answers"], question: answer})

    # ----------------------------------------------------------------- months

    @property
    def months(self) -> Collection[str]:
        """Those that an attempt at this run has read, and whose files are right."""
        return frozenset(self._kept["months"])

    def settled(self, month: str) -> None:
        if month not in self._kept["months"]:
            self._keep(months=[*self._kept["months"], month])

    def forget(self) -> None:
        facts.note(self.connection, under_way=None)

    def _keep(self, **learnt: Any) -> None:
        self._kept = {**self._kept, **learnt}
        if self.run_id is not None:
            facts.note(self.connection, under_way=self._kept)


def window_days(connection: Connection, *, most: int, now: datetime) -> int:
    """How many days one question may span, as far as it was learnt."""
    learnt = connection.facts.get("window_days")
    if learnt is None or now - datetime.fromisoformat(learnt["at"]) > RETRY_LARGER_AFTER:
        return most
    return min(most, int(learnt["days"]))


def learn_window_days(connection: Connection, days: int, *, now: datetime) -> None:
    facts.note(connection, window_days={"days": days, "at": now.isoformat()})
