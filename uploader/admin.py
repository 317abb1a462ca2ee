"""The admin of syncs and people, and a view of runs, links and notices, which only code writes."""

import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from integrations.admin import Explained
from integrations.models import Connection
from uploader import inline, kinds, runs, work
from uploader.every import WORDS, EveryField
from uploader.kinds import Kind
from uploader.models import Change, Link, Notice, Run, Sync
from uploader.people import Address, Person, folded

PREFIX = "options_"
SHOWN_CHANGES = 100
# A look asks the providers while the page waits, so it is for a few at a time.
MOST_LOOKS = 3


# ------------------------------------------------------------------------ syncs


def is_the_teams(sync: Sync) -> bool:
    """The pages on the site show a member's to that member alone."""
    return sync.target is None or sync.target.owner_id is None


def may_be_added(kind: type[Kind]) -> bool:
    return not kind.for_members and not kind.comes_with


def page_here(run: Run) -> str:
    return reverse("admin:uploader_run_change", args=[run.pk])


class SyncForm(forms.ModelForm):  # type: ignore[type-arg]
    """The sync's own fields, and below them those of its kind's form."""

    kind: type[Kind]

    class Meta:
        model = Sync
        fields = ("name", "source", "target", "mode", "every", "max_delete_share", "enabled")
        field_classes = {"every": EveryField}
        help_texts = {
            "name": "Small letters, digits, hyphens and underscores.",
            "every": f"{WORDS.capitalize()}; the first run begins at once. Empty: only on request.",
            "enabled": "A sync that has run is switched off rather than deleted.",
            "max_delete_share": "If more than this share would go, a person is asked first.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self._options():
            if name in self.instance.options:
                field.initial = self.instance.options[name]
            field.disabled = field.disabled or name == self.kind.comes_with
        for side in ("source", "target"):
            self._offer(side, provider=getattr(self.kind, side))

    def _options(self) -> Iterator[tuple[str, forms.Field]]:
        for name in self.kind.options_form.base_fields:
            yield name, self.fields[PREFIX + name]

    def _offer(self, side: str, *, provider: str) -> None:
        """The team's connections to that provider, and whatever is there already."""
        if side not in self.fields:
            return
        there = Q(pk=getattr(self.instance, f"{side}_id"))
        field: Any = self.fields[side]
        field.queryset = Connection.objects.filter(Q(provider=provider, owner=None) | there)
        field.required = side == "target" or not self.kind.source_is_optional

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        form = self.kind.options_form(
            {name: self.cleaned_data.get(PREFIX + name) for name, _ in self._options()}
        )
        if form.is_valid():
            kept = {name: value for name, value in form.cleaned_data.items() if value is not None}
            self.instance.options = json.loads(json.dumps(kept, cls=DjangoJSONEncoder))
        for name, errors in form.errors.items():
            if name not in form.fields:
                self.add_error(None, list(errors))
            elif PREFIX + name not in self.errors:
                self.add_error(PREFIX + name, list(errors))
        return cleaned

    def clean_max_delete_share(self) -> float:
        share: float = self.cleaned_data["max_delete_share"]
        if not 0 <= share <= 1:
            raise forms.ValidationError("A share is between 0 and 1.")
        return share


@admin.register(Sync)
class SyncAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = SyncForm
    list_display = ("name", "kind", "source", "target", "mode", "enabled", "next_run_at")
    list_filter = ("kind", "mode", "enabled", "from_file")
    list_select_related = ("source", "target")
    search_fields = ("name", "source__name", "target__name")
    readonly_fields = ("kind", "from_file", "next_run_at", "last_ok_at")
    actions = ("run_now",)

    def view_on_site(self, obj: Sync) -> str | None:
        return obj.get_absolute_url() if is_the_teams(obj) else None

    def has_run_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("uploader.run_sync")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One that has run is switched off: its history stays, and what it knows of its copies."""
        if obj is None or obj.runs.exists():
            return False
        return super().has_delete_permission(request, obj)

    # ------------------------------------------------------------ adding, changing

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if self._kind(request, None) is None:
            return self._choose_kind(request)
        return super().add_view(request, form_url, extra_context)

    def _choose_kind(self, request: HttpRequest) -> HttpResponse:
        known = kinds.all_kinds()
        context = {
            **self.admin_site.each_context(request),
            "title": "Add sync",
            "opts": self.opts,
            "set_up": [kind for kind in known if may_be_added(kind)],
            "with_others": [kind for kind in known if kind.comes_with],
            "by_itself": [kind for kind in known if kind.for_members],
        }
        return TemplateResponse(request, "admin/uploader/sync/choose_kind.html", context)

    def _kind(self, request: HttpRequest, obj: Sync | None) -> type[Kind] | None:
        known = {kind.slug: kind for kind in kinds.all_kinds()}
        if obj is not None:
            return known.get(obj.kind, Kind)
        kind = known.get(request.GET.get("kind", ""))
        return kind if kind is not None and may_be_added(kind) else None

    def get_form(
        self, request: HttpRequest, obj: Sync | None = None, change: bool = False, **kw: Any
    ) -> Any:
        kind = self._kind(request, obj) or Kind
        options = {PREFIX + name: field for name, field in kind.options_form().fields.items()}
        kw["form"] = type("SyncForm", (SyncForm,), {"kind": kind, **options})
        return super().get_form(request, obj, change=change, **kw)

    def get_fields(self, request: HttpRequest, obj: Sync | None = None) -> Any:
        kind = self._kind(request, obj) or Kind
        sides = [side for side in ("source", "target") if getattr(kind, side)]
        own = ["name", *sides, "mode", "every", "max_delete_share", "enabled"]
        options = [PREFIX + name for name in kind.options_form.base_fields]
        return [*own, *options, *self.readonly_fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Sync | None = None) -> Any:
        """What it comes with finds it by its name."""
        kind = self._kind(request, obj) or Kind
        return (*self.readonly_fields, *(("name",) if kind.comes_with else ()))

    def save_model(self, request: HttpRequest, obj: Sync, form: Any, change: bool) -> None:
        if not change:
            kind = self._kind(request, None)
            obj.kind = kind.slug if kind else ""
        if obj.every is None:
            obj.next_run_at = None
        elif obj.next_run_at is None:
            obj.next_run_at = timezone.now()
        super().save_model(request, obj, form, change)

    # -------------------------------------------------------------------- running

    @admin.action(description="Run selected syncs now…", permissions=["run"])
    def run_now(self, request: HttpRequest, queryset: QuerySet[Sync]) -> HttpResponse | None:
        """Asks first; then shows what would change, or starts the runs."""
        syncs = list(queryset.select_related("source", "target"))
        how = request.POST.get("how")
        if how == "apply":
            self._apply(request, syncs)
            return None
        if how != "look":
            return self._ask(request, syncs, [])
        quick = self._have_proposed(request, syncs)
        reports = self._looked(request, quick)
        return self._ask(request, quick, reports) if quick else None

    def _ask(
        self, request: HttpRequest, syncs: list[Sync], reports: list[inline.DryRun]
    ) -> HttpResponse:
        names = {kind.slug: kind.name for kind in kinds.all_kinds()}
        for sync in syncs:
            sync.kind_name = names.get(sync.kind, sync.kind)  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),
            "title": "What would change" if reports else "Run now?",
            "opts": self.opts,
            "syncs": syncs,
            "reports": reports,
            "shown": SHOWN_CHANGES,
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/uploader/sync/run_now.html", context)

    def _have_proposed(self, request: HttpRequest, syncs: list[Sync]) -> list[Sync]:
        """No page waits for what takes long to plan: a run makes the plan. The others."""
        long = [sync for sync in self._able(syncs) if kinds.get(sync.kind).plans_long]
        for sync in long:
            self._begin(request, sync, params={"propose": True})
        return [sync for sync in syncs if sync not in long]

    def _looked(self, request: HttpRequest, syncs: list[Sync]) -> list[inline.DryRun]:
        if len(syncs) > MOST_LOOKS:
            words = f"Choose up to {MOST_LOOKS} syncs to be shown what they would change."
            self.message_user(request, words, messages.WARNING)
            return []
        manner = work.Manner(clock=timezone.now)
        return [inline.dry_run(sync, params={}, manner=manner) for sync in self._able(syncs)]

    def _able(self, syncs: list[Sync]) -> list[Sync]:
        known = {kind.slug for kind in kinds.all_kinds()}
        return [sync for sync in syncs if sync.enabled and sync.kind in known]

    def _apply(self, request: HttpRequest, syncs: list[Sync]) -> None:
        able = self._able(syncs)
        for sync in syncs:
            if sync not in able:
                self.message_user(request, f"The sync {sync} is disabled.", messages.WARNING)
        for sync in able:
            self._begin(request, sync, params={"apply": True})

    def _begin(self, request: HttpRequest, sync: Sync, *, params: dict[str, Any]) -> None:
        now = timezone.now()
        run = runs.start(sync, trigger="by hand", by=request.user, params=params, now=now)
        if run is None:
            words = f"A run of {sync} is open already; let it end, or stop it."
            self.message_user(request, words, messages.WARNING)
        else:
            page = run.get_absolute_url() if is_the_teams(sync) else page_here(run)
            link = format_html('Begun: <a href="{}">{}</a>', page, run)
            self.message_user(request, link, messages.SUCCESS)


# ----------------------------------------------------------------------- people


class AddressForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Address
        fields = ("email", "enabled")

    def clean_email(self) -> str:
        """As it will be kept, so that the same address in capitals is seen to be taken."""
        return folded(self.cleaned_data["email"])


class AddressInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Address
    form = AddressForm
    extra = 1


@admin.register(Person)
class PersonAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "timezone", "slack_id", "user")
    list_select_related = ("user",)
    search_fields = ("name", "slack_id", "addresses__email")
    autocomplete_fields = ("user",)
    readonly_fields = ("from_file",)
    inlines = (AddressInline,)


# -------------------------------------------------------------- only to be read


class ReadOnly:
    """What code writes is shown to whoever may view it, and changed by nobody."""

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ChangeInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """The first lines of a run; its own page shows all."""

    model = Change
    fields = ("n", "action", "subject", "what", "outcome", "reason")
    verbose_name_plural = f"changes (the first {SHOWN_CHANGES})"
    show_change_link = False
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Change]:
        return super().get_queryset(request).filter(n__lte=SHOWN_CHANGES)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("uploader.view_run")


@admin.register(Run)
class RunAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("id", "sync", "trigger", "status", "created_at", "ended_at", "requests")
    list_filter = ("status", "trigger")
    list_select_related = ("sync",)
    search_fields = ("sync__name",)
    date_hierarchy = "created_at"
    show_full_result_count = False
    inlines = (ChangeInline,)

    def view_on_site(self, obj: Run) -> str | None:
        return obj.get_absolute_url() if is_the_teams(obj.sync) else None


@admin.register(Link)
class LinkAdmin(ReadOnly, Explained):
    words = (
        "What a sync wrote at its target: under which key, and what the target showed then, so "
        "that the next run knows its own work. Syncs whose targets show that themselves keep none."
    )
    list_display = ("key", "sync", "part", "ref", "sent_at", "refused_at")
    list_select_related = ("sync",)
    search_fields = ("key", "ref", "sync__name")
    show_full_result_count = False


@admin.register(Notice)
class NoticeAdmin(ReadOnly, Explained):
    words = "What people were told, and when, so that nobody is told the same thing twice."
    list_display = ("key", "person", "channel", "due_at", "sent_at", "outcome")
    list_filter = ("channel", "outcome")
    list_select_related = ("person",)
    search_fields = ("key",)
    # It is to that person alone: it may let them in.
    exclude = ("text",)
    show_full_result_count = False
