"""Notices at a provider, such as a message in Slack: posted, and looked for where nobody heard
whether they arrived.

Only what certainly is not there is posted once more, and only once; where that cannot be told it
is never repeated, and stays unknown.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import DatabaseError
from django.db.models import QuerySet

from integrations import connections
from integrations.errors import (
    IntegrationError,
    ReconnectError,
    RejectedError,
    RetryableError,
)
from integrations.models import Connection
from integrations.pace import PacedGate, Paused
from uploader import runs
from uploader.models import Notice
from uploader.outcomes import GIVEN_UP, SENT, TOO_LATE, UNKNOWN, Clock, settle, try_again

logger = logging.getLogger(__name__)

# Longer than a request can last (integrations/client.py): whoever had it in hand is dead.
LEASE = timedelta(minutes=5)
# An answer was missing or bad: what was asked for may still happen.
SETTLING = timedelta(minutes=1)
# Clocks differ; the key tells which one it is.
SKEW = timedelta(minutes=5)
# What could not be looked up by then stays unknown.
LOOKED_FOR = timedelta(days=1)


class Client(Protocol):
    """What a provider's client offers that notices can go by."""

    def post(self, recipient: str, text: str, *, key: str) -> str:
        """Post it; what it is called there."""

    def find_post(self, recipient: str, *, key: str, since: datetime) -> str | None:
        """What it is called there; None: it certainly is not. RejectedError where that cannot be
        told."""


class NotNow(Exception):
    """The connection does not work just now: the others that go by it wait as well."""


class Lost(Exception):
    """Somebody else has taken it in hand."""


def in_doubt() -> "QuerySet[Notice]":
    """Those of which nobody knows whether they arrived, and which can be looked for."""
    posted = Notice.objects.filter(connection__isnull=False, outcome=UNKNOWN)
    return posted.exclude(text="")


def post(notices: Iterable[Notice], *, clock: Clock) -> int:
    """One after the other, by one connection; how many went."""
    return _each(notices, lambda notice: InHand(notice, clock).post())


def look_for(notices: Iterable[Notice], *, clock: Clock) -> int:
    """Likewise; how many are found to be there."""
    return _each(notices, lambda notice: InHand(notice, clock).look_for())


def _each(notices: Iterable[Notice], do: Callable[[Notice], bool]) -> int:
    done = 0
    for notice in notices:
        try:
            done += do(notice)
        except Lost:
            continue
        except NotNow:
            break
    return done


