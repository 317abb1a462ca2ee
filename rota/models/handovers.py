"""What is told and set elsewhere when one shift follows another, and who people are at Slack."""

from django.db import models

from integrations.models import Connection
from rota.models.shifts import Shift
from uploader.models import Notice, Run


class Step(models.Model):
    """One thing to be done when a shift begins, and how it came out. Only rota/handovers.py
    writes here."""

    class Name(models.TextChoices):
        SLACK_USERGROUP = "slack_usergroup", "Slack usergroup"
        SLACK_MESSAGE = "slack_message", "message in Slack"
        GEEKBOT_STANDUP = "geekbot_standup", "stand-up at Geekbot"
        GEEKBOT_QUESTION = "geekbot_question", "question by Geekbot"

    class Outcome(models.TextChoices):
        DUE = "", "under way"
        DONE = "done", "done"
        REJECTED = "rejected", "refused"
        SKIPPED = "skipped", "left out"
        UNKNOWN = "unknown", "sent, and not known whether it arrived"

    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=20, choices=Name.choices)
    due_at = models.DateTimeField()
    outcome = models.CharField(
        max_length=10, choices=Outcome.choices, default=Outcome.DUE, blank=True
    )
    reason = models.TextField(blank=True)
    # What does it: a run of the projection, or a notice.
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    notice = models.ForeignKey(
        Notice, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_at", "name"]
        constraints = [
            models.UniqueConstraint(fields=["shift", "name"], name="each_step_once_a_shift"),
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()} for {self.shift}"


class SlackAccount(models.Model):
    """Who somebody is at Slack, as we asked last. Only rota/slack_accounts.py writes here."""

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="slack_accounts"
    )
    slack_id = models.CharField(max_length=40)
    # Never empty.
    name = models.CharField(max_length=200)
    full_name = models.CharField(max_length=200, blank=True)
    # Empty where we may not read it.
    email = models.CharField(max_length=254, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    # Neither deactivated, nor a guest, nor a bot: such as can be in a usergroup.
    is_regular = models.BooleanField(default=True)
    looked_up_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "slack_id"], name="one_account_per_slack_id"
            ),
        ]

    def __str__(self) -> str:
        return self.name
