"""The page of one rota: who is on, the coming weeks, gaps, swaps, how even it is, its feeds."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from rota.days import DAY
from rota.duties import DUTIES
from rota.models import Duty, Member, Rota
from rota.report import evenness
from rota.swaps import Free, may_act_for, possible_takers
from rota.views import outlook, rolling
from rota.views.access import acted_for, signed_in, visible
from rota.views.evenness import picture
from rota.views.handovers import handovers
from uploader import kinds
from uploader.models import Run, Sync

OWN_SHOWN = 6


@signed_in
@require_safe
def rota(request: HttpRequest, name: str) -> HttpResponse:
    now = timezone.now()
    found = visible(request, name)
    own = own_members(request, found)
    time_shown = of_rolling if found.is_rolling else of_paired
    context = {
        "rota": found,
        **time_shown(request, found, now=now),
        "filled_until": filled_until(found),
        "gaps": gaps(found, now=now),
        "given_up": given_up(found),
        "swaps": open_swaps(request, found, now=now),
        "mine": own_posts(request, found, own, now=now),
        "is_member": bool(own),
        "picture": picture(evenness(found, now=now), rota=found),
        "handovers": handovers(found, user=request.user, now=now),
        "feeds": feeds(request, found, own, now=now),
        "syncs": syncs(request, found),
        "may_change": request.user.is_staff and request.user.has_perm("rota.change_rota"),
    }
    return render(request, "rota/rota.html", context)


def of_paired(request: HttpRequest, rota: Rota, *, now: datetime) -> dict[str, Any]:
    today = rota.today(now)
    first = outlook.begin(request.GET.get("from", ""), today=today)
    return {
        "turns": outlook.turns(rota, now=now),
        "weeks": outlook.weeks(rota, first=first, user=request.user, now=now),
        "first": first,
        "earlier": first - outlook.WEEKS * outlook.WEEK,
        "later": first + outlook.WEEKS * outlook.WEEK,
        "is_from_today": first == outlook.monday(today),
        "weekends_are_free": not {"sat", "sun"} & set(rota.workdays),
    }


def of_rolling(request: HttpRequest, rota: Rota, *, now: datetime) -> dict[str, Any]:
    asked = request.GET.get("from", "")
    return {
        "turns": rolling.standing(rota, now=now),
        "coming": rolling.turns(rota, asked=asked, user=request.user, now=now),
        "order": rolling.order(rota, now=now),
    }


def own_members(request: HttpRequest, rota: Rota) -> list[Member]:
    """The visitor as a member; twice where they came back."""
    return list(rota.members.filter(person__user=request.user.pk).select_related("person"))


def filled_until(rota: Rota) -> date | None:
    """The last day that anybody is planned for."""
    last = rota.shifts.filter(cancelled_at=None).order_by("end").last()
    return last.end - DAY if last else None


def gaps(rota: Rota, *, now: datetime) -> list[Duty]:
    empty = Duty.objects.filter(
        shift__rota=rota, shift__end__gt=rota.today(now), shift__cancelled_at=None, member=None
    )
    return list(empty.select_related("shift"))


def given_up(rota: Rota) -> list[str]:
    """Which wishes the last generation could not keep, in its words."""
    sync = rota.syncs().filter(kind=DUTIES).first()
    told = sync.summary.get("given_up", []) if sync else []
    return [each for each in told if isinstance(each, str)] if isinstance(told, list) else []


def own_posts(
    request: HttpRequest, rota: Rota, own: list[Member], *, now: datetime
) -> list[outlook.Post]:
    coming = Duty.objects.filter(
        member__in=own, shift__end__gt=rota.today(now), shift__cancelled_at=None
    )
    return outlook.posts(coming[:OWN_SHOWN], rota=rota, user=request.user, now=now)


def open_swaps(request: HttpRequest, rota: Rota, *, now: datetime) -> list[dict[str, Any]]:
    """What is asked for, with what the visitor may do about it."""
    coming = Duty.objects.filter(shift__rota=rota, shift__end__gt=rota.today(now))
    asked = outlook.open_swaps(coming)
    free = Free(rota) if asked else None
    return [
        {
            "swap": swap,
            "may_take": bool(free and acted_for(request.user, possible_takers(swap, free=free))),
            "may_withdraw": may_act_for(request.user, swap.asked_by),
            "is_own": swap.asked_by.person.user_id == request.user.pk,
        }
        for swap in asked
    ]


def feeds(
    request: HttpRequest, rota: Rota, own: list[Member], *, now: datetime
) -> list[dict[str, Any]]:
    """Addresses to subscribe to: the rota's, and of one's own duties. Nobody else's; and to those
    who have left none, as an address would outlast what they may see."""
    at = settings.APP_BASE_URL + reverse("rota_feed", args=[rota.name])
    today = rota.today(now)
    staying = [each for each in own if each.left_on is None or each.left_on >= today]
    mine = [
        {
            "title": "Your own duties",
            "address": f"{at}?token={member.feed_token}",
            "renew": reverse("renew_own_feed", args=[rota.name, member.pk]),
        }
        for member in staying
    ]
    looks_after = rota.owner is not None and rota.owner.user_id == request.user.pk
    if not (staying or looks_after or request.user.is_staff):
        return []
    may_renew = request.user.is_staff and request.user.has_perm("rota.change_rota")
    whole = {
        "title": "The whole rota",
        "address": f"{at}?token={rota.feed_token}",
        "renew": reverse("renew_rota_feed", args=[rota.name]) if may_renew else "",
    }
    return [*mine, whole]


def syncs(request: HttpRequest, rota: Rota) -> list[dict[str, Any]]:
    """What is kept in step with the rota, for those who may look at syncs."""
    permitted = Sync.objects.visible_to(request.user).values("pk")
    return [
        {
            "sync": sync,
            "what": kinds.get(sync.kind).name,
            "run": sync.runs.select_related("sync").first(),
            "to_review": sync.runs.filter(status=Run.Status.NEEDS_REVIEW).first(),
        }
        for sync in rota.syncs().filter(pk__in=permitted)
    ]