class InHand:
    """One notice in this process's hands. `due_at` is its lease: every write says that it stands.

    Raises NotNow where others need not be tried, and Lost where it is another's by now.
    """

    def __init__(self, notice: Notice, clock: Clock) -> None:
        if notice.connection is None:
            raise ValueError(f"{notice} goes by no connection")
        self.notice, self.clock = notice, clock
        self.connection: Connection = notice.connection
        self.until = notice.due_at

    def post(self) -> bool:
        # Committed first: whoever dies from here on has perhaps sent it.
        self._take(Notice.objects.filter(sent_at=None, outcome=""), sent_at=self.clock())
        client = self._client()
        notice = self.notice
        try:
            ref = client.post(notice.recipient, notice.text, key=notice.key)
        except RetryableError as error:
            if isinstance(error, Paused) or error.status == 429:
                self._not_sent(error)
            self._doubtful(error)
            raise NotNow from None
        except ReconnectError as error:
            self._locked_out(error)
        except RejectedError as error:
            logger.warning("notice %s was refused: %s", notice.pk, error)
            settle(self._mine(), GIVEN_UP, reason=str(error))
            return False
        except IntegrationError as error:
            self._doubtful(error)
            return False
        except (Lost, DatabaseError):
            raise
        except Exception as error:
            logger.exception("notice %s", notice.pk)
            self._doubtful(error)
            return False
        settle(self._mine(), SENT, ref=ref)
        return True

    def look_for(self) -> bool:
        self._take(in_doubt())
        client = self._client(doubtful=True)
        notice = self.notice
        since = (notice.sent_at or self.clock()) - SKEW
        try:
            ref = client.find_post(notice.recipient, key=notice.key, since=since)
        except (RetryableError, ReconnectError) as error:
            self._look_later(error, since=since)
            raise NotNow from None
        except IntegrationError as error:
            reason = f"{notice.reason} Whether it arrived cannot be told: {error}".strip()
            settle(self._mine(), UNKNOWN, reason=reason)
            return False
        if ref is not None:
            settle(self._mine(), SENT, ref=ref)
            return True
        self._is_not_there()
        return False

    # ------------------------------------------------------------------ the hands

    def _take(self, which: "QuerySet[Notice]", **values: Any) -> None:
        until = self.clock() + LEASE
        free = which.filter(pk=self.notice.pk, due_at=self.until)
        if not free.update(outcome=UNKNOWN, due_at=until, **values):
            raise Lost
        self.until = until
        for name, value in values.items():
            setattr(self.notice, name, value)

    def _mine(self) -> "QuerySet[Notice]":
        return Notice.objects.filter(pk=self.notice.pk, outcome=UNKNOWN, due_at=self.until)

    def _beat(self) -> None:
        """Before every request, each of which lasts less than the lease."""
        until = self.clock() + LEASE
        if not self._mine().update(due_at=until):
            raise Lost
        self.until = until

    def _client(self, *, doubtful: bool = False) -> Client:
        gate = PacedGate.for_connection(self.connection, beat=self._beat, now=self.clock)
        try:
            client: Any = connections.client(self.connection, gate=gate)
        except IntegrationError as error:
            if doubtful:
                self._look_later(error, since=self.clock())
                raise NotNow from None
            self._not_sent(error)
        posts: Client = client
        return posts

    # --------------------------------------------------------------- what came out

    def _not_sent(self, error: IntegrationError) -> None:
        """Certainly not; raises NotNow."""
        logger.info("notice %s was not sent: %s", self.notice.pk, error)
        asked = error.retry_after if isinstance(error, RetryableError) else None
        try_again(
            self._mine(),
            self.notice,
            str(error),
            now=self.clock(),
            asked=asked,
            counts=not isinstance(error, Paused),
        )
        raise NotNow

    def _locked_out(self, error: ReconnectError) -> None:
        """The cheapest call confirms it before anybody is asked to reconnect; it waits for that."""
        try:
            connections.check(self.connection, now=self.clock())
        except IntegrationError:
            logger.info("%s could not be checked, or is locked out", self.connection)
        self._not_sent(error)

    def _doubtful(self, error: Exception) -> None:
        logger.warning("notice %s: whether it arrived is unknown (%s)", self.notice.pk, error)
        self._mine().update(due_at=self.clock() + SETTLING, reason=str(error))

    def _look_later(self, error: IntegrationError, *, since: datetime) -> None:
        now = self.clock()
        if now > since + LOOKED_FOR:
            settle(self._mine(), UNKNOWN, reason=f"Whether it arrived cannot be told: {error}")
            return
        asked = error.retry_after if isinstance(error, RetryableError) else None
        tries = self.notice.attempts + 1
        wait = runs.countdown(tries, jitter=0, asked=asked)
        self._mine().update(due_at=now + timedelta(seconds=wait), attempts=tries)

    def _is_not_there(self) -> None:
        now, notice = self.clock(), self.notice
        if notice.repeated:
            settle(self._mine(), GIVEN_UP, reason="It was sent twice, and did not arrive.")
        elif notice.expires_at is not None and notice.expires_at <= now:
            settle(self._mine(), TOO_LATE, reason="It was sent once, and did not arrive.")
        else:
            self._mine().update(sent_at=None, outcome="", due_at=now, repeated=True)
