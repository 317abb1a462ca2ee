"""One run: how far it is, what it changed and why not, and the way to stop it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from integrations.visitors import signed_in
from uploader import kinds, members
from uploader.models import Change, Run
from uploader.views import months
from uploader.views.sync import may_run

CHANGES_A_PAGE = 50
# What somebody may have to see to comes first, up to so many.
PROBLEMS = (Change.Outcome.REJECTED, Change.Outcome.SKIPPED)
MOST = 100
# A screen reader is told of every tenth of the way, not of every step.
SPOKEN_STEPS = 10


@signed_in
@require_safe
def run(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible(request, pk)
    page = Paginator(found.changes.all(), CHANGES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "run": found,
        "page": page,
        "subject": kinds.get(found.sync.kind).subjects[0],
        "may_run": may_run(request, found.sync),
        "problems": [] if found.is_open else found.changes.filter(outcome__in=PROBLEMS)[:MOST],
        "was_planned": found.changes.filter(outcome=Change.Outcome.PLANNED).exists(),
    }
    return render(request, "uploader/run.html", context)


@signed_in
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of a page that moves by itself; when the run has ended, the whole page is new."""
    found = visible(request, pk)
    if not found.is_open:
        if request.headers.get("HX-Request"):
            return HttpResponseClientRefresh()
        return redirect(found)
    step = spoken_step(found)
    # Asked for by pages that show it: it grows while the months arrive.
    with_picture = "picture" in request.GET
    context = {
        "run": found,
        "step": step,
        "speak": request.GET.get("said") != step,
        "polled": True,
        "with_picture": with_picture,
        "picture": months.picture(found.sync.summary) if with_picture else None,
    }
    return render(request, "uploader/_progress.html", context)


def spoken_step(run: Run) -> str:
    tenth = run.done * SPOKEN_STEPS // run.total if run.total else 0
    return f"{run.status}-{tenth}"


@signed_in
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible(request, pk)
    if not may_run(request, found.sync):
        raise Http404
    if not members.stop_by_hand(found, by=request.user, now=timezone.now()):
        messages.info(request, "It had ended already.")
    return redirect(found)


def visible(request: HttpRequest, pk: int) -> Run:
    runs_seen = Run.objects.visible_to(request.user).select_related("sync__target", "by")
    return get_object_or_404(runs_seen, pk=pk)
