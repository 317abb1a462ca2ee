"""Syncs that belong to a member: made by connecting, stopped by disconnecting, hurried by hand."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone

from integrations.connections import connected, disconnected
from integrations.models import Connection
from uploader import kinds, runs
from uploader.models import Run, Sync, SyncQuerySet

EVERY = timedelta(days=1)
BETWEEN_UPDATES_BY_HAND = timedelta(hours=1)


class TooSoon(Exception):
    """An update by hand is allowed again at `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"not before {until}")
        self.until = until


def syncs_of(user: Any) -> SyncQuerySet:
    return Sync.objects.filter(target__owner=user)


def earliest_update(sync: Sync, now: datetime) -> datetime | None:
    """When the next update by hand is allowed; None: at once."""
    latest = sync.runs.first()
    if latest is None:
        return None
    until = latest.created_at + BETWEEN_UPDATES_BY_HAND
    return until if until > now else None


def update_now(sync: Sync, *, by: Any, now: datetime) -> Run:
    """Start an update by hand; TooSoon within the hour. An open run is that update."""
    open_run = sync.runs.open().first()
    if open_run is not None:
        return open_run
    until = earliest_update(sync, now)
    if until is not None:
        raise TooSoon(until)
    return runs.start(sync, trigger="by hand", by=by, now=now) or sync.runs.latest("pk")


def pairs_of(connection: Connection) -> list[tuple[type[kinds.Kind], Connection, Connection]]:
    """The kinds that this connection of a member serves, with both sides where both exist."""
    own = {other.provider: other for other in Connection.objects.filter(owner=connection.owner)}
    return [
        (kind, own[kind.source], own[kind.target])
        for kind in kinds.all_kinds()
        if kind.for_members
        and connection.provider in (kind.source, kind.target)
        and kind.source in own
        and kind.target in own
    ]


@receiver(connected, dispatch_uid="uploader.members")
def begin(*, connection: Connection, **_: Any) -> None:
    """Both sides are there: the first import starts by itself, and so does what waited."""
    if connection.owner_id is None:
        return
    now = timezone.now()
    for kind, source, target in pairs_of(connection):
        name = f"{kind.source}-{target.account}"
        if source.is_usable and target.is_usable:
            _begin(name, kind, source, target, now=now)
        elif target.is_usable and source.state == Connection.State.DISCONNECTED:
            _erase_at_last(name, now=now)


def _begin(
    name: str, kind: type[kinds.Kind], source: Connection, target: Connection, *, now: datetime
) -> None:
    sync, _created = Sync.objects.update_or_create(
        name=name,
        defaults={
            "kind": kind.slug,
            "source": source,
            "target": target,
            "mode": Sync.Mode.AUTOMATIC,
            "every": EVERY,
            "next_run_at": now + EVERY,
            "enabled": True,
        },
    )
    if runs.start(sync, trigger="connected", by=source.owner, now=now) is None:
        # Files are still being erased, say: the import begins when that has ended.
        Sync.objects.filter(pk=sync.pk).update(next_run_at=now)


def _erase_at_last(name: str, *, now: datetime) -> None:
    """They asked for their files to go, and the target could not be reached until now."""
    sync = Sync.objects.filter(name=name).first()
    latest = sync.runs.first() if sync is not None else None
    if sync is None or latest is None:
        return
    if latest.status == Run.Status.FAILED and latest.params.get("erase"):
        runs.start(sync, trigger="disconnected", by=latest.by, params=latest.params, now=now)


@receiver(pre_delete, sender=Connection, dispatch_uid="uploader.members")
def forget(*, instance: Connection, **_: Any) -> None:
    """With a member's connection (so with the member) goes all that tells of what it was for."""
    if instance.owner_id is not None:
        Sync.objects.filter(Q(source=instance) | Q(target=instance)).delete()


@receiver(disconnected, dispatch_uid="uploader.members")
def end(*, connection: Connection, by: Any = None, erase: bool = False, **_: Any) -> None:
    """Nothing is written for somebody who has left; on request, what was written goes."""
    now = timezone.now()
    for sync in Sync.objects.filter(Q(source=connection) | Q(target=connection)):
        open_run = sync.runs.open().first()
        if open_run is not None:
            runs.cancel(open_run, by=by, now=now)
        if connection.owner_id is None:
            continue
        Sync.objects.filter(pk=sync.pk).update(enabled=False, next_run_at=None)
        if erase and sync.target_id != connection.pk:
            # Behind the last request that a running import may still have under way.
            held = open_run is not None and open_run.status == Run.Status.RUNNING
            runs.start(
                sync,
                trigger="disconnected",
                by=by,
                params={"erase": True},
                now=now,
                next_at=open_run.next_at if held and open_run else None,
            )
