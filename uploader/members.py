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
    """When the next update by hand is allowed; None: at once.

    What a person stopped may go on at once, and erasing is no update.
    """
    done = sync.runs.exclude(status=Run.Status.CANCELLED).exclude(trigger=runs.DISCONNECTED)
    latest = done.first()
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
        elif target.is_usable:
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
    runs.start(sync, trigger="connected", by=source.owner, now=now)


def _erase_at_last(name: str, *, now: datetime) -> None:
    """They asked for their files to go, and the target could not be reached until now."""
    sync = Sync.objects.filter(name=name, erasing=True).first()
    if sync is not None:
        _start_erasing(sync, by=None, now=now)


@receiver(pre_delete, sender=Connection, dispatch_uid="uploader.members")
def forget(*, instance: Connection, **_: Any) -> None:
    """With a member's connection (so with the member) goes all that tells of what it was for."""
    if instance.owner_id is not None:
        Sync.objects.filter(Q(source=instance) | Q(target=instance)).delete()


@receiver(disconnected, dispatch_uid="uploader.members")
def end(*, connection: Connection, by: Any = None, erase: bool | None = None, **_: Any) -> None:
    """Nothing is written for somebody who has left; on request, what was written goes.

    `erase` False takes an earlier wish back; None says nothing about files.
    """
    now = timezone.now()
    for sync in Sync.objects.filter(Q(source=connection) | Q(target=connection)):
        if connection.owner_id is None:
            stop(sync, by=by, now=now)
            continue
        from_source = connection.pk == sync.source_id
        wish = erase if erase is not None and from_source else sync.erasing
        erases_already = wish and sync.erasing and from_source
        behind = None if erases_already else stop(sync, by=by, now=now)
        Sync.objects.filter(pk=sync.pk).update(
            enabled=False, erasing=wish, next_run_at=now if wish else None
        )
        if wish and from_source:
            _start_erasing(sync, by=by, now=now, next_at=behind)


def _start_erasing(sync: Sync, *, by: Any, now: datetime, next_at: datetime | None = None) -> None:
    """The wish stands on the sync; a run that fails is followed by another a day later."""
    params = {"erase": True}
    runs.start(sync, trigger=runs.DISCONNECTED, by=by, params=params, now=now, next_at=next_at)


def stop(sync: Sync, *, by: Any, now: datetime) -> datetime | None:
    """Stop the open run; until when a request of it may still be under way."""
    run = sync.runs.open().first()
    if run is None:
        return None
    runs.cancel(run, by=by, now=now)
    return run.next_at if run.status == Run.Status.RUNNING else None


def erase(sync: Sync, *, by: Any, now: datetime) -> None:
    """Delete what was written, for somebody who has disconnected and changed their mind."""
    Sync.objects.filter(pk=sync.pk).update(erasing=True, next_run_at=now)
    _start_erasing(sync, by=by, now=now)


def stop_by_hand(run: Run, *, by: Any, now: datetime) -> bool:
    """A person stops a run; where it erases, they take that wish back."""
    if not runs.cancel(run, by=by, now=now):
        return False
    Sync.objects.filter(pk=run.sync_id, erasing=True, enabled=False).update(next_run_at=None)
    Sync.objects.filter(pk=run.sync_id).update(erasing=False)
    return True
