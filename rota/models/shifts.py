"""Shifts, who has which duty in them, how duties moved, who is away, and swaps."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from integrations.models import Connection
from rota.models.rotas import ASSIST, LEAD, MEMBER, Member, Rota
from uploader.models import Run
from uploader.people import Person


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
    # Of a rolling rota: whose turn it is in the order, whoever serves; the next turn follows it.
    turn = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
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
        # The one role of a rolling rota.
        MEMBER = MEMBER, "member"

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
    # When they are, or were, asked whether they accept it; what they said; when they said yes.
    asked_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["shift__start", "-role"]
        verbose_name_plural = "duties"
        constraints = [
            models.UniqueConstraint(fields=["shift", "role"], name="one_duty_per_role"),
        ]

    def __str__(self) -> str:
        if self.role == MEMBER:
            return f"the turn from {self.shift.start}"
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
