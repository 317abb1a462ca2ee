"""The admin of absences: entering one shows at once which duties fall in it, and has a repair
proposed. What comes from the leave system is only shown."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from rota import proposals
from rota.admin import lately, repairs
from rota.admin.telling import Telling
from rota.models import Absence, Duty, Rota
from uploader.people import Person

if TYPE_CHECKING:  # generic for the type checker only
    AbsenceModelForm = forms.ModelForm[Absence]
else:
    AbsenceModelForm = forms.ModelForm


class AbsenceForm(AbsenceModelForm):
    class Meta:
        model = Absence
        fields = ("person", "first_day", "last_day")
        help_texts = {
            "first_day": "Half a day counts as away.",
            "last_day": "Included; the same as the first for a single day, or half of one.",
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", "The last day lies before the first one.")
        return cleaned


@admin.register(Absence)
class AbsenceAdmin(Telling):
    form = AbsenceForm
    list_display = ("person", "first_day", "last_day", "is_on_duty", "origin", "connection")
    list_filter = ("origin", "person__memberships__rota")
    list_select_related = ("person", "connection")
    search_fields = ("person__name", "person__addresses__email")
    date_hierarchy = "first_day"
    autocomplete_fields = ("person",)
    readonly_fields = ("origin", "connection")
    change_form_template = "admin/rota/absence.html"

    class Media:
        css = {"all": ["rota/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Absence]:
        to_come = Duty.objects.filter(
            shift__cancelled_at=None, shift__end__gt=timezone.now().date()
        )
        then = to_come.filter(
            member__person=OuterRef("person"),
            shift__start__lte=OuterRef("last_day"),
            shift__end__gt=OuterRef("first_day"),
        )
        found: QuerySet[Absence] = super().get_queryset(request)
        return found.annotate(on_duty=Exists(then))

    @admin.display(description="on duty then", ordering="on_duty")
    def is_on_duty(self, absence: Any) -> str:
        return "to be repaired" if absence.on_duty else ""

    def get_fields(self, request: HttpRequest, obj: Absence | None = None) -> Any:
        own = ("person", "first_day", "last_day")
        return own if obj is None else (*own, *self.readonly_fields)

    # ----------------------------------------------------------------- permissions

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _is_ours(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_ours(obj)

    # ---------------------------------------------------------------------- saving

    def save_model(self, request: HttpRequest, obj: Absence, form: Any, change: bool) -> None:
        before = Absence.objects.select_related("person").get(pk=obj.pk) if change else None
        super().save_model(request, obj, form, change)
        self._record(request, obj, "changed" if change else "entered")
        conflicts = _conflicts(obj)
        repairs.tell(self, request, conflicts)
        if before is not None and form.changed_data:
            told = {duty.shift.rota for duty in conflicts}
            freed = [rota for rota in _rotas(before) if rota not in told]
            repairs.repair(self, request, freed)

    def delete_model(self, request: HttpRequest, obj: Absence) -> None:
        super().delete_model(request, obj)
        self._record(request, obj, "deleted")
        repairs.repair(self, request, _rotas(obj))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for absence in queryset.select_related("person"):
            self.delete_model(request, absence)

    def _record(self, request: HttpRequest, absence: Absence, what: str) -> None:
        """In the history of each rota that it concerns, where it outlives the absence."""
        found = Rota.objects.filter(members__person=absence.person_id).distinct()
        for rota in found:
            self.log_change(request, rota, f"Absence {what}: {absence}")

    def response_add(
        self, request: HttpRequest, obj: Absence, post_url_continue: Any = None
    ) -> HttpResponse:
        """Where it is in the way of duties, to its page, which shows them."""
        if "_addanother" in request.POST or "_popup" in request.POST or not _conflicts(obj):
            return super().response_add(request, obj, post_url_continue)
        page = reverse("admin:rota_absence_change", args=[obj.pk])
        return HttpResponseRedirect(page)

    # -------------------------------------------------------------------- its page

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kw: Any
    ) -> HttpResponse:
        absence = kw.get("obj")
        if absence is not None:
            found = _conflicts(absence)
            rotas = sorted({duty.shift.rota for duty in found}, key=str)
            context["conflicts"] = [(duty, duty.shift.start <= _today(duty)) for duty in found]
            context["syncs"] = [row for rota in rotas for row in lately.duties_syncs(rota)]
            context["may_see_syncs"] = request.user.has_perm("uploader.view_sync")
        return super().render_change_form(request, context, *args, **kw)


def _today(duty: Duty) -> date:
    return duty.shift.rota.today(timezone.now())


def _is_ours(absence: Absence | None) -> bool:
    return absence is None or absence.origin == Absence.Origin.BY_HAND


def _days(absence: Absence) -> tuple[Person, date, date]:
    return absence.person, absence.first_day, absence.last_day


def _conflicts(absence: Absence) -> list[Duty]:
    return proposals.conflicts(*_days(absence), now=timezone.now())


def _rotas(absence: Absence) -> list[Rota]:
    return proposals.rotas_in(*_days(absence), now=timezone.now())
