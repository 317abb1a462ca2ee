"""What the file may say of each kind of rota: its keys, its tables, and why others are refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms

from config.configuration import rota_syncs
from config.configuration.form_fields import bound
from config.configuration.tables import Table
from rota import setup
from rota.models import Rota
from uploader.every import WORDS, EveryField

# Of every rota, beside the fields of its form.
ALWAYS = ("kind", "owner", "leave")
WITHOUT_GROUPS = (
    "a rolling rota has no groups: its [members] take turns, in the order in which they are named"
)
BY_WORKING_DAY = "a paired rota changes with each working day: leave it out"


class PairedForm(forms.ModelForm):  # type: ignore[type-arg]
    horizon = EveryField(required=False, error_messages={"invalid": f"This must be {WORDS}."})

    class Meta:
        model = Rota
        fields = (
            "title",
            "timezone",
            "holidays",
            "workdays",
            "starts_on",
            "start_with",
            "event_title",
            "min_gap",
            "horizon",
        )


class RollingForm(forms.ModelForm):  # type: ignore[type-arg]
    every = forms.CharField(max_length=10)
    lasts = forms.CharField(max_length=10)
    starts_on = forms.DateField(required=False)
    horizon = EveryField(required=False, error_messages={"invalid": f"This must be {WORDS}."})

    class Meta:
        model = Rota
        fields = (
            "title",
            "timezone",
            "every",
            "lasts",
            "handover_on",
            "at",
            "starts_on",
            "event_title",
            "horizon",
            # By which a service is booked, where it is kept at Productive.
            "holidays",
            "workdays",
        )

    def __init__(self, data: dict[str, Any] | None = None) -> None:
        super().__init__(
            data, instance=Rota(kind=Rota.Kind.ROLLING, event_title=setup.ROLLING_TITLE)
        )


@dataclass(frozen=True)
class Sort:
    """One kind of rota, as the file has it."""

    form: type[forms.ModelForm]  # type: ignore[type-arg]
    # Where it says who takes turns.
    people: str
    syncs: tuple[str, ...]
    # Keys that belong to the other kind, and why they are none here.
    refused: dict[str, str]

    @property
    def keys(self) -> list[str]:
        own = self.form.base_fields
        return list(dict.fromkeys([*ALWAYS, self.people, *self.syncs, *own]))


SORTS = {
    Rota.Kind.PAIRED: Sort(
        form=PairedForm,
        people="groups",
        syncs=("duties", "google_calendar", "productive", "slack"),
        refused={
            "every": BY_WORKING_DAY,
            "lasts": BY_WORKING_DAY,
            "handover_on": BY_WORKING_DAY,
            "at": BY_WORKING_DAY,
            "members": "a paired rota has two groups, whose members are named in [groups]",
            "geekbot": "Geekbot asks whoever is next in a rolling rota: leave it out",
        },
    ),
    Rota.Kind.ROLLING: Sort(
        form=RollingForm,
        people="members",
        syncs=("duties", "google_calendar", "productive", "slack", "geekbot"),
        refused={
            "groups": WITHOUT_GROUPS,
            "start_with": WITHOUT_GROUPS,
            "min_gap": "turns of a rolling rota come around by themselves: leave it out",
        },
    ),
}


def sort_of(table: Table) -> tuple[str, Sort]:
    """The kind, and what may be said of it; checked: nothing else is said."""
    kind = table.choice("kind", Rota.Kind.values)
    sort = SORTS[Rota.Kind(kind)]
    for key, why in sort.refused.items():
        if key in table.values:
            raise table.wrong(why, at=key)
    table.only(sort.keys)
    return kind, sort


def fields(table: Table, sort: Sort) -> dict[str, Any]:
    """Of the rota itself, ready to be set; without what it leaves to whoever makes it."""
    others: Iterable[str] = (*ALWAYS, sort.people, *rota_syncs.TABLES)
    given = {key: value for key, value in table.values.items() if key not in others}
    written = bound(sort.form, table, given)
    # What is ready for JSON is read once more, into dates and durations.
    model = {field.name: field for field in Rota._meta.fields}
    return {
        key: model[key].to_python(value)
        for key, value in written.items()
        if not (key == "starts_on" and value is None)
    }
