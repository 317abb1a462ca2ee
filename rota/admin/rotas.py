"""The admin of rotas: what a rota is, who is in it, where it is shown, and what happened to it."""

from itertools import islice
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from rota import days, groups, proposals, setup
from rota.admin import lately, repairs
from rota.admin.acting import Acting
from rota.admin.generating import Generate, Preview, Publish
from rota.admin.inviting import Invite
from rota.admin.members import MemberInline, RowFormSet
from rota.admin.projections import projections, switch_off
from rota.admin.rota_form import FORMS
from rota.admin.telling import Telling
from rota.admin.turn_order import inline_for
from rota.admin.turning import Append, PlanAnew, SetRoles
from rota.models import Rota
from uploader.every import written
from uploader.models import Sync

COMING_HOLIDAYS = 3
TITLES = {
    setup.MEMBERS: "Members from Slack",
    setup.CALENDAR: "On Google Calendar",
    setup.PRODUCTIVE: "As bookings at Productive",
    setup.SLACK: "In Slack",
    setup.GEEKBOT: "Asked by Geekbot",
}
WORKING_DAYS = ("workdays", "holidays")
# What a kind of rota is asked beside what all are, above where it is shown.
WHEN = {
    Rota.Kind.PAIRED: ("Days", ("starts_on", "timezone", *WORKING_DAYS)),
    Rota.Kind.ROLLING: (
        "Turns",
        (("every", "lasts"), ("handover_on", "at"), "timezone", "starts_on"),
    ),
}
HOW = {
    Rota.Kind.PAIRED: (("start_with", "then"), "min_gap", "horizon", "leave", "owner", "seed"),
    Rota.Kind.ROLLING: ("horizon", "leave", "owner"),
}
# By which it may be that a day with duties is no working day, or the other way round.
OF_DAYS = {"workdays", "holidays"}


