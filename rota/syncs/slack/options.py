"""What is to be said of the sync that tells in Slack who is on duty: in which usergroup, channel
and words, and who is reminded when."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from rota.checks import check_filled_in
from rota.models import Rota
from rota.models.rotas import ASSIST, LEAD, MEMBER
from rota.syncs.duties.options import rota_named
from uploader.option_fields import NumberListField, TimeTextField

TAKES_OVER = (MEMBER, "incoming", "current", "incoming_first_name", "current_first_name")
# Further ahead nobody is reminded of anything.
MOST_DAYS = 90
NOTHING = "Say what is to be told: a channel, a usergroup, or days before a duty."


class Options(forms.Form):
    rota = forms.CharField(max_length=60, help_text="The rota's name.")
    channel = forms.CharField(
        required=False,
        max_length=100,
        help_text="Where each change of shift is told: its id, C0SUPPORT, outlasts a new name. "
        "Empty: nowhere.",
    )
    usergroup = forms.CharField(
        required=False,
        max_length=100,
        help_text="The handle or the id of the usergroup that is set to whoever is on duty, such "
        "as support-on-duty. Empty: none is.",
    )
    message = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Filled in are {title}; {lead} and {assist}, or where one follows another "
        "{member}, {incoming}, {current}, {incoming_first_name} and {current_first_name}. Empty: "
        "our own words.",
    )
    at = TimeTextField(
        required=False,
        label="Told at",
        help_text="In the rota's zone, such as 08:30. Empty: at the change of shift.",
    )
    remind_days_before = NumberListField(
        required=False,
        label="Remind days before",
        most=MOST_DAYS,
        help_text="So many days before a duty whoever has it is reminded, by a direct message: "
        "7, 1. Empty: nobody is.",
    )
    remind_at = TimeTextField(
        required=False,
        initial="09:00",
        label="Remind at",
        help_text="By the clock of whoever is reminded.",
    )

    def clean_rota(self) -> str:
        return rota_named(self.cleaned_data["rota"], ValidationError).name

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not any(cleaned.get(name) for name in ("channel", "usergroup", "remind_days_before")):
            raise ValidationError(NOTHING)
        rota = Rota.objects.filter(name=cleaned.get("rota", "")).first()
        try:
            check_filled_in(cleaned.get("message") or "", fields_of(rota))
        except ValidationError as error:
            self.add_error("message", error)
        return cleaned


def fields_of(rota: Rota | None) -> tuple[str, ...]:
    """What a message of this rota can be filled in with; of one that is not there yet, anything
    that any rota's can."""
    if rota is None:
        return ("title", LEAD, ASSIST, *TAKES_OVER)
    return ("title", *(TAKES_OVER if rota.is_rolling else (LEAD, ASSIST)))


def in_words(options: dict[str, Any]) -> list[tuple[str, str]]:
    """The options as the sync's page tells them: a term and words for each."""
    days = options.get("remind_days_before") or []
    at = options.get("remind_at") or "09:00"
    reminds = f"{' and '.join(map(str, days))} days before, at {at}" if days else "nobody"
    return [
        ("Rota", str(options.get("rota", ""))),
        ("Usergroup", str(options.get("usergroup") or "none is set")),
        ("Channel", str(options.get("channel") or "none is told")),
        ("Told at", str(options.get("at") or "the change of shift")),
        ("Reminds", reminds),
    ]
