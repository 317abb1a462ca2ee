"""What is to be said of the sync that keeps a rota's stand-up: which one, and how it asks."""

from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from rota.asking import USER_LOCAL
from rota.checks import check_filled_in, check_timezone
from rota.days import WEEKDAYS
from rota.syncs.duties.options import rota_named
from uploader.option_fields import WordListField

FIELDS = (
    "title",
    "member",
    "incoming",
    "current",
    "incoming_first_name",
    "current_first_name",
)


class Options(forms.Form):
    rota = forms.CharField(max_length=60, help_text="The rota's name.")
    standup = forms.CharField(
        label="Stand-up",
        max_length=200,
        help_text="What it is called at Geekbot, or its id. One that is not there yet is made, and "
        "its id remembered, so that it may be renamed.",
    )
    channel = forms.CharField(
        max_length=100, help_text="Where answers are shown: #support. Invite Geekbot to it."
    )
    days = WordListField(
        label="Day",
        required=False,
        help_text="On which people are asked: Wed. Empty: the day of the handover. Where "
        "turns do not change weekly, they are asked on the day itself, and this is not used.",
    )
    time = forms.CharField(initial="10:00", max_length=8, help_text="When they are asked: 10:00.")
    timezone = forms.CharField(
        label="Time zone",
        initial=USER_LOCAL,
        max_length=64,
        help_text="Where it is that time: Europe/London, or user_local for everybody's own.",
    )
    wait_minutes = forms.IntegerField(
        label="Minutes to wait",
        required=False,
        initial=10,
        min_value=0,
        max_value=24 * 60,
        help_text="How long Geekbot waits for somebody to be there. Empty: it asks at once.",
    )
    remind_after_hours = forms.IntegerField(
        label="Remind after hours",
        initial=24,
        min_value=1,
        max_value=24 * 14,
        help_text="Without an answer they are reminded so long after they were asked, and as long "
        "after that the rota's owner is told.",
    )
    question = forms.CharField(
        required=False,
        max_length=1000,
        help_text="Filled in are {title}, {member}, {incoming}, {current}, {incoming_first_name} "
        "and {current_first_name}. Empty: our own words.",
    )

    def clean_rota(self) -> str:
        rota = rota_named(self.cleaned_data["rota"], ValidationError)
        if not rota.is_rolling:
            raise ValidationError(f"{rota} is no rolling rota: nobody takes over from anybody.")
        return rota.name

    def clean_days(self) -> list[str]:
        """As Geekbot writes them."""
        days = [day.lower()[:3] for day in self.cleaned_data["days"]]
        if len(days) > 1:
            raise ValidationError("Name one day: each turn is asked about once.")
        if not set(days) <= set(WEEKDAYS):
            raise ValidationError(f"This must be one of {', '.join(map(written, WEEKDAYS))}.")
        return list(map(written, days))

    def clean_time(self) -> str:
        try:
            found = time.fromisoformat(self.cleaned_data["time"])
        except ValueError:
            raise ValidationError("This must be a time, such as 10:00 or 10:00:00.") from None
        if found.tzinfo is not None:
            raise ValidationError("In which zone it is that time is said in “timezone”.")
        return f"{found:%H:%M:%S}"

    def clean_timezone(self) -> str:
        zone: str = self.cleaned_data["timezone"]
        if zone != USER_LOCAL:
            check_timezone(zone)
        return zone

    def clean_question(self) -> str:
        question: str = self.cleaned_data["question"]
        check_filled_in(question, FIELDS)
        return question


def written(day: str) -> str:
    """wed → Wed."""
    return day.capitalize()


def in_words(options: dict[str, Any]) -> list[tuple[str, str]]:
    """The options as the sync's page tells them: a term and words for each."""
    days = ", ".join(options.get("days") or []) or "the day of the handover"
    zone = str(options.get("timezone") or USER_LOCAL)
    where = "everybody's own time" if zone == USER_LOCAL else zone
    return [
        ("Rota", str(options.get("rota", ""))),
        ("Stand-up", str(options.get("standup", ""))),
        ("Channel", str(options.get("channel", ""))),
        ("Asks on", f"{days} at {str(options.get('time') or '10:00')[:5]}, {where}"),
        ("Reminds after", f"{options.get('remind_after_hours') or 24} hours"),
    ]
