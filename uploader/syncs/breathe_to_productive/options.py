"""What an admin, or a file, says about one leave sync."""

import re
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from uploader.option_fields import EmailListField, TextListField, cleaned
from uploader.syncs.breathe_to_productive.leave import KINDS, WORDS, LeaveKind

SINCE_DAYS = 90
TRAINING_STATUSES = ("Approved", "Booked", "Completed")


EVENTS = (
    "This must name at least one category of Productive, such as "
    '{"holiday": "81131"}; `list_event_types` shows their ids.'
)


def _is_number(number: Any) -> bool:
    if isinstance(number, bool) or not isinstance(number, str | int):
        return False
    return (
        0 <= number < 10**18
        if isinstance(number, int)
        else bool(re.fullmatch(r"[0-9]{1,18}", number.strip()))
    )


class EventsField(forms.JSONField):
    """Which category of Productive stands for which kind of leave: ids by kind."""

    default_error_messages = {"invalid": EVENTS, "required": EVENTS}

    def clean(self, value: Any) -> Any:
        events = cleaned(super().clean, value, complaint=EVENTS)
        if not isinstance(events, dict) or not events:
            raise ValidationError(EVENTS)
        for kind, number in events.items():
            if kind not in KINDS:
                raise ValidationError(f"“{kind}” is no kind of leave: {', '.join(KINDS)} are.")
            if not _is_number(number):
                raise ValidationError(
                    f"{kind}: the id of a category at Productive is a number; "
                    "`list_event_types` shows them."
                )
        return {kind: str(number).strip() for kind, number in events.items()}


SMALL = forms.Textarea({"rows": 2, "cols": 60})


class Options(forms.Form):
    events = EventsField(
        label="Categories at Productive",
        widget=forms.Textarea({"rows": 3, "cols": 60}),
        initial=dict,
        help_text="The id of Productive's category for each kind of leave: "
        '{"holiday": "81131", "sickness": "46970", "other_leave": "45434"}. A kind that is left '
        "out is not synced. Every booking of these categories, of a person in the sync, is kept "
        "as Breathe HR has it, whoever made it.",
    )
    since_days = forms.IntegerField(
        label="Days to look back",
        initial=SINCE_DAYS,
        min_value=1,
        max_value=3653,
        help_text="Leave that ended longer ago than so many days is left as it is.",
    )
    ignored_reasons = TextListField(
        label="Reasons that are no leave",
        widget=SMALL,
        required=False,
        initial=list,
        help_text='Reasons of absence that are no leave, by name or id: ["Working from home"].',
    )
    exclude = EmailListField(
        label="People left out",
        widget=SMALL,
        required=False,
        initial=list,
        help_text='People whose bookings are never touched: ["ada@example.org"].',
    )
    training_statuses = TextListField(
        label="Training that counts",
        widget=SMALL,
        required=False,
        initial=lambda: list(TRAINING_STATUSES),
        help_text="Training with one of these statuses counts as other leave.",
    )


def categories(options: dict[str, Any]) -> dict[LeaveKind, str]:
    """Ids of categories by kind; the form has seen to it that these are kinds."""
    return cast(dict[LeaveKind, str], dict(options.get("events", {})))


def in_words(options: dict[str, Any]) -> list[tuple[str, str]]:
    """The options as the sync's page tells them: a term and words for each."""
    chosen = [f"{WORDS[kind]} ({number})" for kind, number in categories(options).items()]
    said = [
        ("Categories", ", ".join(chosen) or "none"),
        ("Looks back", f"{options.get('since_days') or SINCE_DAYS} days"),
        ("Is no leave", ", ".join(options.get("ignored_reasons", []))),
        ("Training that counts", ", ".join(options.get("training_statuses", [])) or "none"),
        ("Left out", ", ".join(options.get("exclude", []))),
    ]
    return [(term, words) for term, words in said if words]
