"""The form of a rota: its own fields, and those of the syncs that show it elsewhere."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from rota import setup
from rota.admin.fields import WeekdaysField, zones
from rota.admin.projections import CONNECTION, Projection
from rota.days import WEEKDAYS
from rota.models import Rota
from uploader.every import EveryField

if TYPE_CHECKING:  # generic for the type checker only
    RotaModelForm = forms.ModelForm[Rota]
else:
    RotaModelForm = forms.ModelForm


class RotaForm(RotaModelForm):
    projections: ClassVar[tuple[Projection, ...]] = ()

    workdays = WeekdaysField(
        initial=WEEKDAYS[:5], help_text="On which somebody is on duty, unless it is a holiday."
    )

    class Meta:
        model = Rota
        fields = (
            "name",
            "title",
            "enabled",
            "starts_on",
            "timezone",
            "workdays",
            "holidays",
            "start_with",
            "then",
            "min_gap",
            "horizon",
            "leave",
            "owner",
            "event_title",
            "seed",
        )
        field_classes = {"horizon": EveryField}
        help_texts = {
            "name": "Small letters, digits, hyphens and underscores. It stays; the title may "
            "change.",
            "title": "As people call it: Data engineering support.",
            "enabled": "A rota that has had duties is switched off rather than deleted.",
            "start_with": "Whose block of lead days begins a cycle; the others assist meanwhile.",
            "then": "Whose block comes after it.",
            "horizon": "How far ahead it is kept filled: 26w. Empty: only on request.",
            "leave": "Whose leave there makes people unavailable. Half a day counts as away.",
            "seed": "Breaks ties: with the same one, the same rota comes out.",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "event_title" in self.fields:
            self.fields["event_title"].widget.attrs["class"] = "vTextField wide"
        self.projected: dict[str, dict[str, Any]] = {}
        zone = self.fields.get("timezone")
        if zone is not None:
            names = zones(also=self.instance.timezone)
            zone.widget = forms.Select(choices=[(name, name) for name in names])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, second = cleaned.get("start_with"), cleaned.get("then")
        if first and first == second:
            self.add_error("then", "The two groups need two names.")
        rota = Rota(name=cleaned.get("name") or self.instance.name)
        if rota.name:
            self._require_own_names(rota)
        for each in self.projections:
            if each.chosen(cleaned) is not None:
                self.projected[each.kind.slug] = each.cleaned(self, rota=rota.name)
            elif each.is_typed(self):
                self.add_error(each.prefix + CONNECTION, "Choose the connection as well.")
        return cleaned

    def _require_own_names(self, rota: Rota) -> None:
        """Its syncs are called after it, and so must not be somebody else's."""
        for kind in setup.ENDINGS:
            try:
                setup.found(rota, kind)
            except setup.NotOurs as error:
                raise ValidationError(str(error)) from error
