"""What a rolling rota's page shows of time: who is current and incoming, and who comes next."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.utils.dateformat import format as told

from rota.days import DAY
from rota.models import Absence, Duty, Member, Rota, Shift
from rota.on_duty import on_duty
from rota.views import outlook
from rota.waiting import was_asked
from rota.words import last_day

SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class Seat:
    """Somebody who serves now, and as what."""

    label: str
    rota: Rota
    shift: Shift
    duty: Duty | None
    # Whether they were asked, by Geekbot, whether they accept it.
    is_asked: bool

    @property
    def until(self) -> str:
        """The last day; or the moment, where shifts do not end at midnight."""
        if self.rota.at == time(0):
            return told(last_day(self.shift), "l j F")
        return f"{told(self.shift.end, 'l j F')}, {self.rota.at:%H:%M}"

    @property
    def turn_of(self) -> Member | None:
        return turn_of(self.shift, self.duty.member if self.duty else None)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where the rota stands: `seats`, the one who began first at first, and who starts next."""

    today: date
    seats: list[Seat]
    next: Shift | None
    at: str

    @property
    def tomorrow(self) -> date:
        return self.today + DAY

    @property
    def starter(self) -> Member | None:
        duty = _duty_of(self.next) if self.next else None
        return duty.member if duty else None


def turn_of(shift: Shift, holder: Member | None) -> Member | None:
    """Whose turn it is in the order, where somebody else serves."""
    return shift.turn if shift.turn_id != (holder.pk if holder else None) else None


def standing(rota: Rota, *, now: datetime) -> Standing:
    serving = on_duty(rota, now).shifts
    labels = ["Incoming", "Current"] if rota.overlaps else ["On duty"]
    # Where three overlap, whoever began earliest serves on without being either.
    labels += ["Also on duty"] * (len(serving) - len(labels))
    seats = [
        Seat(
            label=label,
            rota=rota,
            shift=shift,
            duty=(duty := _duty_of(shift)),
            is_asked=duty is not None and was_asked(duty, now=now),
        )
        for label, shift in zip(labels, serving, strict=False)
    ]
    coming = rota.shifts.filter(start__gt=rota.today(now), cancelled_at=None)
    return Standing(
        today=now.astimezone(rota.zone).date(),
        seats=seats[::-1],
        next=coming.prefetch_related("duties__member__person").first(),
        at=f"{rota.at:%H:%M}" if rota.at != time(0) else "",
    )


def _duty_of(shift: Shift) -> Duty | None:
    return next(iter(shift.duties.all()), None)


# ------------------------------------------------------------------ turns to come


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One service as it is shown to one visitor."""

    post: outlook.Post
    today: date
    # Of the days of the service, so many on which whoever serves is away.
    days_away: int
    is_asked: bool

    @property
    def duty(self) -> Duty:
        return self.post.duty

    @property
    def shift(self) -> Shift:
        return self.duty.shift

    @property
    def days(self) -> int:
        return (self.shift.end - self.shift.start).days

    @property
    def is_now(self) -> bool:
        return self.shift.start <= self.today < self.shift.end

    @property
    def is_gap(self) -> bool:
        return self.duty.member is None and self.shift.end > self.today

    @property
    def turn_of(self) -> Member | None:
        return turn_of(self.shift, self.duty.member)


@dataclass(frozen=True, kw_only=True)
class Turns:
    """Some of them in a row, and the days from which the ones before and after are shown."""

    rows: list[Turn]
    earlier: date | None
    later: date | None
    is_from_today: bool


def turns(rota: Rota, *, asked: str, user: Any, now: datetime) -> Turns:
    first = _day(asked)
    whole = Duty.objects.filter(shift__rota=rota, shift__cancelled_at=None)
    today = rota.today(now)
    begin = whole.filter(shift__start__gte=first) if first else whole.filter(shift__end__gt=today)
    coming = begin.select_related("shift__turn__person")[: SHOWN + 1]
    posts = outlook.posts(coming, rota=rota, user=user, now=now)
    start = posts[0].duty.shift.start if posts else first or today
    before = whole.filter(shift__start__lt=start).order_by("-shift__start")
    earlier = list(before.values_list("shift__start", flat=True)[:SHOWN])
    return Turns(
        rows=_rows(rota, posts[:SHOWN], now=now),
        earlier=earlier[-1] if earlier else None,
        later=posts[SHOWN].duty.shift.start if len(posts) > SHOWN else None,
        is_from_today=first is None,
    )


def _day(asked: str) -> date | None:
    try:
        return date.fromisoformat(asked)
    except ValueError:
        return None


def _rows(rota: Rota, posts: list[outlook.Post], *, now: datetime) -> list[Turn]:
    away = _away([post.duty for post in posts])
    return [
        Turn(
            post=post,
            today=rota.today(now),
            days_away=away[post.duty.pk],
            is_asked=was_asked(post.duty, now=now),
        )
        for post in posts
    ]


def _away(duties: Iterable[Duty]) -> dict[int, int]:
    """By duty, on how many of its days its member is away; why is nobody's business."""
    held = [(duty, duty.member.person_id) for duty in duties if duty.member is not None]
    spans = defaultdict(list)
    for absence in Absence.objects.filter(person__in={person for _, person in held}):
        spans[absence.person_id].append(absence)
    found: dict[int, int] = defaultdict(int)
    for duty, person in held:
        days = set()
        for absence in spans[person]:
            day = max(absence.first_day, duty.shift.start)
            while day <= min(absence.last_day, last_day(duty.shift)):
                days.add(day)
                day += DAY
        found[duty.pk] = len(days)
    return found


def order(rota: Rota, *, now: datetime) -> list[Member]:
    """Whose turn comes after whose."""
    today = rota.today(now)
    members = rota.members.select_related("person").order_by("position", "pk")
    return [each for each in members if each.left_on is None or each.left_on >= today]
