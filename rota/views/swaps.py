"""Asking that somebody else take a duty, taking one, and taking the question back.

Who acts is who is signed in; for whom, is theirs to choose only among those they may act for.
"""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from rota import swaps
from rota.duties import Doing, NotPossible
from rota.models import Duty, Member, Rota, Swap
from rota.swaps import Free, possible_takers
from rota.views.access import acted_for, signed_in, visible
from rota.words import duty_on


class AskForm(forms.Form):
    with_duty = forms.ModelChoiceField(
        Duty.objects.none(), required=False, label="In return", empty_label="nothing"
    )
    note = forms.CharField(
        max_length=300,
        required=False,
        label="A word to the others",
        help_text="Everybody in the rota sees it. Reasons are nobody’s business.",
    )

    def __init__(self, *args: Any, offered: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "with_duty", offered, duty_on)


class TakeForm(forms.Form):
    member = forms.ModelChoiceField(
        Member.objects.none(), label="Who takes it", empty_label="choose"
    )
    with_duty = forms.ModelChoiceField(
        Duty.objects.none(), required=False, label="In return", empty_label="nothing"
    )

    def __init__(self, *args: Any, takers: Any, offered: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "member", takers, str)
        _choose(self, "with_duty", offered, duty_on)
        if len(takers) == 1:
            self.fields["member"].widget = forms.HiddenInput()
            self.fields["member"].initial = takers[0].pk
        if not offered:
            del self.fields["with_duty"]


def _choose(form: forms.Form, name: str, among: list[Any], label: Any) -> None:
    """Among these and no others, whatever the form sends."""
    field: Any = form.fields[name]
    model = field.queryset.model
    field.queryset = model.objects.filter(pk__in=[each.pk for each in among])
    if model is Duty:
        field.queryset = field.queryset.select_related("shift", "member__person")
    field.label_from_instance = label


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    now = timezone.now()
    rota = visible(request, name)
    duty = get_object_or_404(_duties(rota), pk=pk)
    if not swaps.may_act_for(request.user, duty.member):
        raise Http404
    form = AskForm(_sent(request), label_suffix="", offered=_exchangeable(duty, now=now))
    if request.method == "POST" and form.is_valid():
        doing = Doing(now=now, by=request.user)
        try:
            swaps.ask(duty, doing=doing, **form.cleaned_data)
        except NotPossible as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "The others see now that this duty is to be taken.")
        return redirect(rota)
    return render(request, "rota/ask.html", {"rota": rota, "duty": duty, "form": form})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    now = timezone.now()
    rota = visible(request, name)
    swap = _open_swap(rota, pk)
    free = Free(rota)
    takers = acted_for(request.user, possible_takers(swap, free=free))
    if not takers:
        raise Http404
    offered = [] if swap.with_duty else _offered(swap, takers, free=free, now=now)
    form = TakeForm(_sent(request), label_suffix="", takers=takers, offered=offered)
    if request.method == "POST" and form.is_valid():
        return _taken(request, swap, form.cleaned_data, doing=Doing(now=now, by=request.user))
    context = {"rota": rota, "swap": swap, "form": form, "takers": takers}
    return render(request, "rota/take.html", context)


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _taken(
    request: HttpRequest, swap: Swap, chosen: dict[str, Any], *, doing: Doing
) -> HttpResponse:
    member = chosen["member"]
    try:
        swaps.take(swap, member, doing=doing, with_duty=chosen.get("with_duty"))
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        swap.duty.refresh_from_db()
        messages.success(request, f"Done: {duty_on(swap.duty)}.")
    return redirect(swap.duty.shift.rota)


@signed_in
@require_POST
def withdraw(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    rota = visible(request, name)
    swap = _open_swap(rota, pk)
    if not swaps.may_act_for(request.user, swap.asked_by):
        raise Http404
    swaps.withdraw(swap, doing=Doing(now=timezone.now(), by=request.user))
    messages.info(request, f"Nobody is asked any more: {duty_on(swap.duty)}.")
    return redirect(rota)


def _open_swap(rota: Rota, pk: int) -> Swap:
    found = Swap.objects.filter(duty__shift__rota=rota, state=Swap.State.ASKED).select_related(
        "duty__shift__rota", "duty__member__person", "asked_by__person", "with_duty__member__person"
    )
    return get_object_or_404(found, pk=pk)


def _duties(rota: Rota) -> Any:
    return Duty.objects.filter(shift__rota=rota, shift__cancelled_at=None).select_related(
        "shift__rota", "member__person"
    )


def _coming(rota: Rota, *, now: datetime) -> Any:
    return _duties(rota).filter(shift__end__gt=rota.today(now)).exclude(member=None)


def _exchangeable(duty: Duty, *, now: datetime) -> list[Duty]:
    """Duties of others that whoever has this one could do instead of it, and the other way."""
    rota = duty.shift.rota
    free = Free(rota)
    return [
        other
        for other in _coming(rota, now=now).exclude(member=duty.member)
        if free.could_exchange(duty, other)
    ]


def _offered(swap: Swap, takers: list[Member], *, free: Free, now: datetime) -> list[Duty]:
    """What the takers have that whoever asks could do in return."""
    theirs = _coming(swap.duty.shift.rota, now=now).filter(member__in=takers)
    return [duty for duty in theirs if free.could_exchange(swap.duty, duty)]
