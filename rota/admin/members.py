"""The members of a rota, as rows of the rota's page."""

from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Case, F, Max, Q, QuerySet, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from rota import groups
from rota.admin.fields import WeekdaysField
from rota.admin.permissions import may_look, may_set_up
from rota.models import Duty, Member, Move, Rota, Swap

if TYPE_CHECKING:  # generic for the type checker only
    MemberModelForm = forms.ModelForm[Member]
    Formset = forms.BaseInlineFormSet[Member, Rota, "RowForm"]
    TabularInline = admin.TabularInline[Member, Rota]
else:
    MemberModelForm, Formset = forms.ModelForm, forms.BaseInlineFormSet
    TabularInline = admin.TabularInline

# On the page of a rota that is added, where they are typed in a few lines above.
TO_BE_NAMED = ("first group", "second group")


class Named(forms.Widget):
    """Whose row it is: a member is one person for ever."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        page = reverse("admin:uploader_person_change", args=[value.pk])
        return format_html('<a href="{}">{}</a>', page, value)


class RowForm(MemberModelForm):
    """A member of any rota: who, and from when to when."""

    def __init__(self, *args: Any, rota: Rota, **options: Any) -> None:
        super().__init__(*args, **options)
        self.rota = rota
        for name in ("joined_on", "left_on"):
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        if self.instance.pk:
            person = self.initial["person"] = self.instance.person
            self.fields["person"] = forms.Field(
                disabled=True, required=False, initial=person, widget=Named
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        joined, left = cleaned.get("joined_on"), cleaned.get("left_on")
        if joined is None and self.instance._state.adding and self._is_under_way():
            # Whoever comes in later owes nothing of what was before.
            joined = cleaned["joined_on"] = self.rota.today(timezone.now())
        if joined and left and left < joined:
            self.add_error("left_on", "The last day lies before the first one.")
        return cleaned

    def _is_under_way(self) -> bool:
        return not self.rota._state.adding and self.rota.shifts.exists()


class MemberForm(RowForm):
    """Of a paired rota."""

    group = forms.ChoiceField()
    weekdays = WeekdaysField(
        required=False, help_text="Of a part-timer. None chosen: all working days."
    )

    class Meta:
        model = Member
        fields = (
            "person",
            "group",
            "weekdays",
            "weight",
            "joined_on",
            "left_on",
            "opening_credit",
        )
        labels = {"weight": "share"}

    def __init__(self, *args: Any, was: groups.Names, **options: Any) -> None:
        super().__init__(*args, **options)
        self.was = was
        self.fields["group"] = forms.ChoiceField(choices=[(name, name) for name in was])
        self.fields["weight"].widget.attrs.update({"min": "0.1", "step": "0.1"})
        self.fields["opening_credit"].widget.attrs["step"] = "0.5"

    def clean_group(self) -> str:
        """As it is called from now on."""
        chosen: str = self.cleaned_data["group"]
        return groups.renamed(self.was, self.rota.groups).get(chosen, chosen)

    def clean_weight(self) -> float:
        weight: float = self.cleaned_data["weight"]
        if weight <= 0:
            raise ValidationError("A share is above 0; somebody who has left gets an end date.")
        return weight


class RowFormSet(Formset):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Members who were to be deleted and got an end date instead.
        self.ended: list[Member] = []

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "rota": self.instance}

    def put_in_order(self) -> None:
        """Those who are new come after those who are there already."""
        last = self.instance.members.aggregate(last=Max("position"))["last"] or 0
        for position, member in enumerate(self.new_objects, start=last + 1):
            Member.objects.filter(pk=member.pk).update(position=position)

    def clean(self) -> None:
        super().clean()
        rows = [form for form in self.forms if self._counts(form)]
        for one, other in combinations(rows, 2):
            if _same_person(one, other) and _overlap(one.cleaned_data, other.cleaned_data):
                later = one if one.instance._state.adding else other
                later.add_error(None, f"{later.cleaned_data['person']} is here twice at a time.")

    def _counts(self, form: Any) -> bool:
        if not form.is_valid() or form.cleaned_data.get("DELETE"):
            return False
        return form.cleaned_data.get("person") is not None

    def delete_existing(self, obj: Member, commit: bool = True) -> None:
        """What somebody did stays theirs: they leave today."""
        if not has_served(obj):
            super().delete_existing(obj, commit)
            return
        obj.refresh_from_db()
        today = self.instance.today(timezone.now())
        obj.left_on = min(obj.left_on or today, today)
        obj.joined_on = min(obj.joined_on, obj.left_on) if obj.joined_on else None
        obj.save()
        self.deleted_objects.remove(obj)
        self.ended.append(obj)


def has_served(member: Member) -> bool:
    own = Q(was=member) | Q(now=member)
    asked = Q(asked_by=member) | Q(taken_by=member)
    return (
        Duty.objects.filter(member=member).exists()
        or Move.objects.filter(own).exists()
        or Swap.objects.filter(asked).exists()
    )


def _same_person(one: Any, other: Any) -> bool:
    return bool(one.cleaned_data["person"] == other.cleaned_data["person"])


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    def span(row: dict[str, Any]) -> tuple[date, date]:
        return row.get("joined_on") or date.min, row.get("left_on") or date.max

    (first, last), (begin, end) = span(one), span(other)
    return first <= end and begin <= last


class MemberFormSet(RowFormSet):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Now, as the form above it is about to give the groups other names.
        self.was = TO_BE_NAMED if self.instance._state.adding else self.instance.groups

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "was": self.was}


class RowInline(TabularInline):
    model = Member
    extra = 0
    autocomplete_fields = ("person",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_look(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_set_up(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_set_up(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_set_up(request)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kw: Any) -> Any:
        """A person who is not known yet can be added; a row has no room for more."""
        field: Any = super().formfield_for_dbfield(db_field, request, **kw)
        if db_field.name == "person":
            widget = field.widget
            widget.can_change_related = widget.can_view_related = False
            widget.can_delete_related = False
        return field

    def get_formset(self, request: HttpRequest, obj: Any = None, **kw: Any) -> Any:
        """Django would refuse to delete those who have served; here they get an end date."""
        made = super().get_formset(request, obj, **kw)
        made.form = type("RowForm", (made.form,), {"hand_clean_DELETE": lambda form: None})
        return made


class MemberInline(RowInline):
    form = MemberForm
    formset: Any = MemberFormSet
    verbose_name_plural = "members: who is in which group, and from when to when"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        """Those first whose block comes first."""
        later = Case(When(group=F("rota__start_with"), then=0), default=1)
        rows = super().get_queryset(request).select_related("person")
        return rows.order_by(later, "position", "pk")
