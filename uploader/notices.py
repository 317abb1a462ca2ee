"""Notices: something told to people once. `sent_at` is committed before the call, `outcome` after.

A notice that may have arrived is never sent again; one that certainly has not is tried again, until
it is too late. How it is sent is uploader/mailing.py's and uploader/posting.py's.
"""

import logging
from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import groupby

from django.db.models import Q, QuerySet
from django.dispatch import Signal

from integrations.connections import going_on_from
from integrations.models import Connection
from uploader import mailing, posting
from uploader.models import Notice
from uploader.outcomes import GIVEN_UP as GIVEN_UP
from uploader.outcomes import MAIL, drop_late
from uploader.outcomes import MOST_ATTEMPTS as MOST_ATTEMPTS
from uploader.outcomes import SENT as SENT
from uploader.outcomes import TOO_LATE as TOO_LATE
from uploader.outcomes import UNKNOWN as UNKNOWN
from uploader.people import Person

logger = logging.getLogger(__name__)

# Sent before notices go out: whoever has something to tell writes it down. Argument: `now`.
gathering = Signal()

AT_A_TIME = 100


def announce(
    key: str,
    *,
    person: Person | None,
    recipient: str,
    subject: str = "",
    text: str,
    due_at: datetime,
    channel: str = MAIL,
    connection: Connection | None = None,
    expires_at: datetime | None = None,
) -> bool:
    """Have it told once, from `due_at` on and before `expires_at`; False where there is a notice
    of this key already. `channel`: by mail, or the provider of the `connection` that it goes by."""
    _, new = Notice.objects.get_or_create(
        key=key,
        defaults={
            "person": person,
            "channel": channel,
            "connection": connection,
            "recipient": recipient,
            "subject": " ".join(subject.split())[:200],
            "text": text,
            "due_at": due_at,
            "expires_at": expires_at,
        },
    )
    return new


def gather(*, now: datetime) -> bool:
    """Let everybody write down what is to be told; whether anything is to be done by now."""
    for receiver, problem in gathering.send_robust(sender=Notice, now=now):
        if isinstance(problem, Exception):
            logger.error("%s could not tell what it has to", receiver, exc_info=problem)
    drop_late(now=now)
    return _due(now).exists() or _in_doubt(now).exists()


def send_due(*, now: datetime, only: Collection[str] | None = None) -> int:
    """Send what is due, or of that `only` some, by their keys; how many arrived.

    Mails go first and each connection has its own turn: none that stands still holds up another
    for longer than it takes to notice.
    """
    clock = going_on_from(now)
    drop_late(now=now)
    due, doubt = _due(now), _in_doubt(now)
    if only is not None:
        due, doubt = due.filter(key__in=only), doubt.filter(key__in=only)
    sent = mailing.send(due.filter(channel=MAIL).order_by("due_at")[:AT_A_TIME], clock=clock)
    for notices in _by_connection(doubt):
        sent += posting.look_for(notices, clock=clock)
    for notices in _by_connection(due.exclude(channel=MAIL)):
        sent += posting.post(notices, clock=clock)
    return sent


def _due(now: datetime) -> "QuerySet[Notice]":
    return Notice.objects.filter(_can_go(), sent_at=None, outcome="", due_at__lte=now)


def _in_doubt(now: datetime) -> "QuerySet[Notice]":
    return posting.in_doubt().filter(_can_go(), due_at__lte=now)


def _can_go() -> Q:
    """By a connection that works, or by mail: the others wait until it is connected again."""
    works = Q(connection__state=Connection.State.CONNECTED, connection__enabled=True)
    return Q(channel=MAIL) | works


def _by_connection(notices: "QuerySet[Notice]") -> Iterator[list[Notice]]:
    ordered = notices.select_related("connection").order_by("connection", "due_at", "pk")
    for _, group in groupby(ordered[:AT_A_TIME], key=lambda notice: notice.connection_id):
        yield list(group)
