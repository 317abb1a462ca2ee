"""What can be done with a connection: connect, confirm, check, refresh, disconnect.

The only writer of `Connection` besides `configure` and the admin's form. A change of state says
what it starts from, the state or the very credentials, so that of two at once one wins.
"""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from integrations import abilities, parting
from integrations.client import Client, Credentials, FixedCredentials, Gate, OpenGate
from integrations.encryption import CannotOpen, Sealed
from integrations.errors import (
    ReconnectError,
    RetryableError,
    UnexpectedError,
)
from integrations.models import Connection
from integrations.pace import PacedGate
from integrations.provider import Provider

logger = logging.getLogger(__name__)
State = Connection.State

# Both are sent within the transaction, so that what follows from them is as certain as the state:
# receivers write rows and talk to nobody.
# connection, by, again (whether it had been connected before)
connected = Signal()
# connection, by, erase (whether what we wrote for its owner is to go as well)
disconnected = Signal()

# Longer than a token request can last (integrations/oauth.py), so a holder is dead when it ends.
REFRESH_LEASE = timedelta(seconds=60)
REFRESH_WAIT = 3.0
# With the same `connected_at`: what waits for an answer may be somebody else's account.
OF_THE_SAME_GRANT = (State.CONNECTED, State.NEEDS_RECONNECT)


# ------------------------------------------------------------------- connecting


def connect(
    *,
    provider: str,
    owner: Any,
    name: str,
    credentials: Mapping[str, Any],
    account: str = "",
    unconfirmed: bool = False,
    by: Any,
    now: datetime,
) -> Connection:
    """Make a connection, or give the one that exists (by owner and provider, else by name) new
    credentials. `unconfirmed`: it waits for `confirm` before anything uses it.

    One that works already is not connected anew by new tokens, which every sign-in brings. Where
    the account is not known to be the same, what began with the earlier tokens must not go on with
    these: `connected_at` is what it can tell by.
    """
    which = {"name": name, "owner": None} if owner is None else {"owner": owner}
    with transaction.atomic():
        before = Connection.objects.filter(**which, provider=provider).first()
        anew = before is None or before.state != State.CONNECTED
        same = before is not None and not anew and bool(account) and before.account == account
        values: dict[str, Any] = {
            "credentials": Sealed.seal(dict(credentials)),
            "account": account,
            "state": State.UNCONFIRMED if unconfirmed else State.CONNECTED,
            "reason": "",
            "refreshing_until": None,  # a refresh under way must not put the old grant back
            **({} if unconfirmed else {"checked_at": now}),
            **({} if unconfirmed or same else {"connected_at": now}),
        }
        if before is not None:
            values["facts"] = abilities.forgotten(before.facts)
        connection, _ = Connection.objects.update_or_create(
            **which, provider=provider, defaults=values, create_defaults={"name": name, **values}
        )
        if anew and not unconfirmed:
            _tell_connected(connection, by=by, again=before is not None and _was_used(before))
    return connection


def keep(
    connection: Connection,
    credentials: Mapping[str, Any],
    *,
    by: Any,
    now: datetime,
    learnt: Mapping[str, Any] | None = None,
) -> None:
    """Save a connection, new or not, whose credentials somebody typed in; with what was learnt of
    them when they were tried out."""
    again = _was_used(connection)
    connection.facts = {**abilities.forgotten(connection.facts), **(learnt or {})}
    connection.credentials = Sealed.seal(dict(credentials))
    connection.state, connection.reason = State.CONNECTED, ""
    connection.connected_at = connection.checked_at = now
    connection.refreshing_until = None
    with transaction.atomic():
        connection.save()
        _tell_connected(connection, by=by, again=again)


def confirm(connection: Connection, *, by: Any, now: datetime) -> None:
    """The person has said that the account is the right one; nothing happens if it was said."""
    again = _was_used(connection)
    with transaction.atomic():
        waiting = Connection.objects.filter(pk=connection.pk, state=State.UNCONFIRMED)
        if waiting.update(state=State.CONNECTED, reason="", connected_at=now, checked_at=now):
            _tell_connected(connection, by=by, again=again)
    connection.refresh_from_db()


def _was_used(connection: Connection) -> bool:
    return connection.connected_at is not None


