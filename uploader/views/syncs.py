"""All syncs that a visitor may see."""

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from integrations.visitors import signed_in
from uploader import kinds
from uploader.models import Run, Sync


@signed_in
@require_safe
def syncs(request: HttpRequest) -> HttpResponse:
    latest = Run.objects.filter(sync=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    visible = list(
        Sync.objects.visible_to(request.user)
        .select_related("source", "target")
        .annotate(latest_id=Subquery(latest))
    )
    runs = Run.objects.in_bulk([sync.latest_id for sync in visible if sync.latest_id])
    rows = [
        {"sync": sync, "kind": kinds.get(sync.kind), "run": runs.get(sync.latest_id)}
        for sync in visible
    ]
    return render(request, "uploader/syncs.html", {"rows": rows})
