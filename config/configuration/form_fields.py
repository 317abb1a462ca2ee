"""Binding a table of the file to the form that a provider or a kind declares."""

import datetime
import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.serializers.json import DjangoJSONEncoder

from config.configuration.tables import Table

# What TOML must hold for a field, most particular first: many fields are sorts of others.
EXPECTED: list[tuple[type[forms.Field], tuple[type, ...], str]] = [
    (forms.JSONField, (dict, list, str, int, float, bool), "a value"),
    (forms.BooleanField, (bool,), "true or false"),
    (forms.FloatField, (int, float), "a number"),
    (forms.DecimalField, (int, float), "a number"),
    (forms.IntegerField, (int,), "a whole number"),
    (forms.MultipleChoiceField, (list,), "a list"),
    (forms.DateTimeField, (datetime.datetime,), "a date and time"),
    (forms.DateField, (datetime.date,), "a date"),
    (forms.TimeField, (str, datetime.time), "a time such as 09:00"),
    (forms.DurationField, (str,), "a text such as 1d or 26w"),
    (forms.ChoiceField, (str,), "a text"),
    (forms.CharField, (str,), "a text"),
]


def is_secret(field: forms.Field) -> bool:
    """A field whose value nobody may read again: forms mark it by its widget."""
    return isinstance(field.widget, forms.PasswordInput)


def bound(
    form_class: "type[forms.Form] | type[forms.ModelForm[Any]]",
    table: Table,
    values: dict[str, Any],
) -> dict[str, Any]:
    """The form's own reading of `values`, ready for JSON; what is not named has its default."""
    fields = form_class.base_fields
    for key, value in values.items():
        if key not in fields:
            raise table.wrong(f"unknown key; allowed here: {', '.join(fields)}", at=key)
        _check_type(table, key, value, fields[key])
    initial = form_class().get_initial_for_field
    defaults = {key: initial(field, key) for key, field in fields.items()}
    named = {key: value for key, value in defaults.items() if value is not None} | values
    form = form_class(data=named)
    if not form.is_valid():
        raise _first_error(table, form, named)
    cleaned: dict[str, Any] = json.loads(json.dumps(form.cleaned_data, cls=DjangoJSONEncoder))
    return cleaned


def _check_type(table: Table, key: str, value: Any, field: forms.Field) -> None:
    for kind, types, words in EXPECTED:
        if not isinstance(field, kind):
            continue
        # To Python true is a number.
        fits = isinstance(value, types) and (bool in types or not isinstance(value, bool))
        if not fits:
            raise table.wrong(f"must be {words}", at=key)
        return


def _first_error(table: Table, form: forms.BaseForm, values: dict[str, Any]) -> Exception:
    key, messages = next(iter(form.errors.items()))
    sentence = _without(" ".join(str(message) for message in messages), _secrets(form, values))
    if key == NON_FIELD_ERRORS:
        return table.wrong(sentence)
    field = form.fields[key]
    if isinstance(field, forms.ChoiceField):
        choices = ", ".join(str(choice) for choice, _ in field.widget.choices)
        sentence = f"{sentence} Allowed: {choices}."
    if values.get(key) in (None, ""):
        sentence = f"is missing. Allowed here: {', '.join(form.fields)}."
    return table.wrong(sentence, at=key)


def _secrets(form: forms.BaseForm, values: dict[str, Any]) -> Iterable[str]:
    """A form's own words may quote what was typed in."""
    return [
        str(value)
        for key, value in values.items()
        if key in form.fields and is_secret(form.fields[key])
    ]


def _without(sentence: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        if secret:
            sentence = sentence.replace(secret, "…")
    return sentence
