"""What an admin, a file, or one of the guided ways to set it up, says about one sync of times."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from uploader.option_fields import cleaned, is_plain

WINDOW_DAYS = 30
KEEP, OVERWRITE = "keep", "overwrite"
COLOR = re.compile(r"#[0-9a-fA-F]{6}")
PROJECT_OPTIONS = (
    "This must be what new projects are to have, any of color, billable, is_public and note: "
    '{"color": "#00FFFF", "billable": true}.'
)


class PlainField(forms.CharField):
    """An id or a name, which may hold whatever Clockify allows."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not is_plain(text):
            raise ValidationError("This holds a character that no name has.")
        return text


class ProjectOptionsField(forms.JSONField):
    """How projects are made in the source workspace."""

    default_error_messages = {"invalid": PROJECT_OPTIONS}

    def clean(self, value: Any) -> Any:
        options = cleaned(super().clean, value, complaint=PROJECT_OPTIONS)
        if options is None:
            return {}
        if not isinstance(options, dict):
            raise ValidationError(PROJECT_OPTIONS)
        for name, given in options.items():
            if name not in CHECKS:
                raise ValidationError(f"“{name}” is none of {', '.join(CHECKS)}.")
            is_right, complaint = CHECKS[name]
            if not is_right(given):
                raise ValidationError(f"{name}: {complaint}")
        return options


def _is_color(value: Any) -> bool:
    return isinstance(value, str) and COLOR.fullmatch(value) is not None


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


def _is_note(value: Any) -> bool:
    return is_plain(value) and len(value) <= 16384


CHECKS = {
    "color": (_is_color, "a color is written like #00FFFF."),
    "billable": (_is_truth, "this is true or false."),
    "is_public": (_is_truth, "this is true or false."),
    "note": (_is_note, "a note is a text of at most 16384 characters."),
}


class Options(forms.Form):
    source_workspace = PlainField(
        label="Workspace that is copied from",
        max_length=250,
        help_text="Where the work is tracked: the workspace's id or name.",
    )
    source_client = PlainField(
        label="Client",
        max_length=250,
        help_text="The client there whose projects stand for those of the other workspace: its id "
        "or name. Only time on its projects is copied.",
    )
    target_workspace = PlainField(
        label="Workspace that is copied to",
        max_length=250,
        help_text="The client's own workspace: its id or name.",
    )
    source_user = PlainField(
        label="Whose time is copied",
        max_length=250,
        required=False,
        help_text="An e-mail address, or an id; empty: that of the owner of the source's key.",
    )
    target_user = PlainField(
        label="In whose name it is booked",
        max_length=250,
        required=False,
        help_text="An e-mail address, or an id; empty: in that of the owner of the target's key. "
        "For anybody else Clockify wants a paid plan and an admin's key.",
    )
    window_days = forms.IntegerField(
        label="Days to look back",
        initial=WINDOW_DAYS,
        min_value=1,
        max_value=3653,
        help_text="Entries that began longer ago than so many days are left as they are.",
    )
    project_options = ProjectOptionsField(
        label="What new projects have",
        widget=forms.Textarea({"rows": 2, "cols": 60}),
        required=False,
        initial=dict,
        help_text="For the projects that are made under the client: "
        '{"color": "#00FFFF", "billable": true}; is_public and note may be said, too.',
    )
    on_target_edit = forms.ChoiceField(
        label="If somebody changes a copied entry",
        initial=KEEP,
        choices=[
            (KEEP, "leave it to them, and show it as a conflict"),
            (OVERWRITE, "put it right again"),
        ],
        help_text="What becomes of a copied entry that was changed or deleted by hand.",
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        source, target = given.get("source_workspace"), given.get("target_workspace")
        if source and source == target:
            raise ValidationError("Both sides are the same workspace; choose two.")
        return given


def in_words(options: dict[str, Any], *, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """The options as the sync's page tells them: a term and words for each. `names`: of what was
    chosen by its id."""
    edits = dict(Options.base_fields["on_target_edit"].choices)  # type: ignore[attr-defined]
    told = {key: names.get(str(value), value) for key, value in options.items()}
    said = [
        ("Copied from", f"{told.get('source_workspace')}, client {told.get('source_client')}"),
        ("Booked in", str(told.get("target_workspace"))),
        ("Whose time", told.get("source_user") or "that of the owner of the source's key"),
        ("Booked for", told.get("target_user") or "the owner of the target's key"),
        ("Looks back", f"{options.get('window_days') or WINDOW_DAYS} days"),
        ("New projects", _listed(options.get("project_options") or {})),
        ("If somebody changes a copy", edits.get(options.get("on_target_edit", KEEP), "")),
    ]
    return [(term, words) for term, words in said if words]


def _listed(options: dict[str, Any]) -> str:
    words = {True: "yes", False: "no"}
    return ", ".join(
        f"{name.replace('_', ' ')}: {words.get(value, value) if value in (True, False) else value}"
        for name, value in options.items()
    )
