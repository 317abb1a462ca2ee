"""The history of what is edited: not only which fields were changed, but from what to what."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

if TYPE_CHECKING:  # generic for the type checker only
    AdminBase = admin.ModelAdmin[Any]
else:
    AdminBase = admin.ModelAdmin


class Telling(AdminBase):
    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        told: list[dict[str, Any]] = []
        if add:
            told.append({"added": {}})
        elif form.changed_data:
            told.append({"changed": {"fields": list(_fields(form, form.changed_data))}})
        for formset in formsets or ():
            told += _rows(formset)
        return told


def _rows(formset: Any) -> Iterable[dict[str, Any]]:
    forms_of = {id(form.instance): form for form in formset.forms}
    for row in formset.new_objects:
        yield {"added": _named(row)}
    for row, names in formset.changed_objects:
        yield {"changed": {**_named(row), "fields": list(_fields(forms_of[id(row)], names))}}
    for row in formset.deleted_objects:
        yield {"deleted": _named(row)}


def _named(row: Any) -> dict[str, str]:
    return {"name": str(row._meta.verbose_name), "object": str(row)}


def _fields(form: Any, names: Iterable[str]) -> Iterable[str]:
    for name in names:
        field = form.fields[name]
        was = form.get_initial_for_field(field, name)
        label = str(field.label or name.replace("_", " ")).lower()
        yield f"{label} ({_shown(field, was)} → {_shown(field, form.cleaned_data.get(name))})"


def _shown(field: forms.Field, value: Any) -> str:
    if value is None or value == "" or value == []:
        return "none"
    if isinstance(field, forms.ModelChoiceField):
        return _chosen(field, value)
    value = field.prepare_value(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _chosen(field: Any, value: Any) -> str:
    try:
        return str(field.to_python(value))
    except ValidationError:
        return "what was there"
