"""All syncs that a visitor may see."""

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from integrations.visitors import signed_in
from uploader import kinds
from uploader.models import Run, Sync
from uploader.views.timesheets.wizard import may_set_up


@signed_in
@require_safe
def syncs(request: HttpRequest) -> HttpResponse:
    latest = Run.objects.filter(sync=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    visible = list(
        Sync.objects.visible_to(request.user)
        .select_related("source", "target__owner")
        .annotate(latest=Subquery(latest))
    )
    latest_ids = {sync.pk: getattr(sync, "latest", None) for sync in visible}
    runs = Run.objects.select_related("sync").in_bulk([pk for pk in latest_ids.values() if pk])
    rows = [
        {"sync": sync, "what": kinds.get(sync.kind).name, "run": runs.get(latest_ids[sync.pk])}
        for sync in visible
    ]
    may_look = request.user.is_staff and request.user.has_perm("uploader.view_sync")
    context = {"rows": rows, "may_look": may_look, "may_set_up": may_set_up(request.user)}
    return render(request, "uploader/syncs.html", context)
