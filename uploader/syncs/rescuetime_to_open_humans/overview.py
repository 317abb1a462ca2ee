"""Which months hold data, and how many seconds each: from RescueTime's coarse answers alone.

One question usually does. Whether it may span so many years is not documented, so where it is
refused, or suspiciously empty, the years are asked for one by one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from integrations.rescuetime.client import RangeRefused, RescueTimeClient
from uploader.syncs.rescuetime_to_open_humans.months import (
    FIRST_DAY,
    Window,
    last_day,
    last_year,
    month_of,
    today,
    years,
)
from uploader.syncs.rescuetime_to_open_humans.progress import Progress

# For how long the answer of all the years together is relied on, where one question will not do.
SEARCH_AGAIN_AFTER = timedelta(days=30)


@dataclass
class Overview:
    """`months` holds those with data. After the last years alone (see `Search`), older ones are
    missing here without being gone."""

    months: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    # What to note once everything found here is safe at the target; see `Search`.
    learnt: dict[str, Any] = field(default_factory=dict)

    @property
    def earliest(self) -> str | None:
        return min(self.months, default=None)


class Search:
    """Looks for months with data, by the least number of questions that is safe.

    `facts` are what was learnt before: `by_year`, where one question over all years will not do,
    and `searched`, the day on which the years were last asked one by one. A daily update must
    not ask nineteen questions, so for a month after such a search it asks for the last year only
    (or, where there was no data at all, believes the one empty answer).
    """

    def __init__(
        self,
        client: RescueTimeClient,
        *,
        facts: dict[str, Any],
        now: datetime,
        beat: Callable[[], None],
        progress: Progress,
    ) -> None:
        self.client = client
        self.progress = progress
        self.by_year = bool(facts.get("by_year"))
        self.searched = facts.get("searched")
        self.now = now
        self.beat = beat

    def overview(self) -> Overview:
        if self.by_year and self._is_recent():
            return Overview(self._ask("last year", last_year(self.now)))
        try:
            months = self._ask("all years", Window(FIRST_DAY, last_day(self.now)))
        except RangeRefused:
            return self._year_by_year()
        if months or self._is_recent():
            return Overview(months, learnt={"by_year": None} if self.by_year else {})
        return self._year_by_year()

    def _is_recent(self) -> bool:
        if not isinstance(self.searched, str):
            return False
        return today(self.now) - date.fromisoformat(self.searched) < SEARCH_AGAIN_AFTER

    def _year_by_year(self) -> Overview:
        """The newest year first; an empty one says nothing about those before it."""
        overview = Overview()
        refusal: RangeRefused | None = None
        answered = 0
        for year in years(self.now):
            try:
                overview.months |= self._ask(str(year.begin.year), year)
                answered += 1
            except RangeRefused as error:
                refusal = error
                overview.warnings.append(
                    f"RescueTime refused to say what there is of {year.begin.year}."
                )
        if refusal is not None and not answered:
            raise refusal
        if refusal is None:
            overview.learnt = {
                "searched": today(self.now).isoformat(),
                "by_year": True if overview.months else None,
            }
        return overview

    def _ask(self, name: str, window: Window) -> dict[str, int]:
        """The answer that an earlier attempt at this run was given counts as well."""
        answers = self.progress.answers
        if name not in answers:
            self.beat()
            try:
                answers[name] = self._months(window)
            except RangeRefused:
                self.progress.answered(name, None)
                raise
            self.progress.answered(name, answers[name])
        months = answers[name]
        if months is None:
            raise RangeRefused(
                provider=self.client.name,
                doing="asking for an overview",
                excerpt=f"it was refused for {name}",
            )
        return months

    def _months(self, window: Window) -> dict[str, int]:
        totals = self.client.totals(window.begin, window.end, resolution="month")
        return {month_of(day): seconds for day, seconds in totals.items() if seconds > 0}
