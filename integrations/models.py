"""Connections to providers, and how fast we may talk over them."""

from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from integrations import provider as providers
from integrations.encryption import SealedField

name_validator = RegexValidator(
    r"\A[a-z0-9][a-z0-9_-]*\Z", "Small letters, digits, hyphens and underscores only."
)


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def visible_to(self, user: Any) -> "ConnectionQuerySet":
        """A member's own; the team's for staff who may view connections."""
        own = Q(owner=user) if user.is_authenticated else Q(pk=None)
        if user.is_staff and user.has_perm("integrations.view_connection"):
            own |= Q(owner=None)
        return self.filter(own)


class Connection(models.Model):
    """Leave to talk to one provider on somebody's behalf: a member's, or (no owner) the team's."""

    class State(models.TextChoices):
        CONNECTED = "connected", "connected"
        UNCONFIRMED = "unconfirmed", "waiting for an answer"
        NEEDS_RECONNECT = "needs_reconnect", "needs to be connected again"
        DISCONNECTED = "disconnected", "disconnected"

    name = models.CharField(max_length=100, unique=True, validators=[name_validator])
    provider = models.CharField(max_length=40)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="connections",
        help_text="The member whose connection this is; empty for the team's.",
    )
    credentials = SealedField(blank=True, editable=False, default=dict)
    # Whose account it is, in the provider's own terms, where it says so.
    account = models.CharField(max_length=200, blank=True)
    # Small things learnt about this account that no setting tells, such as our project's source.
    facts = models.JSONField(default=dict, blank=True, editable=False)
    base_url = models.URLField(blank=True, help_text="Only for a regional address.")
    state = models.CharField(max_length=20, choices=State.choices, default=State.CONNECTED)
    reason = models.TextField(blank=True)
    connected_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    # Whoever set this holds the right to refresh the tokens until then.
    refreshing_until = models.DateTimeField(null=True, blank=True, editable=False)
    enabled = models.BooleanField(default=True)
    from_file = models.BooleanField(default=False, editable=False)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "provider"],
                condition=Q(owner__isnull=False),
                name="one_connection_per_owner_and_provider",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def spec(self) -> "providers.Provider":
        return providers.get(self.provider)

    @property
    def is_usable(self) -> bool:
        return self.enabled and self.state == self.State.CONNECTED


class Pace(models.Model):
    """When the next request with one credential may go; a whole key pauses, not one task."""

    key = models.CharField(max_length=120, primary_key=True)
    # How many have been let through since the last rest.
    taken = models.PositiveIntegerField(default=0)
    # When a rest is over that begins with the latest of them.
    free_at = models.DateTimeField()
    # Where requests are spaced within a second: when the next one may go.
    next_at = models.DateTimeField(null=True, blank=True)
    # The provider itself asked for a pause until then.
    paused_until = models.DateTimeField(null=True, blank=True)
    # Its latest refusal, and the first of those since which nothing has passed.
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_since = models.DateTimeField(null=True, blank=True)
    # What repeated refusals have taught: so many requests, and then so many seconds of rest.
    allowance = models.PositiveIntegerField(null=True, blank=True)
    rest = models.FloatField(null=True, blank=True)

    def __str__(self) -> str:
        return self.key
