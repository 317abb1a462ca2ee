"""Whom a rota's stand-up asks, about which shift, with which words, and when; nothing is asked
here. docs/adr/0011-asked-once.md says why it is so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from rota import messages
from rota.clocks import moment, zone_of
from rota.days import DAY, WEEKDAYS
from rota.models import Duty, Rota, Shift
from rota.on_duty import on_duty
from rota.periods import Period
from uploader.people import Person

USER_LOCAL = "user_local"
DEFAULT_TIME = time(10)
DEFAULT_WAIT = timedelta(hours=24)
WEEK = timedelta(days=7)
# A weekday so far ahead of the handover's is one on which people are asked before it; any other
# comes after it.
MOST_AHEAD = 3
# Of so many days a turn must be for the stand-up to be about it a day ahead.
SHORTEST_AHEAD = 3

ALONE = "{member} - it is your turn as {title}! Reply “ok” to accept it, or arrange cover."
TOGETHER = (
    "{incoming_first_name} - it is your turn as {title}! Reply “ok” to accept it, or arrange "
    "cover. {current_first_name} serves with you."
)
# Whoever reads a question is not to be led anywhere by a name in it.
UNWANTED = str.maketrans("", "", "<>")
# What is remembered of the stand-up itself: part and key of its link.
STANDUP = "standup"


def question_key(shift: Shift, person: Person) -> str:
    """The key of the notice by which somebody is asked, other than by the stand-up's schedule."""
    return f"question/{shift.pk}/{person.pk}"


@dataclass(frozen=True)
class Asking:
    """How the people of one rota are asked; `options` are those of its sync `rota_geekbot`."""

    rota: Rota
    options: Mapping[str, Any]

    # ------------------------------------------------------------------- options

    @property
    def named(self) -> str:
        """The stand-up, as the options have it: its name, or its id."""
        return str(self.options.get("standup", ""))

    @property
    def standup_id(self) -> str:
        """The stand-up's id, where that is what the options say."""
        return self.named if self.named.isascii() and self.named.isdigit() else ""

    @cached_property
    def every(self) -> Period:
        return Period.parse(self.rota.every)

    @property
    def is_weekly(self) -> bool:
        """Only such a rota is asked by the stand-up's own schedule, which knows but weeks."""
        return self.every == Period(days=7)

    @cached_property
    def weekday(self) -> int:
        """The one on which the stand-up of a weekly rota asks; Monday is 0."""
        named = [str(day).lower() for day in self.options.get("days") or []]
        return WEEKDAYS.index(named[0]) if named else self._handover_weekday

    @property
    def _handover_weekday(self) -> int:
        on = self.rota.handover_on
        return WEEKDAYS.index(on) if on in WEEKDAYS else self.rota.starts_on.weekday()

    @cached_property
    def time(self) -> time:
        told = self.options.get("time")
        return time.fromisoformat(told) if told else DEFAULT_TIME

    @property
    def timezone(self) -> str:
        return str(self.options.get("timezone") or USER_LOCAL)

    def zone_of(self, person: Person) -> ZoneInfo:
        is_own = self.timezone == USER_LOCAL
        return zone_of(person, self.rota) if is_own else ZoneInfo(self.timezone)

    @property
    def remind_after(self) -> timedelta:
        hours = self.options.get("remind_after_hours")
        return timedelta(hours=hours) if hours else DEFAULT_WAIT

    # ---------------------------------------------------------------------- when

    @cached_property
    def ahead(self) -> timedelta:
        """So long before the day of a handover the stand-up is about it: a day, in which it is
        nowhere yet the day of asking; longer where people are asked ahead of the handover. Where
        turns are so short that it would be about the next one before all are asked: not at all."""
        if self.every.shortest < SHORTEST_AHEAD:
            return timedelta(0)
        before = (self._handover_weekday - self.weekday) % 7 if self.is_weekly else 0
        return DAY * (1 + (before if before <= MOST_AHEAD else 0))

    def begins(self, day: date) -> datetime:
        """From when on whoever starts that day is asked about it: midnight in the rota's zone."""
        return moment(day - self.ahead, time(0), self.rota.zone)

    def ends(self, day: date) -> datetime:
        """From when on nobody is asked any more about the shift of that day."""
        return self.begins(self.every.after(day))

    def day_asked_about(self, now: datetime) -> date:
        """The last one whose starter may be asked by now."""
        return now.astimezone(self.rota.zone).date() + self.ahead

    def on(self, day: date, person: Person) -> datetime:
        """The time of asking on that day."""
        return moment(day, self.time, self.zone_of(person))

    def next(self, day: date, person: Person, *, after: datetime) -> datetime | None:
        """When the schedule of a weekly rota asks them about the shift of that day; None where it
        does not any more."""
        since = max(after, self.begins(day))
        local = since.astimezone(self.zone_of(person)).date()
        first = local + DAY * ((self.weekday - local.weekday()) % 7)
        at = self.on(first, person)
        found = at if at > since else self.on(first + WEEK, person)
        return found if found < self.ends(day) else None

    # ---------------------------------------------------------------------- whom

    def duty(self, now: datetime) -> Duty | None:
        """The duty whose holder is the one to be asked; None where there is nobody to ask."""
        day = self.day_asked_about(now)
        shift = next(iter(on_duty(self.rota, self.rota.begins(day)).shifts), None)
        if shift is None or (self.is_weekly and now >= self.ends(shift.start)):
            return None
        # One query for the shift; what else is asked for of it is fetched with it.
        return next((duty for duty in shift.duties.all() if duty.member is not None), None)

    def question(self, duty: Duty) -> str:
        """What they are asked, in the words of the options."""
        serving = on_duty(self.rota, self.rota.begins(duty.shift.start))
        own_words = TOGETHER if self.rota.overlaps and serving.current else ALONE
        told = messages.fields(serving, lambda member: member.name, title=self.rota.title)
        plain = {name: value.translate(UNWANTED) for name, value in told.items()}
        text = (self.options.get("question") or own_words).format(**plain)
        return " ".join(text.split())
