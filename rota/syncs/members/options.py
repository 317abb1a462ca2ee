"""What is to be said of the sync that draws a rota's members from Slack: of which usergroup."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from rota.syncs.duties.options import rota_named


class Options(forms.Form):
    rota = forms.CharField(max_length=60, help_text="The rota's name.")
    usergroup = forms.CharField(
        max_length=100,
        help_text="Its handle, support-triagers, or its id. Whoever is in it is in the rota, and "
        "nobody else: joiners come last in the order of turns.",
    )

    def clean_rota(self) -> str:
        rota = rota_named(self.cleaned_data["rota"], ValidationError)
        if not rota.is_rolling:
            raise ValidationError(f"{rota} is no rolling rota: its members are in two groups.")
        return rota.name


def in_words(options: dict[str, Any]) -> list[tuple[str, str]]:
    """The options as the sync's page tells them: a term and words for each."""
    return [
        ("Rota", str(options.get("rota", ""))),
        ("Usergroup", str(options.get("usergroup", ""))),
    ]
