"""What is to be said of the sync that shows a rota on a calendar: whose, where, and to whom."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from rota.syncs.duties.options import rota_named

PRIMARY = (
    "“primary” is the calendar of whoever signs in; a service account's is one that nobody sees. "
    "Give the id of the calendar itself, as its settings show it."
)


class Options(forms.Form):
    rota = forms.CharField(max_length=60, help_text="The rota's name.")
    calendar_id = forms.CharField(
        label="Calendar",
        max_length=250,
        help_text="Its id, from “Integrate calendar” in its settings: "
        "c_support@group.calendar.google.com. It has to be shared with the connection's account, "
        "with the right to make changes to events.",
    )
    share_with_members = forms.BooleanField(
        label="Shared with the members",
        required=False,
        help_text="Whoever is in the rota may see the calendar, and whoever leaves it no longer "
        "may. Only what was shared by this is ever taken back, and nobody gets mail about it. It "
        "needs the right to manage sharing. Switched off, all that is shared stays so.",
    )

    def clean_rota(self) -> str:
        return rota_named(self.cleaned_data["rota"], ValidationError).name

    def clean_calendar_id(self) -> str:
        calendar: str = self.cleaned_data["calendar_id"]
        if calendar.lower() == "primary":
            raise ValidationError(PRIMARY)
        return calendar


def in_words(options: dict[str, Any]) -> list[tuple[str, str]]:
    """The options as the sync's page tells them: a term and words for each."""
    shared = "kept so" if options.get("share_with_members") else "left as it is"
    return [
        ("Rota", str(options.get("rota", ""))),
        ("Calendar", str(options.get("calendar_id", ""))),
        ("Shared with the members", shared),
    ]
