"""The forms of a rota, one for each kind: its own fields, and those of the syncs with it."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from rota import setup
from rota.admin.fields import WeekdaysField, zones
from rota.admin.projections import CONNECTION, Projection
from rota.checks import check_filled_in, check_two_usergroups
from rota.days import WEEKDAYS
from rota.models import Rota
from rota.syncs.slack.options import fields_of
from uploader.every import EveryField

if TYPE_CHECKING:  # generic for the type checker only
    RotaModelForm = forms.ModelForm[Rota]
else:
    RotaModelForm = forms.ModelForm

HELP = {
    "name": "Small letters, digits, hyphens and underscores. It stays; the title may change.",
    "title": "As people call it: Data engineering support.",
    "enabled": "A rota that has had duties is switched off rather than deleted.",
    "horizon": "How far ahead it is kept filled: 26w. Empty: only on request.",
    "leave": "Whose leave there makes people unavailable. Half a day counts as away.",
}
SHARED = (
    "name",
    "title",
    "enabled",
    "starts_on",
    "timezone",
    "workdays",
    "holidays",
    "horizon",
    "leave",
    "owner",
    "event_title",
)


class RotaForm(RotaModelForm):
    """What both kinds have in common."""

    kind: ClassVar[str]
    projections: ClassVar[tuple[Projection, ...]] = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instance.kind = self.kind
        if "event_title" in self.fields:
            self.fields["event_title"].widget.attrs["class"] = "vTextField wide"
        self.projected: dict[str, dict[str, Any]] = {}
        zone = self.fields.get("timezone")
        if zone is not None:
            names = zones(also=self.instance.timezone)
            zone.widget = forms.Select(choices=[(name, name) for name in names])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        rota = Rota(name=cleaned.get("name") or self.instance.name)
        if rota.name:
            self._require_own_names(rota)
        for each in self.projections:
            if each.chosen(cleaned) is not None:
                self.projected[each.kind.slug] = each.cleaned(self, rota=rota.name)
            elif each.is_typed(self):
                self.add_error(each.prefix + CONNECTION, "Choose the connection as well.")
        self._require_words()
        self._require_two_usergroups()
        return cleaned

    def _require_own_names(self, rota: Rota) -> None:
        """Its syncs are called after it, and so must not be somebody else's."""
        for kind in setup.ENDINGS:
            try:
                setup.found(rota, kind)
            except setup.NotOurs as error:
                raise ValidationError(str(error)) from error

    def _require_words(self) -> None:
        """Each kind of rota has its own people to be named, also before it is there."""
        message = self.projected.get(setup.SLACK, {}).get("message") or ""
        try:
            check_filled_in(message, fields_of(self.instance))
        except ValidationError as error:
            if "slack_message" not in self.errors:
                self.add_error("slack_message", error)

    def _require_two_usergroups(self) -> None:
        drawn, kept = (self.projected.get(kind, {}) for kind in (setup.MEMBERS, setup.SLACK))
        try:
            check_two_usergroups(drawn.get("usergroup") or "", kept.get("usergroup") or "")
        except ValidationError as error:
            self.add_error("slack_usergroup", error)


class PairedForm(RotaForm):
    kind = Rota.Kind.PAIRED

    workdays = WeekdaysField(
        initial=WEEKDAYS[:5], help_text="On which somebody is on duty, unless it is a holiday."
    )

    class Meta:
        model = Rota
        fields = (*SHARED, "start_with", "then", "min_gap", "seed")
        field_classes = {"horizon": EveryField}
        help_texts = {
            **HELP,
            "start_with": "Whose block of lead days begins a cycle; the others assist meanwhile.",
            "then": "Whose block comes after it.",
            "seed": "Breaks ties: with the same one, the same rota comes out.",
            "event_title": "What an event on the calendar is called: {lead}, {assist} and {title} "
            "are filled in.",
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, second = cleaned.get("start_with"), cleaned.get("then")
        if first and first == second:
            self.add_error("then", "The two groups need two names.")
        return cleaned


class RollingForm(RotaForm):
    kind = Rota.Kind.ROLLING

    workdays = WeekdaysField(
        initial=WEEKDAYS[:5],
        help_text="On which days of their service somebody is booked, unless it is a holiday.",
    )

    class Meta:
        model = Rota
        fields = (*SHARED, "every", "lasts", "handover_on", "at")
        field_classes = {"horizon": EveryField}
        labels = {"every": "Somebody new starts every", "lasts": "and serves for"}
        help_texts = {
            **HELP,
            "title": "As people call it: Support Triager.",
            "starts_on": "Nobody's turn begins before.",
            "every": "3d, 1w or 1mo: days, weeks or months.",
            "lasts": "2w; longer than the former means that two serve at a time.",
            "handover_on": "The weekday on which they start, such as wed; where months are "
            "counted, the day of the month, such as 1. Empty: as it starts.",
            "horizon": "How far ahead it is kept filled: 52w. Empty: only on request.",
            "leave": "Whose leave there counts: away for half of a service or more swaps the turn "
            "with the next one.",
            "event_title": "What an event on the calendar is called: {member} and {title} are "
            "filled in.",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in {"every", "lasts"} & set(self.fields):
            self.fields[name].required = True
        if self.instance._state.adding:
            self.initial.setdefault("starts_on", "")
            self.initial["event_title"] = setup.ROLLING_TITLE


FORMS: dict[str, type[RotaForm]] = {form.kind: form for form in (PairedForm, RollingForm)}
