"""A member's own page: what is connected, what is happening, what there is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from integrations import provider as providers
from integrations.models import Connection
from integrations.sign_in import may_see_setup, member_id, signs_people_in
from integrations.visitors import signed_in
from uploader import kinds, members
from uploader.models import Run, Sync
from uploader.views import months, words
from uploader.views.erase import may_erase

LAST_RUNS = 7


@dataclass(frozen=True)
class Side:
    """One of the two accounts that a sync needs, as the page shows it."""

    provider: providers.Provider
    connection: Connection | None
    signs_people_in: bool
    missing: list[str]

    @property
    def state(self) -> str:
        return self.connection.state if self.connection else Connection.State.DISCONNECTED


@dataclass(frozen=True)
class Panel:
    """Everything the page says about one kind of sync."""

    name: str
    sync: Sync | None
    source: Side
    target: Side
    open_run: Run | None
    runs: list[Run]
    picture: months.Picture | None
    update_from: datetime | None
    may_erase: bool

    @property
    def is_empty(self) -> bool:
        """Whether the last look found that nothing was recorded at all."""
        last = self.runs[0] if self.runs else None
        looked = last is not None and last.status == Run.Status.FINISHED
        return self.works and looked and not (last and last.params.get("erase"))

    @property
    def earlier(self) -> int:
        """How many files of an account connected before are kept beside those shown."""
        return int(self.sync.summary.get("earlier", 0)) if self.sync else 0

    @property
    def works(self) -> bool:
        sides = (self.source.connection, self.target.connection)
        return self.sync is not None and all(side and side.is_usable for side in sides)


@signed_in
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    context = {
        "is_member": bool(member_id(request.user)),
        "panels": [panel(request, kind) for kind in kinds.all_kinds() if kind.for_members],
        "may_see_setup": may_see_setup(request),
        "activity_page": providers.get("open_humans").setting("ACTIVITY_PAGE"),
    }
    return render(request, "uploader/dashboard.html", context)


def panel(request: HttpRequest, kind: type[kinds.Kind]) -> Panel:
    own = {each.provider: each for each in Connection.objects.filter(owner_id=request.user.pk)}
    sync = members.syncs_of(request.user).filter(kind=kind.slug).first()
    runs = list(sync.runs.all()[:LAST_RUNS]) if sync else []
    return Panel(
        name=kind.name,
        sync=sync,
        source=side(kind.source, own),
        target=side(kind.target, own),
        open_run=next((run for run in runs if run.is_open), None),
        runs=[run for run in runs if not run.is_open],
        picture=months.picture(sync.summary) if sync else None,
        update_from=members.earliest_update(sync, timezone.now()) if sync else None,
        may_erase=sync is not None and may_erase(sync),
    )


def side(slug: str, own: dict[str, Connection]) -> Side:
    provider = providers.get(slug)
    return Side(
        provider=provider,
        connection=own.get(slug),
        signs_people_in=signs_people_in(slug),
        missing=provider.missing_settings(),
    )


@signed_in
@require_POST
def update_now(request: HttpRequest, name: str) -> HttpResponse:
    """Start an update by hand: at most once an hour, whatever the page showed."""
    sync = get_object_or_404(members.syncs_of(request.user), name=name)
    messages.info(request, begin(sync, by=request.user, now=timezone.now()))
    return redirect("dashboard")


def begin(sync: Sync, *, by: Any, now: datetime) -> str:
    sides: tuple[Connection | None, ...] = (sync.source, sync.target)
    if not sync.enabled or not all(side and side.is_usable for side in sides):
        return "Nothing was started: an account has to be connected first."
    try:
        members.update_now(sync, by=by, now=now)
    except members.TooSoon as error:
        return (
            "Nothing was started: an update by hand is possible once an hour, "
            f"and the next one {words.moment(error.until, now=now)}."
        )
    return "The update has begun."
