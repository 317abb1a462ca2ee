"""The admin of swaps: what is asked for, and taking or withdrawing it on a member's behalf."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from integrations.admin import Explained
from rota import swaps
from rota.admin.acting import Act, Acting
from rota.admin.changing import ACT, choose_from, choose_in_return, in_words
from rota.admin.permissions import may_look
from rota.models import Duty, Member, Swap
from uploader.admin import ReadOnly


class ActsOnOpen(Act):
    permission = ACT
    obj: Swap

    @classmethod
    def is_offered(cls, obj: Swap, *, now: datetime) -> bool:
        return obj.state == Swap.State.ASKED


class Take(ActsOnOpen):
    slug, words = "take", "Take for somebody…"
    buttons = {"do": "Take"}

    member = forms.ModelChoiceField(
        queryset=Member.objects.none(), empty_label=None, label="who takes it"
    )
    in_return = forms.ModelChoiceField(
        queryset=Duty.objects.none(), required=False, empty_label="nothing: a favour"
    )

    def prepare(self) -> None:
        choose_from(self.fields["member"], self.obj.duty)
        if self.obj.with_duty is not None:
            del self.fields["in_return"]
            return
        choose_in_return(self.fields["in_return"], self.obj.asked_by, now=self.now)

    def explained(self) -> str:
        wanted = self.obj.with_duty
        back = f" for {in_words(wanted)}, which {wanted.member} has" if wanted else ""
        return f"{self.obj.asked_by} asks that {in_words(self.obj.duty)} be taken{back}."

    def do(self) -> str:
        member = self.cleaned_data["member"]
        back = self.cleaned_data.get("in_return")
        swaps.take(self.obj, member, with_duty=back, doing=self.doing)
        return f"{in_words(self.obj.duty)}: {self.obj.asked_by} → {member}."


class Withdraw(ActsOnOpen):
    slug, words, asks = "withdraw", "Withdraw", False

    def do(self) -> str:
        swaps.withdraw(self.obj, doing=self.doing)
        return f"{in_words(self.obj.duty)} stays with {self.obj.asked_by}."


@admin.register(Swap)
class SwapAdmin(ReadOnly, Acting, Explained):
    words = (
        "Who asks to be relieved of which duty, and who took it. It is asked for on the page of "
        "the duty, or by its member on the page of the rota."
    )
    acts = (Take, Withdraw)
    list_display = ("what", "asked_by", "in_return", "state", "taken_by", "rota", "asked_at")
    list_filter = ("state", "duty__shift__rota")
    list_select_related = (
        "duty__shift__rota",
        "asked_by__person",
        "taken_by__person",
        "with_duty__shift",
    )
    search_fields = ("asked_by__person__name", "taken_by__person__name")
    date_hierarchy = "asked_at"
    fields = (
        "what",
        "rota",
        "asked_by",
        "in_return",
        "note",
        "state",
        "taken_by",
        "asked_at",
        "closed_at",
    )
    readonly_fields = fields

    @admin.display(description="duty", ordering="duty__shift__start")
    def what(self, swap: Swap) -> str:
        return in_words(swap.duty)

    @admin.display(description="in return")
    def in_return(self, swap: Swap) -> str:
        return in_words(swap.with_duty) if swap.with_duty else "a favour"

    @admin.display(description="rota", ordering="duty__shift__rota__name")
    def rota(self, swap: Swap) -> str:
        return str(swap.duty.shift.rota)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or may_look(request)

    def view_on_site(self, obj: Swap) -> str:
        return obj.duty.shift.rota.get_absolute_url()
