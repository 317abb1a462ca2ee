"""Previewing, generating and publishing a rota: each is a run, which a worker carries out."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.utils.html import format_html, format_html_join

from rota import duties, proposals
from rota.admin.acting import Act
from rota.admin.repairs import link_to
from rota.duties import NotPossible
from rota.models import Rota
from uploader.models import Sync

GENERATE = "rota.generate_rota"
APPLY = "apply"


class Begins(Act):
    """What is begun by it are runs of a rota's syncs."""

    permission = GENERATE
    obj: Rota

    @classmethod
    def is_offered(cls, obj: Rota, *, now: datetime) -> bool:
        return obj.enabled

    def begin(self, sync: Sync | None, params: dict[str, Any]) -> str:
        """A sentence with the way to the run."""
        if sync is None or not sync.enabled or not self.obj.enabled:
            raise NotPossible(f"What keeps {self.obj} in step is switched off.")
        begun = proposals.begin(sync, params=params, by=self.by, now=self.now)
        if begun is None or not begun.is_new:
            raise NotPossible(f"A run of {sync} is open already: let it end, or stop it.")
        return link_to(begun.run, self.by)


class Preview(Begins):
    slug, words, asks = "preview", "Preview", False

    def do(self) -> str:
        run = self.begin(duties.duties_sync(self.obj), proposals.PROPOSE)
        return format_html("A plan is being made; nothing changes until it is approved: {}.", run)


class Generate(Begins):
    slug, words = "generate", "Generate…"
    buttons = {APPLY: "Generate", "propose": "Only make a plan"}

    @classmethod
    def is_offered(cls, obj: Rota, *, now: datetime) -> bool:
        """Turns of a rolling rota are rather appended, or planned anew (turning.py)."""
        return not obj.is_rolling and super().is_offered(obj, now=now)

    first = forms.DateField(
        label="From",
        required=False,
        widget=AdminDateWidget,
        help_text="Empty: from the first day on that has not begun.",
    )
    cycles = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=100,
        help_text="In each, everybody leads once. Empty: one, or as far as it is kept filled.",
    )
    until = forms.DateField(
        required=False, widget=AdminDateWidget, help_text="The last day; instead of cycles."
    )
    seed = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        help_text="Another one draws it anew. Empty: as few duties as possible are moved.",
    )

    def explained(self) -> str:
        return (
            "Duties that were pinned, swapped or changed by hand stay, and so does what has begun. "
            "It is computed by a worker; this leads to its run, which shows every change."
        )

    def clean_first(self) -> Any:
        first = self.cleaned_data["first"]
        if first is not None and first < self.obj.today(self.now):
            raise forms.ValidationError("This day has passed: what was, stays as it was.")
        return first

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, until = cleaned.get("first"), cleaned.get("until")
        if until and cleaned.get("cycles"):
            self.add_error("until", "Say how many cycles, or until when; not both.")
        if first and until and until < first:
            self.add_error("until", "The last day lies before the first one.")
        return cleaned

    def do(self) -> str:
        how = APPLY if self.how == APPLY else "propose"
        run = self.begin(duties.duties_sync(self.obj), {**self._asked(), how: True})
        return format_html("Begun: {}.", run)

    def _asked(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        asked = {
            "from": cleaned["first"] and cleaned["first"].isoformat(),
            "cycles": cleaned["cycles"],
            "until": cleaned["until"] and cleaned["until"].isoformat(),
            "seed": cleaned["seed"],
        }
        return {name: value for name, value in asked.items() if value is not None}


class Publish(Begins):
    """What shows the duties elsewhere, brought in step now."""

    slug, words = "publish", "Publish…"
    buttons = {APPLY: "Publish", "propose": "Only make a plan"}

    @classmethod
    def is_offered(cls, obj: Rota, *, now: datetime) -> bool:
        return obj.enabled and shown_by(obj).exists()

    def explained(self) -> str:
        names = ", ".join(f"{sync} ({sync.target})" for sync in shown_by(self.obj))
        return (
            f"Brought in step with the duties as they are: {names}. Only what this rota put there "
            "is changed."
        )

    def do(self) -> str:
        how = APPLY if self.how == APPLY else "propose"
        begun = [self.begin(sync, {how: True}) for sync in shown_by(self.obj)]
        if not begun:
            raise NotPossible("It is shown nowhere: choose a calendar for it first.")
        return format_html("Begun: {}.", format_html_join(", ", "{}", ((run,) for run in begun)))


def shown_by(rota: Rota) -> Any:
    found = rota.syncs().filter(enabled=True).exclude(target=None)
    return found.select_related("target")
