"""What staff can do with a duty: give it away, exchange it, ask for a swap, pin and release it.

Nothing is written here but through rota/duties.py and rota/swaps.py, so that each is a move.
"""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q

from rota import duties, swaps
from rota.admin.acting import Act
from rota.duties import NotPossible
from rota.models import Duty, Member, Swap
from rota.words import CALLED, SHORT, during, span

ACT = "rota.act_for_members"


class Changes(Act):
    """It changes a duty that is not over."""

    permission = ACT
    obj: Duty

    @classmethod
    def is_offered(cls, obj: Duty, *, now: datetime) -> bool:
        return is_open(obj, now=now)


class Give(Changes):
    slug, words = "give", "Give to somebody else…"
    buttons = {"do": "Give"}

    member = forms.ModelChoiceField(
        queryset=Member.objects.none(), required=False, empty_label="nobody: leave a gap"
    )
    # Whom the page showed: what has changed meanwhile is looked at again.
    shown = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.initial = {"shown": self.obj.member_id, **self.initial}
        choose_from(self.fields["member"], self.obj)

    def explained(self) -> str:
        who = self.obj.member or "nobody"
        return f"{in_words(self.obj)} is {who}. What is chosen here stays, whatever is generated."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("shown") != self.obj.member_id:
            who = self.obj.member or "nobody"
            raise forms.ValidationError(f"It has changed meanwhile: {who} has it now.")
        return cleaned

    def do(self) -> str:
        was, member = self.obj.member, self.cleaned_data["member"]
        duties.override(self.obj, member, doing=self.doing)
        return f"{in_words(self.obj)}: {was or 'nobody'} → {member or 'nobody'}."


class Exchange(Changes):
    slug, words = "exchange", "Exchange…"
    buttons = {"do": "Exchange"}

    other = forms.ModelChoiceField(queryset=Duty.objects.none(), empty_label=None, label="for")

    @classmethod
    def is_offered(cls, obj: Duty, *, now: datetime) -> bool:
        return obj.member is not None and super().is_offered(obj, now=now)

    def prepare(self) -> None:
        choose_in_return(self.fields["other"], self.obj.member, now=self.now)

    def explained(self) -> str:
        return f"{in_words(self.obj)} is {self.obj.member}; the two have each other's from then on."

    def do(self) -> str:
        other: Duty = self.cleaned_data["other"]
        one, two = self.obj.member, other.member
        if two is None:
            raise NotPossible(f"Nobody has {other}.")
        withdraw_open(self.obj, doing=self.doing)
        swap = swaps.ask(self.obj, with_duty=other, doing=self.doing)
        swaps.take(swap, two, doing=self.doing)
        return f"{in_words(self.obj)}: {one} → {two}; {in_words(other)}: {two} → {one}."


class Pin(Changes):
    slug, words, asks = "pin", "Pin", False

    @classmethod
    def is_offered(cls, obj: Duty, *, now: datetime) -> bool:
        return not obj.is_fixed and super().is_offered(obj, now=now)

    def do(self) -> str:
        duties.pin(self.obj, doing=self.doing)
        return f"{in_words(self.obj)} stays with {self.obj.member or 'nobody'}."


class Release(Changes):
    slug, words, asks = "release", "Release", False

    @classmethod
    def is_offered(cls, obj: Duty, *, now: datetime) -> bool:
        return obj.is_fixed and super().is_offered(obj, now=now)

    def do(self) -> str:
        duties.release(self.obj, doing=self.doing)
        return f"{in_words(self.obj)}: the next generation may give it to somebody else."


class AskForSwap(Changes):
    slug, words = "ask", "Ask for a swap…"
    buttons = {"do": "Ask"}

    in_return = forms.ModelChoiceField(
        queryset=Duty.objects.none(),
        required=False,
        empty_label="whatever somebody offers",
        help_text="The duty that is wanted for it.",
    )
    note = forms.CharField(required=False, max_length=300)

    @classmethod
    def is_offered(cls, obj: Duty, *, now: datetime) -> bool:
        return Exchange.is_offered(obj, now=now) and open_swap(obj) is None

    def prepare(self) -> None:
        choose_in_return(self.fields["in_return"], self.obj.member, now=self.now)

    def explained(self) -> str:
        group = duties.group_of(self.obj)
        return f"Anybody of {group} may take it from {self.obj.member}, whose it stays until then."

    def do(self) -> str:
        swaps.ask(
            self.obj,
            with_duty=self.cleaned_data["in_return"],
            note=self.cleaned_data["note"],
            doing=self.doing,
        )
        return f"{in_words(self.obj)}: a swap is asked for on behalf of {self.obj.member}."


def withdraw_open(duty: Duty, *, doing: Any) -> None:
    swap = open_swap(duty)
    if swap is not None:
        swaps.withdraw(swap, doing=doing)


def open_swap(duty: Duty) -> Swap | None:
    return duty.swaps.filter(state=Swap.State.ASKED).first()


def choose_from(field: Any, duty: Duty) -> None:
    """Members who can have the duty; of those who are away, that is said."""
    shift = duty.shift
    serving = Q(joined_on=None) | Q(joined_on__lte=shift.start)
    still = Q(left_on=None) | Q(left_on__gte=shift.start)
    there = Member.objects.filter(serving, still, rota=shift.rota, group=duties.group_of(duty))
    people = there.prefetch_related("person__absences")
    away = {each.pk for each in people if duties.is_away(shift, each.person.absences.all())}
    field.queryset = there.exclude(pk=duty.member_id or 0).select_related("person")
    field.label_from_instance = lambda member: (
        f"{member} (away)" if member.pk in away else str(member)
    )


def choose_in_return(field: Any, member: Member | None, *, now: datetime) -> None:
    """Duties that have not begun, of others of the member's group."""
    field.label_from_instance = lambda duty: f"{in_words(duty)}: {duty.member}"
    if member is not None:
        rows = Duty.objects.select_related("shift", "member__person")
        field.queryset = rows.filter(
            member__rota=member.rota_id,
            member__group=member.group,
            shift__cancelled_at=None,
            shift__start__gt=now.date(),
        ).exclude(member=member)


def is_open(duty: Duty, *, now: datetime) -> bool:
    try:
        duties.require_open(duty, doing=duties.Doing(now=now))
    except NotPossible:
        return False
    return True


def in_words(duty: Duty) -> str:
    return f"{CALLED[duty.role]} {during(duty.shift, SHORT)}"


def on(duty: Duty) -> str:
    return span(duty.shift, SHORT)
