"""Asking at the Geekbot stand-in: by each stand-up's days as its clock moves on, and on demand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from integrations.geekbot.sandbox_records import Records
from integrations.geekbot.sandbox_stored import (
    WEEKDAYS,
    Asking,
    StoredReport,
    StoredStandup,
    StoredUser,
)

DAY = timedelta(days=1)
# Where answers come by themselves, so long after the question.
THINKING = timedelta(minutes=1)
BY_HAND = "by hand"
BY_ITSELF = {"ok": "ok", "something else": "I am away that week, sorry"}


class Asks(Records):
    """Time passes between two requests only: whatever was due meanwhile is caught up with before
    anything else is done, so that it went by the stand-ups as they were then."""

    asked_until: datetime

    def catch_up(self) -> None:
        with self.lock:
            now = self.now().astimezone(UTC)
            # A test may have moved the clock back, to begin from there.
            since, self.asked_until = min(self.asked_until, now), now
            for at, held, user in sorted(self._due(since, now), key=lambda due: due[0]):
                self._ask(held, user.id, at=at, by="schedule")
            self._answer_by_itself(now)

    def _due(
        self, since: datetime, now: datetime
    ) -> Iterator[tuple[datetime, StoredStandup, StoredUser]]:
        for held in self.standups.values():
            users = [self.users[user] for user in held.users if user in self.users]
            for user in users if held.asks else []:
                for at in moments(held, user, since=since, until=now):
                    yield at, held, user

    # -------------------------------------------------------------------- asking

    def start(self, held: StoredStandup, user: str) -> None:
        """On demand, whatever the days."""
        waiting = any(
            each.is_open and (each.standup, each.user) == (held.id, user) for each in self.askings
        )
        if waiting and self.switches["started_twice"] == "asks once":
            return
        self._ask(held, user, at=self.now().astimezone(UTC), by="start")

    def _ask(self, held: StoredStandup, user: str, *, at: datetime, by: str) -> None:
        number = self.next_id("asking")
        self.askings.append(Asking(number, held.id, user, at, list(held.questions), by))
        self.dirty = True

    def drop_questions(self, held: StoredStandup) -> None:
        """The questions were changed while some of those asked had not answered."""
        if self.switches["answers_under_way"] == "dropped":
            for each in self.askings:
                if each.standup == held.id and each.is_open:
                    each.dropped = True

    def asked_of(self, standup: int, user: str | None = None) -> list[Asking]:
        """Who was asked by one stand-up, up to now, oldest first."""
        with self.lock:
            self.catch_up()
            return [
                each
                for each in self.askings
                if each.standup == standup and user in (None, each.user)
            ]

    # ----------------------------------------------------------------- answering

    def answer(self, user: str, text: str | None, *, standup: int | None = None) -> StoredReport:
        """As the person does in Slack, to what they were last asked; LookupError if nothing."""
        with self.lock:
            self.catch_up()
            waiting = [
                each
                for each in self.askings
                if each.is_open and each.user == user and standup in (None, each.standup)
            ]
            if not waiting:
                raise LookupError(f"{user} is not being asked anything")
            return self._report(waiting[-1], text, at=self.now().astimezone(UTC))

    def edit_answer(self, report: int, text: str) -> StoredReport:
        """Answers can be changed later; when they were first given stays."""
        with self.lock:
            held = self.reports[report]
            held.answers = [text for _ in held.answers]
            self.dirty = True
            return held

    def _answer_by_itself(self, now: datetime) -> None:
        way = self.switches["answers"]
        if way == BY_HAND:
            return
        for each in self.askings:
            if each.is_open and each.at + THINKING <= now:
                self._report(each, BY_ITSELF[way], at=each.at + THINKING)

    def _report(self, asking: Asking, text: str | None, *, at: datetime) -> StoredReport:
        number = self.next_id("report")
        answers = [text for _ in asking.questions]
        held = StoredReport(
            number, asking.standup, asking.user, at, list(asking.questions), answers
        )
        self.reports[number] = held
        asking.answered = number
        self.dirty = True
        return held


def moments(
    held: StoredStandup, user: StoredUser, *, since: datetime, until: datetime
) -> Iterator[datetime]:
    """When the stand-up asks this user, after `since` and up to `until`.

    A time that a change of the clock leaves out comes an hour later, one that comes twice counts
    when it comes first.
    """
    zone = held.zone_for(user)
    day = since.astimezone(zone).date()
    while day <= until.astimezone(zone).date():
        if WEEKDAYS[day.weekday()] in held.days:
            at = datetime.combine(day, held.clock, zone).astimezone(UTC)
            if since < at <= until:
                yield at
        day += DAY
