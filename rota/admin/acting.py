"""Buttons on the page of one object: each asks what it needs to know, does it, and says so."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import strip_tags

from rota.duties import Doing, NotPossible, Stale

if TYPE_CHECKING:  # generic for the type checker only
    AdminBase = admin.ModelAdmin[Any]
else:
    AdminBase = admin.ModelAdmin

CHANGED = "It has changed meanwhile: look at it again."


class Act(forms.Form):
    """One thing that can be done with an object, by whoever has the permission."""

    slug: ClassVar[str]
    # On the button, and on top of its page.
    words: ClassVar[str]
    permission: ClassVar[str]
    # One that needs to know nothing is done at once.
    asks: ClassVar[bool] = True
    # By value, the words on the buttons of its page.
    buttons: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, obj: Any, by: Any, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.obj, self.by, self.now = obj, by, now
        self.how = self.data.get("how", "")
        self.prepare()

    def prepare(self) -> None:
        """The place to offer what there is to choose from."""

    @classmethod
    def is_offered(cls, obj: Any, *, now: datetime) -> bool:
        return True

    def explained(self) -> str:
        """What its page says first."""
        return ""

    def do(self) -> str:
        """Do it, and say what was done; NotPossible says why it cannot be."""
        raise NotImplementedError

    @property
    def doing(self) -> Doing:
        return Doing(now=self.now, by=self.by)

    def shown_buttons(self) -> dict[str, str]:
        return self.buttons or {"do": self.words.rstrip("…")}


class Acting(AdminBase):
    """A model whose objects can be acted upon."""

    acts: ClassVar[Sequence[type[Act]]] = ()
    change_form_template = "admin/rota/acting.html"

    class Media:
        css = {"all": ["rota/admin.css"]}

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:pk>/{act.slug}/",
                self.admin_site.admin_view(partial(self.act_view, act=act)),
                name=self._name(act),
            )
            for act in self.acts
        ]
        return [*own, *super().get_urls()]

    def _name(self, act: type[Act]) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{act.slug}"

    def offered(self, request: HttpRequest, obj: Any) -> list[dict[str, Any]]:
        """What this person can do with it now."""
        return [
            {
                "words": act.words,
                "asks": act.asks,
                "address": reverse(f"admin:{self._name(act)}", args=[obj.pk]),
            }
            for act in self.acts
            if request.user.has_perm(act.permission) and act.is_offered(obj, now=timezone.now())
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kw: Any
    ) -> HttpResponse:
        obj = kw.get("obj")
        if obj is not None:
            context["acts"] = self.offered(request, obj)
        return super().render_change_form(request, context, *args, **kw)

    # ------------------------------------------------------------------ the page

    def act_view(self, request: HttpRequest, pk: int, act: type[Act]) -> HttpResponse:
        obj = self.get_object(request, str(pk))
        if obj is None:
            raise Http404
        if not (self.has_view_permission(request, obj) and request.user.has_perm(act.permission)):
            raise PermissionDenied
        posted = request.POST if request.method == "POST" else None
        form = act(posted, obj=obj, by=request.user, now=timezone.now())
        if posted is not None and form.is_valid() and self._done(request, form):
            return self._back(obj)
        if act.asks:
            return self._asked(request, form)
        for error in form.non_field_errors():
            self.message_user(request, str(error), messages.ERROR)
        return self._back(obj)

    def _done(self, request: HttpRequest, form: Act) -> bool:
        try:
            with transaction.atomic():
                words = form.do()
        except NotPossible as error:
            form.add_error(None, str(error))
        except Stale:
            form.add_error(None, CHANGED)
        else:
            self.log_change(request, form.obj, strip_tags(words))
            self.message_user(request, words, messages.SUCCESS)
            return True
        return False

    def _asked(self, request: HttpRequest, form: Act) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{form.words.rstrip('…')}: {form.obj}",
            "opts": self.opts,
            "original": form.obj,
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/rota/act.html", context)

    def _back(self, obj: Any) -> HttpResponse:
        here = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(here, args=[obj.pk]))
