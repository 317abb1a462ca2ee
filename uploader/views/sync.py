"""One sync: what it does, between which accounts, when, and its runs."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from integrations.models import Connection
from integrations.sign_in import may_see_setup
from integrations.visitors import signed_in
from uploader import kinds, members, runs
from uploader.models import Run, Sync
from uploader.views import months, words
from uploader.views.dashboard import begin

RUNS_A_PAGE = 25


@signed_in
@require_safe
def sync(request: HttpRequest, name: str) -> HttpResponse:
    found = visible(request, name)
    page = Paginator(found.runs.all(), RUNS_A_PAGE).get_page(request.GET.get("page"))
    sides: tuple[Connection | None, ...] = (found.source, found.target)
    own = owns(request, found)
    context = {
        "sync": found,
        "owns": own,
        "works": not words.not_before(found),
        "to_mend": [side for side in sides if side is not None and not side.is_usable],
        "may_see_setup": may_see_setup(request),
        "kind": kinds.get(found.kind),
        "details": kinds.get(found.kind).details(found.options, found.summary),
        "picture": months.picture(found.summary),
        "page": page,
        "open_run": found.runs.open().first(),
        "to_review": found.runs.filter(status=Run.Status.NEEDS_REVIEW).first(),
        "may_run": may_run(request, found),
        "may_change": request.user.is_staff and request.user.has_perm("uploader.change_sync"),
        "update_from": members.earliest_update(found, timezone.now()) if own else None,
    }
    return render(request, "uploader/sync.html", context)


@signed_in
@require_POST
def run_now(request: HttpRequest, name: str) -> HttpResponse:
    found = visible(request, name)
    if not may_run(request, found):
        raise Http404
    if owns(request, found):
        messages.info(request, begin(found, by=request.user, now=timezone.now()))
        return redirect(found)
    run = runs.start(found, trigger="by hand", by=request.user, now=timezone.now())
    messages.info(request, "The run has begun." if run else "A run is open already.")
    return redirect(run or found)


def visible(request: HttpRequest, name: str) -> Sync:
    return get_object_or_404(Sync.objects.visible_to(request.user), name=name)


def owns(request: HttpRequest, sync: Sync) -> bool:
    return sync.target is not None and sync.target.owner_id == request.user.pk


def may_run(request: HttpRequest, sync: Sync) -> bool:
    return owns(request, sync) or request.user.has_perm("uploader.run_sync")
