"""The admin of duties: who has which, since when and why. Buttons change it; nothing else does."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from rota.admin import lately
from rota.admin.acting import Acting
from rota.admin.changing import AskForSwap, Exchange, Give, Pin, Release, on
from rota.admin.permissions import may_look
from rota.models import Duty, Swap
from uploader.admin import ReadOnly


class WhenFilter(admin.SimpleListFilter):
    """What is to come is what one looks for; what was is a click away."""

    title, parameter_name = "when", "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("past", "over"), ("all", "all")]

    def choices(self, changelist: Any) -> Any:
        for choice in super().choices(changelist):
            yield {**choice, "display": "to come"} if choice["display"] == "All" else choice

    def queryset(self, request: HttpRequest, queryset: QuerySet[Duty]) -> QuerySet[Duty]:
        today = timezone.now().date()
        if self.value() == "all":
            return queryset
        if self.value() == "past":
            return queryset.filter(shift__end__lte=today).order_by("-shift__start", "-role")
        return queryset.filter(shift__end__gt=today, shift__cancelled_at=None)


class GapFilter(admin.SimpleListFilter):
    title, parameter_name = "gaps", "gap"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "nobody has it"), ("no", "somebody has it")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Duty]) -> QuerySet[Duty]:
        if self.value() == "yes":
            return queryset.filter(member=None, shift__cancelled_at=None)
        return queryset.exclude(member=None) if self.value() == "no" else queryset


@admin.register(Duty)
class DutyAdmin(ReadOnly, Acting):
    acts = (Give, Exchange, AskForSwap, Pin, Release)
    change_form_template = "admin/rota/duty.html"
    list_display = ("day", "role", "who", "rota", "how", "swap")
    list_filter = (WhenFilter, "shift__rota", GapFilter, "role", "origin")
    list_select_related = ("shift__rota", "shift__turn__person", "member__person", "by")
    search_fields = ("member__person__name", "shift__rota__name")
    date_hierarchy = "shift__start"
    own = ("day", "role", "rota", "who", "how", "instead_of", "reason", "swap")
    # Of a turn in a rolling rota besides.
    of_turns = ("turn", "asked_at", "answer", "answered_at", "accepted_at")
    readonly_fields = (*own, *of_turns)

    def get_fields(self, request: HttpRequest, obj: Duty | None = None) -> Any:
        is_turn = obj is not None and obj.shift.rota.is_rolling
        return (*self.own, *self.of_turns) if is_turn else self.own

    def get_queryset(self, request: HttpRequest) -> QuerySet[Duty]:
        asked = Swap.objects.filter(state=Swap.State.ASKED).select_related("asked_by__person")
        found = super().get_queryset(request)
        return found.prefetch_related(Prefetch("swaps", queryset=asked, to_attr="asked"))

    @admin.display(description="day", ordering="shift__start")
    def day(self, duty: Duty) -> str:
        gone = "" if duty.shift.cancelled_at is None else " (not needed any more)"
        return f"{on(duty)}{gone}"

    @admin.display(description="who", ordering="member__person__name", empty_value="nobody")
    def who(self, duty: Duty) -> str | None:
        return str(duty.member) if duty.member else None

    @admin.display(description="whose turn it is", empty_value="nobody's")
    def turn(self, duty: Duty) -> str | None:
        return str(duty.shift.turn) if duty.shift.turn else None

    @admin.display(description="rota", ordering="shift__rota__name")
    def rota(self, duty: Duty) -> str:
        page = reverse("admin:rota_rota_change", args=[duty.shift.rota_id])
        return format_html('<a href="{}">{}</a>', page, duty.shift.rota)

    @admin.display(description="how it came about", ordering="origin")
    def how(self, duty: Duty) -> str:
        by = f" by {duty.by}" if duty.by else ""
        return f"{duty.get_origin_display()}{by}"

    @admin.display(description="swap")
    def swap(self, duty: Any) -> str:
        pages = (
            (reverse("admin:rota_swap_change", args=[swap.pk]), swap.asked_by)
            for swap in duty.asked
        )
        return format_html_join("; ", '<a href="{}">{} asks</a>', pages)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or may_look(request)

    def view_on_site(self, obj: Duty) -> str:
        return obj.shift.rota.get_absolute_url()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kw: Any
    ) -> Any:
        duty = kw.get("obj")
        if duty is not None:
            context["moves"] = lately.moves_of(duty)
            context["may_see_syncs"] = request.user.has_perm("uploader.view_sync")
        return super().render_change_form(request, context, *args, **kw)
