"""Rotas, who is in them, who is on duty when, and who is away; nothing is computed here."""

import secrets
import uuid
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from integrations.models import Connection, name_validator
from rota.checks import check_event_title, check_holidays, check_timezone, check_weekdays
from uploader.models import Run, Sync
from uploader.people import Person

__all__ = ["Absence", "Duty", "Member", "Move", "Rota", "Shift", "Swap"]

LEAD, ASSIST = "lead", "assist"
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
    starts_on = models.DateField(help_text="Where the first cycle begins.")
    # Whose block of lead days comes first in a cycle, and whose after it.
    start_with = models.CharField("first group", max_length=60)
    then = models.CharField("second group", max_length=60)
    event_title = models.CharField(
        max_length=300,
        default="{lead} is on support today with {assist} assisting",
        validators=[check_event_title],
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
                condition=~Q(start_with=F("then")), name="two_groups_have_two_names"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("rota", args=[self.name])

    def clean(self) -> None:
        if self.name == "sign-in":
            raise ValidationError({"name": "Where its page would be, people sign in."})

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def today(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()

    @property
    def groups(self) -> tuple[str, str]:
        return self.start_with, self.then

    def syncs(self) -> "models.QuerySet[Sync]":
        """What is kept in step with it, its own duties included."""
        return Sync.objects.filter(kind__startswith="rota_", options__rota=self.name)


class Member(models.Model):
    """A person in a rota for a while; somebody who comes back is a new member."""

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    group = models.CharField(max_length=60)
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


class Shift(models.Model):
    """A slot: whoever serves in it, it stays the same one, at calendars and in feeds."""

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="shifts")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    start = models.DateField()
    # The day after the last one.
    end = models.DateField()
    # Of a paired rota: whose member leads, in which cycle.
    leads = models.CharField(max_length=60, blank=True)
    cycle = models.PositiveIntegerField(null=True, blank=True)
    # A slot that is not needed any more; needed again, it is the same one.
    cancelled_at = models.DateTimeField(null=True, blank=True)
    # Raised with whatever of it a calendar shows.
    sequence = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["start"]
        constraints = [
            models.UniqueConstraint(fields=["rota", "start"], name="one_shift_begins_a_day"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="a_shift_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.rota} {self.start}"


class Duty(models.Model):
    """One role in one shift, and who has it. Only rota/duties.py writes here."""

    class Role(models.TextChoices):
        LEAD = LEAD, "lead"
        ASSIST = ASSIST, "assist"

    class Origin(models.TextChoices):
        GENERATED = "generated", "generated"
        PINNED = "pinned", "pinned"
        SWAPPED = "swapped", "swapped"
        OVERRIDE = "override", "by hand"

    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="duties")
    role = models.CharField(max_length=10, choices=Role.choices)
    # Nobody: a gap, for the reason that is given.
    member = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="duties"
    )
    reason = models.TextField(blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.GENERATED)
    # Who had it before it was swapped or overridden.
    instead_of = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["shift__start", "-role"]
        verbose_name_plural = "duties"
        constraints = [
            models.UniqueConstraint(fields=["shift", "role"], name="one_duty_per_role"),
        ]

    def __str__(self) -> str:
        return f"{self.role} on {self.shift.start}"

    @property
    def is_fixed(self) -> bool:
        """A person decided it: the next generation builds on it."""
        return self.origin != self.Origin.GENERATED


class Move(models.Model):
    """A duty went from one to another: by whom, when, and whether they were told. Only added to."""

    duty = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="moves")
    was = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    now = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    origin = models.CharField(max_length=10, choices=Duty.Origin.choices)
    # Whoever did it; by a run, the run.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    # When a notice of it was made, where anybody had to be told.
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["duty"], condition=Q(told_at=None), name="move_untold")]

    def __str__(self) -> str:
        return f"{self.duty}: {self.was or 'nobody'} → {self.now or 'nobody'}"


class Absence(models.Model):
    """Days on which somebody is away; half a day counts. Of what kind is nobody's business."""

    class Origin(models.TextChoices):
        BY_HAND = "by_hand", "entered by hand"
        LEAVE = "leave", "from the leave system"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.BY_HAND)
    # Where leave was read from: it is kept as it is there.
    connection = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="an_absence_lasts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} away {self.first_day} to {self.last_day}"


class Swap(models.Model):
    """Somebody asks to be relieved of a duty, perhaps for another one; and who took it."""

    class State(models.TextChoices):
        ASKED = "asked", "asked for"
        TAKEN = "taken", "taken"
        WITHDRAWN = "withdrawn", "withdrawn"

    duty = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="swaps")
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="swaps_asked")
    # What is given in return; empty for a favour.
    with_duty = models.ForeignKey(
        Duty, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    taken_by = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="swaps_taken"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    note = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    # When those who could take it were told.
    told_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["duty"], condition=Q(state="asked"), name="one_open_swap_per_duty"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_by} asks for {self.duty} to be taken"
