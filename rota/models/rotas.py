"""Rotas, and who is in them; nothing is computed here."""

import secrets
import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from integrations.models import Connection, name_validator
from rota.checks import (
    check_filled_in,
    check_handover_day,
    check_holidays,
    check_period,
    check_timezone,
    check_weekdays,
)
from rota.days import DAY
from rota.periods import NotAPeriod, Period
from uploader.models import Sync
from uploader.people import Person

LEAD, ASSIST, MEMBER = "lead", "assist", "member"
# A rolling rota has no groups: everybody is in this one.
NO_GROUP = ""
# So long after their last day people still see the rota they were in.
LATELY = timedelta(days=60)


def _five_days() -> list[str]:
    return ["mon", "tue", "wed", "thu", "fri"]


def _token() -> str:
    return secrets.token_urlsafe(24)


def _seed() -> int:
    return secrets.randbelow(10**6)


class RotaQuerySet(models.QuerySet["Rota"]):
    def visible_to(self, user: Any) -> "RotaQuerySet":
        """The rotas one is in, or was until lately; all of them for staff who may view rotas."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff and user.has_perm("rota.view_rota"):
            return self
        lately = timezone.now().date() - LATELY
        there = Q(left_on=None) | Q(left_on__gte=lately)
        own = Q(pk__in=Member.objects.filter(there, person__user=user).values("rota"))
        return self.filter(own | Q(owner__user=user), enabled=True)


class Rota(models.Model):
    """Who is on duty, from a day on, and how that is decided."""

    class Kind(models.TextChoices):
        PAIRED = "paired", "pairs of two groups, a working day each"
        ROLLING = "rolling", "one after the other, for a while each"

    name = models.CharField(max_length=60, unique=True, validators=[name_validator])
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.PAIRED)
    title = models.CharField(max_length=200)
    timezone = models.CharField(max_length=64, default="UTC", validators=[check_timezone])
    holidays = models.CharField(
        max_length=20,
        blank=True,
        validators=[check_holidays],
        help_text="Whose public holidays are no working days: a country (FR) or a part of one "
        "(GB-ENG). Empty: none.",
    )
    workdays = models.JSONField(default=_five_days, validators=[check_weekdays])
    starts_on = models.DateField(
        help_text="Where the first cycle begins; of a rolling rota, before when nobody's turn does."
    )
    # Whose block of lead days comes first in a cycle, and whose after it.
    start_with = models.CharField("first group", max_length=60, blank=True)
    then = models.CharField("second group", max_length=60, blank=True)
    # Of a rolling rota: how often somebody new starts, how long they serve, and when they do.
    every = models.CharField(
        max_length=10,
        blank=True,
        validators=[check_period],
        help_text="How often somebody new starts: 3d, 1w or 1mo.",
    )
    lasts = models.CharField(
        max_length=10,
        blank=True,
        validators=[check_period],
        help_text="How long they serve; longer than “every” means that two overlap.",
    )
    handover_on = models.CharField(
        max_length=3,
        blank=True,
        validators=[check_handover_day],
        help_text="The weekday on which they start (wed), or the day of the month (1).",
    )
    at = models.TimeField(
        default=time(0),
        help_text="When one shift ends and the next begins, in the rota's zone.",
    )
    event_title = models.CharField(
        max_length=300,
        default="{lead} is on support today with {assist} assisting",
        help_text="What an event on the calendar is called: {lead}, {assist} and {title} are "
        "filled in.",
    )
    owner = models.ForeignKey(
        Person,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="owned_rotas",
        help_text="Told about gaps and failures.",
    )
    min_gap = models.PositiveSmallIntegerField(
        "smallest gap",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Working days between two duties of a person. Empty: 5, or what the smaller "
        "group allows.",
    )
    horizon = models.DurationField(
        null=True, blank=True, help_text="How far ahead it is kept filled. Empty: only on request."
    )
    leave = models.ForeignKey(
        Connection,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="leave_of",
        limit_choices_to={"provider": "breathe", "owner": None},
        help_text="Whose leave there makes people unavailable.",
    )
    # Breaks ties: the same inputs give the same rota.
    seed = models.PositiveIntegerField(default=_seed)
    # What tells our own events at a calendar from those of another installation.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Changes of shift before that are nobody's news: it was not told in Slack or Geekbot yet.
    handovers_since = models.DateTimeField(null=True, blank=True, editable=False)
    # Whoever knows it may read the rota's feed.
    feed_token = models.CharField(max_length=64, default=_token, editable=False)
    enabled = models.BooleanField(default=True)
    from_file = models.BooleanField(default=False, editable=False)

    objects = RotaQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        permissions = [
            ("generate_rota", "Can generate and publish a rota"),
            ("act_for_members", "Can change duties and swaps on behalf of members"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(start_with=F("then")) | Q(kind="rolling"),
                name="two_groups_have_two_names",
            ),
            models.CheckConstraint(
                condition=Q(kind="paired") | (~Q(every="") & ~Q(lasts="")),
                name="a_rolling_rota_knows_how_often",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("rota", args=[self.name])

    def clean(self) -> None:
        if self.name == "sign-in":
            raise ValidationError({"name": "Where its page would be, people sign in."})
        try:
            check_filled_in(self.event_title, (*self.roles, "title"))
        except ValidationError as error:
            raise ValidationError({"event_title": error.messages}) from error
        if self.is_rolling and self.every and self.lasts:
            self._require_a_rhythm()

    def _require_a_rhythm(self) -> None:
        """Somebody is always on duty, and starts on a day that comes."""
        try:
            every, lasts = Period.parse(self.every), Period.parse(self.lasts)
        except NotAPeriod:
            return  # the field itself says so
        if lasts.shortest < every.shortest:
            raise ValidationError(
                {"lasts": f"Nobody would be on duty in between: at least {self.every}."}
            )
        by_month = bool(every.months)
        if self.handover_on and self.handover_on.isdigit() != by_month:
            allowed = "a day of the month, such as 1" if by_month else "a weekday, such as wed"
            raise ValidationError({"handover_on": f"With “every” {self.every} it is {allowed}."})
        if self.handover_on and every.days % 7:
            raise ValidationError(
                {"handover_on": f"With “every” {self.every} the weekday changes: leave it out."}
            )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def is_rolling(self) -> bool:
        return self.kind == self.Kind.ROLLING

    def begins(self, day: date) -> datetime:
        """The moment at which shifts of that day begin, and earlier ones end. A time that the
        clocks leave out is as long after midnight as it says; of one that comes twice, the first.
        """
        return datetime.combine(day, self.at, tzinfo=self.zone).astimezone(UTC)

    def today(self, now: datetime) -> date:
        """The day whose shifts serve: until the time of the handover it is still the one before."""
        day = now.astimezone(self.zone).date()
        return day if now >= self.begins(day) else day - DAY

    @property
    def overlaps(self) -> bool:
        """Whether whoever starts serves beside whoever started before."""
        if not self.is_rolling:
            return False
        return Period.parse(self.lasts).shortest > Period.parse(self.every).shortest

    @property
    def roles(self) -> tuple[str, ...]:
        """What there is to do in each of its shifts."""
        return (MEMBER,) if self.is_rolling else (LEAD, ASSIST)

    @property
    def groups(self) -> tuple[str, str]:
        """Of a rolling rota both are the one that everybody is in."""
        return self.start_with, self.then

    def syncs(self) -> "models.QuerySet[Sync]":
        """What is kept in step with it, its own duties included."""
        return Sync.objects.filter(kind__startswith="rota_", options__rota=self.name)


class Member(models.Model):
    """A person in a rota for a while; somebody who comes back is a new member."""

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    group = models.CharField(max_length=60, blank=True)
    # Of a rolling rota: the order in which turns go round.
    position = models.PositiveSmallIntegerField(default=0)
    weekdays = models.JSONField(
        default=list,
        blank=True,
        validators=[check_weekdays],
        help_text='Of a part-timer: ["mon", "tue"]. Empty: all working days.',
    )
    weight = models.FloatField(
        default=1.0, help_text="Their share of the duties, compared with others' 1."
    )
    joined_on = models.DateField(
        "from",
        null=True,
        blank=True,
        help_text="Empty: from the beginning; in a rota that is under way, from today.",
    )
    left_on = models.DateField("until", null=True, blank=True, help_text="The last day.")
    opening_credit = models.FloatField(
        default=0.0,
        help_text="Duties of each role beyond (or, below zero, short of) a fair share that they "
        "had done before.",
    )
    # Whoever knows it may read this member's own feed.
    feed_token = models.CharField(max_length=64, default=_token, editable=False)
    from_file = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["group", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rota", "person"],
                condition=Q(left_on=None),
                name="once_at_a_time_in_a_rota",
            ),
            models.CheckConstraint(condition=Q(weight__gt=0), name="a_weight_is_above_zero"),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(joined_on=None) | Q(left_on__gte=F("joined_on")),
                name="nobody_leaves_before_they_join",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.person.name

    def serves_on(self, day: date) -> bool:
        """Whether they are in the rota that day; not whether they are away."""
        return (self.joined_on is None or self.joined_on <= day) and (
            self.left_on is None or day <= self.left_on
        )
