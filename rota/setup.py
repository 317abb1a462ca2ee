"""The syncs that keep a rota in step: their names, found or made; nothing is run here."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from integrations.models import Connection
from rota.duties import DUTIES as DUTIES  # named here with the others
from rota.duties import MEMBERS as MEMBERS
from rota.models import Rota
from uploader.models import Sync

CALENDAR, PRODUCTIVE = "rota_calendar", "rota_productive"
# In Slack the usergroup of whoever is on duty; the stand-up that asks who takes over.
SLACK, GEEKBOT = "rota_slack", "rota_geekbot"
ENDINGS = {
    DUTIES: "duties",
    CALENDAR: "calendar",
    PRODUCTIVE: "productive",
    MEMBERS: "members",
    SLACK: "slack",
    GEEKBOT: "geekbot",
}
# What goes with each kind of rota, beside its duties, in the order of its page.
WITH = {
    Rota.Kind.PAIRED: (CALENDAR, PRODUCTIVE, SLACK),
    Rota.Kind.ROLLING: (MEMBERS, CALENDAR, SLACK, GEEKBOT, PRODUCTIVE),
}
ROLLING_TITLE = "{title}: {member}"
MODE = Sync.Mode.AUTOMATIC
MAX_DELETE_SHARE = 0.3
DAILY = timedelta(days=1)
# What changes elsewhere without our knowing of it is looked at again, changes of the rota or none.
BEATS = {MEMBERS: DAILY, SLACK: DAILY, GEEKBOT: DAILY}


class NotOurs(Exception):
    """A sentence about a sync that has the name, and is something else."""


def name_of(rota: str, kind: str) -> str:
    """What the sync of a rota of this name is called: support-calendar."""
    return f"{rota}-{ENDINGS[kind]}"


def is_drawn_from_slack(rota: Rota) -> bool:
    """Whether its members are those of a usergroup, rather than named here or in a file."""
    return rota.syncs().filter(kind=MEMBERS, enabled=True).exists()


def every_of(rota: Rota) -> timedelta | None:
    """How often its duties are looked at again: where days pass, leave is asked for, or people come
    and go."""
    return DAILY if rota.horizon or rota.leave_id or rota.is_rolling else None


def ensure_duties(rota: Rota, *, now: datetime) -> Sync:
    """The sync that generates it; how it is set up otherwise stays as it is."""
    known = found(rota, DUTIES)
    return ensure(
        rota,
        DUTIES,
        source=rota.leave,
        mode=known.mode if known else MODE,
        every=every_of(rota),
        max_delete_share=known.max_delete_share if known else MAX_DELETE_SHARE,
        options=known.options if known else None,
        now=now,
    )


def found(rota: Rota, kind: str) -> Sync | None:
    """Its sync of this kind, enabled or not; NotOurs where the name is another sync's."""
    name = name_of(rota.name, kind)
    sync = Sync.objects.filter(name=name).first()
    if sync is None:
        return None
    if sync.kind != kind:
        raise NotOurs(f"{name} is a sync of kind {sync.kind} already: rename that, or the rota.")
    if sync.options.get("rota", rota.name) != rota.name:
        raise NotOurs(f"{name} is a sync of the rota {sync.options['rota']} already.")
    return sync


@transaction.atomic
def ensure(
    rota: Rota,
    kind: str,
    *,
    now: datetime,
    target: Connection | None = None,
    source: Connection | None = None,
    options: dict[str, Any] | None = None,
    mode: str = MODE,
    every: timedelta | None = None,
    max_delete_share: float = MAX_DELETE_SHARE,
) -> Sync:
    """The rota's sync of this kind, as it is said to be; due at once where that is new."""
    sync = found(rota, kind) or Sync(name=name_of(rota.name, kind), kind=kind, enabled=False)
    wanted = {
        "target": target,
        "source": source,
        "options": {**(options or {}), "rota": rota.name},
        "mode": mode,
        "every": every,
        "max_delete_share": max_delete_share,
        "enabled": True,
    }
    if all(getattr(sync, name) == value for name, value in wanted.items()):
        return sync
    for name, value in wanted.items():
        setattr(sync, name, value)
    sync.next_run_at = first_run(sync, now=now)
    sync.save()
    return sync


def first_run(sync: Sync, *, now: datetime) -> datetime | None:
    """Anew is now; duties that nobody wants looked at regularly wait for somebody to ask."""
    return None if sync.kind == DUTIES and sync.every is None else now


def changed(rota: Rota, *, now: datetime, but: str = "") -> None:
    """What keeps it in step is due: it, or who is in it, is another than before. `but`: the kind
    that has changed it."""
    in_use = rota.syncs().filter(enabled=True).exclude(kind=but)
    in_use.exclude(kind=DUTIES, every=None).update(next_run_at=now)