def _tell_connected(connection: Connection, *, by: Any, again: bool) -> None:
    fresh = Connection.objects.get(pk=connection.pk)
    connected.send(sender=Connection, connection=fresh, by=by, again=again)


# ------------------------------------------------------------------------ using


class StoredCredentials(Credentials):
    """A connection's credentials as they stood in the database; renewed ones are kept there.

    Bound to the grant it began with: what somebody connects meanwhile may be another account.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.since = connection.connected_at  # others may read the connection anew meanwhile
        self.values: Mapping[str, Any] = opened(connection)

    def read(self) -> Mapping[str, Any]:
        return self.values

    def renew(self, stale: str) -> Mapping[str, Any]:
        self.values = refresh(self.connection, stale, since=self.since)
        return self.values


def opened(connection: Connection) -> Mapping[str, Any]:
    """The credentials in clear; a wrong key says what to do, and changes nothing."""
    try:
        values: Mapping[str, Any] = connection.credentials.open()
        return values
    except CannotOpen:
        raise UnexpectedError(
            provider=connection.spec.name,
            doing=f"opening the credentials of {connection.name}",
            excerpt="they were encrypted with a key that CREDENTIALS_KEYS no longer holds; put "
            "that key back at its end, or connect again",
        ) from None


def client(connection: Connection, *, gate: Gate | None = None) -> Client:
    """The provider's client on this connection's behalf; without a gate it keeps to the pace."""
    spec = connection.spec
    return spec.client(
        StoredCredentials(connection),
        base_url=spec.base_url(connection.base_url),
        gate=gate or PacedGate.for_connection(connection, beat=_nothing),
    )


def typed_in(spec: Provider, credentials: Mapping[str, Any], *, base_url: str = "") -> Client:
    """The client of credentials that are not kept yet, to try them out with."""
    return spec.client(
        FixedCredentials(credentials, provider=spec.name),
        base_url=spec.base_url(base_url),
        gate=OpenGate(),
    )


def _nothing() -> None:
    return


def going_on_from(now: datetime) -> Callable[[], datetime]:
    """A clock that shows `now`, and goes on: whoever waits for it must not wait for ever."""
    began = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - began)


def check(connection: Connection, *, now: datetime) -> str:
    """Make the provider's cheapest call: whose account it is, in words, or one of the four errors.

    Heals a connection that needed reconnecting and works; only a refusal of the credentials
    themselves makes it need that.
    """
    connection.refresh_from_db()  # it may have been connected again since it was read
    gate = PacedGate.for_connection(connection, beat=_nothing, now=going_on_from(now))
    reached = client(connection, gate=gate)
    try:
        detail = connection.spec.check(reached)
    except ReconnectError as error:
        needs_reconnect(connection, str(error), now=now)
        raise
    healed: dict[str, str] = {State.NEEDS_RECONNECT: State.CONNECTED}
    learnt = abilities.learnt(connection.spec, reached)
    _judge(connection, lambda state: healed.get(state, state), reason="", now=now, learnt=learnt)
    return detail


def needs_reconnect(connection: Connection, reason: str, *, now: datetime) -> None:
    """Only a person can help. A connection with other credentials by now is left alone."""
    judged: dict[str, str] = {State.CONNECTED: State.NEEDS_RECONNECT}
    _judge(connection, lambda state: judged.get(state, state), reason=reason, now=now)


def _judge(
    connection: Connection,
    verdict: Callable[[str], str],
    *,
    reason: str,
    now: datetime,
    learnt: Mapping[str, Any] | None = None,
) -> None:
    """Write what was found out about exactly these credentials, unless they were replaced."""
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        same = row.credentials.ciphertext == connection.credentials.ciphertext
        if same and row.state != State.DISCONNECTED:
            state = verdict(row.state)
            why = reason if state == State.NEEDS_RECONNECT else ""
            facts = {"facts": {**row.facts, **learnt}} if learnt else {}
            found = Connection.objects.filter(pk=row.pk)
            found.update(state=state, reason=why, checked_at=now, **facts)
    connection.refresh_from_db()


# ------------------------------------------------------------------- refreshing


def refresh(
    connection: Connection, stale: str, *, since: datetime | None, now: datetime | None = None
) -> Mapping[str, Any]:
    """Credentials in place of the access token `stale`: somebody else's fresh ones, or new ones.

    Only those of the grant that was given at `since` (the connection's `connected_at`, which no
    refresh changes); ReconnectError where there is another by now, or none.

    Two refreshes with one rotating token would end the sign-in for good. So one process at a
    time holds a lease; whoever comes second reads what the first one stored.
    """
    now = now or timezone.now()
    until = now + REFRESH_LEASE
    row = Connection.objects.filter(pk=connection.pk)
    free = row.filter(refreshing_until=None) | row.filter(refreshing_until__lt=now)
    if not free.update(refreshing_until=until):
        stored = _stored(connection, since=since)
        if _is_fresh(stored, stale):
            return stored
        raise RetryableError(
            provider=connection.spec.name,
            doing="renewing the sign-in",
            excerpt="it is being renewed right now",
            retry_after=REFRESH_WAIT,
        )
    mine = row.filter(refreshing_until=until)
    try:
        stored = _stored(connection, since=since)
        if _is_fresh(stored, stale):
            return stored
        return _renewed(connection, stored, stale, mine=mine, since=since)
    finally:
        mine.update(refreshing_until=None)


def _renewed(
    connection: Connection,
    stored: Mapping[str, Any],
    stale: str,
    *,
    mine: Any,
    since: datetime | None,
) -> Mapping[str, Any]:
    spec = connection.spec
    base_url = spec.base_url(connection.base_url)
    try:
        fresh = spec.refresh(stored, base_url=base_url)
    except ReconnectError:
        # Somebody may have signed in again while we asked with the old grant.
        stored = _stored(connection, since=since)
        if _is_fresh(stored, stale):
            return stored
        raise
    sealed = Sealed.seal(fresh)
    if mine.update(credentials=sealed, refreshing_until=None):
        connection.credentials = sealed
        return fresh
    # Connected again or disconnected meanwhile: what we got is nobody's, so it is given back.
    parting.give_back(connection, fresh, base_url=base_url)
    stored = _stored(connection, since=since)
    if _is_fresh(stored, stale):
        return stored
    raise _ended(connection)


def _stored(connection: Connection, *, since: datetime | None) -> Mapping[str, Any]:
    """What is stored by now, as long as it is of the same grant.

    Otherwise `connection` is left as it is, too: a verdict on it must not strike the new one.
    """
    row = Connection.objects.filter(pk=connection.pk).first()
    if row is None or row.connected_at != since or row.state not in OF_THE_SAME_GRANT:
        raise _ended(connection)
    connection.credentials = row.credentials
    return opened(connection)


def _ended(connection: Connection) -> ReconnectError:
    return ReconnectError(
        provider=connection.spec.name,
        doing="renewing the sign-in",
        excerpt="it was disconnected or connected anew meanwhile",
    )


def _is_fresh(stored: Mapping[str, Any], stale: str) -> bool:
    return bool(stored.get("access_token")) and stored["access_token"] != stale


def reencrypt(pk: int) -> bool:
    """Put credentials under the newest key; False where none are kept, CannotOpen as it says."""
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=pk)
        if not row.credentials:
            return False
        row.credentials = row.credentials.with_newest_key()
        row.save(update_fields=["credentials"])
        return True


# ---------------------------------------------------------------- disconnecting


def disconnect(
    connection: Connection, *, by: Any, now: datetime, erase: bool | None = None
) -> None:
    """Forget the credentials and stop what used them; only then are the tokens given back."""
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        if row.state == State.DISCONNECTED:
            return
        Connection.objects.filter(pk=row.pk).update(
            state=State.DISCONNECTED,
            reason="",
            credentials=Sealed.seal({}),
            checked_at=now,
            refreshing_until=None,
        )
        left = Connection.objects.get(pk=row.pk)
        disconnected.send(sender=Connection, connection=left, by=by, erase=erase)
        transaction.on_commit(lambda: _give_back_tokens_of(row))
    connection.refresh_from_db()


def _give_back_tokens_of(before: Connection) -> None:
    try:
        parting.give_back_aside(before, opened(before))
    except UnexpectedError as error:  # the key is lost, or the address is not safe
        logger.warning("%s: its tokens cannot be given back: %s", before, error)
