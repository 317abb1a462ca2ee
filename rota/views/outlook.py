"""What a rota's page shows of time: who is on now and who is next, and the coming weeks by day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from rota import days
from rota.models import Absence, Duty, Rota, Shift, Swap
from rota.views.access import acts_for_all
from rota.words import DOES

WEEKS = 6
WEEK = timedelta(days=7)
# So long before a turn it may be accepted.
ACCEPTED_AHEAD = timedelta(days=14)
MARKS = {
    Duty.Origin.PINNED: "kept",
    Duty.Origin.SWAPPED: "swapped",
    Duty.Origin.OVERRIDE: "by hand",
}


@dataclass(frozen=True, kw_only=True)
class Post:
    """One duty as it is shown to one visitor."""

    duty: Duty
    is_own: bool
    # It may be asked, by this visitor, that somebody else take it.
    may_ask: bool
    # Of a rolling rota: that they accept it may be said by this visitor.
    may_accept: bool
    swap: Swap | None

    @property
    def mark(self) -> str:
        return MARKS.get(Duty.Origin(self.duty.origin), "")

    @property
    def verb(self) -> str:
        return DOES[self.duty.role]


@dataclass(frozen=True, kw_only=True)
class Day:
    on: date
    today: date
    # Why nobody is needed; empty on working days.
    off: str
    holiday: str
    posts: list[Post]
    away: list[str]

    @property
    def is_today(self) -> bool:
        return self.on == self.today

    @property
    def is_past(self) -> bool:
        return self.on < self.today

    @property
    def is_own(self) -> bool:
        return any(post.is_own for post in self.posts)

    @property
    def has_gap(self) -> bool:
        return not self.is_past and any(post.duty.member is None for post in self.posts)

    @property
    def is_empty(self) -> bool:
        """Nothing worth a line of its own on a small screen."""
        return bool(self.off) and not (self.holiday or self.posts or self.away or self.is_today)


@dataclass(frozen=True, kw_only=True)
class Turns:
    """Who is on duty now and who is next; `off` says why nobody is needed today."""

    today: date
    now: Shift | None
    next: Shift | None
    off: str

    @property
    def tomorrow(self) -> date:
        return self.today + days.DAY

    @property
    def until(self) -> date | None:
        """The last day of those who are on now."""
        return self.now.end - days.DAY if self.now else None


def upcoming(rota: Rota, *, now: datetime) -> Any:
    """Its shifts that are not over, with those who serve."""
    shifts = rota.shifts.filter(end__gt=rota.today(now), cancelled_at=None)
    return shifts.prefetch_related("duties__member__person")


def turns(rota: Rota, *, now: datetime) -> Turns:
    today = rota.today(now)
    first = list(upcoming(rota, now=now)[:2])
    on = next((shift for shift in first if shift.start <= today), None)
    after = next((shift for shift in first if shift.start > today), None)
    return Turns(today=today, now=on, next=after, off=Calendar(rota, today, today).off(today))


class Calendar:
    """Which days are working days of a rota, within a span."""

    def __init__(self, rota: Rota, first: date, last: date) -> None:
        self.workdays = days.numbers(rota.workdays)
        self.holidays = days.holidays_of(rota.holidays, range(first.year, last.year + 1))

    def holiday(self, day: date) -> str:
        return self.holidays.get(day, "")

    def off(self, day: date) -> str:
        if day in self.holidays:
            return self.holidays[day]
        return "" if day.weekday() in self.workdays else "no working day"


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def begin(asked: str, *, today: date) -> date:
    """The Monday with which the calendar begins: of the day asked for, or of today."""
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        day = today
    near = timedelta(days=3 * 366)
    return monday(min(max(day, today - near), today + near))


def weeks(rota: Rota, *, first: date, user: Any, now: datetime) -> list[list[Day]]:
    last = first + WEEKS * WEEK - days.DAY
    calendar = Calendar(rota, first, last)
    posts, away = _posts(rota, first, last, user=user, now=now), _away(rota, first, last)
    today = rota.today(now)

    def shown(day: date) -> Day:
        off = calendar.off(day)
        return Day(
            on=day,
            today=today,
            off=off,
            holiday=calendar.holiday(day),
            posts=posts[day],
            # Where nobody is needed, nobody is missed.
            away=[] if off else sorted(away[day]),
        )

    all_days = [first + number * days.DAY for number in range(7 * WEEKS)]
    return [[shown(day) for day in all_days[n : n + 7]] for n in range(0, len(all_days), 7)]


def _posts(
    rota: Rota, first: date, last: date, *, user: Any, now: datetime
) -> dict[date, list[Post]]:
    duties = Duty.objects.filter(
        shift__rota=rota, shift__start__lte=last, shift__end__gt=first, shift__cancelled_at=None
    )
    found: dict[date, list[Post]] = defaultdict(list)
    for post in posts(duties, rota=rota, user=user, now=now):
        shift = post.duty.shift
        day = max(shift.start, first)
        while day < min(shift.end, last + days.DAY):
            found[day].append(post)
            day += days.DAY
    return found


def posts(duties: Any, *, rota: Rota, user: Any, now: datetime) -> list[Post]:
    """The duties, the first day first, as this visitor may see and change them."""
    today, for_all = rota.today(now), acts_for_all(user)
    duties = list(duties.select_related("shift__rota", "member__person", "instead_of__person"))
    asked = {swap.duty_id: swap for swap in open_swaps(duties)}
    soon = today + ACCEPTED_AHEAD

    def post(duty: Duty) -> Post:
        is_own = duty.member is not None and duty.member.person.user_id == user.pk
        is_open = duty.member is not None and duty.shift.end > today and duty.pk not in asked
        is_near = rota.is_rolling and duty.shift.start <= soon and duty.accepted_at is None
        return Post(
            duty=duty,
            is_own=is_own,
            may_ask=is_open and (is_own or for_all),
            may_accept=is_open and is_near and is_own,
            swap=asked.get(duty.pk),
        )

    return [post(duty) for duty in duties]


def open_swaps(duties: Iterable[Duty]) -> list[Swap]:
    """What is asked for of them, the first day first."""
    swaps = Swap.objects.filter(state=Swap.State.ASKED, duty__in=[duty.pk for duty in duties])
    return list(
        swaps.select_related(
            "duty__shift__rota", "asked_by__person", "with_duty__shift", "with_duty__member__person"
        ).order_by("duty__shift__start", "pk")
    )


def _away(rota: Rota, first: date, last: date) -> dict[date, set[str]]:
    """Who is not there, by day; why is nobody's business."""
    members = list(rota.members.select_related("person"))
    absences = Absence.objects.filter(
        person__in=[member.person_id for member in members],
        first_day__lte=last,
        last_day__gte=first,
    )
    of_person = defaultdict(list)
    for absence in absences:
        of_person[absence.person_id].append(absence)
    found: dict[date, set[str]] = defaultdict(set)
    for member in members:
        for absence in of_person[member.person_id]:
            day = max(absence.first_day, first)
            while day <= min(absence.last_day, last):
                if member.serves_on(day):
                    found[day].add(member.name)
                day += days.DAY
    return found