@admin.register(Rota)
class RotaAdmin(Telling, Acting):
    acts = (Preview, Generate, Append, PlanAnew, SetRoles, Publish, Invite)
    change_form_template = "admin/rota/rota.html"
    list_display = ("name", "title", "turns", "in_it", "starts_on", "ahead", "enabled")
    list_filter = ("enabled", "kind", "from_file")
    search_fields = ("name", "title", "members__person__name")
    autocomplete_fields = ("owner",)

    # -------------------------------------------------------------------- its kind

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.GET.get("kind") not in FORMS and self.has_add_permission(request):
            return self._choose_kind(request)
        return super().add_view(request, form_url, extra_context)

    def _choose_kind(self, request: HttpRequest) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Add rota",
            "opts": self.opts,
            "kinds": Rota.Kind.choices,
        }
        return TemplateResponse(request, "admin/rota/choose_kind.html", context)

    @staticmethod
    def _kind(request: HttpRequest, rota: Rota | None) -> Rota.Kind:
        asked = request.GET.get("kind", Rota.Kind.PAIRED) if rota is None else rota.kind
        return Rota.Kind(asked) if asked in FORMS else Rota.Kind.PAIRED

    def get_inlines(self, request: HttpRequest, obj: Rota | None) -> Any:
        is_rolling = self._kind(request, obj) == Rota.Kind.ROLLING
        return (inline_for(obj) if is_rolling else MemberInline,)

    # -------------------------------------------------------------------- the list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rota]:
        today = timezone.now().date()
        serving = Q(members__left_on=None) | Q(members__left_on__gte=today)
        counted = Count("members", filter=serving, distinct=True)
        found: QuerySet[Rota] = super().get_queryset(request).annotate(in_it_now=counted)
        return found

    @admin.display(description="turns")
    def turns(self, rota: Rota) -> str:
        if rota.is_rolling:
            return f"somebody new every {rota.every}, for {rota.lasts}"
        return " and ".join(rota.groups)

    @admin.display(description="members", ordering="in_it_now")
    def in_it(self, rota: Any) -> int:
        return int(rota.in_it_now)

    @admin.display(description="horizon", ordering="horizon")
    def ahead(self, rota: Rota) -> str:
        return (written(rota.horizon) or str(rota.horizon)) if rota.horizon else "-"

    @admin.display(description="next holidays")
    def coming_holidays(self, rota: Rota) -> str:
        """So that a code can be seen to be the right one."""
        if not rota.holidays:
            return "none are kept"
        today = rota.today(timezone.now())
        known = sorted(days.holidays_of(rota.holidays, [today.year, today.year + 1]).items())
        coming = islice(((day, name) for day, name in known if day >= today), COMING_HOLIDAYS)
        return "; ".join(f"{day:%a %-d %B %Y}: {name}" for day, name in coming)

    def view_on_site(self, obj: Rota) -> str:
        return obj.get_absolute_url()

    # ------------------------------------------------------------------ the form

    def get_form(
        self, request: HttpRequest, obj: Rota | None = None, change: bool = False, **kw: Any
    ) -> Any:
        kind = self._kind(request, obj)
        own = tuple(projections(kind))
        fields: dict[str, Any] = {}
        for each in own:
            sync = setup.found(obj, each.kind.slug) if obj is not None else None
            is_kept = sync is not None and (sync.enabled or not obj_enabled(obj))
            fields |= each.fields(sync if is_kept else None)
        kw["form"] = type("RotaForm", (FORMS[kind],), {"projections": own, **fields})
        return super().get_form(request, obj, change=change, **kw)

    def get_fieldsets(self, request: HttpRequest, obj: Rota | None = None) -> Any:
        shown = ("name", "title", "enabled", *(() if obj is None else ("kind", "from_file")))
        kind = self._kind(request, obj)
        title, asked = WHEN[kind]
        shows_holidays = kind == Rota.Kind.PAIRED and obj is not None
        when = (*asked, *(["coming_holidays"] if shows_holidays else []))
        return [
            (None, {"fields": shown}),
            (title, {"fields": when}),
            ("How it is decided", {"fields": HOW[kind]}),
            *self._elsewhere(request, obj),
        ]

    def _elsewhere(self, request: HttpRequest, obj: Rota | None) -> list[Any]:
        """The title of events beside the calendar that they are on; of a rolling rota, the days on
        which people are booked beside the bookings."""
        kind = self._kind(request, obj)
        may_change = obj is None or self.has_change_permission(request, obj)
        names = {each.kind.slug: each.names for each in projections(kind) if may_change}
        more = {setup.CALENDAR: ["event_title"]}
        if kind == Rota.Kind.ROLLING:
            more[setup.PRODUCTIVE] = list(WORKING_DAYS)
        return [
            (TITLES[slug], {"fields": [*names.get(slug, ()), *more.get(slug, ())]})
            for slug in setup.WITH[kind]
            if slug in names or slug in more
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Rota | None = None) -> tuple[str, ...]:
        """Its name is in the names of its syncs, in addresses, and in files."""
        if obj is None:
            return ()
        return ("name", "kind", "from_file", "coming_holidays")

    # --------------------------------------------------------------------- saving

    def save_model(self, request: HttpRequest, obj: Rota, form: Any, change: bool) -> None:
        was = Rota.objects.get(pk=obj.pk).groups if change else None
        super().save_model(request, obj, form, change)
        if was is not None:
            groups.rename(obj, was)
        now = timezone.now()
        if not obj.enabled:
            for sync in obj.syncs():
                switch_off(sync)
            return
        sync = setup.ensure_duties(obj, now=now)
        if sync.every is not None and not obj.shifts.exists():
            # Its first duties can be looked at before they are there by themselves.
            Sync.objects.filter(pk=sync.pk).update(next_run_at=now + sync.every)
            words = "It has no duties yet. Preview shows its first ones; left alone, it is filled "
            self.message_user(request, f"{words}for the first time in a day.", messages.INFO)
        for each in form.projections:
            each.save(obj, form, now=now)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        if not isinstance(formset, RowFormSet):
            return
        formset.put_in_order()
        for member in formset.ended:
            words = f"{member} has had duties, and so leaves on {member.left_on} instead."
            self.message_user(request, words, messages.WARNING)
            self.log_change(request, formset.instance, words)
        changed = [*formset.ended, *(member for member, _ in formset.changed_objects)]
        now = timezone.now()
        misfits = proposals.misfits(changed, now=now)
        repairs.tell(self, request, misfits)
        if not misfits and not OF_DAYS.isdisjoint(form.changed_data):
            repairs.repair(self, request, proposals.with_duties([formset.instance], now=now))

    # ------------------------------------------------------------------- deleting

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One that has had duties is switched off: what was, stays."""
        if obj is None or obj.shifts.exists():
            return False
        return super().has_delete_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Rota) -> None:
        for sync in obj.syncs():
            if sync.runs.exists():
                switch_off(sync)
            else:
                sync.delete()
        super().delete_model(request, obj)

    # -------------------------------------------------------------------- its page

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kw: Any
    ) -> Any:
        rota = kw.get("obj")
        if rota is not None:
            context["syncs"] = lately.syncs(rota)
            context["moves"] = lately.moves(rota)
            context["steps"] = lately.steps(rota)
            context["edits"] = lately.edits(rota)
            context["all_duties"] = lately.listed("duty", shift__rota=rota.pk)
            context["all_moves"] = lately.listed("move", duty__shift__rota=rota.pk)
            context["may_see_syncs"] = request.user.has_perm("uploader.view_sync")
        return super().render_change_form(request, context, *args, **kw)


def obj_enabled(rota: Rota | None) -> bool:
    return rota is not None and rota.enabled
