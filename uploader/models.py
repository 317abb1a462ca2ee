"""Syncs, their runs, what each run changed, and what we remember of what we wrote."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from integrations.encryption import SealedField
from integrations.models import Connection, name_validator
from uploader.people import Address, Person

__all__ = ["Address", "Change", "Link", "Notice", "Person", "Run", "Sync"]


class SyncQuerySet(models.QuerySet["Sync"]):
    def visible_to(self, user: Any) -> "SyncQuerySet":
        """A sync belongs to whom its target belongs to; the team's are for permitted staff."""
        if not user.is_authenticated:
            return self.none()
        own = Q(target__owner=user)
        if user.is_staff and user.has_perm("uploader.view_sync"):
            own |= Q(target__owner=None)
        return self.filter(own)


class Sync(models.Model):
    """One projection: what should be at the target, compared with what is, and corrected."""

    class Mode(models.TextChoices):
        DRY_RUN = "dry_run", "only look"
        REVIEW = "review", "ask before writing"
        AUTOMATIC = "automatic", "write by itself"

    name = models.CharField(max_length=100, unique=True, validators=[name_validator])
    kind = models.CharField(max_length=60)
    source = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.SET_NULL, related_name="sources_of"
    )
    target = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.SET_NULL, related_name="targets_of"
    )
    options = models.JSONField(default=dict, blank=True)
    mode = models.CharField(max_length=20, choices=Mode.choices, default=Mode.DRY_RUN)
    every = models.DurationField(null=True, blank=True, help_text="Empty: only on request.")
    max_delete_share = models.FloatField(default=0.3)
    # When the next regular run begins: the last due moment plus `every`, missed ones skipped.
    next_run_at = models.DateTimeField(null=True, blank=True, db_index=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    # What the target holds by now, for the pages to show; planning never reads it.
    summary = models.JSONField(default=dict, blank=True, editable=False)
    # Somebody asked that all that was written for them be deleted: every run erases until it is.
    erasing = models.BooleanField(default=False, editable=False)
    enabled = models.BooleanField(default=True)
    from_file = models.BooleanField(default=False, editable=False)

    objects = SyncQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        permissions = [
            ("run_sync", "Can run a sync"),
            ("approve_sync", "Can approve what a sync would do"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("sync", args=[self.name])

    def following(self, now: datetime) -> datetime | None:
        """The first regular moment after `now`, on the same beat as before."""
        if self.every is None or self.every <= timedelta(0):
            return None
        due = self.next_run_at or now
        missed = max(0, (now - due) // self.every) + 1 if due <= now else 0
        return due + missed * self.every


OPEN = ["queued", "running", "waiting"]


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, user: Any) -> "RunQuerySet":
        return self.filter(sync__in=Sync.objects.visible_to(user))

    def open(self) -> "RunQuerySet":
        return self.filter(status__in=OPEN)


class Run(models.Model):
    """One attempt to bring a sync's target in step. Only uploader/runs.py writes here."""

    class Status(models.TextChoices):
        QUEUED = "queued", "about to start"
        RUNNING = "running", "running"
        WAITING = "waiting", "waiting to try again"
        NEEDS_REVIEW = "needs_review", "waiting for approval"
        FINISHED = "finished", "finished"
        FINISHED_WITH_PROBLEMS = "finished_with_problems", "finished with problems"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, related_name="runs")
    trigger = models.CharField(max_length=20)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    params = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=30, choices=Status.choices, default=Status.QUEUED)
    # When this run needs somebody: its wait is over, its lease is over, or its message was lost.
    next_at = models.DateTimeField(null=True)
    # Raised whenever the run changes hands; every write says "where claim is mine".
    claim = models.PositiveIntegerField(default=0)
    # Waits in a row, and deaths of workers in a row, since something was last achieved.
    attempts = models.PositiveIntegerField(default=0)
    crashes = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    requests = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    checksum = models.CharField(max_length=16, blank=True)
    # What a person who approves this run approves: the engine's own notes, one a change.
    approvable = models.JSONField(default=list, blank=True)
    # And what stays as it is, in words, by whom it concerns.
    in_step = models.JSONField(default=dict, blank=True)
    # What was read before a wait and need not be read again after it; gone when it is taken up.
    kept = SealedField(blank=True, editable=False, default=dict)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sync"], condition=Q(status__in=OPEN), name="one_open_run_per_sync"
            )
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(status__in=OPEN), name="run_due"),
            models.Index(fields=["sync", "-id"], name="run_latest"),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.sync}"

    def get_absolute_url(self) -> str:
        return reverse("run", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


class Change(models.Model):
    """One line of a run: what was to be done, to what, and how it came out."""

    class Outcome(models.TextChoices):
        PLANNED = "planned", "planned"
        DONE = "done", "done"
        REJECTED = "rejected", "rejected"
        SKIPPED = "skipped", "left alone"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="changes")
    n = models.PositiveIntegerField()
    action = models.CharField(max_length=10)
    key = models.CharField(max_length=200)
    subject = models.CharField(max_length=200, blank=True)
    what = models.TextField(blank=True)
    # What was there before an update, in words.
    was = models.TextField(blank=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.PLANNED)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["n"]
        constraints = [models.UniqueConstraint(fields=["run", "n"], name="one_line_per_number")]

    def __str__(self) -> str:
        return f"{self.action} {self.what}"


class Link(models.Model):
    """What we wrote under which key, and what the target then showed."""

    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, related_name="links")
    part = models.CharField(max_length=60, default="", blank=True)
    key = models.CharField(max_length=200)
    # As long as the longest id that a provider allows.
    ref = models.CharField(max_length=1024, null=True, blank=True)
    wanted = models.CharField(max_length=64, null=True, blank=True)
    # A trace, or a list of ids: see uploader/items.py.
    found = models.TextField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sync", "part", "key"], name="one_link_per_key"),
            models.UniqueConstraint(fields=["sync", "part", "ref"], name="one_link_per_ref"),
        ]

    def __str__(self) -> str:
        return f"{self.key} → {self.ref or '?'}"


class Notice(models.Model):
    """Something told to people once: `sent_at` is committed before the call, `ref` after it."""

    key = models.CharField(max_length=200, unique=True)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE)
    # "mail", or the provider of the connection that it goes by.
    channel = models.CharField(max_length=60)
    connection = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    # What it says, and to which address; let go when it has been sent, or never will be.
    recipient = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    # When it needs somebody next; while it is under way, the end of the lease of whoever sends it.
    due_at = models.DateTimeField(db_index=True)
    # When it is too late to be told; empty: never.
    expires_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    ref = models.CharField(max_length=200, blank=True)
    # Times that it certainly did not arrive.
    attempts = models.PositiveIntegerField(default=0)
    # It was not there when it was looked for, and so was to be sent once more.
    repeated = models.BooleanField(default=False)
    outcome = models.CharField(max_length=20, blank=True)
    # Why it did not arrive, in words.
    reason = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(sent_at=None, outcome=""), name="notice_due"
            )
        ]

    def __str__(self) -> str:
        return self.key
