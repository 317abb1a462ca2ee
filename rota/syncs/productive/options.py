"""What is to be said of the sync that books a rota's duties: of which rota, on what, how long."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from rota.syncs.duties.options import rota_named
from uploader.syncs.productive.words import hours_in_words

MINUTES = 420


class Options(forms.Form):
    rota = forms.CharField(max_length=60, help_text="The rota's name.")
    service_id = forms.CharField(
        label="Service at Productive",
        max_length=18,
        validators=[RegexValidator(r"\A[0-9]+\Z", "The id of a service is a number.")],
        help_text="Its id, such as 5551: the number after “service” in the address when it is "
        "open at Productive. Booking tracking has to be on for it.",
    )
    minutes = forms.IntegerField(
        label="Minutes a day",
        initial=MINUTES,
        min_value=1,
        max_value=24 * 60,
        help_text="How long a day of duty is booked.",
    )

    def clean_rota(self) -> str:
        return rota_named(self.cleaned_data["rota"], ValidationError).name


def minutes_in(options: dict[str, Any]) -> int:
    return int(options.get("minutes") or MINUTES)


def in_words(options: dict[str, Any]) -> list[tuple[str, str]]:
    """The options as the sync's page tells them: a term and words for each."""
    return [
        ("Rota", str(options.get("rota", ""))),
        ("Service", str(options.get("service_id", ""))),
        ("A day of duty", hours_in_words(minutes_in(options))),
    ]
