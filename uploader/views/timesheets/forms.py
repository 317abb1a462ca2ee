"""What the steps of setting up a sync of times ask for; what fits is looked at in setup.py."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django import forms

from integrations.models import Connection
from uploader.syncs.clockify_to_clockify import keys
from uploader.syncs.clockify_to_clockify.draft import Draft, Named
from uploader.syncs.clockify_to_clockify.options import Options, PlainField, ProjectOptionsField

NEW, SAME = "", "="
AS_IT_IS = [("", "as the workspace has it"), ("yes", "yes"), ("no", "no")]
TRUTHS = {"yes": True, "no": False}


class KeyForm(forms.Form):
    """One side: a connection that is there, or a key to be kept as one."""

    connection = forms.ChoiceField(label="Key", required=False)
    key = forms.CharField(
        label="API key",
        required=False,
        max_length=500,
        # Browsers would fill in some password of theirs.
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text="From your preferences at Clockify. It acts as you, is kept encrypted, and is "
        "never shown again.",
    )
    region = forms.ChoiceField(label="Region", required=False, initial=keys.GLOBAL)
    name = forms.CharField(
        label="Name for it",
        required=False,
        max_length=100,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none"}),
        help_text="Small letters, digits and hyphens. Empty: one is made.",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        side: str,
        there: Iterable[Connection],
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, prefix=side, initial=initial)
        choices = [(each.name, f"the connection {each.name}{_state(each)}") for each in there]
        if side == "target":
            choices.append((SAME, "the same key as for the other side"))
        self._offer("connection", [(NEW, "a new key, typed in below"), *choices])
        if not choices:
            self.fields["connection"].widget = forms.HiddenInput()
        self._offer("region", keys.regions())
        if len(keys.regions()) == 1:
            del self.fields["region"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.errors:
            return given
        if given["connection"] != NEW and given["key"]:
            self.add_error("key", "Either a new key, or one that is there: this is both.")
        if given["connection"] == NEW and not given["key"]:
            self.add_error("key", "Type in a key here, or choose one that is there.")
        return given


def _state(connection: Connection) -> str:
    works = connection.state == Connection.State.CONNECTED
    return "" if works else f" ({connection.get_state_display()})"


class ChoiceForm(forms.Form):
    """Things at Clockify to choose from, by their ids."""

    def offer(self, field: str, things: Iterable[Named], *, empty: str) -> None:
        chosen: Any = self.fields[field]
        chosen.choices = [("", empty), *((each.id, each.name) for each in things)]


class WorkspacesForm(ChoiceForm):
    source = forms.ChoiceField(
        label="Copied from", help_text="Where the time is tracked, under a client."
    )
    target = forms.ChoiceField(label="Copied to", help_text="The client’s own workspace.")


class ClientForm(ChoiceForm):
    # Of any id, so that one of the other workspace can be told what it is.
    client = PlainField(label="Client", max_length=250, widget=forms.Select)


class OptionsForm(ChoiceForm):
    name = forms.CharField(
        label="Name of the sync",
        max_length=100,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none"}),
        help_text="Small letters, digits, hyphens and underscores.",
    )
    source_user = forms.ChoiceField(label="Whose time is copied", required=False)
    target_user = forms.ChoiceField(
        label="In whose name it is booked",
        required=False,
        help_text="For anybody but the owner of the key, Clockify wants a paid plan and an admin’s "
        "key.",
    )
    window_days = Options.base_fields["window_days"]
    on_target_edit = Options.base_fields["on_target_edit"]
    color = forms.CharField(
        label="Color",
        required=False,
        max_length=7,
        widget=forms.TextInput({"placeholder": "#00FFFF", "autocomplete": "off"}),
        help_text="Empty: as Clockify chooses.",
    )
    billable = forms.ChoiceField(label="Billable", choices=AS_IT_IS, required=False)
    is_public = forms.ChoiceField(label="Public", choices=AS_IT_IS, required=False)
    note = PlainField(
        label="Note",
        required=False,
        max_length=3000,
        widget=forms.Textarea({"rows": 2}),
    )

    OF_PROJECTS = ("color", "billable", "is_public", "note")

    @classmethod
    def of(cls, draft: Draft, *, suggested: str) -> dict[str, Any]:
        """The initial values."""
        words = {True: "yes", False: "no"}
        projects = {
            name: words.get(value, value) if isinstance(value, bool) else value
            for name, value in draft.project_options.items()
        }
        return {
            "name": draft.name or suggested,
            "source_user": draft.source_user.id if draft.source_user else "",
            "target_user": draft.target_user.id if draft.target_user else "",
            "window_days": draft.window_days,
            "on_target_edit": draft.on_target_edit,
            **projects,
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for name in self.OF_PROJECTS:
            value = TRUTHS.get(given.get(name, ""), given.get(name))
            if value not in ("", None):
                self._check(name, value)
        return given

    def _check(self, name: str, value: Any) -> None:
        try:
            ProjectOptionsField().clean({name: value})
        except forms.ValidationError as error:
            self.add_error(name, error)

    def into(self, draft: Draft, *, sources: list[Named], targets: list[Named]) -> Draft:
        given = self.cleaned_data
        projects = {name: TRUTHS.get(given[name], given[name]) for name in self.OF_PROJECTS}
        return replace(
            draft,
            name=given["name"],
            source_user=by_id(sources, given["source_user"]),
            target_user=by_id(targets, given["target_user"]),
            window_days=given["window_days"],
            on_target_edit=given["on_target_edit"],
            project_options={name: value for name, value in projects.items() if value != ""},
        )


def by_id(things: Iterable[Named], wanted: str) -> Named | None:
    return next((each for each in things if each.id == wanted), None)
