"""Deleting the files of a source that is disconnected already, for who has changed their mind."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from integrations.models import Connection
from integrations.visitors import signed_in
from uploader import members
from uploader.models import Sync

WHY_NOT = "There are no files of a disconnected account, or they are being deleted already."


def may_erase(sync: Sync) -> bool:
    """Only what nobody goes on filling, and only while the target can be reached."""
    return bool(
        sync.source
        and sync.source.state == Connection.State.DISCONNECTED
        and sync.target
        and sync.target.is_usable
        and not sync.erasing
        and sync.summary.get("months")
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, name: str) -> HttpResponse:
    sync = get_object_or_404(members.syncs_of(request.user), name=name)
    if not may_erase(sync):
        messages.info(request, f"Nothing was deleted. {WHY_NOT}")
        return redirect("dashboard")
    if request.method != "POST":
        return render(request, "uploader/erase.html", {"sync": sync})
    members.erase(sync, by=request.user, now=timezone.now())
    messages.success(request, "The files are being deleted now; the last run says when it is done.")
    return redirect("dashboard")
